#include "engine/data/fact_layout.h"

#include <algorithm>

namespace heng::data {
namespace {

template <typename T>
const std::vector<T>& Of(const std::vector<std::pair<PeriodKind, std::vector<T>>>& lists, PeriodKind kind) {
  static const std::vector<T> kNone;
  const auto found = std::find_if(lists.begin(), lists.end(), [&](const auto& list) { return list.first == kind; });
  return found == lists.end() ? kNone : found->second;
}

template <typename T>
void Add(std::vector<std::pair<PeriodKind, std::vector<T>>>& lists, PeriodKind kind, T id) {
  auto at = std::find_if(lists.begin(), lists.end(), [&](const auto& list) { return list.first >= kind; });
  if (at == lists.end() || at->first != kind) at = lists.insert(at, {kind, {}});
  at->second.push_back(id);
}

}  // namespace

const std::vector<FieldId>& FactLayout::FactsOf(PeriodKind kind) const { return Of(periodic, kind); }
const std::vector<DefinitionId>& FactLayout::ResultsOf(PeriodKind kind) const { return Of(results, kind); }

FactLayout LayOut(const semantic::Model& model) {
  FactLayout layout;
  for (size_t i = 0; i < model.sorts.size(); ++i) {
    if (model.sorts[i].kind == semantic::Sort::Kind::kRecords)
      layout.records.push_back({SortId(i), PeriodKind::kMonth, {}});
  }
  for (size_t i = 0; i < model.fields.size(); ++i) {
    const semantic::Field& field = model.fields[i];
    const FieldId id(i);
    switch (field.kind) {
      case semantic::Field::Kind::kAttribute: layout.attributes.push_back(id); break;
      case semantic::Field::Kind::kFact: Add(layout.periodic, field.grain.period, id); break;
      case semantic::Field::Kind::kRecord:
        for (RecordsLayout& records : layout.records) {
          if (records.sort != field.grain.sort) continue;
          records.period = field.grain.period;
          records.fields.push_back(id);
        }
        break;
      case semantic::Field::Kind::kParameter: break;
    }
  }
  for (const semantic::PublishedResult& result : model.results) Add(layout.results, result.period, result.definition);
  return layout;
}

bool AllOptional(const semantic::Model& model, const std::vector<FieldId>& fields) {
  return std::all_of(fields.begin(), fields.end(), [&](FieldId id) { return model[id].type.optional; });
}

std::vector<Period> PeriodsRead(Period settled, PeriodKind kind) {
  if (kind > settled.kind) return {settled.In(kind)};
  return settled.Split(kind);
}

}  // namespace heng::data
