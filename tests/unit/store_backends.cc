#include "tests/unit/store_backends.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

#include "engine/base/check.h"

namespace heng::tests {

namespace fs = std::filesystem;

PostgresCluster& PostgresCluster::Get() {
  static PostgresCluster cluster;
  return cluster;
}

PostgresCluster::PostgresCluster() {
  std::string pattern = (fs::temp_directory_path() / "heng-postgres-XXXXXX").string();
  CHECK(mkdtemp(pattern.data()) != nullptr);
  folder_ = pattern;
  if (geteuid() == 0) CHECK(std::system(fmt::format("chown postgres {}", folder_).c_str()) == 0);
  CHECK(Run("initdb", fmt::format("-D {}/data --no-sync --auth=trust --encoding=UTF8 --locale=C", folder_)) == 0);
  Start();
}

PostgresCluster::~PostgresCluster() {
  if (running_) Run("pg_ctl", fmt::format("-D {}/data -m immediate stop", folder_));
  std::error_code error;
  fs::remove_all(folder_, error);
}

int PostgresCluster::Run(const std::string& program, const std::string& arguments) const {
  // Its programs refuse root.
  const char* as = geteuid() == 0 ? "runuser -u postgres -- " : "";
  const std::string command = fmt::format("cd {0} && {1}$(pg_config --bindir)/{2} {3} >>{0}/../{4}.log 2>&1", folder_,
                                          as, program, arguments, fs::path(folder_).filename().string());
  const int status = std::system(command.c_str());
  fs::remove(folder_ + ".log");
  return status;
}

void PostgresCluster::Start() {
  CHECK(Run("pg_ctl", fmt::format("-D {0}/data -l {0}/server.log -w -o \"-c listen_addresses= -c fsync=off "
                                  "-c unix_socket_directories={0}\" start",
                                  folder_)) == 0);
  running_ = true;
}

void PostgresCluster::StopAtOnce() {
  CHECK(Run("pg_ctl", fmt::format("-D {}/data -m immediate -w stop", folder_)) == 0);
  running_ = false;
}

std::string PostgresCluster::Create(const std::string& name, const std::string& like) {
  CHECK(Run("createdb", fmt::format("-h {} -U postgres -T {} {}", folder_, like, name)) == 0);
  return fmt::format("postgresql://postgres@/{}?host={}", name, folder_);
}

std::string PostgresCluster::CreateDatabase() { return Create(fmt::format("test{}", ++databases_), "template0"); }

std::string PostgresCluster::CreateStore() {
  constexpr const char* kLike = "with_schema";
  if (!has_schema_) has_schema_ = store::Store::Open(Create(kLike, "template0"), {}).has_value();
  return Create(fmt::format("test{}", ++databases_), kLike);
}

void StoreTest::SetUp() {
  url_ = postgres() ? PostgresCluster::Get().CreateStore() : "sqlite:" + folder_.path() + "/heng.db";
  key_ = std::make_shared<const store::SigningKey>(store::SigningKey::Generate(store::SignatureKind::kEd25519));
  Open();
}

store::StoreOptions StoreTest::Options() {
  store::StoreOptions options;
  options.signing_key = key_;
  options.now_ms = [this] { return now_ms_; };
  return options;
}

void StoreTest::Open(store::StoreOptions options) {
  store_.reset();
  auto opened = store::Store::Open(url_, std::move(options));
  ASSERT_TRUE(opened) << opened.error().message.en;
  store_ = std::move(*opened);
}

store::ConnectionPtr StoreTest::Connect() const {
  if (!postgres()) (void)store::MakeSqliteFile(url_.substr(7));
  auto connection = postgres() ? store::OpenPostgres(url_) : store::OpenSqlite(url_.substr(7), 1 << 30);
  EXPECT_TRUE(connection) << connection.error().message.en;
  return std::move(*connection);
}

Result<store::Rows> StoreTest::Raw(const std::string& sql, const store::Row& parameters) {
  if (raw_ == nullptr) raw_ = Connect();
  return raw_->Run(sql, parameters);
}

void StoreTest::Disarm() const {
  const auto connection = Connect();
  const auto names =
      connection->Run(postgres() ? "SELECT DISTINCT tgname::text, tgrelid::regclass::text FROM pg_trigger "
                                   "WHERE NOT tgisinternal"
                                 : "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'");
  ASSERT_TRUE(names);
  ASSERT_FALSE(names->empty());
  for (const store::Row& row : *names) {
    const std::string& name = std::get<std::string>(row[0]);
    const std::string on = postgres() ? " ON " + std::get<std::string>(row[1]) : "";
    ASSERT_TRUE(connection->Run(fmt::format("DROP TRIGGER \"{}\"{}", name, on)));
  }
}

void StoreTest::Append(int from, int to, const std::string& district) {
  for (int n = from; n <= to; ++n) {
    const auto receipt = store_->AppendAndWait(DecisionOf(n, district, 1700000000000 + n));
    ASSERT_TRUE(receipt) << receipt.error().message.en;
  }
}

std::string StoreTest::Verify(const std::vector<store::Checkpoint>& exported) {
  const auto report = store_->VerifyLog("shiliuzhuang", {key_->public_key()}, exported);
  if (!report) return report.error().code;
  return report->ok() ? "ok" : fmt::format("{} {}", report->finding, report->sequence);
}

std::vector<store::Record> StoreTest::All() { return store_->Records({"shiliuzhuang", 0, 1000, false}).value(); }

}  // namespace heng::tests
