// What an address of a store may be, who makes one, and how it is opened by those who only read.
#include <sys/stat.h>

#include <filesystem>

#include <fmt/format.h>

#include "engine/store/schema.h"
#include "tests/unit/store_backends.h"

namespace heng::tests {
namespace {

namespace fs = std::filesystem;
using store::StoreUse;

store::StoreOptions For(StoreUse use) {
  store::StoreOptions options;
  options.use = use;
  return options;
}

TEST(StoreUrlTest, WhatIsNoAddressIsRefused) {
  for (const char* url : {"", "sqlite:", "mysql://x/y", "sqlite:x?max_pages=0", "sqlite:x?max_pages=1x",
                          ":memory:", "sqlite::memory:", "heng.db", "./heng.db", "/tmp/heng.db", "x:y",
                          "SQLITE:heng.db", "sqlite://heng.db", "sqlite:///heng.db"}) {
    EXPECT_EQ(CodeOf(store::Store::Open(url, {})), "bad-store-url") << url;
  }
}

TEST(StoreUrlTest, OnlyWhatWritesFirstThingsMakesOne) {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/heng.db";
  for (const StoreUse use : {StoreUse::kRead, StoreUse::kChange}) {
    const auto refused = store::Store::Open("sqlite:" + path, For(use));
    ASSERT_EQ(CodeOf(refused), "no-such-store");
    EXPECT_EQ(refused.error().at, path);
  }
  EXPECT_FALSE(fs::exists(path));
  const auto made = store::Store::Open("sqlite:" + path, For(StoreUse::kMake));
  ASSERT_TRUE(made);
  EXPECT_TRUE((*made)->made());
  EXPECT_EQ((*made)->name(), path);
  const auto again = store::Store::Open("sqlite:" + path, For(StoreUse::kMake));
  ASSERT_TRUE(again);
  EXPECT_FALSE((*again)->made());
}

TEST(StoreUrlTest, FoldersAreNotMade) {
  const TemporaryFolder folder;
  const auto refused = store::Store::Open("sqlite:" + folder.path() + "/no/heng.db", {});
  ASSERT_EQ(CodeOf(refused), "no-such-folder");
  EXPECT_EQ(refused.error().at, folder.path() + "/no");
  EXPECT_FALSE(fs::exists(folder.path() + "/no"));
  EXPECT_EQ(CodeOf(store::Store::Open("sqlite:/dev/null/heng.db", {})), "no-such-folder");
}

TEST(StoreUrlTest, TheFileIsForItsOwnerAlone) {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/heng.db";
  const mode_t before = ::umask(0);
  const auto made = store::Store::Open("sqlite:" + path, {});
  ASSERT_TRUE(made);
  // Opens the connections that stay.
  ASSERT_TRUE((*made)->Ping());
  ::umask(before);
  for (const char* suffix : {"", "-wal", "-shm"}) {
    struct stat found {};
    ASSERT_EQ(::stat((path + suffix).c_str(), &found), 0) << suffix;
    EXPECT_EQ(found.st_mode & 0777U, 0600U) << suffix;
  }
}

class OpeningTest : public StoreTest {};

TEST_P(OpeningTest, ReadingWritesNothing) {
  Append(1, 2);
  store_.reset();
  Open([this] {
    auto options = Options();
    options.use = StoreUse::kRead;
    return options;
  }());
  EXPECT_EQ(Verify(), "ok");
  EXPECT_FALSE(store_->made());
  EXPECT_FALSE(store_->AppendAndWait(DecisionOf(3, "shiliuzhuang", 1700000000003)));
  EXPECT_EQ(All().size(), 2U);
}

TEST_P(OpeningTest, AnOlderSchemaIsNotMigratedByReading) {
  const std::string url = postgres() ? PostgresCluster::Get().CreateDatabase() : "sqlite:" + folder_.path() + "/old";
  {
    url_ = url;
    const auto connection = Connect();
    EXPECT_EQ(CodeOf(store::Store::Open(url, For(StoreUse::kRead))), "no-such-store");
    ASSERT_TRUE(store::Migrate(*connection, 2));
  }
  EXPECT_EQ(CodeOf(store::Store::Open(url, For(StoreUse::kRead))), "store-too-old");
  ASSERT_TRUE(store::Store::Open(url, For(StoreUse::kChange)));
  EXPECT_TRUE(store::Store::Open(url, For(StoreUse::kRead)));
}

// Who only reads needs SELECT, the service no more than that, INSERT and DELETE.
TEST_P(OpeningTest, TheRightsOfARole) {
  if (!postgres()) return;
  Append(1, 1);
  for (const char* sql :
       {"DROP ROLE IF EXISTS reader", "CREATE ROLE reader LOGIN",
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader", "DROP ROLE IF EXISTS server",
        "CREATE ROLE server LOGIN", "GRANT SELECT, INSERT, DELETE ON ALL TABLES IN SCHEMA public TO server",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC"}) {
    ASSERT_TRUE(Raw(sql)) << sql;
  }
  const auto as = [this](const std::string& role) { return store::Replace(url_, "postgres@", role + "@"); };
  const auto reader = store::Store::Open(as("reader"), For(StoreUse::kRead));
  ASSERT_TRUE(reader) << reader.error().at;
  EXPECT_TRUE((*reader)->VerifyLog("shiliuzhuang", {}, {})->ok());
  const auto server = store::Store::Open(as("server"), Options());
  ASSERT_TRUE(server) << server.error().at;
  EXPECT_TRUE((*server)->AppendAndWait(DecisionOf(2, "shiliuzhuang", 1700000000002)));
  EXPECT_TRUE((*server)->ForgetAnswers(now_ms_));
  EXPECT_EQ((*server)->Prune("shiliuzhuang", 1700000000003 + 1).value_or(-1), 2);
  EXPECT_TRUE((*server)->IssueKey({"张", {{"shiliuzhuang", {store::Role::kViewer}}}, std::nullopt, "李"}));
  ASSERT_TRUE(Raw("DROP OWNED BY reader, server"));
  ASSERT_TRUE(Raw("DROP ROLE reader, server"));
}

TEST_P(OpeningTest, ItsNameHasNoPassword) {
  if (!postgres()) {
    EXPECT_EQ(store_->name(), folder_.path() + "/heng.db");
    return;
  }
  const auto with = store::Store::Open(store::Replace(url_, "postgres@", "postgres:secret@"), {});
  ASSERT_TRUE(with);
  EXPECT_TRUE((*with)->name().starts_with("postgresql:///test")) << (*with)->name();
}

// What the database says is for the log; the message may go to anybody.
TEST_P(OpeningTest, MessagesKeepTheDatabasesWordsApart) {
  if (!postgres()) return;
  const auto refused = store::Store::Open(store::Replace(url_, "@/test", "@/nosuch"), {});
  ASSERT_EQ(CodeOf(refused), "store-unavailable");
  EXPECT_EQ(refused.error().message.en, "the store cannot be reached or opened now");
  EXPECT_NE(refused.error().at.find("nosuch"), std::string::npos) << refused.error().at;
  EXPECT_EQ(refused.error().at.find('\n'), std::string::npos);
}
HENG_ON_BOTH(OpeningTest);

}  // namespace
}  // namespace heng::tests
