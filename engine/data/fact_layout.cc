#include "engine/data/fact_layout.h"

#include <algorithm>

namespace heng::data {
namespace {

template <typename T>
const std::vector<T>& Of(const std::vector<PeriodLayout<T>>& lists, SortId sort, PeriodKind kind) {
  static const std::vector<T> kNone;
  const auto found = std::find_if(lists.begin(), lists.end(),
                                  [&](const auto& list) { return list.sort == sort && list.period == kind; });
  return found == lists.end() ? kNone : found->members;
}

template <typename T>
void Add(std::vector<PeriodLayout<T>>& lists, SortId sort, PeriodKind kind, T id) {
  const auto before = [&](const auto& list) { return list.sort < sort || (list.sort == sort && list.period < kind); };
  auto at = std::find_if_not(lists.begin(), lists.end(), before);
  if (at == lists.end() || at->sort != sort || at->period != kind) at = lists.insert(at, {sort, kind, {}});
  at->members.push_back(id);
}

std::vector<std::string> Stems(const char* prefix_zh, const char* prefix_en, const semantic::Model& model, SortId sort,
                               PeriodKind kind) {
  const Bilingual adverb = PeriodAdverb(kind);
  const semantic::Sort& of = model[sort];
  std::vector<std::string> stems;
  if (sort == model.subject()) stems = {prefix_zh + adverb.zh, prefix_en + adverb.en};
  stems.push_back(prefix_zh + of.name + "." + adverb.zh);
  if (!of.code.empty()) stems.push_back(prefix_en + of.code + "." + adverb.en);
  return stems;
}

void AddSort(const semantic::Model& model, SortId id, FactLayout& layout) {
  const semantic::Sort& sort = model[id];
  if (sort.kind == semantic::Sort::Kind::kSubject && sort.file.empty()) {
    layout.subjects.push_back(id);
    layout.attributes.push_back({id, {}});
  }
  if (sort.kind != semantic::Sort::Kind::kRecords) return;
  RecordsLayout records{id, sort.period, sort.parent, false, false, {}};
  records.in_rows = model[sort.parent].kind == semantic::Sort::Kind::kRecords;
  for (const semantic::Sort& other : model.sorts)
    records.has_rows = records.has_rows || (other.kind == semantic::Sort::Kind::kRecords && other.parent == id);
  layout.records.push_back(std::move(records));
}

void AddField(const semantic::Model& model, FieldId id, FactLayout& layout) {
  const semantic::Field& field = model[id];
  switch (field.kind) {
    case semantic::Field::Kind::kAttribute:
      for (auto& [sort, fields] : layout.attributes) {
        if (sort == field.grain.sort) fields.push_back(id);
      }
      break;
    case semantic::Field::Kind::kFact: Add(layout.periodic, field.grain.sort, field.grain.period, id); break;
    case semantic::Field::Kind::kRecord:
      for (RecordsLayout& records : layout.records) {
        if (records.sort == field.grain.sort) records.fields.push_back(id);
      }
      break;
    case semantic::Field::Kind::kImported: {
      auto at = std::find_if(layout.imports.begin(), layout.imports.end(), [&](const auto& one) {
        return one.first == field.policy && one.second.period == field.imported;
      });
      if (at == layout.imports.end())
        at = layout.imports.insert(at, {field.policy, {field.grain.sort, field.imported, {}}});
      at->second.members.push_back(id);
      break;
    }
    case semantic::Field::Kind::kParameter:
    case semantic::Field::Kind::kPresence: break;
  }
}

}  // namespace

const std::vector<FieldId>& FactLayout::AttributesOf(SortId sort) const {
  static const std::vector<FieldId> kNone;
  const auto found =
      std::find_if(attributes.begin(), attributes.end(), [&](const auto& one) { return one.first == sort; });
  return found == attributes.end() ? kNone : found->second;
}
const std::vector<FieldId>& FactLayout::FactsOf(SortId sort, PeriodKind kind) const { return Of(periodic, sort, kind); }
const std::vector<DefinitionId>& FactLayout::ResultsOf(SortId sort, PeriodKind kind) const {
  return Of(results, sort, kind);
}

FactLayout LayOut(const semantic::Model& model) {
  FactLayout layout;
  for (size_t i = 0; i < model.sorts.size(); ++i) AddSort(model, SortId(i), layout);
  // Rows are read behind those they belong to.
  std::stable_sort(layout.records.begin(), layout.records.end(), [&](const RecordsLayout& a, const RecordsLayout& b) {
    const auto depth = [&](SortId sort) {
      size_t steps = 0;
      for (; model[sort].kind == semantic::Sort::Kind::kRecords; sort = model[sort].parent) ++steps;
      return steps;
    };
    return depth(a.sort) < depth(b.sort);
  });
  for (size_t i = 0; i < model.fields.size(); ++i) AddField(model, FieldId(i), layout);
  for (const semantic::PublishedResult& result : model.results)
    Add(layout.results, model[result.definition].grain.sort, result.period, result.definition);
  return layout;
}

std::vector<std::string> PeriodicStems(const semantic::Model& model, SortId sort, PeriodKind kind) {
  return Stems("", "", model, sort, kind);
}

std::vector<std::string> HistoryStems(const semantic::Model& model, SortId sort, PeriodKind kind) {
  return Stems("历史.", "history.", model, sort, kind);
}

std::vector<std::string> ImportStems(const std::string& policy, PeriodKind kind) {
  const Bilingual adverb = PeriodAdverb(kind);
  return {"引用." + policy + "." + adverb.zh, "use." + policy + "." + adverb.en};
}

bool AllOptional(const semantic::Model& model, const std::vector<FieldId>& fields) {
  return std::all_of(fields.begin(), fields.end(), [&](FieldId id) { return model[id].type.optional; });
}

std::vector<Period> PeriodsRead(Period settled, PeriodKind kind) {
  if (kind > settled.kind) return {settled.In(kind)};
  return settled.Split(kind);
}

}  // namespace heng::data
