// The header of a CSV file of facts, resolved: which column holds what. Internal to csv_folder.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/data/csv.h"
#include "engine/data/fact_layout.h"

namespace heng::data {

// What a file may hold: the fields or results it may have as columns, and which of 编号, 期间, 自 stand before them.
struct ColumnsWanted {
  std::vector<FieldId> fields;
  std::vector<DefinitionId> results;
  bool period = false;
  bool since = false;   // may have the column 自
  bool whole = false;   // of the whole: no column 编号
  bool row = false;     // has the column 行号: rows of other records belong to these
  std::string parent;   // the column that says to which row of those records a row belongs; empty: none
  bool others = false;  // columns that are not asked for are passed over
};

// Positions in a row; nothing where the file has no such column.
struct CsvColumns {
  size_t id = 0;
  std::optional<size_t> period;
  std::optional<size_t> since;
  std::optional<size_t> row;
  std::optional<size_t> parent;
  std::vector<std::optional<size_t>> fields;   // as ColumnsWanted::fields
  std::vector<std::optional<size_t>> results;  // as ColumnsWanted::results
};

struct HeaderReading {
  CsvColumns columns;
  std::vector<Refusal> refusals;  // unknown-column, missing-column, duplicate-column
};

HeaderReading ReadHeader(const semantic::Model& model, const CsvTable& table, const ColumnsWanted& wanted,
                         const std::map<std::string, std::string>& column_map);

// What the header's cell stands for, by the district's map, full-width letters folded, blanks taken off.
std::string ColumnName(const std::string& cell, const std::map<std::string, std::string>& column_map);

inline bool IsIdColumn(const std::string& name) { return name == "编号" || name == "id"; }
inline bool IsPeriodColumn(const std::string& name) { return name == "期间" || name == "period"; }
inline bool IsRowColumn(const std::string& name) { return name == "行号" || name == "row"; }
inline bool IsSinceColumn(const std::string& name) { return name == "自" || name == "since"; }

}  // namespace heng::data
