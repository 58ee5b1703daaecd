#include "tests/bench/bench.h"

#include <algorithm>
#include <ctime>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/base/text.h"

namespace heng::bench {
namespace {

double Now(Clock clock) {
  timespec now{};
  ::clock_gettime(clock == Clock::kThread ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

double Seconds(const std::function<void()>& work, Clock clock) {
  const double begin = Now(clock);
  work();
  return Now(clock) - begin;
}

double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::string Show(const std::optional<double>& value) {
  if (!value) return "–";
  if (*value >= 1000) return fmt::format("{:.0f}", *value);
  return fmt::format("{:.3g}", *value);
}

}  // namespace

std::optional<double> Entry::ratio() const {
  if (!ours || !baseline || *baseline == 0) return std::nullopt;
  return *ours / *baseline;
}

void Report::Add(Entry entry) { entries_.push_back(std::move(entry)); }

void Report::Disagree(std::string_view bench, std::string_view what) {
  agreed_ = false;
  entries_.push_back({.name = std::string(bench), .note = "DISAGREE: " + std::string(what)});
}

std::string Report::ToTable() const {
  std::vector<std::vector<std::string>> rows = {
      {"name", "against", "ours", "baseline", "unit", "ratio", "bar", "note"}};
  for (const Entry& e : entries_)
    rows.push_back({e.name, e.against, Show(e.ours), Show(e.baseline), e.unit, Show(e.ratio()), e.bar, e.note});
  std::vector<size_t> widths(rows[0].size());
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], DisplayWidth(row[i]));
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      const bool number = i == 2 || i == 3 || i == 5;
      line += (number ? PadLeft(row[i], widths[i]) : PadRight(row[i], widths[i])) + "  ";
    }
    out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return out;
}

std::string Report::ToJson() const {
  const auto number = [](const std::optional<double>& value) {
    return value ? nlohmann::ordered_json(*value) : nullptr;
  };
  nlohmann::ordered_json out = nlohmann::ordered_json::array();
  for (const Entry& e : entries_) {
    out.push_back({{"name", e.name},
                   {"against", e.against},
                   {"ours", number(e.ours)},
                   {"baseline", number(e.baseline)},
                   {"unit", e.unit},
                   {"ratio", number(e.ratio())},
                   {"bar", e.bar},
                   {"note", e.note}});
  }
  return out.dump(2) + "\n";
}

double MedianSeconds(int runs, const std::function<void()>& work) {
  return MedianSeconds(
             runs, work, [] {}, Clock::kWall)
      .first;
}

std::pair<double, double> MedianSeconds(int runs, const std::function<void()>& ours,
                                        const std::function<void()>& baseline, Clock clock) {
  // A short run alone says little.
  constexpr double kEnough = 1;
  std::vector<double> seconds[2];
  double all = 0;
  for (int i = 0; i <= runs || (runs > 1 && all < kEnough); ++i) {
    seconds[0].push_back(Seconds(ours, clock));
    seconds[1].push_back(Seconds(baseline, clock));
    all += seconds[0].back() + seconds[1].back();
  }
  for (auto& side : seconds) {
    if (runs > 1) side.erase(side.begin());
  }
  return {Median(std::move(seconds[0])), Median(std::move(seconds[1]))};
}

}  // namespace heng::bench
