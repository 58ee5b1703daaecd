// A writer that is killed (SIGKILL) at random moments: whatever it was told is durable is there, and the chain verifies.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <random>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/base/check.h"
#include "engine/store/store.h"
#include "tests/unit/store_backends.h"

namespace heng::tests {
namespace {

// On PostgreSQL it is the server that keeps what was acknowledged, in a process that is not killed: fewer times tell as much.
constexpr int kKills = 50;
constexpr int kKillsOfClients = 10;
constexpr const char* kDistrict = "shiliuzhuang";

class Writer {
 public:
  Writer(const std::string& url, int first) {
    int ends[2];
    CHECK(pipe2(ends, O_CLOEXEC) == 0);
    pid_ = fork();
    CHECK(pid_ >= 0);
    if (pid_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      execl(HENG_STORE_WRITER, "store_writer", url.c_str(), std::to_string(first).c_str(), nullptr);
      _exit(127);
    }
    close(ends[1]);
    out_ = ends[0];
  }

  // Reads that many acknowledgements, kills it, and reads what else it had said: all that it was told is durable.
  std::set<int> KillAfter(size_t acknowledgements) {
    std::string text;
    size_t lines = 0;
    char buffer[4096];
    bool killed = false;
    while (true) {
      if (!killed && lines >= acknowledgements) {
        kill(pid_, SIGKILL);
        killed = true;
      }
      const ssize_t got = read(out_, buffer, sizeof buffer);
      if (got <= 0) break;
      text.append(buffer, static_cast<size_t>(got));
      lines += static_cast<size_t>(std::count(buffer, buffer + got, '\n'));
    }
    close(out_);
    int status = 0;
    waitpid(pid_, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << "it ended by itself: " << status;
    std::set<int> numbers;
    for (size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos; at = end + 1)
      numbers.insert(std::stoi(text.substr(at, end - at)));
    return numbers;
  }

 private:
  pid_t pid_ = 0;
  int out_ = -1;
};

class KillTest : public StoreTest {};

TEST_P(KillTest, WhatWasAcknowledgedIsThere) {
  std::mt19937 random(20240701);
  std::uniform_int_distribution<size_t> moments(0, 200);
  std::set<std::string> acknowledged;
  const int kills = postgres() ? kKillsOfClients : kKills;
  for (int round = 0; round < kills; ++round) {
    Writer writer(url_, round * 100000);
    for (const int n : writer.KillAfter(moments(random))) acknowledged.insert(DecisionOf(n).id);
  }
  Open();
  std::set<std::string> kept;
  int64_t last = 0;
  while (true) {
    const auto records = store_->Records({kDistrict, last, 1000, false}).value();
    if (records.empty()) break;
    for (const store::Record& record : records) kept.insert(record.decision.id);
    last = records.back().sequence;
  }
  EXPECT_GT(acknowledged.size(), static_cast<size_t>(kills));
  std::vector<std::string> lost;
  std::set_difference(acknowledged.begin(), acknowledged.end(), kept.begin(), kept.end(), std::back_inserter(lost));
  EXPECT_EQ(lost, std::vector<std::string>{});
  const auto report = store_->VerifyLog(kDistrict, {}, {});
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->ok()) << report->finding << " " << report->sequence;
  EXPECT_EQ(report->records, static_cast<int64_t>(kept.size()));
}
HENG_ON_BOTH(KillTest);

}  // namespace
}  // namespace heng::tests
