// The decision log: group commit, idempotency, retention, verification, and what happens when the database fails; on both backends.
#include <atomic>
#include <future>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/store/store.h"
#include "tests/unit/store_backends.h"

namespace heng::tests {
namespace {

using store::Checkpoint;
using store::Receipt;
using store::Record;

constexpr const char* kDistrict = "shiliuzhuang";

class LogTest : public StoreTest {};

TEST_P(LogTest, ADecisionComesBackAsItWas) {
  Append(1, 3);
  const store::Decision wanted = DecisionOf(2, kDistrict, 1700000000002);
  const auto found = store_->FindDecision(kDistrict, wanted.id);
  ASSERT_TRUE(found) << found.error().message.en;
  const store::Decision& decision = found->decision;
  EXPECT_EQ(std::tie(decision.id, decision.district, decision.time_ms, decision.deployment, decision.period,
                     decision.media, decision.query, decision.request, decision.answer),
            std::tie(wanted.id, wanted.district, wanted.time_ms, wanted.deployment, wanted.period, wanted.media,
                     wanted.query, wanted.request, wanted.answer));
  EXPECT_EQ(found->sequence, 2);
  EXPECT_EQ(found->request_digest, Sha256(wanted.request));
  EXPECT_EQ(found->previous, All()[0].hash);
  EXPECT_EQ(CodeOf(store_->FindDecision("other", wanted.id)), "unknown-decision");
  EXPECT_EQ(CodeOf(store_->FindDecision(kDistrict, "nothing")), "unknown-decision");
}

TEST_P(LogTest, EachDistrictHasItsChain) {
  Append(1, 2);
  Append(3, 3, "other");
  Append(4, 4);
  EXPECT_EQ(store_->LogDistricts().value(), (std::vector<std::string>{"other", kDistrict}));
  EXPECT_EQ(All().back().sequence, 3);
  EXPECT_EQ(store_->Records({"other", 0, 10, false}).value().front().sequence, 1);
  EXPECT_EQ(Verify(), "ok");
}

TEST_P(LogTest, PagesGoForwardAndBack) {
  Append(1, 5);
  const auto sequences = [&](const store::LogQuery& query) {
    std::string out;
    const auto records = store_->Records(query).value();
    for (const Record& record : records) out += std::to_string(record.sequence);
    return out;
  };
  EXPECT_EQ(sequences({kDistrict, 0, 2, false}), "12");
  EXPECT_EQ(sequences({kDistrict, 2, 10, false}), "345");
  EXPECT_EQ(sequences({kDistrict, 0, 2, true}), "54");
  EXPECT_EQ(sequences({kDistrict, 4, 10, true}), "321");
  EXPECT_EQ(sequences({"nowhere", 0, 10, false}), "");
}

TEST_P(LogTest, ManyThreadsAppendOneChain) {
  constexpr int kThreads = 8;
  constexpr int kEach = 50;
  std::atomic<int> durable = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        store_->Append(DecisionOf(t * kEach + i), std::nullopt,
                       [&](const Result<Receipt>& receipt) { durable += receipt ? 1 : 0; });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  Open();  // the one before it waits until everything is durable
  EXPECT_EQ(durable, kThreads * kEach);
  EXPECT_EQ(All().size(), static_cast<size_t>(kThreads * kEach));
  EXPECT_EQ(Verify(), "ok");
}

TEST_P(LogTest, TwoReplicasAppendOneChain) {
  const auto other = store::Store::Open(url_, Options()).value();
  std::thread thread([&] {
    for (int n = 100; n < 140; ++n) EXPECT_TRUE(other->AppendAndWait(DecisionOf(n)));
  });
  Append(0, 39);
  thread.join();
  EXPECT_EQ(All().size(), 80U);
  EXPECT_EQ(Verify(), "ok");
}

TEST_P(LogTest, ABadRecordDoesNotTakeItsGroupAlong) {
  Append(1, 1);
  std::vector<std::future<Result<Receipt>>> futures;
  for (const int n : {2, 1, 3}) {
    auto promise = std::make_shared<std::promise<Result<Receipt>>>();
    futures.push_back(promise->get_future());
    store_->Append(DecisionOf(n), std::nullopt,
                   [promise](Result<Receipt> receipt) { promise->set_value(std::move(receipt)); });
  }
  EXPECT_EQ(CodeOf(futures[0].get()), "");
  EXPECT_EQ(CodeOf(futures[1].get()), "immutable");
  EXPECT_EQ(CodeOf(futures[2].get()), "");
  EXPECT_EQ(All().size(), 3U);
  EXPECT_EQ(Verify(), "ok");
}

// Holds the writer at its first completion, so that the queue fills.
class Hold {
 public:
  explicit Hold(store::Store& store) {
    store.Append(DecisionOf(0), std::nullopt, [this](const Result<Receipt>&) {
      entered_.set_value();
      go_on_.get_future().wait();
    });
    entered_.get_future().wait();
  }
  void End() { go_on_.set_value(); }

 private:
  std::promise<void> entered_;
  std::promise<void> go_on_;
};

TEST_P(LogTest, AGroupIsOneRow) {
  Hold hold(*store_);
  // An id of another half minute begins a row, another district has its own.
  std::vector<store::Decision> decisions = {DecisionOf(1), DecisionOf(2), DecisionOf(3, "other"), DecisionOf(4),
                                            DecisionOf(5)};
  decisions[4].id = "01HF8" + decisions[4].id.substr(5);
  decisions[1].time_ms -= 1000;
  for (const store::Decision& decision : decisions)
    store_->Append(decision, std::nullopt, [](const Result<Receipt>&) {});
  hold.End();
  Open();
  const auto rows =
      Raw("SELECT first_sequence, last_sequence, min_id, max_id, min_time_ms, max_time_ms FROM log_groups WHERE district = $1 "
          "ORDER BY last_sequence",
          {kDistrict})
          .value();
  const int64_t now = 1700000000000;
  const std::vector<store::Row> wanted = {{int64_t{1}, int64_t{1}, DecisionOf(0).id, DecisionOf(0).id, now, now},
                                          {int64_t{2}, int64_t{4}, DecisionOf(1).id, DecisionOf(4).id, now - 1000, now},
                                          {int64_t{5}, int64_t{5}, decisions[4].id, decisions[4].id, now, now}};
  EXPECT_EQ(rows, wanted);
  for (const store::Decision& decision : decisions) {
    EXPECT_EQ(store_->FindDecision(decision.district, decision.id).value().decision.answer, decision.answer);
    EXPECT_EQ(CodeOf(store_->AppendAndWait(decision)), "immutable");
  }
  EXPECT_EQ(CodeOf(store_->FindDecision("other", decisions[0].id)), "unknown-decision");
  EXPECT_EQ(CodeOf(store_->FindDecision(kDistrict, DecisionOf(3).id)), "unknown-decision");
  // Pages begin and end within a row.
  const auto sequences = [&](int64_t after, size_t limit, bool newest) {
    std::string out;
    const auto page = store_->Records({kDistrict, after, limit, newest}).value();
    for (const Record& record : page) out += std::to_string(record.sequence);
    return out;
  };
  EXPECT_EQ(sequences(0, 3, false), "123");
  EXPECT_EQ(sequences(2, 2, false), "34");
  EXPECT_EQ(sequences(3, 9, false), "45");
  EXPECT_EQ(sequences(4, 2, true), "32");
  EXPECT_EQ(sequences(0, 2, true), "54");
  EXPECT_EQ(sequences(3, 9, true), "21");
  EXPECT_EQ(Verify(), "ok");
  // Retention takes whole rows: the second one has a record that is young enough to stay.
  EXPECT_EQ(store_->Prune(kDistrict, now).value(), 0);
  now_ms_ += 1;
  EXPECT_EQ(store_->Prune(kDistrict, now + 1).value(), 5);
  EXPECT_EQ(Verify(), "ok");
}

TEST_P(LogTest, LargeDecisionsAreNotHeapedIntoOneRow) {
  Hold hold(*store_);
  for (int n = 1; n <= 6; ++n) {
    store::Decision decision = DecisionOf(n);
    decision.request.assign(100000, 'x');
    store_->Append(std::move(decision), std::nullopt, [](const Result<Receipt>& receipt) { EXPECT_TRUE(receipt); });
  }
  hold.End();
  Open();
  EXPECT_EQ(Raw("SELECT MAX(LENGTH(records)), COUNT(*) FROM log_groups").value().front().back(),
            store::Value(int64_t{4}));
  EXPECT_EQ(All().size(), 7U);
  EXPECT_EQ(Verify(), "ok");
}

TEST_P(LogTest, OneIdTwiceInAGroup) {
  Hold hold(*store_);
  std::vector<std::string> codes(3);
  for (const int n : {1, 2, 1}) {
    store_->Append(DecisionOf(n), std::nullopt,
                   [&, n](const Result<Receipt>& receipt) { codes[static_cast<size_t>(n)] += "/" + CodeOf(receipt); });
  }
  hold.End();
  Open();
  EXPECT_EQ(codes, (std::vector<std::string>{"", "//immutable", "/"}));
  EXPECT_EQ(All().size(), 3U);
}

TEST_P(LogTest, WhatDoesNotFitIntoTheQueueIsRefused) {
  store::StoreOptions options = Options();
  options.queue_bytes = 10000;
  Open(options);
  Hold hold(*store_);
  int refused = 0;
  int durable = 0;
  for (int n = 1; n <= 200; ++n) {
    store_->Append(DecisionOf(n), std::nullopt, [&](const Result<Receipt>& receipt) {
      EXPECT_EQ(CodeOf(receipt), receipt ? "" : "log-overloaded");
      (receipt ? durable : refused) += 1;
    });
  }
  EXPECT_GT(refused, 0);
  hold.End();
  store_.reset();
  EXPECT_GT(durable, 0);
  EXPECT_EQ(refused + durable, 200);
}

TEST_P(LogTest, AnIdempotencyKeyIsAnsweredOnce) {
  const store::IdempotencyKey key{"k1", Sha256("body")};
  EXPECT_EQ(store_->FindAnswer(kDistrict, key).value(), std::nullopt);
  const auto first = store_->AppendAndWait(DecisionOf(1), key);
  ASSERT_TRUE(first);
  EXPECT_FALSE(first->earlier);
  const auto second = store_->AppendAndWait(DecisionOf(2), key);
  ASSERT_TRUE(second);
  ASSERT_TRUE(second->earlier);
  EXPECT_EQ(second->earlier->answer, "answer 1");
  EXPECT_EQ(second->earlier->reference, DecisionOf(1).id);
  EXPECT_EQ(CodeOf(store_->AppendAndWait(DecisionOf(3), store::IdempotencyKey{"k1", Sha256("other")})),
            "idempotency-conflict");
  EXPECT_EQ(CodeOf(store_->FindAnswer(kDistrict, {"k1", Sha256("other")})), "idempotency-conflict");
  EXPECT_EQ(store_->FindAnswer("other", key).value(), std::nullopt);
  EXPECT_EQ(All().size(), 1U);
  EXPECT_EQ(store_->ForgetAnswers(now_ms_).value(), 0);
  EXPECT_EQ(store_->ForgetAnswers(now_ms_ + 1).value(), 1);
  EXPECT_EQ(store_->FindAnswer(kDistrict, key).value(), std::nullopt);
}

TEST_P(LogTest, CheckpointsComeWithTheFirstRecordAndEverySoMany) {
  store::StoreOptions options = Options();
  options.checkpoint_every = 4;
  Open(options);
  Append(1, 9);
  std::string sequences;
  const auto checkpoints = store_->Checkpoints(kDistrict).value();
  for (const Checkpoint& checkpoint : checkpoints) sequences += fmt::format("{} ", checkpoint.sequence);
  EXPECT_EQ(sequences, "1 4 8 ");
  const auto report = store_->VerifyLog(kDistrict, {key_->public_key()}, {}).value();
  EXPECT_EQ(report.records, 9);
  EXPECT_EQ(report.signed_to, 8);
  EXPECT_EQ(report.checkpoints, 3);
  ASSERT_TRUE(store_->AddCheckpoint(kDistrict).value());
  EXPECT_EQ(store_->VerifyLog(kDistrict, {key_->public_key()}, {}).value().signed_to, 9);
  EXPECT_EQ(store_->AddCheckpoint("nowhere").value(), std::nullopt);
}

TEST_P(LogTest, ADistrictMayHaveItsOwnCheckpoints) {
  store::StoreOptions options = Options();
  options.checkpoint_every = 4;
  Open(options);
  const auto sequences = [&](const std::string& district) {
    std::string out;
    const auto checkpoints = store_->Checkpoints(district).value();
    for (const Checkpoint& checkpoint : checkpoints) out += fmt::format("{} ", checkpoint.sequence);
    return out;
  };
  store_->CheckpointEvery(kDistrict, 3);
  Append(1, 7);
  Append(11, 15, "other");
  EXPECT_EQ(sequences(kDistrict), "1 3 6 ");
  EXPECT_EQ(sequences("other"), "1 4 ");
  // From then on: 8 and 10 are the multiples of 2 among records 8 to 10.
  store_->CheckpointEvery(kDistrict, 2);
  Append(8, 10);
  EXPECT_EQ(sequences(kDistrict), "1 3 6 8 10 ");
  EXPECT_EQ(Verify(), "ok");
}

TEST_P(LogTest, Sm2AndSm3) {
  key_ = std::make_shared<const store::SigningKey>(store::SigningKey::Generate(store::SignatureKind::kSm2));
  store::StoreOptions options = Options();
  options.digest = DigestKind::kSm3;
  Open(options);
  Append(1, 2);
  EXPECT_TRUE(All()[0].hash.starts_with("sm3:"));
  EXPECT_EQ(Verify(), "ok");
  Disarm();
  ASSERT_TRUE(Raw("UPDATE checkpoints SET time_ms = time_ms + 1"));
  EXPECT_EQ(Verify(), "bad-signature 1");
}

TEST_P(LogTest, RetentionLeavesTheChainVerifiable) {
  Append(1, 6);
  Append(7, 7, "other");
  EXPECT_EQ(store_->Prune(kDistrict, 1700000000004).value(), 3);
  EXPECT_EQ(All().front().sequence, 4);
  EXPECT_EQ(Verify(), "ok");
  EXPECT_EQ(store_->Prune(kDistrict, 1700000000004).value(), 0);
  Append(8, 8);
  EXPECT_EQ(store_->Prune(kDistrict, INT64_MAX).value(), 4);
  EXPECT_EQ(Verify(), "ok");
  // A log that is empty goes on where it ended.
  Append(9, 9);
  EXPECT_EQ(All().front().sequence, 8);
  EXPECT_EQ(Verify(), "ok");
  EXPECT_EQ(store_->Records({"other", 0, 10, false}).value().size(), 1U);
  // What retention did not remove cannot be removed in its shadow.
  EXPECT_EQ(CodeOf(Raw("DELETE FROM log_groups")), "immutable");
}
HENG_ON_BOTH(LogTest);

// ---- failures of the environment

class FullDiskTest : public LogTest {};

TEST_P(FullDiskTest, IsAnErrorAndNotALie) {
  const std::string roomy = url_;
  url_ += "?max_pages=80";
  Open();
  size_t durable = 0;
  Result<Receipt> receipt = Receipt{};
  for (int n = 0; n < 1000 && receipt; ++n) {
    store::Decision decision = DecisionOf(n);
    decision.request.assign(3000, 'x');
    receipt = store_->AppendAndWait(std::move(decision));
    if (receipt) ++durable;
  }
  EXPECT_EQ(CodeOf(receipt), "store-full");
  EXPECT_EQ(CodeOf(store_->Ping()), "store-full");
  EXPECT_GT(durable, 1U);
  EXPECT_EQ(All().size(), durable);
  EXPECT_EQ(Verify(), "ok");
  url_ = roomy;
  Open();
  Append(2000, 2001);
  EXPECT_EQ(All().size(), durable + 2);
  EXPECT_EQ(Verify(), "ok");
}
INSTANTIATE_TEST_SUITE_P(OnSqlite, FullDiskTest, testing::Values(Backend::kSqlite));

class LostDatabaseTest : public LogTest {};

TEST_P(LostDatabaseTest, IsAnErrorAndRecovers) {
  Append(1, 2);
  PostgresCluster::Get().StopAtOnce();
  EXPECT_EQ(CodeOf(store_->AppendAndWait(DecisionOf(3))), "store-unavailable");
  EXPECT_EQ(CodeOf(store_->Ping()), "store-unavailable");
  EXPECT_EQ(CodeOf(store_->Versions(kDistrict)), "store-unavailable");
  PostgresCluster::Get().Start();
  Append(3, 4);
  EXPECT_EQ(All().size(), 4U);
  EXPECT_EQ(Verify(), "ok");
  // A connection that broke while nobody used it is opened again without a word.
  PostgresCluster::Get().StopAtOnce();
  PostgresCluster::Get().Start();
  Append(5, 5);
  EXPECT_EQ(CodeOf(store_->Ping()), "");
}
INSTANTIATE_TEST_SUITE_P(OnPostgres, LostDatabaseTest, testing::Values(Backend::kPostgres));

}  // namespace
}  // namespace heng::tests
