// Store's API keys.
#include <algorithm>

#include <fmt/format.h>

#include "engine/store/log_rows.h"
#include "engine/store/parts.h"
#include "engine/store/person_name.h"

namespace heng::store {
namespace {

Result<std::vector<KeyRing::Entry>> SelectKeys(Connection& connection) {
  const auto rows = connection.Run(
      "SELECT k.id, k.name, k.author, k.salt, k.hash, k.created_ms, k.expires_ms, r.time_ms FROM api_keys k "
      "LEFT JOIN api_key_revocations r ON r.key = k.id ORDER BY k.created_ms, k.id");
  if (!rows) return tl::unexpected(rows.error());
  const auto roles = connection.Run("SELECT key, district, role FROM api_key_roles");
  if (!roles) return tl::unexpected(roles.error());
  std::map<std::string, Grants> grants;
  for (const Row& row : *roles) {
    if (const auto role = RoleNamed(TextOf(row[2]))) grants[TextOf(row[0])][TextOf(row[1])].insert(*role);
  }
  std::vector<KeyRing::Entry> entries;
  for (const Row& row : *rows) {
    const std::string& id = TextOf(row[0]);
    entries.push_back({{id, TextOf(row[1]), grants[id], TextOf(row[2]), NumberOf(row[5]), MaybeNumberOf(row[6]),
                        MaybeNumberOf(row[7])},
                       TextOf(row[3]),
                       TextOf(row[4])});
  }
  return entries;
}

Status Insert(Connection& connection, const KeyRing::Entry& entry) {
  const KeyInfo& info = entry.info;
  auto done = connection.Run(
      "INSERT INTO api_keys (id, name, author, salt, hash, created_ms, expires_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)",
      {info.id, info.name, info.author, entry.salt, entry.hash, info.created_ms, OrNull(info.expires_ms)});
  for (const auto& [district, roles] : info.grants) {
    for (const Role role : roles) {
      if (!done) return tl::unexpected(done.error());
      done = connection.Run("INSERT INTO api_key_roles (key, district, role) VALUES ($1, $2, $3)",
                            {info.id, district, std::string(NameOf(role))});
    }
  }
  if (!done) return tl::unexpected(done.error());
  return Ok();
}

}  // namespace

Result<IssuedKey> Store::IssueKey(const NewKey& key) {
  const bool grants =
      std::any_of(key.grants.begin(), key.grants.end(), [](const auto& one) { return !one.second.empty(); });
  for (const std::string& name : {key.name, key.author}) {
    if (auto good = CheckName(name); !good) return tl::unexpected(good.error());
  }
  if (!grants) {
    return Fail(ErrorKind::kUsage, "bad-key",
                {"密钥至少要有一个辖区的一个角色", "a key has a role in at least one district"});
  }
  KeyRing::Made made = KeyRing::Make(key, parts_->options.now_ms());
  const Status kept = parts_->writer.Write([&](Connection& connection) { return Insert(connection, made.entry); });
  if (!kept) return tl::unexpected(kept.error());
  return IssuedKey{std::move(made.entry.info), std::move(made.text)};
}

Status Store::RevokeKey(const std::string& id, const std::string& person) {
  if (auto good = CheckName(person); !good) return good;
  return parts_->writer.Write([&](Connection& connection) -> Status {
    const auto rows = connection.Run("SELECT 1 FROM api_keys WHERE id = $1", {id});
    if (!rows) return tl::unexpected(rows.error());
    if (rows->empty()) {
      return Fail(ErrorKind::kFindings, "unknown-key",
                  {fmt::format("没有密钥“{}”", id), fmt::format("there is no key '{}'", id)}, id);
    }
    const auto done = connection.Run(
        "INSERT INTO api_key_revocations (key, person, time_ms) VALUES ($1, $2, $3) ON CONFLICT (key) DO NOTHING",
        {id, person, parts_->options.now_ms()});
    if (!done) return tl::unexpected(done.error());
    return Ok();
  });
}

Result<std::vector<KeyInfo>> Store::Keys() {
  return parts_->reader.Read([](Connection& connection) -> Result<std::vector<KeyInfo>> {
    const auto entries = SelectKeys(connection);
    if (!entries) return tl::unexpected(entries.error());
    std::vector<KeyInfo> out;
    for (const KeyRing::Entry& entry : *entries) out.push_back(entry.info);
    return out;
  });
}

Result<KeyRing> Store::LoadKeyRing() {
  return parts_->reader.Read([](Connection& connection) -> Result<KeyRing> {
    auto entries = SelectKeys(connection);
    if (!entries) return tl::unexpected(entries.error());
    return KeyRing(std::move(*entries));
  });
}

}  // namespace heng::store
