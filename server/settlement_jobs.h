// SettlementJobs: settlements on their way. A thread of its own, so that no evaluation waits for one; a bounded queue in which the
// districts take turns; and what became of each. What is settled is in the store, all else is forgotten at a restart. Used by
// settlement_routes.cc. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <tl/expected.hpp>

#include "engine/data/deployment.h"
#include "engine/settle/past_settlement.h"
#include "engine/store/store.h"
#include "server/problem.h"

namespace heng::server {

class EventLog;

// Which settlement; `id` is the settlement's own, made by who asks for it.
struct SettlementOrder {
  std::string id;
  std::string district;
  data::Deployment deployment;
  Period period;
  std::string author;
  std::string supersedes;
  bool accept_valid = false;
  std::optional<store::IdempotencyKey> key;
  std::string workbook = {};  // of the facts: the one that the others are the sheets of; empty: none
};

enum class JobState : unsigned char { kQueued, kRunning, kSettled, kRefused };
// `queued`, `running`, `settled`, `refused`.
std::string_view NameOf(JobState state);

struct SettlementJob {
  static constexpr int kSteps = 4;  // read and evaluated, judged, written, recorded

  SettlementOrder order;
  JobState state = JobState::kQueued;
  int steps = 0;
  std::optional<Problem> problem;  // why it is refused
};

class SettlementJobs {
 public:
  struct Limits {
    size_t queued = 64;              // in all
    size_t queued_per_district = 8;  // so that one leaves room for the others
    size_t remembered = 1000;        // that are done
  };
  // `store` and `past` must outlast this; `log` may be null.
  SettlementJobs(store::Store& store, settle::PastSettlements& past, EventLog* log, Limits limits);
  SettlementJobs(const SettlementJobs&) = delete;
  SettlementJobs& operator=(const SettlementJobs&) = delete;
  // Begins none of those that wait any more.
  void Stop();
  // Finishes the one that is running; those that wait are lost, and the log says which.
  ~SettlementJobs();

  // The job, or the earlier one of the same idempotency key. `facts`: files; the past is added in its turn. 503 settlements-busy (Retry-After), 422 idempotency-conflict.
  tl::expected<SettlementJob, Problem> Submit(SettlementOrder order, store::Bundle facts);
  std::optional<SettlementJob> Find(const std::string& district, const std::string& id) const;
  std::vector<SettlementJob> Of(const std::string& district) const;

 private:
  void Work();
  // The next one's id, of the district whose turn it is; empty: none waits. REQUIRES: mutex_.
  std::string Next();
  void Step(const std::string& id, int steps);
  std::optional<Problem> Guarded(const SettlementOrder& order, store::Bundle facts);
  std::optional<Problem> Settle(const SettlementOrder& order, store::Bundle facts);
  // REQUIRES: mutex_.
  const SettlementJob* WithKey(const SettlementOrder& order) const;

  store::Store& store_;
  settle::PastSettlements& past_;
  EventLog* log_;
  const Limits limits_;
  mutable std::mutex mutex_;
  std::condition_variable posted_;
  std::map<std::string, SettlementJob> jobs_;
  std::map<std::string, store::Bundle> facts_;              // of those that wait
  std::map<std::string, std::deque<std::string>> waiting_;  // by district
  std::deque<std::string> done_;                            // the oldest first
  std::string last_district_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace heng::server
