// Store's settlements.
#include <fmt/format.h>

#include "engine/data/ulid.h"
#include "engine/store/bundles.h"
#include "engine/store/log_rows.h"
#include "engine/store/pairs.h"
#include "engine/store/parts.h"

namespace heng::store {
namespace {

constexpr const char* kSelect =
    "SELECT id, policy, deployment, period, author, time_ms, supersedes, inputs, outputs, digest FROM settlements "
    "WHERE district = $1";

std::string DigestOf(const Settlement& settlement, const std::string& inputs, const std::string& outputs,
                     DigestKind kind) {
  return Digest(kind, "heng settlement 1\n" + WritePairs(Pairs{{"id", settlement.id},
                                                               {"district", settlement.district},
                                                               {"policy", settlement.policy},
                                                               {"deployment", settlement.deployment},
                                                               {"period", settlement.period.ToString()},
                                                               {"author", settlement.author},
                                                               {"time", std::to_string(settlement.time_ms)},
                                                               {"supersedes", settlement.supersedes},
                                                               {"inputs", inputs},
                                                               {"outputs", outputs}}));
}

Status Insert(Connection& connection, const Settlement& settlement, const std::string& inputs,
              const std::string& outputs) {
  const Value supersedes = settlement.supersedes.empty() ? Value(std::monostate{}) : Value(settlement.supersedes);
  const auto done = connection.Run(
      "INSERT INTO settlements (id, district, policy, deployment, period, author, time_ms, supersedes, inputs, outputs, digest) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
      {settlement.id, settlement.district, settlement.policy, settlement.deployment, settlement.period.ToString(),
       settlement.author, settlement.time_ms, supersedes, inputs, outputs, settlement.digest});
  if (!done) return tl::unexpected(done.error());
  return Ok();
}

Result<Settlement> Read(const Row& row, const std::string& district) {
  const auto period = ParsePeriod(TextOf(row[3]));
  Settlement settlement{TextOf(row[0]),
                        district,
                        TextOf(row[1]),
                        TextOf(row[2]),
                        period.value_or(Period{}),
                        TextOf(row[4]),
                        NumberOf(row[5]),
                        TextOf(row[6]),
                        {},
                        {},
                        TextOf(row[9])};
  const auto kind = DigestKindOf(settlement.digest);
  if (!period || !kind || settlement.digest != DigestOf(settlement, TextOf(row[7]), TextOf(row[8]), *kind))
    return StoreCorrupt();
  return settlement;
}

Result<Settlement> ReadWhole(Connection& connection, const Row& row, const std::string& district) {
  auto settlement = Read(row, district);
  if (!settlement) return settlement;
  auto inputs = GetBundle(connection, TextOf(row[7]));
  if (!inputs) return tl::unexpected(inputs.error());
  auto outputs = GetBundle(connection, TextOf(row[8]));
  if (!outputs) return tl::unexpected(outputs.error());
  settlement->inputs = std::move(*inputs);
  settlement->outputs = std::move(*outputs);
  return settlement;
}

}  // namespace

Result<Store::Added> Store::AddSettlement(Settlement settlement, const std::optional<IdempotencyKey>& key,
                                          const AnswerOf& answer) {
  const DigestKind kind = parts_->options.digest;
  return parts_->writer.Write([&](Connection& connection) -> Result<Added> {
    if (key) {
      auto earlier = store::FindAnswer(connection, settlement.district, *key);
      if (!earlier) return tl::unexpected(earlier.error());
      if (*earlier) return Added{std::move(settlement), std::move(*earlier)};
    }
    settlement.time_ms = parts_->options.now_ms();
    if (settlement.id.empty()) settlement.id = data::NewUlid(static_cast<uint64_t>(settlement.time_ms));
    const auto inputs = PutBundle(connection, settlement.inputs, kind);
    if (!inputs) return tl::unexpected(inputs.error());
    const auto outputs = PutBundle(connection, settlement.outputs, kind);
    if (!outputs) return tl::unexpected(outputs.error());
    settlement.digest = DigestOf(settlement, *inputs, *outputs, kind);
    Status done = Insert(connection, settlement, *inputs, *outputs);
    if (done && key) {
      const std::string text = answer ? answer(settlement) : "";
      done = InsertAnswer(connection, settlement.district, *key, {settlement.id, text}, settlement.time_ms);
    }
    if (!done) return tl::unexpected(done.error());
    return Added{std::move(settlement), std::nullopt};
  });
}

Result<Settlement> Store::FindSettlement(const std::string& district, const std::string& id) {
  return parts_->reader.Read([&](Connection& connection) -> Result<Settlement> {
    const auto rows = connection.Run(std::string(kSelect) + " AND id = $2", {district, id});
    if (!rows) return tl::unexpected(rows.error());
    if (!rows->empty()) return ReadWhole(connection, rows->front(), district);
    return Fail(ErrorKind::kFindings, "unknown-settlement",
                {fmt::format("没有结算“{}”", id), fmt::format("there is no settlement '{}'", id)}, id);
  });
}

Result<std::optional<Settlement>> Store::CurrentSettlement(const std::string& district, const std::string& policy,
                                                           Period period) {
  return parts_->reader.Read([&](Connection& connection) -> Result<std::optional<Settlement>> {
    const auto rows = connection.Run(std::string(kSelect) +
                                         " AND policy = $2 AND period = $3 AND NOT EXISTS "
                                         "(SELECT 1 FROM settlements later WHERE later.supersedes = settlements.id)",
                                     {district, policy, period.ToString()});
    if (!rows) return tl::unexpected(rows.error());
    if (rows->empty()) return std::nullopt;
    auto settlement = ReadWhole(connection, rows->front(), district);
    if (!settlement) return tl::unexpected(settlement.error());
    return std::move(*settlement);
  });
}

Result<std::vector<Settlement>> Store::Settlements(const std::string& district, const std::string& policy) {
  return parts_->reader.Read([&](Connection& connection) -> Result<std::vector<Settlement>> {
    Row parameters = {district};
    if (!policy.empty()) parameters.emplace_back(policy);
    const char* of_policy = policy.empty() ? "" : " AND policy = $2";
    const auto rows = connection.Run(std::string(kSelect) + of_policy + " ORDER BY time_ms DESC, id DESC", parameters);
    if (!rows) return tl::unexpected(rows.error());
    std::vector<Settlement> out;
    for (const Row& row : *rows) {
      auto settlement = Read(row, district);
      if (!settlement) return tl::unexpected(settlement.error());
      out.push_back(std::move(*settlement));
    }
    return out;
  });
}

}  // namespace heng::store
