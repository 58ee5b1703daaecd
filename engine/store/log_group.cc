#include "engine/store/log_group.h"

#include <algorithm>
#include <charconv>

#include "engine/store/chain.h"
#include "engine/store/pairs.h"

namespace heng::store {
namespace {

// Of ten letters of time the first seven: 2^15 milliseconds.
constexpr size_t kPrefix = 7;
// A row holds no more than this, if it holds more than one record: a decision is found by reading the whole row.
constexpr size_t kGroupBytes = size_t{256} << 10;
constexpr int64_t kGroupRecords = 1 << 16;

// What a record says of itself where that is not what it must be.
struct Exceptions {
  std::string_view request_digest;
  std::string_view answer_digest;
  std::string_view previous;
};

void Put(LogGroup& group, const DecisionView& decision, const Link& link, const Exceptions& exceptions) {
  const bool begins = group.empty();
  if (begins) {
    group.district = decision.district;
    group.first = link.sequence;
    group.previous = link.previous;
    group.id_prefix = IdPrefix(decision.id);
  }
  group.last = link.sequence;
  group.hash = link.hash;
  group.min_time_ms = begins ? decision.time_ms : std::min(group.min_time_ms, decision.time_ms);
  group.max_time_ms = begins ? decision.time_ms : std::max(group.max_time_ms, decision.time_ms);
  if (begins || decision.id < group.min_id) group.min_id = decision.id;
  if (begins || decision.id > group.max_id) group.max_id = decision.id;
  PutSized(group.ids, decision.id);
  std::string& out = group.records;
  PutSized(out, std::to_string(decision.time_ms));
  PutSized(out, decision.deployment);
  PutSized(out, decision.period);
  PutSized(out, decision.media);
  PutSized(out, decision.query);
  PutSized(out, decision.request);
  PutSized(out, decision.answer);
  PutSized(out, link.hash);
  PutSized(out, exceptions.request_digest);
  PutSized(out, exceptions.answer_digest);
  PutSized(out, exceptions.previous);
}

// Takes the next record from the front of both. False: it cannot be read.
bool Take(std::string_view& ids, std::string_view& records, const std::string& previous, Record& record) {
  Decision& decision = record.decision;
  std::string time;
  std::string query;
  for (std::string* field :
       {&time, &decision.deployment, &decision.period, &decision.media, &query, &decision.request, &decision.answer,
        &record.hash, &record.request_digest, &record.answer_digest, &record.previous}) {
    if (!TakeSized(records, *field)) return false;
  }
  if (!TakeSized(ids, decision.id)) return false;
  const auto [end, error] = std::from_chars(time.data(), time.data() + time.size(), decision.time_ms);
  if (error != std::errc() || end != time.data() + time.size()) return false;
  // A query that cannot be read was altered; it does not get the hash that it would need.
  if (const auto pairs = ReadPairs(query)) {
    decision.query = {pairs->begin(), pairs->end()};
  } else {
    decision.query = {{"?", query}};
  }
  if (record.previous.empty()) record.previous = previous;
  const auto kind = DigestKindOf(record.hash);
  if (kind && record.request_digest.empty()) record.request_digest = Digest(*kind, decision.request);
  if (kind && record.answer_digest.empty()) record.answer_digest = Digest(*kind, decision.answer);
  return true;
}

// Whether the members that are there for the database say what the records say.
bool Agrees(const LogGroup& group, const std::vector<Record>& records) {
  const auto by_time = [](const Record& a, const Record& b) { return a.decision.time_ms < b.decision.time_ms; };
  const auto by_id = [](const Record& a, const Record& b) { return a.decision.id < b.decision.id; };
  const auto [first, last] = std::minmax_element(records.begin(), records.end(), by_time);
  const auto [least, greatest] = std::minmax_element(records.begin(), records.end(), by_id);
  return group.min_time_ms == first->decision.time_ms && group.max_time_ms == last->decision.time_ms &&
         group.min_id == least->decision.id && group.max_id == greatest->decision.id &&
         group.id_prefix == IdPrefix(group.min_id) && group.id_prefix == IdPrefix(group.max_id);
}

}  // namespace

bool LogGroup::Takes(const DecisionView& decision, int64_t sequence) const {
  if (empty()) return true;
  return decision.district == district && sequence == last + 1 && sequence - first < kGroupRecords &&
         id_prefix == IdPrefix(decision.id) &&
         records.size() + decision.request.size() + decision.answer.size() <= kGroupBytes;
}

void LogGroup::Append(const DecisionView& decision, const Link& link) { Put(*this, decision, link, {}); }

void LogGroup::AppendAsWritten(const Record& record) {
  const auto kind = DigestKindOf(record.hash);
  const auto exception = [](bool right, const std::string& text) -> std::string_view {
    return right ? "" : text.empty() ? "?" : std::string_view(text);
  };
  const auto of = [&](const std::string& digest, const std::string& bytes) {
    return exception(kind && digest == Digest(*kind, bytes), digest);
  };
  Put(*this, ViewOf(record.decision, WriteQuery(record.decision.query)), record,
      {of(record.request_digest, record.decision.request), of(record.answer_digest, record.decision.answer),
       exception(empty() || record.previous == hash, record.previous)});
}

std::string IdPrefix(std::string_view id) { return std::string(id.substr(0, kPrefix)); }

std::vector<std::string_view> IdsOf(std::string_view ids) {
  std::vector<std::string_view> out;
  for (std::string_view id; TakeSized(ids, id);) out.push_back(id);
  return out;
}

std::vector<Record> RecordsOf(const LogGroup& group) {
  const bool sensible = group.first >= 1 && group.last >= group.first && group.last - group.first < kGroupRecords;
  const int64_t first = sensible ? group.first : group.last;
  std::vector<Record> out;
  std::string_view ids = group.ids;
  std::string_view records = group.records;
  std::string previous = group.previous;
  bool readable = sensible;
  const int64_t count = group.last - first + 1;
  for (int64_t i = 0; i < count; ++i) {
    Record record;
    readable = readable && Take(ids, records, previous, record);
    if (!readable) record = {};
    record.sequence = first + i;
    record.decision.district = group.district;
    previous = record.hash;
    out.push_back(std::move(record));
  }
  if (!readable || !ids.empty() || !records.empty() || out.back().hash != group.hash) out.back().hash.clear();
  if (readable && !Agrees(group, out)) out.front().hash.clear();
  return out;
}

}  // namespace heng::store
