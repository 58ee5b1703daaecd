// Store's decision log and idempotency keys; the statements are in log_rows.cc, the chain in chain.cc, group commit in log_writer.cc.
#include <future>

#include "engine/store/chain.h"
#include "engine/store/log_rows.h"
#include "engine/store/parts.h"

namespace heng::store {
namespace {

tl::unexpected<Error> UnknownDecision(const std::string& id) {
  return Fail(ErrorKind::kFindings, "unknown-decision", {"没有决策“" + id + "”", "there is no decision '" + id + "'"},
              id);
}

// How far a prefix of whole groups can be removed, and how many records are in it; at most so many groups.
struct Prefix {
  LogHead last;
  int64_t records = 0;
};

Result<Prefix> OlderThan(Connection& connection, const std::string& district, int64_t before_ms, int64_t most) {
  // Clocks may go back: the prefix ends before the first group with a record that is young enough to stay.
  const auto rows = connection.Run(
      "SELECT last_sequence, hash, first_sequence FROM log_groups WHERE district = $1 AND last_sequence < COALESCE((SELECT "
      "MIN(last_sequence) FROM log_groups WHERE district = $2 AND max_time_ms >= $3), 9223372036854775807) "
      "ORDER BY last_sequence LIMIT $4",
      {district, district, before_ms, most});
  if (!rows) return tl::unexpected(rows.error());
  Prefix prefix;
  for (const Row& row : *rows) {
    prefix.last = {NumberOf(row[0]), TextOf(row[1])};
    prefix.records += NumberOf(row[0]) - NumberOf(row[2]) + 1;
  }
  return prefix;
}

// Removes it behind the statement of that.
Result<int64_t> PruneSome(Connection& connection, const std::string& district, int64_t before_ms,
                          const StoreOptions& options) {
  // Not so many that those who wait to write notice.
  constexpr int64_t kGroups = 1000;
  const Result<Prefix> prefix = OlderThan(connection, district, before_ms, kGroups);
  if (!prefix) return tl::unexpected(prefix.error());
  if (prefix->records == 0) return 0;
  const auto statement = MakeCheckpoint(connection, district, Checkpoint::Kind::kPruned, prefix->last, options.now_ms(),
                                        options.signing_key.get());
  if (!statement) return tl::unexpected(statement.error());
  const auto removed = connection.Run("DELETE FROM log_groups WHERE district = $1 AND last_sequence <= $2",
                                      {district, prefix->last.sequence});
  if (!removed) return tl::unexpected(removed.error());
  return prefix->records;
}

}  // namespace

void Store::Append(const DecisionView& decision, std::optional<IdempotencyKey> key, Completion done) {
  parts_->log.Append(decision, std::move(key), std::move(done));
}

void Store::Append(const Decision& decision, std::optional<IdempotencyKey> key, Completion done) {
  Append(ViewOf(decision, WriteQuery(decision.query)), std::move(key), std::move(done));
}

void Store::CheckpointEvery(const std::string& district, int64_t records) {
  parts_->log.CheckpointEvery(district, records);
}

Result<Receipt> Store::AppendAndWait(const Decision& decision, std::optional<IdempotencyKey> key) {
  std::promise<Result<Receipt>> promise;
  std::future<Result<Receipt>> future = promise.get_future();
  Append(decision, std::move(key), [&](Result<Receipt> receipt) { promise.set_value(std::move(receipt)); });
  return future.get();
}

Result<Record> Store::FindDecision(const std::string& district, const std::string& id) {
  auto found = parts_->reader.Read([&](Connection& connection) { return SelectRecord(connection, district, id); });
  if (!found) return tl::unexpected(found.error());
  if (!*found) return UnknownDecision(id);
  return std::move(**found);
}

Result<std::vector<Record>> Store::Records(const LogQuery& query) {
  return parts_->reader.Read([&](Connection& connection) { return SelectRecords(connection, query); });
}

Result<std::vector<Checkpoint>> Store::Checkpoints(const std::string& district) {
  return parts_->reader.Read([&](Connection& connection) { return SelectCheckpoints(connection, district); });
}

Result<std::vector<std::string>> Store::LogDistricts() {
  return parts_->reader.Read([](Connection& connection) -> Result<std::vector<std::string>> {
    // Checkpoints too: of a log that was removed they are what is left.
    const auto rows =
        connection.Run("SELECT district FROM log_groups UNION SELECT district FROM checkpoints ORDER BY district");
    if (!rows) return tl::unexpected(rows.error());
    std::vector<std::string> out;
    for (const Row& row : *rows) out.push_back(TextOf(row[0]));
    return out;
  });
}

Result<std::optional<Checkpoint>> Store::AddCheckpoint(const std::string& district) {
  return parts_->writer.Write([&](Connection& connection) -> Result<std::optional<Checkpoint>> {
    const Result<LogHead> head = FindHead(connection, district);
    if (!head) return tl::unexpected(head.error());
    if (head->sequence == 0) return std::nullopt;
    auto made = SelectCheckpoints(connection, district);
    if (!made) return tl::unexpected(made.error());
    for (const Checkpoint& checkpoint : *made) {
      if (checkpoint.sequence == head->sequence) return checkpoint;
    }
    auto checkpoint = MakeCheckpoint(connection, district, Checkpoint::Kind::kReached, *head, parts_->options.now_ms(),
                                     parts_->options.signing_key.get());
    if (!checkpoint) return tl::unexpected(checkpoint.error());
    return std::move(*checkpoint);
  });
}

Result<int64_t> Store::Prune(const std::string& district, int64_t before_ms) {
  if (parts_->options.signing_key == nullptr) {
    return Fail(ErrorKind::kUsage, "unsigned-retention",
                {"没有签名密钥，不从日志里删去任何记录", "without a signing key nothing is removed from the log"},
                district);
  }
  int64_t removed = 0;
  while (true) {
    const Result<int64_t> some = parts_->writer.Write(
        [&](Connection& connection) { return PruneSome(connection, district, before_ms, parts_->options); });
    if (!some) return some;
    if (*some == 0) return removed;
    removed += *some;
  }
}

Result<LogReport> Store::VerifyLog(const std::string& district, const std::vector<PublicKey>& trusted,
                                   const std::vector<Checkpoint>& exported) {
  std::vector<PublicKey> keys = trusted;
  if (keys.empty()) {
    auto own = LogKeys();
    if (!own) return tl::unexpected(own.error());
    keys = std::move(*own);
  }
  // The records first would miss those that come while they are read; a checkpoint is then seen without its record.
  auto checkpoints = Checkpoints(district);
  if (!checkpoints) return tl::unexpected(checkpoints.error());
  for (const Checkpoint& checkpoint : exported) {
    if (checkpoint.district == district) checkpoints->push_back(checkpoint);
  }
  LogVerifier verifier(district, std::move(keys), std::move(*checkpoints));
  int64_t last = 0;
  while (true) {
    const auto records = Records({district, last, 1000, false});
    if (!records) return tl::unexpected(records.error());
    if (records->empty()) return verifier.Finish();
    for (const Record& record : *records) verifier.Add(record);
    last = records->back().sequence;
  }
}

Result<std::vector<PublicKey>> Store::LogKeys() {
  return parts_->reader.Read([](Connection& connection) -> Result<std::vector<PublicKey>> {
    const auto rows = connection.Run("SELECT pem FROM signing_keys ORDER BY id");
    if (!rows) return tl::unexpected(rows.error());
    std::vector<PublicKey> out;
    for (const Row& row : *rows) {
      auto key = PublicKey::FromPem(TextOf(row[0]));
      if (!key) return tl::unexpected(key.error());
      out.push_back(std::move(*key));
    }
    return out;
  });
}

Result<std::optional<StoredAnswer>> Store::FindAnswer(const std::string& district, const IdempotencyKey& key) {
  return parts_->reader.Read([&](Connection& connection) { return store::FindAnswer(connection, district, key); });
}

Result<int64_t> Store::ForgetAnswers(int64_t before_ms) {
  return parts_->writer.Write([&](Connection& connection) -> Result<int64_t> {
    const auto count = connection.Run("SELECT COUNT(*) FROM idempotency_keys WHERE time_ms < $1", {before_ms});
    if (!count) return tl::unexpected(count.error());
    const auto done = connection.Run("DELETE FROM idempotency_keys WHERE time_ms < $1", {before_ms});
    if (!done) return tl::unexpected(done.error());
    return NumberOf(count->front()[0]);
  });
}

}  // namespace heng::store
