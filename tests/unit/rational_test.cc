// Rational against GMP, over numbers that fit the object, that just do not, and that are far too long.
#include <gtest/gtest.h>

#include <random>

#include <gmpxx.h>

#include "engine/base/rational.h"

namespace heng {
namespace {

struct Pair {
  Rational ours;
  mpq_class gmp;
};

std::vector<Pair> Numbers() {
  std::mt19937_64 random(7);
  std::vector<Pair> out;
  const int64_t edges[] = {
      0, 1, -1, 2, 5, 10, 99, 1000000007, INT64_MAX, -INT64_MAX, INT64_MIN, INT64_MAX - 1, int64_t{1} << 32};
  const auto add = [&](int64_t n, int64_t d) {
    mpq_class gmp(n, 1);
    gmp /= mpq_class(d, 1);
    out.push_back({Rational(n, d), gmp});
  };
  for (const int64_t n : edges) {
    for (const int64_t d : {int64_t{1}, int64_t{3}, int64_t{-8}, int64_t{1000}, INT64_MAX}) add(n, d);
  }
  for (int i = 0; i < 60; ++i)
    add(static_cast<int64_t>(random() >> (i % 60)), static_cast<int64_t>(random() >> (1 + i % 61)) + 1);
  const size_t small = out.size();
  for (size_t i = 0; i + 1 < small; i += 3) {
    out.push_back({out[i].ours * out[i + 1].ours, out[i].gmp * out[i + 1].gmp});
    out.push_back({out[i].ours * out[i].ours * out[i + 1].ours, out[i].gmp * out[i].gmp * out[i + 1].gmp});
  }
  return out;
}

std::string Text(const mpq_class& value) { return value.get_str(); }
std::string Text(const Rational& value) {
  // The fraction as GMP writes it, also where there is a decimal.
  const auto fraction = value.ToFraction();
  if (!fraction) return "";
  const std::string numerator = Rational::Of({fraction->numerator, 1}).ToString();
  const std::string denominator = Rational::Of({fraction->denominator, 1}).ToString();
  return denominator == "1" ? numerator : numerator + "/" + denominator;
}

void ExpectSame(const Rational& ours, const mpq_class& gmp) {
  const std::string text = Text(ours);
  if (!text.empty()) {
    ASSERT_EQ(text, Text(gmp));
  } else {
    ASSERT_GT(mpz_sizeinbase(gmp.get_num_mpz_t(), 2) + mpz_sizeinbase(gmp.get_den_mpz_t(), 2), 120U);
  }
  ASSERT_EQ(ours.sign(), sgn(gmp));
}

TEST(RationalAgainstGmp, ArithmeticAndOrder) {
  const std::vector<Pair> numbers = Numbers();
  for (const Pair& a : numbers) {
    ExpectSame(a.ours, a.gmp);
    ExpectSame(-a.ours, -a.gmp);
    for (const Pair& b : numbers) {
      ExpectSame(a.ours + b.ours, a.gmp + b.gmp);
      ExpectSame(a.ours - b.ours, a.gmp - b.gmp);
      ExpectSame(a.ours * b.ours, a.gmp * b.gmp);
      if (!b.ours.is_zero()) ExpectSame(a.ours / b.ours, a.gmp / b.gmp);
      ASSERT_EQ(a.ours < b.ours, a.gmp < b.gmp);
      ASSERT_EQ(a.ours == b.ours, a.gmp == b.gmp);
      // There is one form for each number: what is gone and comes back is equal, and has the same hash.
      const Rational back = a.ours + b.ours - b.ours;
      ASSERT_EQ(back, a.ours);
      ASSERT_EQ(back.Hash(), a.ours.Hash());
    }
  }
}

TEST(RationalAgainstGmp, RoundingAndText) {
  for (const Pair& a : Numbers()) {
    for (const Rational& step : {Rational(1), Rational(1, 100), Rational(3, 7), Rational(1000000)}) {
      const Rational down = a.ours.RoundTo(step, Rounding::kDown);
      const Rational up = a.ours.RoundTo(step, Rounding::kUp);
      const Rational half = a.ours.RoundTo(step, Rounding::kHalfAwayFromZero);
      const Rational even = a.ours.RoundTo(step, Rounding::kHalfToEven);
      const Rational size = a.ours.sign() < 0 ? -a.ours : a.ours;
      const auto magnitude = [&](const Rational& r) { return a.ours.sign() < 0 ? -r : r; };
      EXPECT_LE(magnitude(down), size);
      EXPECT_GE(magnitude(up), size);
      EXPECT_LT(size - magnitude(down), step);
      EXPECT_LT(magnitude(up) - size, step);
      const Rational middle = magnitude(down) + step / Rational(2);
      EXPECT_EQ(magnitude(half), size < middle ? magnitude(down) : magnitude(down) + step);
      const bool odd = !(magnitude(down) / step / Rational(2)).is_whole();
      EXPECT_EQ(magnitude(even), size < middle || (size == middle && !odd) ? magnitude(down) : magnitude(down) + step);
    }
    if (const auto places = a.ours.decimal_places(); places && *places < 30) {
      const auto read = ParseDecimal(a.ours.ToFixed(*places));
      if (read) {
        EXPECT_EQ(read->value, a.ours);
      }
      EXPECT_EQ(a.ours.ToFixed(*places + 2), a.ours.ToFixed(*places) + (*places == 0 ? ".00" : "00"));
    }
  }
}

TEST(RationalAgainstGmp, CopiesAndMovesKeepTheNumber) {
  const Rational big = Rational(INT64_MAX) * Rational(INT64_MAX) * Rational(7, 3);
  Rational copy = big;
  EXPECT_EQ(copy, big);
  Rational moved = std::move(copy);
  EXPECT_EQ(moved, big);
  copy = Rational(1, 3);
  EXPECT_EQ(copy, Rational(1, 3));
  copy = moved;
  EXPECT_EQ(copy, big);
  moved = Rational(2);
  EXPECT_EQ(moved, Rational(2));
  EXPECT_EQ((copy = copy), big);
}

}  // namespace
}  // namespace heng
