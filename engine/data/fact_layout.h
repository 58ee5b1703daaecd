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
  PeriodKind period = PeriodKind::kMonth;  // kDay: dated
  SortId parent;
  bool in_rows = false;         // they belong to rows of other records
  bool has_rows = false;        // rows of other records belong to them
  std::vector<FieldId> fields;  // in the order of the model, which is that of eval::RecordRow::values
};

// What subjects of one kind (or the whole, or the values of a key) have in one kind of period.
template <typename T>
struct PeriodLayout {
  SortId sort;
  PeriodKind period = PeriodKind::kMonth;
  std::vector<T> members;
};

struct FactLayout {
  // In the order of their declaration; catalogues come with the policy, so no data is read for them.
  std::vector<SortId> subjects;
  std::vector<std::pair<SortId, std::vector<FieldId>>> attributes;
  // Only those that have any; of a sort the finest period first.
  std::vector<PeriodLayout<FieldId>> periodic;
  std::vector<RecordsLayout> records;  // those that rows belong to before the rows
  std::vector<PeriodLayout<DefinitionId>> results;
  // Results of other policies, by policy and period.
  std::vector<std::pair<std::string, PeriodLayout<FieldId>>> imports;

  // Empty if there are none.
  const std::vector<FieldId>& AttributesOf(SortId sort) const;
  const std::vector<FieldId>& FactsOf(SortId sort, PeriodKind kind) const;
  const std::vector<DefinitionId>& ResultsOf(SortId sort, PeriodKind kind) const;
};

FactLayout LayOut(const semantic::Model& model);

// What the file of a kind of period may be called, before `.csv`: `每月`, `企业.每半年`, `全体.每季`; of the first kind without its name.
std::vector<std::string> PeriodicStems(const semantic::Model& model, SortId sort, PeriodKind kind);
// `历史.每季`, `历史.企业.每月`.
std::vector<std::string> HistoryStems(const semantic::Model& model, SortId sort, PeriodKind kind);
// `引用.qinzao.lists.每半年`.
std::vector<std::string> ImportStems(const std::string& policy, PeriodKind kind);
// Ends the name of a file of the past that is fed from the settlements that hold, beside the one that is given: `历史.每季.结算`.
inline constexpr const char* kSettledSuffix = ".结算";

// True if no row need exist: every one of the fields is 可缺.
bool AllOptional(const semantic::Model& model, const std::vector<FieldId>& fields);

// The periods of that kind that a settlement of `settled` reads: those in it, or the one that holds it.
std::vector<Period> PeriodsRead(Period settled, PeriodKind kind);

}  // namespace heng::data
