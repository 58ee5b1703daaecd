// The sheets of an .xlsx workbook as tables like those of CSV files. What would have to be guessed is refused, with the address of the
// cell (`每月!C17`): formulas, dates, merged cells, calculated numbers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "engine/data/csv.h"

namespace heng::data {

struct Sheet {
  // The file is the sheet's name; lines are the numbers of the rows. Empty rows are left out. Without a header: nothing is in it.
  CsvTable table;
  bool hidden = false;
  std::vector<Refusal> refusals;  // then the table is not to be used
};

// In their order. `file`: what refusals call it; `limit_bytes`: of what it is unpacked, and of the texts in its cells. Refusal, of the file
// as a whole: bad-workbook (no .xlsx, encrypted, damaged), workbook-too-large.
tl::expected<std::vector<Sheet>, Refusal> ReadWorkbook(std::string_view bytes, const std::string& file,
                                                       size_t limit_bytes);

// The same as a CSV file, with an empty line for each row that is not there.
std::string AsCsv(const Sheet& sheet);

// `facts.xlsx`.
bool IsWorkbook(const std::string& path);

}  // namespace heng::data
