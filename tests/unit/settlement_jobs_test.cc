// Settlements on their way, by the routes without sockets and a store whose clock stops when a test says so.
#include "server/settlement_jobs.h"

#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/data/ulid.h"
#include "server/access.h"
#include "server/config/service.h"
#include "server/event_log.h"
#include "server/routes.h"
#include "server/service.h"
#include "tests/unit/temporary_folder.h"

namespace heng::server {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kPolicy = R"(政策 demo.points "积分"
  版本 "1"
  施行 2024-01-01 起   自定 "样例"

对象 项目 {
  名称 : 文本
}
填报 每季 {
  数 : 整数 分, 0 至 100
}
公式 分数 每季 = 数   自定
结果 每季 分数
)";

// A clock that counts its readings. While it is stopped, whoever reads it waits: a settlement that is being recorded.
class Clock {
 public:
  int64_t Read() {
    std::unique_lock lock(mutex_);
    moved_.wait(lock, [&] { return !stopped_; });
    if (fails_) {
      fails_ = false;
      throw std::runtime_error("the clock is broken");
    }
    return ++now_ms_;
  }
  void Stop() { Set(stopped_, true); }
  void Go() { Set(stopped_, false); }
  void Fail() { Set(fails_, true); }

 private:
  void Set(bool& what, bool value) {
    const std::lock_guard lock(mutex_);
    what = value;
    moved_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable moved_;
  bool stopped_ = false;
  bool fails_ = false;
  int64_t now_ms_ = 0;
};

class JobsTest : public testing::Test {
 protected:
  JobsTest() : log_(EventLog::Detail::kDenials) {
    folder_.Write("demo.heng", kPolicy);
    folder_.Write("heng.yaml", "districts: districts\n");
    for (const char* district : {"aa", "bb"})
      folder_.Write(std::string("districts/") + district + ".yaml", "name: 示例\npolicy: ../demo.heng\n");
    store::StoreOptions options;
    options.now_ms = [this] { return clock_.Read(); };
    store_ = *store::Store::Open("sqlite:" + folder_.path() + "/heng.db", options);
    access_.emplace(store_.get(), Access::Options{false, 1e6, {}});
    Open({3, 2, 1000});
  }
  ~JobsTest() override { clock_.Go(); }

  void Open(SettlementJobs::Limits limits) {
    jobs_.emplace(*store_, past_, &log_, limits);
    Service service{{}, {}, [] { return data::NewUlid(); }, store_.get(), &*access_, nullptr, &log_, &*jobs_, &past_};
    for (config::District& one : config::LoadDistricts(*config::LoadService(folder_.path() + "/heng.yaml")))
      service.districts.push_back({std::make_shared<const config::District>(std::move(one)), nullptr});
    service_ = std::make_shared<const Service>(std::move(service));
  }

  std::string Key(const char* district, store::Role role) {
    const auto key = store_->IssueKey({"n", {{district, {role}}}, std::nullopt, "a"});
    EXPECT_TRUE(access_->Refresh());
    return "Bearer " + key->text;
  }

  Response Ask(const std::string& method, const std::string& path, const std::string& body = "", Headers headers = {}) {
    headers.emplace_back("content-type", "application/json");
    const Request request{method, "/v1/districts/" + path, std::move(headers), body};
    Reply reply = Answer(service_, request);
    const auto* later = std::get_if<Later>(&reply);
    return later == nullptr ? std::get<Response>(std::move(reply)) : later->answer(request);
  }

  static std::string Order(const std::string& period, const std::string& points = "5") {
    return Json{
        {"period", period},
        {"files", {{"项目.csv", "编号,名称\na,x\n"}, {"每季.csv", "编号,期间,数\na," + period + "," + points + "\n"}}}}
        .dump();
  }
  Response Post(const std::string& district, const std::string& order, Headers headers = {}) {
    return Ask("POST", district + "/settlements", order, std::move(headers));
  }
  static std::string IdOf(const Response& response) {
    EXPECT_EQ(response.status, 202) << response.body;
    return Json::parse(response.body).value("id", "");
  }
  Json Show(const std::string& district, const std::string& id) {
    return Json::parse(Ask("GET", district + "/settlements/" + id).body);
  }
  // Asks until it is so far.
  Json Until(const std::string& district, const std::string& id, const std::function<bool(const Json&)>& holds) {
    while (true) {
      Json job = Show(district, id);
      if (holds(job)) return job;
      std::this_thread::yield();
    }
  }
  Json Done(const std::string& district, const std::string& id) {
    return Until(district, id, [](const Json& job) { return job["state"] == "settled" || job["state"] == "refused"; });
  }
  // One that is being recorded, and stays so until the clock goes.
  std::string Running(const std::string& district, const std::string& period) {
    clock_.Stop();
    const std::string id = IdOf(Post(district, Order(period)));
    Until(district, id, [](const Json& job) { return job["progress"]["done"] == 3; });
    return id;
  }
  static std::string HeaderOf(const Response& response, const std::string& name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return "";
  }
  static std::string CodeOf(const Response& response) { return Json::parse(response.body).value("code", ""); }

  tests::TemporaryFolder folder_;
  Clock clock_;
  EventLog log_;
  std::unique_ptr<store::Store> store_;
  std::optional<Access> access_;
  settle::PastSettlements past_;
  std::optional<SettlementJobs> jobs_;
  std::shared_ptr<const Service> service_;
};

TEST_F(JobsTest, WaitInTurnsAndTheQueueIsBounded) {
  const std::string running = Running("aa", "2024Q1");
  EXPECT_EQ(Show("aa", running)["state"], "running");
  EXPECT_EQ(Show("aa", running)["progress"], (Json{{"done", 3}, {"of", 4}}));
  const std::string second = IdOf(Post("aa", Order("2024Q2")));
  const std::string third = IdOf(Post("aa", Order("2024Q3")));
  // Two of a district wait, three of all.
  const Response full = Post("aa", Order("2024Q4"));
  EXPECT_EQ(full.status, 503);
  EXPECT_EQ(CodeOf(full), "settlements-busy");
  EXPECT_EQ(HeaderOf(full, "Retry-After"), "5");
  const std::string other = IdOf(Post("bb", Order("2024Q1")));
  EXPECT_EQ(CodeOf(Post("bb", Order("2024Q2"))), "settlements-busy");
  EXPECT_EQ(Show("aa", third)["state"], "queued");
  EXPECT_EQ(Show("aa", third)["progress"]["done"], 0);
  const Response early = Ask("GET", "aa/settlements/" + third, "", {{"accept", "text/csv"}});
  EXPECT_EQ(early.status, 409);
  EXPECT_EQ(CodeOf(early), "not-settled-yet");
  EXPECT_EQ(HeaderOf(early, "Retry-After"), "1");
  EXPECT_EQ(Json::parse(Ask("GET", "aa/settlements").body)["settlements"].size(), 3U);
  EXPECT_EQ(Json::parse(Ask("GET", "bb/settlements").body)["settlements"].size(), 1U);
  clock_.Go();
  const auto at = [&](const std::string& district, const std::string& id) {
    EXPECT_EQ(Done(district, id)["state"], "settled");
    return store_->FindSettlement(district, id)->time_ms;
  };
  const int64_t of_other = at("bb", other);
  EXPECT_LT(at("aa", running), of_other);
  EXPECT_LT(of_other, at("aa", second));
  EXPECT_LT(at("aa", second), at("aa", third));
  // There is room again.
  EXPECT_EQ(Done("aa", IdOf(Post("aa", Order("2024Q4"))))["state"], "settled");
}

TEST_F(JobsTest, BelongToTheirDistrictAndWantARole) {
  const std::string id = IdOf(Post("aa", Order("2024Q1")));
  Done("aa", id);
  EXPECT_EQ(CodeOf(Ask("GET", "bb/settlements/" + id)), "unknown-settlement");
  const std::string running = Running("aa", "2024Q2");
  EXPECT_EQ(CodeOf(Ask("GET", "bb/settlements/" + running)), "unknown-settlement");
  EXPECT_EQ(Json::parse(Ask("GET", "bb/settlements").body)["settlements"].size(), 0U);
  clock_.Go();
  Done("aa", running);
  const Headers viewer = {{"authorization", Key("aa", store::Role::kViewer)}};
  const Headers evaluator = {{"authorization", Key("aa", store::Role::kEvaluator)}};
  const Headers stranger = {{"authorization", Key("bb", store::Role::kAdmin)}};
  const Headers auditor = {{"authorization", Key("aa", store::Role::kAuditor)}};
  EXPECT_EQ(Ask("GET", "aa/settlements/" + id, "", viewer).status, 200);
  EXPECT_EQ(Ask("GET", "aa/settlements", "", viewer).status, 200);
  EXPECT_EQ(Post("aa", Order("2024Q3"), viewer).status, 403);
  EXPECT_EQ(Post("aa", Order("2024Q3"), auditor).status, 403);
  EXPECT_EQ(Post("aa", Order("2024Q3"), stranger).status, 403);
  EXPECT_EQ(Ask("GET", "aa/settlements", "", stranger).status, 403);
  EXPECT_EQ(Ask("GET", "aa/settlements/" + id, "", stranger).status, 403);
  EXPECT_EQ(Ask("GET", "bb/settlements/" + id, "", stranger).status, 404);
  EXPECT_EQ(Post("aa", Order("2024Q3")).status, 401);
  EXPECT_EQ(Post("aa", Order("2024Q3"), evaluator).status, 202);
}

TEST_F(JobsTest, OneKeySettlesOnce) {
  const Headers key = {{"idempotency-key", "k"}};
  clock_.Stop();
  const std::string id = IdOf(Post("aa", Order("2024Q1"), key));
  EXPECT_EQ(IdOf(Post("aa", Order("2024Q1"), key)), id);
  EXPECT_EQ(Post("aa", Order("2024Q2"), key).status, 422);
  // In another district it is another key.
  EXPECT_NE(IdOf(Post("bb", Order("2024Q1"), key)), id);
  clock_.Go();
  EXPECT_EQ(Done("aa", id)["state"], "settled");
  EXPECT_EQ(IdOf(Post("aa", Order("2024Q1"), key)), id);
  EXPECT_EQ(CodeOf(Post("aa", Order("2024Q2"), key)), "idempotency-conflict");
  // What was refused is tried again.
  const Headers other = {{"idempotency-key", "l"}};
  const std::string refused = IdOf(Post("aa", Order("2024Q2", "101"), other));
  EXPECT_EQ(Done("aa", refused)["problem"]["code"], "facts-refused");
  EXPECT_NE(IdOf(Post("aa", Order("2024Q2", "101"), other)), refused);
}

TEST_F(JobsTest, OneThatFailsEndsAlone) {
  const std::string running = Running("aa", "2024Q1");
  const std::string next = IdOf(Post("aa", Order("2024Q2")));
  clock_.Fail();
  testing::internal::CaptureStderr();
  clock_.Go();
  const Json job = Done("aa", running);
  EXPECT_EQ(job["problem"]["status"], 500);
  EXPECT_EQ(job["problem"]["code"], "internal");
  EXPECT_EQ(job["problem"]["detail"].get<std::string>().find("clock"), std::string::npos);
  EXPECT_EQ(Done("aa", next)["state"], "settled");
  EXPECT_NE(testing::internal::GetCapturedStderr().find("settlement"), std::string::npos);
  // Nothing of it is left behind.
  EXPECT_EQ(Done("aa", IdOf(Post("aa", Order("2024Q1"))))["state"], "settled");
}

TEST_F(JobsTest, WhatWaitsIsLostWithTheProcessAndTold) {
  const std::string running = Running("aa", "2024Q1");
  const std::string waits = IdOf(Post("aa", Order("2024Q2"), {{"idempotency-key", "k"}}));
  testing::internal::CaptureStderr();
  jobs_->Stop();
  clock_.Go();
  jobs_.reset();
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_EQ(said.find(running), std::string::npos);
  EXPECT_NE(said.find("settlement-lost"), std::string::npos);
  EXPECT_NE(said.find(waits + " of aa, 2024Q2"), std::string::npos) << said;
  Open({3, 2, 1000});
  const Response answer = Ask("GET", "aa/settlements/" + waits);
  EXPECT_EQ(answer.status, 404);
  EXPECT_NE(Json::parse(answer.body)["messages"]["en"].get<std::string>().find("ask again"), std::string::npos);
  EXPECT_EQ(Done("aa", running)["state"], "settled");
  EXPECT_EQ(Done("aa", IdOf(Post("aa", Order("2024Q2"), {{"idempotency-key", "k"}})))["state"], "settled");
}

TEST_F(JobsTest, OnlySoManyAreRemembered) {
  jobs_.reset();
  Open({3, 2, 1});
  const std::string refused = IdOf(Post("aa", Order("2024Q1", "101")));
  EXPECT_EQ(Done("aa", refused)["state"], "refused");
  const std::string settled = IdOf(Post("aa", Order("2024Q1")));
  EXPECT_EQ(Done("aa", settled)["state"], "settled");
  const std::string third = IdOf(Post("aa", Order("2024Q2")));
  Done("aa", third);
  EXPECT_EQ(CodeOf(Ask("GET", "aa/settlements/" + refused)), "unknown-settlement");
  EXPECT_EQ(Show("aa", settled)["state"], "settled");
}

}  // namespace
}  // namespace heng::server
