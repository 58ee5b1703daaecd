// Rational: an exact number, the only kind of number that Heng computes with. Never made from a double.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <gmpxx.h>

namespace heng {

// To which multiple of a step a number is rounded. Ties and directions as GB/T 8170-2008 and common usage name them.
enum class Rounding : unsigned char {
  kHalfAwayFromZero,  // 四舍五入
  kHalfToEven,        // 四舍六入五成双 (GB/T 8170)
  kDown,              // 舍去: toward zero
  kUp,                // 进一: away from zero
};

class Rational {
 public:
  Rational() = default;
  Rational(int64_t whole) : value_(static_cast<long>(whole)) {}  // NOLINT(google-explicit-constructor)
  // REQUIRES: denominator ≠ 0.
  Rational(int64_t numerator, int64_t denominator);

  bool is_zero() const { return sgn(value_) == 0; }
  int sign() const { return sgn(value_); }
  bool is_whole() const { return value_.get_den() == 1; }

  Rational operator-() const { return Rational(mpq_class(-value_)); }
  friend Rational operator+(const Rational& a, const Rational& b) { return Rational(mpq_class(a.value_ + b.value_)); }
  friend Rational operator-(const Rational& a, const Rational& b) { return Rational(mpq_class(a.value_ - b.value_)); }
  friend Rational operator*(const Rational& a, const Rational& b) { return Rational(mpq_class(a.value_ * b.value_)); }
  // REQUIRES: b ≠ 0.
  friend Rational operator/(const Rational& a, const Rational& b);
  Rational& operator+=(const Rational& b) {
    value_ += b.value_;
    return *this;
  }
  friend bool operator==(const Rational& a, const Rational& b) { return a.value_ == b.value_; }
  friend std::strong_ordering operator<=>(const Rational& a, const Rational& b) {
    const int c = cmp(a.value_, b.value_);
    return c < 0 ? std::strong_ordering::less : c > 0 ? std::strong_ordering::greater : std::strong_ordering::equal;
  }

  // The multiple of `step` that `rounding` names. REQUIRES: step > 0.
  Rational RoundTo(const Rational& step, Rounding rounding) const;

  // The number of decimal places of the shortest exact decimal, or nothing if no finite decimal is equal.
  std::optional<int> decimal_places() const;
  // The decimal text with exactly `places` places. REQUIRES: decimal_places() ≤ places.
  std::string ToFixed(int places) const;
  // The shortest exact decimal text; `n/d` if there is none.
  std::string ToString() const;
  // Numerator and denominator (> 0, no common factor), where each fits 127 bits.
  __extension__ using Int128 = __int128;
  struct Fraction {
    Int128 numerator = 0;
    Int128 denominator = 1;
  };
  std::optional<Fraction> ToFraction() const;
  // REQUIRES: denominator ≠ 0.
  static Rational Of(Fraction fraction);
  // A whole number that fits, else nothing.
  std::optional<int64_t> ToInt64() const;
  size_t Hash() const;

 private:
  explicit Rational(mpq_class value) : value_(std::move(value)) {}
  friend struct DecimalParser;
  mpq_class value_;
};

// A number as it was written, with the places that were written: `91.50` has 2.
struct Decimal {
  Rational value;
  int places = 0;
};

// Reads `-?digits(.digits)?` and nothing else: no exponent, no separator, no sign `+`, at most limits::kNumberDigits digits,
// no leading zero but that of `0.5`. Full-width digits are not read here (the lexer folds them).
std::optional<Decimal> ParseDecimal(std::string_view text);

}  // namespace heng
