// The SQLite dialect, without SQLite's own locks: a session lets one thread in at a time. WAL with synchronous=FULL: a commit that returned survives a loss of power. The only place that knows SQLiteCpp.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
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

std::string AbsolutePath(const std::string& path) {
  std::error_code error;
  const auto absolute = std::filesystem::absolute(path, error);
  return error ? path : absolute.lexically_normal().string();
}

// The path as SQLite reads it of a file that does not change and has no WAL: what lies beside it is neither read nor made.
std::string Immutable(const std::string& path) {
  std::string out = "file:";
  for (const char c : AbsolutePath(path)) {
    if (c == '?' || c == '#' || c == '%') {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out + "?immutable=1";
}

class SqliteConnection : public Connection {
 public:
  SqliteConnection(const std::string& path, int64_t max_pages)
      : name_(AbsolutePath(path)),
        database_(path, SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX, kBusyMs, GatheringVfs()) {
    for (const std::string& pragma :
         {std::string("journal_mode=WAL"), std::string("synchronous=FULL"), std::string("foreign_keys=ON"),
          std::string("recursive_triggers=ON"), fmt::format("max_page_count={}", max_pages)}) {
      Ask("PRAGMA " + pragma);
    }
  }

  // For reading. `uri`: the path, or it with parameters.
  SqliteConnection(const std::string& path, const std::string& uri)
      : name_(AbsolutePath(path)),
        database_(uri, SQLite::OPEN_READONLY | SQLite::OPEN_NOMUTEX | (uri == path ? 0 : SQLite::OPEN_URI), kBusyMs,
                  GatheringVfs()) {
    // Whether it can be read shows here.
    Ask("SELECT COUNT(*) FROM sqlite_master");
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

  Status Begin(bool write) override {
    // Into a file that nobody will find again everything could be written.
    int moved = 0;
    (void)sqlite3_file_control(database_.getHandle(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    if (moved != 0) return StoreFailure("store-unavailable", "the file was removed or replaced: " + name_);
    return Do(write ? "BEGIN IMMEDIATE" : "BEGIN");
  }
  Status Commit() override { return Do("COMMIT"); }
  void Rollback() override {
    // A full disk may have rolled back by itself.
    if (sqlite3_get_autocommit(database_.getHandle()) == 0) (void)Do("ROLLBACK");
  }
  bool usable() const override { return true; }
  std::string name() const override { return name_; }

  Result<bool> Has(const std::string& table) override {
    const auto rows = Run("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1", {table});
    if (!rows) return tl::unexpected(rows.error());
    return !rows->empty();
  }

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

  // Most pragmas answer with a row.
  void Ask(const std::string& sql) {
    SQLite::Statement statement(database_, sql);
    while (statement.executeStep()) {
    }
  }

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

  std::string name_;
  SQLite::Database database_;
  std::unordered_map<std::string, std::unique_ptr<SQLite::Statement>> prepared_;
};

tl::unexpected<Error> FileError(const char* code, const Bilingual& message, const std::string& path) {
  return Fail(ErrorKind::kEnvironment, code, message, AbsolutePath(path));
}

}  // namespace

Result<ConnectionPtr> OpenSqlite(const std::string& path, int64_t max_pages, bool read_only) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return FileError("no-such-store",
                     {"没有这个存储文件（第一次用由 heng serve、key create、publish draft 新建）",
                      "there is no such store (serve, key create and publish draft make one when it is first needed)"},
                     path);
  }
  try {
    if (!read_only) return std::make_unique<SqliteConnection>(path, max_pages);
    try {
      return std::make_unique<SqliteConnection>(path, path);
    } catch (const SQLite::Exception&) {
      // Where nothing may be written, SQLite cannot make the index of its WAL. Without a WAL it needs none.
      const auto waiting = std::filesystem::file_size(path + "-wal", error);
      if (!error && waiting > 0) throw;
      return std::make_unique<SqliteConnection>(path, Immutable(path));
    }
  } catch (const SQLite::Exception& failure) {
    return ErrorOf(failure);
  }
}

Status MakeSqliteFile(const std::string& path) {
  std::error_code error;
  if (std::filesystem::exists(path, error)) return Ok();
  const std::filesystem::path folder = std::filesystem::path(AbsolutePath(path)).parent_path();
  if (!std::filesystem::is_directory(folder, error)) {
    return FileError("no-such-folder",
                     {"没有存储文件所在的文件夹：先建好它，或改正地址",
                      "the store's folder is not there: make it first, or put the address right"},
                     folder.string());
  }
  constexpr mode_t kOwnerAlone = S_IRUSR | S_IWUSR;
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kOwnerAlone);
  // Somebody else may have been first.
  if (file < 0 && errno == EEXIST) return Ok();
  if (file < 0) return FileError("file-unwritable", {"不能新建存储文件", "the store's file cannot be made"}, path);
  // Whatever the umask; what SQLite puts beside it has the same mode.
  ::fchmod(file, kOwnerAlone);
  ::close(file);
  return Ok();
}

}  // namespace heng::store
