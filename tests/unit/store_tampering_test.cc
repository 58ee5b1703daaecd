// Whoever owns the database can take its triggers away and write what he likes: what the verification of the log then says, on both
// backends.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/store/chain.h"
#include "engine/store/log_file.h"
#include "engine/store/log_rows.h"
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
    Disarm();
    Write(All());
    ASSERT_EQ(Verify(exported_), "ok");
  }
  void Do(const std::string& sql, const store::Row& parameters = {}) {
    const auto done = Raw(sql, parameters);
    ASSERT_TRUE(done) << sql << done.error().message.en;
  }
  // Has the log consist of these records, three to a row as if they had been committed so, whatever they say of themselves.
  void Write(const std::vector<Record>& records) {
    Do("DELETE FROM log_groups");
    std::vector<store::LogGroup> groups;
    for (size_t i = 0; i < records.size(); ++i) {
      if (i % 3 == 0) groups.emplace_back();
      groups.back().AppendAsWritten(records[i]);
    }
    const auto connection = Connect();
    for (store::LogGroup& group : groups) ASSERT_TRUE(store::InsertGroup(*connection, std::move(group)));
  }
  // All that they say.
  static std::vector<std::string> Lines(const std::vector<Record>& records) {
    std::vector<std::string> out;
    for (const Record& record : records) out.push_back(store::WriteLine(record));
    return out;
  }
  // Each of them follows the one before it anew, from that one on.
  static std::vector<Record> Rechained(const std::vector<Record>& records, size_t from) {
    std::vector<Record> out(records.begin(), records.begin() + static_cast<ptrdiff_t>(from));
    for (size_t i = from; i < records.size(); ++i) {
      const std::string previous = out.empty() ? "" : out.back().hash;
      out.push_back(store::Chain(records[i].decision, static_cast<int64_t>(i), previous, DigestKind::kSha256));
    }
    return out;
  }
  // The log with another answer in its second record.
  void Falsify() {
    std::vector<Record> records = All();
    records[1].decision.answer = "another answer";
    Write(Rechained(records, 1));
  }
  std::vector<Checkpoint> exported_;
};

TEST_P(TamperingTest, AnyByteOfAGroup) {
  const std::vector<std::string> lines = Lines(All());
  // Those of the second row, which holds 4 to 6.
  for (const char* column : {"ids", "records"}) {
    const auto whole =
        Raw(fmt::format("SELECT {} FROM log_groups WHERE last_sequence = 6", column)).value().front().front();
    const std::string& bytes = std::get<Bytes>(whole).bytes;
    ASSERT_GT(bytes.size(), 60U);
    const std::string set = fmt::format("UPDATE log_groups SET {} = $1 WHERE last_sequence = 6", column);
    // One of them a byte on the server that is asked over a socket is enough.
    for (size_t i = 0; i < bytes.size(); i += postgres() ? 13 : 1) {
      std::string altered = bytes;
      altered[i] = static_cast<char>(altered[i] ^ 1);
      Do(set, {Bytes{altered}});
      // Packed records may have bytes that say nothing.
      const bool found = Verify(exported_).starts_with("record-altered ");
      EXPECT_TRUE(found || (column == std::string_view("records") && Lines(All()) == lines))
          << column << " " << i << " " << Verify(exported_);
    }
    for (const std::string& altered :
         {bytes.substr(0, bytes.size() - 1), bytes.substr(1), bytes + "0", bytes + "0:", std::string()}) {
      Do(set, {Bytes{altered}});
      EXPECT_TRUE(Verify(exported_).starts_with("record-altered "))
          << column << " " << altered.size() << " " << Verify(exported_);
    }
    Do(set, {whole});
    ASSERT_EQ(Verify(exported_), "ok");
  }
}

TEST_P(TamperingTest, AMemberOfARecord) {
  const std::vector<Record> whole = All();
  using Alter = void (*)(Record&);
  const Alter alterations[] = {[](Record& one) { one.decision.id += 'x'; },
                               [](Record& one) { one.decision.time_ms += 1; },
                               [](Record& one) { one.decision.deployment += 'x'; },
                               [](Record& one) { one.decision.period = "2024Q4"; },
                               [](Record& one) { one.decision.media = "application/x-ndjson"; },
                               [](Record& one) { one.decision.query.clear(); },
                               [](Record& one) { one.decision.request.pop_back(); },
                               [](Record& one) { one.decision.answer += '\0'; },
                               [](Record& one) { one.request_digest = one.answer_digest; },
                               [](Record& one) { one.answer_digest.clear(); },
                               [](Record& one) { one.previous = one.hash; },
                               [](Record& one) { one.hash = one.previous; }};
  for (size_t i = 0; i < std::size(alterations); ++i) {
    std::vector<Record> records = whole;
    alterations[i](records[4]);
    Write(records);
    EXPECT_EQ(Verify(exported_), "record-altered 5") << i;
  }
}

TEST_P(TamperingTest, WhatARowSaysOfItsRecords) {
  const std::pair<const char*, const char*> columns[] = {{"min_time_ms = min_time_ms - 1", "record-altered 4"},
                                                         {"max_time_ms = max_time_ms + 1", "record-altered 4"},
                                                         {"min_id = '0'", "record-altered 4"},
                                                         {"max_id = 'Z'", "record-altered 4"},
                                                         {"id_prefix = '01HF7YB'", "record-altered 4"},
                                                         {"previous = hash", "record-altered 4"},
                                                         {"hash = previous", "record-altered 6"},
                                                         {"first_sequence = 3", "record-inserted 3"},
                                                         {"first_sequence = 5", "record-missing 4"},
                                                         {"first_sequence = 60", "record-missing 4"},
                                                         {"first_sequence = -9", "record-missing 4"},
                                                         {"last_sequence = 5", "record-altered 4"},
                                                         {"last_sequence = 7", "record-altered 7"},
                                                         {"last_sequence = 9223372036854775807", "record-missing 4"},
                                                         {"district = 'other'", "record-missing 4"},
                                                         {"record_bytes = record_bytes - 1", "record-altered 4"},
                                                         {"record_bytes = 9223372036854775807", "record-altered 4"},
                                                         {"record_bytes = -1", "record-altered 4"},
                                                         {"record_bytes = NULL", "record-altered 4"}};
  const std::vector<Record> whole = All();
  for (const auto& [column, finding] : columns) {
    Do(fmt::format("UPDATE log_groups SET {} WHERE last_sequence = 6", column));
    EXPECT_EQ(Verify(exported_), finding) << column;
    Write(whole);
    ASSERT_EQ(Verify(exported_), "ok");
  }
}

TEST_P(TamperingTest, ARowIsRemoved) {
  Do("DELETE FROM log_groups WHERE last_sequence = 6");
  EXPECT_EQ(Verify(), "record-missing 4");
  Do("UPDATE log_groups SET first_sequence = 4, last_sequence = 5 WHERE last_sequence = 8");
  EXPECT_EQ(Verify(), "record-altered 4");
}

TEST_P(TamperingTest, TheFirstRowIsRemoved) {
  Do("DELETE FROM log_groups WHERE last_sequence = 3");
  EXPECT_EQ(Verify(), "record-missing 1");
}

TEST_P(TamperingTest, RowsAreSwapped) {
  Do("UPDATE log_groups SET first_sequence = 101, last_sequence = 103 WHERE last_sequence = 3");
  Do("UPDATE log_groups SET first_sequence = 1, last_sequence = 3 WHERE last_sequence = 6");
  Do("UPDATE log_groups SET first_sequence = 4, last_sequence = 6 WHERE last_sequence = 103");
  EXPECT_EQ(Verify(), "record-altered 1");
}

TEST_P(TamperingTest, RecordsAreSwapped) {
  std::vector<Record> records = All();
  std::swap(records[3], records[4]);
  std::swap(records[3].sequence, records[4].sequence);
  Write(records);
  EXPECT_EQ(Verify(), "record-altered 4");
}

TEST_P(TamperingTest, ARecordIsRemoved) {
  std::vector<Record> records = All();
  records.erase(records.begin() + 4);
  for (size_t i = 0; i < records.size(); ++i) records[i].sequence = static_cast<int64_t>(i) + 1;
  Write(records);
  EXPECT_EQ(Verify(), "record-altered 5");
  Write(Rechained(records, 4));
  EXPECT_EQ(Verify(exported_), "checkpoint-differs 6");
}

TEST_P(TamperingTest, ARecordIsInserted) {
  std::vector<Record> records = All();
  records.insert(records.begin() + 3, Record{{}, DecisionOf(50)});
  for (size_t i = 0; i < records.size(); ++i) records[i].sequence = static_cast<int64_t>(i) + 1;
  Write(records);
  EXPECT_EQ(Verify(), "record-altered 4");
  Write(Rechained(records, 3));
  EXPECT_EQ(Verify(), "checkpoint-differs 4");
}

TEST_P(TamperingTest, TheTailIsCut) {
  std::vector<Record> records = All();
  records.resize(6);
  Write(records);
  EXPECT_EQ(Verify(), "truncated 7");  // by the checkpoint in the store
  Do("DELETE FROM checkpoints WHERE sequence > 6");
  EXPECT_EQ(Verify(exported_), "ok");  // nobody outside was told of 7 and 8
  // In the middle of a row.
  records.resize(4);
  Write(records);
  Do("DELETE FROM checkpoints WHERE sequence > 4");
  EXPECT_EQ(Verify(), "ok");
  EXPECT_EQ(Verify(exported_), "truncated 5");
}

TEST_P(TamperingTest, TheWholeLogIsRechained) {
  Falsify();
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
  Falsify();
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
  Do("DELETE FROM log_groups WHERE last_sequence <= 3");
  Do("INSERT INTO checkpoints (district, kind, sequence, hash, time_ms, key_id, signature) SELECT district, 'pruned', 3, "
     "(SELECT previous FROM log_groups WHERE first_sequence = 4), time_ms, key_id, signature FROM checkpoints WHERE sequence = 4");
  EXPECT_EQ(Verify(), "bad-signature 3");
}
HENG_ON_BOTH(TamperingTest);

}  // namespace
}  // namespace heng::tests
