#include "server/metrics.h"

#include <algorithm>
#include <functional>
#include <map>
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

const prometheus::Histogram::BucketBoundaries kSeconds = {0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30};

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
  prometheus::Family<prometheus::Counter>& removed =
      prometheus::BuildCounter()
          .Name("heng_decisions_removed_total")
          .Help("Decisions that retention took out of the log, by district")
          .Register(registry);
  // What has been counted before: finding it by its labels among the library's costs more than answering does.
  struct OfRoute {
    prometheus::Histogram* latency;
    std::map<int, prometheus::Counter*> by_status;
  };
  std::mutex mutex;
  std::map<std::string, OfRoute, std::less<>> routes;
  // Of its own: the log's thread counts many decisions in a row while the loop counts requests.
  std::mutex results_mutex;
  std::map<std::string, std::map<std::string, prometheus::Counter*, std::less<>>, std::less<>> results;  // by district
  std::vector<std::pair<prometheus::Gauge*, std::function<double()>>> gauges;
};

Metrics::Metrics() : families_(std::make_unique<Families>()) {}
Metrics::~Metrics() = default;

void Metrics::CountRequest(std::string_view route, int status, double seconds) {
  const std::string_view name = route.empty() ? "none" : route;
  const std::lock_guard lock(families_->mutex);
  auto found = families_->routes.find(name);
  if (found == families_->routes.end()) {
    auto& latency = families_->latency.Add({{"route", std::string(name)}}, kSeconds);
    found = families_->routes.emplace(name, Families::OfRoute{&latency, {}}).first;
  }
  prometheus::Counter*& counter = found->second.by_status[status];
  if (counter == nullptr) {
    counter = &families_->requests.Add({{"route", std::string(name)}, {"status", std::to_string(status)}});
  }
  counter->Increment();
  found->second.latency->Observe(seconds);
}

void Metrics::CountDecision(const std::string& district, std::string_view result) {
  const std::lock_guard lock(families_->results_mutex);
  auto& counters = families_->results[district];
  auto found = counters.find(result);
  if (found == counters.end()) {
    auto& counter = families_->decisions.Add({{"district", district}, {"result", std::string(result)}});
    found = counters.emplace(result, &counter).first;
  }
  found->second->Increment();
}

void Metrics::CountRemoved(const std::string& district, int64_t count) {
  families_->removed.Add({{"district", district}}).Increment(static_cast<double>(count));
}

void Metrics::AddGauge(const std::string& name, const std::string& help, std::function<double()> read) {
  auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(families_->registry);
  const std::lock_guard lock(families_->mutex);
  families_->gauges.emplace_back(&family.Add({}), std::move(read));
}

std::string Metrics::Render(const std::function<bool(const std::string&)>& sees) {
  std::vector<prometheus::MetricFamily> all;
  {
    const std::lock_guard lock(families_->mutex);
    for (const auto& [gauge, read] : families_->gauges) gauge->Set(read());
    all = families_->registry.Collect();
  }
  for (prometheus::MetricFamily& family : all) {
    std::erase_if(family.metric, [&](const prometheus::ClientMetric& metric) {
      return std::any_of(metric.label.begin(), metric.label.end(),
                         [&](const auto& label) { return label.name == "district" && !sees(label.value); });
    });
  }
  return prometheus::TextSerializer().Serialize(all);
}

}  // namespace heng::server
