// The PostgreSQL dialect. The only place that knows libpqxx.
#include <memory>
#include <unordered_map>

#include <pqxx/pqxx>

#include <fmt/format.h>

#include "engine/store/database.h"

namespace heng::store {
namespace {

// Of pg_type.
constexpr pqxx::oid kBytea = 17;
constexpr pqxx::oid kInt8 = 20;
constexpr pqxx::oid kInt4 = 23;
// One writer at a time: the advisory lock that every writing transaction of Heng takes.
constexpr const char* kBeginWrite = "BEGIN; SELECT pg_advisory_xact_lock(7308895160)";
constexpr const char* kBeginRead = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

std::string Hex(const std::string& bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out = "\\x";
  out.reserve(2 + 2 * bytes.size());
  for (const char c : bytes) {
    out += kDigits[static_cast<unsigned char>(c) >> 4U];
    out += kDigits[static_cast<unsigned char>(c) & 15U];
  }
  return out;
}

class PostgresConnection : public Connection {
 public:
  PostgresConnection(const std::string& url, bool read_only) : connection_(url), session_(connection_) {
    session_.exec("SET synchronous_commit = on; SET client_min_messages = warning; SET bytea_output = hex");
    // The folder of a socket is no host.
    const char* host = connection_.hostname();
    name_ = fmt::format("postgresql://{}/{}", host == nullptr || *host == '/' ? "" : host, connection_.dbname());
    if (read_only) session_.exec("SET default_transaction_read_only = on");
  }

  Result<Rows> Run(const std::string& sql, const Row& parameters) override {
    return Guarded([&]() -> Result<Rows> { return Take(Execute(sql, parameters)); });
  }

  Status Begin(bool write) override { return Do(write ? kBeginWrite : kBeginRead); }

  Status Commit() override {
    const Status committed = Do("COMMIT");
    if (committed || usable_) return committed;
    return StoreFailure("store-in-doubt", committed.error().at);
  }

  void Rollback() override {
    if (usable_) (void)Do("ROLLBACK");
  }

  bool usable() const override { return usable_; }

  std::string name() const override { return name_; }

  Result<bool> Has(const std::string& table) override {
    const auto rows = Run("SELECT CASE WHEN to_regclass($1) IS NULL THEN 0 ELSE 1 END", {table});
    if (!rows) return tl::unexpected(rows.error());
    return std::get<int64_t>(rows->front().front()) == 1;
  }

  std::string Types(std::string sql) const override {
    sql = Replace(Replace(std::move(sql), "{blob}", "bytea"), "{integer}", "bigint");
    // Compared byte by byte, whatever the database's language is.
    return Replace(std::move(sql), "{ordered}", "text COLLATE \"C\"");
  }

  std::vector<std::string> Render(const Guard& guard) const override {
    static constexpr const char* kEvents[] = {"INSERT", "UPDATE", "DELETE"};
    const char* event = kEvents[static_cast<size_t>(guard.event)];
    const std::string name = fmt::format("{}-{}-{}", guard.table, event, guard.code);
    const char* row = guard.event == Guard::Event::kDelete ? "OLD" : "NEW";
    std::vector<std::string> out = {
        fmt::format(
            "CREATE FUNCTION \"{0}\"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {1} THEN RAISE EXCEPTION "
            "'heng:{2}'; END IF; RETURN {3}; END $$",
            name, guard.condition, guard.code, row),
        fmt::format("CREATE TRIGGER \"{0}\" BEFORE {1} ON {2} FOR EACH ROW EXECUTE FUNCTION \"{0}\"()", name, event,
                    guard.table)};
    if (guard.event != Guard::Event::kDelete) return out;
    // TRUNCATE fires no trigger of a row.
    out.push_back(
        fmt::format("CREATE FUNCTION \"{0}-TRUNCATE\"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
                    "'heng:{1}'; END $$",
                    guard.table, guard.code));
    out.push_back(
        fmt::format("CREATE TRIGGER \"{0}-TRUNCATE\" BEFORE TRUNCATE ON {0} FOR EACH STATEMENT EXECUTE FUNCTION "
                    "\"{0}-TRUNCATE\"()",
                    guard.table));
    return out;
  }

 private:
  // Wraps what the library throws.
  template <typename Body>
  auto Guarded(const Body& body) -> decltype(body()) {
    try {
      return body();
    } catch (const pqxx::broken_connection& error) {
      usable_ = false;
      return StoreFailure("store-unavailable", error.what());
    } catch (const pqxx::sql_error& error) {
      if (auto guard = GuardError(error.what())) return tl::unexpected(std::move(*guard));
      const std::string state = error.sqlstate();
      if (state == "53100") return StoreFailure("store-full", error.what());
      if (state.starts_with("23")) return StoreFailure("store-conflict", error.what());
      // The server is shutting down, or refuses connections; a new one may do.
      if (state.starts_with("57") || state.starts_with("08") || state.empty()) {
        usable_ = false;
        return StoreFailure("store-unavailable", error.what());
      }
      return StoreFailure("store-failed", error.what());
    } catch (const std::exception& error) {
      usable_ = false;
      return StoreFailure("store-failed", error.what());
    }
  }

  // One way there and back, however many statements.
  Status Do(const char* sql) {
    return Guarded([&]() -> Status {
      session_.exec(sql);
      return Ok();
    });
  }

  pqxx::result Execute(const std::string& sql, const Row& parameters) {
    if (parameters.empty()) return session_.exec(sql);
    std::vector<std::string> texts;
    texts.reserve(parameters.size());
    std::vector<const char*> pointers;
    for (const Value& value : parameters) {
      const auto* number = std::get_if<int64_t>(&value);
      const auto* text = std::get_if<std::string>(&value);
      const auto* bytes = std::get_if<Bytes>(&value);
      if (number == nullptr && text == nullptr && bytes == nullptr) {
        pointers.push_back(nullptr);
        continue;
      }
      texts.push_back(number != nullptr ? std::to_string(*number) : text != nullptr ? *text : Hex(bytes->bytes));
      pointers.push_back(texts.back().c_str());
    }
    // Names are numbers: the server cuts long ones off.
    const auto [found, fresh] = prepared_.emplace(sql, std::to_string(prepared_.size()));
    if (fresh) connection_.prepare(found->second, sql);
    return session_.exec_prepared(found->second, pqxx::prepare::make_dynamic_params(pointers));
  }

  static Rows Take(const pqxx::result& result) {
    Rows rows;
    for (const auto& from : result) {
      Row& row = rows.emplace_back();
      for (const auto& field : from) row.push_back(ValueOf(field));
    }
    return rows;
  }

  static Value ValueOf(const pqxx::field& field) {
    if (field.is_null()) return std::monostate{};
    if (field.type() == kInt8 || field.type() == kInt4) return field.as<int64_t>();
    if (field.type() == kBytea) {
      const pqxx::binarystring bytes(field);
      return Bytes{bytes.str()};
    }
    return std::string(field.c_str(), field.size());
  }

  std::string name_;
  pqxx::connection connection_;
  pqxx::nontransaction session_;
  std::unordered_map<std::string, std::string> prepared_;
  bool usable_ = true;
};

}  // namespace

Result<ConnectionPtr> OpenPostgres(const std::string& url, bool read_only) {
  try {
    // Not to wait for a machine that is not there longer than a client waits for an answer.
    const bool bounded = url.find("connect_timeout") != std::string::npos;
    const char* separator = url.find('?') == std::string::npos ? "?" : "&";
    return std::make_unique<PostgresConnection>(bounded ? url : url + separator + "connect_timeout=5", read_only);
  } catch (const std::exception& error) {
    return StoreFailure("store-unavailable", error.what());
  }
}

}  // namespace heng::store
