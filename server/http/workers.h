// Workers: the threads that long requests are handed to, behind a bounded queue. Jobs stand in lanes (a lane a district), which take
// turns, and none has all the threads: however many jobs one lane has and however long they take, the first of another is begun at once.
// Used by loop.
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
  // `of_lane`: how many jobs of one lane run at once.
  Workers(size_t threads, size_t queued, size_t of_lane);
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  // Finishes what was posted.
  ~Workers();

  // False: the queue is full, or the lane has half of it; the job was not taken. Thread-safe.
  bool Post(const std::string& lane, std::function<void()> job);
  size_t waiting() const { return waiting_; }

 private:
  void Work();
  // The first lane whose turn it is and that may have a thread more; the end of turns_ if there is none.
  std::deque<std::string>::iterator NextTurn();

  const size_t queued_;
  const size_t of_lane_;
  std::mutex mutex_;
  std::condition_variable posted_;
  std::map<std::string, std::deque<std::function<void()>>> lanes_;  // without empty ones
  std::deque<std::string> turns_;                                   // the lanes, the next one first
  std::map<std::string, size_t> running_;                           // by lane; without zeros
  std::atomic<size_t> waiting_ = 0;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace heng::server
