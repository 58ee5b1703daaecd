#include "server/http/workers.h"

#include <algorithm>

namespace heng::server {

Workers::Workers(size_t threads, size_t queued) : queued_(queued) {
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

void Workers::Work() {
  while (true) {
    std::function<void()> job;
    {
      std::unique_lock lock(mutex_);
      posted_.wait(lock, [this] { return ending_ || !turns_.empty(); });
      if (turns_.empty()) return;
      const auto lane = lanes_.find(turns_.front());
      turns_.pop_front();
      job = std::move(lane->second.front());
      lane->second.pop_front();
      if (lane->second.empty()) {
        lanes_.erase(lane);
      } else {
        turns_.push_back(lane->first);
      }
      --waiting_;
    }
    job();
  }
}

}  // namespace heng::server
