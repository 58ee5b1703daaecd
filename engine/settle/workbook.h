// A settlement as a workbook for Excel. The only place that knows libxlsxwriter.
#pragma once

#include <string>
#include <string_view>

#include "engine/settle/settlement.h"

namespace heng::settle {

// The bytes of an .xlsx: the sheet `公示` is the board with its grades in colour, then `结果`, `结果.每月`, `结果.企业` … are as the CSV files.
// The same settlement gives the same bytes. A number is a number where a spreadsheet keeps it (IsKept), else text; all other cells are
// text, whatever they begin with. Errors: kFindings, workbook-limit (what a sheet cannot hold); kEnvironment.
Result<std::string> Workbook(const Settlement& settlement);

// True of a decimal of at most 15 significant digits: spreadsheets keep doubles, and each such decimal has one of its own, of which the
// 15 digits are the decimal again. `90.00`, but not `1234567890123.4567`.
bool IsKept(std::string_view decimal);

}  // namespace heng::settle
