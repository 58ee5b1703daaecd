// Rational: an exact number, the only kind of number that Heng computes with. Never made from a double.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace heng {

// To which multiple of a step a number is rounded. Ties and directions as GB/T 8170-2008 and common usage name them.
enum class Rounding : unsigned char {
  kHalfAwayFromZero,  // 四舍五入
  kHalfToEven,        // 四舍六入五成双 (GB/T 8170)
  kDown,              // 舍去: toward zero
  kUp,                // 进一: away from zero
};

// Where numerator and denominator fit 63 bits they stand in the object; others are GMP's. There is one form for each number.
class Rational {
 public:
  Rational() = default;
  Rational(int64_t whole) : numerator_(whole) {  // NOLINT(google-explicit-constructor)
    if (whole == INT64_MIN) Settle({whole, 1});
  }
  // REQUIRES: denominator ≠ 0.
  Rational(int64_t numerator, int64_t denominator) { Settle({numerator, denominator}); }
  Rational(const Rational& other) : numerator_(other.numerator_), denominator_(other.denominator_) {
    if (other.big_ != nullptr) CopyBig(other);
  }
  Rational(Rational&& other) noexcept
      : numerator_(other.numerator_), denominator_(other.denominator_), big_(std::exchange(other.big_, nullptr)) {}
  Rational& operator=(const Rational& other) {
    Rational copy(other);
    return *this = std::move(copy);
  }
  Rational& operator=(Rational&& other) noexcept {
    numerator_ = other.numerator_;
    denominator_ = other.denominator_;
    std::swap(big_, other.big_);
    return *this;
  }
  ~Rational() {
    if (big_ != nullptr) DeleteBig();
  }

  bool is_zero() const { return big_ == nullptr && numerator_ == 0; }
  int sign() const { return big_ == nullptr ? (numerator_ > 0) - (numerator_ < 0) : SignOfBig(); }
  bool is_whole() const;

  Rational operator-() const;
  friend Rational operator+(const Rational& a, const Rational& b) { return Sum(a, b, false); }
  friend Rational operator-(const Rational& a, const Rational& b) { return Sum(a, b, true); }
  friend Rational operator*(const Rational& a, const Rational& b);
  // REQUIRES: b ≠ 0.
  friend Rational operator/(const Rational& a, const Rational& b);
  Rational& operator+=(const Rational& b) { return *this = *this + b; }
  friend bool operator==(const Rational& a, const Rational& b) {
    const bool small = a.big_ == nullptr && b.big_ == nullptr;
    return small ? a.numerator_ == b.numerator_ && a.denominator_ == b.denominator_ : Compare(a, b) == 0;
  }
  friend std::strong_ordering operator<=>(const Rational& a, const Rational& b) { return Compare(a, b) <=> 0; }

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
  static Rational Of(Fraction fraction) {
    Rational out;
    out.Settle(fraction);
    return out;
  }
  // A whole number that fits, else nothing.
  std::optional<int64_t> ToInt64() const;
  size_t Hash() const;

 private:
  struct Big;
  friend struct DecimalParser;

  // Takes the number over, without common factors, where it fits.
  void Settle(Fraction fraction);
  void Settle(Big big);
  Big ToBig() const;
  void CopyBig(const Rational& other);
  void DeleteBig();
  int SignOfBig() const;
  static Rational Sum(const Rational& a, const Rational& b, bool subtract);
  static int Compare(const Rational& a, const Rational& b);

  int64_t numerator_ = 0;
  int64_t denominator_ = 1;
  Big* big_ = nullptr;  // if not null, the number
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
