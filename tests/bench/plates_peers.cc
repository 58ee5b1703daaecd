// Peers that run under Node: DuckDB and GoRules ZEN, from the npm packages that tools/bench installs.
#include <cstdio>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/base/file.h"
#include "engine/base/limits.h"
#include "tests/bench/plates.h"

namespace heng::bench {
namespace {

// What the script prints; nothing if it fails (it has then said why on stderr).
std::optional<nlohmann::json> RunNode(const std::string& script, const Settings& settings, const std::string& in,
                                      const std::string& out, int runs) {
  const std::string command = fmt::format("node '{}/tests/bench/peers/{}' '{}' '{}' '{}' {}", HENG_SOURCE_DIR, script,
                                          settings.peers->string(), in, out, runs);
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return std::nullopt;
  std::string printed;
  char buffer[4096];
  for (size_t size = 0; (size = fread(buffer, 1, sizeof(buffer), pipe)) > 0;) printed.append(buffer, size);
  if (pclose(pipe) != 0) return std::nullopt;
  const nlohmann::json result = nlohmann::json::parse(printed, nullptr, false);
  if (result.is_discarded()) return std::nullopt;
  return result;
}

}  // namespace

std::optional<PeerRun> RunPeer(const std::string& peer, const Settings& settings, const Records& records, int runs) {
  if (!settings.peers) return std::nullopt;
  const std::string in = (settings.scratch / (peer + ".in.ndjson")).string();
  const std::string out = (settings.scratch / (peer + ".out.ndjson")).string();
  if (!WriteFile(in, ToNdjson(records))) return std::nullopt;
  const auto times = RunNode(peer + ".cjs", settings, in, out, runs);
  if (!times) return std::nullopt;
  PeerRun run;
  for (const auto& [name, value] : times->items()) {
    for (const auto& seconds : value.is_array() ? value : nlohmann::json::array({value}))
      run.seconds[name].push_back(seconds.get<double>());
  }
  for (const char* suffix : {"", ".columns"}) {
    const Result<std::string> lines = ReadFile(out + suffix, limits::kCsvBytes);
    if (lines) run.decisions.push_back(ReadAnswers(*lines));
  }
  return run;
}

}  // namespace heng::bench
