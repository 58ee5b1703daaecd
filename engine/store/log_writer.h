// LogWriter: group commit. Decisions queue; one thread takes what has come and commits it as one transaction, while the next group
// gathers. Internal to store/.
#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <span>
#include <thread>

#include "engine/store/log_batch.h"
#include "engine/store/log_rows.h"
#include "engine/store/session.h"
#include "engine/store/store.h"

namespace heng::store {

class LogWriter {
 public:
  LogWriter(Session& session, const StoreOptions& options);
  // Commits what is queued.
  ~LogWriter();
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  // As Store::Append.
  void Append(const DecisionView& decision, std::optional<IdempotencyKey> key, Completion done);
  // As Store::CheckpointEvery.
  void CheckpointEvery(const std::string& district, int64_t records);
  // Why the last commit failed, if that was not long ago.
  Status Health() const;

 private:
  using Group = std::span<const LogBatch::Item>;
  using Receipts = std::vector<Result<Receipt>>;

  using Clock = std::chrono::steady_clock;
  // Where a district's chain ended, where it ends now, and what came in between.
  struct Tail {
    int64_t before = 0;
    Link last;
    std::vector<LogGroup> groups;
    Receipt Append(const DecisionView& decision, DigestKind digest);
  };

  void Loop();
  // Waits until there is a group.
  void Gather(std::unique_lock<std::mutex>& lock);
  void Commit(Group group);
  void Remember(const Result<Receipts>& receipts);
  Result<Receipts> Write(Connection& connection, Group group) const;
  int64_t CheckpointEveryOf(const std::string& district) const;
  Status Insert(Connection& connection, const std::string& district, Tail tail, int64_t now_ms) const;

  Session& session_;
  const StoreOptions& options_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::array<LogBatch, 2> batches_;
  LogBatch* queue_ = &batches_[0];  // the other one is being committed
  LogBatch* committed_ = &batches_[1];
  size_t wanted_ = 1;    // the writer sleeps until so many are queued
  size_t expected_ = 1;  // how many clients there seem to be
  Clock::duration commit_took_{0};
  std::map<std::string, int64_t> checkpoint_every_;  // of the districts that have their own
  bool stopping_ = false;
  std::optional<Error> failure_;  // of the environment, of the last commit
  Clock::time_point failed_at_;
  std::thread thread_;
};

}  // namespace heng::store
