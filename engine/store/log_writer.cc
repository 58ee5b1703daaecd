#include "engine/store/log_writer.h"

#include <algorithm>
#include <map>

#include "engine/base/check.h"
#include "engine/store/chain.h"
#include "engine/store/log_rows.h"

namespace heng::store {
namespace {

// A commit costs the same for so many decisions as for one; beyond it there is little to win.
constexpr size_t kWorthWaitingFor = 192;
constexpr std::chrono::nanoseconds kLongestWait = std::chrono::milliseconds(1);

Error Overloaded() {
  return {ErrorKind::kEnvironment,
          "log-overloaded",
          {"决策日志来不及写，请稍后再试", "the decision log cannot keep up, try again later"},
          ""};
}

// So many of the first: a large one does not keep those before it waiting.
size_t CommittedTogether(std::span<const LogBatch::Item> items, size_t most) {
  constexpr size_t kBytes = size_t{1} << 20;
  size_t count = 0;
  size_t bytes = 0;
  while (count < std::min(items.size(), most)) {
    bytes += LogBatch::BytesOf(items[count].decision);
    if (count > 0 && bytes > kBytes) break;
    ++count;
  }
  return count;
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

void LogWriter::Append(const DecisionView& decision, std::optional<IdempotencyKey> key, Completion done) {
  std::unique_lock lock(mutex_);
  // A decision that is larger than the whole queue passes when the queue is empty.
  const size_t waiting = queue_->bytes() + committed_->bytes();
  if (waiting > 0 && waiting + LogBatch::BytesOf(decision) > options_.queue_bytes) {
    lock.unlock();
    return done(tl::unexpected(Overloaded()));
  }
  queue_->Add(decision, std::move(key), std::move(done));
  const bool enough = queue_->size() == wanted_;
  // Who wakes takes the lock.
  lock.unlock();
  if (enough) arrived_.notify_one();
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

Status LogWriter::Health() const {
  // Later somebody has to try again: who is said to be unwell is asked nothing.
  constexpr std::chrono::seconds kRemembered{10};
  const std::lock_guard lock(mutex_);
  if (failure_ && Clock::now() - failed_at_ < kRemembered) return tl::unexpected(*failure_);
  return Ok();
}

void LogWriter::Remember(const Result<Receipts>& receipts) {
  const bool failed = !receipts && receipts.error().kind == ErrorKind::kEnvironment;
  const std::lock_guard lock(mutex_);
  failure_ = failed ? std::optional(receipts.error()) : std::nullopt;
  failed_at_ = Clock::now();
}

void LogWriter::Loop() {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      Gather(lock);
      if (queue_->empty()) return;
      std::swap(queue_, committed_);
    }
    const Clock::time_point begun = Clock::now();
    Group rest = committed_->items();
    while (!rest.empty()) {
      const size_t count = CommittedTogether(rest, options_.group_records);
      Commit(rest.first(count));
      rest = rest.subspan(count);
    }
    const std::lock_guard lock(mutex_);
    commit_took_ = Clock::now() - begun;
    expected_ = committed_->size() + queue_->size();
    committed_->Clear();
  }
}

void LogWriter::Gather(std::unique_lock<std::mutex>& lock) {
  wanted_ = 1;
  arrived_.wait(lock, [this] { return stopping_ || !queue_->empty(); });
  // Those whose answers have just left, and those who waited meanwhile, are likely to ask again at once.
  wanted_ = std::min({expected_, kWorthWaitingFor, options_.group_records});
  if (queue_->size() >= wanted_) return;
  arrived_.wait_for(lock, std::min<Clock::duration>(commit_took_, kLongestWait),
                    [this] { return stopping_ || queue_->size() >= wanted_; });
}

void LogWriter::Commit(Group group) {
  const auto commit = [this](Group items) {
    return session_.Write([&](Connection& connection) { return Write(connection, items); });
  };
  Result<Receipts> receipts = commit(group);
  Remember(receipts);
  if (receipts) {
    for (size_t i = 0; i < group.size(); ++i) group[i].done(std::move((*receipts)[i]));
    return;
  }
  // One of them is at fault: each stands for itself.
  const bool alone = group.size() == 1 || receipts.error().kind == ErrorKind::kEnvironment;
  for (const LogBatch::Item& item : group) {
    if (alone) {
      item.done(tl::unexpected(receipts.error()));
      continue;
    }
    const Result<Receipts> receipt = commit(Group(&item, 1));
    item.done(receipt ? receipt->front() : Result<Receipt>(tl::unexpected(receipt.error())));
  }
}

Result<LogWriter::Receipts> LogWriter::Write(Connection& connection, Group group) const {
  const int64_t now = options_.now_ms();
  std::map<std::string, Tail, std::less<>> tails;
  Receipts receipts;
  receipts.reserve(group.size());
  for (const LogBatch::Item& item : group) {
    const DecisionView& decision = item.decision;
    const auto district = [&] { return std::string(decision.district); };
    if (item.key) {
      auto earlier = FindAnswer(connection, district(), *item.key);
      if (!earlier && earlier.error().kind == ErrorKind::kEnvironment) return tl::unexpected(earlier.error());
      if (!earlier) {
        receipts.emplace_back(tl::unexpected(earlier.error()));
        continue;
      }
      if (*earlier) {
        receipts.emplace_back(Receipt{0, std::move(**earlier)});
        continue;
      }
      const Status kept = InsertAnswer(connection, district(), *item.key,
                                       {std::string(decision.id), std::string(decision.answer)}, now);
      if (!kept) return tl::unexpected(kept.error());
    }
    auto tail = tails.find(decision.district);
    if (tail == tails.end()) {
      const Result<LogHead> found = FindHead(connection, district());
      if (!found) return tl::unexpected(found.error());
      tail = tails.emplace(district(), Tail{found->sequence, {found->sequence, "", "", "", found->hash}, {}}).first;
    }
    receipts.emplace_back(tail->second.Append(decision, options_.digest));
  }
  for (auto& [district, tail] : tails) {
    if (auto done = Insert(connection, district, std::move(tail), now); !done) return tl::unexpected(done.error());
  }
  return receipts;
}

Receipt LogWriter::Tail::Append(const DecisionView& decision, DigestKind digest) {
  Follow(last, decision, digest);
  if (groups.empty() || !groups.back().Takes(decision, last.sequence)) groups.emplace_back();
  groups.back().Append(decision, last);
  return {last.sequence, std::nullopt};
}

Status LogWriter::Insert(Connection& connection, const std::string& district, Tail tail, int64_t now_ms) const {
  for (LogGroup& group : tail.groups) {
    if (auto done = InsertGroup(connection, std::move(group)); !done) return done;
  }
  // The first record too: a log that has records has a signature.
  const int64_t every = CheckpointEveryOf(district);
  const bool due = tail.before == 0 || tail.before / every != tail.last.sequence / every;
  if (!due) return Ok();
  const auto made = MakeCheckpoint(connection, district, Checkpoint::Kind::kReached,
                                   {tail.last.sequence, tail.last.hash}, now_ms, options_.signing_key.get());
  if (!made) return tl::unexpected(made.error());
  return Ok();
}

}  // namespace heng::store
