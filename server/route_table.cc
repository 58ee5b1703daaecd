#include "server/route_table.h"

#include <algorithm>

#include "server/settlement_request.h"

namespace heng::server {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kLines = "application/x-ndjson";
constexpr std::string_view kText = "text/plain; charset=utf-8";
constexpr std::string_view kMetrics = "text/plain; version=0.0.4; charset=utf-8";
constexpr std::string_view kProblem = "application/problem+json";

constexpr std::string_view kFlag = R"({"type": "boolean", "default": false})";
constexpr std::string_view kPeriod = R"({"$ref": "#/components/schemas/PeriodAsked"})";
constexpr std::string_view kAnyText = R"({"type": "string"})";
constexpr std::string_view kUlid = R"({"$ref": "#/components/schemas/Ulid"})";

constexpr std::string_view kPolicyExample =
    R"json({"source": "政策 a.b \"示例\"\n  版本 \"1\"\n  施行 2024-01-01 起   自定 \"示例\"\n\n)json"
    R"json(对象 项目 {\n  户数 [households] : 整数 户, 1 至 20000\n}\n\n填报 每月 {\n)json"
    R"json(  投诉 [complaints] : 整数 件, 0 至 1000\n}\n\n)json"
    R"json(公式 百户投诉 [rate] 每月 = 投诉 × 100 户 ÷ 户数 四舍五入到 0.01 件   自定\n\n结果 每月 百户投诉\n"})json";

constexpr std::string_view kPairExample =
    R"json({"old": {"source": "政策 a.b \"示例\"\n  版本 \"1\"\n  施行 2024-01-01 起   自定 \"示例\"\n\n)json"
    R"json(对象 项目 {\n  户数 [households] : 整数 户, 1 至 20000\n}\n\n填报 每月 {\n)json"
    R"json(  投诉 [complaints] : 整数 件, 0 至 1000\n}\n\n)json"
    R"json(公式 百户投诉 [rate] 每月 = 投诉 × 100 户 ÷ 户数 四舍五入到 0.01 件   自定\n\n结果 每月 百户投诉\n)json"
    R"json("}, "new": {"source": "政策 a.b \"示例\"\n  版本 \"2\"\n)json"
    R"json(  施行 2024-01-01 起   自定 \"示例\"\n\n对象 项目 {\n  户数 [households] : 整数 户, 1 至 20000\n)json"
    R"json(}\n\n填报 每月 {\n  投诉 [complaints] : 整数 件, 0 至 1000\n}\n\n)json"
    R"json(公式 百户投诉 [rate] 每月 = 投诉 × 100 户 ÷ 户数 四舍五入到 0.1 件   自定\n\n结果 每月 百户投诉\n"}})json";

}  // namespace

const std::vector<Route>& Routes() {
  // Of what can be kept, by its digest.
  const std::vector<std::string_view> kept = {"If-None-Match", "ETag"};
  // One route a paragraph.
  // clang-format off
  static const std::vector<Route> routes = {
      {"GET", "/livez", Livez, Needs::kNothing, Work::kShort, "Is the process alive?", {}, {}, {{kJson, "Liveness"}}, {}, ""},
      {"GET", "/readyz", Readyz, Needs::kNothing, Work::kLong,
       "Can it serve, at least one district? Named are those that are broken, or whose last change was refused.",
       {{"strict", kFlag, "true: 503 if anything is named"}}, {}, {{kJson, "Readiness"}}, {}, "", nullptr, 200,
       {{503, "It cannot serve; or a problem, if it is too busy to say so.", {{kJson, "Readiness"}, {kProblem, "Problem"}}}}},
      {"GET", "/metrics", ShowMetrics, Needs::kKey, Work::kLong, "Figures for Prometheus, of the districts that the key sees.", {}, {}, {{kMetrics, "Text"}}, {}, ""},
      {"GET", "/openapi.json", ShowOpenApi, Needs::kNothing, Work::kLong, "This description.", {}, {}, {{kJson, "OpenApi"}}, kept, ""},
      {"GET", "/v1/districts", ListDistricts, Needs::kKey, Work::kShort, "The districts that the key sees.", {}, {}, {{kJson, "Districts"}}, kept, ""},
      {"GET", "/v1/districts/{district}", ShowDistrict, Needs::kView, Work::kShort,
       "A district, and what is wrong with its files, if something is.", {}, {}, {{kJson, "District"}}, kept, ""},
      {"POST", "/v1/districts/{district}/evaluate", EvaluateRequest, Needs::kEvaluate, Work::kLong,
       "Evaluate a period of subjects; the decision is logged before it is answered.",
       {{"strict", kFlag, "true: refused facts refuse the whole request"},
        {"period", kPeriod, "NDJSON: the period, as 2024Q3"},
        {"policy", kAnyText, "NDJSON: the policy's id or its last part"},
        {"version", kAnyText, "NDJSON: the policy's version"},
        {"roster", R"({"enum": ["complete"]})", "NDJSON: complete, if all peers are in the request"},
        {"explain", kFlag, "NDJSON: true, for the reasons"},
        {"what_if", kFlag, "NDJSON: true, for a version that is not in force"}},
       {{kJson, "EvaluateRequest"}, {kLines, "SubjectFacts"}}, {{kJson, "EvaluateAnswer"}, {kLines, "SubjectResult"}},
       {"Idempotency-Key", "Heng-Decision", "Heng-Deployment", "Heng-What-If"}, R"({"period": "2024Q3", "subjects": []})", EvaluateAtOnce},
      {"POST", "/v1/districts/{district}/settlements", AddSettlement, Needs::kEvaluate, Work::kLong,
       "Settle a period, from the facts that are sent (texts, or a workbook) or those of the district's folder; see Location for what becomes of it.",
       {{"period", kPeriod, "workbook: the period, as 2024Q3", "2024Q3"},
        {"policy", kAnyText, "workbook: the policy's id or its last part"},
        {"supersedes", kAnyText, "workbook: the id of the settlement that it corrects"},
        {"accept_valid", kFlag, "workbook: true, to leave out the projects whose facts are refused"}},
       {{kJson, "SettlementRequest"}, {kWorkbookType, "Workbook"}}, {{kJson, "SettlementAccepted"}},
       {"Idempotency-Key", "Location"}, R"({"period": "2024Q3", "files": {"项目.csv": "编号,名称\n"}})", nullptr, 202},
      {"GET", "/v1/districts/{district}/settlements", ListSettlements, Needs::kView, Work::kLong,
       "Settlements, the newest first: those on their way or refused, then those that are recorded.", {}, {}, {{kJson, "Settlements"}}, {}, ""},
      {"GET", "/v1/districts/{district}/settlements/{settlement}", ShowSettlement, Needs::kView, Work::kLong,
       "A settlement: how far it is, or its results in the form that Accept asks for.",
       {{"file", kAnyText, "which of the files, by its name; without it Accept decides"}}, {},
       {{kJson, "SettlementShown"}, {kLines, "SubjectResult"}, {"text/csv; charset=utf-8", "Text"}, {"text/html; charset=utf-8", "Text"},
        {kWorkbookType, "Workbook"}},
       {}, ""},
      {"GET", "/v1/districts/{district}/decisions", ListDecisions, Needs::kAudit, Work::kLong,
       "Decisions of the log, without requests and answers.",
       {{"after", R"({"type": "integer", "minimum": 0, "default": 0})", "the sequence behind which the page begins; with newest=true before which"},
        {"limit", R"({"type": "integer", "minimum": 1, "maximum": 1000, "default": 100})", "how many at most"},
        {"newest", kFlag, "true: the newest first"}},
       {}, {{kJson, "Decisions"}}, {}, ""},
      {"GET", "/v1/districts/{district}/decisions/{decision}", ShowDecision, Needs::kAudit, Work::kLong,
       "A decision as it was asked and answered, and its place in the chain.", {}, {}, {{kJson, "Decision"}}, {}, ""},
      {"POST", "/v1/districts/{district}/decisions/{decision}/replay", ReplayDecision, Needs::kAudit, Work::kLong,
       "Evaluate the request of a decision again, by its own deployment, and compare byte for byte.", {}, {}, {{kJson, "Replay"}}, {}, ""},
      {"GET", "/v1/districts/{district}/policies", ListPolicies, Needs::kView, Work::kShort, "Its policies.", {}, {}, {{kJson, "Policies"}}, kept, ""},
      {"POST", "/v1/districts/{district}/policies/{policy}/drafts", AddDraft, Needs::kEdit, Work::kLong,
       "Draft a version: a text, or what lies in the district's folder. It differs from what is in force as the answer says.",
       {}, {{kJson, "DraftRequest"}}, {{kJson, "Draft"}}, {"Location"}, "", nullptr, 201},
      {"GET", "/v1/districts/{district}/policies/{policy}/drafts", ListDrafts, Needs::kView, Work::kLong,
       "Every version that was drafted, in whatever state, with who did what.", {}, {}, {{kJson, "Drafts"}}, {}, ""},
      {"GET", "/v1/districts/{district}/policies/{policy}/drafts/{draft}", ShowDraft, Needs::kView, Work::kLong,
       "A draft: its text, values, state, and how it differs from what is in force.", {}, {}, {{kJson, "Draft"}}, {}, ""},
      {"POST", "/v1/districts/{district}/policies/{policy}/drafts/{draft}/approve", ApproveDraft, Needs::kApprove, Work::kLong,
       "Approve it; by somebody else than its author.", {}, {}, {{kJson, "DraftBrief"}}, {}, ""},
      {"POST", "/v1/districts/{district}/policies/{policy}/drafts/{draft}/publish", PublishDraft, Needs::kApprove, Work::kLong,
       "Put what was approved into force.", {}, {}, {{kJson, "DraftBrief"}}, {}, ""},
      {"POST", "/v1/districts/{district}/policies/{policy}/drafts/{draft}/withdraw", WithdrawDraft, Needs::kApprove, Work::kLong,
       "Withdraw it for good; published, it is no longer in force.", {}, {}, {{kJson, "DraftBrief"}}, {}, ""},
      {"GET", "/v1/districts/{district}/policies/{policy}/versions", ListVersions, Needs::kView, Work::kShort,
       "Versions of a policy.", {}, {}, {{kJson, "Versions"}}, kept, ""},
      {"GET", "/v1/districts/{district}/policies/{policy}/versions/{version}", ShowVersion, Needs::kView, Work::kShort,
       "What a version publishes, leaves open, and chooses.", {}, {}, {{kJson, "Version"}}, kept, ""},
      {"GET", "/v1/districts/{district}/policies/{policy}/versions/{version}/source", ShowSource, Needs::kView, Work::kShort,
       "The policy's text.", {}, {}, {{kText, "Text"}}, kept, ""},
      {"GET", "/v1/districts/{district}/policies/{policy}/versions/{version}/graph", ShowGraph, Needs::kView, Work::kLong,
       "The evaluation graph.", {{"format", R"({"enum": ["json", "dot", "mermaid"], "default": "json"})", "for programs, Graphviz or Mermaid (as plain text)"}}, {},
       {{kJson, "Graph"}, {"text/vnd.graphviz; charset=utf-8", "Text"}, {kText, "Text"}}, kept, ""},
      {"GET", "/v1/districts/{district}/policies/{policy}/versions/{version}/schema", ShowSchema, Needs::kView, Work::kLong,
       "JSON Schema of a request.", {}, {}, {{"application/schema+json", "JsonSchema"}}, kept, ""},
      {"GET", "/v1/districts/{district}/policies/{policy}/versions/{version}/parameters", ShowParameters, Needs::kView,
       Work::kShort, "Open parameters and what they are bound to; the numbers that the district chose.", {}, {}, {{kJson, "Parameters"}}, kept, ""},
      {"POST", "/v1/check", CheckPolicy, Needs::kKey, Work::kLong, "Diagnostics of a policy's text.", {}, {{kJson, "PolicyText"}}, {{kJson, "CheckAnswer"}}, {},
       kPolicyExample},
      {"POST", "/v1/format", FormatPolicy, Needs::kKey, Work::kLong, "A policy's text in canonical layout.", {},
       {{kJson, "FormatRequest"}}, {{kJson, "FormatAnswer"}}, {}, kPolicyExample},
      {"POST", "/v1/diff", DiffPolicies, Needs::kKey, Work::kLong,
       "The difference of two policies' texts, declaration by declaration.", {}, {{kJson, "DiffRequest"}}, {{kJson, "Difference"}}, {}, kPairExample},
  };
  // clang-format on
  return routes;
}

const std::vector<PathParameter>& PathParameters() {
  static const std::vector<PathParameter> parameters = {
      {"district", R"({"$ref": "#/components/schemas/DistrictId"})", "the district's id"},
      {"policy", kAnyText, "the policy's id or the last part of it"},
      {"version", kAnyText, "as the policy says"},
      {"draft", kUlid, "the draft's id"},
      {"settlement", kUlid, "the settlement's id"},
      {"decision", kUlid, "the decision's id"},
  };
  return parameters;
}

std::optional<std::vector<std::string>> Match(std::string_view pattern, const std::vector<std::string>& segments) {
  std::vector<std::string> captures;
  for (const std::string& segment : segments) {
    if (pattern.empty()) return std::nullopt;
    pattern.remove_prefix(1);
    const size_t end = std::min(pattern.find('/'), pattern.size());
    const std::string_view wanted = pattern.substr(0, end);
    pattern.remove_prefix(end);
    if (wanted.starts_with('{') && !segment.empty()) {
      captures.push_back(segment);
    } else if (wanted != segment) {
      return std::nullopt;
    }
  }
  if (!pattern.empty()) return std::nullopt;
  return captures;
}

}  // namespace heng::server
