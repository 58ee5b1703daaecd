// In what interval a value lies and on which decimal grid, on small policies. Expected numbers are computed by hand, in comments.
#include "engine/graph/analysis/grids.h"

#include <gtest/gtest.h>

#include "tests/unit/small_world.h"

namespace heng::tests {
namespace {

using graph::Interval;

const std::string kFacts = R"(
对象 项目 { 类别 : { 老、新 } }
填报 每月 {
  得分 : 分, 0 至 100, 2 位小数
  件数, 办结 : 整数 件, 0 至 10
  增减 : 分, -5 至 5
  率   : %, 0 至 100, 1 位小数
}
明细 打分 每月 { 票 : 分, 0 至 100, 1 位小数 }
)";

std::string Text(const Interval& i) {
  return (i.low ? (i.low_open ? "(" : "[") + i.low->ToString() : "(-∞") + ", " +
         (i.high ? i.high->ToString() + (i.high_open ? ")" : "]") : "∞)");
}

// `[low, high] places` of the definition `x`; `-` if its decimals may not end.
std::string Of(const std::string& text, const std::string& name = "x") {
  const graph::GraphPtr graph = BuildPolicy(kFacts + text);
  const graph::Ranges ranges(*graph);
  const graph::NodeId body = (*graph)[*graph->Find(name)].body;
  const std::optional<int> places = graph::Grids(*graph, ranges).Of(body).places();
  return Text(ranges.Of(body)) + " " + (places ? std::to_string(*places) : "-");
}

std::string OfMonthly(const std::string& expression) {
  return Of("公式 x 每月 = " + expression + " 自定\n结果 每月 x\n");
}
std::string OfQuarterly(const std::string& expression) {
  return Of("公式 x 每季 = " + expression + " 自定\n结果 每季 x\n");
}

TEST(Ranges, Arithmetic) {
  EXPECT_EQ(OfMonthly("得分"), "[0, 100] 2");
  EXPECT_EQ(OfMonthly("得分 + 增减"), "[-5, 105] 2");
  EXPECT_EQ(OfMonthly("增减 − 得分"), "[-105, 5] 2");
  EXPECT_EQ(OfMonthly("−增减"), "[-5, 5] 0");
  // 2 + 1 places
  EXPECT_EQ(OfMonthly("得分 × 0.3"), "[0, 30] 3");
  EXPECT_EQ(OfMonthly("增减 × −2"), "[-10, 10] 0");
  // 1 ÷ 4 = 0.25 has 2 places more; 1 ÷ 3 does not end
  EXPECT_EQ(OfMonthly("得分 ÷ 4"), "[0, 25] 4");
  EXPECT_EQ(OfMonthly("得分 ÷ 3"), "[0, 100/3] -");
  // 95.5% is 0.955
  EXPECT_EQ(OfMonthly("率"), "[0, 1] 3");
  // 0.001 × 20 is 0.02
  EXPECT_EQ(OfMonthly("率 × 20 分"), "[0, 20] 2");
}

TEST(Ranges, ClampsAndRoundings) {
  EXPECT_EQ(OfMonthly("得分 封顶 90.5 分"), "[0, 90.5] 2");
  EXPECT_EQ(OfMonthly("得分 保底 60 分"), "[60, 100] 2");
  EXPECT_EQ(OfMonthly("增减 保底 0 分 封顶 3 分"), "[0, 3] 0");
  EXPECT_EQ(OfMonthly("得分 ÷ 3 四舍五入到 0.01 分"), "[0, 33.33] 2");
  EXPECT_EQ(OfMonthly("得分 ÷ 3 进一到 0.1 分"), "[0, 33.4] 1");
  EXPECT_EQ(OfMonthly("得分 ÷ 3 舍去到 1 分"), "[0, 33] 0");
  EXPECT_EQ(OfMonthly("最高(得分, 增减, 60 分)"), "[60, 100] 2");
  EXPECT_EQ(OfMonthly("最低(得分, 增减)"), "[-5, 5] 2");
}

TEST(Ranges, AShareNeedsACheckToStayWithinTheWhole) {
  const std::string share = "公式 x 每月 = 占比(办结, 件数, 无则 100%) 自定\n结果 每月 x\n";
  EXPECT_EQ(Of(share), "[0, ∞) -");
  EXPECT_EQ(Of("校验 每月 办结 ≤ 件数 \"不可\"\n" + share), "[0, 1] -");
  EXPECT_EQ(Of("校验 每月 件数 ≥ 办结 且 得分 ≥ 0 分 \"不可\"\n" + share), "[0, 1] -");
  // The other way round it is at least 1, and under 或 a check says nothing.
  EXPECT_EQ(Of("校验 每月 件数 ≤ 办结 \"不可\"\n" + share), "[1, ∞) -");
  EXPECT_EQ(Of("校验 每月 办结 ≤ 件数 或 得分 ≥ 0 分 \"不可\"\n" + share), "[0, ∞) -");
}

TEST(Ranges, ACheckBoundsDifferencesAndRatios) {
  const std::string check = "校验 每月 办结 ≤ 件数 \"不可\"\n";
  const auto monthly = [&](const std::string& e) { return Of(check + "公式 x 每月 = " + e + " 自定\n结果 每月 x\n"); };
  EXPECT_EQ(monthly("件数 − 办结"), "[0, 10] 0");
  EXPECT_EQ(monthly("办结 − 件数"), "[-10, 0] 0");
  // Sums over months of what keeps the check keep it too: 0 to 30 both.
  const auto quarterly = [&](const std::string& e) {
    return Of(check + "公式 x 每季 = " + e + " 自定\n结果 每季 x\n");
  };
  EXPECT_EQ(quarterly("合计(件数) − 合计(办结)"), "[0, 30] 0");
  EXPECT_EQ(quarterly("占比(合计(办结), 合计(件数), 无则 100%)"), "[0, 1] -");
  // Of a quotient the other way round, at least 1.
  EXPECT_EQ(monthly("占比(件数, 办结, 无则 100%)"), "[1, ∞) -");
  // Of one month the check says nothing about another, and of other values nothing.
  EXPECT_EQ(monthly("件数 − (上期(办结) 缺按 0 件)"), "[-10, 10] 0");
}

TEST(Ranges, OverMonths) {
  EXPECT_EQ(OfQuarterly("平均(得分)"), "[0, 100] -");
  EXPECT_EQ(OfQuarterly("合计(得分)"), "[0, 300] 2");
  EXPECT_EQ(OfQuarterly("合计(增减)"), "[-15, 15] 0");
  // Some of the three months, perhaps none.
  EXPECT_EQ(OfQuarterly("合计(增减 其中 增减 ≥ 2 分)"), "[-15, 15] 0");
  EXPECT_EQ(OfQuarterly("最高(增减)"), "[-5, 5] 0");
  EXPECT_EQ(OfQuarterly("计数(得分 其中 得分 ≥ 60 分)"), "[0, 3] 0");
  EXPECT_EQ(Of("公式 x 每年 = 合计(得分) 自定\n结果 每年 x\n"), "[0, 1200] 2");
}

TEST(Ranges, OverRowsAndPeers) {
  EXPECT_EQ(OfMonthly("合计(打分.票)"), "[0, ∞) 1");
  EXPECT_EQ(OfMonthly("计数(打分)"), "[0, ∞) 0");
  EXPECT_EQ(OfMonthly("平均(打分.票) 缺按 50 分"), "[0, 100] -");
  EXPECT_EQ(OfMonthly("去极值平均(打分.票, 1) 缺按 120 分"), "[0, 120] -");
  EXPECT_EQ(OfMonthly("平均(增减 在 类别 内)"), "[-5, 5] -");
  EXPECT_EQ(OfMonthly("加权平均(增减 在 类别 内, 件数) 缺按 0 分"), "[-5, 5] -");
  // A weight that may be negative carries the mean outside.
  EXPECT_EQ(OfMonthly("加权平均(得分 在 类别 内, 增减) 缺按 0 分"), "(-∞, ∞) -");
  EXPECT_EQ(OfMonthly("名次(得分 在 全体 内)"), "[1, ∞) 0");
}

TEST(Ranges, ConditionsNarrow) {
  EXPECT_EQ(OfMonthly("如果 件数 ≥ 3 件 则 件数 否则 5 件"), "[3, 10] 0");
  EXPECT_EQ(OfMonthly("如果 件数 ≥ 3 件 则 5 件 否则 件数"), "[0, 5] 0");
  EXPECT_EQ(OfMonthly("如果 件数 不满 3 件 则 3 件 − 件数 否则 0 件"), "[0, 3] 0");
  EXPECT_EQ(OfMonthly("如果 件数 ≥ 3 件 且 件数 ≤ 7 件 则 件数 否则 4 件"), "[3, 7] 0");
  EXPECT_EQ(OfMonthly("如果 件数 < 3 件 或 件数 > 7 件 则 4 件 否则 件数"), "[3, 7] 0");
  EXPECT_EQ(OfMonthly("如果 非 件数 < 3 件 则 件数 否则 3 件"), "[3, 10] 0");
  EXPECT_EQ(OfMonthly("如果 5 件 < 件数 则 件数 否则 5 件"), "[5, 10] 0");
  // What is learnt of one value says nothing of another.
  EXPECT_EQ(OfMonthly("如果 件数 ≥ 3 件 则 办结 否则 5 件"), "[0, 10] 0");
}

TEST(Ranges, ScoresWithLinesThatMayNotApply) {
  // A mean by weights lies among its lines, whichever of them apply; then up to 5 less, and not below 0.
  const std::string percent = R"(
评分 x 每月 满分 100 分 自定 {
  得分 60%
  办件 40% : 10 分 × (件数 ÷ 1 件)   合理缺项 当 件数 = 0 件
}
结果 每月 x
)";
  EXPECT_EQ(Of(percent), "[0, 100] -");
  const std::string marks = R"(
评分 x 每月 满分 100 分 可为负 自定 {
  甲项 60 分 : 得分 × 0.6
  办件 40 分 : 4 分 × (件数 ÷ 1 件)   合理缺项 当 件数 = 0 件
  扣分 封顶 5 分 { 少 : 9 分 当 件数 不满 2 件 }
}
结果 每月 x
)";
  EXPECT_EQ(Of(marks), "[-5, 100] -");
  EXPECT_EQ(Of(marks, "x·各项得分"), "[0, 100] -");
}

TEST(Ranges, OpenParametersLieInTheirDeclaredRange) {
  EXPECT_EQ(Of("参数 线 : 分, 50 至 60 待定\n公式 x 每月 = 得分 保底 线\n结果 每月 x\n"), "[50, 100] 2");
  EXPECT_EQ(Of("参数 线 = 55.5 分 自定\n公式 x 每月 = 得分 保底 线\n结果 每月 x\n"), "[55.5, 100] 2");
}

TEST(Ranges, ThePastOfWhatIsNotBuiltYetIsAnythingThatEnds) {
  EXPECT_EQ(OfMonthly("上期(x) 缺按 0 分 + 得分"), "(-∞, ∞) 1000");
}

// Divisions: whether the divisor can be 0 where it is reached.
bool MayDivideByZero(const std::string& expression) {
  const graph::GraphPtr graph = BuildPolicy(kFacts + "公式 x 每月 = " + expression + " 自定\n结果 每月 x\n");
  const graph::Ranges ranges(*graph);
  for (size_t i = 0; i < graph->nodes.size(); ++i) {
    if (ranges.MayDivideByZero(graph::NodeId(i))) return true;
  }
  return false;
}

TEST(Ranges, DivisorsThatAreReachedWithZero) {
  EXPECT_TRUE(MayDivideByZero("得分 ÷ 件数"));
  EXPECT_FALSE(MayDivideByZero("得分 ÷ (件数 + 1 件)"));
  EXPECT_FALSE(MayDivideByZero("如果 件数 > 0 件 则 得分 ÷ 件数 否则 0 分/件"));
  EXPECT_FALSE(MayDivideByZero("如果 件数 = 0 件 则 0 分/件 否则 得分 ÷ 件数"));
  EXPECT_TRUE(MayDivideByZero("如果 件数 ≥ 0 件 则 得分 ÷ 件数 否则 0 分/件"));
  EXPECT_TRUE(MayDivideByZero("如果 办结 > 0 件 则 得分 ÷ 件数 否则 0 分/件"));
  EXPECT_FALSE(MayDivideByZero("件数 > 0 件 且 得分 ÷ 件数 > 1 分/件"));
  EXPECT_FALSE(MayDivideByZero("件数 = 0 件 或 得分 ÷ 件数 > 1 分/件"));
  EXPECT_TRUE(MayDivideByZero("件数 = 0 件 且 得分 ÷ 件数 > 1 分/件"));
  EXPECT_TRUE(MayDivideByZero("得分 ÷ 件数 > 1 分/件 且 件数 > 0 件"));
  EXPECT_FALSE(MayDivideByZero("占比(办结, 件数, 无则 0%)"));
  EXPECT_TRUE(MayDivideByZero("占比(办结, 件数)"));
  EXPECT_TRUE(MayDivideByZero("得分 ÷ (增减 ÷ 1 分)"));
}

// Shares within shares double what there is to look at with each level, unless it is remembered.
TEST(Ranges, DeepSharesAreQuick) {
  std::string shares = "1";
  std::string choices = "1";
  for (int i = 0; i < 60; ++i) {
    shares = "占比(1, " + shares + ", 无则 1)";
    choices = "(如果 " + choices + " > 1 则 1 否则 2)";
  }
  const graph::GraphPtr graph =
      BuildPolicy(kFacts + "公式 x 每月 = " + shares + " 自定\n公式 y 每月 = " + choices + " 自定\n结果 每月 x, y\n");
  EXPECT_TRUE(graph::Ranges(*graph).Of((*graph)[*graph->Find("x")].body).low.has_value());
}

}  // namespace
}  // namespace heng::tests
