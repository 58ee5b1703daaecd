#include "engine/settle/past.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/data/csv.h"
#include "engine/data/fact_layout.h"
#include "engine/data/read_value.h"

namespace heng::settle {
namespace {

constexpr std::string_view kFailed = "#错误:";

// The columns of a file of results, in its header's order: 编号 if it has one, 期间, then results.
struct Columns {
  std::optional<size_t> subject;
  size_t period = 0;
};

std::optional<Columns> Find(const std::vector<std::string>& names) {
  const auto at = [&](const char* zh, const char* en) -> std::optional<size_t> {
    const auto found = std::find_if(names.begin(), names.end(), [&](const std::string& name) { return name == zh || name == en; });
    if (found == names.end()) return std::nullopt;
    return static_cast<size_t>(found - names.begin());
  };
  const auto period = at("期间", "period");
  if (!period) return std::nullopt;
  return Columns{at("编号", "id"), *period};
}

// The header's cells by the names of the policy: the district may call them otherwise.
std::vector<std::string> NamesOf(const data::CsvRow& header, const data::ColumnMap& columns) {
  std::vector<std::string> names;
  for (const std::string& cell : header.cells) {
    std::string name(Trim(FoldFullWidth(cell)));
    const auto mapped = columns.find(name);
    names.push_back(mapped == columns.end() ? std::move(name) : mapped->second);
  }
  return names;
}

// The published result that is called so, by name or code.
std::optional<data::DefinitionId> ResultNamed(const semantic::Model& model, const std::string& name) {
  for (const semantic::PublishedResult& result : model.results) {
    const semantic::Definition& definition = model[result.definition];
    if (name == definition.name || (!definition.code.empty() && name == definition.code)) return result.definition;
  }
  return std::nullopt;
}

// `历史.每季.csv`, `历史.企业.每月.csv`.
std::vector<std::string> HistoryNames(const semantic::Model& model, data::SortId sort, PeriodKind kind) {
  const Bilingual adverb = PeriodAdverb(kind);
  const semantic::Sort& of = model[sort];
  std::vector<std::string> names;
  if (sort == model.subject()) names = {"历史." + adverb.zh + ".csv", "history." + adverb.en + ".csv"};
  names.push_back("历史." + of.name + "." + adverb.zh + ".csv");
  if (!of.code.empty()) names.push_back("history." + of.code + "." + adverb.en + ".csv");
  return names;
}

// True if both can be read as values of the result, and are different ones: `90` and `90.00` are not.
bool Differs(const semantic::Model& model, data::DefinitionId result, std::string_view a, std::string_view b) {
  const data::Expected expected(model, model[result]);
  const data::Reading x = data::ReadText(expected, a);
  const data::Reading y = data::ReadText(expected, b);
  return x && y && *x != *y;
}

data::Refusal Differ(const std::string& result, const std::string& given, const std::string& recorded) {
  data::Refusal refusal;
  refusal.code = "history-differs";
  refusal.message = {fmt::format("给出的是 {}，已有的结算里是 {}", given.empty() ? "空" : given, recorded.empty() ? "空" : recorded),
                     fmt::format("{} is given, the settlement that holds says {}", given.empty() ? "nothing" : given,
                                 recorded.empty() ? "nothing" : recorded)};
  refusal.column_name = result;
  refusal.value = given;
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

}  // namespace

Result<Past> Past::Read(store::Store& store, const std::string& district, const std::string& policy, Period before) {
  const auto all = store.Settlements(district, policy);
  if (!all) return tl::unexpected(all.error());
  std::set<std::string> superseded;
  for (const store::Settlement& one : *all) superseded.insert(one.supersedes);
  Past past;
  for (const store::Settlement& one : *all) {
    if (superseded.contains(one.id) || !(one.period.last_day() < before.first_day())) continue;
    const auto whole = store.FindSettlement(district, one.id);
    if (!whole) return tl::unexpected(whole.error());
    for (const store::File& file : whole->outputs) past.TakeFile(file);
    past.settlements_.push_back(one.id);
  }
  return past;
}

void Past::TakeFile(const store::File& file) {
  if (!file.path.starts_with(kResultsName) || !file.path.ends_with(".csv")) return;
  const auto table = data::ParseCsv(file.bytes, file.path);
  const auto columns = table ? Find(table->header.cells) : std::nullopt;
  if (!columns) return;
  for (const data::CsvRow& row : table->rows) {
    const auto period = ParsePeriod(row.cells[columns->period]);
    if (!period) continue;
    const std::string subject(columns->subject ? data::WithoutApostrophe(row.cells[*columns->subject]) : "");
    for (size_t i = 0; i < row.cells.size(); ++i) {
      if (i == columns->period || i == columns->subject || row.cells[i].starts_with(kFailed)) continue;
      values_[{table->header.cells[i], subject, *period}] = data::WithoutApostrophe(row.cells[i]);
    }
  }
}

void Past::AddTo(store::Bundle& facts, const semantic::Model& model) const {
  for (const auto& [sort, kind, results] : data::LayOut(model).results) {
    if (kind == PeriodKind::kOnce || model[sort].kind == semantic::Sort::Kind::kKey) continue;
    const std::vector<std::string> names = HistoryNames(model, sort, kind);
    const bool given = std::any_of(facts.begin(), facts.end(), [&](const store::File& file) {
      return std::find(names.begin(), names.end(), file.path) != names.end();
    });
    if (given) continue;
    // By subject and period, in the columns' order.
    std::map<std::pair<std::string, Period>, std::vector<std::string>> rows;
    for (size_t i = 0; i < results.size(); ++i) {
      const std::string& name = model[results[i]].name;
      for (auto it = values_.lower_bound({name, "", {}}); it != values_.end() && it->first.result == name; ++it) {
        if (it->first.period.kind != kind) continue;
        auto& row = rows[{it->first.subject, it->first.period}];
        row.resize(results.size());
        row[i] = it->second;
      }
    }
    if (rows.empty()) continue;
    data::CsvWriter csv;
    const bool whole = sort == semantic::kWholeSort;
    if (!whole) csv.Plain("编号");
    csv.Plain("期间");
    for (const auto result : results) csv.Text(model[result].name);
    csv.EndRow();
    for (const auto& [key, cells] : rows) {
      if (!whole) csv.Text(key.first);
      csv.Plain(key.second.ToString());
      for (const std::string& cell : cells) csv.Plain(cell);
      csv.EndRow();
    }
    facts.push_back({names.front(), csv.Take()});
  }
}

std::optional<data::Refusal> Past::Contradiction(const semantic::Model& model, const std::string& name,
                                                 const std::string& subject, Period period, const std::string& given) const {
  const auto result = ResultNamed(model, name);
  if (!result) return std::nullopt;
  const std::string& declared = model[*result].name;
  const auto found = values_.find({declared, subject, period});
  if (found == values_.end() || !Differs(model, *result, given, found->second)) return std::nullopt;
  data::Refusal refusal = Differ(declared, given, found->second);
  refusal.subject = subject;
  return refusal;
}

std::vector<data::Refusal> Past::Differences(const store::Bundle& facts, const data::Deployment& deployment) const {
  std::vector<data::Refusal> out;
  for (const store::File& file : facts) {
    if (!file.path.starts_with("历史.") && !file.path.starts_with("history.")) continue;
    const auto table = data::ParseCsv(file.bytes, file.path);
    if (!table) continue;
    const std::vector<std::string> names = NamesOf(table->header, deployment.columns);
    const auto columns = Find(names);
    if (!columns) continue;
    for (const data::CsvRow& row : table->rows) {
      const auto period = ParsePeriod(Trim(FoldFullWidth(row.cells[columns->period])));
      if (!period) continue;
      const std::string subject(columns->subject ? data::WithoutApostrophe(Trim(row.cells[*columns->subject])) : "");
      for (size_t i = 0; i < row.cells.size(); ++i) {
        const std::string given(Trim(data::WithoutApostrophe(row.cells[i])));
        auto refusal = Contradiction(*deployment.graph->model, names[i], subject, *period, given);
        if (!refusal) continue;
        refusal->file = file.path;
        refusal->line = row.line;
        out.push_back(std::move(*refusal));
      }
    }
  }
  return out;
}

std::vector<data::Refusal> Past::Differences(const data::JsonValue& request, const data::Deployment& deployment) const {
  std::vector<data::Refusal> out;
  const auto take = [&](const data::JsonValue& subject, const std::string& id, const std::string& at) {
    const data::JsonValue* history = subject.Find("history");
    if (history == nullptr) return;
    for (const data::JsonMember& past : history->members) {
      const auto period = ParsePeriod(past.key);
      if (!period) continue;
      for (const data::JsonMember& member : past.value.members) {
        const auto given = TextOf(member.value);
        if (!given) continue;
        auto refusal = Contradiction(*deployment.graph->model, member.key, id, *period, *given);
        if (!refusal) continue;
        refusal->at = fmt::format("{}/history/{}/{}", at, past.key, member.key);
        out.push_back(std::move(*refusal));
      }
    }
  };
  if (const data::JsonValue* subjects = request.Find("subjects")) {
    for (size_t i = 0; i < subjects->items.size(); ++i) {
      const data::JsonValue* id = subjects->items[i].Find("id");
      if (id != nullptr) take(subjects->items[i], id->text, fmt::format("/subjects/{}", i));
    }
  }
  if (const data::JsonValue* whole = request.Find("whole")) take(*whole, "", "/whole");
  return out;
}

}  // namespace heng::settle
