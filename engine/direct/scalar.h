// Scalars of JSON from their bytes: names compared, strings delimited, decimals as integers, never by way of floating point.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace heng::direct {

// A token without the blanks behind it.
std::string_view TrimEnd(std::string_view token);
// What stands between the quotes of a string without escapes, if it is one and not empty.
std::optional<std::string_view> Content(std::string_view token);
// A plain decimal as an integer with so many decimal places; nothing if it is none, is too long, or has more places. Key::kAny: 0.
std::optional<int64_t> ToInteger(std::string_view text, int places);
// The string without escapes, or what else ends at a blank or a sign of JSON, that begins there; empty if there is none before `end`.
// REQUIRES: eight readable bytes behind `end`.
std::string_view TokenAt(const char* at, const char* end);

inline constexpr int64_t kPowersOfTen[] = {1,
                                           10,
                                           100,
                                           1'000,
                                           10'000,
                                           100'000,
                                           1'000'000,
                                           10'000'000,
                                           100'000'000,
                                           1'000'000'000,
                                           10'000'000'000,
                                           100'000'000'000,
                                           1'000'000'000'000,
                                           10'000'000'000'000,
                                           100'000'000'000'000,
                                           1'000'000'000'000'000,
                                           10'000'000'000'000'000,
                                           100'000'000'000'000'000,
                                           1'000'000'000'000'000'000};

// Whether the text begins so. Names are short, and a call for each costs as much as comparing them; the last words overlap.
inline bool IsSame(const char* text, std::string_view name) {
  const auto same = [&](size_t at, auto word) {
    auto other = word;
    std::memcpy(&word, text + at, sizeof word);
    std::memcpy(&other, name.data() + at, sizeof word);
    return word == other;
  };
  const size_t size = name.size();
  if (size >= 8) {
    for (size_t at = 0; at + 8 < size; at += 8) {
      if (!same(at, uint64_t{})) return false;
    }
    return same(size - 8, uint64_t{});
  }
  if (size >= 4) return same(0, uint32_t{}) && same(size - 4, uint32_t{});
  if (size >= 2) return same(0, uint16_t{}) && same(size - 2, uint16_t{});
  return size == 0 || same(0, uint8_t{});
}
// Whether the token begins there; `end`: behind the last byte that may be read.
inline bool IsToken(const char* at, const char* end, std::string_view token) {
  return end - at >= static_cast<std::ptrdiff_t>(token.size()) && IsSame(at, token);
}
// Whether the key that begins there is that name; `end`: behind the last byte that may be read.
inline bool IsKey(const char* key, const char* end, std::string_view name) {
  return static_cast<size_t>(end - key) > name.size() && key[name.size()] == '"' && IsSame(key, name);
}

// Eight bytes, the first in the lowest place.
inline uint64_t EightBytes(const char* at) {
  uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  return word;
}

// Of eight bytes, the high bit of each that is no digit.
inline uint64_t OtherThanDigits(uint64_t word) {
  word ^= 0x3030303030303030;
  return (((word & 0x7F7F7F7F7F7F7F7F) + 0x7676767676767676) | word) & 0x8080808080808080;
}
// The first `count` of the eight, digits, as a number. REQUIRES: 1 to 8.
inline int64_t NumberOf(uint64_t word, int count) {
  word = (word ^ 0x3030303030303030) << (64 - 8 * count);
  word = word * 10 + (word >> 8);
  word =
      ((word & 0x000000FF000000FF) * 0x000F424000000064 + ((word >> 16) & 0x000000FF000000FF) * 0x0000271000000001) >>
      32;
  return static_cast<int64_t>(word);
}

// The decimal that begins there, if it is plain, has at most seven digits on a side of the point and no more places than are wanted, as
// ToInteger reads it; `at` then moves behind it. REQUIRES: 24 readable bytes.
inline bool TakeDecimal(const char*& at, int places, int64_t& value) {
  const char* next = at;
  const bool negative = *next == '-';
  next += negative ? 1 : 0;
  const uint64_t word = EightBytes(next);
  uint64_t others = OtherThanDigits(word);
  const int whole = std::countr_zero(others) / 8;
  if (whole == 0 || whole == 8 || (*next == '0' && whole > 1)) return false;
  int decimals = 0;
  if (next[whole] != '.') {
    value = NumberOf(word, whole);
    next += whole;
  } else if (others &= others - 1; others != 0) {
    // All of it is among the eight: the point is taken out.
    decimals = std::countr_zero(others) / 8 - whole - 1;
    if (decimals == 0) return false;
    const uint64_t front = (uint64_t{1} << 8 * whole) - 1;
    value = NumberOf((word & front) | (word >> 8 & ~front), whole + decimals);
    next += whole + 1 + decimals;
  } else {
    next += whole + 1;
    const uint64_t fraction = EightBytes(next);
    decimals = std::countr_zero(OtherThanDigits(fraction)) / 8;
    if (decimals == 0 || decimals == 8) return false;
    value = NumberOf(word, whole) * kPowersOfTen[decimals] + NumberOf(fraction, decimals);
    next += decimals;
  }
  if (decimals > places || __builtin_mul_overflow(value, kPowersOfTen[places - decimals], &value)) return false;
  if (negative) value = -value;
  at = next;
  return !negative || value != 0;
}

}  // namespace heng::direct
