// The service over HTTP, a record a request, against the stock library's echo and nginx's empty answer: processor time of the server
// first, which other load on the machine disturbs least.
#include <algorithm>

#include <fmt/format.h>

#include "tests/bench/http_load.h"
#include "tests/bench/http_side.h"
#include "tests/bench/plates.h"

namespace heng::bench {
namespace {

constexpr const char* kEvaluate = "/v1/districts/ab/evaluate";

std::vector<std::string> RequestsOf(const Records& records) {
  std::vector<std::string> out;
  for (size_t i = 0; i < records.size(); ++i)
    out.push_back(
        PostOf(kEvaluate, fmt::format(R"({{"period":"2024-07","subjects":[{}]}})", ToJsonLine(records[i], i))));
  return out;
}

// How many of the service's answers are right.
size_t CountRight(const HttpSide& side, const Records& records, const std::vector<std::string>& requests) {
  const Decisions exact = ExactDecisions(records);
  size_t right = 0;
  for (size_t i = 0; i < requests.size(); ++i) {
    const std::string answer = AskOnce(side.port(), requests[i]);
    constexpr std::string_view kResults = "\"results\":[";
    const size_t begin = answer.find(kResults);
    const size_t end = answer.find("],\"open_parameters\"");
    if (begin == std::string::npos || end == std::string::npos) continue;
    const Decisions decided = ReadAnswers(answer.substr(begin + kResults.size(), end - begin - kResults.size()) + "\n");
    if (decided.size() == 1 && decided[0] == exact[i]) ++right;
  }
  return right;
}

double Median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

struct Target {
  std::string name;
  const HttpSide* side;
  std::vector<std::string> requests;
};

// Microseconds of processor time a request, of each target, in turns.
std::vector<double> CpuOf(const Settings& settings, const std::vector<Target>& targets, size_t connections) {
  const size_t answers = settings.quick ? 64 : 20000;
  std::vector<std::vector<double>> used(targets.size());
  for (int run = 0; run < (settings.quick ? 1 : 9); ++run) {
    for (size_t i = 0; i < targets.size(); ++i) {
      const double before = targets[i].side->cpu_seconds();
      const LoadResult result = Run({targets[i].side->port(), targets[i].requests, connections, answers});
      const double after = targets[i].side->cpu_seconds();
      used[i].push_back((after - before) * 1e6 / static_cast<double>(std::max<size_t>(result.answers, 1)));
    }
  }
  std::vector<double> out;
  for (auto& values : used) out.push_back(Median(std::move(values)));
  return out;
}

// Requests a second and latencies of the service at these numbers of connections; the last beside clients that drip.
void ReportCrowds(const Settings& settings, const Target& ours, Report& report) {
  struct Crowd {
    size_t connections;
    size_t dripping;
  };
  for (const Crowd crowd : {Crowd{8, 0}, Crowd{64, 0}, Crowd{512, 0}, Crowd{512, 500}}) {
    const size_t connections = settings.quick ? 8 : crowd.connections;
    const size_t dripping = settings.quick ? crowd.dripping / 100 : crowd.dripping;
    const LoadResult result =
        Run({ours.side->port(), ours.requests, connections, settings.quick ? 64 : size_t{100000}, 0, dripping});
    const std::string name = fmt::format("http {}{} connections{}", ours.name, connections,
                                         dripping > 0 ? fmt::format(" beside {} dripping", dripping) : "");
    if (result.failed > 0) report.Disagree("http", fmt::format("{}: {} requests failed", name, result.failed));
    report.Add({.name = name + ": requests",
                .ours = result.per_second(),
                .unit = "1/s",
                .note = fmt::format("{} of {} connections answered", result.connections_answered, connections)});
    report.Add({.name = name + ": p99",
                .ours = result.Latency(0.99) * 1e3,
                .unit = "ms",
                .bar = connections == 512 ? "≤ 50" : "",
                .note = fmt::format("p50 {:.2f} ms", result.Latency(0.5) * 1e3)});
  }
}

}  // namespace

void BenchHttp(const Settings& settings, Report& report) {
  const Records records = EdgeRecords(settings.quick ? 12 : 300);
  const std::vector<std::string> requests = RequestsOf(records);
  const auto off = HttpSide::Heng(settings.scratch / "http-off", false);
  const auto on = HttpSide::Heng(settings.scratch / "http-on", true);
  const auto echo = HttpSide::Echo();
  const auto nginx = HttpSide::Nginx(settings.scratch / "http-nginx");
  if (!off || !on || !echo) return report.Disagree("http", "a server does not start");
  for (const auto* side : {&off, &on}) {
    const size_t right = CountRight(**side, records, requests);
    if (right != records.size())
      return report.Disagree("http", fmt::format("{} of {} wrong", records.size() - right, records.size()));
  }
  std::vector<std::string> echoed;
  for (const std::string& request : requests)
    echoed.push_back(PostOf("/echo", request.substr(request.find("\r\n\r\n") + 4)));
  std::vector<Target> targets = {{"", &*off, requests}, {"log on, ", &*on, requests}, {"echo", &*echo, echoed}};
  if (nginx) targets.push_back({"nginx", &*nginx, requests});
  // As many connections as the echo has threads: with more it lets them wait.
  const std::vector<double> cpu = CpuOf(settings, targets, 8);
  report.Add({"http CPU a request", "cpp-httplib echo", cpu[0], cpu[2], "µs", "≤ 0.5×", "8 connections, log off"});
  const std::string log_name = "http CPU a request, log on";
  report.Add({log_name, "log off", cpu[1], cpu[0], "µs", "(≤ 1.5×)", "8 connections"});
  report.Add({"http CPU a request", "nginx return 200", cpu[0], nginx ? std::optional(cpu[3]) : std::nullopt, "µs",
              "(≤ 1.2×)", nginx ? "" : "nginx is not installed"});
  targets.resize(2);
  // Those whose answers wait for one commit share its cost; the bar is for as many as are to be answered at once.
  for (const size_t connections : {size_t{64}, size_t{512}}) {
    const std::vector<double> crowded = CpuOf(settings, targets, settings.quick ? 8 : connections);
    report.Add({log_name, "log off", crowded[1], crowded[0], "µs", connections == 512 ? "≤ 1.5×" : "(≤ 1.5×)",
                fmt::format("{} connections", connections)});
  }
  ReportCrowds(settings, targets[0], report);
  ReportCrowds(settings, targets[1], report);
}

}  // namespace heng::bench
