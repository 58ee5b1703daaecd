// Where a table of facts is refused: the file, line and column of a CSV file, or the cell of a sheet. The one place that knows how a cell
// is called. Used by the readers of CSV files and workbooks, and by settle's past.
#pragma once

#include <optional>
#include <string>

#include "engine/data/csv.h"

namespace heng::data {

// `C17`: the column from 0, the row from 1.
std::string CellName(size_t column, size_t row);

// A column of a table as it is declared, and its position in the row, from 0; nothing if the table has no such column.
struct TableColumn {
  std::string name;
  std::optional<size_t> position;
};

// The refusal at that line and column: of a sheet at the cell, `每月!C17`, where there is one.
Refusal PlaceIn(const CsvTable& table, size_t line, TableColumn column, Refusal refusal);

}  // namespace heng::data
