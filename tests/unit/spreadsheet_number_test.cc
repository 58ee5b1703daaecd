// What a spreadsheet keeps of a number is what was typed, and the other way round.
#include "engine/data/spreadsheet_number.h"

#include <cstdlib>
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/settle/workbook.h"

namespace heng::data {
namespace {

TEST(SpreadsheetNumber, WhatWasTyped) {
  const std::pair<const char*, const char*> kTyped[] = {{"0.10000000000000001", "0.1"},
                                                        {"8.3000000000000007", "8.3"},
                                                        {"-0.28999999999999998", "-0.29"},
                                                        {"0", "0"},
                                                        {"-0", "0"},
                                                        {"90", "90"},
                                                        {"1E3", "1000"},
                                                        {"1.5e-3", "0.0015"},
                                                        {"123456789012345", "123456789012345"},
                                                        {"9999999999999.9902", "9999999999999.99"},
                                                        {"1e20", "100000000000000000000"}};
  for (const auto& [text, decimal] : kTyped) EXPECT_EQ(TypedDecimal(text), decimal) << text;
  for (const char* text : {"0.30000000000000004", "0.33333333333333331", "1234567890123456.7", "", "x", "1,5", "1e400",
                           "inf", "nan", "1e99", " 1", "1 "})
    EXPECT_EQ(TypedDecimal(text), std::nullopt) << text;
}

TEST(SpreadsheetNumber, APercentageIsMoved) {
  EXPECT_EQ(TypedDecimal("0.90500000000000003", 2), "90.5");
  EXPECT_EQ(TypedDecimal("1", 2), "100");
  EXPECT_EQ(TypedDecimal("5.0000000000000001E-3", 2), "0.5");
  EXPECT_EQ(TypedDecimal("0", 2), "0");
}

// Every decimal of at most 15 digits comes back from its 17 digits.
TEST(SpreadsheetNumber, EveryDecimalComesBack) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 20000; ++i) {
    const auto digits = std::uniform_int_distribution<int64_t>(1, 999'999'999'999'999)(random) >> (random() % 40);
    const int places = static_cast<int>(random() % 12);
    std::string decimal = std::to_string(digits);
    if (places > 0) {
      if (decimal.size() <= static_cast<size_t>(places))
        decimal.insert(0, static_cast<size_t>(places) + 1 - decimal.size(), '0');
      decimal.insert(decimal.size() - static_cast<size_t>(places), ".");
      while (decimal.back() == '0') decimal.pop_back();
      if (decimal.back() == '.') decimal.pop_back();
    }
    EXPECT_TRUE(settle::IsKept(decimal)) << decimal;
    EXPECT_EQ(TypedDecimal(fmt::format("{:.17g}", std::strtod(decimal.c_str(), nullptr))),
              decimal == "0" ? "0" : decimal);
  }
}

TEST(SpreadsheetNumber, WhatAFormatSays) {
  for (const char* code :
       {"yyyy-mm-dd", "yyyy\"年\"m\"月\"", "[$-804]yyyy\"年\"", "h:mm", "[h]:mm", "[mm]", "D", "m/d"})
    EXPECT_EQ(KindOfFormat(code), NumberKind::kDate) << code;
  for (const char* code : {"0%", "0.00%", "[Red]0%"}) EXPECT_EQ(KindOfFormat(code), NumberKind::kPercent) << code;
  for (const char* code :
       {"General", "0.00", "#,##0", "\"days\"0", "[Red]0", "0_d", "0\\d", "@", "0.00E+00", "", "\"", "[", "\\"})
    EXPECT_EQ(KindOfFormat(code), NumberKind::kPlain) << code;
  EXPECT_EQ(KindOfFormat(14), NumberKind::kDate);
  EXPECT_EQ(KindOfFormat(10), NumberKind::kPercent);
  EXPECT_EQ(KindOfFormat(0), NumberKind::kPlain);
}

TEST(SpreadsheetNumber, WhatIsKept) {
  for (const char* decimal : {"0", "90.00", "-0.07", "0.000000000000001", "123456789012345", "12345678901234.5"})
    EXPECT_TRUE(settle::IsKept(decimal)) << decimal;
  for (const char* decimal :
       {"1234567890123456", "12345678901234.50", "", "-", "1e5", ".5", "5.", "1.2.3", "绿牌", "90%"})
    EXPECT_FALSE(settle::IsKept(decimal)) << decimal;
}

}  // namespace
}  // namespace heng::data
