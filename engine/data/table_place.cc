#include "engine/data/table_place.h"

namespace heng::data {

std::string CellName(size_t column, size_t row) {
  std::string out = std::to_string(row);
  for (++column; column > 0; column = (column - 1) / 26)
    out.insert(out.begin(), static_cast<char>('A' + (column - 1) % 26));
  return out;
}

Refusal PlaceIn(const CsvTable& table, size_t line, TableColumn column, Refusal refusal) {
  refusal.file = table.file;
  refusal.column_name = std::move(column.name);
  if (table.sheet && column.position) {
    refusal.file += "!" + CellName(*column.position, line);
  } else {
    refusal.line = line;
  }
  return refusal;
}

}  // namespace heng::data
