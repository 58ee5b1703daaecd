// The published results as columns: what is known of each before any subject is looked at. Used by outputs.cc and by direct/.
#pragma once

#include <string>
#include <vector>

#include "engine/data/outputs.h"

namespace heng::data {

struct Column {
  DefinitionId definition;
  graph::DefId def;
  PeriodKind period = PeriodKind::kOnce;
  SortId sort;
  std::string unit;
  FailurePtr failure;  // the same for every subject
};

// In the order of 结果. Of the facts the parameters count, and whether the roster is complete.
std::vector<Column> ColumnsOf(const graph::Graph& graph, const eval::Facts& facts);

// The finer periods of the sort's results: coarser kinds first, each in order of time.
std::vector<Period> FinerPeriods(const std::vector<Column>& columns, SortId sort, Period settled);

}  // namespace heng::data
