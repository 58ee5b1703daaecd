// What the service takes out of its store by schedule, and what it leaves there.
#include <gtest/gtest.h>

#include "engine/store/store.h"
#include "server/metrics.h"
#include "server/retention.h"
#include "tests/unit/store_decisions.h"
#include "tests/unit/temporary_folder.h"

namespace heng::server {
namespace {

using config::Retention;

constexpr int64_t kDay = int64_t{24} * 3600 * 1000;
constexpr int64_t kNow = 1700000000000;  // 2023-11-14 22:13:20 UTC

// Counted with Python's datetime.
TEST(RetentionTest, IsCountedByTheCalendar) {
  struct Case {
    Retention retention;
    int64_t now;
    int64_t before;
  };
  const Case cases[] = {
      {{Retention::Unit::kDays, 1}, kNow, kNow - kDay},
      {{Retention::Unit::kMonths, 1}, kNow, 1697321600000},
      {{Retention::Unit::kMonths, 36}, kNow, 1605392000000},
      {{Retention::Unit::kYears, 3}, kNow, 1605392000000},
      // 2024-03-31 12:00 → 2024-02-29 12:00; 2024-02-29 → 2023-02-28.
      {{Retention::Unit::kMonths, 1}, 1711886400000, 1709208000000},
      {{Retention::Unit::kYears, 1}, 1709208000000, 1677585600000},
  };
  for (const Case& one : cases) EXPECT_EQ(one.retention.Before(one.now), one.before) << one.before;
}

class SweepTest : public testing::Test {
 protected:
  void SetUp() override {
    store::StoreOptions options;
    options.signing_key =
        std::make_shared<const store::SigningKey>(store::SigningKey::Generate(store::SignatureKind::kEd25519));
    options.now_ms = [this] { return now_; };
    Open(options);
    service_.metrics = &metrics_;
    AddDistrict("kept", Retention{});
    AddDistrict("days", Retention{Retention::Unit::kDays, 30});
    AddDistrict("unsaid", std::nullopt);
  }
  void Open(const store::StoreOptions& options) {
    store_.reset();
    store_ = std::move(*store::Store::Open("sqlite:" + folder_.path() + "/heng.db", options));
    service_.store = store_.get();
  }
  void AddDistrict(const std::string& id, const std::optional<Retention>& retention) {
    config::District district;
    district.id = id;
    district.retention = retention;
    service_.districts.push_back({std::make_shared<const config::District>(std::move(district)), nullptr});
    // One of 40 days ago and one of 20.
    const int n = static_cast<int>(service_.districts.size()) * 10;
    ASSERT_TRUE(store_->AppendAndWait(tests::DecisionOf(n, id, kNow - 40 * kDay)));
    ASSERT_TRUE(store_->AppendAndWait(tests::DecisionOf(n + 1, id, kNow - 20 * kDay)));
  }
  size_t Count(const std::string& district) { return store_->Records({district, 0, 100, false}).value().size(); }

  tests::TemporaryFolder folder_;
  int64_t now_ = kNow;
  std::unique_ptr<store::Store> store_;
  Metrics metrics_;
  Service service_;
};

TEST_F(SweepTest, TakesWhatADistrictNeedNotKeep) {
  Sweep(service_, kNow);
  EXPECT_EQ(Count("kept"), 2U);
  EXPECT_EQ(Count("days"), 1U);
  EXPECT_EQ(Count("unsaid"), 2U);
  EXPECT_NE(metrics_.Render([](const std::string&) { return true; })
                .find("heng_decisions_removed_total{district=\"days\"} 1"),
            std::string::npos)
      << metrics_.Render([](const std::string&) { return true; });
  const auto checkpoints = store_->Checkpoints("days").value();
  EXPECT_EQ(std::count_if(checkpoints.begin(), checkpoints.end(),
                          [](const store::Checkpoint& one) {
                            return one.kind == store::Checkpoint::Kind::kPruned && !one.signature.empty();
                          }),
            1);
  EXPECT_EQ(store_->VerifyLog("days", {}, {}).value().finding, "");
  Sweep(service_, kNow);
  EXPECT_EQ(Count("days"), 1U);
}

TEST_F(SweepTest, RemovesNothingWithoutASignature) {
  Open({});
  Sweep(service_, kNow);
  EXPECT_EQ(Count("days"), 2U);
}

TEST_F(SweepTest, ForgetsOldAnswers) {
  const store::IdempotencyKey key{"k", "digest"};
  now_ = kNow - kAnswersKeptMs;
  ASSERT_TRUE(store_->AppendAndWait(tests::DecisionOf(1), key));
  Sweep(service_, kNow);
  EXPECT_TRUE(store_->FindAnswer("shiliuzhuang", key).value());
  Sweep(service_, kNow + 1);
  EXPECT_FALSE(store_->FindAnswer("shiliuzhuang", key).value());
}

}  // namespace
}  // namespace heng::server
