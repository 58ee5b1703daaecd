#include "engine/store/schema.h"

#include <map>

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/store/log_migration.h"

namespace heng::store {
namespace {

using Event = Guard::Event;

struct Migration {
  std::vector<const char*> statements;
  std::vector<Guard> guards;
  // What no statement can do, between the guards and the last statements.
  Status (*step)(Connection&) = nullptr;
  std::vector<const char*> last_statements = {};
};

constexpr const char* kAlways = "1 = 1";

// Version 1: policies and the decision log.
const Migration& First() {
  static const Migration migration{
      {
          "CREATE TABLE blobs (digest TEXT PRIMARY KEY, bytes {blob} NOT NULL)",
          // `sources`: the digest of the manifest (bundles.h).
          "CREATE TABLE deployments (district TEXT NOT NULL, digest TEXT NOT NULL, policy TEXT NOT NULL, version TEXT NOT NULL, "
          "policy_digest TEXT NOT NULL, engine TEXT NOT NULL, parameters TEXT NOT NULL, columns TEXT NOT NULL, "
          "sources TEXT NOT NULL REFERENCES blobs(digest), PRIMARY KEY (district, digest))",
          "CREATE TABLE versions (id TEXT PRIMARY KEY, district TEXT NOT NULL, deployment TEXT NOT NULL, "
          "first_day TEXT NOT NULL, last_day TEXT, FOREIGN KEY (district, deployment) REFERENCES deployments(district, digest))",
          "CREATE INDEX versions_of_district ON versions (district, first_day)",
          "CREATE TABLE version_steps (version TEXT NOT NULL REFERENCES versions(id), state TEXT NOT NULL "
          "CHECK (state IN ('draft', 'approved', 'published', 'withdrawn')), person TEXT NOT NULL CHECK (person <> ''), "
          "time_ms {integer} NOT NULL, PRIMARY KEY (version, state))",
          "CREATE TABLE decisions (district TEXT NOT NULL, sequence {integer} NOT NULL, id TEXT NOT NULL UNIQUE, "
          "time_ms {integer} NOT NULL, deployment TEXT NOT NULL, period TEXT NOT NULL, media TEXT NOT NULL, query TEXT NOT NULL, "
          "request {blob} NOT NULL, answer {blob} NOT NULL, request_digest TEXT NOT NULL, answer_digest TEXT NOT NULL, "
          "previous TEXT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (district, sequence))",
          "CREATE TABLE signing_keys (id TEXT PRIMARY KEY, pem TEXT NOT NULL)",
          "CREATE TABLE checkpoints (district TEXT NOT NULL, sequence {integer} NOT NULL, kind TEXT NOT NULL "
          "CHECK (kind IN ('reached', 'pruned')), hash TEXT NOT NULL, time_ms {integer} NOT NULL, key_id TEXT NOT NULL, "
          "signature {blob} NOT NULL, PRIMARY KEY (district, sequence, kind))",
      },
      {
          {"blobs", Event::kUpdate, kAlways, "immutable"},
          {"blobs", Event::kDelete, kAlways, "immutable"},
          {"deployments", Event::kUpdate, kAlways, "immutable"},
          {"deployments", Event::kDelete, kAlways, "immutable"},
          {"versions", Event::kUpdate, kAlways, "immutable"},
          {"versions", Event::kDelete, kAlways, "immutable"},
          {"versions", Event::kInsert, "EXISTS (SELECT 1 FROM versions WHERE id = NEW.id)", "immutable"},
          {"version_steps", Event::kUpdate, kAlways, "immutable"},
          {"version_steps", Event::kDelete, kAlways, "immutable"},
          {"version_steps", Event::kInsert,
           "NEW.state = 'approved' AND EXISTS (SELECT 1 FROM version_steps WHERE version = NEW.version AND state = 'draft' "
           "AND person = NEW.person)",
           "same-person"},
          {"version_steps", Event::kInsert,
           "EXISTS (SELECT 1 FROM version_steps WHERE version = NEW.version AND state IN (NEW.state, 'withdrawn')) OR "
           "(NEW.state <> 'draft' AND NOT EXISTS (SELECT 1 FROM version_steps WHERE version = NEW.version AND state = 'draft')) OR "
           "(NEW.state = 'approved' AND EXISTS (SELECT 1 FROM version_steps WHERE version = NEW.version AND state = 'published')) OR "
           "(NEW.state = 'published' AND NOT EXISTS (SELECT 1 FROM version_steps WHERE version = NEW.version AND state = 'approved'))",
           "wrong-state"},
          {"version_steps", Event::kInsert,
           "NEW.state = 'published' AND EXISTS (SELECT 1 FROM versions mine JOIN deployments my_deployment "
           "ON my_deployment.district = mine.district AND my_deployment.digest = mine.deployment "
           "JOIN versions other ON other.district = mine.district AND other.first_day = mine.first_day "
           "JOIN deployments other_deployment ON other_deployment.district = other.district "
           "AND other_deployment.digest = other.deployment AND other_deployment.policy = my_deployment.policy "
           "WHERE mine.id = NEW.version AND other.id <> mine.id "
           "AND EXISTS (SELECT 1 FROM version_steps WHERE version = other.id AND state = 'published') "
           "AND NOT EXISTS (SELECT 1 FROM version_steps WHERE version = other.id AND state = 'withdrawn'))",
           "same-first-day"},
          {"decisions", Event::kUpdate, kAlways, "immutable"},
          // INSERT OR REPLACE deletes without asking the triggers, unless the connection says otherwise; this one it asks.
          {"decisions", Event::kInsert,
           "EXISTS (SELECT 1 FROM decisions WHERE district = NEW.district AND sequence = NEW.sequence) OR "
           "EXISTS (SELECT 1 FROM decisions WHERE id = NEW.id)",
           "immutable"},
          // Retention first says, under its signature, what it removes.
          {"decisions", Event::kDelete,
           "NOT EXISTS (SELECT 1 FROM checkpoints WHERE district = OLD.district AND kind = 'pruned' AND sequence >= OLD.sequence)",
           "immutable"},
          {"checkpoints", Event::kUpdate, kAlways, "immutable"},
          {"checkpoints", Event::kDelete, kAlways, "immutable"},
          {"checkpoints", Event::kInsert,
           "EXISTS (SELECT 1 FROM checkpoints WHERE district = NEW.district AND sequence = NEW.sequence AND kind = NEW.kind)",
           "immutable"},
      }};
  return migration;
}

// Version 2: settlements, idempotency keys, API keys.
const Migration& Second() {
  static const Migration migration{
      {
          "CREATE TABLE settlements (id TEXT PRIMARY KEY, district TEXT NOT NULL, policy TEXT NOT NULL, deployment TEXT NOT NULL, "
          "period TEXT NOT NULL, author TEXT NOT NULL, time_ms {integer} NOT NULL, supersedes TEXT UNIQUE REFERENCES settlements(id), "
          "inputs TEXT NOT NULL REFERENCES blobs(digest), outputs TEXT NOT NULL REFERENCES blobs(digest), digest TEXT NOT NULL)",
          "CREATE UNIQUE INDEX settlements_first ON settlements (district, policy, period) WHERE supersedes IS NULL",
          "CREATE TABLE idempotency_keys (district TEXT NOT NULL, key TEXT NOT NULL, request_digest TEXT NOT NULL, "
          "reference TEXT NOT NULL, answer {blob} NOT NULL, time_ms {integer} NOT NULL, PRIMARY KEY (district, key))",
          "CREATE INDEX idempotency_keys_by_time ON idempotency_keys (time_ms)",
          "CREATE TABLE api_keys (id TEXT PRIMARY KEY, name TEXT NOT NULL, author TEXT NOT NULL, salt TEXT NOT NULL, "
          "hash TEXT NOT NULL, created_ms {integer} NOT NULL, expires_ms {integer})",
          "CREATE TABLE api_key_roles (key TEXT NOT NULL REFERENCES api_keys(id), district TEXT NOT NULL, role TEXT NOT NULL, "
          "PRIMARY KEY (key, district, role))",
          "CREATE TABLE api_key_revocations (key TEXT PRIMARY KEY REFERENCES api_keys(id), person TEXT NOT NULL, "
          "time_ms {integer} NOT NULL)",
      },
      {
          {"settlements", Event::kUpdate, kAlways, "immutable"},
          {"settlements", Event::kDelete, kAlways, "immutable"},
          {"settlements", Event::kInsert, "EXISTS (SELECT 1 FROM settlements WHERE id = NEW.id)", "immutable"},
          {"settlements", Event::kInsert,
           "NEW.supersedes IS NULL AND EXISTS (SELECT 1 FROM settlements WHERE district = NEW.district AND policy = NEW.policy "
           "AND period = NEW.period)",
           "already-settled"},
          {"settlements", Event::kInsert, "EXISTS (SELECT 1 FROM settlements WHERE supersedes = NEW.supersedes)",
           "already-superseded"},
          {"settlements", Event::kInsert,
           "NEW.supersedes IS NOT NULL AND NOT EXISTS (SELECT 1 FROM settlements WHERE id = NEW.supersedes "
           "AND district = NEW.district AND policy = NEW.policy AND period = NEW.period)",
           "other-period"},
          {"idempotency_keys", Event::kUpdate, kAlways, "immutable"},
          {"api_keys", Event::kUpdate, kAlways, "immutable"},
          {"api_keys", Event::kDelete, kAlways, "immutable"},
          {"api_keys", Event::kInsert, "EXISTS (SELECT 1 FROM api_keys WHERE id = NEW.id)", "immutable"},
          {"api_key_roles", Event::kUpdate, kAlways, "immutable"},
          {"api_key_roles", Event::kDelete, kAlways, "immutable"},
          {"api_key_revocations", Event::kUpdate, kAlways, "immutable"},
          {"api_key_revocations", Event::kDelete, kAlways, "immutable"},
      }};
  return migration;
}

// Version 3: the log in groups of records.
const Migration& Third() {
  static const Migration migration{
      {
          "CREATE TABLE log_groups (district TEXT NOT NULL, first_sequence {integer} NOT NULL, last_sequence {integer} NOT NULL, "
          "min_time_ms {integer} NOT NULL, max_time_ms {integer} NOT NULL, id_prefix {ordered} NOT NULL, min_id {ordered} NOT NULL, "
          "max_id {ordered} NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL, ids {blob} NOT NULL, records {blob} NOT NULL, "
          "PRIMARY KEY (district, last_sequence))",
          "CREATE INDEX log_groups_by_id ON log_groups (id_prefix, max_id, min_id)",
      },
      {
          {"log_groups", Event::kUpdate, kAlways, "immutable"},
          {"log_groups", Event::kInsert,
           "EXISTS (SELECT 1 FROM log_groups WHERE district = NEW.district AND last_sequence >= NEW.first_sequence)",
           "immutable"},
          // Retention first says, under its signature, what it removes.
          {"log_groups", Event::kDelete,
           "NOT EXISTS (SELECT 1 FROM checkpoints WHERE district = OLD.district AND kind = 'pruned' AND sequence >= OLD.last_sequence)",
           "immutable"},
      },
      &GroupDecisions,
      {"DROP TABLE decisions"}};
  return migration;
}

// Version 4: the records of a group are packed (packing.h), and this is how many bytes they are; NULL in rows from before.
const Migration& Fourth() {
  static const Migration migration{{"ALTER TABLE log_groups ADD COLUMN record_bytes {integer}"}, {}};
  return migration;
}

const std::vector<Migration>& Migrations() {
  static const std::vector<Migration> migrations = {First(), Second(), Third(), Fourth()};
  return migrations;
}

// 0 without a schema.
Result<int> VersionOf(Connection& connection) {
  const Result<bool> has = connection.Has("schema_versions");
  if (!has) return tl::unexpected(has.error());
  if (!*has) return 0;
  const auto rows = connection.Run("SELECT COALESCE(MAX(version), 0) FROM schema_versions");
  if (!rows) return tl::unexpected(rows.error());
  return static_cast<int>(std::get<int64_t>(rows->front().front()));
}

tl::unexpected<Error> TooNew(int found) {
  return Fail(ErrorKind::kFindings, "store-too-new",
              {fmt::format("存储的结构是第 {} 版，这个程序只认识到第 {} 版：请升级 heng", found, SchemaVersion()),
               fmt::format("the store's schema is version {}, this program knows up to {}: upgrade heng", found,
                           SchemaVersion())});
}

Status RunAll(Connection& connection, const std::vector<std::string>& statements) {
  for (const std::string& sql : statements) {
    const auto done = connection.Run(sql);
    if (!done) return tl::unexpected(done.error());
  }
  return Ok();
}

Status Apply(Connection& connection, const Migration& migration, int version) {
  std::vector<std::string> statements;
  for (const char* sql : migration.statements) statements.push_back(connection.Types(sql));
  for (const Guard& guard : migration.guards) {
    for (std::string& sql : connection.Render(guard)) statements.push_back(std::move(sql));
  }
  if (auto done = RunAll(connection, statements); !done) return done;
  if (migration.step != nullptr) {
    if (auto done = migration.step(connection); !done) return done;
  }
  statements.assign(migration.last_statements.begin(), migration.last_statements.end());
  statements.push_back(fmt::format("INSERT INTO schema_versions (version) VALUES ({})", version));
  return RunAll(connection, statements);
}

Result<int> MigrateInside(Connection& connection, int version) {
  const Result<int> found = VersionOf(connection);
  if (!found) return found;
  if (*found > SchemaVersion()) return TooNew(*found);
  if (*found == 0) {
    const auto made = connection.Run("CREATE TABLE IF NOT EXISTS schema_versions (version INTEGER PRIMARY KEY)");
    if (!made) return tl::unexpected(made.error());
  }
  for (int next = *found + 1; next <= version; ++next) {
    if (auto applied = Apply(connection, Migrations()[static_cast<size_t>(next) - 1], next); !applied)
      return tl::unexpected(applied.error());
  }
  return found;
}

struct GuardMessage {
  std::string_view code;
  Bilingual message;
};

const std::vector<GuardMessage>& GuardMessages() {
  static const std::vector<GuardMessage> messages = {
      {"immutable", {"已存的记录不能改动、替换或删除", "what is recorded cannot be altered, replaced or deleted"}},
      {"same-person",
       {"起草人不能批准自己的草案，须由另一人批准", "a draft is approved by somebody else than its author"}},
      {"wrong-state",
       {"这一步不能接在它现在的状态之后：草案 → 批准 → 发布；撤回之后不再变动",
        "this does not follow from the state it is in: draft → approved → published; nothing follows a withdrawal"}},
      {"already-settled",
       {"这一期已有结算，更正时须写明它替代哪一次结算",
        "the period is settled already: a correction names the settlement that it supersedes"}},
      {"already-superseded",
       {"那次结算已被另一次替代，请替代最新的一次", "that settlement is superseded already: supersede the latest one"}},
      {"other-period",
       {"被替代的结算不存在，或不属于同一辖区、政策和期间",
        "what is to be superseded does not exist or is of another district, policy or period"}},
      {"same-first-day",
       {"同一政策已有一个同日起施行的已发布版本，请先撤回它",
        "another published version of the policy begins on the same day: withdraw it first"}},
  };
  return messages;
}

}  // namespace

int SchemaVersion() { return static_cast<int>(Migrations().size()); }

Result<int> Migrate(Connection& connection, int version) {
  if (auto begun = connection.Begin(true); !begun) return tl::unexpected(begun.error());
  const Result<int> found = MigrateInside(connection, version);
  if (!found) {
    connection.Rollback();
    return found;
  }
  if (auto committed = connection.Commit(); !committed) return tl::unexpected(committed.error());
  return found;
}

Status NeedCurrent(Connection& connection) {
  const Result<int> found = VersionOf(connection);
  if (!found) return tl::unexpected(found.error());
  if (*found > SchemaVersion()) return TooNew(*found);
  if (*found == SchemaVersion()) return Ok();
  if (*found == 0) {
    return Fail(ErrorKind::kEnvironment, "no-such-store",
                {"这个数据库里没有 heng 的存储", "there is no store of Heng in this database"}, connection.name());
  }
  return Fail(
      ErrorKind::kFindings, "store-too-old",
      {fmt::format("存储的结构是第 {} 版，这个程序要第 {} 版：先备份，再用会写入的命令（如 heng serve）打开一次来升级",
                   *found, SchemaVersion()),
       fmt::format("the store's schema is version {}, this program reads version {}: back it up, then open it once "
                   "with what writes (as heng serve) to upgrade it",
                   *found, SchemaVersion())},
      connection.name());
}

std::vector<std::string> MigrationTexts() {
  std::vector<std::string> texts;
  for (const Migration& migration : Migrations()) {
    std::string text;
    for (const char* sql : migration.statements) text += fmt::format("{};\n", sql);
    for (const Guard& guard : migration.guards)
      text += fmt::format("{} {} {} {}\n", guard.table, static_cast<int>(guard.event), guard.condition, guard.code);
    for (const char* sql : migration.last_statements) text += fmt::format("{};\n", sql);
    texts.push_back(std::move(text));
  }
  return texts;
}

std::optional<Error> GuardError(std::string_view raised) {
  constexpr std::string_view kMark = "heng:";
  const size_t at = raised.find(kMark);
  if (at == std::string_view::npos) return std::nullopt;
  raised.remove_prefix(at + kMark.size());
  for (const GuardMessage& message : GuardMessages()) {
    if (raised.starts_with(message.code))
      return Error{ErrorKind::kFindings, std::string(message.code), message.message, ""};
  }
  return std::nullopt;
}

tl::unexpected<Error> StoreFailure(const std::string& code, const std::string& why) {
  static const std::map<std::string, Bilingual> messages = {
      {"store-unavailable", {"存储现在连不上或打不开", "the store cannot be reached or opened now"}},
      {"store-full", {"存储已满，什么也没有记下", "the store is full, nothing was recorded"}},
      {"store-corrupt", {"存储的文件已损坏", "the store's file is damaged"}},
      {"store-conflict", {"与存储里已有的记录冲突", "it conflicts with what the store holds"}},
      {"store-in-doubt",
       {"提交时与存储的连接中断，可能已经记下，也可能没有",
        "the connection to the store broke during the commit: it may have been recorded, or not"}}};
  const auto found = messages.find(code);
  const Bilingual& message = found == messages.end() ? Bilingual{"存储出错", "the store failed"} : found->second;
  const ErrorKind kind = code == "store-conflict" ? ErrorKind::kFindings : ErrorKind::kEnvironment;
  // Libraries write several lines.
  std::string words = Replace(std::string(Trim(why)), "\n", " ");
  return Fail(kind, code, message, Replace(std::move(words), "\t", " "));
}

std::string Replace(std::string text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

}  // namespace heng::store
