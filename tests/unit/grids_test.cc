// The coarsest step of which every value of a definition is a multiple. Expected steps by hand.
#include "engine/graph/analysis/grids.h"

#include <gtest/gtest.h>

#include "tests/unit/small_world.h"

namespace heng::tests {
namespace {

const std::string kFacts = R"(
对象 项目 { 类别 : { 老、新 } }
填报 每月 {
  得分 : 分, 0 至 100, 2 位小数
  件数 : 整数 件, 0 至 10
  率   : %, 0 至 100, 1 位小数
}
明细 打分 每月 { 票 : 分, 0 至 100, 1 位小数 }
)";

// The step, `ends` where it is only known that the decimals end, `-` where nothing is known.
std::string Of(const std::string& expression, const std::string& period = "每月", const std::string& before = "") {
  const graph::GraphPtr graph =
      BuildPolicy(kFacts + before + "公式 x " + period + " = " + expression + " 自定\n结果 " + period + " x\n");
  const graph::Ranges ranges(*graph);
  const graph::Grid grid = graph::Grids(*graph, ranges).Of((*graph)[*graph->Find("x")].body);
  return grid.step ? grid.step->ToString() : grid.ends ? "ends" : "-";
}

TEST(Grids, Arithmetic) {
  EXPECT_EQ(Of("得分"), "0.01");
  EXPECT_EQ(Of("件数"), "1");
  // 95.5% is 0.955
  EXPECT_EQ(Of("率"), "0.001");
  EXPECT_EQ(Of("件数 × 5"), "5");
  EXPECT_EQ(Of("件数 × −5"), "5");
  // 6 and 4: multiples of 2. 1/2 and 1/3: of 1/6.
  EXPECT_EQ(Of("件数 × 6 + 4 件"), "2");
  EXPECT_EQ(Of("件数 ÷ 2 − 件数 ÷ 3"), "1/6");
  EXPECT_EQ(Of("得分 × 0.5"), "0.005");
  EXPECT_EQ(Of("件数 × 件数 × 2"), "2");
  EXPECT_EQ(Of("得分 ÷ 4"), "0.0025");
  EXPECT_EQ(Of("得分 ÷ (件数 + 1 件)"), "-");
  EXPECT_EQ(Of("最高(件数 × 4, 6 件)"), "2");
  EXPECT_EQ(Of("件数 × 0"), "0");
}

TEST(Grids, Choices) {
  EXPECT_EQ(Of("如果 件数 > 3 件 则 10 分 否则 25 分"), "5");
  // 0 lies on every grid.
  EXPECT_EQ(Of("如果 件数 > 3 件 则 10 分 否则 0 分"), "10");
  EXPECT_EQ(Of("如果 件数 > 3 件 则 得分 否则 得分 ÷ (件数 + 1 件) × 1 件"), "-");
}

TEST(Grids, Roundings) {
  EXPECT_EQ(Of("得分 四舍五入到 0.1 分"), "0.1");
  EXPECT_EQ(Of("得分 ÷ (件数 + 1 件) 进一到 0.5 分/件"), "0.5");
  // What lies on a coarser grid stays there.
  EXPECT_EQ(Of("件数 × 5 舍去到 1 件"), "5");
  EXPECT_EQ(Of("件数 × 5 舍去到 2 件"), "2");
}

TEST(Grids, OverMonthsRowsAndPeers) {
  EXPECT_EQ(Of("合计(得分)", "每季"), "0.01");
  EXPECT_EQ(Of("平均(得分)", "每季"), "1/300");
  EXPECT_EQ(Of("计数(得分 其中 得分 ≥ 60 分)", "每季"), "1");
  EXPECT_EQ(Of("最高(打分.票) 缺按 0 分"), "0.1");
  EXPECT_EQ(Of("名次(得分 在 全体 内)"), "1");
  EXPECT_EQ(Of("名次(得分 在 全体 内 并列均分)"), "0.5");
  // What another version recorded was published, on whatever grid.
  EXPECT_EQ(Of("上期(x) 缺按 0 分 + 得分"), "ends");
}

TEST(Grids, Parameters) {
  EXPECT_EQ(Of("件数 × 线", "每月", "参数 线 = 2.5 自定\n"), "2.5");
  EXPECT_EQ(Of("件数 × 线", "每月", "参数 线 : 小数, 0 至 3, 1 位小数 待定\n"), "0.1");
}

// Products of products: the step is given up before it is too long to write.
TEST(Grids, LongChainsEnd) {
  std::string product = "件数 ÷ 1 件 × 0.01";
  for (int i = 0; i < 40; ++i) product += " × 1.01";
  EXPECT_EQ(Of(product), "ends");
}

}  // namespace
}  // namespace heng::tests
