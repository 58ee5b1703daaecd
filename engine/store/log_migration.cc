#include "engine/store/log_migration.h"

#include "engine/store/log_rows.h"
#include "engine/store/pairs.h"

namespace heng::store {
namespace {

// So few rows at once that large ones fit into memory.
constexpr int64_t kRows = 64;

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

Status GroupDistrict(Connection& connection, const std::string& district) {
  LogGroup group;
  int64_t after = INT64_MIN;
  while (true) {
    const auto rows = connection.Run(
        "SELECT district, sequence, id, time_ms, deployment, period, media, query, request, answer, request_digest, answer_digest, "
        "previous, hash FROM decisions WHERE district = $1 AND sequence > $2 ORDER BY sequence LIMIT $3",
        {district, after, kRows});
    if (!rows) return tl::unexpected(rows.error());
    if (rows->empty()) break;
    for (const Row& row : *rows) {
      const Record record = RecordOf(row);
      if (!group.Takes(ViewOf(record.decision, ""), record.sequence)) {
        if (auto done = InsertGroupOfVersion3(connection, std::move(group)); !done) return done;
        group = {};
      }
      group.AppendAsWritten(record);
      after = record.sequence;
    }
  }
  return group.empty() ? Ok() : InsertGroupOfVersion3(connection, std::move(group));
}

}  // namespace

Status GroupDecisions(Connection& connection) {
  const auto districts = connection.Run("SELECT DISTINCT district FROM decisions ORDER BY district");
  if (!districts) return tl::unexpected(districts.error());
  for (const Row& row : *districts) {
    if (auto done = GroupDistrict(connection, TextOf(row[0])); !done) return done;
  }
  return Ok();
}

}  // namespace heng::store
