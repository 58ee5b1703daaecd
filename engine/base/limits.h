// Every limit of the language and the service, in one place; each one exceeded is reported by a diagnostic or error of its own.
#pragma once

#include <cstddef>

namespace heng::limits {

inline constexpr size_t kSourceBytes = size_t{4} << 20;
inline constexpr size_t kNesting = 200;
// Of an expression as a tree: a chain of n operators is n deep.
inline constexpr size_t kExpressionDepth = 1000;
inline constexpr size_t kDefinitions = 20000;
inline constexpr size_t kTableRows = 5000;
inline constexpr size_t kNumberDigits = 40;
inline constexpr size_t kNameBytes = 256;
inline constexpr size_t kSyntaxErrors = 50;

inline constexpr size_t kCsvBytes = size_t{512} << 20;
// Of a workbook, unpacked; and of the texts in its cells.
inline constexpr size_t kWorkbookBytes = size_t{256} << 20;
inline constexpr size_t kSheetCells = size_t{10} << 20;
inline constexpr size_t kRequestBytes = size_t{64} << 20;
inline constexpr size_t kJsonDepth = 64;
inline constexpr size_t kReportedRefusals = 200;

}  // namespace heng::limits
