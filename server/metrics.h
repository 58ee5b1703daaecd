// Metrics: what Prometheus reads at /metrics: requests and their latencies by route and status, decisions by district and
// result, and the figures that the HTTP server and the store give when asked. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace heng::server {

class Metrics {
 public:
  Metrics();
  ~Metrics();

  void CountRequest(std::string_view route, int status, double seconds);
  // `result`: logged, unlogged (there is no log), refused, failed.
  void CountDecision(const std::string& district, std::string_view result);
  // Decisions that retention took out of the log.
  void CountRemoved(const std::string& district, int64_t count);
  // A figure that is read when the page is.
  void AddGauge(const std::string& name, const std::string& help, std::function<double()> read);

  // The page, as text format 0.0.4, without what is counted of districts that are not to be seen.
  std::string Render(const std::function<bool(const std::string& district)>& sees);

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace heng::server
