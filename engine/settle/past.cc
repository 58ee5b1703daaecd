#include "engine/settle/past.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/data/csv.h"
#include "engine/data/csv_files.h"
#include "engine/data/csv_header.h"
#include "engine/data/fact_layout.h"
#include "engine/data/read_value.h"
#include "engine/data/table_place.h"
#include "engine/settle/past_files.h"

namespace heng::settle {
namespace {

// True if both can be read as values of it, and are different ones: `90` and `90.00` are not.
bool Differs(const data::Expected& expected, std::string_view a, std::string_view b) {
  const data::Reading x = data::ReadText(expected, a);
  const data::Reading y = data::ReadText(expected, b);
  return x && y && *x != *y;
}

data::Refusal Differ(const std::string& result, const std::string& subject, const std::string& given,
                     const std::string& recorded) {
  data::Refusal refusal;
  refusal.code = "history-differs";
  refusal.message = {
      fmt::format("给出的是 {}，已有的结算里是 {}", given.empty() ? "空" : given, recorded.empty() ? "空" : recorded),
      fmt::format("{} is given, the settlement that holds says {}", given.empty() ? "nothing" : given,
                  recorded.empty() ? "nothing" : recorded)};
  refusal.column_name = result;
  refusal.value = given;
  refusal.subject = subject;
  return refusal;
}

// A value of a request's history as a file would write it; nothing for what is no value.
std::optional<std::string> TextOf(const data::JsonValue& value) {
  switch (value.kind) {
    case data::JsonValue::Kind::kNull: return "";
    case data::JsonValue::Kind::kBool: return value.truth ? "是" : "否";
    case data::JsonValue::Kind::kNumber:
    case data::JsonValue::Kind::kString: return std::string(Trim(value.text));
    case data::JsonValue::Kind::kArray:
    case data::JsonValue::Kind::kObject: break;
  }
  return std::nullopt;
}

template <typename Declared>
bool IsNamed(const Declared& declared, const std::string& name) {
  return name == declared.name || (!declared.code.empty() && name == declared.code);
}

// The policy whose results the file `引用.POLICY.每季.csv` gives; empty if it is no such file.
std::string ImportedIn(const std::string& stem, const data::FactLayout& layout) {
  for (const auto& [policy, results] : layout.imports) {
    const std::vector<std::string> stems = data::ImportStems(policy, results.period);
    if (std::find(stems.begin(), stems.end(), stem) != stems.end()) return policy;
  }
  return "";
}

}  // namespace

struct Past::Known {
  const std::string& name;
  data::Expected expected;
  const Settlements& recorded;
};

Result<Past> Past::Read(store::Store& store, PastSettlements& settlements, const std::string& district,
                        const data::Deployment& deployment, Period period) {
  Past past(deployment, period);
  auto own = settlements.Holding(store, district, past.model().policy.id, period.first_day(), &deployment);
  if (!own) return tl::unexpected(own.error());
  past.own_ = std::move(*own);
  for (const auto& [policy, layout] : data::LayOut(past.model()).imports) {
    if (past.imported_.contains(policy)) continue;
    auto others = settlements.Holding(store, district, policy, period.last_day(), nullptr);
    if (!others) return tl::unexpected(others.error());
    past.imported_.emplace(policy, std::move(*others));
  }
  return past;
}

void Past::AddTo(store::Bundle& facts) const {
  AddHistory(deployment_, period_, own_, facts);
  AddImports(deployment_, period_, imported_, facts);
}

std::optional<Past::Known> Past::ResultNamed(const std::string& name) const {
  for (const semantic::PublishedResult& result : model().results) {
    const semantic::Definition& definition = model()[result.definition];
    if (IsNamed(definition, name)) return Known{definition.name, data::Expected(model(), definition), own_};
  }
  return std::nullopt;
}

std::optional<Past::Known> Past::ImportNamed(const std::string& policy, const std::string& name) const {
  const auto recorded = imported_.find(policy);
  if (recorded == imported_.end()) return std::nullopt;
  for (const semantic::Field& field : model().fields) {
    const bool is = field.kind == semantic::Field::Kind::kImported && field.policy == policy && IsNamed(field, name);
    if (is) return Known{field.name, data::Expected(model(), field), recorded->second};
  }
  return std::nullopt;
}

std::optional<data::Refusal> Past::Contradiction(const std::optional<Known>& known, const PastTable::Row& row,
                                                 const std::string& given) const {
  if (!known) return std::nullopt;
  for (const PastSettlementPtr& one : known->recorded) {
    const std::string* recorded = one->Find(known->name, row);
    if (recorded == nullptr || recorded->starts_with(data::kFailedCell)) continue;
    if (Differs(known->expected, given, *recorded)) return Differ(known->name, row.first, given, *recorded);
  }
  return std::nullopt;
}

std::vector<data::Refusal> Past::Differences(const store::Bundle& facts, bool sheets) const {
  std::vector<data::Refusal> out;
  const data::FactLayout layout = data::LayOut(model());
  for (const store::File& file : facts) {
    const std::string stem = data::CsvStem(file.path);
    const std::string policy = ImportedIn(stem, layout);
    if (!IsHistory(stem) && policy.empty()) continue;
    const auto table = ReadPastTable(file, deployment_.columns, sheets);
    if (!table) continue;
    data::CsvTable place;
    place.file = sheets ? stem : file.path;
    place.sheet = sheets;
    std::multimap<size_t, data::Refusal> by_line;
    for (const auto& [row, cells] : table->rows) {
      for (size_t i = 0; i < cells.size(); ++i) {
        const std::string& name = table->names[i];
        auto refusal = Contradiction(policy.empty() ? ResultNamed(name) : ImportNamed(policy, name), row, cells[i]);
        if (!refusal) continue;
        const size_t line = table->lines.at(row);
        data::TableColumn column{std::move(refusal->column_name), i};
        by_line.emplace(line, data::PlaceIn(place, line, std::move(column), std::move(*refusal)));
      }
    }
    for (auto& [line, refusal] : by_line) out.push_back(std::move(refusal));
  }
  return out;
}

data::SortId Past::SortOf(const data::JsonValue& subject) const {
  const data::JsonValue* kind = subject.Find("kind");
  for (size_t i = 0; kind != nullptr && i < model().sorts.size(); ++i) {
    const data::SortId sort(i);
    const bool is_subject = model()[sort].kind == semantic::Sort::Kind::kSubject;
    if (is_subject && IsNamed(model()[sort], kind->text)) return sort;
  }
  return model().subject();
}

void Past::CompareHistory(const data::JsonValue& history, const Whose& whose, std::vector<data::Refusal>& out) const {
  const data::FactLayout layout = data::LayOut(model());
  for (const data::JsonMember& of : history.members) {
    const auto period = ParsePeriod(of.key);
    if (!period) continue;
    const std::string at = fmt::format("{}/history/{}", whose.at, of.key);
    const auto compare = [&](const std::string& name, const std::string& given, const std::string& place) {
      auto refusal = Contradiction(ResultNamed(name), {whose.id, *period}, given);
      if (!refusal) return;
      refusal->at = place;
      out.push_back(std::move(*refusal));
    };
    if (of.value.is(data::JsonValue::Kind::kNull)) {
      // There was no such period: all its results are said to be absent.
      for (const data::DefinitionId result : layout.ResultsOf(whose.sort, period->kind))
        compare(model()[result].name, "", at);
      continue;
    }
    for (const data::JsonMember& member : of.value.members) {
      if (const auto given = TextOf(member.value)) compare(member.key, *given, at + "/" + member.key);
    }
  }
}

void Past::CompareImports(const data::JsonValue& imports, const Whose& whose, std::vector<data::Refusal>& out) const {
  const data::FactLayout layout = data::LayOut(model());
  for (const data::JsonMember& policy : imports.members) {
    for (const data::JsonMember& of : policy.value.members) {
      const auto period = ParsePeriod(of.key);
      if (!period || !of.value.is(data::JsonValue::Kind::kObject)) continue;
      for (const auto& [name, results] : layout.imports) {
        if (name != policy.key || results.period != period->kind || results.sort != whose.sort) continue;
        // What is not said of a period that is, is said to be absent.
        for (const data::FieldId result : results.members) {
          const semantic::Field& field = model()[result];
          const auto said = std::find_if(of.value.members.begin(), of.value.members.end(),
                                         [&](const data::JsonMember& member) { return IsNamed(field, member.key); });
          const bool is_said = said != of.value.members.end();
          const std::optional<std::string> given = is_said ? TextOf(said->value) : "";
          if (!given) continue;
          auto refusal = Contradiction(ImportNamed(policy.key, field.name), {whose.id, *period}, *given);
          if (!refusal) continue;
          refusal->at = fmt::format("{}/imports/{}/{}", whose.at, policy.key, of.key);
          if (is_said) refusal->at += "/" + said->key;
          out.push_back(std::move(*refusal));
        }
      }
    }
  }
}

void Past::FindLeftOut(const data::JsonValue* imports, const Whose& whose, std::vector<data::Refusal>& out) const {
  const auto is_said = [&](const std::string& policy, Period period) {
    const data::JsonValue* of = imports == nullptr ? nullptr : imports->Find(policy);
    return of != nullptr && std::any_of(of->members.begin(), of->members.end(), [&](const data::JsonMember& member) {
             return ParsePeriod(member.key) == period;
           });
  };
  for (const auto& [policy, layout] : data::LayOut(model()).imports) {
    const auto settlements = imported_.find(policy);
    if (layout.sort != whose.sort || settlements == imported_.end()) continue;
    for (const auto& [row, cells] : ImportedRows(model(), layout, period_, settlements->second, {whose.id})) {
      if (is_said(policy, row.second)) continue;
      for (const data::FieldId result : layout.members) {
        auto refusal = Contradiction(ImportNamed(policy, model()[result].name), row, "");
        if (!refusal) continue;
        refusal->at = fmt::format("{}/imports/{}/{}/{}", whose.at, policy, row.second.ToString(), model()[result].name);
        out.push_back(std::move(*refusal));
      }
    }
  }
}

std::vector<data::Refusal> Past::Differences(const data::JsonValue& request) const {
  std::vector<data::Refusal> out;
  const auto take = [&](const data::JsonValue& subject, const Whose& whose) {
    if (const data::JsonValue* history = subject.Find("history")) CompareHistory(*history, whose, out);
    const data::JsonValue* imports = subject.Find("imports");
    if (imports != nullptr) CompareImports(*imports, whose, out);
    FindLeftOut(imports, whose, out);
  };
  if (const data::JsonValue* subjects = request.Find("subjects")) {
    for (size_t i = 0; i < subjects->items.size(); ++i) {
      const data::JsonValue& subject = subjects->items[i];
      const data::JsonValue* id = subject.Find("id");
      if (id != nullptr) take(subject, {id->text, SortOf(subject), fmt::format("/subjects/{}", i)});
    }
  }
  if (const data::JsonValue* whole = request.Find("whole")) take(*whole, {"", semantic::kWholeSort, "/whole"});
  return out;
}

}  // namespace heng::settle
