#include "engine/store/log_writer.h"

#include <map>
#include <span>

#include "engine/store/chain.h"
#include "engine/store/log_rows.h"

namespace heng::store {
namespace {

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
      arrived_.notify_one();
      return;
    }
  }
  item.done(tl::unexpected(Overloaded()));
}

void LogWriter::Loop() {
  while (true) {
    Group group;
    size_t bytes = 0;
    {
      std::unique_lock lock(mutex_);
      arrived_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      while (!queue_.empty() && group.size() < options_.group_records) {
        bytes += queue_.front().size();
        group.push_back(std::move(queue_.front()));
        queue_.pop_front();
      }
    }
    Commit(group);
    const std::lock_guard lock(mutex_);
    queued_bytes_ -= bytes;
  }
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
  struct Head {
    LogHead first;
    LogHead last;
  };
  std::map<std::string, Head> heads;
  Receipts receipts;
  std::vector<Record> records;
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
    }
    auto head = heads.find(decision.district);
    if (head == heads.end()) {
      const Result<LogHead> found = FindHead(connection, decision.district);
      if (!found) return tl::unexpected(found.error());
      head = heads.emplace(decision.district, Head{*found, *found}).first;
    }
    LogHead& last = head->second.last;
    if (item.key) {
      const Status kept = InsertAnswer(connection, decision.district, *item.key, {decision.id, decision.answer}, now);
      if (!kept) return tl::unexpected(kept.error());
    }
    const Record& record = records.emplace_back(Chain(decision, last.sequence, last.hash, options_.digest));
    last = {record.sequence, record.hash};
    receipts.emplace_back(Receipt{record.sequence, record.hash, std::nullopt});
  }
  if (auto done = InsertRecords(connection, records); !done) return tl::unexpected(done.error());
  for (const auto& [district, head] : heads) {
    // The first record too: a log that has records has a signature.
    const int64_t every = options_.checkpoint_every;
    const bool due = head.first.sequence == 0 || head.first.sequence / every != head.last.sequence / every;
    if (head.last.sequence == head.first.sequence || !due) continue;
    const auto signing = options_.signing_key.get();
    const auto made = MakeCheckpoint(connection, district, Checkpoint::Kind::kReached, head.last, now, signing);
    if (!made) return tl::unexpected(made.error());
  }
  return receipts;
}

}  // namespace heng::store
