// Whoever owns the database can take its triggers away and write what he likes: what the verification of the log then says, on both
// backends.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/store/chain.h"
#include "engine/store/store.h"
#include "tests/unit/store_backends.h"

namespace heng::tests {
namespace {

using store::Bytes;
using store::Checkpoint;
using store::Record;

constexpr const char* kDistrict = "shiliuzhuang";

class TamperingTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    store::StoreOptions options = Options();
    options.checkpoint_every = 4;
    Open(options);
    Append(1, 6);
    ASSERT_TRUE(store_->AddCheckpoint(kDistrict));
    exported_ = store_->Checkpoints(kDistrict).value();
    Append(7, 8);  // the checkpoint of 8 is not exported
    ASSERT_EQ(Verify(exported_), "ok");
    Disarm();
  }
  void Do(const std::string& sql, const store::Row& parameters = {}) {
    const auto done = Raw(sql, parameters);
    ASSERT_TRUE(done) << sql << done.error().message.en;
  }
  // Writes the records from that one on anew, so that each follows the one before it.
  void Rechain(int64_t from) {
    std::vector<Record> records = All();
    std::string previous;
    for (const Record& old : records) {
      if (old.sequence < from) {
        previous = old.hash;
        continue;
      }
      store::Decision decision = old.decision;
      if (old.sequence == from) decision.answer = "another answer";
      const Record record = store::Chain(std::move(decision), old.sequence - 1, previous, DigestKind::kSha256);
      previous = record.hash;
      Do("UPDATE decisions SET answer = $1, answer_digest = $2, previous = $3, hash = $4 WHERE sequence = $5",
         {Bytes{record.decision.answer}, record.answer_digest, record.previous, record.hash, record.sequence});
    }
  }
  std::vector<Checkpoint> exported_;
};

TEST_P(TamperingTest, AByteOfAnyColumn) {
  const char* blob = postgres() ? "decode('00', 'hex')" : "x'00'";
  const std::pair<const char*, std::string> columns[] = {{"id", "id || 'x'"},
                                                         {"time_ms", "time_ms + 1"},
                                                         {"deployment", "deployment || 'x'"},
                                                         {"period", "'2024Q4'"},
                                                         {"media", "'application/x-ndjson'"},
                                                         {"query", "''"},
                                                         {"query", "'no query at all'"},
                                                         {"request", blob},
                                                         {"answer", blob},
                                                         {"request_digest", "answer_digest"},
                                                         {"answer_digest", "request_digest"},
                                                         {"previous", "hash"},
                                                         {"hash", "previous"}};
  for (const auto& [column, value] : columns) {
    const auto whole = Raw(fmt::format("SELECT {} FROM decisions WHERE sequence = 3", column)).value().front();
    Do(fmt::format("UPDATE decisions SET {} = {} WHERE sequence = 3", column, value));
    EXPECT_EQ(Verify(exported_), "record-altered 3") << column;
    Do(fmt::format("UPDATE decisions SET {} = $1 WHERE sequence = 3", column), whole);
    ASSERT_EQ(Verify(exported_), "ok") << column;
  }
  Do("UPDATE decisions SET district = 'other' WHERE sequence = 3");
  EXPECT_EQ(Verify(exported_), "record-missing 3");
}

TEST_P(TamperingTest, ARowIsRemoved) {
  Do("DELETE FROM decisions WHERE sequence = 3");
  EXPECT_EQ(Verify(), "record-missing 3");
  Do("UPDATE decisions SET sequence = sequence - 1 WHERE sequence = 4");
  EXPECT_EQ(Verify(), "record-altered 3");
}

TEST_P(TamperingTest, TheFirstRowIsRemoved) {
  Do("DELETE FROM decisions WHERE sequence = 1");
  EXPECT_EQ(Verify(), "record-missing 1");
}

TEST_P(TamperingTest, RowsAreSwapped) {
  Do("UPDATE decisions SET sequence = 103 WHERE sequence = 3");
  Do("UPDATE decisions SET sequence = 3 WHERE sequence = 4");
  Do("UPDATE decisions SET sequence = 4 WHERE sequence = 103");
  EXPECT_EQ(Verify(), "record-altered 3");
}

TEST_P(TamperingTest, ARowIsInserted) {
  for (const int64_t sequence : {8, 7, 6, 5, 4})
    Do("UPDATE decisions SET sequence = $1 WHERE sequence = $2", {sequence + 1, sequence});
  const auto records = All();
  const Record record = store::Chain(DecisionOf(50), 3, records[2].hash, DigestKind::kSha256);
  Do("INSERT INTO decisions SELECT district, 4, $1, time_ms, deployment, period, media, query, request, answer, request_digest, "
     "answer_digest, previous, hash FROM decisions WHERE sequence = 3",
     {record.decision.id});
  EXPECT_EQ(Verify(), "record-altered 4");
  Do("UPDATE decisions SET time_ms = $1, request = $2, answer = $3, request_digest = $4, answer_digest = $5, previous = $6, "
     "hash = $7 WHERE sequence = 4",
     {record.decision.time_ms, Bytes{record.decision.request}, Bytes{record.decision.answer}, record.request_digest,
      record.answer_digest, record.previous, record.hash});
  EXPECT_EQ(Verify(), "checkpoint-differs 4");
}

TEST_P(TamperingTest, TheTailIsCut) {
  Do("DELETE FROM decisions WHERE sequence > 6");
  EXPECT_EQ(Verify(), "truncated 7");  // by the checkpoint in the store
  Do("DELETE FROM checkpoints WHERE sequence > 6");
  EXPECT_EQ(Verify(exported_), "ok");  // nobody outside was told of 7 and 8
  Do("DELETE FROM decisions WHERE sequence > 4");
  Do("DELETE FROM checkpoints WHERE sequence > 4");
  EXPECT_EQ(Verify(), "ok");
  EXPECT_EQ(Verify(exported_), "truncated 5");
}

TEST_P(TamperingTest, TheWholeLogIsRechained) {
  Rechain(2);
  EXPECT_EQ(Verify(), "checkpoint-differs 4");
  // With the checkpoints adapted as well as one can without the key.
  for (const Record& record : All())
    Do("UPDATE checkpoints SET hash = $1 WHERE sequence = $2", {record.hash, record.sequence});
  EXPECT_EQ(Verify(), "bad-signature 4");
  Do("DELETE FROM checkpoints WHERE sequence > 1");
  EXPECT_EQ(Verify(exported_), "checkpoint-differs 4");
  Do("UPDATE checkpoints SET key_id = '', signature = $1", {Bytes{""}});
  EXPECT_EQ(Verify(), "unsigned 1");
  Do("DELETE FROM checkpoints");
  EXPECT_EQ(Verify(), "no-checkpoint 1");
}

TEST_P(TamperingTest, AnotherKeySigns) {
  Rechain(2);
  const store::SigningKey forger = store::SigningKey::Generate(store::SignatureKind::kEd25519);
  Do("DELETE FROM checkpoints");
  Do("INSERT INTO signing_keys (id, pem) VALUES ($1, $2)", {forger.public_key().id(), forger.public_key().pem()});
  Checkpoint checkpoint{kDistrict, Checkpoint::Kind::kReached, 8, All().back().hash, now_ms_, "", ""};
  store::Sign(checkpoint, &forger);
  Do("INSERT INTO checkpoints (district, kind, sequence, hash, time_ms, key_id, signature) VALUES ($1, 'reached', $2, $3, $4, $5, $6)",
     {checkpoint.district, checkpoint.sequence, checkpoint.hash, checkpoint.time_ms, checkpoint.key_id,
      Bytes{checkpoint.signature}});
  EXPECT_EQ(Verify(), "unknown-signer 8");
  EXPECT_EQ(Verify(exported_), "unknown-signer 8");
  // Who trusts only what the store says of itself needs what was exported.
  EXPECT_TRUE(store_->VerifyLog(kDistrict, {}, {}).value().ok());
  EXPECT_EQ(store_->VerifyLog(kDistrict, {}, exported_).value().finding, "checkpoint-differs");
}

TEST_P(TamperingTest, AForgedRetention) {
  Do("DELETE FROM decisions WHERE sequence <= 3");
  Do("INSERT INTO checkpoints (district, kind, sequence, hash, time_ms, key_id, signature) SELECT district, 'pruned', 3, "
     "(SELECT previous FROM decisions WHERE sequence = 4), time_ms, key_id, signature FROM checkpoints WHERE sequence = 4");
  EXPECT_EQ(Verify(), "bad-signature 3");
}
HENG_ON_BOTH(TamperingTest);

}  // namespace
}  // namespace heng::tests
