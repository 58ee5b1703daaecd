// The routes without sockets: what is answered to a request, by a service of two districts of which one is broken.
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/base/digest.h"
#include "engine/evaluate/evaluate.h"
#include "server/problem.h"
#include "server/routes.h"
#include "server/target.h"
#include "tests/unit/data_policy.h"

namespace heng::server {
namespace {

using Json = nlohmann::ordered_json;

const std::string kVersion = "/v1/districts/slz/policies/plates/versions/2024.1";
const std::string kEvaluate = "/v1/districts/slz/evaluate";

std::shared_ptr<const Service> TheService() {
  static const auto service = [] {
    const tests::TemporaryFolder folder;
    folder.Write("districts/slz.yaml", "name: 石榴庄街道\npolicy: " HENG_SOURCE_DIR
                                       "/policies/shiliuzhuang\nparameters: { 红牌检查频次: 5 次/月 }\n");
    folder.Write("districts/broken.yaml", "name: 坏\npolicy: nowhere\n");
    folder.Write("heng.yaml", "districts: districts\n");
    Service out{{}, {}, [] { return std::string("01J00000000000000000000000"); }};
    for (config::District& one : config::LoadDistricts(*config::LoadService(folder.path() + "/heng.yaml"))) {
      out.districts.push_back({std::make_shared<const config::District>(std::move(one)), nullptr});
    }
    return std::make_shared<const Service>(std::move(out));
  }();
  return service;
}

Response Ask(const Request& request) {
  Reply reply = Answer(TheService(), request);
  const auto* later = std::get_if<Later>(&reply);
  return later == nullptr ? std::get<Response>(std::move(reply)) : later->answer(request);
}

Response Get(const std::string& target, Headers headers = {}, const std::string& method = "GET") {
  return Ask({method, target, std::move(headers), ""});
}

Response Post(const std::string& target, const std::string& body, const std::string& type = "application/json") {
  return Ask({"POST", target, {{"content-type", type}}, body});
}

std::string HeaderOf(const Response& response, const std::string& name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "";
}

Json Month(int complaints) {
  return {{"诉求件数", complaints}, {"响应件数", complaints}, {"解决件数", complaints}, {"满意件数", complaints},
          {"业主评价", "90"},       {"环境建设", "80"},       {"创城", "80"},           {"创卫", "80"},
          {"安全生产", "80"},       {"规范化建设", "90"},     {"到社区报到", 1},        {"与书记沟通", 4},
          {"入户走访", 100},        {"调度会召开", 22},       {"调度会参加", 22},       {"重大安全事故", 0}};
}

// The worked example of the policy: 90.00, 绿牌.
Json Subject(const std::string& id) {
  Json judges = Json::array();
  for (const char* month : {"2024-07", "2024-08", "2024-09"}) {
    for (const char* role : {"律师", "居民代表", "社区书记"}) {
      judges.push_back({{"期间", month}, {"身份", role}, {"得分", "95"}});
    }
  }
  return {{"id", id},
          {"attributes", {{"名称", "样例"}, {"社区", "样例"}, {"类别", "老旧小区"}, {"户数", 1200}}},
          {"inputs", {{"2024-07", Month(3)}, {"2024-08", Month(3)}, {"2024-09", Month(3)}}},
          {"records", {{"评委打分", judges}}}};
}

Json Request1() { return {{"period", "2024Q3"}, {"subjects", Json::array({Subject("甲")})}}; }

struct Row {
  const char* name;
  Request request;
  int status;
  const char* code;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

std::string CaseName(const testing::TestParamInfo<Row>& test) { return test.param.name; }

Row GetRow(const char* name, const std::string& target, int status, const char* code) {
  return {name, {"GET", target, {}, ""}, status, code};
}

Row PostRow(const char* name, const std::string& body, int status, const char* code,
            const std::string& target = kEvaluate, const std::string& type = "application/json") {
  return {name, {"POST", target, {{"content-type", type}}, body}, status, code};
}

Row Changed(const char* name, const char* pointer, const Json& value, int status, const char* code,
            const std::string& target = kEvaluate) {
  Json body = Request1();
  body[Json::json_pointer(pointer)] = value;
  return PostRow(name, body.dump(), status, code, target);
}

class Refused : public testing::TestWithParam<Row> {};

TEST_P(Refused, AsAProblemWithItsStatusAndCode) {
  const Response response = Ask(GetParam().request);
  EXPECT_EQ(response.status, GetParam().status) << response.body;
  EXPECT_EQ(response.content_type, "application/problem+json");
  const Json body = Json::parse(response.body);
  EXPECT_EQ(body["code"], GetParam().code) << response.body;
  EXPECT_EQ(body["status"], GetParam().status);
  EXPECT_EQ(body["type"], std::string("urn:heng:problem:") + GetParam().code);
  EXPECT_EQ(body["instance"], GetParam().request.target.substr(0, GetParam().request.target.find('?')));
  EXPECT_NE(body["messages"]["zh"], body["messages"]["en"]);
  EXPECT_EQ(body["detail"], body["messages"]["zh"]);
}

INSTANTIATE_TEST_SUITE_P(
    Paths, Refused,
    testing::Values(GetRow("Root", "/", 404, "no-such-route"), GetRow("TrailingSlash", "/livez/", 404, "no-such-route"),
                    GetRow("DoubleSlash", "//livez", 404, "no-such-route"),
                    GetRow("DotDot", "/v1/../livez", 404, "no-such-route"),
                    GetRow("OtherCase", "/Livez", 404, "no-such-route"),
                    GetRow("EmptyDistrict", "/v1/districts/", 404, "no-such-route"),
                    GetRow("EncodedSlash", "/v1/districts%2Fslz", 404, "no-such-route"),
                    GetRow("BadPercent", "/v1/districts/%zz", 400, "bad-target"),
                    GetRow("CutPercent", "/v1/districts/%4", 400, "bad-target"),
                    GetRow("ByteZero", "/v1/districts/slz%00", 400, "bad-target"),
                    GetRow("NotUtf8", "/v1/districts/%B0%A1", 400, "bad-target"),
                    GetRow("UnknownQuery", "/v1/districts?page=2", 400, "unknown-query"),
                    GetRow("QueryTwice", kVersion + "/graph?format=dot&format=json", 400, "bad-target"),
                    GetRow("GraphFormat", kVersion + "/graph?format=svg", 400, "bad-query"),
                    GetRow("UnknownDistrict", "/v1/districts/nowhere", 404, "unknown-district"),
                    GetRow("UnknownPolicy", "/v1/districts/slz/policies/x/versions", 404, "unknown-policy"),
                    GetRow("UnknownVersion", "/v1/districts/slz/policies/plates/versions/9", 404, "unknown-version"),
                    GetRow("BrokenDistrict", "/v1/districts/broken/policies", 503, "district-broken"),
                    GetRow("GetOfEvaluate", kEvaluate, 405, "method-not-allowed"),
                    PostRow("PostOfLivez", "{}", 405, "method-not-allowed", "/livez")),
    CaseName);

INSTANTIATE_TEST_SUITE_P(
    Evaluations, Refused,
    testing::Values(
        PostRow("UnknownDistrict", "{}", 404, "unknown-district", "/v1/districts/nowhere/evaluate"),
        PostRow("BrokenDistrict", "{}", 503, "district-broken", "/v1/districts/broken/evaluate"),
        PostRow("PlainText", "{}", 415, "unsupported-media-type", kEvaluate, "text/plain"),
        PostRow("NoType", "{}", 415, "unsupported-media-type", kEvaluate, ""),
        PostRow("OtherCharset", "{}", 415, "unsupported-media-type", kEvaluate, "application/json; charset=gbk"),
        PostRow("EmptyBody", "", 400, "bad-json"), PostRow("CutJson", "{\"period\": \"2024Q3\",\n", 400, "bad-json"),
        PostRow("DuplicateKey", "{\"period\": \"2024Q3\", \"period\": \"2024Q3\"}", 400, "duplicate-key"),
        PostRow("JsonList", "[]", 400, "wrong-type"),
        PostRow("NoSubjects", "{\"period\": \"2024Q3\"}", 400, "missing-key"),
        Changed("UnknownKey", "/perod", "2024Q3", 400, "unknown-key"),
        Changed("UnknownFact", "/subjects/0/inputs/2024-07/投诉", 1, 400, "unknown-key"),
        Changed("BadRoster", "/roster", "yes", 400, "bad-roster"),
        Changed("BadPeriod", "/period", "2024Q5", 400, "bad-period"),
        Changed("MonthOfQuarterly", "/period", "2024-08", 422, "not-a-settlement-period"),
        Changed("YearOfQuarterly", "/period", "2024", 422, "not-a-settlement-period"),
        Changed("BeforeItWasInForce", "/period", "2024Q2", 409, "not-in-force"),
        Changed("UnknownPolicy", "/policy", "grid", 404, "unknown-policy"),
        Changed("UnknownVersion", "/version", "2023.1", 404, "unknown-version"),
        Changed("ExplainAsText", "/explain", "true", 400, "wrong-type"),
        Changed("StrictRefusesAll", "/subjects/0/inputs/2024-07/业主评价", 101, 422, "facts-refused",
                kEvaluate + "?strict=true"),
        Changed("StrictAsYes", "/explain", true, 400, "bad-query", kEvaluate + "?strict=yes"),
        Changed("PeriodInQuery", "/explain", true, 400, "unknown-query", kEvaluate + "?period=2024Q3"),
        PostRow("LinesWithoutPeriod", "{}", 400, "missing-query", kEvaluate, "application/x-ndjson"),
        PostRow("LinesOfBadPeriod", "{}", 400, "bad-period", kEvaluate + "?period=x", "application/x-ndjson"),
        PostRow("LinesOfBadJson", "\n{\"id\": \"a\"", 400, "bad-json", kEvaluate + "?period=2024Q3",
                "application/x-ndjson")),
    CaseName);

TEST(RoutesTest, ProblemsSpeakTheLanguageThatIsAsked) {
  const Json english = Json::parse(Get("/nowhere", {{"accept-language", "fr, en-GB;q=0.8, zh;q=0.7"}}).body);
  EXPECT_EQ(english["detail"], english["messages"]["en"]);
  EXPECT_EQ(english["title"], "Not Found");
  EXPECT_EQ(LanguageOf(""), Language::kChinese);
  EXPECT_EQ(LanguageOf("fr, de"), Language::kChinese);
  EXPECT_EQ(LanguageOf("en"), Language::kEnglish);
  EXPECT_EQ(LanguageOf("en;q=0, zh;q=0.1"), Language::kChinese);
  EXPECT_EQ(LanguageOf("EN-gb"), Language::kEnglish);
  EXPECT_EQ(LanguageOf("english"), Language::kChinese);
}

TEST(RoutesTest, ProblemsSayWhere) {
  const Json where = Json::parse(Post(kEvaluate, "{\"period\": \"2024Q3\",\n}").body)["errors"][0];
  EXPECT_EQ(where["at"].get<std::string>().substr(0, 2), "2:") << where;
  Json body = Request1();
  body["subjects"][0]["inputs"]["2024-07"]["投诉"] = 1;
  EXPECT_EQ(Json::parse(Post(kEvaluate, body.dump()).body)["errors"][0]["at"], "/subjects/0/inputs/2024-07/投诉");
  body = Request1();
  body["subjects"][0]["inputs"]["2024-07"]["业主评价"] = "90.123";
  const Json refused = Json::parse(Post(kEvaluate + "?strict=true", body.dump()).body)["errors"];
  ASSERT_EQ(refused.size(), 1U) << refused;
  EXPECT_EQ(refused[0]["code"], "too-many-places");
  EXPECT_EQ(refused[0]["at"], "/subjects/0/inputs/2024-07/业主评价");
}

TEST(RoutesTest, MethodsNotAllowedAreNamed) {
  EXPECT_EQ(HeaderOf(Get(kEvaluate), "Allow"), "POST");
  EXPECT_EQ(HeaderOf(Get("/livez", {}, "DELETE"), "Allow"), "GET, HEAD");
  EXPECT_EQ(Get("/livez", {}, "HEAD").status, 200);
}

TEST(RoutesTest, ReadinessNamesTheBrokenDistricts) {
  EXPECT_EQ(Get("/livez").status, 200);
  const Response ready = Get("/readyz");
  EXPECT_EQ(ready.status, 200);
  EXPECT_EQ(Json::parse(ready.body), Json({{"ready", true}, {"broken", {"broken"}}}));
  const Response all = Get("/readyz?strict=true");
  EXPECT_EQ(all.status, 503);
  EXPECT_EQ(Json::parse(all.body), Json({{"ready", false}, {"broken", {"broken"}}}));
  const Json broken = Json::parse(Get("/v1/districts/broken").body);
  EXPECT_EQ(broken["ready"], false);
  EXPECT_EQ(broken["mistakes"][0]["code"], "no-policy");
}

TEST(RoutesTest, DistrictsAndTheirPolicies) {
  const Json districts = Json::parse(Get("/v1/districts").body)["districts"];
  ASSERT_EQ(districts.size(), 2U);
  EXPECT_EQ(districts[1]["id"], "slz");
  EXPECT_EQ(districts[1]["name"], "石榴庄街道");
  const Json policies = Json::parse(Get("/v1/districts/slz/policies").body)["policies"];
  EXPECT_EQ(policies[0]["id"], "shiliuzhuang.plates");
  EXPECT_EQ(policies[0]["versions"], Json::array({"2024.1"}));
  const Json versions = Json::parse(Get("/v1/districts/slz/policies/shiliuzhuang.plates/versions").body)["versions"];
  EXPECT_EQ(versions[0]["effective"]["from"], "2024-07-01");
}

TEST(RoutesTest, AVersionSaysWhatItIs) {
  const Json body = Json::parse(Get(kVersion).body);
  EXPECT_EQ(body["id"], "shiliuzhuang.plates");
  EXPECT_EQ(body["settled"], "quarterly") << body;
  EXPECT_EQ(body["open_parameters"][0]["name"], "红牌检查频次");
  EXPECT_EQ(body["open_parameters"][0]["bound"], "5 次/月");
  EXPECT_FALSE(body["district_choices"].empty());
  EXPECT_FALSE(body["sources"].empty());
  EXPECT_EQ(body["results"].size(), 8U);
}

TEST(RoutesTest, TheSourceIsGivenByteForByte) {
  const Response source = Get(kVersion + "/source");
  EXPECT_EQ(source.content_type, "text/plain; charset=utf-8");
  EXPECT_EQ(Sha256(source.body), Json::parse(Get(kVersion).body)["digest"]);
  EXPECT_EQ(HeaderOf(source, "ETag"), "\"" + Sha256(source.body) + "\"");
}

TEST(RoutesTest, GraphAndSchema) {
  EXPECT_TRUE(Json::accept(Get(kVersion + "/graph").body));
  EXPECT_TRUE(Get(kVersion + "/graph?format=dot").body.starts_with("digraph"));
  EXPECT_EQ(Get(kVersion + "/graph?format=mermaid").status, 200);
  EXPECT_TRUE(Json::accept(Get(kVersion + "/schema").body));
}

TEST(RoutesTest, WhatIsUnchangedIsNotSentAgain) {
  const std::string tag = HeaderOf(Get(kVersion), "ETag");
  ASSERT_FALSE(tag.empty());
  for (const std::string& given : {tag, "W/" + tag, "\"x\", " + tag, std::string("*")}) {
    const Response again = Get(kVersion, {{"if-none-match", given}});
    EXPECT_EQ(again.status, 304) << given;
    EXPECT_EQ(again.body, "");
    EXPECT_EQ(HeaderOf(again, "ETag"), tag);
  }
  EXPECT_EQ(Get(kVersion, {{"if-none-match", "\"x\""}}).status, 200);
}

TEST(RoutesTest, AnEvaluationIsAnswered) {
  Json request = Request1();
  request["roster"] = "complete";
  const Response response = Post(kEvaluate, request.dump(), "Application/JSON; charset=\"UTF-8\"");
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(HeaderOf(response, "Cache-Control"), "no-store");
  EXPECT_EQ(HeaderOf(response, "ETag"), "");
  const Json body = Json::parse(response.body);
  EXPECT_EQ(body["decision"], "01J00000000000000000000000");
  EXPECT_EQ(body["district"], "slz");
  EXPECT_EQ(body["results"][0]["outputs"]["季度成绩"], Json({{"value", "90.00"}, {"unit", "分"}}));
  EXPECT_EQ(body["results"][0]["outputs"]["挂牌"]["value"], "绿牌");
  EXPECT_FALSE(body.contains("what_if"));
}

TEST(RoutesTest, TheAnswerIsThatOfTheEngine) {
  const std::string request = Request1().dump();
  const auto answer = evaluate::AnswerRequest(TheService()->districts[1].current->deployments, request,
                                              {"slz", "01J00000000000000000000000", false, false});
  ASSERT_TRUE(answer);
  EXPECT_EQ(Post(kEvaluate, request).body, answer->text);
}

TEST(RoutesTest, WithoutTheRosterRanksAreRefusedByName) {
  const Json outputs = Json::parse(Post(kEvaluate, Request1().dump()).body)["results"][0]["outputs"];
  for (const char* rank : {"组内名次", "总名次"}) EXPECT_TRUE(outputs[rank].contains("error")) << outputs;
  EXPECT_EQ(outputs["挂牌"]["value"], "绿牌");
}

TEST(RoutesTest, RefusedFactsAreTheirSubjectsAlone) {
  Json request = Request1();
  request["subjects"].push_back(Subject("乙"));
  request["subjects"][0]["inputs"]["2024-07"]["业主评价"] = 101;
  const Json results = Json::parse(Post(kEvaluate, request.dump()).body)["results"];
  EXPECT_EQ(results[0]["errors"][0]["code"], "out-of-range") << results;
  EXPECT_FALSE(results[0].contains("outputs"));
  EXPECT_EQ(results[1]["outputs"]["挂牌"]["value"], "绿牌");
}

TEST(RoutesTest, APolicyNotInForceNeedsWhatIf) {
  Json request = Request1();
  request["version"] = "2024.1";
  request["period"] = "2024Q2";
  EXPECT_EQ(Post(kEvaluate, request.dump()).status, 409);
  request["what_if"] = true;
  const Json body = Json::parse(Post(kEvaluate, request.dump()).body);
  EXPECT_EQ(body["what_if"], true);
  // The facts are those of the third quarter.
  EXPECT_EQ(body["results"][0]["errors"][0]["code"], "missing-period") << body;
}

TEST(RoutesTest, LinesAreAnsweredInTheirOrder) {
  const std::string lines = Subject("甲").dump() + "\n\n" + Subject("乙").dump() + "\r\n";
  const Response response =
      Post(kEvaluate + "?period=2024Q3&policy=plates&roster=complete", lines, "application/x-ndjson");
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(response.content_type, "application/x-ndjson");
  EXPECT_EQ(HeaderOf(response, "Heng-Decision"), "01J00000000000000000000000");
  const size_t end = response.body.find('\n');
  EXPECT_EQ(Json::parse(response.body.substr(0, end))["id"], "甲");
  const Json second = Json::parse(response.body.substr(end + 1));
  EXPECT_EQ(second["id"], "乙");
  EXPECT_EQ(second["outputs"]["总名次"]["value"], "1");
}

TEST(RoutesTest, Targets) {
  const auto target = ParseTarget("/v1/%E7%94%B2?a=1+2&b=%2B&c");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->segments, (std::vector<std::string>{"v1", "甲"}));
  EXPECT_EQ(target->query, (std::map<std::string, std::string>{{"a", "1 2"}, {"b", "+"}, {"c", ""}}));
  EXPECT_EQ(target->repeated, "");
  EXPECT_EQ(ParseTarget("/?a=1&b=2&%61=3")->repeated, "a");
  EXPECT_EQ(ParseTarget("/")->segments, std::vector<std::string>{""});
  for (const char* bad : {"", "*", "x", "/%", "/?%zz=1", "/?a=%ff"}) EXPECT_FALSE(ParseTarget(bad)) << bad;
}

}  // namespace
}  // namespace heng::server
