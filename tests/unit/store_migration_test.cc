// Migrations: a released one is never altered, and what version 1 wrote is all there after it.
#include <fstream>

#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "engine/store/schema.h"
#include "engine/store/store.h"
#include "tests/unit/store_backends.h"

namespace heng::tests {
namespace {

constexpr const char* kDistrict = "shiliuzhuang";

TEST(MigrationTexts, AreThoseThatWereReleased) {
  // A change to the schema is a new migration at the end; the digest of one that stands here never changes.
  const std::vector<std::string> released = {"sha256:d5f2945ad032f29307c12bdea27c03e24f4e4a1209a0d7d847c1d62c24a4daf1",
                                             "sha256:adb7651f512d8812de79e05991dd4ad4aaeac9c2783a8d3a8c62e35ebf8aabf1"};
  std::vector<std::string> digests;
  for (const std::string& text : store::MigrationTexts()) digests.push_back(Sha256(text));
  EXPECT_EQ(digests, released);
}

class MigrationTest : public StoreTest {
 protected:
  // An empty database with the schema of version 1, and the rows of tests/data/store/version1.sql.
  void SetUp() override {
    url_ = postgres() ? PostgresCluster::Get().CreateDatabase() : "sqlite:" + folder_.path() + "/version1.db";
    const auto connection = Connect();
    ASSERT_TRUE(store::Migrate(*connection, 1));
    std::ifstream file(HENG_SOURCE_DIR "/tests/data/store/version1.sql");
    ASSERT_TRUE(file);
    for (std::string line; std::getline(file, line);) {
      if (line.empty() || line.starts_with("--")) continue;
      // What the dialects write differently.
      if (postgres()) line = store::Replace(store::Replace(line, "X'", "'\\x"), "char(10)", "chr(10)");
      const auto done = connection->Run(line);
      ASSERT_TRUE(done) << line << done.error().message.en;
    }
  }
};

TEST_P(MigrationTest, VersionOneIsReadAndWrittenOn) {
  ASSERT_EQ(Raw("SELECT MAX(version) FROM schema_versions").value().front().front(), store::Value(int64_t{1}));
  Open();
  EXPECT_EQ(Raw("SELECT MAX(version) FROM schema_versions").value().front().front(),
            store::Value(int64_t{store::SchemaVersion()}));
  const auto versions = store_->Versions(kDistrict).value();
  ASSERT_EQ(versions.size(), 1U);
  EXPECT_EQ(versions[0].state(), store::VersionState::kPublished);
  EXPECT_EQ(versions[0].steps[1].person, "李");
  EXPECT_EQ(store_->FindDeployment(kDistrict, versions[0].deployment).value().sources, DeploymentOf("2024.1").sources);
  const auto report = store_->VerifyLog(kDistrict, {}, {}).value();
  EXPECT_EQ(report.finding, "");
  EXPECT_EQ(report.records, 3);
  EXPECT_EQ(report.checkpoints, 2);
  EXPECT_EQ(All()[1].decision.request, DecisionOf(2).request);
  Append(4, 4);
  EXPECT_EQ(store_->VerifyLog(kDistrict, {}, {}).value().records, 4);
  ASSERT_TRUE(store_->IssueKey({"张", {{kDistrict, {store::Role::kViewer}}}, std::nullopt, "管理员"}));
}
HENG_ON_BOTH(MigrationTest);

}  // namespace
}  // namespace heng::tests
