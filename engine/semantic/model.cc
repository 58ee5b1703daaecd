#include "engine/semantic/model.h"

#include <algorithm>

namespace heng::semantic {
namespace {
template <typename Id, typename Table, typename Match>
std::optional<Id> FindIn(const Table& table, std::string_view name, const Match& match) {
  for (size_t i = 0; i < table.size(); ++i) {
    if (match(table[i]) && (table[i].name == name || (!table[i].code.empty() && table[i].code == name))) return Id(i);
  }
  return std::nullopt;
}
}  // namespace

std::optional<FieldId> Model::FindField(SortId sort, std::string_view name) const {
  return FindIn<FieldId>(fields, name,
                         [&](const Field& f) { return f.grain.sort == sort && f.kind != Field::Kind::kParameter; });
}
std::optional<SortId> Model::FindSort(std::string_view name) const {
  if (name == "全体" || name == "whole") return kWholeSort;
  return FindIn<SortId>(sorts, name, [](const Sort& s) { return s.kind != Sort::Kind::kKey; });
}
std::optional<FieldId> Model::FindParameter(std::string_view name) const {
  return FindIn<FieldId>(fields, name, [](const Field& f) { return f.kind == Field::Kind::kParameter; });
}
std::optional<DefinitionId> Model::FindDefinition(std::string_view name) const {
  return FindIn<DefinitionId>(definitions, name, [](const Definition&) { return true; });
}
std::optional<SortId> Model::FindRecords(std::string_view name) const {
  return FindIn<SortId>(sorts, name, [](const Sort& s) { return s.kind == Sort::Kind::kRecords; });
}
SortId Model::subject() const {
  for (size_t i = 0; i < sorts.size(); ++i) {
    if (sorts[i].kind == Sort::Kind::kSubject) return SortId(i);
  }
  return kWholeSort;
}
PeriodKind Model::settlement_period() const {
  PeriodKind coarsest = PeriodKind::kMonth;
  for (const PublishedResult& result : results) {
    if (result.period != PeriodKind::kOnce) coarsest = std::max(coarsest, result.period);
  }
  return coarsest;
}

}  // namespace heng::semantic
