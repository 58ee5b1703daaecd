#include <algorithm>
#include <cctype>
#include <chrono>
#include <memory>
#include <span>

#include <fmt/format.h>

#include "engine/base/digest.h"
#include "engine/base/period.h"
#include "engine/base/text.h"
#include "engine/evaluate/evaluate.h"
#include "engine/evaluate/plans.h"
#include "engine/store/store.h"
#include "server/event_log.h"
#include "server/handlers.h"
#include "server/history_check.h"
#include "server/metrics.h"

namespace heng::server {
namespace {

struct Evaluated {
  Response response;
  std::string deployment;
  Period period;
};

constexpr std::string_view kJsonType = "application/json";
constexpr std::string_view kLinesType = "application/x-ndjson";

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
  if (type == kJsonType) return Form::kJson;
  return type == kLinesType ? Form::kLines : Form::kOther;
}

// One kind of line only: the roster may be said to be complete, or nothing is said.
tl::expected<bool, Problem> ReadRoster(const Call& call) {
  const std::string text = QueryOr(call, "roster", "");
  if (text.empty() || text == "complete") return text == "complete";
  return Refuse(
      400, "bad-query",
      {"查询参数“roster”只能是 complete，或不写", "the query parameter 'roster' must be complete or left out"},
      "roster");
}

tl::expected<Evaluated, Problem> EvaluateLines(const Call& call, std::span<const data::Deployment> deployments,
                                               const evaluate::AnswerOptions& options) {
  if (QueryOr(call, "period", "").empty()) {
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
  const evaluate::BatchHead head{QueryOr(call, "policy", ""),
                                 QueryOr(call, "version", ""),
                                 QueryOr(call, "period", ""),
                                 *roster,
                                 *explain,
                                 *what_if};
  auto answer = evaluate::AnswerBatch(deployments, head, call.request.body, options);
  if (!answer) return tl::unexpected(ProblemOf(answer.error()));
  Response response{200, std::string(kLinesType), {}, std::move(answer->lines)};
  response.headers.emplace_back("Heng-Decision", options.decision);
  response.headers.emplace_back("Heng-Deployment", answer->deployment);
  if (*what_if) response.headers.emplace_back("Heng-What-If", "true");
  return Evaluated{std::move(response), answer->deployment, answer->period};
}

// What takes the place of an answer that could not be logged, or that another request with the same key was given.
Response InsteadOf(std::string_view media, const std::string& district, Language language,
                   const Result<store::Receipt>& receipt) {
  if (receipt) {
    Response earlier{200, std::string(media), {{"Cache-Control", "no-store"}}, receipt->earlier->answer};
    earlier.headers.emplace_back("Heng-Decision", receipt->earlier->reference);
    return earlier;
  }
  return ToResponse(ProblemOf(receipt.error()), language, fmt::format("/v1/districts/{}/evaluate", district));
}

// What an answer that waits for the log is released with. As little as that: it is looked at again when other requests have pushed it out
// of the caches. It is freed by the thread that made it, and the store's thread is given where it is.
struct Waiting {
  // They outlast the snapshot of the service, and so does the store's thread.
  Metrics* metrics;
  EventLog* log;
  std::string_view media = kJsonType;
  Language language = Language::kChinese;
  std::string district;
  Release release = nullptr;

  void Leave(const Result<store::Receipt>& receipt) const {
    // That the key stands for another request by now is the client's mistake.
    const bool failed = !receipt && receipt.error().kind == ErrorKind::kEnvironment;
    if (metrics != nullptr) metrics->CountDecision(district, receipt ? "logged" : failed ? "failed" : "refused");
    if (failed && log != nullptr) log->Failed("log", receipt.error());
    // What is released is gone.
    const Release leave = release;
    if (receipt && !receipt->earlier) return leave(nullptr);
    Response instead = InsteadOf(media, district, language, receipt);
    leave(&instead);
  }
};

// The answer waits until its decision is in the log.
void LeaveWhenLogged(const Call& call, const std::string& district, Evaluated evaluated, const std::string& id,
                     std::optional<store::IdempotencyKey> key, Response& response) {
  auto waiting = std::make_shared<Waiting>(Waiting{call.service.metrics, call.service.log,
                                                   response.content_type == kLinesType ? kLinesType : kJsonType,
                                                   LanguageOf(call.request.Header("accept-language")), district});
  response.before_leaving = [to = waiting.get(), store = call.service.store, id,
                             deployment = std::move(evaluated.deployment), period = evaluated.period.ToString(),
                             query = store::WriteQuery(call.query),
                             key = std::move(key)](const Request& request, const Response& answer, Release release) {
    to->release = std::move(release);
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const store::DecisionView decision{
        id,         to->district, std::chrono::duration_cast<std::chrono::milliseconds>(now).count(),
        deployment, period,       to->media,
        query,      request.body, answer.content()};
    store->Append(decision, key, [to](const Result<store::Receipt>& receipt) { to->Leave(receipt); });
  };
  response.kept = std::move(waiting);
}

evaluate::AnswerOptions OptionsOf(const Call& call, const std::string& decision, bool strict) {
  // Of the process: kept by graph and parameters, so that it outlives no deployment wrongly.
  static evaluate::Plans plans;
  evaluate::AnswerOptions options{call.captures.front(), decision, strict, false};
  options.plans = &plans;
  return options;
}

Evaluated JsonOf(evaluate::RequestAnswer answer) {
  return {{200, std::string(kJsonType), {}, std::move(answer.text)}, std::move(answer.deployment), answer.period};
}

// The answer to a request of that media type and query, by these deployments.
tl::expected<Evaluated, Problem> EvaluateBody(const Call& call, std::span<const data::Deployment> deployments,
                                              const std::string& decision) {
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
  const evaluate::AnswerOptions options = OptionsOf(call, decision, *strict);
  if (form == Form::kLines) return EvaluateLines(call, deployments, options);
  auto answer = evaluate::AnswerRequest(deployments, call.request.body, options);
  if (!answer) return tl::unexpected(ProblemOf(answer.error()));
  return JsonOf(std::move(*answer));
}

// What was evaluated, on its way through the log.
Response ResponseOf(const Call& call, const std::string& district, Evaluated evaluated, const std::string& decision,
                    std::optional<store::IdempotencyKey> key) {
  Response response = std::move(evaluated.response);
  response.headers.emplace_back("Cache-Control", "no-store");
  if (call.service.store != nullptr) {
    LeaveWhenLogged(call, district, std::move(evaluated), decision, std::move(key), response);
  } else if (call.service.metrics != nullptr) {
    call.service.metrics->CountDecision(district, "unlogged");
  }
  return response;
}

}  // namespace

std::optional<Outcome> EvaluateAtOnce(const Call& call) {
  // Of a size that takes some microseconds; without what the store has to be asked about.
  constexpr size_t kAtOnceBytes = 4096;
  const Request& request = call.request;
  if (request.body.size() > kAtOnceBytes || !call.query.empty() || !request.Header("idempotency-key").empty() ||
      FormOf(request.Header("content-type")) != Form::kJson) {
    return std::nullopt;
  }
  if (call.service.store != nullptr && MayBringHistory(request.body)) return std::nullopt;
  const auto district = FindReadyDistrict(call);
  if (!district) return std::nullopt;
  const std::string decision = call.service.new_decision();
  auto answer = evaluate::AnswerAtOnce((*district)->deployments, request.body, OptionsOf(call, decision, false));
  if (!answer) return std::nullopt;
  return ResponseOf(call, (*district)->id, JsonOf(std::move(*answer)), decision, std::nullopt);
}

Outcome EvaluateRequest(const Call& call) {
  const auto district = FindReadyDistrict(call);
  if (!district) return tl::unexpected(district.error());
  auto key = ReadIdempotencyKey(call);
  if (!key) return tl::unexpected(key.error());
  const bool lines = FormOf(call.request.Header("content-type")) == Form::kLines;
  store::Store* store = call.service.store;
  if (*key && store != nullptr) {
    const auto earlier = store->FindAnswer((*district)->id, **key);
    if (!earlier) return tl::unexpected(ProblemOf(earlier.error()));
    if (*earlier) {
      return Response{200,
                      std::string(lines ? kLinesType : kJsonType),
                      {{"Heng-Decision", (*earlier)->reference}, {"Cache-Control", "no-store"}},
                      (*earlier)->answer};
    }
  }
  if (auto agrees = CheckHistory(call, **district, lines); !agrees) return tl::unexpected(agrees.error());
  const std::string decision = call.service.new_decision();
  auto evaluated = EvaluateBody(call, (*district)->deployments, decision);
  if (!evaluated) {
    if (call.service.metrics != nullptr) call.service.metrics->CountDecision((*district)->id, "refused");
    return tl::unexpected(evaluated.error());
  }
  return ResponseOf(call, (*district)->id, std::move(*evaluated), decision, std::move(*key));
}

}  // namespace heng::server
