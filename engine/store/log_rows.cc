#include "engine/store/log_rows.h"

#include <algorithm>
#include <bit>

#include "engine/store/chain.h"
#include "engine/store/pairs.h"

namespace heng::store {
namespace {

// A page of records holds no more bytes than this, if it holds more than one.
constexpr int64_t kPageBytes = int64_t{8} << 20;
constexpr size_t kPageRecords = 1000;
constexpr size_t kInsertRows = 64;

std::string_view NameOf(Checkpoint::Kind kind) { return kind == Checkpoint::Kind::kReached ? "reached" : "pruned"; }

Record RecordOf(const Row& row) {
  Record record;
  Decision& decision = record.decision;
  decision.district = TextOf(row[0]);
  record.sequence = NumberOf(row[1]);
  decision.id = TextOf(row[2]);
  decision.time_ms = NumberOf(row[3]);
  decision.deployment = TextOf(row[4]);
  decision.period = TextOf(row[5]);
  decision.media = TextOf(row[6]);
  // A query that cannot be read was altered: the verification says so of the record.
  if (const auto query = ReadPairs(TextOf(row[7]))) {
    decision.query = {query->begin(), query->end()};
  } else {
    decision.query = {{"?", TextOf(row[7])}};
  }
  decision.request = BytesOf(row[8]);
  decision.answer = BytesOf(row[9]);
  record.request_digest = TextOf(row[10]);
  record.answer_digest = TextOf(row[11]);
  record.previous = TextOf(row[12]);
  record.hash = TextOf(row[13]);
  return record;
}

constexpr const char* kRecord =
    "district, sequence, id, time_ms, deployment, period, media, query, request, answer, request_digest, answer_digest, "
    "previous, hash";

void AppendValues(const Record& record, Row& values) {
  const Decision& decision = record.decision;
  values.insert(
      values.end(),
      {decision.district, record.sequence, decision.id, decision.time_ms, decision.deployment, decision.period,
       decision.media, WritePairs({decision.query.begin(), decision.query.end()}), Bytes{decision.request},
       Bytes{decision.answer}, record.request_digest, record.answer_digest, record.previous, record.hash});
}

// For that many records.
std::string InsertStatement(size_t count) {
  constexpr size_t kColumns = 14;
  std::string sql = std::string("INSERT INTO decisions (") + kRecord + ") VALUES ";
  for (size_t i = 1; i <= count * kColumns; ++i) {
    sql += i % kColumns == 1 ? (i == 1 ? "($" : ", ($") : ", $";
    sql += std::to_string(i);
    if (i % kColumns == 0) sql += ')';
  }
  return sql;
}

Result<LogHead> HeadOf(const Result<Rows>& rows) {
  if (!rows) return tl::unexpected(rows.error());
  if (rows->empty()) return LogHead{};
  return LogHead{NumberOf(rows->front()[0]), TextOf(rows->front()[1])};
}

}  // namespace

Result<LogHead> FindHead(Connection& connection, const std::string& district) {
  const Result<LogHead> head = HeadOf(connection.Run(
      "SELECT sequence, hash FROM decisions WHERE district = $1 ORDER BY sequence DESC LIMIT 1", {district}));
  if (!head || head->sequence > 0) return head;
  // Retention may have removed them all.
  return HeadOf(connection.Run(
      "SELECT sequence, hash FROM checkpoints WHERE district = $1 AND kind = 'pruned' ORDER BY sequence DESC LIMIT 1",
      {district}));
}

Status InsertRecords(Connection& connection, std::span<const Record> records) {
  while (!records.empty()) {
    // In powers of two, so that there are few statements to prepare.
    const size_t count = std::min(std::bit_floor(records.size()), kInsertRows);
    Row values;
    for (const Record& record : records.first(count)) AppendValues(record, values);
    if (auto done = connection.Run(InsertStatement(count), values); !done) return tl::unexpected(done.error());
    records = records.subspan(count);
  }
  return Ok();
}

Result<std::vector<Record>> SelectRecords(Connection& connection, const LogQuery& query) {
  const bool back = query.newest_first;
  const int64_t from = back && query.after_sequence == 0 ? INT64_MAX : query.after_sequence;
  const std::string order = back ? " AND sequence < $2 ORDER BY sequence DESC" : " AND sequence > $2 ORDER BY sequence";
  const auto limit = static_cast<int64_t>(std::min(query.limit, kPageRecords));
  const auto sizes = connection.Run(
      "SELECT sequence, LENGTH(request) + LENGTH(answer) FROM decisions WHERE district = $1" + order + " LIMIT $3",
      {query.district, from, limit});
  if (!sizes) return tl::unexpected(sizes.error());
  int64_t count = 0;
  int64_t bytes = 0;
  for (const Row& row : *sizes) {
    bytes += NumberOf(row[1]);
    if (count > 0 && bytes > kPageBytes) break;
    ++count;
  }
  const auto rows =
      connection.Run(std::string("SELECT ") + kRecord + " FROM decisions WHERE district = $1" + order + " LIMIT $3",
                     {query.district, from, count});
  if (!rows) return tl::unexpected(rows.error());
  std::vector<Record> records;
  for (const Row& row : *rows) records.push_back(RecordOf(row));
  return records;
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
                {"这个 Idempotency-Key 已用于另一个请求", "this Idempotency-Key stands for another request"}, key.key);
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
