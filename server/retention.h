// Retention: takes out of the store what need not be kept any longer: decisions older than their district's configuration says, behind
// the log's signed statement of that, and the answers of old idempotency keys. By a thread of its own, so that nothing waits for it.
// Made by the verb that serves.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "server/service.h"

namespace heng::server {

// What an Idempotency-Key stands for is known for so long.
constexpr int64_t kAnswersKeptMs = int64_t{7} * 24 * 3600 * 1000;

// Once, for the service's districts. What fails is said in the event log and tried again the next time.
void Sweep(const Service& service, int64_t now_ms);

class Retention {
 public:
  // Sweeps at once and every hour, with the snapshot of then. What it names must outlast this.
  explicit Retention(std::function<std::shared_ptr<const Service>()> current);
  Retention(const Retention&) = delete;
  Retention& operator=(const Retention&) = delete;
  // Waits for a sweep that has begun.
  ~Retention();

 private:
  void Run();

  std::function<std::shared_ptr<const Service>()> current_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace heng::server
