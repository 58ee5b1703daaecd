// Which arms of a case can apply. Expected witnesses are found by hand: the value beside a bound that no case takes.
#include "engine/graph/analysis/case_coverage.h"

#include <gtest/gtest.h>

#include "tests/unit/small_world.h"

namespace heng::tests {
namespace {

const std::string kFacts = R"(
对象 项目 { 类别 : { 老、中、新 } }
填报 每月 {
  得分 : 分, 0 至 100, 2 位小数
  件数 : 整数 件, 0 至 10
  重大 : 是否
  档 : { 高、低 }, 可缺
}
)";

// What is found of the case that is the body of `a`: `gap …`, `n never`, `n and m: …`; `?` if nothing is known.
std::string Found(const std::string& text) {
  const graph::GraphPtr graph = BuildPolicy(kFacts + text + "结果 每月 a\n");
  const graph::Ranges ranges(*graph);
  const graph::CaseCoverage coverage =
      AnalyseCase(*graph, ranges, graph::Grids(*graph, ranges), (*graph)[*graph->Find("a")].body);
  if (!coverage.exact) return "?";
  std::string out;
  const auto say = [&](const std::string& what) { out += (out.empty() ? "" : "; ") + what; };
  if (coverage.gap) say("gap " + coverage.gap->zh);
  for (size_t i = 0; i < coverage.reachable.size(); ++i) {
    if (!coverage.reachable[i]) say(std::to_string(i + 1) + " never");
  }
  for (const auto& overlap : coverage.overlaps) {
    say(std::to_string(overlap.first + 1) + " and " + std::to_string(overlap.second + 1) + ": " + overlap.witness.zh);
  }
  return out;
}

std::string Grade(const std::string& best, const std::string& middle, const std::string& worst) {
  return Found("等级 a 每月 : 优 > 良 > 差 自定 {\n  优 当 " + best + "\n  良 当 " + middle + "\n  差 当 " + worst +
               "\n}\n");
}

std::string Table(const std::string& rows) { return Found("对照表 t 每月 自定 {\n" + rows + "}\n"); }

TEST(CaseCoverage, WitnessesStandOnTheGridOfTheFact) {
  EXPECT_EQ(Grade("得分 ≥ 90 分", "得分 ≥ 60 分", "得分 < 60 分"), "");
  EXPECT_EQ(Grade("得分 ≥ 90 分", "得分 ≥ 60 分", "得分 < 59.99 分"), "gap 得分 = 59.99 分");
  EXPECT_EQ(Grade("得分 > 90 分", "得分 ≥ 60 分 且 得分 < 90 分", "得分 < 60 分"), "gap 得分 = 90 分");
  // 59 件 … no: of whole numbers, `> 5` and `≤ 5` meet, and so do `≥ 6` and `≤ 5`.
  EXPECT_EQ(Grade("件数 ≥ 6 件", "件数 ≤ 5 件 且 件数 > 2 件", "件数 < 3 件"), "");
  EXPECT_EQ(Grade("件数 ≥ 7 件", "件数 ≤ 5 件 且 件数 > 2 件", "件数 < 3 件"), "gap 件数 = 6 件");
}

TEST(CaseCoverage, BoundsBetweenTwoValuesOfTheGrid) {
  // No score of two decimals lies between 59.995 and 59.996; 60 lies above both.
  EXPECT_EQ(Grade("得分 ≥ 90 分", "得分 ≥ 59.996 分", "得分 ≤ 59.995 分"), "");
  EXPECT_EQ(Grade("得分 ≥ 90 分", "得分 ≥ 60.001 分", "得分 ≤ 59.995 分"), "gap 得分 = 60 分");
}

TEST(CaseCoverage, ArmsThatNeverApply) {
  EXPECT_EQ(Grade("得分 ≥ 60 分", "得分 ≥ 90 分", "得分 < 60 分"), "2 never");
  EXPECT_EQ(Grade("得分 ≥ 60 分", "得分 < 60 分", "得分 > 100 分"), "3 never");
  // 60 分 is reached by the second arm alone.
  EXPECT_EQ(Grade("得分 > 60 分", "得分 ≥ 60 分", "得分 < 60 分"), "");
}

TEST(CaseCoverage, SeveralValuesAtOnce) {
  EXPECT_EQ(Grade("得分 ≥ 90 分 且 非 重大", "得分 ≥ 60 分 且 非 重大", "得分 < 60 分 或 重大"), "");
  EXPECT_EQ(Grade("得分 ≥ 90 分 且 非 重大", "得分 ≥ 60 分 且 非 重大", "得分 < 60 分"), "gap 得分 = 60 分，重大 = 是");
  EXPECT_EQ(Grade("类别 = 老", "类别 属于 { 中、新 } 且 件数 ≥ 1 件", "件数 < 1 件"), "");
}

TEST(CaseCoverage, ThroughNamedConditionsAndParameters) {
  EXPECT_EQ(
      Found("参数 线 = 60 分 自定\n公式 好 每月 = 得分 ≥ 线\n等级 a 每月 : 优 > 差 {\n  优 当 好\n  差 当 非 好\n}\n"),
      "");
  EXPECT_EQ(Found("参数 线 = 60 分 自定\n等级 a 每月 : 优 > 差 {\n  优 当 得分 > 线\n  差 当 得分 < 线\n}\n"),
            "gap 得分 = 60 分");
}

TEST(CaseCoverage, WhatIsNoComparisonWithAConstantIsNotDecided) {
  EXPECT_EQ(Grade("得分 ≥ 90 分", "件数 ÷ 1 件 ≥ 得分 ÷ 1 分", "得分 < 90 分"), "?");
  EXPECT_EQ(Found("参数 线 : 分, 0 至 100 待定\n等级 a 每月 : 优 > 差 {\n  优 当 得分 ≥ 线\n  差 当 得分 < 线\n}\n"),
            "?");
}

TEST(CaseCoverage, TablesOfTwoConditions) {
  EXPECT_EQ(Table(R"(
  类别 | 得分         → a
  老   | ≥ 60 分      → 3 元
  老   | < 60 分      → 2 元
  中, 新 | 不限       → 1 元
)"),
            "");
  EXPECT_EQ(Table(R"(
  类别 | 得分         → a
  老   | ≥ 60 分      → 3 元
  老   | < 50 分      → 2 元
  中, 新 | 不限       → 1 元
)"),
            "gap 类别 = 老，得分 = 50 分");
  EXPECT_EQ(Table(R"(
  类别   | 得分       → a
  老, 中 | ≥ 60 分    → 3 元
  中, 新 | ≥ 80 分    → 2 元
  其余   | 不限       → 1 元
)"),
            "gap 类别 = 老，得分 = 59.99 分; 1 and 2: 类别 = 中，得分 = 80 分");
  EXPECT_EQ(Table(R"(
  得分              → a
  60 分 至 80 分    → 2 元
  80 分 至 100 分   → 3 元
  低于 60 分        → 1 元
)"),
            "1 and 2: 得分 = 80 分");
}

TEST(CaseCoverage, ScalesInATable) {
  const std::string grade =
      "等级 g 每月 : 优 > 良 > 差 自定 {\n  优 当 得分 ≥ 90 分\n  良 当 得分 ≥ 60 分\n  差 其余\n}\n";
  EXPECT_EQ(Found(grade + "对照表 t 每月 自定 {\n  g → a\n  不低于 良 → 2 元\n  差 → 0 元\n}\n"), "");
  EXPECT_EQ(Found(grade + "对照表 t 每月 自定 {\n  g → a\n  高于 良 → 2 元\n  差 → 0 元\n}\n"), "gap g = 良");
  EXPECT_EQ(Found(grade + "对照表 t 每月 自定 {\n  g → a\n  不低于 良 → 2 元\n  不高于 良 → 0 元\n}\n"),
            "1 and 2: g = 良");
}

TEST(CaseCoverage, AValueThatMayBeAbsent) {
  EXPECT_EQ(Table("  档 → a\n  高 → 3 元\n  低 → 1 元\n  缺 → 0 元\n"), "");
  EXPECT_EQ(Table("  档 → a\n  高 → 3 元\n  低 → 1 元\n"), "gap 档 = 缺");
  EXPECT_EQ(Table("  档 → a\n  高 → 3 元\n  缺 → 1 元\n"), "gap 档 = 低");
  EXPECT_EQ(Table("  档 → a\n  高, 低 → 3 元\n  缺 → 1 元\n  缺 → 2 元\n"), "2 and 3: 档 = 缺");
}

}  // namespace
}  // namespace heng::tests
