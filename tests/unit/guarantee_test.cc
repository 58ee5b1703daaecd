// 保证 and 校验: what breaks them is found, what does not is not reported.
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace heng::tests
