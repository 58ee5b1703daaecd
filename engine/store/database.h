// One connection to a database: SQLite and PostgreSQL behind the same statements. What differs between them (types, triggers, errors,
// how a writer begins) is in sqlite.cc and postgres.cc and nowhere else; neither knows a table. Internal to store/; not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/result.h"

namespace heng::store {

struct Bytes {
  std::string bytes;
  friend bool operator==(const Bytes&, const Bytes&) = default;
};
using Value = std::variant<std::monostate, int64_t, std::string, Bytes>;
using Row = std::vector<Value>;
using Rows = std::vector<Row>;

// A rule that the database itself enforces: an event on a table for which the condition (over OLD and NEW) holds is refused. The text
// that a dialect raises is `heng:` and the code; its connection turns that back into the error, with the message of schema.h.
struct Guard {
  enum class Event : unsigned char { kInsert, kUpdate, kDelete };
  const char* table;
  Event event;
  const char* condition;
  const char* code;
};

class Connection {
 public:
  virtual ~Connection() = default;
  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // One statement with $1, $2, …, each used in its order and once. Errors: those of store.h; store-conflict (kFindings) where a
  // uniqueness is violated; the code of a guard (kFindings).
  virtual Result<Rows> Run(const std::string& sql, const Row& parameters) = 0;
  // Begins a transaction. There is one writer at a time in the whole database; others wait.
  virtual Status Begin(bool write) = 0;
  virtual Status Commit() = 0;
  virtual void Rollback() = 0;
  // False once the connection is lost: it is of no more use.
  virtual bool usable() const = 0;
  // What it is called where people read: the file's path, or host and database; never a password.
  virtual std::string name() const = 0;
  // Whether the database has that table, without any right but to connect.
  virtual Result<bool> Has(const std::string& table) = 0;
  // `{blob}`, `{integer}`, `{ordered}` (a text that is compared byte by byte) in the text of a schema become the dialect's types; and the statements that set up a guard.
  virtual std::string Types(std::string sql) const = 0;
  virtual std::vector<std::string> Render(const Guard& guard) const = 0;

  Result<Rows> Run(const std::string& sql) { return Run(sql, {}); }
};
using ConnectionPtr = std::unique_ptr<Connection>;

// A database that is there; `read_only`: whatever writes is refused. Errors: no-such-store (kEnvironment), those of store.h.
Result<ConnectionPtr> OpenSqlite(const std::string& path, int64_t max_pages, bool read_only = false);
Result<ConnectionPtr> OpenPostgres(const std::string& url, bool read_only = false);
// Makes an empty file for a database, for its owner alone (0600); does nothing if there is one. Errors: no-such-folder, file-unwritable
// (kEnvironment).
Status MakeSqliteFile(const std::string& path);

// What a dialect raised for a guard (`… heng:CODE …`) as its error; nothing if it is none of ours.
std::optional<Error> GuardError(std::string_view raised);
// A message of ours, which may go to anybody. What the database itself says (`why`: addresses, paths, SQL) stands in `at`, which is for the
// command line and the service's log.
tl::unexpected<Error> StoreFailure(const std::string& code, const std::string& why);
std::string Replace(std::string text, std::string_view from, std::string_view to);

}  // namespace heng::store
