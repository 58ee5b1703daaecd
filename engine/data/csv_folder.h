// Reads a district's folder of CSV files into facts: `项目.csv` (the roster), `每月.csv` and the like, one file a 明细,
// `历史.每季.csv`; or a workbook with sheets of these names. Every row is validated; every mistake is a located refusal. The files'
// names and columns are the declared names or their codes.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/data/facts_builder.h"

namespace heng::data {

// What a district calls a column → the declared name (or code) that it stands for.
using ColumnMap = std::map<std::string, std::string>;

// What is read and how. `period` is of the graph's settlement period; `parameters` are the open ones that are bound.
struct FolderRequest {
  std::string folder;  // or a workbook, .xlsx
  Period period;
  ColumnMap columns;
  Bindings parameters;
  // One whose sheets are read in place of the folder's .csv files, but for those that a store has fed (kSettledSuffix).
  std::string workbook = {};
};

// The facts, their roster complete (every row of the subject's file), and what was refused. If refusals.whole, the
// facts are not usable; else they are, without the subjects in Facts::refused. Error: kEnvironment if the folder or a
// file cannot be read. Files of other kinds are let be; a .csv file that the policy does not know is refused
// (unknown-file). Past results of subjects that are no longer in the roster are passed over.
Result<FactReading> ReadFacts(const graph::GraphPtr& graph, const FolderRequest& request);

// The periods of that kind that the rows of the folder's files name or lie in, in order; for messages. Empty if nothing
// can be read.
std::vector<Period> PeriodsIn(const std::string& folder, PeriodKind kind, const ColumnMap& columns);

}  // namespace heng::data
