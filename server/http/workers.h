// Workers: the threads that long requests are handed to, behind a bounded queue. Jobs stand in lanes (a lane a district), which take
// turns: however many jobs one lane has, the first of another is next but one. Used by loop.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
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

  // False: the queue is full, or the lane has half of it; the job was not taken. Thread-safe.
  bool Post(const std::string& lane, std::function<void()> job);
  size_t waiting() const { return waiting_; }

 private:
  void Work();

  const size_t queued_;
  std::mutex mutex_;
  std::condition_variable posted_;
  std::map<std::string, std::deque<std::function<void()>>> lanes_;  // without empty ones
  std::deque<std::string> turns_;                                   // the lanes, the next one first
  std::atomic<size_t> waiting_ = 0;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace heng::server
