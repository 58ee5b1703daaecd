// The queue of long requests: lanes take turns, and none takes all of the room.
#include "server/http/workers.h"

#include <atomic>
#include <future>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace heng::server {
namespace {

// A pool of one thread that is held up, so that what is posted waits until Release.
class HeldUp {
 public:
  explicit HeldUp(size_t queued) : workers_(std::make_unique<Workers>(1, queued, 1)) {
    std::promise<void> begun;
    workers_->Post("gate", [this, &begun] {
      begun.set_value();
      gate_.get_future().wait();
    });
    begun.get_future().wait();
  }

  bool Post(const std::string& lane, const std::string& name) {
    return workers_->Post(lane, [this, name] { done_.push_back(name); });
  }
  // What was posted, in the order in which it was done.
  std::vector<std::string> Release() {
    gate_.set_value();
    workers_.reset();
    return done_;
  }

 private:
  std::promise<void> gate_;
  std::vector<std::string> done_;
  std::unique_ptr<Workers> workers_;
};

TEST(Workers, LanesTakeTurnsAndKeepTheirOrder) {
  HeldUp held(100);
  for (const char* name : {"a1", "a2", "a3", "a4"}) EXPECT_TRUE(held.Post("a", name));
  for (const char* name : {"b1", "b2"}) EXPECT_TRUE(held.Post("b", name));
  EXPECT_TRUE(held.Post("c", "c1"));
  EXPECT_EQ(held.Release(), (std::vector<std::string>{"a1", "b1", "c1", "a2", "b2", "a3", "a4"}));
}

TEST(Workers, OneLaneTakesHalfOfTheRoom) {
  HeldUp held(4);
  EXPECT_TRUE(held.Post("a", "a1"));
  EXPECT_TRUE(held.Post("a", "a2"));
  EXPECT_FALSE(held.Post("a", "a3"));
  EXPECT_TRUE(held.Post("b", "b1"));
  EXPECT_TRUE(held.Post("c", "c1"));
  EXPECT_FALSE(held.Post("d", "d1"));
  EXPECT_EQ(held.Release(), (std::vector<std::string>{"a1", "b1", "c1", "a2"}));
}

TEST(Workers, NoLaneHasAllThreads) {
  Workers workers(3, 100, 2);
  std::promise<void> gate;
  const std::shared_future<void> open = gate.get_future().share();
  std::promise<void> both;
  std::atomic<int> begun = 0;
  std::atomic<bool> third = false;
  for (int i = 0; i < 2; ++i) {
    workers.Post("a", [&] {
      if (++begun == 2) both.set_value();
      open.wait();
    });
  }
  both.get_future().wait();
  workers.Post("a", [&] { third = true; });
  // The thread that is left takes others', one after the other, and not the third of `a`.
  for (int i = 0; i < 3; ++i) {
    std::promise<void> done;
    workers.Post("b", [&] { done.set_value(); });
    done.get_future().wait();
  }
  EXPECT_FALSE(third);
  gate.set_value();
  std::promise<void> last;
  workers.Post("a", [&] { last.set_value(); });
  last.get_future().wait();
  EXPECT_TRUE(third);
}

TEST(Workers, ARoomOfOneIsTaken) {
  HeldUp held(1);
  EXPECT_TRUE(held.Post("a", "a1"));
  EXPECT_FALSE(held.Post("b", "b1"));
  EXPECT_EQ(held.Release(), std::vector<std::string>{"a1"});
}

}  // namespace
}  // namespace heng::server
