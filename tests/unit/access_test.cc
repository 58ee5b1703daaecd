// Who may do what, how often, and the small parts of a request's way that need no route: traces, compression.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "server/access.h"
#include "server/compression.h"
#include "server/trace.h"
#include "tests/unit/temporary_folder.h"

namespace heng::server {
namespace {

using store::Role;

TEST(AccessTest, RolesHoldInTheirDistrictAlone) {
  const Identity evaluator{"k", "n", {{"slz", {Role::kEvaluator}}}, false};
  EXPECT_TRUE(evaluator.May(Needs::kView, "slz"));
  EXPECT_TRUE(evaluator.May(Needs::kEvaluate, "slz"));
  for (const Needs needs : {Needs::kEdit, Needs::kApprove, Needs::kAudit, Needs::kAdmin}) {
    EXPECT_FALSE(evaluator.May(needs, "slz"));
  }
  EXPECT_FALSE(evaluator.May(Needs::kView, "tq"));
  EXPECT_FALSE(evaluator.Sees("tq"));
  const Identity admin{"k", "n", {{"slz", {Role::kAdmin}}}, false};
  for (const Needs needs :
       {Needs::kView, Needs::kEvaluate, Needs::kEdit, Needs::kApprove, Needs::kAudit, Needs::kAdmin}) {
    EXPECT_TRUE(admin.May(needs, "slz"));
    EXPECT_FALSE(admin.May(needs, "tq"));
  }
}

TEST(AccessTest, TheFirstKeyClosesAndRevokingDoesNotOpen) {
  const tests::TemporaryFolder folder;
  const auto store = store::Store::Open("sqlite:" + folder.path() + "/a.db", {});
  ASSERT_TRUE(store);
  int64_t now_ms = 1000;
  Access access(store->get(), {false, 2, [&] { return now_ms; }});
  ASSERT_TRUE(access.Refresh());
  EXPECT_TRUE(access.Identify("")->open);
  const auto key = (*store)->IssueKey({"n", {{"slz", {Role::kViewer}}}, std::nullopt, "a"});
  ASSERT_TRUE(key);
  ASSERT_TRUE(access.Refresh());
  EXPECT_EQ(access.Identify("").error().code, "no-key");
  EXPECT_EQ(access.Identify("Basic " + key->text).error().code, "no-key");
  EXPECT_EQ(access.Identify("Bearer " + key->text + "x").error().code, "bad-key");
  // Two a second, twice as many at once.
  for (int i = 0; i < 4; ++i) EXPECT_EQ(access.Identify("bearer " + key->text)->name, "n");
  EXPECT_EQ(access.Identify("Bearer " + key->text).error().status, 429);
  now_ms += 500;
  EXPECT_TRUE(access.Identify("Bearer " + key->text));
  EXPECT_FALSE(access.Identify("Bearer " + key->text));
  ASSERT_TRUE((*store)->RevokeKey(key->info.id, "a"));
  ASSERT_TRUE(access.Refresh());
  now_ms += 10000;
  EXPECT_EQ(access.Identify("Bearer " + key->text).error().code, "bad-key");
  EXPECT_FALSE(access.open());
}

TEST(TraceTest, IsContinuedIfWellWritten) {
  const std::string id = "4bf92f3577b34da6a3ce929d0e0e4736";
  EXPECT_EQ(TraceOf("00-" + id + "-00f067aa0ba902b7-01").id_text(), id);
  const std::vector<std::string> malformed = {"",
                                              "00",
                                              "00-" + id,
                                              "00-" + std::string(32, '0') + "-00f067aa0ba902b7-01",
                                              "00-" + id + "-0000000000000000-01",
                                              "00-" + id + "-00F067AA0BA902B7-01",
                                              "ff-" + id + "-00f067aa0ba902b7-01"};
  for (const std::string& bad : malformed) {
    const Trace trace = TraceOf(bad);
    EXPECT_NE(trace.id_text(), id) << bad;
    EXPECT_EQ(trace.ToHeader().size(), 55U);
  }
}

TEST(CompressionTest, OnlyWhatIsLargeAndTaken) {
  const auto encoding = [](const std::string& accepted, size_t size) {
    Response response{200, "text/plain", {{"ETag", "\"a\""}}, std::string(size, 'x')};
    Compress(accepted, response);
    for (const auto& [name, value] : response.headers) {
      if (name == "Content-Encoding") return value + std::to_string(static_cast<int>(response.body.size() < size));
    }
    return std::string();
  };
  EXPECT_EQ(encoding("br, GZIP;q=0", 10000), "");
  EXPECT_EQ(encoding("br, gzip", 10000), "gzip1");
  EXPECT_EQ(encoding("*", 10000), "gzip1");
  EXPECT_EQ(encoding("gzip;q=0.0", 10000), "");
  EXPECT_EQ(encoding("gzip", 100), "");
}

}  // namespace
}  // namespace heng::server
