// Migrations: a released one is never altered, and what versions 1 to 3 wrote is all there after it.
#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "engine/base/file.h"
#include "engine/store/log_file.h"
#include "engine/store/schema.h"
#include "engine/store/store.h"
#include "tests/unit/store_backends.h"

namespace heng::tests {
namespace {

constexpr const char* kDistrict = "shiliuzhuang";

TEST(MigrationTexts, AreThoseThatWereReleased) {
  // A change to the schema is a new migration at the end; the digest of one that stands here never changes.
  const std::vector<std::string> released = {"sha256:d5f2945ad032f29307c12bdea27c03e24f4e4a1209a0d7d847c1d62c24a4daf1",
                                             "sha256:adb7651f512d8812de79e05991dd4ad4aaeac9c2783a8d3a8c62e35ebf8aabf1",
                                             "sha256:faff9c51921d36d425a3b16d3f7b6153851b0bd37f18399f3d9bda6247f4f1c8",
                                             "sha256:48a6edfef52f7cf23fdf931246097ed0a024cb37690b35e7e65cd59501548b0b"};
  std::vector<std::string> digests;
  for (const std::string& text : store::MigrationTexts()) digests.push_back(Sha256(text));
  EXPECT_EQ(digests, released);
}

// As `heng log export` writes it.
std::string Exported(store::Store& store, const std::string& district) {
  const auto keys = store.LogKeys().value();
  const auto checkpoints = store.Checkpoints(district).value();
  const auto records = store.Records({district, 0, 1000, false}).value();
  std::string out;
  for (const store::PublicKey& key : keys) out += store::WriteLine(key) + "\n";
  for (const store::Checkpoint& checkpoint : checkpoints) out += store::WriteLine(checkpoint) + "\n";
  for (const store::Record& record : records) out += store::WriteLine(record) + "\n";
  return out;
}

class MigrationTest : public StoreTest {
 protected:
  void SetUp() override {
    url_ = postgres() ? PostgresCluster::Get().CreateDatabase() : "sqlite:" + folder_.path() + "/old";
  }
  // An empty database with the schema of that version, and the rows of tests/data/store/versionN.sql.
  void Fill(int version) {
    const auto connection = Connect();
    ASSERT_TRUE(store::Migrate(*connection, version));
    std::ifstream file(fmt::format("{}/tests/data/store/version{}.sql", HENG_SOURCE_DIR, version));
    ASSERT_TRUE(file);
    for (std::string line; std::getline(file, line);) {
      if (line.empty() || line.starts_with("--")) continue;
      // What the dialects write differently.
      if (postgres()) line = store::Replace(store::Replace(line, "X'", "'\\x"), "char(10)", "chr(10)");
      const auto done = connection->Run(line);
      ASSERT_TRUE(done) << line << done.error().message.en;
    }
  }
  // What it says, and that it goes on.
  void CheckLogOfVersionTwo() {
    std::string exported;
    const auto districts = store_->LogDistricts().value();
    for (const std::string& district : districts) {
      exported += Exported(*store_, district);
      EXPECT_EQ(store_->VerifyLog(district, {}, {}).value().finding, "") << district;
    }
    EXPECT_EQ(exported, ReadFile(HENG_SOURCE_DIR "/tests/data/store/version2.ndjson", 1 << 20).value());
    // It goes on as one chain, and the ids are known.
    EXPECT_EQ(store_->AppendAndWait(DecisionOf(50)).value().sequence, 12);
    EXPECT_EQ(store_->FindDecision(kDistrict, DecisionOf(7).id).value().sequence, 7);
    EXPECT_EQ(CodeOf(store_->AppendAndWait(DecisionOf(7))), "immutable");
    EXPECT_EQ(store_->VerifyLog(kDistrict, {}, {}).value().records, 10);
    EXPECT_EQ(store_->AppendAndWait(DecisionOf(51), store::IdempotencyKey{"k3", "sha256:x"}).value().earlier->answer,
              "answer 3");
    EXPECT_EQ(CodeOf(Raw("SELECT 1 FROM decisions")), "store-failed");
  }
};

TEST_P(MigrationTest, TheLogOfOlderVersionsIsExportedAsBefore) {
  for (const int version : {2, 3}) {
    SCOPED_TRACE(version);
    SetUp();
    if (!postgres()) url_ += std::to_string(version);
    raw_.reset();
    store_.reset();
    Fill(version);
    Open();
    CheckLogOfVersionTwo();
  }
}

TEST_P(MigrationTest, WhatWasAlteredBeforeIsFoundAfterwards) {
  const std::pair<const char*, const char*> alterations[] = {{"request_digest = answer_digest", "record-altered 8"},
                                                             {"answer_digest = ''", "record-altered 8"},
                                                             {"previous = hash", "record-altered 8"},
                                                             {"query = 'none'", "record-altered 8"},
                                                             {"hash = 'x'", "record-altered 8"},
                                                             {"sequence = 80", "record-missing 8"},
                                                             {"period = '2024Q4'", "record-altered 8"},
                                                             {"district = 'other'", "record-missing 8"}};
  for (const auto& [alteration, finding] : alterations) {
    SetUp();
    if (!postgres()) url_ += alteration;
    raw_.reset();
    store_.reset();
    Fill(2);
    Disarm();
    ASSERT_TRUE(
        Raw(fmt::format("UPDATE decisions SET {} WHERE district = 'shiliuzhuang' AND sequence = 8", alteration)));
    Open();
    const auto report = store_->VerifyLog(kDistrict, {}, {}).value();
    EXPECT_EQ(fmt::format("{} {}", report.finding, report.sequence), finding) << alteration;
  }
}

TEST_P(MigrationTest, VersionOneIsReadAndWrittenOn) {
  Fill(1);
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
