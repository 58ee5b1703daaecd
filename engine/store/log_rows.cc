#include "engine/store/log_rows.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/store/chain.h"
#include "engine/store/packing.h"

namespace heng::store {
namespace {

// A page of records holds no more bytes than this, if it holds more than one.
constexpr int64_t kPageBytes = int64_t{8} << 20;
constexpr size_t kPageRecords = 1000;

std::string_view NameOf(Checkpoint::Kind kind) { return kind == Checkpoint::Kind::kReached ? "reached" : "pruned"; }

// As version 3 of the schema has them; since version 4 `record_bytes` is behind them.
constexpr const char* kVersion3 =
    "district, first_sequence, last_sequence, min_time_ms, max_time_ms, id_prefix, min_id, max_id, previous, hash, ids, records";
constexpr const char* kGroup =
    "district, first_sequence, last_sequence, min_time_ms, max_time_ms, id_prefix, min_id, max_id, previous, hash, ids, records, "
    "record_bytes";

// How many bytes the records are: NULL where they are not packed.
constexpr const char* kRecordBytes = "COALESCE(record_bytes, LENGTH(records))";

LogGroup GroupOf(const Row& row) {
  LogGroup group{TextOf(row[0]),   NumberOf(row[1]), NumberOf(row[2]), NumberOf(row[3]),
                 NumberOf(row[4]), TextOf(row[5]),   TextOf(row[6]),   TextOf(row[7]),
                 TextOf(row[8]),   TextOf(row[9]),   BytesOf(row[10]), BytesOf(row[11])};
  // Records that cannot be read do not verify.
  if (const auto size = MaybeNumberOf(row[12])) group.records = Unpack(group.records, *size).value_or("");
  return group;
}

// The groups that may hold one of the ids from `least` to `greatest`, which have that prefix.
constexpr const char* kMayHold = " FROM log_groups WHERE id_prefix = $1 AND max_id >= $2 AND min_id <= $3";

// Two decisions of one id, here or in what is kept.
Result<bool> HasTakenId(Connection& connection, const LogGroup& group) {
  std::vector<std::string_view> ids = IdsOf(group.ids);
  // As they mostly are.
  if (!std::is_sorted(ids.begin(), ids.end())) std::sort(ids.begin(), ids.end());
  if (std::adjacent_find(ids.begin(), ids.end()) != ids.end()) return true;
  const auto near = connection.Run(std::string("SELECT ids") + kMayHold, {group.id_prefix, group.min_id, group.max_id});
  if (!near) return tl::unexpected(near.error());
  for (const Row& row : *near) {
    for (const std::string_view id : IdsOf(BytesOf(row[0]))) {
      if (std::binary_search(ids.begin(), ids.end(), id)) return true;
    }
  }
  return false;
}

// `record_bytes`: nothing as long as there is no such column.
Status Insert(Connection& connection, LogGroup group, std::optional<int64_t> record_bytes) {
  const Result<bool> taken = HasTakenId(connection, group);
  if (!taken) return tl::unexpected(taken.error());
  if (*taken) return tl::unexpected(*GuardError("heng:immutable"));
  static const std::string kInsert = std::string("INSERT INTO log_groups (") + kGroup +
                                     ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
  static const std::string kInsertVersion3 = std::string("INSERT INTO log_groups (") + kVersion3 +
                                             ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
  Row values = {group.district,  group.first,  group.last,   group.min_time_ms, group.max_time_ms,
                group.id_prefix, group.min_id, group.max_id, group.previous,    group.hash};
  // Moved, not copied.
  values.emplace_back(Bytes{std::move(group.ids)});
  values.emplace_back(Bytes{std::move(group.records)});
  if (record_bytes) values.emplace_back(*record_bytes);
  const auto done = connection.Run(record_bytes ? kInsert : kInsertVersion3, values);
  if (!done) return tl::unexpected(done.error());
  return Ok();
}

Result<LogHead> HeadOf(const Result<Rows>& rows) {
  if (!rows) return tl::unexpected(rows.error());
  if (rows->empty()) return LogHead{};
  return LogHead{NumberOf(rows->front()[0]), TextOf(rows->front()[1])};
}

}  // namespace

Result<LogHead> FindHead(Connection& connection, const std::string& district) {
  const Result<LogHead> head = HeadOf(connection.Run(
      "SELECT last_sequence, hash FROM log_groups WHERE district = $1 ORDER BY last_sequence DESC LIMIT 1",
      {district}));
  if (!head || head->sequence > 0) return head;
  // Retention may have removed them all.
  return HeadOf(connection.Run(
      "SELECT sequence, hash FROM checkpoints WHERE district = $1 AND kind = 'pruned' ORDER BY sequence DESC LIMIT 1",
      {district}));
}

Status InsertGroup(Connection& connection, LogGroup group) {
  const auto size = static_cast<int64_t>(group.records.size());
  group.records = Pack(group.records);
  return Insert(connection, std::move(group), size);
}

Status InsertGroupOfVersion3(Connection& connection, LogGroup group) {
  return Insert(connection, std::move(group), std::nullopt);
}

Result<std::optional<Record>> SelectRecord(Connection& connection, const std::string& district, const std::string& id) {
  const auto rows = connection.Run(std::string("SELECT ") + kGroup + kMayHold + " AND district = $4",
                                   {IdPrefix(id), id, id, district});
  if (!rows) return tl::unexpected(rows.error());
  for (const Row& row : *rows) {
    for (Record& record : RecordsOf(GroupOf(row))) {
      if (record.decision.id == id) return std::move(record);
    }
  }
  return std::nullopt;
}

Result<std::vector<Record>> SelectRecords(Connection& connection, const LogQuery& query) {
  const bool back = query.newest_first;
  const int64_t from = back && query.after_sequence == 0 ? INT64_MAX : query.after_sequence;
  // Back, from the group that holds the record before.
  const std::string where =
      back ? " WHERE district = $1 AND last_sequence <= COALESCE((SELECT MIN(last_sequence) FROM log_groups "
             "WHERE district = $2 AND last_sequence >= $3), 9223372036854775807) ORDER BY last_sequence DESC"
           : " WHERE district = $1 AND last_sequence > $2 ORDER BY last_sequence";
  Row values = back ? Row{query.district, query.district, from - 1} : Row{query.district, from};
  const std::string limit = fmt::format(" LIMIT ${}", values.size() + 1);
  const size_t wanted = std::min(query.limit, kPageRecords);
  values.emplace_back(static_cast<int64_t>(wanted));
  const auto sizes = connection.Run(
      fmt::format("SELECT first_sequence, last_sequence, {} FROM log_groups{}{}", kRecordBytes, where, limit), values);
  if (!sizes) return tl::unexpected(sizes.error());
  size_t records = 0;
  int64_t bytes = 0;
  int64_t groups = 0;
  for (const Row& row : *sizes) {
    // Whoever altered a size does not make the sum overflow.
    bytes += std::clamp<int64_t>(NumberOf(row[2]), 0, kPageBytes + 1);
    if (groups > 0 && (bytes > kPageBytes || records >= wanted)) break;
    ++groups;
    // Of the first group, some may be on the page before.
    const int64_t first = std::max(NumberOf(row[0]), back ? 0 : from + 1);
    const int64_t last = std::min(NumberOf(row[1]), back ? from - 1 : INT64_MAX);
    if (last >= first) records += static_cast<size_t>(last - first) + 1;
  }
  values.back() = groups;
  const auto rows = connection.Run(std::string("SELECT ") + kGroup + " FROM log_groups" + where + limit, values);
  if (!rows) return tl::unexpected(rows.error());
  std::vector<Record> out;
  for (const Row& row : *rows) {
    std::vector<Record> of_group = RecordsOf(GroupOf(row));
    if (back) std::reverse(of_group.begin(), of_group.end());
    for (Record& record : of_group) {
      const bool in = back ? record.sequence < from : record.sequence > from;
      if (in && out.size() < wanted) out.push_back(std::move(record));
    }
  }
  return out;
}

Result<std::vector<Checkpoint>> SelectCheckpoints(Connection& connection, const std::string& district) {
  const auto rows = connection.Run(
      "SELECT district, kind, sequence, hash, time_ms, key_id, signature FROM checkpoints WHERE district = $1 "
      "ORDER BY sequence, kind",
      {district});
  if (!rows) return tl::unexpected(rows.error());
  std::vector<Checkpoint> out;
  for (const Row& row : *rows) {
    const auto kind = TextOf(row[1]) == "pruned" ? Checkpoint::Kind::kPruned : Checkpoint::Kind::kReached;
    out.push_back(
        {TextOf(row[0]), kind, NumberOf(row[2]), TextOf(row[3]), NumberOf(row[4]), TextOf(row[5]), BytesOf(row[6])});
  }
  return out;
}

Result<Checkpoint> MakeCheckpoint(Connection& connection, const std::string& district, Checkpoint::Kind kind,
                                  const LogHead& head, int64_t now_ms, const SigningKey* key) {
  Checkpoint checkpoint{district, kind, head.sequence, head.hash, now_ms, "", ""};
  Sign(checkpoint, key);
  Result<Rows> done = Rows{};
  if (key != nullptr) {
    done = connection.Run("INSERT INTO signing_keys (id, pem) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING",
                          {checkpoint.key_id, key->public_key().pem()});
  }
  if (done) {
    done = connection.Run(
        "INSERT INTO checkpoints (district, kind, sequence, hash, time_ms, key_id, signature) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        {district, std::string(NameOf(kind)), head.sequence, head.hash, now_ms, checkpoint.key_id,
         Bytes{checkpoint.signature}});
  }
  if (!done) return tl::unexpected(done.error());
  return checkpoint;
}

Result<std::optional<StoredAnswer>> FindAnswer(Connection& connection, const std::string& district,
                                               const IdempotencyKey& key) {
  const auto rows =
      connection.Run("SELECT request_digest, reference, answer FROM idempotency_keys WHERE district = $1 AND key = $2",
                     {district, key.key});
  if (!rows) return tl::unexpected(rows.error());
  if (rows->empty()) return std::nullopt;
  const Row& row = rows->front();
  if (TextOf(row[0]) != key.request_digest) {
    return Fail(ErrorKind::kFindings, "idempotency-conflict",
                {"这个 Idempotency-Key 已用于另一个请求", "this Idempotency-Key stands for another request"},
                "Idempotency-Key");
  }
  return StoredAnswer{TextOf(row[1]), BytesOf(row[2])};
}

Status InsertAnswer(Connection& connection, const std::string& district, const IdempotencyKey& key,
                    const StoredAnswer& answer, int64_t now_ms) {
  const auto done = connection.Run(
      "INSERT INTO idempotency_keys (district, key, request_digest, reference, answer, time_ms) VALUES ($1, $2, $3, $4, $5, $6)",
      {district, key.key, key.request_digest, answer.reference, Bytes{answer.answer}, now_ms});
  if (!done) return tl::unexpected(done.error());
  return Ok();
}

namespace {
const std::string kNothing;
}

const std::string& TextOf(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? kNothing : *text;
}

const std::string& BytesOf(const Value& value) {
  const auto* bytes = std::get_if<Bytes>(&value);
  return bytes == nullptr ? kNothing : bytes->bytes;
}

int64_t NumberOf(const Value& value) {
  const auto* number = std::get_if<int64_t>(&value);
  return number == nullptr ? 0 : *number;
}

std::optional<int64_t> MaybeNumberOf(const Value& value) {
  const auto* number = std::get_if<int64_t>(&value);
  return number == nullptr ? std::nullopt : std::optional(*number);
}

Value OrNull(const std::optional<int64_t>& number) { return number ? Value(*number) : Value(std::monostate{}); }

tl::unexpected<Error> StoreCorrupt() {
  return Fail(ErrorKind::kEnvironment, "store-corrupt",
              {"存储里的内容与它的摘要不符", "what the store holds is not what its digest says"});
}

}  // namespace heng::store
