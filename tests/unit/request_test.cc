// The JSON request: what is read, what is refused of one subject, what is wrong with the whole; and the answer to it.
#include "engine/data/request.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/data/answer.h"
#include "engine/data/schema.h"
#include "engine/graph/analysis/compile.h"
#include "tests/unit/data_policy.h"

namespace heng::data {
namespace {

using nlohmann::json;
using tests::ShopPolicy;

const char* const kShopA =
    R"({"id": "a", "attributes": {"店名": "甲店", "opened": "2020-01-01", "星级": "一星", "连锁": true},
  "inputs": {"2024-07": {"口碑": 80.5, "rate": "95%", "营业额": "30000"}},
  "records": {"抽查": [{"期间": "2024-07", "得分": "90"}]}})";

json ShopRequest() {
  json request = {{"period", "2024-07"}, {"subjects", json::array({json::parse(kShopA)})}};
  request["subjects"].push_back(request["subjects"][0]);
  request["subjects"][1]["id"] = "b";
  request["subjects"][1]["inputs"]["2024-07"]["口碑"] = "70";
  return request;
}

Result<FactReading> Read(const json& document) {
  auto request = ParseRequest(document.dump());
  if (!request) return tl::unexpected<Error>(request.error());
  return ReadFacts(ShopPolicy(), *request, {});
}

TEST(Request, IsReadWhole) {
  json document = ShopRequest();
  document["policy"] = "shop";
  document["version"] = "1";
  document["roster"] = "complete";
  document["explain"] = true;
  document["what_if"] = false;
  const auto request = ParseRequest(document.dump());
  ASSERT_TRUE(request);
  EXPECT_EQ(request->policy, "shop");
  EXPECT_EQ(request->version, "1");
  EXPECT_EQ(request->period, *ParsePeriod("2024-07"));
  EXPECT_TRUE(request->roster_complete);
  EXPECT_TRUE(request->explain);
  const auto reading = ReadFacts(ShopPolicy(), *request, {});
  ASSERT_TRUE(reading);
  EXPECT_TRUE(reading->refusals.empty());
  EXPECT_EQ(reading->facts->roster(ShopPolicy()->model->subject()).ids, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(reading->facts->roster_complete);
}

// 分 lies between 0 and 100 in this version; in an earlier one it may have reached 120.
TEST(Request, ARecordedResultThatThisVersionCannotGiveIsRefused) {
  const graph::GraphPtr graph = graph::Compile("past.heng", R"(政策 t.p "测试"
  版本 "2"
  施行 2024-01-01 起 自定
对象 项目 { 名称 : 文本 }
填报 每月 { 得分 : 分, 0 至 100, 1 位小数 }
公式 月分 每月 = 得分
公式 升 每月 = 月分 − (上期(月分) 缺按 0 分)
公式 别的 每月 = 得分
结果 每月 月分, 升, 别的
)")
                                    .graph;
  ASSERT_NE(graph, nullptr);
  const auto refused = [&](const char* recorded) {
    const auto request =
        ParseRequest(std::string(R"({"period": "2024-02", "subjects": [{"id": "a", "attributes": {"名称": "x"},
      "inputs": {"2024-02": {"得分": "1"}}, "history": {"2024-01": )") +
                     recorded + "}}]}");
    const auto reading = ReadFacts(graph, *request, {});
    std::string text;
    for (const Refusal& refusal : reading->refusals.shown)
      text += refusal.code + " " + refusal.at + " " + refusal.rule + " " + refusal.value;
    return text;
  };
  EXPECT_EQ(refused(R"({"月分": "100"})"), "");
  EXPECT_EQ(refused(R"({"月分": "120"})"), "recorded-out-of-range /subjects/0/history/2024-01/月分 0 分–100 分 120 分");
  EXPECT_EQ(refused(R"({"月分": null})"), "");
  // Nobody reads the past of this one.
  EXPECT_EQ(refused(R"({"月分": "1", "别的": "120"})"), "");
}

struct Bad {
  const char* patch;  // JSON merge patch (RFC 7396) of the whole request
  const char* code;
  const char* at;
};
class BadRequests : public testing::TestWithParam<Bad> {};

TEST_P(BadRequests, AreAnErrorOfTheWhole) {
  json document = ShopRequest();
  const json patch = json::parse(GetParam().patch);
  // A patch of `subject` is for the first one.
  if (patch.contains("subject")) {
    document["subjects"][0].merge_patch(patch["subject"]);
  } else {
    document.merge_patch(patch);
  }
  const auto reading = Read(document);
  ASSERT_FALSE(reading) << GetParam().patch;
  EXPECT_EQ(reading.error().kind, ErrorKind::kUsage);
  EXPECT_EQ(reading.error().code, GetParam().code) << GetParam().patch;
  EXPECT_EQ(reading.error().at, GetParam().at) << GetParam().patch;
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadRequests,
    testing::Values(
        Bad{R"({"perod": 1})", "unknown-key", "/perod"}, Bad{R"({"period": null})", "missing-key", "/period"},
        Bad{R"({"period": 2024})", "wrong-type", "/period"}, Bad{R"({"period": "2024-13"})", "bad-period", "/period"},
        Bad{R"({"subjects": {}})", "wrong-type", "/subjects"}, Bad{R"({"subjects": [1]})", "wrong-type", "/subjects/0"},
        Bad{R"({"subjects": [{}]})", "missing-key", "/subjects/0"},
        Bad{R"({"roster": "partial"})", "bad-roster", "/roster"},
        Bad{R"({"explain": "yes"})", "wrong-type", "/explain"},
        Bad{R"({"subject": {"id": "b"}})", "duplicate-subject", "/subjects/1/id"},
        Bad{R"({"subject": {"id": ""}})", "bad-id", "/subjects/0/id"},
        Bad{R"({"subject": {"id": " a"}})", "bad-id", "/subjects/0/id"},
        Bad{R"({"subject": {"id": "a\u00a0"}})", "bad-id", "/subjects/0/id"},
        Bad{R"({"subject": {"id": "a\u0000b"}})", "bad-id", "/subjects/0/id"},
        Bad{R"({"subject": {"id": "a\u202eb"}})", "bad-id", "/subjects/0/id"},
        Bad{R"({"subject": {"id": "a\nb"}})", "bad-id", "/subjects/0/id"},
        Bad{R"({"subject": {"id": 5}})", "wrong-type", "/subjects/0/id"},
        Bad{R"({"subject": {"input": {}}})", "unknown-key", "/subjects/0/input"},
        Bad{R"({"subject": {"kind": "街"}})", "unknown-kind", "/subjects/0/kind"},
        Bad{R"({"subject": {"attributes": {"星机": 1}}})", "unknown-key", "/subjects/0/attributes/星机"},
        Bad{R"({"subject": {"attributes": {"口碑": 1}}})", "unknown-key", "/subjects/0/attributes/口碑"},
        Bad{R"({"subject": {"inputs": {"2024-07": {"评价": 1}}}})", "unknown-key", "/subjects/0/inputs/2024-07/评价"},
        Bad{R"({"subject": {"inputs": {"July": {}}}})", "bad-period", "/subjects/0/inputs/July"},
        Bad{R"({"subject": {"inputs": {"2024Q3": {}}}})", "bad-period", "/subjects/0/inputs/2024Q3"},
        Bad{R"({"subject": {"inputs": {"2024-06": 5}}})", "wrong-type", "/subjects/0/inputs/2024-06"},
        Bad{R"({"subject": {"records": {"抽察": []}}})", "unknown-key", "/subjects/0/records/抽察"},
        Bad{R"({"subject": {"records": {"抽查": {}}}})", "wrong-type", "/subjects/0/records/抽查"},
        Bad{R"({"subject": {"records": {"抽查": [{"期间": "2024-07", "分": 1}]}}})", "unknown-key",
            "/subjects/0/records/抽查/0/分"},
        Bad{R"({"subject": {"history": {"2024-06": {"口碑": 1}}}})", "unknown-key", "/subjects/0/history/2024-06/口碑"},
        Bad{R"({"subject": {"history": {"2024Q2": {}}}})", "bad-period", "/subjects/0/history/2024Q2"}));

struct RefusedFacts {
  const char* patch;  // of the first subject
  const char* code;
  const char* at;
};
class RefusedSubjects : public testing::TestWithParam<RefusedFacts> {};

TEST_P(RefusedSubjects, AreAnErrorOfTheirOwn) {
  json document = ShopRequest();
  document["subjects"][0].merge_patch(json::parse(GetParam().patch));
  const auto reading = Read(document);
  ASSERT_TRUE(reading) << GetParam().patch << reading.error().code << reading.error().at;
  ASSERT_EQ(reading->refusals.total, 1U) << GetParam().patch;
  EXPECT_EQ(reading->refusals.shown[0].code, GetParam().code) << GetParam().patch;
  EXPECT_EQ(reading->refusals.shown[0].at, GetParam().at) << GetParam().patch;
  EXPECT_EQ(reading->refusals.shown[0].subject, "a");
  EXPECT_EQ(reading->facts->roster(ShopPolicy()->model->subject()).refused.count(0), 1U);
  EXPECT_EQ(reading->facts->roster(ShopPolicy()->model->subject()).refused.count(1), 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Table, RefusedSubjects,
    testing::Values(
        RefusedFacts{R"({"attributes": {"店名": null}})", "missing-fact", "/subjects/0/attributes/店名"},
        RefusedFacts{R"({"attributes": {"name": "x"}})", "duplicate-fact", "/subjects/0/attributes/店名"},
        RefusedFacts{R"({"attributes": []})", "missing-fact", "/subjects/0/attributes"},
        RefusedFacts{R"({"attributes": [{"自": "2024-08-01", "店名": "甲", "开业": "2020-01-01", "星级": "一星",
                                         "连锁": true}]})",
                     "missing-fact", "/subjects/0/attributes"},
        // The settled month begins without it.
        RefusedFacts{R"({"attributes": [{"since": "2024-07-02", "店名": "甲", "开业": "2020-01-01", "星级": "一星",
                                         "连锁": true}]})",
                     "missing-fact", "/subjects/0/attributes"},
        RefusedFacts{R"({"attributes": [{"自": "2024-01-01", "店名": "甲", "开业": "2020-01-01", "星级": "一星",
                                         "连锁": true},
                                        {"自": "2024-01-01", "店名": "甲", "开业": "2020-01-01", "星级": "二星",
                                         "连锁": true}]})",
                     "duplicate-row", "/subjects/0/attributes/1"},
        RefusedFacts{R"({"attributes": [{"店名": "甲", "开业": "2020-01-01", "星级": "一星", "连锁": true},
                                        {"店名": "甲", "开业": "2020-01-01", "星级": "二星", "连锁": true}]})",
                     "duplicate-row", "/subjects/0/attributes/1"},
        RefusedFacts{R"({"attributes": [{"自": "2024-01-01", "since": "2024-02-01", "店名": "甲", "开业": "2020-01-01",
                                         "星级": "一星", "连锁": true}]})",
                     "duplicate-fact", "/subjects/0/attributes/0/自"},
        RefusedFacts{R"({"inputs": {"2024-07": {"口碑": 101}}})", "out-of-range", "/subjects/0/inputs/2024-07/口碑"},
        RefusedFacts{R"({"inputs": {"2024-07": {"rating": 80}}})", "duplicate-fact", "/subjects/0/inputs/2024-07/口碑"},
        RefusedFacts{R"({"inputs": {"2024-07": null}})", "missing-period", "/subjects/0/inputs"},
        RefusedFacts{R"({"inputs": null})", "missing-period", "/subjects/0/inputs"},
        RefusedFacts{R"({"inputs": {"2024-07": {"口碑": "90.5", "rate": "10"}}})", "check-failed",
                     "/subjects/0/inputs/2024-07"},
        RefusedFacts{R"({"records": null})", "missing-records", "/subjects/0/records/抽查"},
        RefusedFacts{R"({"records": {"spot": []}})", "duplicate-fact", "/subjects/0/records/抽查"},
        RefusedFacts{R"({"records": {"抽查": [{"得分": 1}]}})", "missing-fact", "/subjects/0/records/抽查/0"},
        RefusedFacts{R"({"records": {"抽查": [{"期间": "2024", "得分": 1}]}})", "bad-period",
                     "/subjects/0/records/抽查/0/期间"},
        RefusedFacts{R"({"records": {"抽查": [{"期间": "2024-07", "得分": "x"}]}})", "not-a-number",
                     "/subjects/0/records/抽查/0/得分"},
        RefusedFacts{R"({"history": {"2024-06": {"月分": "x"}}})", "not-a-number",
                     "/subjects/0/history/2024-06/月分"}));

TEST(Request, AnEmptyListOfRecordsIsNoError) {
  json document = ShopRequest();
  document["subjects"][0]["records"]["抽查"] = json::array();
  EXPECT_TRUE(Read(document)->refusals.empty());
}

TEST(Request, APastPeriodStatedAsNullIsAbsent) {
  json document = ShopRequest();
  document["subjects"][0]["history"]["2024-06"] = nullptr;
  document["subjects"][0]["history"]["2024-05"] = {{"points", "88.0"}};
  const auto reading = Read(document);
  ASSERT_TRUE(reading);
  const auto& history = reading->facts->history.at(*ShopPolicy()->model->FindDefinition("月分"));
  EXPECT_EQ(*history.Find({0, *ParsePeriod("2024-06")}), Value(Absent{}));
  EXPECT_EQ(*history.Find({0, *ParsePeriod("2024-05")}), Value(Rational(88)));
}

TEST(Request, ALineOfAStreamIsOneSubject) {
  const auto line = ParseSubjectLine(kShopA, 1, *ParsePeriod("2024-07"));
  ASSERT_TRUE(line);
  const auto reading = ReadFacts(ShopPolicy(), *line, {});
  ASSERT_TRUE(reading);
  EXPECT_EQ(reading->facts->roster(ShopPolicy()->model->subject()).ids, std::vector<std::string>{"a"});
  EXPECT_FALSE(reading->facts->roster_complete);
}

TEST(Request, AttributesThatHoldFromTheFirstDayOnAreTaken) {
  json document = ShopRequest();
  json late = document["subjects"][0]["attributes"];
  json early = late;
  early["自"] = "2024-07-01";
  late["自"] = "2024-07-15";
  document["subjects"][0]["attributes"] = json::array({late, early});
  EXPECT_TRUE(Read(document)->refusals.empty());
}

// The place and the number of the line are said once.
TEST(Request, AnErrorOfALineIsPlacedInTheBatch) {
  const auto at = [](const char* line) {
    const auto request = ParseSubjectLine(line, 3, *ParsePeriod("2024-07"));
    return request ? "" : request.error().code + " " + request.error().at + " " + request.error().message.en;
  };
  EXPECT_EQ(at("{x"), "bad-json 3:2 not valid JSON at line 3, column 2");
  EXPECT_EQ(at(R"({"a": 1, "a": 2})"), "duplicate-key /a the key 'a' stands twice");
}

TEST(Request, WhatMustBeAnObjectIsPlaced) {
  const auto request = ParseRequest("[]");
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().code + " " + request.error().at, "wrong-type 1:1");
}

TEST(Request, AnIdHasAtMostSoManyBytes) {
  json document = ShopRequest();
  document["subjects"][0]["id"] = std::string(256, 'a');
  EXPECT_TRUE(Read(document));
  document["subjects"][0]["id"] = std::string(257, 'a');
  const auto reading = Read(document);
  ASSERT_FALSE(reading);
  EXPECT_EQ(reading.error().message.zh, "编号太长：有 257 字节，最多 256 字节（一个汉字占 3 字节）");
}

std::string Answered(const json& document, bool bind) {
  Deployment deployment{ShopPolicy(), {}, {}};
  if (bind) deployment.parameters.insert(*Bind(*ShopPolicy(), "上限", "75"));
  const auto request = ParseRequest(document.dump());
  auto reading = ReadFacts(ShopPolicy(), *request, deployment.parameters);
  const eval::Evaluation evaluation = eval::Evaluate(ShopPolicy(), reading->facts, request->period);
  Answer answer{deployment, "01J", "test", request->period, false, OutputsOf(evaluation, reading->refusals), {}};
  return ToJson(answer, false);
}

TEST(Answer, GivesOutputsErrorsAndWhatIsOpenOrChosen) {
  json document = ShopRequest();
  document["roster"] = "complete";
  document["subjects"].push_back(document["subjects"][0]);
  document["subjects"][2]["id"] = "c";
  document["subjects"][2]["inputs"]["2024-07"]["口碑"] = 101;
  const json answer = json::parse(Answered(document, true));
  EXPECT_EQ(answer["decision"], "01J");
  EXPECT_EQ(answer["policy"]["id"], "test.shop");
  EXPECT_EQ(answer["results"][0]["outputs"]["月分"], json::parse(R"({"value": "75.0", "unit": "分"})"));
  EXPECT_EQ(answer["results"][0]["outputs"]["率"], json::parse(R"({"value": "95.0", "unit": "%"})"));
  EXPECT_EQ(answer["results"][0]["outputs"]["额"], json::parse(R"({"value": "30000.00", "unit": "元"})"));
  EXPECT_TRUE(answer["results"][0]["outputs"]["名次表"].contains("error"));
  EXPECT_EQ(answer["results"][2]["errors"][0]["code"], "out-of-range");
  EXPECT_FALSE(answer["results"][2].contains("outputs"));
  EXPECT_EQ(answer["open_parameters"][0]["name"], "上限");
  EXPECT_EQ(answer["open_parameters"][0]["bound"], "75 分");
  EXPECT_EQ(answer["district_choices"][0]["what"], "施行 2024-01-01");
}

TEST(Answer, RefusesByNameWhatNeedsPeersOrAnOpenParameter) {
  const json outputs = json::parse(Answered(ShopRequest(), false))["results"][0]["outputs"];
  EXPECT_EQ(outputs["月分"]["error"]["code"], "open-parameter");
  EXPECT_EQ(outputs["月分"]["error"]["datum"], "上限");
  EXPECT_EQ(outputs["名次表"]["error"]["code"], "needs-roster");
  EXPECT_EQ(outputs["额"]["value"], "30000.00");
}

TEST(Schema, NamesEveryFactAndItsLimits) {
  const json schema = json::parse(RequestSchema(*ShopPolicy()->model));
  EXPECT_EQ(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
  const json& subject = schema["$defs"]["subject"];
  EXPECT_EQ(subject["additionalProperties"], false);
  EXPECT_EQ(subject["required"], json::parse(R"(["id", "attributes", "inputs", "records"])"));
  const json& month = subject["properties"]["inputs"]["patternProperties"]["^[1-9][0-9]{3}-(0[1-9]|1[0-2])$"];
  EXPECT_EQ(month["properties"]["口碑"]["anyOf"][0],
            json::parse(R"({"type": "number", "minimum": 0, "maximum": 100, "multipleOf": 0.1})"));
  EXPECT_EQ(month["properties"]["口碑"]["title"], "rating");
  EXPECT_EQ(month["properties"]["频次"]["anyOf"][1], json::parse(R"({"type": "null"})"));
  EXPECT_EQ(subject["properties"]["attributes"]["anyOf"][0]["properties"]["星级"]["enum"],
            json::parse(R"(["一星", "二星", "三星"])"));
}

}  // namespace
}  // namespace heng::data
