// Which expressions have one normal form, and that lowering computes such once.
#include "engine/graph/analysis/normal_forms.h"

#include <gtest/gtest.h>

#include "engine/program/program.h"
#include "tests/unit/small_world.h"

namespace heng::tests {
namespace {

const std::string kFacts = R"(
对象 项目 { 类别 : { 老、新 } }
填报 每月 {
  甲 : 小数, -3 至 3, 2 位小数
  乙 : 小数, -3 至 3, 2 位小数
  丙 : 小数, -3 至 3, 2 位小数
  个 : 整数, 1 至 9
  丁 : 小数, -3 至 3, 2 位小数, 可缺
}
)";

graph::GraphPtr Both(const std::string& a, const std::string& b) {
  return BuildPolicy(kFacts + "公式 左 每月 = " + a + " 自定\n公式 右 每月 = " + b + " 自定\n结果 每月 左, 右\n");
}

bool Equal(const std::string& a, const std::string& b) {
  const graph::GraphPtr graph = Both(a, b);
  const graph::Ranges ranges(*graph);
  const auto body = [&](const char* name) { return (*graph)[*graph->Find(name)].body; };
  return graph::NormalForms(*graph, ranges).Equal(body("左"), body("右"));
}

std::string Text(const std::string& expression) {
  const graph::GraphPtr graph = Both(expression, "0");
  const graph::Ranges ranges(*graph);
  return graph::NormalForms(*graph, ranges).Text((*graph)[*graph->Find("左")].body);
}

TEST(NormalForms, LinearCombinations) {
  EXPECT_TRUE(Equal("甲 + 乙", "乙 + 甲"));
  EXPECT_TRUE(Equal("2 × (甲 + 乙) − 乙", "2 × 甲 + 乙"));
  EXPECT_TRUE(Equal("(甲 × 0.4 + 乙 × 0.6) × 100", "40 × 甲 + 60 × 乙"));
  EXPECT_TRUE(Equal("甲 − (乙 − 丙)", "甲 + 丙 − 乙"));
  EXPECT_TRUE(Equal("(甲 + 乙 + 丙) ÷ 3", "甲 ÷ 3 + (乙 + 丙) ÷ 3"));
  EXPECT_TRUE(Equal("−(甲 − 1)", "1 − 甲"));
  EXPECT_FALSE(Equal("甲 + 乙", "甲 − 乙"));
  EXPECT_FALSE(Equal("甲 ÷ 3", "甲 × 0.3333"));
}

TEST(NormalForms, Ratios) {
  EXPECT_TRUE(Equal("甲 ÷ 个 + 乙 ÷ 个", "(甲 + 乙) ÷ 个"));
  EXPECT_TRUE(Equal("(甲 + 个) ÷ 个", "甲 ÷ 个 + 1"));
  EXPECT_TRUE(Equal("甲 ÷ 个 × 个", "甲 + 个 − 个"));
  EXPECT_TRUE(Equal("甲 ÷ (2 × 个)", "(0.5 × 甲) ÷ 个"));
  EXPECT_TRUE(Equal("(甲 ÷ 个) ÷ (100 ÷ 个)", "甲 ÷ 100 + 个 − 个"));
  EXPECT_TRUE(Equal("甲 ÷ (个 + 1)", "甲 ÷ (1 + 个)"));
  EXPECT_FALSE(Equal("甲 ÷ 个", "个 ÷ 甲"));
  EXPECT_FALSE(Equal("甲 ÷ 个", "甲 ÷ (个 + 1)"));
}

TEST(NormalForms, Products) {
  EXPECT_TRUE(Equal("甲 × 乙", "乙 × 甲"));
  EXPECT_TRUE(Equal("(2 × 甲) × 乙", "2 × (乙 × 甲)"));
  EXPECT_TRUE(Equal("(1 − 甲) × 乙", "0 − (甲 − 1) × 乙"));
  EXPECT_FALSE(Equal("甲 × 乙", "甲 × 丙"));
}

TEST(NormalForms, WithinWhatIsNotLinear) {
  EXPECT_TRUE(Equal("最高(甲 + 乙, 丙)", "最高(丙, 乙 + 甲)"));
  EXPECT_TRUE(Equal("如果 甲 + 乙 > 1 则 甲 否则 2 × 乙", "如果 乙 + 甲 > 1 则 甲 否则 乙 + 乙"));
  EXPECT_TRUE(Equal("甲 + 乙 四舍五入到 0.1", "乙 + 甲 四舍五入到 0.1"));
  EXPECT_FALSE(Equal("甲 四舍五入到 0.1", "甲 舍去到 0.1"));
  EXPECT_FALSE(Equal("如果 甲 > 1 则 甲 否则 乙", "如果 甲 ≥ 1 则 甲 否则 乙"));
}

// What cancels must be there all the same, and a divisor that can be 0 fails.
TEST(NormalForms, WhatIsMissingOrFailsStays) {
  EXPECT_FALSE(Equal("甲 − 甲 + 乙", "乙"));
  EXPECT_FALSE(Equal("(丁 缺按 0) × 0", "0"));
  EXPECT_FALSE(Equal("甲 ÷ 乙 × 乙", "甲"));
  EXPECT_FALSE(Equal("甲 ÷ 乙 × 乙", "甲 + 乙 − 乙"));
  EXPECT_FALSE(Equal("如果 乙 > 0 则 甲 ÷ 乙 否则 甲", "如果 丙 > 0 则 甲 ÷ 乙 否则 甲"));
}

TEST(NormalForms, AreWrittenAsSums) {
  EXPECT_EQ(Text("0.4 × 甲 + (乙 − 甲) × 0.1"), "0.3·甲 + 0.1·乙");
  EXPECT_EQ(Text("(甲 + 2 × 乙) ÷ 个 − 3"), "甲÷个 + 2·乙÷个 - 3");
  EXPECT_EQ(Text("甲 − 甲"), "0");
}

TEST(NormalForms, EqualNodesAreOneValueOfTheProgram) {
  const graph::GraphPtr graph = Both("2 × (甲 + 乙) − 乙 + 个", "个 + 2 × 甲 + 乙");
  const auto lowered = program::Lower(graph, {*ParsePeriod("2024-01"), {}});
  ASSERT_EQ(lowered->outputs.size(), 2U);
  EXPECT_EQ(lowered->outputs[0].value, lowered->outputs[1].value);
}

// A sum of very many terms is cut into atoms, not refused.
TEST(NormalForms, LongSumsAreQuick) {
  std::string sum = "甲";
  for (int i = 0; i < 900; ++i) sum += " + 最高(甲, " + std::to_string(i) + ")";
  EXPECT_TRUE(Equal(sum, sum));
}

}  // namespace
}  // namespace heng::tests
