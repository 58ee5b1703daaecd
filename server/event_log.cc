#include "server/event_log.h"

#include <chrono>
#include <cstdio>
#include <ctime>

#include <fmt/chrono.h>
#include <nlohmann/json.hpp>

namespace heng::server {
namespace {

using Json = nlohmann::ordered_json;

Json Begin(std::string_view level, std::string_view event) {
  const auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto ms = now.time_since_epoch().count() % 1000;
  const std::time_t second = std::chrono::system_clock::to_time_t(now);
  return {{"time", fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(second), ms)},
          {"level", level},
          {"event", event}};
}

}  // namespace

void EventLog::Answered(const RequestEvent& event) {
  const bool denied = event.status == 401 || event.status == 403 || event.status == 429;
  if (detail_ == Detail::kNone || (detail_ == Detail::kDenials && !denied && event.status != 500)) return;
  Json line = Begin(denied ? "warning" : event.status == 500 ? "error" : "info", denied ? "denied" : "request");
  line["method"] = event.method;
  line["route"] = event.route;
  line["status"] = event.status;
  if (!event.code.empty()) line["code"] = event.code;
  if (!event.district.empty()) line["district"] = event.district;
  if (!event.key.empty()) line["key"] = event.key;
  line["trace"] = event.trace;
  line["request_bytes"] = event.request_bytes;
  line["duration_us"] = event.duration_us;
  Write(line.dump(-1, ' ', false, Json::error_handler_t::replace));
}

void EventLog::Failed(std::string_view what, std::string_view code, std::string_view message) {
  Json line = Begin("error", what);
  line["code"] = code;
  line["message"] = message;
  Write(line.dump(-1, ' ', false, Json::error_handler_t::replace));
}

void EventLog::Failed(std::string_view what, const Error& error) {
  Failed(what, error.code, error.at.empty() ? error.message.en : error.message.en + ": " + error.at);
}

void EventLog::Said(std::string_view what, std::string_view message) {
  Json line = Begin("info", what);
  line["message"] = message;
  Write(line.dump(-1, ' ', false, Json::error_handler_t::replace));
}

void EventLog::Write(const std::string& line) {
  const std::lock_guard lock(mutex_);
  std::fputs((line + "\n").c_str(), stderr);
}

}  // namespace heng::server
