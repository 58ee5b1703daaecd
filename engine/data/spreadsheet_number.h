// What a spreadsheet keeps of numbers and how it shows them. Of xlsx.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace heng::data {

// How a number format shows a number, as far as it says what the number is.
enum class NumberKind : unsigned char { kPlain, kPercent, kDate };

// By the number of a built-in format.
NumberKind KindOfFormat(int number);
// By its text: `0.00%`, `yyyy"年"m"月"`.
NumberKind KindOfFormat(std::string_view code);

// A spreadsheet keeps a double and writes it with up to 17 digits: 0.1 as 0.10000000000000001. What was typed has at most 15: the only
// decimal of so many digits that has this double, without an exponent. Nothing if there is none (a calculated number) or the text is no
// number. `shift`: how many places the point moves to the right (2: a percentage).
std::optional<std::string> TypedDecimal(std::string_view text, int shift = 0);

}  // namespace heng::data
