#include "engine/evaluate/evaluate.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include <fmt/format.h>

#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "engine/data/answer.h"
#include "engine/data/outputs.h"
#include "engine/data/request.h"
#include "engine/direct/request.h"
#include "engine/evaluate/choose.h"
#include "engine/evaluate/plans.h"
#include "engine/explain/explain.h"

namespace heng::evaluate {
namespace {

tl::unexpected<AnswerFailure> Failed(Error error, std::vector<data::Refusal> refusals = {}) {
  return tl::unexpected(AnswerFailure{{std::move(error)}, std::move(refusals)});
}

tl::unexpected<AnswerFailure> FactsRefused(data::Refusals refusals) {
  Error error{ErrorKind::kFindings,
              "facts-refused",
              {fmt::format("有 {} 处事实不合规定，整个请求被拒绝（strict）", refusals.total),
               fmt::format("{} facts are refused, and with them the whole request (strict)", refusals.total)},
              ""};
  return Failed(std::move(error), std::move(refusals.shown));
}

// It is held, logged and kept as a whole, and a line of ten bytes can be answered by two hundred.
constexpr size_t kAnswerBytes = size_t{64} << 20;

Error AnswerTooLarge() {
  return {
      ErrorKind::kFindings,
      "answer-too-large",
      {"回答超过 64 MiB：请把项目分成几批来问（要名次的，先少要解释）",
       "the answer is larger than 64 MiB: ask for the subjects in several batches (where ranks are needed, without explanations)"},
      ""};
}

struct Evaluated {
  std::vector<data::SubjectOutputs> results;
  std::vector<eval::Violation> violations;
};

Answered<Evaluated> Evaluate(const data::Deployment& deployment, const data::Request& request, bool strict) {
  auto reading = data::ReadFacts(deployment.graph, request, deployment.parameters);
  if (!reading) return Failed(std::move(reading.error()));
  if (strict && !reading->refusals.empty()) return FactsRefused(std::move(reading->refusals));
  const eval::Evaluation evaluation = eval::Evaluate(deployment.graph, reading->facts, request.period);
  Evaluated out{data::OutputsOf(evaluation, reading->refusals), evaluation.Violations()};
  if (request.explain) {
    for (data::SubjectOutputs& subject : out.results) {
      if (subject.errors.empty()) subject.explanation = explain::Explain(evaluation, subject.sort, subject.position);
    }
  }
  return out;
}

Choice ChoiceOf(const data::Request& request) {
  return {request.policy.value_or(""), request.version.value_or(""), request.period, request.what_if};
}

// The lines as one request; an error names the line.
Result<data::Request> ReadLines(const BatchHead& head, std::string_view text) {
  const auto period = ParsePeriod(head.period);
  if (!period) {
    return Fail(ErrorKind::kUsage, "bad-period",
                {fmt::format("“{}”不是期间，请写成 2024-07、2024Q3、2024H2 或 2024", head.period),
                 fmt::format("'{}' is not a period, write it as 2024-07, 2024Q3, 2024H2 or 2024", head.period)},
                "period");
  }
  data::Request request;
  request.policy = head.policy;
  request.version = head.version;
  request.period = *period;
  request.roster_complete = head.roster_complete;
  request.explain = head.explain;
  request.what_if = head.what_if;
  request.subjects.kind = data::JsonValue::Kind::kArray;
  size_t number = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (Trim(line).empty()) continue;
    auto one = data::ParseSubjectLine(line, number, *period);
    if (!one) {
      if (one.error().at.starts_with('/'))
        one.error().at = fmt::format("/subjects/{}{}", request.subjects.items.size(), one.error().at);
      return tl::unexpected(std::move(one.error()));
    }
    std::move(one->subjects.items.begin(), one->subjects.items.end(), std::back_inserter(request.subjects.items));
  }
  return request;
}

// As it stands within JSON.
bool IsPlain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_'; });
}

// The same bytes as those of the way by facts, or nothing: what has to be refused, explained or compared is for that one.
template <typename FindPlan>
std::optional<RequestAnswer> AnswerDirectly(std::span<const data::Deployment> deployments, std::string_view body,
                                            const AnswerOptions& options, const FindPlan& find_plan) {
  if (options.plans == nullptr || options.explain || options.pretty || options.period) return std::nullopt;
  if (!IsPlain(options.decision) || !IsPlain(options.district)) return std::nullopt;
  thread_local direct::RequestAnswerer answerer;
  std::shared_ptr<const PlannedAnswer> planned;
  std::string out = "{";
  const auto put = [&](std::string_view key, const std::string& text) {
    if (!text.empty()) out.append("\"").append(key).append("\":\"").append(text).append("\",");
  };
  put("decision", options.decision);
  put("district", options.district);
  const auto choose = [&](const direct::Head& head) -> std::shared_ptr<const direct::Plan> {
    if (!head.period) return nullptr;
    const auto deployment =
        Choose(deployments, {std::string(head.policy), std::string(head.version), *head.period, false});
    if (!deployment) return nullptr;
    planned = find_plan(**deployment, *head.period);
    if (planned == nullptr) return nullptr;
    out += planned->head;
    return planned->plan;
  };
  if (answerer.Answer(body, choose, out) == nullptr) return std::nullopt;
  return RequestAnswer{std::move(out += planned->tail), planned->deployment, planned->plan->period};
}

}  // namespace

Answered<RequestAnswer> AnswerRequest(std::span<const data::Deployment> deployments, std::string_view body,
                                      const AnswerOptions& options) {
  const auto plan = [&](const data::Deployment& one, Period period) { return options.plans->Of(one, period); };
  if (auto answer = AnswerDirectly(deployments, body, options, plan)) return std::move(*answer);
  auto request = data::ParseRequest(body, options.period);
  if (!request) return Failed(std::move(request.error()));
  request->explain = request->explain || options.explain;
  const auto deployment = Choose(deployments, ChoiceOf(*request));
  if (!deployment) return Failed(deployment.error());
  auto evaluated = Evaluate(**deployment, *request, options.strict);
  if (!evaluated) return tl::unexpected(std::move(evaluated.error()));
  const data::Answer answer{**deployment,
                            options.decision,
                            options.district,
                            request->period,
                            request->what_if,
                            std::move(evaluated->results),
                            std::move(evaluated->violations)};
  std::string text = data::ToJson(answer, options.pretty);
  if (text.size() > kAnswerBytes) return Failed(AnswerTooLarge());
  return RequestAnswer{std::move(text), (*deployment)->digest(), request->period};
}

bool ReadsOthers(const data::Deployment& deployment) {
  const auto& fields = deployment.graph->model->fields;
  return std::any_of(fields.begin(), fields.end(),
                     [](const semantic::Field& field) { return field.kind == semantic::Field::Kind::kImported; });
}

std::optional<RequestAnswer> AnswerAtOnce(std::span<const data::Deployment> deployments, std::string_view body,
                                          const AnswerOptions& options) {
  return AnswerDirectly(deployments, body, options, [&](const data::Deployment& deployment, Period period) {
    const auto planned = options.plans->Find(deployment, period);
    return planned == nullptr || planned->reads_others ? nullptr : planned;
  });
}

Answered<BatchAnswer> AnswerBatch(std::span<const data::Deployment> deployments, const BatchHead& head,
                                  std::string_view lines, const AnswerOptions& options) {
  const auto request = ReadLines(head, lines);
  if (!request) return Failed(request.error());
  const auto deployment = Choose(deployments, ChoiceOf(*request));
  if (!deployment) return Failed(deployment.error());
  const auto evaluated = Evaluate(**deployment, *request, options.strict);
  if (!evaluated) return tl::unexpected(evaluated.error());
  const semantic::Model& model = *(*deployment)->graph->model;
  BatchAnswer answer{"", (*deployment)->digest(), request->period};
  for (const data::SubjectOutputs& subject : evaluated->results) {
    answer.lines += data::ToJson(model, subject, false);
    answer.lines += '\n';
    if (answer.lines.size() > kAnswerBytes) return Failed(AnswerTooLarge());
  }
  return answer;
}

}  // namespace heng::evaluate
