// The decision log for auditors: what was decided, as it was asked and answered; and whether it would be again.
#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/replay/replay.h"
#include "server/handlers.h"
#include "server/json_response.h"

namespace heng::server {
namespace {

using Json = nlohmann::ordered_json;

tl::expected<int64_t, Problem> ReadNumber(const Call& call, const std::string& name, int64_t otherwise, int64_t low,
                                          int64_t high) {
  const auto found = call.query.find(name);
  if (found == call.query.end()) return otherwise;
  const std::string& text = found->second;
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size() && value >= low && value <= high) return value;
  return Refuse(400, "bad-query",
                {fmt::format("查询参数“{}”应当是 {} 至 {} 的整数", name, low, high),
                 fmt::format("the query parameter '{}' must be a whole number from {} to {}", name, low, high)},
                name);
}

Json Brief(const store::Record& record) {
  const store::Decision& decision = record.decision;
  return {
      {"sequence", record.sequence},           {"decision", decision.id},     {"time_ms", decision.time_ms},
      {"deployment", decision.deployment},     {"period", decision.period},   {"request_digest", record.request_digest},
      {"answer_digest", record.answer_digest}, {"previous", record.previous}, {"hash", record.hash}};
}

tl::expected<store::Record, Problem> FindRecord(const Call& call) {
  const auto store = NeedStore(call);
  if (!store) return tl::unexpected(store.error());
  auto record = (*store)->FindDecision(call.captures[0], call.captures[1]);
  if (!record) return tl::unexpected(ProblemOf(record.error()));
  return std::move(*record);
}

}  // namespace

Outcome ListDecisions(const Call& call) {
  const auto store = NeedStore(call);
  if (!store) return tl::unexpected(store.error());
  constexpr int64_t kUsual = 100;
  constexpr int64_t kMost = 1000;
  const auto after = ReadNumber(call, "after", 0, 0, INT64_MAX);
  if (!after) return tl::unexpected(after.error());
  const auto limit = ReadNumber(call, "limit", kUsual, 1, kMost);
  if (!limit) return tl::unexpected(limit.error());
  const auto newest = ReadFlag(call, "newest");
  if (!newest) return tl::unexpected(newest.error());
  const auto records = (*store)->Records({call.captures[0], *after, static_cast<size_t>(*limit), *newest});
  if (!records) return tl::unexpected(ProblemOf(records.error()));
  Json out = Json::array();
  for (const store::Record& record : *records) out.push_back(Brief(record));
  Json body = {{"decisions", std::move(out)}};
  // A page ends early where records are large; the next one begins behind it.
  if (!records->empty()) body["next"] = records->back().sequence;
  return FreshJson(body);
}

Outcome ShowDecision(const Call& call) {
  const auto record = FindRecord(call);
  if (!record) return tl::unexpected(record.error());
  Json body = Brief(*record);
  body["media"] = record->decision.media;
  body["query"] = record->decision.query;
  body["request"] = record->decision.request;
  body["answer"] = record->decision.answer;
  return FreshJson(body);
}

Outcome ReplayDecision(const Call& call) {
  const auto record = FindRecord(call);
  if (!record) return tl::unexpected(record.error());
  const auto replayed = replay::Replay(*call.service.store, *record);
  if (!replayed) return tl::unexpected(ProblemOf(replayed.error()));
  Json body = {{"decision", record->decision.id},
               {"deployment", record->decision.deployment},
               {"identical", replayed->same},
               {"other_engine", replayed->other_engine}};
  if (replayed->refused) {
    body["problem"] = replayed->refused->code;
  } else if (!replayed->same) {
    body["answer"] = replayed->answer;
  }
  return FreshJson(body);
}

}  // namespace heng::server
