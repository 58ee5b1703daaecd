// The SQLite dialect, without SQLite's own locks: a session lets one thread in at a time. WAL with synchronous=FULL: a commit that returned survives a loss of power. The only place that knows SQLiteCpp.
#include <filesystem>
#include <unordered_map>

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <fmt/format.h>

#include "engine/store/database.h"
#include "engine/store/sqlite_vfs.h"

namespace heng::store {
namespace {

constexpr int kBusyMs = 10000;

tl::unexpected<Error> ErrorOf(const SQLite::Exception& error) {
  const std::string why = error.what();
  if (auto guard = GuardError(why)) return tl::unexpected(std::move(*guard));
  switch (error.getErrorCode()) {
    case SQLITE_CONSTRAINT: return StoreFailure("store-conflict", why);
    case SQLITE_FULL: return StoreFailure("store-full", why);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return StoreFailure("store-corrupt", why);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY: return StoreFailure("store-unavailable", why);
    default: return StoreFailure("store-failed", why);
  }
}

class SqliteConnection : public Connection {
 public:
  SqliteConnection(const std::string& path, int64_t max_pages)
      : database_(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_NOMUTEX, kBusyMs, GatheringVfs()) {
    // Asked for rather than executed: each of them answers with a row.
    for (const std::string& pragma :
         {std::string("journal_mode=WAL"), std::string("synchronous=FULL"), std::string("foreign_keys=ON"),
          std::string("recursive_triggers=ON"), fmt::format("max_page_count={}", max_pages)}) {
      SQLite::Statement statement(database_, "PRAGMA " + pragma);
      while (statement.executeStep()) {
      }
    }
  }

  Result<Rows> Run(const std::string& sql, const Row& parameters) override {
    try {
      SQLite::Statement& statement = Prepared(sql);
      const Reset reset{statement};
      for (size_t i = 0; i < parameters.size(); ++i) Bind(statement, static_cast<int>(i) + 1, parameters[i]);
      Rows rows;
      while (statement.executeStep()) {
        Row& row = rows.emplace_back();
        for (int c = 0; c < statement.getColumnCount(); ++c) row.push_back(ValueOf(statement.getColumn(c)));
      }
      return rows;
    } catch (const SQLite::Exception& error) {
      return ErrorOf(error);
    }
  }

  Status Begin(bool write) override { return Do(write ? "BEGIN IMMEDIATE" : "BEGIN"); }
  Status Commit() override { return Do("COMMIT"); }
  void Rollback() override {
    // A full disk may have rolled back by itself.
    if (sqlite3_get_autocommit(database_.getHandle()) == 0) (void)Do("ROLLBACK");
  }
  bool usable() const override { return true; }

  std::string Types(std::string sql) const override {
    sql = Replace(Replace(std::move(sql), "{blob}", "BLOB"), "{integer}", "INTEGER");
    // Compared byte by byte, whatever the database's language is.
    return Replace(std::move(sql), "{ordered}", "TEXT");
  }

  std::vector<std::string> Render(const Guard& guard) const override {
    static constexpr const char* kEvents[] = {"INSERT", "UPDATE", "DELETE"};
    const char* event = kEvents[static_cast<size_t>(guard.event)];
    return {fmt::format(
        "CREATE TRIGGER \"{0}-{1}-{2}\" BEFORE {1} ON {0} WHEN {3} BEGIN SELECT RAISE(ABORT, 'heng:{2}'); END",
        guard.table, event, guard.code, guard.condition)};
  }

 private:
  struct Reset {
    SQLite::Statement& statement;
    ~Reset() {
      statement.tryReset();
      try {
        statement.clearBindings();
      } catch (const SQLite::Exception&) {
        // Nothing was bound.
      }
    }
  };

  Status Do(const char* sql) {
    const Result<Rows> rows = Run(sql, {});
    if (!rows) return tl::unexpected(rows.error());
    return Ok();
  }

  SQLite::Statement& Prepared(const std::string& sql) {
    auto found = prepared_.find(sql);
    if (found == prepared_.end())
      found = prepared_.emplace(sql, std::make_unique<SQLite::Statement>(database_, sql)).first;
    return *found->second;
  }

  // The parameters outlive the statement's run.
  static void Bind(SQLite::Statement& statement, int at, const Value& value) {
    if (const auto* number = std::get_if<int64_t>(&value)) {
      statement.bind(at, *number);
    } else if (const auto* text = std::get_if<std::string>(&value)) {
      statement.bindNoCopy(at, *text);
    } else if (const auto* bytes = std::get_if<Bytes>(&value)) {
      // Without bytes the pointer may be null, which would be NULL.
      statement.bindNoCopy(at, bytes->bytes.empty() ? "" : bytes->bytes.data(), static_cast<int>(bytes->bytes.size()));
    } else {
      statement.bind(at);
    }
  }

  static Value ValueOf(const SQLite::Column& column) {
    if (column.isNull()) return std::monostate{};
    if (column.isInteger()) return column.getInt64();
    const void* data = column.getBlob();
    std::string bytes(data == nullptr ? "" : static_cast<const char*>(data), static_cast<size_t>(column.getBytes()));
    if (column.isBlob()) return Bytes{std::move(bytes)};
    return bytes;
  }

  SQLite::Database database_;
  std::unordered_map<std::string, std::unique_ptr<SQLite::Statement>> prepared_;
};

}  // namespace

Result<ConnectionPtr> OpenSqlite(const std::string& path, int64_t max_pages) {
  try {
    std::error_code error;
    const std::filesystem::path folder = std::filesystem::path(path).parent_path();
    if (!folder.empty()) std::filesystem::create_directories(folder, error);
    return std::make_unique<SqliteConnection>(path, max_pages);
  } catch (const SQLite::Exception& error) {
    return ErrorOf(error);
  }
}

}  // namespace heng::store
