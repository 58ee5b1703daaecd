// What facts a policy asks for and what results it gives, by kind of period: the columns of the CSV files, the keys of
// a request, the properties of the JSON Schema. Derived from the model; knows nothing of any format.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/semantic/model.h"

namespace heng::data {

using semantic::DefinitionId;
using semantic::FieldId;
using semantic::SortId;

struct RecordsLayout {
  SortId sort;
  PeriodKind period = PeriodKind::kMonth;
  std::vector<FieldId> fields;  // in the order of the model, which is that of eval::RecordRow::values
};

struct FactLayout {
  std::vector<FieldId> attributes;
  // Only the kinds of period that have any; the finest first.
  std::vector<std::pair<PeriodKind, std::vector<FieldId>>> periodic;
  std::vector<RecordsLayout> records;
  std::vector<std::pair<PeriodKind, std::vector<DefinitionId>>> results;

  // Empty if there are none of that kind.
  const std::vector<FieldId>& FactsOf(PeriodKind kind) const;
  const std::vector<DefinitionId>& ResultsOf(PeriodKind kind) const;
};

FactLayout LayOut(const semantic::Model& model);

// True if no row need exist: every one of the fields is 可缺.
bool AllOptional(const semantic::Model& model, const std::vector<FieldId>& fields);

// The periods of that kind that a settlement of `settled` reads: those in it, or the one that holds it.
std::vector<Period> PeriodsRead(Period settled, PeriodKind kind);

}  // namespace heng::data
