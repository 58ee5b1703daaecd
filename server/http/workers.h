// Workers: the threads that long requests are handed to, behind a bounded queue. Used by loop.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace heng::server {

class Workers {
 public:
  Workers(size_t threads, size_t queued);
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  // Finishes what was posted.
  ~Workers();

  // False: the queue is full, and the job was not taken. Thread-safe.
  bool Post(std::function<void()> job);
  size_t waiting() const { return waiting_; }

 private:
  void Work();

  const size_t queued_;
  std::mutex mutex_;
  std::condition_variable posted_;
  std::deque<std::function<void()>> jobs_;
  std::atomic<size_t> waiting_ = 0;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace heng::server
