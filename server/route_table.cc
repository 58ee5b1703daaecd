#include "server/route_table.h"

#include <algorithm>

#include "server/settlement_request.h"

namespace heng::server {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kLines = "application/x-ndjson";
constexpr std::string_view kText = "text/plain; charset=utf-8";

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
  // One route a paragraph.
  // clang-format off
  static const std::vector<Route> routes = {
      {"GET", "/livez", Livez, Needs::kNothing, Work::kShort, "Is the process alive?", {}, {}, {kJson}, ""},
      {"GET", "/readyz", Readyz, Needs::kNothing, Work::kLong,
       "Can it serve, at least one district? Named are those that are broken, or whose last change was refused.",
       {{"strict", "true: 503 if anything is named"}}, {}, {kJson}, ""},
      {"GET", "/metrics", ShowMetrics, Needs::kKey, Work::kLong, "Figures for Prometheus, of the districts that the key sees.", {}, {}, {kText}, ""},
      {"GET", "/openapi.json", ShowOpenApi, Needs::kNothing, Work::kLong, "This description.", {}, {}, {kJson}, ""},
      {"GET", "/v1/districts", ListDistricts, Needs::kKey, Work::kShort, "The districts that the key sees.", {}, {}, {kJson}, ""},
      {"GET", "/v1/districts/{district}", ShowDistrict, Needs::kView, Work::kShort,
       "A district, and what is wrong with its files, if something is.", {}, {}, {kJson}, ""},
      {"POST", "/v1/districts/{district}/evaluate", EvaluateRequest, Needs::kEvaluate, Work::kLong,
       "Evaluate a period of subjects; the decision is logged before it is answered.",
       {{"strict", "true: refused facts refuse the whole request"},
        {"period", "NDJSON: the period, as 2024Q3"},
        {"policy", "NDJSON: the policy's id or its last part"},
        {"version", "NDJSON: the policy's version"},
        {"roster", "NDJSON: complete, if all peers are in the request"},
        {"explain", "NDJSON: true, for the reasons"},
        {"what_if", "NDJSON: true, for a version that is not in force"}},
       {kJson, kLines}, {kJson, kLines}, R"({"period": "2024Q3", "subjects": []})", EvaluateAtOnce},
      {"POST", "/v1/districts/{district}/settlements", AddSettlement, Needs::kEvaluate, Work::kLong,
       "Settle a period, from the facts that are sent (texts, or a workbook) or those of the district's folder; see Location for what becomes of it.",
       {{"period", "workbook: the period, as 2024Q3", "2024Q3"},
        {"policy", "workbook: the policy's id or its last part"},
        {"supersedes", "workbook: the id of the settlement that it corrects"},
        {"accept_valid", "workbook: true, to leave out the projects whose facts are refused"}},
       {kJson, kWorkbookType}, {kJson}, R"({"period": "2024Q3", "files": {"项目.csv": "编号,名称\n"}})", nullptr, 202},
      {"GET", "/v1/districts/{district}/settlements", ListSettlements, Needs::kView, Work::kLong,
       "Settlements, the newest first: those on their way or refused, then those that are recorded.", {}, {}, {kJson}, ""},
      {"GET", "/v1/districts/{district}/settlements/{settlement}", ShowSettlement, Needs::kView, Work::kLong,
       "A settlement: how far it is, or its results in the form that Accept asks for.",
       {{"file", "which of the CSV files"}}, {}, {kJson, kLines, "text/csv", "text/html", kWorkbookType}, ""},
      {"GET", "/v1/districts/{district}/decisions", ListDecisions, Needs::kAudit, Work::kLong,
       "Decisions of the log, without requests and answers.",
       {{"after", "the sequence behind which the page begins; with newest=true before which"},
        {"limit", "1 to 1000; 100 if not given"},
        {"newest", "true: the newest first"}},
       {}, {kJson}, ""},
      {"GET", "/v1/districts/{district}/decisions/{decision}", ShowDecision, Needs::kAudit, Work::kLong,
       "A decision as it was asked and answered, and its place in the chain.", {}, {}, {kJson}, ""},
      {"POST", "/v1/districts/{district}/decisions/{decision}/replay", ReplayDecision, Needs::kAudit, Work::kLong,
       "Evaluate the request of a decision again, by its own deployment, and compare byte for byte.", {}, {kJson}, {kJson}, ""},
      {"GET", "/v1/districts/{district}/policies", ListPolicies, Needs::kView, Work::kShort, "Its policies.", {}, {}, {kJson}, ""},
      {"POST", "/v1/districts/{district}/policies/{policy}/drafts", AddDraft, Needs::kEdit, Work::kLong,
       "Draft a version: a text, or what lies in the district's folder. It differs from what is in force as the answer says.",
       {}, {kJson}, {kJson}, "", nullptr, 201},
      {"GET", "/v1/districts/{district}/policies/{policy}/drafts", ListDrafts, Needs::kView, Work::kLong,
       "Every version that was drafted, in whatever state, with who did what.", {}, {}, {kJson}, ""},
      {"GET", "/v1/districts/{district}/policies/{policy}/drafts/{draft}", ShowDraft, Needs::kView, Work::kLong,
       "A draft: its text, values, state, and how it differs from what is in force.", {}, {}, {kJson}, ""},
      {"POST", "/v1/districts/{district}/policies/{policy}/drafts/{draft}/approve", ApproveDraft, Needs::kApprove, Work::kLong,
       "Approve it; by somebody else than its author.", {}, {}, {kJson}, ""},
      {"POST", "/v1/districts/{district}/policies/{policy}/drafts/{draft}/publish", PublishDraft, Needs::kApprove, Work::kLong,
       "Put what was approved into force.", {}, {}, {kJson}, ""},
      {"POST", "/v1/districts/{district}/policies/{policy}/drafts/{draft}/withdraw", WithdrawDraft, Needs::kApprove, Work::kLong,
       "Withdraw it for good; published, it is no longer in force.", {}, {}, {kJson}, ""},
      {"GET", "/v1/districts/{district}/policies/{policy}/versions", ListVersions, Needs::kView, Work::kShort,
       "Versions of a policy.", {}, {}, {kJson}, ""},
      {"GET", "/v1/districts/{district}/policies/{policy}/versions/{version}", ShowVersion, Needs::kView, Work::kShort,
       "What a version publishes, leaves open, and chooses.", {}, {}, {kJson}, ""},
      {"GET", "/v1/districts/{district}/policies/{policy}/versions/{version}/source", ShowSource, Needs::kView, Work::kShort,
       "The policy's text.", {}, {}, {kText}, ""},
      {"GET", "/v1/districts/{district}/policies/{policy}/versions/{version}/graph", ShowGraph, Needs::kView, Work::kLong,
       "The evaluation graph.", {{"format", "json, dot or mermaid"}}, {}, {kJson, kText}, ""},
      {"GET", "/v1/districts/{district}/policies/{policy}/versions/{version}/schema", ShowSchema, Needs::kView, Work::kLong,
       "JSON Schema of a request.", {}, {}, {"application/schema+json"}, ""},
      {"GET", "/v1/districts/{district}/policies/{policy}/versions/{version}/parameters", ShowParameters, Needs::kView,
       Work::kShort, "Open parameters and what they are bound to; the numbers that the district chose.", {}, {}, {kJson}, ""},
      {"POST", "/v1/check", CheckPolicy, Needs::kKey, Work::kLong, "Diagnostics of a policy's text.", {}, {kJson}, {kJson},
       kPolicyExample},
      {"POST", "/v1/format", FormatPolicy, Needs::kKey, Work::kLong, "A policy's text in canonical layout.", {}, {kJson},
       {kJson}, kPolicyExample},
      {"POST", "/v1/diff", DiffPolicies, Needs::kKey, Work::kLong,
       "The difference of two policies' texts, declaration by declaration.", {}, {kJson}, {kJson}, kPairExample},
  };
  // clang-format on
  return routes;
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
