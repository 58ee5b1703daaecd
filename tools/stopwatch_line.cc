#include "tools/stopwatch_line.h"

#include <cstdio>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

namespace heng::tools {

StopwatchLine::StopwatchLine(Language language, Bilingual doing) : language_(language) {
  if (::isatty(2) != 0) thread_ = std::thread([this, doing = std::move(doing)] { Run(doing); });
}

StopwatchLine::~StopwatchLine() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  ended_.notify_one();
  thread_.join();
}

void StopwatchLine::Run(const Bilingual& doing) {
  std::unique_lock lock(mutex_);
  int seconds = 0;
  while (!ended_.wait_for(lock, std::chrono::seconds(1), [this] { return over_; })) {
    ++seconds;
    const Bilingual text{fmt::format("{} … {} 秒", doing.zh, seconds), fmt::format("{} … {} s", doing.en, seconds)};
    fmt::print(stderr, "\r{}\x1b[K", text.In(language_));
    std::fflush(stderr);
  }
  if (seconds > 0) fmt::print(stderr, "\r\x1b[K");
}

}  // namespace heng::tools
