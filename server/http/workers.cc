#include "server/http/workers.h"

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

bool Workers::Post(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    if (jobs_.size() >= queued_) return false;
    jobs_.push_back(std::move(job));
    waiting_ = jobs_.size();
  }
  posted_.notify_one();
  return true;
}

void Workers::Work() {
  while (true) {
    std::function<void()> job;
    {
      std::unique_lock lock(mutex_);
      posted_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
      waiting_ = jobs_.size();
    }
    job();
  }
}

}  // namespace heng::server
