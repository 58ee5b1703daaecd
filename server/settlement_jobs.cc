#include "server/settlement_jobs.h"

#include <utility>

#include <fmt/format.h>

#include "engine/settle/past.h"
#include "engine/settle/settlement.h"
#include "engine/settle/write.h"
#include "server/bundle_folder.h"
#include "server/event_log.h"
#include "server/history_check.h"

namespace heng::server {
namespace {

constexpr int kRetrySeconds = 5;

data::Refusal Hindrance(std::string code, const Bilingual& message) {
  data::Refusal refusal;
  refusal.code = std::move(code);
  refusal.message = message;
  return refusal;
}

// Why it may not be recorded; nothing if it may.
std::optional<Problem> Hindrances(const settle::Settlement& settled, bool accept_valid) {
  if (!settled.evaluation) {
    return Problem{422,
                   "facts-refused",
                   {"数据被拒绝，没有结算", "facts are refused: nothing was settled"},
                   "",
                   settled.refusals.shown};
  }
  if (settled.writable(accept_valid)) return std::nullopt;
  Problem problem{422,
                  "results-lacking",
                  {"有结果不能给出，没有结算", "some results cannot be given: nothing was settled"},
                  "",
                  {}};
  for (const Bilingual& broken : settled.BrokenGuarantees())
    problem.errors.push_back(Hindrance("guarantee-broken", broken));
  for (const Bilingual& failure : settled.Failures()) problem.errors.push_back(Hindrance("result-lacking", failure));
  return problem;
}

Result<store::Bundle> ResultsOf(const settle::Settlement& settled, const data::Deployment& deployment,
                                const std::string& district) {
  store::Bundle out;
  for (const char* extension : {".csv", ".xlsx", ".json", ".ndjson", ".html"}) {
    auto files = settle::Render(settled, deployment, district, std::string(settle::kResultsName) + extension);
    // What no sheet can hold has no workbook; the other forms have it all.
    if (!files && files.error().code == "workbook-limit") continue;
    if (!files) return tl::unexpected(files.error());
    for (settle::OutputFile& file : *files) out.push_back({std::move(file.path), std::move(file.bytes)});
  }
  return out;
}

}  // namespace

std::string_view NameOf(JobState state) {
  constexpr std::string_view kNames[] = {"queued", "running", "settled", "refused"};
  return kNames[static_cast<size_t>(state)];
}

SettlementJobs::SettlementJobs(store::Store& store, settle::PastSettlements& past, EventLog* log, Limits limits)
    : store_(store), past_(past), log_(log), limits_(limits), thread_([this] { Work(); }) {}

void SettlementJobs::Stop() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  posted_.notify_one();
}

SettlementJobs::~SettlementJobs() {
  Stop();
  thread_.join();
  if (log_ == nullptr) return;
  for (const auto& [district, ids] : waiting_) {
    for (const std::string& id : ids)
      log_->Failed("settlement", "settlement-lost",
                   fmt::format("{} of {}, {}: ask again", id, district, jobs_.at(id).order.period.ToString()));
  }
}

const SettlementJob* SettlementJobs::WithKey(const SettlementOrder& order) const {
  if (!order.key) return nullptr;
  for (const auto& [id, job] : jobs_) {
    if (job.order.district == order.district && job.order.key && job.order.key->key == order.key->key) return &job;
  }
  return nullptr;
}

tl::expected<SettlementJob, Problem> SettlementJobs::Submit(SettlementOrder order, store::Bundle facts) {
  const std::lock_guard lock(mutex_);
  if (const SettlementJob* earlier = WithKey(order)) {
    if (earlier->order.key->request_digest == order.key->request_digest) return *earlier;
    return tl::unexpected(
        Problem{422,
                "idempotency-conflict",
                {"这个 Idempotency-Key 已用于另一个请求", "this Idempotency-Key stands for another request"},
                "Idempotency-Key",
                {}});
  }
  size_t waiting = 0;
  for (const auto& [district, ids] : waiting_) waiting += ids.size();
  std::deque<std::string>& own = waiting_[order.district];
  if (waiting >= limits_.queued || own.size() >= limits_.queued_per_district) {
    Problem busy{503,
                 "settlements-busy",
                 {"等待的结算太多，请稍后再试", "too many settlements are waiting, try again later"},
                 "",
                 {}};
    busy.retry_after_s = kRetrySeconds;
    return tl::unexpected(std::move(busy));
  }
  own.push_back(order.id);
  facts_[order.id] = std::move(facts);
  SettlementJob& job = jobs_[order.id];
  job.order = std::move(order);
  posted_.notify_one();
  return job;
}

std::optional<SettlementJob> SettlementJobs::Find(const std::string& district, const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = jobs_.find(id);
  if (found == jobs_.end() || found->second.order.district != district) return std::nullopt;
  return found->second;
}

std::vector<SettlementJob> SettlementJobs::Of(const std::string& district) const {
  const std::lock_guard lock(mutex_);
  std::vector<SettlementJob> out;
  for (const auto& [id, job] : jobs_) {
    if (job.order.district == district) out.push_back(job);
  }
  return out;
}

std::string SettlementJobs::Next() {
  // The first that has one behind the district that had the last turn, or from the beginning.
  for (const bool behind : {true, false}) {
    for (auto& [district, ids] : waiting_) {
      if (ids.empty() || (behind && district <= last_district_)) continue;
      last_district_ = district;
      std::string id = std::move(ids.front());
      ids.pop_front();
      return id;
    }
  }
  return "";
}

void SettlementJobs::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    std::string id;
    posted_.wait(lock, [&] { return ending_ || !(id = Next()).empty(); });
    if (ending_) return;
    jobs_[id].state = JobState::kRunning;
    const SettlementOrder order = jobs_[id].order;
    store::Bundle facts = std::move(facts_.extract(id).mapped());
    lock.unlock();
    std::optional<Problem> problem = Guarded(order, std::move(facts));
    lock.lock();
    SettlementJob& job = jobs_[id];
    job.state = problem ? JobState::kRefused : JobState::kSettled;
    // Asked again, what was refused is tried again.
    if (problem) job.order.key.reset();
    job.problem = std::move(problem);
    done_.push_back(id);
    if (done_.size() > limits_.remembered) {
      jobs_.erase(done_.front());
      done_.pop_front();
    }
  }
}

void SettlementJobs::Step(const std::string& id, int steps) {
  const std::lock_guard lock(mutex_);
  jobs_[id].steps = steps;
}

// One job that throws must not end the service of all districts.
std::optional<Problem> SettlementJobs::Guarded(const SettlementOrder& order, store::Bundle facts) {
  try {
    return Settle(order, std::move(facts));
  } catch (...) {
    if (log_ != nullptr) log_->Failed("settlement", "internal", "an exception");
    return InternalProblem();
  }
}

std::optional<Problem> SettlementJobs::Settle(const SettlementOrder& order, store::Bundle facts) {
  const auto failed = [&](const Error& error) {
    if (error.kind == ErrorKind::kEnvironment && log_ != nullptr) log_->Failed("settlement", error);
    return ProblemOf(error);
  };
  // Only now: one that waited before it may be its past.
  const auto past = settle::Past::Read(store_, past_, order.district, order.deployment, order.period);
  if (!past) return failed(past.error());
  const bool sheets = !order.workbook.empty();
  if (auto differences = past->Differences(facts, sheets); !differences.empty())
    return HistoryDiffers(std::move(differences));
  past->AddTo(facts);
  const auto folder = BundleFolder::Make(facts);
  if (!folder) return failed(folder.error());
  const auto settled = settle::Settle({order.deployment, folder->root(), order.period, order.accept_valid,
                                       sheets ? folder->PathOf(order.workbook) : ""});
  if (!settled) return failed(settled.error());
  Step(order.id, 1);
  if (auto hindered = Hindrances(*settled, order.accept_valid)) return hindered;
  Step(order.id, 2);
  auto results = ResultsOf(*settled, order.deployment, order.district);
  if (!results) return failed(results.error());
  Step(order.id, 3);
  store::Settlement settlement{order.id,
                               order.district,
                               order.deployment.graph->model->policy.id,
                               order.deployment.digest(),
                               order.period,
                               order.author,
                               0,
                               order.supersedes,
                               std::move(facts),
                               std::move(*results),
                               ""};
  const auto added = store_.AddSettlement(std::move(settlement), order.key);
  if (!added) return failed(added.error());
  if (added->earlier) {
    return Problem{
        409,
        "already-settled",
        {"另一个进程已按同一个 Idempotency-Key 结算", "another process has settled it under the same Idempotency-Key"},
        "",
        {}};
  }
  Step(order.id, SettlementJob::kSteps);
  return std::nullopt;
}

}  // namespace heng::server
