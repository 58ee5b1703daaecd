#include "engine/base/rational.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/base/limits.h"

namespace heng {
namespace {

mpz_class PowerOfTen(int places) {
  mpz_class power;
  mpz_ui_pow_ui(power.get_mpz_t(), 10, static_cast<unsigned long>(places));
  return power;
}

}  // namespace

namespace {

std::optional<Rational::Int128> ToInt128(const mpz_class& value) {
  if (mpz_sizeinbase(value.get_mpz_t(), 2) > 126) return std::nullopt;
  uint64_t words[2] = {0, 0};
  mpz_export(words, nullptr, -1, sizeof(uint64_t), 0, 0, value.get_mpz_t());
  const auto magnitude = static_cast<Rational::Int128>(words[1]) << 64 | words[0];
  return sgn(value) < 0 ? -magnitude : magnitude;
}

mpz_class FromInt128(Rational::Int128 value) {
  if (value >= INT64_MIN && value <= INT64_MAX) return {static_cast<long>(value)};
  const Rational::Int128 magnitude = value < 0 ? -value : value;
  const uint64_t words[2] = {static_cast<uint64_t>(magnitude), static_cast<uint64_t>(magnitude >> 64)};
  mpz_class out;
  mpz_import(out.get_mpz_t(), 2, -1, sizeof(uint64_t), 0, 0, words);
  return value < 0 ? mpz_class(-out) : out;
}

}  // namespace

std::optional<Rational::Fraction> Rational::ToFraction() const {
  const auto numerator = ToInt128(value_.get_num());
  const auto denominator = ToInt128(value_.get_den());
  if (!numerator || !denominator) return std::nullopt;
  return Fraction{*numerator, *denominator};
}

Rational Rational::Of(Fraction fraction) {
  CHECK(fraction.denominator != 0);
  mpq_class value(FromInt128(fraction.numerator), FromInt128(fraction.denominator));
  value.canonicalize();
  return Rational(std::move(value));
}

struct DecimalParser {
  static Rational Make(const std::string& digits, int places) {
    mpq_class value(mpz_class(digits, 10), PowerOfTen(places));
    value.canonicalize();
    return Rational(std::move(value));
  }
};

Rational::Rational(int64_t numerator, int64_t denominator)
    : value_(static_cast<long>(numerator), static_cast<long>(denominator)) {
  CHECK(denominator != 0);
  value_.canonicalize();
}

Rational operator/(const Rational& a, const Rational& b) {
  CHECK(!b.is_zero());
  return Rational(mpq_class(a.value_ / b.value_));
}

Rational Rational::RoundTo(const Rational& step, Rounding rounding) const {
  CHECK(step.sign() > 0);
  const mpq_class quotient = value_ / step.value_;
  const mpz_class magnitude_num = abs(quotient.get_num());
  const mpz_class& den = quotient.get_den();
  mpz_class whole;
  mpz_class rest;
  mpz_fdiv_qr(whole.get_mpz_t(), rest.get_mpz_t(), magnitude_num.get_mpz_t(), den.get_mpz_t());
  const int half = cmp(mpz_class(rest * 2), den);
  const bool odd = mpz_odd_p(whole.get_mpz_t()) != 0;
  bool up = false;
  switch (rounding) {
    case Rounding::kHalfAwayFromZero: up = half >= 0; break;
    case Rounding::kHalfToEven: up = half > 0 || (half == 0 && odd); break;
    case Rounding::kDown: break;
    case Rounding::kUp: up = sgn(rest) != 0; break;
  }
  if (up) whole += 1;
  if (sgn(quotient) < 0) whole = -whole;
  return Rational(mpq_class(whole * step.value_));
}

std::optional<int> Rational::decimal_places() const {
  mpz_class den = value_.get_den();
  int twos = 0;
  int fives = 0;
  while (mpz_divisible_ui_p(den.get_mpz_t(), 2)) {
    den /= 2;
    ++twos;
  }
  while (mpz_divisible_ui_p(den.get_mpz_t(), 5)) {
    den /= 5;
    ++fives;
  }
  if (den != 1) return std::nullopt;
  return std::max(twos, fives);
}

std::string Rational::ToFixed(int places) const {
  const mpq_class scaled = value_ * PowerOfTen(places);
  CHECK(scaled.get_den() == 1);
  std::string digits = mpz_class(abs(scaled.get_num())).get_str();
  const size_t fraction = static_cast<size_t>(places);
  if (digits.size() <= fraction) digits.insert(0, fraction + 1 - digits.size(), '0');
  if (fraction > 0) digits.insert(digits.size() - fraction, ".");
  return sign() < 0 ? "-" + digits : digits;
}

std::string Rational::ToString() const {
  const std::optional<int> places = decimal_places();
  return places ? ToFixed(*places) : value_.get_str();
}

std::optional<int64_t> Rational::ToInt64() const {
  if (!is_whole() || !value_.get_num().fits_slong_p()) return std::nullopt;
  return value_.get_num().get_si();
}

size_t Rational::Hash() const {
  const size_t num = mpz_fdiv_ui(value_.get_num_mpz_t(), 1000000007UL);
  const size_t den = mpz_fdiv_ui(value_.get_den_mpz_t(), 998244353UL);
  return num * 1000003 + den;
}

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
