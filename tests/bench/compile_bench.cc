// Policies from text to a checked graph: one that is large, and those of many districts, read from their files as the server does.
#include <atomic>
#include <thread>

#include <fmt/format.h>

#include "engine/base/file.h"
#include "engine/base/limits.h"
#include "engine/load/load.h"
#include "tests/bench/bench.h"
#include "tests/bench/policy_text.h"

namespace heng::bench {
namespace {

bool IsClean(const graph::Compiled& compiled) {
  return compiled.graph != nullptr && std::all_of(compiled.diagnostics.begin(), compiled.diagnostics.end(),
                                                  [](const Diagnostic& d) { return d.severity() == Severity::kNote; });
}

bool LoadFile(const std::string& path) {
  Result<std::string> bytes = ReadFile(path, limits::kSourceBytes);
  return bytes && IsClean(load::Load(path, std::move(*bytes)));
}

// All of them, by so many threads; false if one has a mistake.
bool LoadAll(const std::vector<std::string>& paths, unsigned threads) {
  std::atomic<size_t> next = 0;
  std::atomic<bool> clean = true;
  const auto work = [&] {
    for (size_t i = next++; i < paths.size(); i = next++) {
      if (!LoadFile(paths[i])) clean = false;
    }
  };
  std::vector<std::thread> others;
  for (unsigned i = 1; i < threads; ++i) others.emplace_back(work);
  work();
  for (std::thread& thread : others) thread.join();
  return clean;
}

}  // namespace

void BenchCompile(const Settings& settings, Report& report) {
  const std::string large = PolicyTextOfSize(settings.quick ? size_t{20} << 10 : size_t{1} << 20);
  if (!IsClean(load::Load("large.heng", large))) return report.Disagree("compile", "the large policy has mistakes");
  report.Add({.name = "compile 1 MB",
              .ours = MedianSeconds(settings.runs(), [&] { load::Load("large.heng", large); }),
              .unit = "s",
              .bar = "< 5 s"});

  const size_t districts = settings.quick ? 5 : 1000;
  std::vector<std::string> paths;
  for (size_t i = 1; i <= districts; ++i) {
    paths.push_back((settings.scratch / fmt::format("district_{}.heng", i)).string());
    if (!WriteFile(paths.back(), PolicyText(i, 1))) return report.Disagree("compile", "cannot write " + paths.back());
  }
  for (const unsigned threads : {1U, 2U}) {
    bool clean = true;
    const double seconds = MedianSeconds(settings.quick ? 1 : 3, [&] { clean = LoadAll(paths, threads) && clean; });
    if (!clean) return report.Disagree("compile", "a district's policy has mistakes");
    report.Add({.name = fmt::format("compile {} districts, {} thread{}", districts, threads, threads > 1 ? "s" : ""),
                .ours = seconds,
                .unit = "s",
                .bar = "≤ 10 s, stretch 2 s"});
  }
}

}  // namespace heng::bench
