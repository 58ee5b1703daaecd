// The store but for its log: publication, settlements, keys, idempotency, what the database itself refuses, migration; on SQLite and
// PostgreSQL alike.
#include "engine/store/store.h"

#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/store/schema.h"
#include "tests/unit/store_backends.h"

namespace heng::tests {
namespace {

using store::Bytes;
using store::Deployment;
using store::Role;
using store::Settlement;
using store::VersionState;

constexpr const char* kDistrict = "shiliuzhuang";

class VersionsTest : public StoreTest {
 protected:
  std::string Draft(const std::string& version, Date first_day, const std::string& author = "张") {
    const auto drafted = store_->Draft(DeploymentOf(version), first_day, std::nullopt, author);
    EXPECT_TRUE(drafted) << drafted.error().message.en;
    return drafted->id;
  }
  void Release(const std::string& id) {
    EXPECT_EQ(CodeOf(store_->Approve(kDistrict, id, "李")), "");
    EXPECT_EQ(CodeOf(store_->Publish(kDistrict, id, "张")), "");
  }
  std::string InForce(Date day) {
    std::string out;
    const auto versions = store_->InForce(kDistrict, day).value();
    for (const auto& version : versions) out += version.version;
    return out;
  }
};

TEST_P(VersionsTest, TheWayOfAVersion) {
  const std::string id = Draft("2024.1", {2024, 7, 1});
  now_ms_ += 5;
  ASSERT_TRUE(store_->Approve(kDistrict, id, "李"));
  now_ms_ += 5;
  const auto published = store_->Publish(kDistrict, id, "张");
  ASSERT_TRUE(published);
  EXPECT_EQ(published->state(), VersionState::kPublished);
  ASSERT_EQ(published->steps.size(), 3U);
  EXPECT_EQ(published->steps[1].person, "李");
  EXPECT_EQ(published->steps[2].time_ms, now_ms_);
  EXPECT_EQ(published->first_day, (Date{2024, 7, 1}));
  EXPECT_EQ(published->last_day, std::nullopt);
  ASSERT_TRUE(store_->Withdraw(kDistrict, id, "李"));
  EXPECT_EQ(store_->Versions(kDistrict).value().front().state(), VersionState::kWithdrawn);
}

TEST_P(VersionsTest, TwoPeople) {
  const std::string id = Draft("2024.1", {2024, 7, 1}, "张");
  EXPECT_EQ(CodeOf(store_->Approve(kDistrict, id, "张")), "same-person");
  EXPECT_EQ(CodeOf(store_->Approve(kDistrict, id, "张 ")), "bad-name");
  EXPECT_EQ(CodeOf(store_->Approve(kDistrict, id, "")), "bad-name");
  const std::string other = Draft("2024.1", {2024, 8, 1}, "Zhang San");
  EXPECT_EQ(CodeOf(store_->Approve(kDistrict, other, "ＺＨＡＮＧsan")), "same-person");
  EXPECT_EQ(CodeOf(store_->Publish(kDistrict, id, "李")), "wrong-state");
  EXPECT_EQ(store_->FindVersion(kDistrict, id).value().state(), VersionState::kDraft);
  // Nor by the database alone.
  EXPECT_EQ(
      CodeOf(Raw("INSERT INTO version_steps (version, state, person, time_ms) VALUES ($1, 'approved', '张', 1)", {id})),
      "same-person");
}

TEST_P(VersionsTest, StatesFollowEachOther) {
  const std::string id = Draft("2024.1", {2024, 7, 1});
  ASSERT_TRUE(store_->Approve(kDistrict, id, "李"));
  EXPECT_EQ(CodeOf(store_->Approve(kDistrict, id, "王")), "wrong-state");
  ASSERT_TRUE(store_->Withdraw(kDistrict, id, "王"));
  EXPECT_EQ(CodeOf(store_->Publish(kDistrict, id, "张")), "wrong-state");
  EXPECT_EQ(CodeOf(store_->Withdraw(kDistrict, id, "张")), "wrong-state");
  EXPECT_EQ(CodeOf(store_->Approve(kDistrict, "nobody", "李")), "unknown-version");
  EXPECT_EQ(CodeOf(store_->Approve("other", id, "李")), "unknown-version");
}

TEST_P(VersionsTest, InForceIsTheLastThatHasBegun) {
  Release(Draft("1", {2024, 1, 1}));
  const std::string second = Draft("2", {2024, 7, 1});
  EXPECT_EQ(InForce({2024, 8, 1}), "1");
  Release(second);
  EXPECT_EQ(InForce({2023, 12, 31}), "");
  EXPECT_EQ(InForce({2024, 6, 30}), "1");
  EXPECT_EQ(InForce({2024, 7, 1}), "2");
  ASSERT_TRUE(store_->Withdraw(kDistrict, second, "李"));
  EXPECT_EQ(InForce({2024, 7, 1}), "1");
}

TEST_P(VersionsTest, TwoCannotBeginOnOneDay) {
  const std::string first = Draft("1", {2024, 7, 1});
  const std::string second = Draft("2", {2024, 7, 1});
  Release(first);
  ASSERT_TRUE(store_->Approve(kDistrict, second, "李"));
  EXPECT_EQ(CodeOf(store_->Publish(kDistrict, second, "李")), "same-first-day");
  ASSERT_TRUE(store_->Withdraw(kDistrict, first, "李"));
  EXPECT_EQ(CodeOf(store_->Publish(kDistrict, second, "李")), "");
}

TEST_P(VersionsTest, ADeploymentComesBackAsItWas) {
  const Deployment deployment = DeploymentOf("2024.1");
  ASSERT_TRUE(store_->AddDeployment(deployment));
  ASSERT_TRUE(store_->AddDeployment(deployment));
  const auto found = store_->FindDeployment(kDistrict, deployment.digest);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->sources, deployment.sources);
  EXPECT_EQ(found->parameters, deployment.parameters);
  EXPECT_EQ(found->columns, deployment.columns);
  EXPECT_EQ(found->policy_digest, deployment.policy_digest);
  EXPECT_EQ(CodeOf(store_->FindDeployment("other", deployment.digest)), "unknown-deployment");
  Deployment false_one = deployment;
  false_one.parameters["红牌检查频次"] = "6 次/月";
  EXPECT_EQ(CodeOf(store_->AddDeployment(false_one)), "digest-differs");
}

TEST_P(VersionsTest, AlteredSourcesAreNotGiven) {
  const Deployment deployment = DeploymentOf("2024.1");
  ASSERT_TRUE(store_->AddDeployment(deployment));
  Disarm();
  ASSERT_TRUE(Raw("UPDATE blobs SET bytes = $1 WHERE digest = $2",
                  {Bytes{"另一段政策"}, Sha256(deployment.sources.front().bytes)}));
  EXPECT_EQ(CodeOf(store_->FindDeployment(kDistrict, deployment.digest)), "store-corrupt");
}
HENG_ON_BOTH(VersionsTest);

class SettlementsTest : public StoreTest {
 protected:
  static Settlement Of(const std::string& supersedes = "", const std::string& results = "编号,挂牌\r\n") {
    Settlement settlement;
    settlement.district = kDistrict;
    settlement.policy = "shiliuzhuang.plates";
    settlement.deployment = "sha256:d";
    settlement.period = *ParsePeriod("2024Q3");
    settlement.author = "张";
    settlement.supersedes = supersedes;
    settlement.inputs = {{"项目.csv", "编号\n"}, {"每月.csv", "编号,期间\n"}};
    settlement.outputs = {{"out.csv", results}};
    return settlement;
  }
};

TEST_P(SettlementsTest, ACorrectionSupersedes) {
  const auto first = store_->AddSettlement(Of());
  ASSERT_TRUE(first) << first.error().message.en;
  EXPECT_EQ(CodeOf(store_->AddSettlement(Of())), "already-settled");
  const auto second = store_->AddSettlement(Of(first->settlement.id, "更正"));
  ASSERT_TRUE(second) << second.error().message.en;
  EXPECT_EQ(CodeOf(store_->AddSettlement(Of(first->settlement.id))), "already-superseded");
  EXPECT_EQ(CodeOf(store_->AddSettlement(Of("01NOBODY"))), "other-period");
  Settlement other = Of(second->settlement.id);
  other.period = *ParsePeriod("2024Q4");
  EXPECT_EQ(CodeOf(store_->AddSettlement(other)), "other-period");
  const auto current = store_->CurrentSettlement(kDistrict, "shiliuzhuang.plates", *ParsePeriod("2024Q3"));
  ASSERT_TRUE(current);
  ASSERT_TRUE(*current);
  EXPECT_EQ((*current)->id, second->settlement.id);
  EXPECT_EQ((*current)->outputs.front().bytes, "更正");
  // The one before it stays as it was.
  const auto old = store_->FindSettlement(kDistrict, first->settlement.id);
  ASSERT_TRUE(old) << old.error().message.en;
  EXPECT_EQ(old->outputs, Of().outputs);
  EXPECT_EQ(old->inputs, Of().inputs);
  EXPECT_EQ(store_->Settlements(kDistrict).value().size(), 2U);
  EXPECT_EQ(CodeOf(store_->FindSettlement("other", first->settlement.id)), "unknown-settlement");
  EXPECT_EQ(*store_->CurrentSettlement(kDistrict, "shiliuzhuang.plates", *ParsePeriod("2025Q1")), std::nullopt);
}

TEST_P(SettlementsTest, AnAlteredOneIsNotGiven) {
  const auto added = store_->AddSettlement(Of());
  ASSERT_TRUE(added);
  Disarm();
  ASSERT_TRUE(Raw("UPDATE settlements SET author = '李'"));
  EXPECT_EQ(CodeOf(store_->FindSettlement(kDistrict, added->settlement.id)), "store-corrupt");
}

TEST_P(SettlementsTest, TheSameKeyIsAnsweredTheSame) {
  const store::IdempotencyKey key{"k1", Sha256("body")};
  const auto answer = [](const Settlement& settlement) { return "settled " + settlement.id; };
  const auto first = store_->AddSettlement(Of(), key, answer);
  ASSERT_TRUE(first);
  EXPECT_FALSE(first->earlier);
  const auto again = store_->AddSettlement(Of(), key, answer);
  ASSERT_TRUE(again) << again.error().message.en;
  ASSERT_TRUE(again->earlier);
  EXPECT_EQ(again->earlier->answer, "settled " + first->settlement.id);
  EXPECT_EQ(CodeOf(store_->AddSettlement(Of(), store::IdempotencyKey{"k1", Sha256("other")}, answer)),
            "idempotency-conflict");
}
HENG_ON_BOTH(SettlementsTest);

class KeysTest : public StoreTest {};

TEST_P(KeysTest, AKeyAuthenticatesUntilItIsRevokedOrOver) {
  store::NewKey wanted{"张", {{kDistrict, {Role::kEditor, Role::kViewer}}}, now_ms_ + 1000, "管理员"};
  const auto issued = store_->IssueKey(wanted);
  ASSERT_TRUE(issued);
  const auto ring = store_->LoadKeyRing();
  ASSERT_TRUE(ring);
  const store::KeyInfo* info = ring->Authenticate(issued->text, now_ms_);
  ASSERT_NE(info, nullptr);
  EXPECT_EQ(info->name, "张");
  EXPECT_EQ(info->grants, wanted.grants);
  EXPECT_EQ(ring->Authenticate(issued->text, now_ms_ + 1000), nullptr);
  std::string wrong = issued->text;
  wrong.back() = wrong.back() == '0' ? '1' : '0';
  EXPECT_EQ(ring->Authenticate(wrong, now_ms_), nullptr);
  EXPECT_EQ(ring->Authenticate("heng_0000000000000000_", now_ms_), nullptr);
  EXPECT_EQ(ring->Authenticate("heng_", now_ms_), nullptr);
  EXPECT_EQ(ring->Authenticate("", now_ms_), nullptr);
  ASSERT_TRUE(store_->RevokeKey(issued->info.id, "管理员"));
  ASSERT_TRUE(store_->RevokeKey(issued->info.id, "管理员"));
  EXPECT_EQ(store_->LoadKeyRing().value().Authenticate(issued->text, now_ms_), nullptr);
  EXPECT_EQ(store_->Keys().value().front().revoked_ms, now_ms_);
  EXPECT_EQ(CodeOf(store_->RevokeKey("nobody", "管理员")), "unknown-key");
}

TEST_P(KeysTest, TheSecretIsNotKept) {
  const auto issued = store_->IssueKey({"张", {{kDistrict, {Role::kViewer}}}, std::nullopt, "管理员"});
  ASSERT_TRUE(issued);
  const std::string secret = issued->text.substr(issued->text.rfind('_') + 1);
  EXPECT_EQ(secret.size(), 64U);
  const auto rows = Raw("SELECT * FROM api_keys").value();
  for (const auto& value : rows.front()) {
    const auto* text = std::get_if<std::string>(&value);
    EXPECT_TRUE(text == nullptr || text->find(secret) == std::string::npos);
  }
  EXPECT_EQ(CodeOf(store_->IssueKey({"", {{kDistrict, {Role::kViewer}}}, std::nullopt, ""})), "bad-name");
  EXPECT_EQ(CodeOf(store_->IssueKey({"张", {}, std::nullopt, "李"})), "bad-key");
}
HENG_ON_BOTH(KeysTest);

class RulesTest : public StoreTest {
 protected:
  // A row in every table.
  void Fill() {
    const auto version = store_->Draft(DeploymentOf("1"), {2024, 7, 1}, std::nullopt, "张");
    ASSERT_TRUE(version);
    Settlement settlement;
    settlement.district = kDistrict;
    settlement.policy = "p";
    settlement.period = *ParsePeriod("2024Q3");
    ASSERT_TRUE(store_->AddSettlement(settlement));
    ASSERT_TRUE(store_->AppendAndWait(DecisionOf(1), store::IdempotencyKey{"k", "d"}));
    const auto key = store_->IssueKey({"张", {{kDistrict, {Role::kViewer}}}, std::nullopt, "管理员"});
    ASSERT_TRUE(key);
    ASSERT_TRUE(store_->RevokeKey(key->info.id, "管理员"));
  }
};

TEST_P(RulesTest, TheDatabaseItselfRefusesChanges) {
  Fill();
  // Table, and a column that an update would alter. What is not here: signing_keys (a name for a signature, no rule), idempotency_keys
  // (they are forgotten), schema_versions.
  const std::pair<const char*, const char*> tables[] = {{"blobs", "digest"},       {"deployments", "engine"},
                                                        {"versions", "first_day"}, {"version_steps", "person"},
                                                        {"log_groups", "hash"},    {"checkpoints", "hash"},
                                                        {"settlements", "author"}, {"api_keys", "hash"},
                                                        {"api_key_roles", "role"}, {"api_key_revocations", "person"}};
  for (const auto& [table, column] : tables) {
    ASSERT_FALSE(Raw(fmt::format("SELECT 1 FROM {}", table)).value().empty()) << table;
    EXPECT_EQ(CodeOf(Raw(fmt::format("UPDATE {} SET {} = 'x'", table, column))), "immutable") << table;
    EXPECT_EQ(CodeOf(Raw(fmt::format("DELETE FROM {}", table))), "immutable") << table;
    if (!postgres()) continue;
    EXPECT_EQ(CodeOf(Raw(fmt::format("TRUNCATE {} CASCADE", table))), "immutable") << table;
  }
  EXPECT_EQ(CodeOf(Raw("UPDATE idempotency_keys SET key = 'x'")), "immutable");
}

TEST_P(RulesTest, AReplacementIsAChange) {
  if (postgres()) {
    // It has no INSERT OR REPLACE; its ON CONFLICT DO UPDATE is an update.
    Fill();
    EXPECT_EQ(
        CodeOf(Raw("INSERT INTO signing_keys (id, pem) SELECT id, pem FROM signing_keys ON CONFLICT (id) DO NOTHING")),
        "");
    EXPECT_EQ(
        CodeOf(Raw(
            "INSERT INTO deployments SELECT * FROM deployments ON CONFLICT (district, digest) DO UPDATE SET engine = 'x'")),
        "immutable");
    return;
  }
  Fill();
  const auto connection = Connect();
  // As a program that does not know better connects.
  ASSERT_TRUE(connection->Run("PRAGMA recursive_triggers=OFF"));
  const std::pair<const char*, const char*> tables[] = {
      {"versions", "immutable"},    {"version_steps", "wrong-state"},   {"log_groups", "immutable"},
      {"checkpoints", "immutable"}, {"settlements", "already-settled"}, {"api_keys", "immutable"}};
  for (const auto& [table, code] : tables) {
    EXPECT_EQ(CodeOf(connection->Run(fmt::format("INSERT OR REPLACE INTO {0} SELECT * FROM {0}", table))), code)
        << table;
  }
}

TEST_P(RulesTest, ALaterSchemaIsRefused) {
  ASSERT_TRUE(Raw("INSERT INTO schema_versions (version) VALUES (1000)"));
  EXPECT_EQ(CodeOf(store::Store::Open(url_, Options())), "store-too-new");
}
HENG_ON_BOTH(RulesTest);

}  // namespace
}  // namespace heng::tests
