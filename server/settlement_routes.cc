// Settlements: asked for, waited for, read. Asking is answered at once; the work is settlement_jobs.h's, the record the store's.
#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/base/digest.h"
#include "engine/base/text.h"
#include "engine/settle/past.h"
#include "server/handlers.h"
#include "server/history_check.h"
#include "server/json_response.h"
#include "server/preferences.h"
#include "server/settlement_jobs.h"
#include "server/settlement_request.h"

namespace heng::server {
namespace {

using Json = nlohmann::ordered_json;

// The forms in which results are kept.
struct Form {
  std::string_view accepted;
  std::string_view extension;
  std::string_view type;
};
constexpr std::array kForms = {Form{"application/json", ".json", "application/json"},
                               Form{"application/x-ndjson", ".ndjson", "application/x-ndjson"},
                               Form{"text/csv", ".csv", "text/csv; charset=utf-8"},
                               Form{"text/html", ".html", "text/html; charset=utf-8"},
                               Form{kWorkbookType, ".xlsx", kWorkbookType}};

// Of the type that the client wants most; empty if it wants none of them.
std::string_view ExtensionOf(std::string_view accept) {
  std::array<std::string_view, kForms.size()> offered;
  std::transform(kForms.begin(), kForms.end(), offered.begin(), [](const Form& form) { return form.accepted; });
  const auto preferred = PreferredType(accept, offered);
  return preferred ? kForms[*preferred].extension : std::string_view();
}

std::string_view TypeOf(std::string_view file) {
  for (const Form& form : kForms) {
    if (file.ends_with(form.extension)) return form.type;
  }
  return "application/octet-stream";
}

// 409 already-settled, already-superseded, other-period: what the store would say in the end is said at once.
tl::expected<void, Problem> CheckCorrection(store::Store& store, const SettlementOrder& order) {
  const auto current = store.CurrentSettlement(order.district, order.deployment.graph->model->policy.id, order.period);
  if (!current) return tl::unexpected(ProblemOf(current.error()));
  const std::string holds = *current ? (*current)->id : "";
  if (holds == order.supersedes) return {};
  if (holds.empty())
    return Refuse(409, "other-period",
                  {"这一期还没有结算，没有可替代的", "the period is not settled: there is nothing to supersede"},
                  "/supersedes");
  return Refuse(
      409, order.supersedes.empty() ? "already-settled" : "already-superseded",
      {fmt::format("这一期现行的结算是 {}；更正它时，把这个编号写作 supersedes", holds),
       fmt::format("the settlement that holds for the period is {}; a correction gives this id as supersedes", holds)},
      "/supersedes");
}

// What its turn would say again is said at once: 409 history-differs.
tl::expected<void, Problem> AgreesWithPast(const Call& call, const SettlementOrder& order,
                                           const SettlementFacts& facts) {
  const auto past =
      settle::Past::Read(*call.service.store, *call.service.past, order.district, order.deployment, order.period);
  if (!past) return tl::unexpected(ProblemOf(past.error()));
  auto differences = past->Differences(facts.files, !facts.workbook.empty());
  if (differences.empty()) return {};
  return tl::unexpected(HistoryDiffers(std::move(differences)));
}

Json OrderJson(const SettlementOrder& order) {
  const syntax::PolicyDecl& policy = order.deployment.graph->model->policy;
  Json out = {{"id", order.id},
              {"district", order.district},
              {"policy", {{"id", policy.id}, {"version", policy.version}, {"digest", order.deployment.graph->digest}}},
              {"deployment", order.deployment.digest()},
              {"period", order.period.ToString()},
              {"author", order.author}};
  if (!order.supersedes.empty()) out["supersedes"] = order.supersedes;
  return out;
}

Json JobJson(const Call& call, const SettlementJob& job) {
  Json out = OrderJson(job.order);
  out["state"] = NameOf(job.state);
  out["progress"] = {{"done", job.steps}, {"of", SettlementJob::kSteps}};
  if (job.problem) {
    out["problem"] = Json::parse(ToResponse(*job.problem, LanguageOf(call.request.Header("accept-language"))).body);
  }
  return out;
}

Json SettledJson(const store::Settlement& settlement) {
  Json out = {{"id", settlement.id},
              {"district", settlement.district},
              {"policy", {{"id", settlement.policy}}},
              {"deployment", settlement.deployment},
              {"period", settlement.period.ToString()},
              {"author", settlement.author},
              {"time", TimeText(settlement.time_ms)}};
  if (!settlement.supersedes.empty()) out["supersedes"] = settlement.supersedes;
  out["digest"] = settlement.digest;
  out["state"] = NameOf(JobState::kSettled);
  return out;
}

Response Accepted(const Json& body, const std::string& district, const std::string& id) {
  Response response = FreshJson(body, 202);
  response.headers.emplace_back("Location", fmt::format("/v1/districts/{}/settlements/{}", district, id));
  return response;
}

// The file of the results that the request asks for: by Accept, and for CSV by `file`. Null: JSON, as a whole.
tl::expected<const store::File*, Problem> Chosen(const Call& call, const store::Bundle& outputs) {
  const std::string_view extension = call.query.contains("file") ? ".csv" : ExtensionOf(call.request.Header("accept"));
  if (extension.empty())
    return Refuse(
        406, "not-acceptable",
        {fmt::format("可以取 application/json、application/x-ndjson、text/csv、text/html 或 {}", kWorkbookType),
         fmt::format("take application/json, application/x-ndjson, text/csv, text/html or {}", kWorkbookType)});
  if (extension == ".json") return nullptr;
  const std::string name = QueryOr(call, "file", std::string(settle::kResultsName) + std::string(extension));
  for (const store::File& file : outputs) {
    if (file.path == name) return &file;
  }
  return Refuse(404, "unknown-file",
                {fmt::format("这次结算没有文件“{}”", name), fmt::format("the settlement has no file '{}'", name)},
                "file");
}

Json FileNames(const store::Bundle& files) {
  Json out = Json::array();
  for (const store::File& file : files) out.push_back({{"name", file.path}, {"digest", Sha256(file.bytes)}});
  return out;
}

Outcome ShowSettled(const Call& call, const store::Settlement& settlement) {
  const auto chosen = Chosen(call, settlement.outputs);
  if (!chosen) return tl::unexpected(chosen.error());
  if (*chosen != nullptr) {
    Response response{200, std::string(TypeOf((*chosen)->path)), {{"Vary", "Accept"}}, (*chosen)->bytes};
    // What a policy and its facts name is text, never markup of ours.
    response.headers.emplace_back("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
    response.headers.emplace_back("Cache-Control", "no-cache");
    if (response.content_type == kWorkbookType) {
      response.headers.emplace_back("Content-Disposition",
                                    fmt::format("attachment; filename=\"{}.xlsx\"", settlement.id));
    }
    return response;
  }
  const auto all = call.service.store->Settlements(settlement.district, settlement.policy);
  if (!all) return tl::unexpected(ProblemOf(all.error()));
  Json body = SettledJson(settlement);
  for (const store::Settlement& later : *all) {
    if (later.supersedes == settlement.id) body["superseded_by"] = later.id;
  }
  body["inputs"] = FileNames(settlement.inputs);
  body["files"] = FileNames(settlement.outputs);
  for (const store::File& file : settlement.outputs) {
    if (!file.path.ends_with(".json")) continue;
    body["result"] = Json::parse(file.bytes);
    body["policy"] = body["result"]["policy"];
  }
  return FreshJson(body);
}

// 404, which says what may have become of one that was asked for.
Problem Unknown(const Error& error) {
  Problem problem = ProblemOf(error);
  if (error.code != "unknown-settlement") return problem;
  problem.detail.zh +=
      "；如果刚刚提交过：它可能在另一个进程里排队，或者服务停止时还在排队，已经丢了（日志里有），请用同一个 Idempotency-Key 再提交一次";
  problem.detail.en +=
      "; if it was asked for: it may wait in another process, or was lost when the service stopped (the log says so): ask again "
      "under the same Idempotency-Key";
  return problem;
}

tl::expected<SettlementJobs*, Problem> NeedJobs(const Call& call) {
  if (auto store = NeedStore(call); !store) return tl::unexpected(store.error());
  return call.service.settlements;
}

}  // namespace

Outcome AddSettlement(const Call& call) {
  const auto jobs = NeedJobs(call);
  if (!jobs) return tl::unexpected(jobs.error());
  const auto district = FindReadyDistrict(call);
  if (!district) return tl::unexpected(district.error());
  auto key = ReadIdempotencyKey(call);
  if (!key) return tl::unexpected(key.error());
  store::Store& store = *call.service.store;
  if (*key) {
    const auto earlier = store.FindAnswer((*district)->id, **key);
    if (!earlier) return tl::unexpected(ProblemOf(earlier.error()));
    if (*earlier) {
      const auto settled = store.FindSettlement((*district)->id, (*earlier)->reference);
      if (!settled) return tl::unexpected(ProblemOf(settled.error()));
      return Accepted(SettledJson(*settled), (*district)->id, settled->id);
    }
  }
  auto asked = ReadSettlementRequest(call);
  if (!asked) return tl::unexpected(asked.error());
  const auto deployment = evaluate::Choose((*district)->deployments, asked->choice);
  if (!deployment) return tl::unexpected(ProblemOf(deployment.error()));
  SettlementOrder order{call.service.new_decision(), (*district)->id,   **deployment,        asked->choice.period,
                        call.identity.name,          asked->supersedes, asked->accept_valid, std::move(*key)};
  if (auto fits = CheckCorrection(store, order); !fits) return tl::unexpected(fits.error());
  auto facts = FactsOf(call, std::move(*asked), **district, **deployment);
  if (!facts) return tl::unexpected(facts.error());
  if (auto agrees = AgreesWithPast(call, order, *facts); !agrees) return tl::unexpected(agrees.error());
  order.workbook = facts->workbook;
  const auto job = (*jobs)->Submit(std::move(order), std::move(facts->files));
  if (!job) return tl::unexpected(job.error());
  return Accepted(JobJson(call, *job), job->order.district, job->order.id);
}

Outcome ListSettlements(const Call& call) {
  const auto jobs = NeedJobs(call);
  if (!jobs) return tl::unexpected(jobs.error());
  const auto settled = call.service.store->Settlements(call.captures[0]);
  if (!settled) return tl::unexpected(ProblemOf(settled.error()));
  Json out = Json::array();
  const std::vector<SettlementJob> of_district = (*jobs)->Of(call.captures[0]);
  for (auto job = of_district.rbegin(); job != of_district.rend(); ++job) {
    if (job->state != JobState::kSettled) out.push_back(JobJson(call, *job));
  }
  for (const store::Settlement& one : *settled) out.push_back(SettledJson(one));
  return FreshJson({{"settlements", std::move(out)}});
}

Outcome ShowSettlement(const Call& call) {
  const auto jobs = NeedJobs(call);
  if (!jobs) return tl::unexpected(jobs.error());
  const auto job = (*jobs)->Find(call.captures[0], call.captures[1]);
  if (!job || job->state == JobState::kSettled) {
    const auto settled = call.service.store->FindSettlement(call.captures[0], call.captures[1]);
    if (!settled) return tl::unexpected(Unknown(settled.error()));
    return ShowSettled(call, *settled);
  }
  if (call.query.contains("file") || ExtensionOf(call.request.Header("accept")) != ".json") {
    if (job->problem) return tl::unexpected(*job->problem);
    Problem early{409, "not-settled-yet", {"还没有结算完", "it is not settled yet"}, "", {}};
    early.retry_after_s = 1;
    return tl::unexpected(std::move(early));
  }
  return FreshJson(JobJson(call, *job));
}

}  // namespace heng::server
