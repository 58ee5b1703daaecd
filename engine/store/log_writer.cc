#include "engine/store/log_writer.h"

#include <algorithm>
#include <map>

#include "engine/base/check.h"
#include "engine/store/chain.h"
#include "engine/store/log_rows.h"

namespace heng::store {
namespace {

// A commit costs the same for so many decisions as for one; beyond it there is little to win.
constexpr size_t kWorthWaitingFor = 64;
constexpr std::chrono::nanoseconds kLongestWait = std::chrono::milliseconds(1);

Error Overloaded() {
  return {ErrorKind::kEnvironment,
          "log-overloaded",
          {"决策日志来不及写，请稍后再试", "the decision log cannot keep up, try again later"},
          ""};
}

}  // namespace

LogWriter::LogWriter(Session& session, const StoreOptions& options)
    : session_(session), options_(options), thread_([this] { Loop(); }) {}

LogWriter::~LogWriter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_one();
  thread_.join();
}

void LogWriter::Append(Decision decision, std::optional<IdempotencyKey> key, Completion done) {
  Item item{std::move(decision), std::move(key), std::move(done)};
  {
    const std::lock_guard lock(mutex_);
    // A decision that is larger than the whole queue passes when the queue is empty.
    const bool fits = queued_bytes_ == 0 || queued_bytes_ + item.size() <= options_.queue_bytes;
    if (fits) {
      queued_bytes_ += item.size();
      queue_.push_back(std::move(item));
      if (queue_.size() == wanted_) arrived_.notify_one();
      return;
    }
  }
  item.done(tl::unexpected(Overloaded()));
}

void LogWriter::CheckpointEvery(const std::string& district, int64_t records) {
  CHECK(records > 0);
  const std::lock_guard lock(mutex_);
  checkpoint_every_.insert_or_assign(district, records);
}

int64_t LogWriter::CheckpointEveryOf(const std::string& district) const {
  const std::lock_guard lock(mutex_);
  const auto own = checkpoint_every_.find(district);
  return own == checkpoint_every_.end() ? options_.checkpoint_every : own->second;
}

void LogWriter::Loop() {
  while (true) {
    Group group;
    size_t bytes = 0;
    {
      std::unique_lock lock(mutex_);
      Gather(lock);
      if (queue_.empty()) return;
      while (!queue_.empty() && group.size() < options_.group_records) {
        bytes += queue_.front().size();
        group.push_back(std::move(queue_.front()));
        queue_.pop_front();
      }
    }
    const Clock::time_point begun = Clock::now();
    Commit(group);
    const std::lock_guard lock(mutex_);
    commit_took_ = Clock::now() - begun;
    expected_ = group.size() + queue_.size();
    queued_bytes_ -= bytes;
  }
}

void LogWriter::Gather(std::unique_lock<std::mutex>& lock) {
  wanted_ = 1;
  arrived_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
  // Those whose answers have just left, and those who waited meanwhile, are likely to ask again at once.
  wanted_ = std::min({expected_, kWorthWaitingFor, options_.group_records});
  if (queue_.size() >= wanted_) return;
  arrived_.wait_for(lock, std::min(commit_took_ / 2, kLongestWait),
                    [this] { return stopping_ || queue_.size() >= wanted_; });
}

void LogWriter::Commit(const Group& group) {
  const auto commit = [this](std::span<const Item> items) {
    return session_.Write([&](Connection& connection) { return Write(connection, items); });
  };
  const Result<Receipts> receipts = commit(group);
  if (receipts) {
    for (size_t i = 0; i < group.size(); ++i) group[i].done((*receipts)[i]);
    return;
  }
  // One of them is at fault: each stands for itself.
  const bool alone = group.size() == 1 || receipts.error().kind == ErrorKind::kEnvironment;
  for (const Item& item : group) {
    if (alone) {
      item.done(tl::unexpected(receipts.error()));
      continue;
    }
    const Result<Receipts> receipt = commit({&item, 1});
    item.done(receipt ? receipt->front() : Result<Receipt>(tl::unexpected(receipt.error())));
  }
}

Result<LogWriter::Receipts> LogWriter::Write(Connection& connection, std::span<const Item> group) const {
  const int64_t now = options_.now_ms();
  std::map<std::string, Tail> tails;
  Receipts receipts;
  for (const Item& item : group) {
    const Decision& decision = item.decision;
    if (item.key) {
      auto earlier = FindAnswer(connection, decision.district, *item.key);
      if (!earlier && earlier.error().kind == ErrorKind::kEnvironment) return tl::unexpected(earlier.error());
      if (!earlier) {
        receipts.emplace_back(tl::unexpected(earlier.error()));
        continue;
      }
      if (*earlier) {
        receipts.emplace_back(Receipt{0, "", std::move(**earlier)});
        continue;
      }
      const Status kept = InsertAnswer(connection, decision.district, *item.key, {decision.id, decision.answer}, now);
      if (!kept) return tl::unexpected(kept.error());
    }
    auto tail = tails.find(decision.district);
    if (tail == tails.end()) {
      const Result<LogHead> found = FindHead(connection, decision.district);
      if (!found) return tl::unexpected(found.error());
      tail = tails.emplace(decision.district, Tail{*found, *found, {}}).first;
    }
    receipts.emplace_back(tail->second.Append(decision, options_.digest));
  }
  for (auto& [district, tail] : tails) {
    if (auto done = Insert(connection, district, std::move(tail), now); !done) return tl::unexpected(done.error());
  }
  return receipts;
}

Receipt LogWriter::Tail::Append(const Decision& decision, DigestKind digest) {
  const Link link = LinkTo(decision, last.sequence, last.hash, digest);
  if (groups.empty() || !groups.back().Takes(decision, link.sequence)) groups.emplace_back();
  groups.back().Append(decision, link);
  last = {link.sequence, link.hash};
  return {link.sequence, link.hash, std::nullopt};
}

Status LogWriter::Insert(Connection& connection, const std::string& district, Tail tail, int64_t now_ms) const {
  for (LogGroup& group : tail.groups) {
    if (auto done = InsertGroup(connection, std::move(group)); !done) return done;
  }
  // The first record too: a log that has records has a signature.
  const int64_t every = CheckpointEveryOf(district);
  const bool due = tail.before.sequence == 0 || tail.before.sequence / every != tail.last.sequence / every;
  if (!due) return Ok();
  const auto made =
      MakeCheckpoint(connection, district, Checkpoint::Kind::kReached, tail.last, now_ms, options_.signing_key.get());
  if (!made) return tl::unexpected(made.error());
  return Ok();
}

}  // namespace heng::store
