#include "server/metrics.h"

#include <mutex>
#include <utility>
#include <vector>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace heng::server {
namespace {

const prometheus::Histogram::BucketBoundaries kSeconds = {0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05,
                                                          0.1,    0.5,    1,     5,     30};

}  // namespace

struct Metrics::Families {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& requests = prometheus::BuildCounter()
                                                          .Name("heng_http_requests_total")
                                                          .Help("Requests answered, by route and status")
                                                          .Register(registry);
  prometheus::Family<prometheus::Histogram>& latency = prometheus::BuildHistogram()
                                                           .Name("heng_http_request_seconds")
                                                           .Help("Time from a whole request to its answer, by route")
                                                           .Register(registry);
  prometheus::Family<prometheus::Counter>& decisions = prometheus::BuildCounter()
                                                           .Name("heng_decisions_total")
                                                           .Help("Decisions, by district and what became of them")
                                                           .Register(registry);
  std::mutex mutex;
  std::vector<std::pair<prometheus::Gauge*, std::function<double()>>> gauges;
};

Metrics::Metrics() : families_(std::make_unique<Families>()) {}
Metrics::~Metrics() = default;

void Metrics::CountRequest(std::string_view route, int status, double seconds) {
  const std::string name = route.empty() ? "none" : std::string(route);
  families_->requests.Add({{"route", name}, {"status", std::to_string(status)}}).Increment();
  families_->latency.Add({{"route", name}}, kSeconds).Observe(seconds);
}

void Metrics::CountDecision(const std::string& district, std::string_view result) {
  families_->decisions.Add({{"district", district}, {"result", std::string(result)}}).Increment();
}

void Metrics::AddGauge(const std::string& name, const std::string& help, std::function<double()> read) {
  auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(families_->registry);
  const std::lock_guard lock(families_->mutex);
  families_->gauges.emplace_back(&family.Add({}), std::move(read));
}

std::string Metrics::Render() {
  const std::lock_guard lock(families_->mutex);
  for (const auto& [gauge, read] : families_->gauges) gauge->Set(read());
  return prometheus::TextSerializer().Serialize(families_->registry.Collect());
}

}  // namespace heng::server
