// What is kept of past settlements: read once, never stale, bounded.
#include "engine/settle/past.h"

#include <gtest/gtest.h>

#include "engine/data/json_value.h"
#include "engine/graph/analysis/compile.h"
#include "engine/store/store.h"
#include "tests/unit/data_policy.h"

namespace heng::settle {
namespace {

constexpr const char* kDistrict = "slz";

class KeptPast : public testing::Test {
 protected:
  KeptPast() : store_(*store::Store::Open("sqlite:" + folder_.path() + "/heng.db", {})) {}

  std::string Settle(const char* period, const std::string& card, const std::string& supersedes = "") {
    store::Settlement settlement;
    settlement.district = kDistrict;
    settlement.policy = deployment_.graph->model->policy.id;
    settlement.deployment = deployment_.digest();
    settlement.period = *ParsePeriod(period);
    settlement.author = "张";
    settlement.supersedes = supersedes;
    settlement.inputs = {{"项目.csv", "编号,名称,类别,户数\na,a,商品小区,1\n"}};
    settlement.outputs = {{"结果.csv", "编号,期间,挂牌\r\na," + std::string(period) + "," + card + "\r\n"}};
    return store_->AddSettlement(settlement)->settlement.id;
  }

  // How many differences there are if `a` is said to have had that card.
  size_t Differences(const char* period, const char* card) {
    const auto past = Past::Read(*store_, kept_, kDistrict, deployment_, *ParsePeriod("2025Q1"));
    const std::string request =
        std::string(R"({"subjects": [{"id": "a", "history": {")") + period + R"(": {"挂牌": ")" + card + R"("}}}]})";
    return past->Differences(*data::ParseJson(request, 1 << 20)).size();
  }

  tests::TemporaryFolder folder_;
  std::unique_ptr<store::Store> store_;
  data::Deployment deployment_{tests::PlatesPolicy(), {}, {}};
  PastSettlements kept_;
};

TEST_F(KeptPast, IsReadOnce) {
  Settle("2024Q3", "绿牌");
  Settle("2024Q4", "红牌");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Differences("2024Q3", "绿牌"), 0U);
    EXPECT_EQ(Differences("2024Q4", "绿牌"), 1U);
    EXPECT_EQ(kept_.read(), 2U);
  }
}

// `null` for a period says that nothing was settled then.
TEST_F(KeptPast, APeriodThatIsSaidNotToHaveBeenDiffers) {
  Settle("2024Q3", "绿牌");
  const auto differences = [&](const std::string& history) {
    const auto past = Past::Read(*store_, kept_, kDistrict, deployment_, *ParsePeriod("2025Q1"));
    std::string text;
    const std::string request = R"({"subjects": [{"id": "a", "history": )" + history + "}]}";
    for (const data::Refusal& one : past->Differences(*data::ParseJson(request, 1 << 20)))
      text += one.code + " " + one.at + " " + one.column_name + "\n";
    return text;
  };
  EXPECT_EQ(differences(R"({"2024Q3": null})"), "history-differs /subjects/0/history/2024Q3 挂牌\n");
  EXPECT_EQ(differences(R"({"2024Q3": {"挂牌": null}})"), "history-differs /subjects/0/history/2024Q3/挂牌 挂牌\n");
  // Nothing is said: what reads it is missing.
  EXPECT_EQ(differences(R"({"2024Q3": {}})"), "");
  EXPECT_EQ(differences("{}"), "");
  // Nothing was settled then.
  EXPECT_EQ(differences(R"({"2024Q2": null})"), "");
}

TEST_F(KeptPast, HoldsWhatHoldsNow) {
  const std::string first = Settle("2024Q3", "绿牌");
  EXPECT_EQ(Differences("2024Q3", "红牌"), 1U);
  // As by another process: nothing tells the reader.
  Settle("2024Q3", "红牌", first);
  EXPECT_EQ(Differences("2024Q3", "红牌"), 0U);
  EXPECT_EQ(Differences("2024Q3", "绿牌"), 1U);
  EXPECT_EQ(kept_.read(), 2U);
  Settle("2024Q4", "黄牌");
  EXPECT_EQ(Differences("2024Q4", "红牌"), 1U);
  EXPECT_EQ(kept_.read(), 3U);
}

// Two kinds of subject with the same id, and the whole: each has a past of its own.
TEST_F(KeptPast, WhatWasNotIsComparedWithTheResultsOfItsKind) {
  deployment_.graph = graph::Compile("past.heng", R"(政策 t.p "测试"
  版本 "1"
  施行 2024-01-01 起 自定
对象 项目 [project] { 名称 : 文本 }
对象 企业 [company] { 全称 : 文本 }
填报 项目 每季 { 得分 : 分, 0 至 100 }
填报 企业 每季 { 税 : 元, 0 至 100 }
公式 项目.成绩 每季 = 得分 + (上期(成绩) 缺按 0 分)
公式 企业.税额 每季 = 税
公式 全体.总分 每季 = 合计(得分)
结果 每季 成绩, 税额, 总分
)")
                          .graph;
  ASSERT_NE(deployment_.graph, nullptr);
  store::Settlement settlement;
  settlement.district = kDistrict;
  settlement.policy = deployment_.graph->model->policy.id;
  settlement.deployment = deployment_.digest();
  settlement.period = *ParsePeriod("2024Q1");
  settlement.author = "张";
  settlement.inputs = {{"项目.csv", "编号,名称\na,甲\n"}, {"企业.csv", "编号,全称\na,乙\n"}};
  settlement.outputs = {{"结果.csv", "编号,期间,成绩\r\na,2024Q1,3\r\n"},
                        {"结果.企业.csv", "编号,期间,税额\r\na,2024Q1,\r\n"},
                        {"结果.全体.csv", "期间,总分\r\n2024Q1,3\r\n"}};
  ASSERT_TRUE(store_->AddSettlement(settlement));
  const auto past = Past::Read(*store_, kept_, kDistrict, deployment_, *ParsePeriod("2024Q2"));
  const auto differences = [&](const std::string& request) {
    std::string text;
    for (const data::Refusal& one : past->Differences(*data::ParseJson(request, 1 << 20)))
      text += one.at + " " + one.column_name + "\n";
    return text;
  };
  const std::string none = R"("history": {"2024Q1": null}})";
  EXPECT_EQ(differences(R"({"subjects": [{"id": "a", )" + none + "]}"), "/subjects/0/history/2024Q1 成绩\n");
  EXPECT_EQ(differences(R"({"subjects": [{"id": "a", "kind": "project", )" + none + "]}"),
            "/subjects/0/history/2024Q1 成绩\n");
  // It paid nothing: that is what the settlement says.
  EXPECT_EQ(differences(R"({"subjects": [{"id": "a", "kind": "企业", )" + none + "]}"), "");
  EXPECT_EQ(differences(R"({"whole": {)" + none + "}"), "/whole/history/2024Q1 总分\n");
}

TEST_F(KeptPast, AnotherDeploymentReadsAnew) {
  Settle("2024Q3", "绿牌");
  EXPECT_EQ(Differences("2024Q3", "红牌"), 1U);
  deployment_.columns = {{"id", "编号"}};
  EXPECT_EQ(Differences("2024Q3", "红牌"), 1U);
  EXPECT_EQ(kept_.read(), 2U);
}

TEST_F(KeptPast, IsBounded) {
  PastSettlements small(1);
  Settle("2024Q3", "绿牌");
  for (size_t i = 1; i <= 2; ++i) {
    EXPECT_EQ(
        small.Holding(*store_, kDistrict, deployment_.graph->model->policy.id, Date{2025, 1, 1}, &deployment_)->size(),
        1U);
    EXPECT_EQ(small.read(), i);
  }
}

TEST_F(KeptPast, OnlyWhatEndedBefore) {
  Settle("2024Q4", "红牌");
  const auto past = [&](Date day) {
    return kept_.Holding(*store_, kDistrict, deployment_.graph->model->policy.id, day, &deployment_)->size();
  };
  EXPECT_EQ(past({2024, 12, 31}), 0U);
  EXPECT_EQ(past({2025, 1, 1}), 1U);
}

}  // namespace
}  // namespace heng::settle
