// The kernel through small policies: folds, ranks, roundings, the past, laziness. Expected values are computed by hand, in comments.
#include <gtest/gtest.h>

#include "tests/unit/small_world.h"

namespace heng::tests {
namespace {

const std::string kPeople = R"(
对象 项目 { 类别 : { 老、新 } }
填报 每月 { 分值 : 分, -100 至 100, 3 位小数 ; 入选 : 是否 }
)";

// 甲 乙 丙 丁 are 老, 戊 is 新.
World Five(const std::string& text, const std::vector<std::string>& scores) {
  World world(kPeople + text);
  const char* ids[] = {"甲", "乙", "丙", "丁", "戊"};
  for (size_t i = 0; i < scores.size(); ++i) {
    world.Set(ids[i], "类别", "", i < 4 ? "老" : "新").Set(ids[i], "入选", "2024-01", "是");
    world.Set(ids[i], "分值", "2024-01", scores[i]);
  }
  return world;
}

std::vector<std::string> OfAll(World& world, const std::string& definition) {
  std::vector<std::string> out;
  for (const char* id : {"甲", "乙", "丙", "丁", "戊"}) out.push_back(world.Of(definition, id, "2024-01"));
  return out;
}

using Texts = std::vector<std::string>;

TEST(Ranks, TiesShareThePlaceAndTakeTheNextOnes) {
  World world = Five(R"(
公式 总名次 每月 = 名次(分值 在 全体 内)
公式 组名次 每月 = 名次(分值 在 类别 内)
结果 每月 总名次, 组名次
)",
                     {"90", "80", "80", "70", "80"});
  // Above 80 is one, above 70 are four.
  EXPECT_EQ(OfAll(world, "总名次"), (Texts{"1", "2", "2", "5", "2"}));
  // Among 甲 乙 丙 丁: 1-2-2-4; 戊 is alone.
  EXPECT_EQ(OfAll(world, "组名次"), (Texts{"1", "2", "2", "4", "1"}));
}

TEST(Ranks, WhoIsExcludedHasNoRankAndTakesNone) {
  World world = Five("公式 名 每月 = 名次(分值 其中 入选 在 全体 内)\n结果 每月 名\n", {"90", "80", "80", "70", "60"});
  world.Set("甲", "入选", "2024-01", "否");
  EXPECT_EQ(OfAll(world, "名"), (Texts{"缺", "1", "1", "3", "4"}));
}

TEST(Ranks, OneFailedPeerFailsEveryRankButNothingElse) {
  World world = Five("公式 名 每月 = 名次(分值 在 全体 内)\n公式 倍 每月 = 分值 × 2 自定\n结果 每月 名, 倍\n",
                     {"90", "80", "80", "70"});
  world.Set("戊", "类别", "", "新").Set("戊", "入选", "2024-01", "是");
  EXPECT_EQ(OfAll(world, "名"),
            (Texts{"!peer-failed", "!peer-failed", "!peer-failed", "!peer-failed", "!missing-fact"}));
  EXPECT_EQ(OfAll(world, "倍"), (Texts{"180", "160", "160", "140", "!missing-fact"}));
}

TEST(Ranks, ARefusedSubjectLeavesNoPeerResultsAndAllOthers) {
  World world = Five(R"(
公式 名 每月 = 名次(分值 在 全体 内)
公式 均 每月 = 平均(分值 在 类别 内) 四舍五入到 0.01 分 自定
公式 倍 每月 = 分值 × 2 自定
结果 每月 名, 均, 倍
)",
                     {"90", "80", "80", "70", "60"});
  world.Refuse("戊");
  EXPECT_EQ(world.Of("名", "甲", "2024-01"), "!refused-peer");
  EXPECT_EQ(FailureOf(world.Raw())->datum, "戊");
  // 戊 stands in another group than 甲 乙 丙 丁, whose mean is (90 + 80 + 80 + 70) ÷ 4 = 80.
  EXPECT_EQ(world.Of("均", "甲", "2024-01"), "80");
  EXPECT_EQ(world.Of("倍", "甲", "2024-01"), "180");
  EXPECT_EQ(world.Of("倍", "戊", "2024-01"), "!refused");
}

TEST(Ranks, ARefusedSubjectFailsItsOwnGroupByName) {
  World world = Five(R"(
公式 组名次 每月 = 名次(分值 在 类别 内)
公式 均 每月 = 平均(分值 在 类别 内) 四舍五入到 0.01 分 自定
结果 每月 组名次, 均
)",
                     {"90", "80", "80", "70", "60"});
  world.Refuse("丁");
  for (const char* result : {"组名次", "均"}) {
    EXPECT_EQ(world.Of(result, "甲", "2024-01"), "!refused-peer");
    EXPECT_EQ(FailureOf(world.Raw())->datum, "丁");
  }
  EXPECT_EQ(world.Of("组名次", "戊", "2024-01"), "1");
  EXPECT_EQ(world.Of("均", "戊", "2024-01"), "60");
}

TEST(Ranks, WithoutTheWholeRosterPeerResultsAreRefused) {
  World world = Five(R"(
公式 名 每月 = 名次(分值 在 类别 内)
公式 均 每月 = 最高(分值 在 全体 内)
公式 后 每月 = 分值 − 均
公式 倍 每月 = 分值 × 2 自定
结果 每月 名, 均, 后, 倍
)",
                     {"90", "80", "80", "70", "60"});
  world.Incomplete();
  EXPECT_EQ(world.Of("名", "甲", "2024-01"), "!needs-roster");
  EXPECT_EQ(world.Of("均", "甲", "2024-01"), "!needs-roster");
  EXPECT_EQ(world.Of("后", "甲", "2024-01"), "!needs-roster");
  EXPECT_EQ(world.Of("倍", "甲", "2024-01"), "180");
}

TEST(Folds, OverPeersOfOneGroup) {
  World world = Five(R"(
公式 均 每月 = 平均(分值 在 类别 内) 四舍五入到 0.01 分 自定
公式 高 每月 = 最高(分值 在 类别 内)
公式 低 每月 = 最低(分值 在 全体 内)
公式 数 每月 = 计数(分值 在 类别 内)
公式 高分 每月 = 计数(分值 其中 分值 ≥ 80 分 在 类别 内) 自定
公式 中 每月 = 中位数(分值 在 类别 内) 四舍五入到 0.01 分 自定
结果 每月 均, 高, 低, 数, 高分, 中
)",
                     {"90", "80", "80", "71", "60"});
  // (90 + 80 + 80 + 71) ÷ 4 = 321 ÷ 4 = 80.25
  EXPECT_EQ(OfAll(world, "均"), (Texts{"80.25", "80.25", "80.25", "80.25", "60"}));
  EXPECT_EQ(OfAll(world, "高"), (Texts{"90", "90", "90", "90", "60"}));
  EXPECT_EQ(OfAll(world, "低"), (Texts{"60", "60", "60", "60", "60"}));
  EXPECT_EQ(OfAll(world, "数"), (Texts{"4", "4", "4", "4", "1"}));
  EXPECT_EQ(OfAll(world, "高分"), (Texts{"3", "3", "3", "3", "0"}));
  EXPECT_EQ(OfAll(world, "中"), (Texts{"80", "80", "80", "80", "60"}));
}

// ---- rows

const std::string kRows = R"(
对象 项目 { 类别 : { 老、新 } }
明细 打分 每月 { 票 : 分, 0 至 100, 1 位小数 ; 有效 : 是否 }
)";

World Votes(const std::string& text, const std::vector<std::string>& votes, const std::string& valid = "是") {
  World world(kRows + text);
  world.Set("甲", "类别", "", "老");
  for (const std::string& vote : votes) world.Row("甲", "打分", "2024-01", {vote, valid});
  return world;
}

TEST(Folds, TrimmedMean) {
  const std::string one = "公式 a 每月 = 去极值平均(打分.票, 1) 缺按 7 分 四舍五入到 0.01 分 自定\n结果 每月 a\n";
  const std::string two = "公式 a 每月 = 去极值平均(打分.票, 2) 缺按 7 分 四舍五入到 0.01 分 自定\n结果 每月 a\n";
  const auto value = [](const std::string& text, const std::vector<std::string>& votes) {
    World world = Votes(text, votes);
    return world.Of("a", "甲", "2024-01");
  };
  EXPECT_EQ(value(one, {"95", "80", "70"}), "80");
  // (90 + 80 + 70) ÷ 3
  EXPECT_EQ(value(one, {"100", "0", "90", "80", "70"}), "80");
  // Ties at both ends: one of each is dropped, (90 + 90 + 60) ÷ 3.
  EXPECT_EQ(value(one, {"90", "60", "90", "60", "90"}), "80");
  EXPECT_EQ(value(one, {"50", "50", "50", "50"}), "50");
  // (90 + 70) ÷ 2
  EXPECT_EQ(value(one, {"0", "70", "100", "90"}), "80");
  EXPECT_EQ(value(two, {"100", "0", "90", "81", "70"}), "81");
  // Nothing is left.
  EXPECT_EQ(value(one, {"95", "80"}), "7");
  EXPECT_EQ(value(two, {"95", "80", "70", "60"}), "7");
  EXPECT_EQ(value(one, {}), "7");
  // (85.5 + 85.6 + 85.6) ÷ 3 = 256.7 ÷ 3 = 85.5666…
  EXPECT_EQ(value(one, {"85.5", "99", "85.6", "85.6", "12"}), "85.57");
}

TEST(Folds, MedianOddEvenTiesAndOfSome) {
  const std::string all = "公式 a 每月 = 中位数(打分.票) 缺按 7 分 四舍五入到 0.01 分 自定\n结果 每月 a\n";
  const auto value = [&](const std::vector<std::string>& votes) {
    World world = Votes(all, votes);
    return world.Of("a", "甲", "2024-01");
  };
  EXPECT_EQ(value({"10", "30", "20"}), "20");
  EXPECT_EQ(value({"50", "20", "10", "30"}), "25");
  EXPECT_EQ(value({"10", "50", "10", "10"}), "10");
  EXPECT_EQ(value({"42"}), "42");
  EXPECT_EQ(value({"42", "43"}), "42.5");
  EXPECT_EQ(value({}), "7");
  World some = Votes("公式 a 每月 = 中位数(打分.票 其中 打分.有效) 缺按 7 分 四舍五入到 0.01 分 自定\n结果 每月 a\n",
                     {"100", "100"}, "否");
  for (const char* vote : {"10", "20", "40"}) some.Row("甲", "打分", "2024-01", {vote, "是"});
  EXPECT_EQ(some.Of("a", "甲", "2024-01"), "20");
}

const std::string kAllFolds = R"(
公式 合 每月 = 合计(打分.票)
公式 数 每月 = 计数(打分)
公式 任 每月 = 任一(打分.有效)
公式 全 每月 = 全部(打分.有效) 缺按 是
公式 全缺 每月 = 缺(全部(打分.有效))
公式 均 每月 = 平均(打分.票) 缺按 7 分 四舍五入到 0.01 分 自定
公式 高 每月 = 最高(打分.票) 缺按 7 分 自定
公式 低 每月 = 最低(打分.票) 缺按 7 分 自定
结果 每月 合, 数, 任, 全, 全缺, 均, 高, 低
)";

TEST(Folds, OfNothing) {
  World world = Votes(kAllFolds, {});
  // A row of another month is none of this one.
  world.Row("甲", "打分", "2023-12", {"50", "是"});
  const Texts found = {world.Of("合", "甲", "2024-01"),   world.Of("数", "甲", "2024-01"),
                       world.Of("任", "甲", "2024-01"),   world.Of("全", "甲", "2024-01"),
                       world.Of("全缺", "甲", "2024-01"), world.Of("均", "甲", "2024-01"),
                       world.Of("高", "甲", "2024-01"),   world.Of("低", "甲", "2024-01")};
  EXPECT_EQ(found, (Texts{"0", "0", "否", "是", "是", "7", "7", "7"}));
}

TEST(Folds, OfSomething) {
  World world = Votes(kAllFolds, {"50.5", "60"}, "否");
  world.Row("甲", "打分", "2024-01", {"70", "是"}).Row("乙", "打分", "2024-01", {"99", "是"});
  const Texts found = {world.Of("合", "甲", "2024-01"),   world.Of("数", "甲", "2024-01"),
                       world.Of("任", "甲", "2024-01"),   world.Of("全", "甲", "2024-01"),
                       world.Of("全缺", "甲", "2024-01"), world.Of("均", "甲", "2024-01"),
                       world.Of("高", "甲", "2024-01"),   world.Of("低", "甲", "2024-01")};
  // 180.5 ÷ 3 = 60.1666…
  EXPECT_EQ(found, (Texts{"180.5", "3", "是", "否", "否", "60.17", "70", "50.5"}));
}

TEST(Folds, OverTheMonthsOfAQuarter) {
  World world(kPeople + R"(
公式 均 每季 = 平均(分值) 四舍五入到 0.01 分 自定
公式 合 每季 = 合计(分值 其中 分值 > 0 分) 自定
公式 数 每季 = 计数(分值 其中 分值 > 0 分) 自定
公式 高 每季 = 最高(分值)
结果 每季 均, 合, 数, 高
)");
  world.Months("甲", "分值", "2024-01", {"10", "-20", "30.005"});
  // 20.005 ÷ 3 = 6.66833…
  EXPECT_EQ(world.Of("均", "甲", "2024Q1"), "6.67");
  EXPECT_EQ(world.Of("合", "甲", "2024Q1"), "40.005");
  EXPECT_EQ(world.Of("数", "甲", "2024Q1"), "2");
  EXPECT_EQ(world.Of("高", "甲", "2024Q1"), "30.005");
}

TEST(Folds, AMissingMonthFailsTheQuarterByName) {
  World world(kPeople + "公式 均 每季 = 平均(分值) 四舍五入到 0.01 分 自定\n结果 每季 均\n");
  world.Months("甲", "分值", "2024-01", {"10", "20"});
  EXPECT_EQ(world.Of("均", "甲", "2024Q1"), "!missing-fact");
  const Failure* failure = FailureOf(world.Raw());
  ASSERT_NE(failure, nullptr);
  EXPECT_EQ(failure->at, "甲 2024-03");
  EXPECT_EQ(failure->datum, "分值");
  EXPECT_EQ(failure->rule, "均");
}

// ---- arithmetic

TEST(Roundings, AllFourOnHalvesNegativesAndTheRest) {
  const graph::GraphPtr graph = CompilePolicy(kPeople + R"(
公式 四舍五入 每月 = 分值 四舍五入到 0.01 分 自定
公式 五成双 每月 = 分值 四舍六入五成双到 0.01 分 自定
公式 舍去 每月 = 分值 舍去到 0.01 分 自定
公式 进一 每月 = 分值 进一到 0.01 分 自定
公式 到五 每月 = 分值 四舍五入到 5 分 自定
结果 每月 四舍五入, 五成双, 舍去, 进一, 到五
)");
  struct Row {
    const char* value;
    Texts expected;
  };
  // By hand: 四舍五入 goes away from zero at halves, 舍去 toward zero, 进一 away from it.
  const Row rows[] = {
      {"2.345", {"2.35", "2.34", "2.34", "2.35", "0"}},
      {"2.355", {"2.36", "2.36", "2.35", "2.36", "0"}},
      {"-2.345", {"-2.35", "-2.34", "-2.34", "-2.35", "0"}},
      {"-2.355", {"-2.36", "-2.36", "-2.35", "-2.36", "0"}},
      {"2.341", {"2.34", "2.34", "2.34", "2.35", "0"}},
      {"59.995", {"60", "60", "59.99", "60", "60"}},
      {"62.5", {"62.5", "62.5", "62.5", "62.5", "65"}},
      {"0", {"0", "0", "0", "0", "0"}},
      {"-0.004", {"0", "0", "0", "-0.01", "0"}},
  };
  for (const Row& row : rows) {
    World each(graph);
    each.Set("甲", "分值", "2024-01", row.value);
    Texts found;
    for (const char* name : {"四舍五入", "五成双", "舍去", "进一", "到五"})
      found.push_back(each.Of(name, "甲", "2024-01"));
    EXPECT_EQ(found, row.expected) << row.value;
  }
}

TEST(Arithmetic, RatiosThatDoNotEndAreExact) {
  World world(kPeople + R"(
公式 份 每月 = 分值 ÷ 3 自定
公式 和 每月 = 份 + 份 + 份
公式 相等 每月 = 和 = 分值
结果 每月 相等
)");
  world.Set("甲", "分值", "2024-01", "1");
  EXPECT_EQ(world.Of("份", "甲", "2024-01"), "1/3");
  EXPECT_EQ(world.Of("和", "甲", "2024-01"), "1");
  EXPECT_EQ(world.Of("相等", "甲", "2024-01"), "是");
}

// ---- the past

const std::string kPast = kPeople + R"(
公式 值 每月 = 分值
公式 变 每月 = 分值 − (上期(值) 缺按 0 分) 自定
公式 事实变 每月 = 分值 − (上期(分值) 缺按 0 分) 自定
结果 每月 值, 变, 事实变
)";

TEST(Past, IsReadAsRecordedAndNeverRecomputed) {
  World world(kPast);
  // The fact of February would give 60; what was published then was 50.
  world.Months("甲", "分值", "2024-02", {"60", "90"}).Past("甲", "值", "2024-02", "50");
  EXPECT_EQ(world.Of("变", "甲", "2024-03"), "40");
  EXPECT_EQ(world.Of("事实变", "甲", "2024-03"), "30");
}

TEST(Past, RecordedAsAbsentIsAbsentAndMissingIsAnError) {
  World absent(kPast);
  absent.Months("甲", "分值", "2024-03", {"90"}).Set("甲", "分值", "2024-02", "缺").Past("甲", "值", "2024-02", "缺");
  EXPECT_EQ(absent.Of("变", "甲", "2024-03"), "90");
  EXPECT_EQ(absent.Of("事实变", "甲", "2024-03"), "90");
  World missing(kPast);
  missing.Months("甲", "分值", "2024-03", {"90"}).Past("甲", "值", "2024-01", "50");
  EXPECT_EQ(missing.Of("变", "甲", "2024-03"), "!missing-past");
  EXPECT_EQ(missing.Of("事实变", "甲", "2024-03"), "!missing-past");
  EXPECT_EQ(missing.Of("值", "甲", "2024-03"), "90");
}

TEST(Past, ARunningTotalReadsItself) {
  World world(kPeople + "公式 累计 每月 = (上期(累计) 缺按 0 分) + 分值 自定\n结果 每月 累计\n");
  world.Months("甲", "分值", "2024-03", {"90"}).Past("甲", "累计", "2024-02", "150.5");
  world.Months("乙", "分值", "2024-03", {"70"}).Past("乙", "累计", "2024-02", "缺");
  EXPECT_EQ(world.Of("累计", "甲", "2024-03"), "240.5");
  EXPECT_EQ(world.Of("累计", "乙", "2024-03"), "70");
}

TEST(Past, OfACoarserResultIsKnownInEachMonth) {
  World world(kPeople + R"(
公式 季分 每季 = 最高(分值)
公式 超 每月 = 分值 − (上期(季分) 缺按 0 分) 自定
结果 每月 超
结果 每季 季分
)");
  world.Months("甲", "分值", "2024-01", {"80", "90", "70"}).Past("甲", "季分", "2023Q4", "75");
  EXPECT_EQ(world.Of("超", "甲", "2024-01"), "5");
  EXPECT_EQ(world.Of("超", "甲", "2024-03"), "-5");
}

// ---- laziness: 上限 is open and not bound, so whoever looks at it fails

TEST(Laziness, WhatStandsBehindTheDecidingOperandIsNotLookedAt) {
  World world(kPeople + R"(
参数 上限 : 分, 0 至 100 待定
公式 且句 每月 = 分值 > 5 分 且 上限 > 3 分 自定
公式 或句 每月 = 分值 > 5 分 或 上限 > 3 分 自定
公式 如果句 每月 = 如果 分值 > 5 分 则 上限 否则 1 分 自定
公式 倒且 每月 = 上限 > 3 分 且 分值 > 5 分 自定
结果 每月 且句, 或句, 如果句, 倒且
)");
  world.Set("低", "分值", "2024-01", "1").Set("高", "分值", "2024-01", "9");
  EXPECT_EQ(world.Of("且句", "低", "2024-01"), "否");
  EXPECT_EQ(world.Of("且句", "高", "2024-01"), "!open-parameter");
  EXPECT_EQ(world.Of("或句", "低", "2024-01"), "!open-parameter");
  EXPECT_EQ(world.Of("或句", "高", "2024-01"), "是");
  EXPECT_EQ(world.Of("如果句", "低", "2024-01"), "1");
  EXPECT_EQ(world.Of("如果句", "高", "2024-01"), "!open-parameter");
  EXPECT_EQ(world.Of("倒且", "低", "2024-01"), "!open-parameter");
  EXPECT_EQ(FailureOf(world.Raw())->datum, "上限");
}

TEST(Laziness, ABoundParameterIsAValueLikeAnyOther) {
  World world(kPeople + "参数 上限 : 分, 0 至 100 待定\n公式 a 每月 = 分值 封顶 上限\n结果 每月 a\n");
  world.Set("甲", "分值", "2024-01", "90").Bind("上限", "80");
  EXPECT_EQ(world.Of("a", "甲", "2024-01"), "80");
}

}  // namespace
}  // namespace heng::tests
