#include "server/http/workers.h"

#include <algorithm>

namespace heng::server {

Workers::Workers(size_t threads, size_t queued, size_t of_lane) : queued_(queued), of_lane_(of_lane) {
  for (size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { Work(); });
}

Workers::~Workers() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  posted_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool Workers::Post(const std::string& lane, std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_ >= queued_) return false;
    const auto found = lanes_.find(lane);
    if (found == lanes_.end()) {
      lanes_[lane].push_back(std::move(job));
      turns_.push_back(lane);
    } else if (found->second.size() >= std::max<size_t>(queued_ / 2, 1)) {
      return false;
    } else {
      found->second.push_back(std::move(job));
    }
    ++waiting_;
  }
  posted_.notify_one();
  return true;
}

std::deque<std::string>::iterator Workers::NextTurn() {
  return std::find_if(turns_.begin(), turns_.end(), [this](const std::string& lane) {
    const auto running = running_.find(lane);
    return running == running_.end() || running->second < of_lane_;
  });
}

void Workers::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    auto turn = turns_.end();
    posted_.wait(lock, [&] {
      turn = NextTurn();
      return turn != turns_.end() || (ending_ && turns_.empty());
    });
    if (turn == turns_.end()) return;
    const std::string name = *turn;
    turns_.erase(turn);
    const auto lane = lanes_.find(name);
    std::function<void()> job = std::move(lane->second.front());
    lane->second.pop_front();
    if (lane->second.empty()) {
      lanes_.erase(lane);
    } else {
      turns_.push_back(name);
    }
    --waiting_;
    ++running_[name];
    lock.unlock();
    job();
    job = nullptr;
    lock.lock();
    if (--running_[name] == 0) running_.erase(name);
    // The lane may have a thread again; and who ends waits for the last turn.
    if (!turns_.empty() || ending_) posted_.notify_all();
  }
}

}  // namespace heng::server
