// soak [--seconds N]: what tools/soak runs. The service with its log, at 70% of what it takes, for a long time: each
// request is answered, and neither memory nor open files grow. Exit status: 0 so it is, 1 it is not, 2 wrong usage, 3 the environment.
#include <algorithm>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "tests/bench/http_load.h"
#include "tests/bench/http_side.h"
#include "tests/bench/plates.h"

namespace heng::bench {
namespace {

constexpr size_t kConnections = 64;
constexpr size_t kProbe = 2000;  // answers
constexpr double kShare = 0.7;
constexpr int kSlices = 20;
// Of these the first are for everything to have reached its size.
constexpr int kWarmSlices = 5;
// Beyond what allocators and caches give and take.
constexpr double kGrowth = 1.05;
constexpr size_t kSlackBytes = size_t{4} << 20;

// What the service is asked in turns: mostly single records, and the other ways through it: batches, explanations, reading, figures.
std::vector<std::string> Mix() {
  const std::string path = "/v1/districts/ab";
  const Records records = EdgeRecords(60);
  std::vector<std::string> out;
  for (size_t i = 0; i < records.size(); ++i) {
    const std::string subject = ToJsonLine(records[i], i);
    const bool explain = i % 20 == 7;
    out.push_back(PostOf(path + "/evaluate", fmt::format(R"({{"period":"2024-07",{}"subjects":[{}]}})",
                                                         explain ? R"("explain":true,)" : "", subject)));
    if (i % 20 == 11) out.push_back("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    if (i % 20 == 13) out.push_back("GET " + path + "/policies HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  std::string all;
  for (size_t i = 0; i < records.size(); ++i) all += (i > 0 ? "," : "") + ToJsonLine(records[i], i);
  out.push_back(PostOf(path + "/evaluate", fmt::format(R"({{"period":"2024-07","subjects":[{}]}})", all)));
  return out;
}

// What is open when all clients have gone, which the server notices a little later.
size_t OpenFilesAtRest(const HttpSide& side) {
  constexpr int kLooks = 300;
  size_t least = side.open_files();
  for (int i = 0; i < kLooks; ++i) {
    AskOnce(side.port(), "GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    least = std::min(least, side.open_files());
  }
  return least;
}

int Soak(int seconds, const std::filesystem::path& folder) {
  const auto side = HttpSide::Heng(folder, true);
  if (!side) {
    fmt::print(stderr, "soak: heng serve does not start\n");
    return 3;
  }
  const std::vector<std::string> mix = Mix();
  // The store opens its files when they are first needed.
  Run({side->port(), mix, kConnections, kProbe});
  const size_t files = OpenFilesAtRest(*side);
  std::vector<size_t> bytes;
  size_t failed = 0;
  for (int slice = 0; slice < kSlices; ++slice) {
    // What it takes is measured anew each time: what else the machine does changes.
    const double rate = Run({side->port(), mix, kConnections, kProbe}).per_second() * kShare;
    const auto answers = static_cast<size_t>(std::max(1.0, rate * seconds / kSlices));
    const LoadResult result = Run({side->port(), mix, kConnections, answers, rate});
    failed += answers - result.answers;
    bytes.push_back(side->resident_bytes());
    fmt::print("{:3} of {}: {:.0f} requests/s, {:.1f} MB, p50 {:.1f} ms, p99 {:.1f} ms, {} failed\n", slice + 1,
               kSlices, rate, static_cast<double>(bytes.back()) / 1e6, result.Latency(0.5) * 1e3,
               result.Latency(0.99) * 1e3, answers - result.answers);
    std::fflush(stdout);
  }
  // The smallest of some slices: what is needed for good, without what is needed now and then.
  const auto middle = bytes.begin() + kWarmSlices + (kSlices - kWarmSlices) / 2;
  const size_t before = *std::min_element(bytes.begin() + kWarmSlices, middle);
  const size_t after = *std::min_element(middle, bytes.end());
  const bool flat = static_cast<double>(after) <= static_cast<double>(before) * kGrowth + kSlackBytes;
  const size_t files_after = OpenFilesAtRest(*side);
  if (!flat) fmt::print("soak: memory grew from {} to {} bytes\n", before, after);
  if (files_after > files) fmt::print("soak: open files grew from {} to {}\n", files, files_after);
  if (failed > 0) fmt::print("soak: {} requests failed\n", failed);
  const bool good = flat && files_after <= files && failed == 0;
  if (good) fmt::print("soak: memory and files are flat, every request was answered\n");
  return good ? 0 : 1;
}

int Main(int argc, char** argv) {
  CLI::App app("The service under a load that lasts");
  int seconds = 600;
  std::filesystem::path scratch = std::filesystem::temp_directory_path() / "heng-soak";
  app.add_option("--seconds", seconds, "how long")->check(CLI::PositiveNumber);
  app.add_option("--scratch", scratch, "folder for data");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return Soak(seconds, scratch);
}

}  // namespace
}  // namespace heng::bench

int main(int argc, char** argv) { return heng::bench::Main(argc, argv); }
