// bench [--quick] [--list] [--json FILE] [--scratch FOLDER] [--peers FOLDER] [NAME…]: what tools/bench runs.
// Exit status: 0 measured, 1 sides disagree, 2 wrong usage, 3 the environment.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "tests/bench/bench.h"

namespace heng::bench {
namespace {

struct Bench {
  const char* name;
  const char* what;
  void (*run)(const Settings&, Report&);
};
constexpr Bench kBenches[] = {
    {"lex", "a policy of 1 MB, our lexer against the runtime's own", BenchLex},
    {"compile", "a policy of 1 MB; the policies of 1,000 districts", BenchCompile},
    {"single", "one decision after the other in this process", BenchSingle},
    {"columns", "1,000,000 decisions over columns", BenchColumns},
    {"json", "a JSON text in, a JSON text out, a call for each", BenchJson},
    {"ndjson", "lines of JSON in and out", BenchNdjson},
    {"run", "heng run as a process: memory and time of 1,000,000 and 10,000,000 lines", BenchRun},
    {"table", "one look into a decision table of 3,000 rows", BenchTable},
    {"settle", "a district of 100,000 projects from CSV, three months", BenchSettle},
    {"http", "the service over HTTP against an echo of the stock library", BenchHttp},
};

int Main(int argc, char** argv) {
  CLI::App app("Measures Heng against others, side by side");
  Settings settings;
  settings.scratch = std::filesystem::temp_directory_path() / "heng-bench";
  std::string json;
  bool list = false;
  std::vector<std::string> names;
  app.add_flag("--quick", settings.quick, "small data, one run: only that the sides agree");
  app.add_flag("--list", list, "the names");
  app.add_option("--json", json, "write the entries there");
  app.add_option("--scratch", settings.scratch, "folder for data");
  app.add_option("--peers", settings.peers, "folder with the node_modules of the peers");
  app.add_option("names", names, "which; none: all");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  for (const Bench& bench : kBenches) {
    if (list) fmt::print("{:<12}{}\n", bench.name, bench.what);
  }
  if (list) return 0;
  for (const std::string& name : names) {
    if (std::none_of(std::begin(kBenches), std::end(kBenches), [&](const Bench& b) { return b.name == name; })) {
      fmt::print(stderr, "bench: there is no '{}'; --list shows the names\n", name);
      return 2;
    }
  }
  std::error_code error;
  std::filesystem::create_directories(settings.scratch, error);
  Report report;
  for (const Bench& bench : kBenches) {
    if (!names.empty() && std::find(names.begin(), names.end(), bench.name) == names.end()) continue;
    fmt::print(stderr, "bench: {} …\n", bench.name);
    bench.run(settings, report);
  }
  fmt::print("{}", report.ToTable());
  if (!json.empty()) {
    std::ofstream file(json, std::ios::binary);
    file << report.ToJson();
    if (!file.flush()) {
      fmt::print(stderr, "bench: cannot write {}\n", json);
      return 3;
    }
  }
  return report.agreed() ? 0 : 1;
}

}  // namespace
}  // namespace heng::bench

int main(int argc, char** argv) { return heng::bench::Main(argc, argv); }
