// How values move with one fact, on small policies: expected directions by hand.
#include "engine/graph/analysis/monotone.h"

#include <gtest/gtest.h>

#include "tests/unit/small_world.h"

namespace heng::tests {
namespace {

const std::string kFacts = R"(
对象 项目 { 类别 : { 老、新 } }
填报 每月 {
  得分 : 分, 0 至 100, 2 位小数
  增减 : 分, -5 至 5
  件数 : 整数 件, 0 至 10
  补 : 分, 0 至 100, 可缺
}
)";

// `+`, `−`, `0` or `?`: how x moves with the fact.
std::string Moves(const std::string& text, const std::string& along = "得分") {
  const graph::GraphPtr graph = BuildPolicy(kFacts + text + "结果 每月 x\n");
  const graph::Ranges ranges(*graph);
  for (size_t i = 0; i < graph->nodes.size(); ++i) {
    const graph::Node& node = graph->nodes[i];
    if (node.form != graph::Form::kField || (*graph->model)[node.field].name != along) continue;
    const graph::Monotonicity moves(*graph, ranges, graph::NodeId(i));
    const char* const kNames[] = {"0", "+", "−", "?"};
    return kNames[static_cast<size_t>(moves.Of((*graph)[*graph->Find("x")].body))];
  }
  return "unread";
}
std::string OfFormula(const std::string& expression, const std::string& along = "得分") {
  return Moves("公式 x 每月 = " + expression + " 自定\n", along);
}

TEST(Monotone, Arithmetic) {
  EXPECT_EQ(OfFormula("得分 + 增减"), "+");
  EXPECT_EQ(OfFormula("增减 − 得分"), "−");
  EXPECT_EQ(OfFormula("得分 − 得分 × 0.5"), "?");
  EXPECT_EQ(OfFormula("得分 × −2"), "−");
  EXPECT_EQ(OfFormula("得分 × (件数 ÷ 1 件)"), "+");
  EXPECT_EQ(OfFormula("得分 × (增减 ÷ 1 分)"), "?");
  EXPECT_EQ(OfFormula("得分 ÷ (件数 + 1 件)"), "+");
  EXPECT_EQ(OfFormula("100 分 ÷ (得分 + 1 分)"), "−");
  EXPECT_EQ(OfFormula("最高(得分, 60 分) 封顶 90 分"), "+");
  EXPECT_EQ(OfFormula("得分 四舍五入到 1 分"), "+");
  EXPECT_EQ(OfFormula("得分 × 0 + 增减 + 得分 四舍六入五成双到 0.1 分"), "+");
}

TEST(Monotone, ChoicesThatStepUpOrDown) {
  EXPECT_EQ(OfFormula("如果 得分 ≥ 60 分 则 2 元 否则 1 元"), "+");
  EXPECT_EQ(OfFormula("如果 得分 ≥ 60 分 则 1 元 否则 2 元"), "−");
  EXPECT_EQ(OfFormula("如果 得分 不满 60 分 则 2 元 否则 如果 得分 不满 80 分 则 1 元 否则 3 元"), "?");
  EXPECT_EQ(OfFormula("如果 得分 ≥ 90 分 则 3 元 否则 如果 得分 ≥ 60 分 则 2 元 否则 1 元"), "+");
  EXPECT_EQ(OfFormula("分段 得分 { 不满 60 分 → 0 元; 60 分 至 80 分 → 1 元; 超过 80 分 → 5 元 }"), "+");
  // The arm above begins where the one below ends.
  EXPECT_EQ(OfFormula("如果 得分 ≥ 60 分 则 得分 × 2 否则 得分"), "+");
  EXPECT_EQ(OfFormula("如果 得分 ≥ 60 分 则 得分 − 30 分 否则 得分"), "?");
  // By what follows from it.
  EXPECT_EQ(Moves("公式 折 每月 = 得分 × 0.5 自定\n公式 x 每月 = 如果 折 ≥ 30 分 则 2 元 否则 1 元 自定\n"), "+");
  // What does not depend on it may be anything.
  EXPECT_EQ(OfFormula("如果 件数 > 3 件 则 得分 否则 得分 × 2"), "+");
  EXPECT_EQ(OfFormula("如果 件数 > 3 件 且 得分 > 60 分 则 2 元 否则 1 元"), "+");
  EXPECT_EQ(OfFormula("如果 得分 = 100 分 则 2 元 否则 1 元"), "+");
  EXPECT_EQ(OfFormula("如果 得分 = 50 分 则 2 元 否则 1 元"), "?");
}

TEST(Monotone, Grades) {
  const std::string grade =
      "等级 级 每月 : 甲 > 乙 > 丙 自定 {\n  丙 当 件数 > 9 件\n  甲 当 得分 ≥ 90 分\n  乙 当 得分 ≥ 60 分\n  丙 其余\n}\n";
  EXPECT_EQ(Moves(grade + "公式 x 每月 = 如果 级 = 甲 则 3 元 否则 如果 级 = 乙 则 2 元 否则 0 元 自定\n"), "+");
  EXPECT_EQ(Moves(grade + "公式 x 每月 = 如果 级 = 丙 则 3 元 否则 0 元 自定\n"), "−");
  EXPECT_EQ(Moves(grade + "公式 x 每月 = 如果 级 = 乙 则 3 元 否则 0 元 自定\n"), "?");
}

TEST(Monotone, WhatIsAbsentIsComparedWithNothing) {
  EXPECT_EQ(OfFormula("补 缺按 得分"), "+");
  EXPECT_EQ(OfFormula("(如果 得分 ≥ 60 分 则 缺 否则 5 分) 缺按 0 分"), "?");
}

TEST(Monotone, PeersAndThePast) {
  EXPECT_EQ(OfFormula("平均(得分 在 全体 内)"), "+");
  EXPECT_EQ(OfFormula("名次(得分 在 全体 内)"), "?");
  EXPECT_EQ(OfFormula("名次(增减 在 全体 内) × 1 分 ÷ 1 名 + 得分"), "+");
  EXPECT_EQ(OfFormula("(上期(得分) 缺按 0 分) + 增减"), "0");
}

TEST(Monotone, ScoresWithLinesThatMayNotApply) {
  const std::string score = R"(
评分 x 每月 满分 100 分 自定 {
  得分 60%
  办件 40% : 10 分 × (件数 ÷ 1 件)   合理缺项 当 件数 = 0 件
}
)";
  EXPECT_EQ(Moves(score), "+");
  EXPECT_EQ(Moves(score, "件数"), "?");
}

TEST(Monotone, Guarantees) {
  const auto proved = [](const std::string& formula) {
    const graph::GraphPtr graph =
        CompilePolicy(kFacts + "公式 x 每月 = " + formula + " 自定\n结果 每月 x\n保证 \"g\" 每月 : x 随 得分 不减\n");
    const graph::Ranges ranges(*graph);
    return std::any_of(graph->roots.begin(), graph->roots.end(), [&](const graph::Root& root) {
      return root.kind == graph::Root::Kind::kMonotone && ProvesMonotone(*graph, ranges, root);
    });
  };
  EXPECT_TRUE(proved("得分 × 0.5"));
  EXPECT_FALSE(proved("100 分 − 得分"));
}

}  // namespace
}  // namespace heng::tests
