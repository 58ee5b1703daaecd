// CSV as RFC 4180 has it, with the lines of its rows, in UTF-8 or GB18030; and written so that Excel opens it rightly.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "engine/data/refusal.h"

namespace heng::data {

struct CsvRow {
  size_t line = 0;  // where the row begins, from 1
  std::vector<std::string> cells;
};

struct CsvTable {
  std::string file;    // or the sheet's name
  bool sheet = false;  // of a workbook: then lines are the numbers of rows
  CsvRow header;
  std::vector<CsvRow> rows;  // each as wide as the header; empty lines are left out
};

// As UTF-8, without its mark: UTF-8 if it is valid, else GB18030 if that is, else refused (bad-encoding) with the line.
tl::expected<std::string, Refusal> DecodeText(std::string_view bytes, const std::string& file);

// `sheet`: it was written of a sheet of that name, a record a row. Codes: bad-encoding, empty-file, bad-csv (quotes, a row that is not as
// wide as the header).
tl::expected<CsvTable, Refusal> ParseCsv(std::string_view bytes, const std::string& file, bool sheet = false);

// Collects rows with CRLF behind a UTF-8 mark.
class CsvWriter {
 public:
  CsvWriter();
  // Text that a spreadsheet would take for a formula (it begins with = + - @ or a control character) gets an apostrophe
  // before it.
  void Text(std::string_view cell);
  // A number, a date, a name of ours: written as it is.
  void Plain(std::string_view cell);
  void EndRow();
  std::string Take() { return std::move(out_); }

 private:
  std::string out_;
  bool row_begun_ = false;
};

// Begins the cell of a result that could not be given; its code follows.
inline constexpr std::string_view kFailedCell = "#错误:";

// The text that CsvWriter::Text wrote.
std::string_view WithoutApostrophe(std::string_view cell);

}  // namespace heng::data
