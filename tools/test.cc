#include <cstdio>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/base/file.h"
#include "engine/examples/examples.h"
#include "tools/verbs.h"

namespace heng::tools {

int RunTest(const TestOptions& options, const Manner& manner) {
  const Result<std::vector<std::string>> paths = FindPolicies(options.paths);
  if (!paths) return Report(paths.error(), manner);
  std::vector<std::pair<std::string, std::vector<examples::Outcome>>> all;
  size_t passed = 0;
  size_t failed = 0;
  const bool zh = manner.language == Language::kChinese;
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const std::string& path : *paths) {
    const Result<graph::GraphPtr> graph = LoadPolicy(path, manner);
    if (!graph) return Report(graph.error(), manner);
    std::vector<examples::Outcome> outcomes = examples::Run(*graph);
    const SourcePtr& source = (*graph)->model->tree->source;
    for (const examples::Outcome& outcome : outcomes) {
      ++(outcome.passed() ? passed : failed);
      nlohmann::ordered_json entry = {{"policy", path},
                                      {"example", outcome.title},
                                      {"passed", outcome.passed()},
                                      {"failing", nlohmann::ordered_json::array()}};
      if (!manner.json)
        fmt::print("{} {}\n", outcome.passed() ? (zh ? "通过" : "passed") : (zh ? "失败" : "FAILED"), outcome.title);
      for (const examples::Failing& failing : outcome.failing) {
        const LineColumn at = source->Locate(failing.span.begin);
        if (!manner.json) fmt::print("  {}:{}:{}: {}\n", path, at.line, at.column, failing.message.In(manner.language));
        entry["failing"].push_back({{"line", at.line},
                                    {"column", at.column},
                                    {"message", {{"zh", failing.message.zh}, {"en", failing.message.en}}}});
      }
      json.push_back(std::move(entry));
    }
    all.emplace_back(path, std::move(outcomes));
  }
  if (options.junit) {
    if (const Status written = WriteFile(*options.junit, examples::RenderJunit(all, manner.language)); !written)
      return Report(written.error(), manner);
  }
  if (manner.json) {
    std::fputs((json.dump(2) + "\n").c_str(), stdout);
  } else if (zh) {
    fmt::print("{} 个算例通过，{} 个失败\n", passed, failed);
  } else {
    fmt::print("{} examples passed, {} failed\n", passed, failed);
  }
  return failed > 0 ? kFindings : kDone;
}

}  // namespace heng::tools
