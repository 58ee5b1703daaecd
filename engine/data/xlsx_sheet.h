// One sheet of a workbook: its XML as a table. Internal to xlsx.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/data/spreadsheet_number.h"
#include "engine/data/xlsx.h"

namespace heng::data {

// What the cells of all sheets refer to, and how much more they may hold.
struct WorkbookParts {
  std::vector<std::string> texts;  // the shared strings
  std::vector<NumberKind> styles;  // by the style of a cell
  size_t text_bytes_left = 0;
  size_t cells_left = 0;
};

// `name`: the sheet's. A refusal of the workbook as a whole: bad-workbook, workbook-too-large.
tl::expected<Sheet, Refusal> ReadSheet(std::string_view xml, const std::string& name, WorkbookParts& parts);

// `_x0041_` is `A`: how a workbook writes what XML does not allow.
std::string Unescaped(std::string_view text);

}  // namespace heng::data
