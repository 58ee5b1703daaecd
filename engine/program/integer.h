// Integers of the program: 128 bits wide while lowering, so that what does not fit 64 is known and not lost. Bounds are what is
// proved of a value at compile time; arithmetic on them gives nothing where even 128 bits may not hold the result.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

namespace heng::program {

__extension__ using Int = __int128;
__extension__ using UnsignedInt = unsigned __int128;

// Greatest magnitude that a value may be proved to have: one more doubling still fits Int.
inline constexpr Int kGreatest = (Int{1} << 126) - 1;

inline Int Gcd(Int a, Int b) {
  if (a < 0) a = -a;
  if (b < 0) b = -b;
  while (b != 0) {
    const Int rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

inline std::optional<Int> Times(Int a, Int b) {
  Int out = 0;
  if (__builtin_mul_overflow(a, b, &out) || out > kGreatest || out < -kGreatest) return std::nullopt;
  return out;
}
inline std::optional<Int> Plus(Int a, Int b) {
  Int out = 0;
  if (__builtin_add_overflow(a, b, &out) || out > kGreatest || out < -kGreatest) return std::nullopt;
  return out;
}

// Both ends included.
struct Bounds {
  Int low = 0;
  Int high = 0;

  static Bounds Point(Int value) { return {value, value}; }
  bool is_point() const { return low == high; }
  bool fits(int bits) const { return low >= -(Int{1} << (bits - 1)) && high < (Int{1} << (bits - 1)); }
  Bounds Hull(Bounds other) const { return {std::min(low, other.low), std::max(high, other.high)}; }
  friend bool operator==(const Bounds&, const Bounds&) = default;
};

inline std::optional<Bounds> Sum(Bounds a, Bounds b) {
  const auto low = Plus(a.low, b.low);
  const auto high = Plus(a.high, b.high);
  return low && high ? std::optional(Bounds{*low, *high}) : std::nullopt;
}
inline Bounds Negated(Bounds a) { return {-a.high, -a.low}; }
inline std::optional<Bounds> Product(Bounds a, Bounds b) {
  const std::optional<Int> ends[] = {Times(a.low, b.low), Times(a.low, b.high), Times(a.high, b.low),
                                     Times(a.high, b.high)};
  Bounds out{kGreatest, -kGreatest};
  for (const std::optional<Int>& end : ends) {
    if (!end) return std::nullopt;
    out = {std::min(out.low, *end), std::max(out.high, *end)};
  }
  return out;
}

}  // namespace heng::program
