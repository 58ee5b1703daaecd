#include "engine/data/spreadsheet_number.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace heng::data {
namespace {

constexpr int kDigits = 15;
// Beyond it no fact is meant.
constexpr int kLargestExponent = 40;

std::optional<double> ParseDouble(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

// Without quoted text, escaped characters and [colours]; what counts time, `[h]`, stays.
std::string Bare(std::string_view code) {
  std::string out;
  for (size_t i = 0; i < code.size(); ++i) {
    const char c = code[i];
    if (c == '\\' || c == '_' || c == '*') {
      ++i;
    } else if (c == '"') {
      i = std::min(code.find('"', i + 1), code.size());
    } else if (c == '[') {
      const size_t end = std::min(code.find(']', i), code.size());
      const std::string_view inside = code.substr(i + 1, end - i - 1);
      if (!inside.empty() && inside.find_first_not_of("hHmMsS") == std::string_view::npos) out += inside;
      i = end;
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

NumberKind KindOfFormat(int number) {
  const auto within = [number](int from, int to) { return number >= from && number <= to; };
  if (number == 9 || number == 10) return NumberKind::kPercent;
  const bool date = within(14, 22) || within(27, 36) || within(45, 47) || within(50, 58);
  return date ? NumberKind::kDate : NumberKind::kPlain;
}

NumberKind KindOfFormat(std::string_view code) {
  const std::string bare = Bare(code);
  if (bare.find('%') != std::string::npos) return NumberKind::kPercent;
  std::string lower;
  for (const unsigned char c : bare) lower += static_cast<char>(std::tolower(c));
  if (lower.find("general") != std::string::npos) return NumberKind::kPlain;
  return lower.find_first_of("ymdhs") == std::string::npos ? NumberKind::kPlain : NumberKind::kDate;
}

std::optional<std::string> TypedDecimal(std::string_view text, int shift) {
  const auto value = ParseDouble(text);
  if (!value) return std::nullopt;
  if (*value == 0) return "0";
  // `-d.dddddddddddddde±dd`
  const std::string printed = fmt::format("{:.{}e}", *value, kDigits - 1);
  if (ParseDouble(printed) != value) return std::nullopt;
  const bool negative = printed[0] == '-';
  const size_t e = printed.find('e');
  std::string digits;
  for (const char c : printed.substr(0, e)) {
    if (std::isdigit(static_cast<unsigned char>(c)) != 0) digits += c;
  }
  while (digits.size() > 1 && digits.back() == '0') digits.pop_back();
  const int exponent = std::stoi(printed.substr(e + 1)) + shift;
  if (std::abs(exponent) > kLargestExponent) return std::nullopt;
  std::string out = negative ? "-" : "";
  if (exponent < 0) return out + "0." + std::string(static_cast<size_t>(-exponent) - 1, '0') + digits;
  const auto whole = static_cast<size_t>(exponent) + 1;
  if (digits.size() <= whole) return out + digits + std::string(whole - digits.size(), '0');
  return out + digits.substr(0, whole) + "." + digits.substr(whole);
}

}  // namespace heng::data
