#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/evaluate/evaluate.h"
#include "engine/evaluate/plans.h"
#include "server/handlers.h"

namespace heng::server {
namespace {

enum class Form { kOther, kJson, kLines };

std::string Lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

// By the content's type; a charset, if there is one, must be UTF-8.
Form FormOf(std::string_view content_type) {
  const std::string text = Lower(content_type);
  const size_t semicolon = std::min(text.find(';'), text.size());
  std::string parameter(Trim(std::string_view(text).substr(std::min(semicolon + 1, text.size()))));
  std::erase(parameter, '"');
  if (!parameter.empty() && parameter != "charset=utf-8") return Form::kOther;
  const std::string_view type = Trim(std::string_view(text).substr(0, semicolon));
  if (type == "application/json") return Form::kJson;
  return type == "application/x-ndjson" ? Form::kLines : Form::kOther;
}

std::string ParameterOr(const Call& call, const std::string& name, const std::string& otherwise) {
  const auto found = call.query.find(name);
  return found == call.query.end() ? otherwise : found->second;
}

tl::expected<bool, Problem> ReadFlag(const Call& call, const std::string& name) {
  const std::string text = ParameterOr(call, name, "false");
  if (text == "true" || text == "false") return text == "true";
  return Refuse(400, "bad-query",
                {fmt::format("查询参数“{}”只能是 true 或 false", name),
                 fmt::format("the query parameter '{}' must be true or false", name)},
                name);
}

// One kind of line only: the roster may be said to be complete, or nothing is said.
tl::expected<bool, Problem> ReadRoster(const Call& call) {
  const std::string text = ParameterOr(call, "roster", "");
  if (text.empty() || text == "complete") return text == "complete";
  return Refuse(
      400, "bad-query",
      {"查询参数“roster”只能是 complete，或不写", "the query parameter 'roster' must be complete or left out"},
      "roster");
}

Outcome EvaluateLines(const Call& call, const config::District& district, const evaluate::AnswerOptions& options) {
  const auto known = CheckQuery(call, {"strict", "period", "policy", "version", "roster", "explain", "what_if"});
  if (!known) return tl::unexpected(known.error());
  if (ParameterOr(call, "period", "").empty()) {
    return Refuse(400, "missing-query",
                  {"NDJSON 要在查询参数里写 period，例如 ?period=2024Q3",
                   "NDJSON needs the query parameter period, for example ?period=2024Q3"},
                  "period");
  }
  const auto roster = ReadRoster(call);
  if (!roster) return tl::unexpected(roster.error());
  const auto explain = ReadFlag(call, "explain");
  if (!explain) return tl::unexpected(explain.error());
  const auto what_if = ReadFlag(call, "what_if");
  if (!what_if) return tl::unexpected(what_if.error());
  const evaluate::BatchHead head{ParameterOr(call, "policy", ""),
                                 ParameterOr(call, "version", ""),
                                 ParameterOr(call, "period", ""),
                                 *roster,
                                 *explain,
                                 *what_if};
  auto answer = evaluate::AnswerBatch(district.deployments, head, call.request.body, options);
  if (!answer) return tl::unexpected(ProblemOf(answer.error()));
  Response response{200, "application/x-ndjson", {}, std::move(answer->lines)};
  response.headers.emplace_back("Heng-Decision", options.decision);
  response.headers.emplace_back("Heng-Deployment", answer->deployment);
  if (*what_if) response.headers.emplace_back("Heng-What-If", "true");
  return response;
}

}  // namespace

Outcome EvaluateRequest(const Call& call) {
  const auto district = FindReadyDistrict(call);
  if (!district) return tl::unexpected(district.error());
  const Form form = FormOf(call.request.Header("content-type"));
  if (form == Form::kOther) {
    return Refuse(415, "unsupported-media-type",
                  {"Content-Type 应当是 application/json 或 application/x-ndjson(UTF-8)",
                   "Content-Type must be application/json or application/x-ndjson (UTF-8)"});
  }
  if (form == Form::kJson) {
    if (auto known = CheckQuery(call, {"strict"}); !known) return tl::unexpected(known.error());
  }
  const auto strict = ReadFlag(call, "strict");
  if (!strict) return tl::unexpected(strict.error());
  evaluate::AnswerOptions options{(*district)->id, call.service.new_decision(), *strict, false};
  // Of the process: kept by graph and parameters, so that it outlives no deployment wrongly.
  static evaluate::Plans plans;
  options.plans = &plans;
  Outcome outcome;
  if (form == Form::kLines) {
    outcome = EvaluateLines(call, **district, options);
  } else {
    auto answer = evaluate::AnswerRequest((*district)->deployments, call.request.body, options);
    if (!answer) return tl::unexpected(ProblemOf(answer.error()));
    outcome = Response{200, "application/json", {}, std::move(*answer)};
  }
  if (outcome) outcome->headers.emplace_back("Cache-Control", "no-store");
  return outcome;
}

}  // namespace heng::server
