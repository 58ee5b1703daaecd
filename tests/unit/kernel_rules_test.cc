// Scores, grades and tables through the interpreter. Expected values are computed by hand, in comments.
#include <gtest/gtest.h>

#include "tests/unit/small_world.h"

namespace heng::tests {
namespace {

using Texts = std::vector<std::string>;

const std::string kFacts = R"(
对象 项目 { 类别 : { 老、新 } }
填报 每月 { 得分 : 分, 0 至 100, 2 位小数 ; 件数 : 整数 件, 0 至 10 ; 档 : { 高、低 }, 可缺 }
)";

// The values of a definition for subjects with (得分, 件数), one each.
Texts ValuesOf(const std::string& text, const std::string& definition,
               const std::vector<std::pair<std::string, std::string>>& facts) {
  World world(kFacts + text);
  for (size_t i = 0; i < facts.size(); ++i) {
    const std::string id = "项" + std::to_string(i);
    world.Set(id, "得分", "2024-01", facts[i].first).Set(id, "件数", "2024-01", facts[i].second);
  }
  Texts out;
  for (size_t i = 0; i < facts.size(); ++i) out.push_back(world.Of(definition, "项" + std::to_string(i), "2024-01"));
  return out;
}

// ---- 评分

TEST(Scores, BonusWithItsCapDeductionsAndTheFloor) {
  const std::string text = R"(
评分 a 每月 满分 100 分 扣完为止 自定 {
  得分 100%
  加分 封顶 5 分 {
    一 : 3 分 当 件数 超过 1 件
    二 : 4 分 当 件数 超过 2 件
  }
  扣分 {
    三 : 60 分 当 件数 不低于 3 件
    四 : 1 分 × (件数 ÷ 1 件) 当 件数 不满 3 件
  }
} 封顶 100 分
结果 每月 a
)";
  // 90 − 0; 90 − 1; 90 + 3 − 2; 90 + min(7, 5) − 60; 10 + 5 − 60 < 0; 100 + 3 − 2 > 100.
  EXPECT_EQ(ValuesOf(text, "a", {{"90", "0"}, {"90", "1"}, {"90", "2"}, {"90", "3"}, {"10", "3"}, {"100", "2"}}),
            (Texts{"90", "89", "91", "35", "0", "100"}));
}

TEST(Scores, LinesOfMarksAreAdded) {
  const std::string text = R"(
评分 a 每月 满分 100 分 自定 {
  甲项 60 分 : 得分 × 0.6
  乙项 40 分 : 4 分 × (件数 ÷ 1 件)
}
结果 每月 a
)";
  // 90 × 0.6 + 4 × 5 = 54 + 20
  EXPECT_EQ(ValuesOf(text, "a", {{"90", "5"}, {"0", "0"}, {"100", "10"}}), (Texts{"74", "0", "100"}));
}

TEST(Scores, AnExemptLineLeavesItsWeightToTheOthers) {
  const std::string text = R"(
评分 a 每月 满分 100 分 可为负 自定 {
  得分 70%
  办件 20% : 10 分 × (件数 ÷ 1 件)   合理缺项 当 件数 = 0 件
  其他 10% : 得分
  扣分 { 少 : 5 分 当 件数 不满 2 件 }
} 四舍五入到 0.01 分
结果 每月 a
)";
  // (0.7 × 80 + 0.1 × 80) ÷ 0.8 − 5 = 75; 0.7 × 80 + 0.2 × 50 + 0.1 × 80 = 74; 0.8 × 33.33 + 0.2 × 10 − 5 = 23.664
  EXPECT_EQ(ValuesOf(text, "a", {{"80", "0"}, {"80", "5"}, {"33.33", "1"}}), (Texts{"75", "74", "23.66"}));
}

TEST(Scores, AnExemptLineOfMarksScalesTheOthers) {
  const std::string text = R"(
评分 a 每月 满分 100 分 自定 {
  甲项 60 分 : 得分 × 0.6
  乙项 40 分 : 4 分 × (件数 ÷ 1 件)   合理缺项 当 件数 = 0 件
} 四舍五入到 0.01 分
结果 每月 a
)";
  // 48 × 100 ÷ 60 = 80; 48 + 4 = 52; 33.33 × 0.6 × 100 ÷ 60 = 33.33
  EXPECT_EQ(ValuesOf(text, "a", {{"80", "0"}, {"80", "1"}, {"33.33", "0"}}), (Texts{"80", "52", "33.33"}));
}

TEST(Scores, PartsAreDefinitionsOfTheirOwn) {
  World world(kFacts + R"(
评分 a 每月 满分 100 分 可为负 自定 {
  得分 70%
  办件 30% : 10 分 × (件数 ÷ 1 件)   合理缺项 当 件数 = 0 件
  扣分 { 少 : 5 分 当 件数 不满 2 件 }
} 四舍五入到 0.01 分
结果 每月 a
)");
  world.Set("甲", "得分", "2024-01", "80").Set("甲", "件数", "2024-01", "0");
  EXPECT_EQ(world.Of("a·得分", "甲", "2024-01"), "80");
  EXPECT_EQ(world.Of("a·办件", "甲", "2024-01"), "缺");
  EXPECT_EQ(world.Of("a·办件·合理缺项", "甲", "2024-01"), "是");
  EXPECT_EQ(world.Of("a·各项得分", "甲", "2024-01"), "80");
  EXPECT_EQ(world.Of("a·扣分·少", "甲", "2024-01"), "5");
  EXPECT_EQ(world.Of("a·扣分", "甲", "2024-01"), "5");
}

// ---- 等级

std::string Grade(const std::string& steps) {
  return R"(
等级 a 每月 : 优 > 良 > 中 > 差 自定 {
  优 当 得分 ≥ 90 分
  良 当 得分 ≥ 80 分
  中 当 得分 ≥ 60 分
  差 其余
)" + steps +
         "}\n结果 每月 a\n";
}

TEST(Grades, BoundsBelongToTheBetterGrade) {
  EXPECT_EQ(ValuesOf(Grade(""), "a", {{"90", "0"}, {"89.99", "0"}, {"80", "0"}, {"60", "0"}, {"59.99", "0"}}),
            (Texts{"优", "良", "良", "中", "差"}));
}

TEST(Grades, ShiftsStopAtTheEndsOfTheScale) {
  EXPECT_EQ(ValuesOf(Grade("  然后 升 2 级 当 件数 ≥ 1 件\n"), "a",
                     {{"95", "1"}, {"85", "1"}, {"70", "1"}, {"0", "1"}, {"0", "0"}}),
            (Texts{"优", "优", "优", "良", "差"}));
  EXPECT_EQ(ValuesOf(Grade("  然后 降 2 级 当 件数 ≥ 1 件\n"), "a",
                     {{"95", "1"}, {"85", "1"}, {"70", "1"}, {"0", "1"}, {"95", "0"}}),
            (Texts{"中", "差", "差", "差", "优"}));
}

TEST(Grades, BoundsOfAStepAndBoundsAlone) {
  EXPECT_EQ(ValuesOf(Grade("  然后 降 3 级 不低于 中 当 件数 ≥ 1 件\n"), "a", {{"95", "1"}, {"85", "1"}, {"95", "0"}}),
            (Texts{"中", "中", "优"}));
  EXPECT_EQ(ValuesOf(Grade("  然后 升 1 级 不高于 良 当 件数 ≥ 1 件\n"), "a", {{"85", "1"}, {"70", "1"}}),
            (Texts{"良", "良"}));
  EXPECT_EQ(ValuesOf(Grade("  然后 不高于 良 当 件数 ≥ 1 件\n"), "a", {{"95", "1"}, {"70", "1"}, {"95", "0"}}),
            (Texts{"良", "中", "优"}));
  EXPECT_EQ(ValuesOf(Grade("  然后 不低于 良 当 件数 ≥ 1 件\n"), "a", {{"95", "1"}, {"0", "1"}, {"0", "0"}}),
            (Texts{"优", "良", "差"}));
}

TEST(Grades, StepsAreTakenInOrderAndTheVetoStandsLast) {
  const std::string steps = R"(
  然后 升 1 级 当 件数 ≥ 1 件
  然后 升 1 级 当 件数 ≥ 2 件
  然后 定为 差 当 件数 超过 9 件
)";
  EXPECT_EQ(ValuesOf(Grade(steps), "a", {{"60", "0"}, {"60", "1"}, {"60", "2"}, {"60", "10"}, {"100", "10"}}),
            (Texts{"中", "良", "优", "差", "差"}));
}

TEST(Grades, AreComparedByTheScale) {
  const std::string text = Grade("") + R"(
公式 好 每月 = a 不低于 良
公式 奖 每月 = 如果 a 属于 { 优、良 } 则 2 元 否则 0 元 自定
结果 每月 好, 奖
)";
  EXPECT_EQ(ValuesOf(text, "好", {{"95", "0"}, {"80", "0"}, {"79.99", "0"}}), (Texts{"是", "是", "否"}));
  EXPECT_EQ(ValuesOf(text, "奖", {{"95", "0"}, {"80", "0"}, {"79.99", "0"}}), (Texts{"2", "2", "0"}));
}

// ---- 对照表

TEST(Tables, BandsSetsAndOtherwise) {
  const std::string text = R"(
对照表 奖 每月 自定 {
  得分               | 件数        → a
  不低于 90 分       | 不限        → 3 元
  60 分 至 89.99 分  | 0 件, 1 件  → 2 元
  60 分 至 89.99 分  | 超过 1 件   → 1 元
  其余               |  -          → 0 元
}
结果 每月 a
)";
  EXPECT_EQ(ValuesOf(text, "a", {{"90", "5"}, {"89.99", "1"}, {"60", "2"}, {"59.99", "0"}}),
            (Texts{"3", "2", "1", "0"}));
}

TEST(Tables, AColumnThatMayBeAbsent) {
  World world(kFacts + R"(
对照表 奖 每月 自定 {
  档 → a      | b
  高 → 3 元   | 2 分
  低 → 1 元   | 缺
  缺 → 0 元   | 1 分
}
公式 c 每月 = b 缺按 9 分 自定
结果 每月 a, b, c
)");
  world.Set("高", "档", "2024-01", "高").Set("低", "档", "2024-01", "低").Set("无", "档", "2024-01", "缺");
  Texts found;
  for (const char* name : {"a", "b", "c"}) {
    for (const char* id : {"高", "低", "无"}) found.push_back(world.Of(name, id, "2024-01"));
  }
  EXPECT_EQ(found, (Texts{"3", "1", "0", "2", "缺", "1", "2", "9", "1"}));
}

// Wherever the nodes of the graph are moved while it grows: each of these lines makes a literal of the type of another node.
TEST(Missing, ManyLinesWithInsteadsCompile) {
  for (int shift = 0; shift < 8; ++shift) {
    std::string text = "对象 项目 { 名称 : 文本 }\n填报 每月 { 分 : 分, 0 至 100 }\n";
    for (int i = 0; i < shift; ++i) text += "公式 前" + std::string(1, char('a' + i)) + " 每季 = 最高(分)\n";
    for (int i = 0; i < 40; ++i)
      text += "公式 「" + std::to_string(i) + "」 每季 = 合计(分 缺月按 " + std::to_string(i) + " 分) 自定\n";
    EXPECT_TRUE(CompilePolicy(text + "结果 每季 「39」\n")->Find("39"));
  }
}

}  // namespace
}  // namespace heng::tests
