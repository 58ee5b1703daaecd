// StopwatchLine: what a command is at and for how long, on the last line of the terminal, once it takes more than a second. Nothing where
// nobody watches. Not for a stream of known pace (run.cc counts its lines).
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "engine/base/bilingual.h"

namespace heng::tools {

class StopwatchLine {
 public:
  StopwatchLine(Language language, Bilingual doing);
  // Clears the line.
  ~StopwatchLine();
  StopwatchLine(const StopwatchLine&) = delete;
  StopwatchLine& operator=(const StopwatchLine&) = delete;

 private:
  void Run(const Bilingual& doing);

  Language language_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool over_ = false;
  std::thread thread_;
};

}  // namespace heng::tools
