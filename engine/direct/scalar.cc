#include "engine/direct/scalar.h"

#include <iterator>

#include "engine/direct/plan.h"

namespace heng::direct {
namespace {

constexpr int kMostDigits = std::size(kPowersOfTen) - 1;

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Behind the string without escapes that begins at the quote; null if there is none.
const char* EndOfString(const char* at, const char* end) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  constexpr uint64_t kHighs = 0x80 * kOnes;
  // The lowest bit that is set is right; those above may not be.
  const auto below = [](uint64_t word, uint64_t bound) { return (word - bound * kOnes) & ~word & kHighs; };
  for (++at; at < end; at += 8) {
    const uint64_t word = EightBytes(at);
    const uint64_t stops = below(word ^ '"' * kOnes, 1) | below(word ^ '\\' * kOnes, 1) | below(word, 0x20);
    if (stops == 0) continue;
    at += std::countr_zero(stops) / 8;
    return at < end && *at == '"' ? at + 1 : nullptr;
  }
  return nullptr;
}

}  // namespace

std::string_view TrimEnd(std::string_view token) {
  while (!token.empty() && IsBlank(token.back())) token.remove_suffix(1);
  return token;
}

std::optional<std::string_view> Content(std::string_view token) {
  if (token.size() < 3 || token.front() != '"' || token.back() != '"') return std::nullopt;
  token = token.substr(1, token.size() - 2);
  for (const char c : token) {
    if (c == '\\') return std::nullopt;
  }
  return token;
}

std::string_view TokenAt(const char* at, const char* end) {
  if (at >= end) return {};
  if (*at == '"') {
    const char* const behind = EndOfString(at, end);
    return behind == nullptr ? std::string_view() : std::string_view(at, static_cast<size_t>(behind - at));
  }
  const char* behind = at;
  while (behind != end && !IsBlank(*behind) && *behind != ',' && *behind != '}' && *behind != ']') ++behind;
  return {at, static_cast<size_t>(behind - at)};
}

std::optional<int64_t> ToInteger(std::string_view text, int places) {
  const char* at = text.data();
  const char* const end = at + text.size();
  const bool negative = at != end && *at == '-';
  if (negative) ++at;
  if (at == end || end - at > kMostDigits) return std::nullopt;
  const char* const first = at;
  const auto is_digit = [](char c) { return static_cast<unsigned char>(c - '0') <= 9; };
  int64_t value = 0;
  for (; at != end && is_digit(*at); ++at) value = value * 10 + (*at - '0');
  if (at == first || (*first == '0' && at - first > 1)) return std::nullopt;
  int decimals = 0;
  if (at != end) {
    if (*at++ != '.') return std::nullopt;
    const char* const point = at;
    for (; at != end && is_digit(*at); ++at) value = value * 10 + (*at - '0');
    decimals = static_cast<int>(at - point);
    if (decimals == 0 || at != end) return std::nullopt;
  }
  if (places == Key::kAny) return 0;
  for (; decimals > places; --decimals) {
    if (value % 10 != 0) return std::nullopt;
    value /= 10;
  }
  if (__builtin_mul_overflow(value, kPowersOfTen[places - decimals], &value)) return std::nullopt;
  if (negative && value == 0) return std::nullopt;
  return negative ? -value : value;
}

}  // namespace heng::direct
