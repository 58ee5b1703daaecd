#include "server/retention.h"

#include <chrono>

#include <fmt/format.h>

#include "engine/store/store.h"
#include "server/event_log.h"
#include "server/metrics.h"

namespace heng::server {
namespace {

constexpr std::chrono::hours kEvery{1};

void SayFailed(const Service& service, const Error& error) {
  if (service.log != nullptr) service.log->Failed("retention", error);
}

void Prune(const Service& service, const config::District& district, int64_t now_ms) {
  if (!district.retention || district.retention->forever()) return;
  const auto removed = service.store->Prune(district.id, district.retention->Before(now_ms));
  if (!removed) return SayFailed(service, removed.error());
  if (*removed == 0) return;
  if (service.metrics != nullptr) service.metrics->CountRemoved(district.id, *removed);
  if (service.log != nullptr)
    service.log->Said("retention", fmt::format("removed {} decisions of {} from the log", *removed, district.id));
}

}  // namespace

void Sweep(const Service& service, int64_t now_ms) {
  if (service.store == nullptr) return;
  for (const ServedDistrict& district : service.districts) Prune(service, *district.current, now_ms);
  const auto forgotten = service.store->ForgetAnswers(now_ms - kAnswersKeptMs);
  if (!forgotten) return SayFailed(service, forgotten.error());
  if (*forgotten > 0 && service.log != nullptr)
    service.log->Said("retention", fmt::format("forgot {} answers of idempotency keys", *forgotten));
}

Retention::Retention(std::function<std::shared_ptr<const Service>()> current)
    : current_(std::move(current)), thread_([this] { Run(); }) {}

Retention::~Retention() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stopped_.notify_one();
  thread_.join();
}

void Retention::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    Sweep(*current_(), std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
    lock.lock();
    stopped_.wait_for(lock, kEvery, [this] { return stopping_; });
  }
}

}  // namespace heng::server
