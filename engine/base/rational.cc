#include "engine/base/rational.h"

#include <algorithm>
#include <array>
#include <numeric>

#include <gmpxx.h>

#include "engine/base/check.h"
#include "engine/base/limits.h"

namespace heng {

struct Rational::Big {
  mpq_class value;
};

namespace {

using Int128 = Rational::Int128;

mpz_class PowerOfTen(int places) {
  mpz_class power;
  mpz_ui_pow_ui(power.get_mpz_t(), 10, static_cast<unsigned long>(places));
  return power;
}

// 10^18 is the last that fits.
constexpr int kSmallPlaces = 18;
int64_t SmallPowerOfTen(int places) {
  static constexpr auto kPowers = [] {
    std::array<int64_t, kSmallPlaces + 1> powers{};
    powers[0] = 1;
    for (size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
    return powers;
  }();
  return kPowers[static_cast<size_t>(places)];
}

bool FitsSmall(Int128 value) { return value <= INT64_MAX && value >= -INT64_MAX; }

Int128 Gcd(Int128 a, Int128 b) {
  if (a < 0) a = -a;
  if (b < 0) b = -b;
  while (b > INT64_MAX || a > INT64_MAX) {
    if (b == 0) return a;
    a = std::exchange(b, a % b);
  }
  return std::gcd(static_cast<int64_t>(a), static_cast<int64_t>(b));
}

std::optional<Int128> ToInt128(const mpz_class& value) {
  if (mpz_sizeinbase(value.get_mpz_t(), 2) > 126) return std::nullopt;
  uint64_t words[2] = {0, 0};
  mpz_export(words, nullptr, -1, sizeof(uint64_t), 0, 0, value.get_mpz_t());
  const auto magnitude = static_cast<Int128>(words[1]) << 64 | words[0];
  return sgn(value) < 0 ? -magnitude : magnitude;
}

mpz_class FromInt128(Int128 value) {
  if (FitsSmall(value)) return {static_cast<long>(value)};
  const Int128 magnitude = value < 0 ? -value : value;
  const uint64_t words[2] = {static_cast<uint64_t>(magnitude), static_cast<uint64_t>(magnitude >> 64)};
  mpz_class out;
  mpz_import(out.get_mpz_t(), 2, -1, sizeof(uint64_t), 0, 0, words);
  return value < 0 ? mpz_class(-out) : out;
}

// Whether the magnitude that was cut down to `whole` is one more, by its rest, compared with a half.
bool RoundsUp(Rounding rounding, int half, bool odd, bool rest) {
  switch (rounding) {
    case Rounding::kHalfAwayFromZero: return half >= 0;
    case Rounding::kHalfToEven: return half > 0 || (half == 0 && odd);
    case Rounding::kDown: return false;
    case Rounding::kUp: return rest;
  }
  return false;
}

}  // namespace

// ---- the two forms

void Rational::Settle(Fraction fraction) {
  CHECK(fraction.denominator != 0);
  if (fraction.denominator == 1 && FitsSmall(fraction.numerator)) {
    numerator_ = static_cast<int64_t>(fraction.numerator);
    denominator_ = 1;
    return;
  }
  const Int128 common = Gcd(fraction.numerator, fraction.denominator) * (fraction.denominator < 0 ? -1 : 1);
  const Int128 numerator = fraction.numerator / common;
  const Int128 denominator = fraction.denominator / common;
  if (FitsSmall(numerator) && FitsSmall(denominator)) {
    numerator_ = static_cast<int64_t>(numerator);
    denominator_ = static_cast<int64_t>(denominator);
  } else {
    big_ = new Big{mpq_class(FromInt128(numerator), FromInt128(denominator))};
  }
}

void Rational::Settle(Big big) {
  const mpz_class& numerator = big.value.get_num();
  const mpz_class& denominator = big.value.get_den();
  if (numerator.fits_slong_p() && denominator.fits_slong_p() && numerator.get_si() != INT64_MIN) {
    numerator_ = numerator.get_si();
    denominator_ = denominator.get_si();
  } else {
    big_ = new Big(std::move(big));
  }
}

Rational::Big Rational::ToBig() const {
  if (big_ != nullptr) return *big_;
  return {mpq_class(static_cast<long>(numerator_), static_cast<long>(denominator_))};
}

void Rational::CopyBig(const Rational& other) { big_ = new Big(*other.big_); }
void Rational::DeleteBig() { delete big_; }
int Rational::SignOfBig() const { return sgn(big_->value); }

// ---- arithmetic

bool Rational::is_whole() const { return big_ == nullptr ? denominator_ == 1 : big_->value.get_den() == 1; }

Rational Rational::operator-() const {
  Rational out;
  if (big_ != nullptr) {
    out.Settle(Big{-big_->value});
  } else {
    out.numerator_ = -numerator_;
    out.denominator_ = denominator_;
  }
  return out;
}

Rational Rational::Sum(const Rational& a, const Rational& b, bool subtract) {
  Rational out;
  if (a.big_ != nullptr || b.big_ != nullptr) {
    const mpq_class x = a.ToBig().value;
    const mpq_class y = b.ToBig().value;
    out.Settle(Big{subtract ? mpq_class(x - y) : mpq_class(x + y)});
    return out;
  }
  // Each product lies below 2^126, their sum below 2^127.
  const int64_t common = a.denominator_ == b.denominator_ ? a.denominator_ : std::gcd(a.denominator_, b.denominator_);
  const Int128 x = static_cast<Int128>(a.numerator_) * (b.denominator_ / common);
  const Int128 y = static_cast<Int128>(b.numerator_) * (a.denominator_ / common);
  const Int128 numerator = subtract ? x - y : x + y;
  const Int128 denominator = static_cast<Int128>(a.denominator_ / common) * b.denominator_;
  out.Settle(Fraction{numerator, denominator});
  return out;
}

Rational operator*(const Rational& a, const Rational& b) {
  Rational out;
  if (a.big_ != nullptr || b.big_ != nullptr) {
    out.Settle(Rational::Big{mpq_class(a.ToBig().value * b.ToBig().value)});
  } else {
    out.Settle(Rational::Fraction{static_cast<Int128>(a.numerator_) * b.numerator_,
                                  static_cast<Int128>(a.denominator_) * b.denominator_});
  }
  return out;
}

Rational operator/(const Rational& a, const Rational& b) {
  CHECK(!b.is_zero());
  Rational out;
  if (a.big_ != nullptr || b.big_ != nullptr) {
    out.Settle(Rational::Big{mpq_class(a.ToBig().value / b.ToBig().value)});
  } else {
    out.Settle(Rational::Fraction{static_cast<Int128>(a.numerator_) * b.denominator_,
                                  static_cast<Int128>(a.denominator_) * b.numerator_});
  }
  return out;
}

int Rational::Compare(const Rational& a, const Rational& b) {
  if (a.big_ != nullptr || b.big_ != nullptr) return cmp(a.ToBig().value, b.ToBig().value);
  const Int128 x = static_cast<Int128>(a.numerator_) * b.denominator_;
  const Int128 y = static_cast<Int128>(b.numerator_) * a.denominator_;
  return (x > y) - (x < y);
}

Rational Rational::RoundTo(const Rational& step, Rounding rounding) const {
  CHECK(step.sign() > 0);
  const Rational quotient = *this / step;
  Rational whole;
  if (quotient.big_ == nullptr) {
    const int64_t magnitude = quotient.numerator_ < 0 ? -quotient.numerator_ : quotient.numerator_;
    const int64_t cut = magnitude / quotient.denominator_;
    const int64_t rest = magnitude % quotient.denominator_;
    const int64_t other = quotient.denominator_ - rest;
    const int half = (rest > other) - (rest < other);
    const bool up = RoundsUp(rounding, half, cut % 2 != 0, rest != 0);
    const Int128 rounded = static_cast<Int128>(cut) + (up ? 1 : 0);
    whole.Settle(Fraction{quotient.numerator_ < 0 ? -rounded : rounded, 1});
  } else {
    const mpq_class& value = quotient.big_->value;
    const mpz_class magnitude = abs(value.get_num());
    mpz_class cut;
    mpz_class rest;
    mpz_fdiv_qr(cut.get_mpz_t(), rest.get_mpz_t(), magnitude.get_mpz_t(), value.get_den().get_mpz_t());
    const int half = cmp(mpz_class(rest * 2), value.get_den());
    if (RoundsUp(rounding, half, mpz_odd_p(cut.get_mpz_t()) != 0, sgn(rest) != 0)) cut += 1;
    whole.Settle(Big{mpq_class(sgn(value) < 0 ? mpz_class(-cut) : cut)});
  }
  return whole * step;
}

// ---- text and other forms

std::optional<int> Rational::decimal_places() const {
  int twos = 0;
  int fives = 0;
  if (big_ == nullptr) {
    int64_t rest = denominator_;
    for (; rest % 2 == 0; rest /= 2) ++twos;
    for (; rest % 5 == 0; rest /= 5) ++fives;
    return rest == 1 ? std::optional(std::max(twos, fives)) : std::nullopt;
  }
  mpz_class rest = big_->value.get_den();
  for (; mpz_divisible_ui_p(rest.get_mpz_t(), 2); rest /= 2) ++twos;
  for (; mpz_divisible_ui_p(rest.get_mpz_t(), 5); rest /= 5) ++fives;
  return rest == 1 ? std::optional(std::max(twos, fives)) : std::nullopt;
}

std::string Rational::ToFixed(int places) const {
  std::string digits;
  const bool small = big_ == nullptr && places <= kSmallPlaces;
  const Int128 scaled = small ? static_cast<Int128>(numerator_) * SmallPowerOfTen(places) : 0;
  if (small && FitsSmall(scaled)) {
    CHECK(scaled % denominator_ == 0);
    const auto whole = static_cast<int64_t>(scaled / denominator_);
    digits = std::to_string(whole < 0 ? -whole : whole);
  } else {
    const mpq_class value = ToBig().value * PowerOfTen(places);
    CHECK(value.get_den() == 1);
    digits = mpz_class(abs(value.get_num())).get_str();
  }
  const auto fraction = static_cast<size_t>(places);
  if (digits.size() <= fraction) digits.insert(0, fraction + 1 - digits.size(), '0');
  if (fraction > 0) digits.insert(digits.size() - fraction, ".");
  return sign() < 0 ? "-" + digits : digits;
}

std::string Rational::ToString() const {
  const std::optional<int> places = decimal_places();
  return places ? ToFixed(*places) : ToBig().value.get_str();
}

std::optional<Rational::Fraction> Rational::ToFraction() const {
  if (big_ == nullptr) return Fraction{numerator_, denominator_};
  const auto numerator = ToInt128(big_->value.get_num());
  const auto denominator = ToInt128(big_->value.get_den());
  if (!numerator || !denominator) return std::nullopt;
  return Fraction{*numerator, *denominator};
}

std::optional<int64_t> Rational::ToInt64() const {
  if (big_ == nullptr) return denominator_ == 1 ? std::optional(numerator_) : std::nullopt;
  const bool fits = is_whole() && big_->value.get_num().fits_slong_p();
  return fits ? std::optional<int64_t>(big_->value.get_num().get_si()) : std::nullopt;
}

size_t Rational::Hash() const {
  if (big_ == nullptr) return static_cast<size_t>(numerator_) * 1000003 + static_cast<size_t>(denominator_);
  return mpz_fdiv_ui(big_->value.get_num_mpz_t(), 1000000007UL) * 1000003 +
         mpz_fdiv_ui(big_->value.get_den_mpz_t(), 998244353UL);
}

struct DecimalParser {
  static Rational Make(const std::string& digits, int places) {
    Rational out;
    if (digits.size() <= kSmallPlaces) {
      out.Settle(Rational::Fraction{std::stoll(digits), SmallPowerOfTen(places)});
      return out;
    }
    mpq_class value(mpz_class(digits, 10), PowerOfTen(places));
    value.canonicalize();
    out.Settle(Rational::Big{std::move(value)});
    return out;
  }
};

std::optional<Decimal> ParseDecimal(std::string_view text) {
  std::string digits;
  int places = -1;
  size_t i = 0;
  if (!text.empty() && text[0] == '-') {
    digits = "-";
    i = 1;
  }
  const size_t first = i;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '.') {
      if (places >= 0 || i == first || i + 1 == text.size()) return std::nullopt;
      places = 0;
    } else if (c >= '0' && c <= '9') {
      digits += c;
      if (places >= 0) ++places;
    } else {
      return std::nullopt;
    }
  }
  if (i == first || digits.size() > limits::kNumberDigits) return std::nullopt;
  if (text[first] == '0' && i > first + 1 && text[first + 1] != '.') return std::nullopt;
  return Decimal{DecimalParser::Make(digits, std::max(places, 0)), std::max(places, 0)};
}

}  // namespace heng
