// EventLog: what the service says while it runs, one JSON object a line on stderr: denials, failures, and requests if
// asked for. No facts, no ids of subjects, no addresses of clients: routes are named by their pattern. Thread-safe.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace heng::server {

// One request, as it was answered.
struct RequestEvent {
  std::string_view method;
  std::string_view route;  // `/v1/districts/{district}`; empty: none fits
  std::string_view district;
  std::string_view key;
  std::string_view trace;
  std::string_view code;  // of the problem, if it is one
  int status = 0;
  size_t request_bytes = 0;
  int64_t duration_us = 0;
};

class EventLog {
 public:
  enum class Detail : unsigned char { kNone, kDenials, kRequests };
  explicit EventLog(Detail detail) : detail_(detail) {}

  void Answered(const RequestEvent& event);
  // A failure of ours or of the environment.
  void Failed(std::string_view what, std::string_view code, std::string_view message);
  // With what only the log is told.
  void Failed(std::string_view what, const Error& error);
  // `what` happened: reload, and so on.
  void Said(std::string_view what, std::string_view message);

 private:
  void Write(const std::string& line);

  Detail detail_;
  std::mutex mutex_;
};

}  // namespace heng::server
