// 保证 and 校验: what breaks them is found, what does not is not reported.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "engine/eval/checks.h"
#include "tests/unit/small_world.h"

namespace heng::tests {
namespace {

using Texts = std::vector<std::string>;

const std::string kFacts = R"(
对象 项目 { 类别 : { 老、新 } }
填报 每月 { 得分 : 分, 0 至 100, 2 位小数 }
)";

// The violations, as `guarantee subject period: message`, of subjects 项0, 项1, … with these scores in 2024-01.
Texts Violations(const std::string& text, const Texts& scores) {
  World world(kFacts + text);
  for (size_t i = 0; i < scores.size(); ++i) world.Set("项" + std::to_string(i), "得分", "2024-01", scores[i]);
  Texts out;
  for (const eval::Violation& v : world.Run("2024-01").evaluation().Violations()) {
    out.push_back(v.guarantee + " " + v.subject + " " + v.period.ToString() + ": " + v.message.zh);
  }
  return out;
}

TEST(Guarantees, AlwaysIsAssertedForEverySubject) {
  const std::string text = "公式 a 每月 = 得分\n结果 每月 a\n保证 \"及格\" 每月 : 始终 a ≥ 60 分\n";
  EXPECT_EQ(Violations(text, {"60", "59.99", "100"}), (Texts{"及格 项1 2024-01: a 59.99 分"}));
  EXPECT_EQ(Violations(text, {"60", "100"}), Texts{});
}

TEST(Guarantees, AlwaysUnderACondition) {
  const std::string text =
      "公式 a 每月 = 得分 封顶 90 分 自定\n结果 每月 a\n保证 \"g\" 每月 : 始终 当 得分 ≥ 80 分 则 a = 得分\n";
  EXPECT_EQ(Violations(text, {"70", "90", "90.01"}), (Texts{"g 项2 2024-01: 得分 90.01 分，a 90 分"}));
}

TEST(Guarantees, AMonotoneClaimThatTurnsBackIsFound) {
  const std::string text = R"(
公式 奖 每月 = 如果 得分 不满 60 分 则 2 元 否则 如果 得分 不满 80 分 则 1 元 否则 3 元 自定
结果 每月 奖
保证 "分高不吃亏" 每月 : 奖 随 得分 不减
)";
  EXPECT_EQ(Violations(text, {"75"}), (Texts{"分高不吃亏 项0 2024-01: 从 59.99 分 到 60 分，由 2 元 降为 1 元"}));
}

TEST(Guarantees, MonotoneClaimsThatHoldAreNotReported) {
  EXPECT_EQ(Violations(R"(
公式 奖 每月 = 如果 得分 不满 60 分 则 0 元 否则 如果 得分 不满 80 分 则 1 元 否则 3 元 自定
公式 扣 每月 = 3 元 − 奖 自定
公式 名 每月 = 名次(得分 在 全体 内)
公式 前列 每月 = 如果 名 ≤ 1 名 则 3 元 否则 0 元 自定
结果 每月 奖, 扣, 名, 前列
保证 "一" 每月 : 奖 随 得分 不减
保证 "二" 每月 : 扣 随 得分 不增
保证 "三" 每月 : 名 随 得分 不增
保证 "四" 每月 : 前列 随 得分 不减
)",
                       {"75", "59.99", "80", "80"}),
            Texts{});
}

// Only the subject's own score is supposed to be another, not those of its peers.
TEST(Guarantees, PeersStayAsTheyAre) {
  EXPECT_EQ(Violations(R"(
公式 奖 每月 = 如果 计数(得分 其中 得分 ≥ 60 分 在 全体 内) ≥ 3 个 则 1 元 否则 2 元 自定
结果 每月 奖
保证 "分高不吃亏" 每月 : 奖 随 得分 不减
)",
                       {"80", "40", "40", "40"}),
            Texts{});
}

TEST(Guarantees, AMonotoneClaimUnderACondition) {
  const std::string text = R"(
公式 奖 每月 = 如果 得分 不满 60 分 则 2 元 否则 1 元 自定
结果 每月 奖
保证 "g" 每月 : 奖 随 得分 不减 当 类别 = 老
)";
  World world(kFacts + text);
  world.Set("甲", "得分", "2024-01", "75").Set("甲", "类别", "", "老");
  world.Set("乙", "得分", "2024-01", "75").Set("乙", "类别", "", "新");
  const auto violations = world.Run("2024-01").evaluation().Violations();
  ASSERT_EQ(violations.size(), 1U);
  EXPECT_EQ(violations[0].subject, "甲");
}

TEST(Guarantees, ThroughDefinitionsBetween) {
  const std::string text = R"(
公式 折 每月 = 得分 × 0.5 自定
公式 净 每月 = 如果 得分 ≥ 80 分 则 折 − 30 分 否则 折 自定
公式 奖 每月 = 净 + 净
结果 每月 奖
保证 "g" 每月 : 奖 随 得分 不减
)";
  EXPECT_EQ(Violations(text, {"10"}), (Texts{"g 项0 2024-01: 从 79.99 分 到 80 分，由 79.99 分 降为 20 分"}));
}

TEST(Checks, ThoseThatAreBrokenAreNamedWithTheirPeriod) {
  World world(kFacts + R"(
校验 每月 得分 ≥ 60 分 "不及格"
公式 a 每月 = 得分
结果 每月 a
)");
  world.Months("甲", "得分", "2024-01", {"59.99", "60"});
  const auto broken = world.Run("2024-02").evaluation().BrokenChecks(
      world.subject_sort(), 0, {PeriodOf("2024-01"), PeriodOf("2024-02"), PeriodOf("2024-03")});
  // January is below, March has no fact.
  ASSERT_EQ(broken.size(), 2U);
  EXPECT_EQ(broken[0].period.ToString(), "2024-01");
  EXPECT_EQ(broken[1].period.ToString(), "2024-03");
  EXPECT_EQ(world.graph()[broken[0].check].label, "不及格");
}

// For every subject the program says that all checks hold exactly where the interpreter finds none broken: over all values of small facts,
// with checks on a month, on a quarter, on rows, on rows together, and with a fact that may be absent.
TEST(Checks, TheProgramSaysWhoKeepsAll) {
  const graph::GraphPtr graph = CompilePolicy(R"(
对象 项目 { 户数 : 整数 户, 1 至 9 }
填报 每月 {
  件 : 整数, 0 至 9
  办 : 整数, 0 至 9
  补 : 整数, 0 至 9, 可缺
}
明细 检查 每月 { 扣 : 整数, 0 至 9 }
校验 每月 办 ≤ 件 "办"
校验 每月 (补 缺按 0) ≤ 办 "补"
校验 每季 合计(件) ≤ 20 "合计"
校验 检查.扣 ≤ 7 "扣"
校验 每月 合计(检查.扣) ≤ 12 "扣合计"
公式 a 每季 = 合计(件)
结果 每季 a
)");
  World world(graph);
  const std::vector<std::string> months = {"2024-01", "2024-02", "2024-03", "2024-04"};
  uint32_t subjects = 0;
  for (int a = 0; a < 9; a += 2) {
    for (int b = 0; b < 9; b += 2) {
      for (int c = -1; c < 9; c += 3, ++subjects) {
        const std::string id = fmt::format("项{}", subjects);
        world.Set(id, "户数", "", "1");
        for (size_t m = 0; m < months.size(); ++m) {
          // One subject in some has no facts for April, the others have them beyond the settled quarter.
          if (m == 3 && subjects % 7 == 0) continue;
          world.Set(id, "件", months[m], std::to_string(m == 1 ? a : 8))
              .Set(id, "办", months[m],
                   std::to_string(m == 1   ? b
                                  : m == 3 ? c + 1
                                           : 4));
          if (c >= 0) world.Set(id, "补", months[m], std::to_string(m == 2 ? c : 0));
        }
        world.Row(id, "检查", "2024-02", {std::to_string(b)}).Row(id, "检查", "2024-02", {std::to_string(c + 1)});
      }
    }
  }
  const Period quarter = PeriodOf("2024Q1");
  std::vector<Period> periods = {quarter};
  for (const std::string& month : months) periods.push_back(PeriodOf(month));
  const eval::Checks checks(graph, *world.facts(), quarter, periods);
  world.Run("2024Q1");
  size_t kept = 0;
  for (uint32_t subject = 0; subject < subjects; ++subject) {
    const bool holds = world.evaluation().BrokenChecks(world.subject_sort(), subject, periods).empty();
    EXPECT_EQ(checks.Hold(world.subject_sort(), subject), holds) << subject;
    kept += holds ? 1 : 0;
  }
  EXPECT_GT(kept, 5U);
  EXPECT_LT(kept, subjects - 5);
}

}  // namespace
}  // namespace heng::tests
