#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>

#include <fmt/format.h>

#include "engine/base/file.h"
#include "engine/base/limits.h"
#include "engine/diagnostics/render.h"
#include "engine/graph/analysis/versions.h"
#include "engine/load/load.h"
#include "tools/verbs.h"

namespace heng::tools {

int RunCheck(const CheckOptions& options, const Manner& manner) {
  const Result<std::vector<std::string>> paths = FindPolicies(options.paths);
  if (!paths) return Report(paths.error(), manner);
  std::vector<Diagnostic> all;
  std::map<std::string, std::vector<graph::GraphPtr>> by_folder;  // versions stand beside each other
  for (const std::string& path : *paths) {
    Result<std::string> bytes = ReadFile(path, limits::kSourceBytes + 1);
    if (!bytes) return Report(bytes.error(), manner);
    const graph::Compiled compiled = load::Load(path, std::move(*bytes));
    all.insert(all.end(), compiled.diagnostics.begin(), compiled.diagnostics.end());
    if (compiled.graph) by_folder[std::filesystem::path(path).parent_path().string()].push_back(compiled.graph);
  }
  for (const auto& [folder, policies] : by_folder) {
    const std::vector<Diagnostic> clashes = graph::CheckVersions(policies);
    all.insert(all.end(), clashes.begin(), clashes.end());
  }
  const auto count = [&](Severity severity) {
    return std::count_if(all.begin(), all.end(), [&](const Diagnostic& d) { return d.severity() == severity; });
  };
  const auto errors = count(Severity::kError);
  const auto warnings = count(Severity::kWarning);
  if (options.format == "json" || manner.json) {
    std::fputs(RenderJson(all).c_str(), stdout);
  } else if (options.format == "sarif") {
    std::fputs(RenderSarif(all, manner.language).c_str(), stdout);
  } else {
    std::fputs(RenderText(all, manner.language, manner.color_err).c_str(), stderr);
    if (manner.language == Language::kChinese) {
      fmt::print("{} 个政策：{} 个错误，{} 个警告\n", paths->size(), errors, warnings);
    } else {
      fmt::print("{} policies: {} errors, {} warnings\n", paths->size(), errors, warnings);
    }
  }
  return errors > 0 || (options.strict && warnings > 0) ? kFindings : kDone;
}

}  // namespace heng::tools
