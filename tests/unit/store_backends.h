// The databases that the suite of the store runs on: SQLite in a temporary folder, and a PostgreSQL cluster of its own, in a temporary
// folder too, that listens on a socket there and nowhere else.
#pragma once

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "engine/store/database.h"
#include "engine/store/store.h"
#include "tests/unit/store_decisions.h"
#include "tests/unit/temporary_folder.h"

namespace heng::tests {

enum class Backend : unsigned char { kSqlite, kPostgres };

// Started when it is first needed, stopped at the end of the program. A program fails without `postgresql`; it does not skip.
class PostgresCluster {
 public:
  static PostgresCluster& Get();
  ~PostgresCluster();
  // A new database, empty or with the schema (copied: making it anew takes a hundred statements); its address.
  std::string CreateDatabase();
  std::string CreateStore();
  void Start();
  // As if the machine were gone: connections break.
  void StopAtOnce();

 private:
  PostgresCluster();
  int Run(const std::string& program, const std::string& arguments) const;

  std::string folder_;
  std::string Create(const std::string& name, const std::string& like);

  int databases_ = 0;
  bool has_schema_ = false;
  bool running_ = false;
};

// A test on each backend, with a clock that it sets itself.
class StoreTest : public testing::TestWithParam<Backend> {
 protected:
  void SetUp() override;
  store::StoreOptions Options();
  // Opens (again) the test's store.
  void Open(store::StoreOptions options);
  void Open() { Open(Options()); }
  // Another connection, as an administrator (or an attacker) has it.
  store::ConnectionPtr Connect() const;
  // Runs it there, with the triggers as they are.
  Result<store::Rows> Raw(const std::string& sql, const store::Row& parameters = {});
  // Takes the triggers away, as who owns the database can.
  void Disarm() const;
  // Decisions of those numbers, one after the other, each a millisecond later.
  void Append(int from, int to, const std::string& district = "shiliuzhuang");
  // The log of `shiliuzhuang`: verified with the test's key trusted (`ok`, or the finding and its sequence); and its first 1000 records.
  std::string Verify(const std::vector<store::Checkpoint>& exported = {});
  std::vector<store::Record> All();
  bool postgres() const { return GetParam() == Backend::kPostgres; }

  TemporaryFolder folder_;
  std::string url_;
  int64_t now_ms_ = 1700000000000;
  std::shared_ptr<const store::SigningKey> key_;
  std::unique_ptr<store::Store> store_;
  store::ConnectionPtr raw_;
};

// The code of its error; empty if it is none.
template <typename T>
std::string CodeOf(const Result<T>& result) {
  return result ? "" : result.error().code;
}

#define HENG_ON_BOTH(Suite)                                                                  \
  INSTANTIATE_TEST_SUITE_P(On, Suite, testing::Values(Backend::kSqlite, Backend::kPostgres), \
                           [](const auto& test) { return test.param == Backend::kSqlite ? "Sqlite" : "Postgres"; })

}  // namespace heng::tests
