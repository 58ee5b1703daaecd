#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/base/file.h"
#include "engine/base/limits.h"
#include "engine/diagnostics/render.h"
#include "engine/graph/analysis/versions.h"
#include "engine/load/load.h"
#include "server/config/district.h"
#include "server/config/service.h"
#include "tools/start_check.h"
#include "tools/verbs.h"

namespace heng::tools {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

// A file that is not there is reported as any other.
bool IsConfiguration(const std::string& path) {
  std::error_code error;
  return config::IsDistrictFile(path) && fs::exists(path, error);
}

// What is wrong in configurations, and with the policies of their districts.
class ConfigurationCheck {
 public:
  // heng.yaml is the service's with all of its districts, any other a district's.
  void Look(const std::string& path) {
    if (fs::path(path).filename() != "heng.yaml") return Take(config::LoadDistrict(path));
    const auto service = config::LoadService(path);
    if (!service) {
      mistakes_.insert(mistakes_.end(), service.error().begin(), service.error().end());
      return;
    }
    if (const auto options = StoreOptionsOf(*service); !options) mistakes_.push_back(options.error());
    for (config::District& district : config::LoadDistricts(*service)) {
      if (district.publication == config::Publication::kStore && service->store.empty())
        mistakes_.push_back(config::WithoutStore(district));
      Take(std::move(district));
    }
  }

  const std::vector<config::Mistake>& mistakes() const { return mistakes_; }
  const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }
  const std::vector<std::string>& policies() const { return policies_; }

 private:
  void Take(config::District district) {
    for (const auto& mistakes : {district.mistakes, district.data_mistakes, CheckData(district)})
      mistakes_.insert(mistakes_.end(), mistakes.begin(), mistakes.end());
    std::move(district.diagnostics.begin(), district.diagnostics.end(), std::back_inserter(diagnostics_));
    for (const data::Deployment& one : district.in_folder) policies_.push_back(one.graph->model->tree->source->path());
  }

  std::vector<config::Mistake> mistakes_;
  std::vector<Diagnostic> diagnostics_;
  std::vector<std::string> policies_;
};

// A policy may be named and be a district's besides: what is found in it is said once.
void KeepFirst(std::vector<Diagnostic>& diagnostics) {
  std::set<std::tuple<DiagnosticKind, std::string, size_t, size_t, std::string>> seen;
  const auto repeated = [&](const Diagnostic& one) {
    const uint32_t at = one.place.span.begin;
    std::error_code error;
    const std::string file = fs::weakly_canonical(one.place.source->PathOf(at), error).string();
    const LineColumn place = one.place.source->Locate(at);
    return !seen.emplace(one.kind, file, place.line, place.column, one.message().en).second;
  };
  diagnostics.erase(std::remove_if(diagnostics.begin(), diagnostics.end(), repeated), diagnostics.end());
}

// The diagnostics as JSON, those of configurations before them in the same form; a mistake about a file as a whole has no place in it.
std::string ToJson(const std::vector<config::Mistake>& mistakes, const std::vector<Diagnostic>& diagnostics) {
  Json out = Json::array();
  for (const config::Mistake& mistake : mistakes) {
    Json entry = {{"file", mistake.file}};
    if (mistake.line > 0) entry.update({{"line", mistake.line}, {"column", mistake.column}});
    entry.update({{"code", mistake.code},
                  {"severity", "error"},
                  {"message", {{"zh", mistake.message.zh}, {"en", mistake.message.en}}}});
    out.push_back(std::move(entry));
  }
  Json others = Json::parse(RenderJson(diagnostics));
  for (Json& entry : others) out.push_back(std::move(entry));
  return out.dump(2) + "\n";
}

std::string ToSarif(const std::vector<config::Mistake>& mistakes, const std::vector<Diagnostic>& diagnostics,
                    Language language) {
  Json log = Json::parse(RenderSarif(diagnostics, language));
  for (const config::Mistake& mistake : mistakes) {
    Json place = {{"artifactLocation", {{"uri", mistake.file}}}};
    if (mistake.line > 0) place["region"] = {{"startLine", mistake.line}, {"startColumn", mistake.column}};
    log["runs"][0]["results"].push_back({{"ruleId", mistake.code},
                                         {"level", "error"},
                                         {"message", {{"text", mistake.message.In(language)}}},
                                         {"locations", Json::array({{{"physicalLocation", std::move(place)}}})}});
  }
  return log.dump(2) + "\n";
}

}  // namespace

int RunCheck(const CheckOptions& options, const Manner& manner) {
  ConfigurationCheck configurations;
  std::vector<std::string> others;
  for (const std::string& path : options.paths) {
    if (IsConfiguration(path)) {
      configurations.Look(path);
    } else {
      others.push_back(path);
    }
  }
  const Result<std::vector<std::string>> paths = FindPolicies(others);
  if (!paths) return Report(paths.error(), manner);
  std::vector<Diagnostic> all = configurations.diagnostics();
  std::set<std::string> policies;
  const auto add = [&policies](const std::string& path) {
    std::error_code error;
    policies.insert(fs::weakly_canonical(path, error).string());
  };
  for (const std::string& path : configurations.policies()) add(path);
  std::map<std::string, std::vector<graph::GraphPtr>> by_folder;  // versions stand beside each other
  for (const std::string& path : *paths) {
    add(path);
    Result<std::string> bytes = ReadFile(path, limits::kSourceBytes + 1);
    if (!bytes) return Report(bytes.error(), manner);
    const graph::Compiled compiled = load::Load(path, std::move(*bytes));
    all.insert(all.end(), compiled.diagnostics.begin(), compiled.diagnostics.end());
    if (compiled.graph) by_folder[fs::path(path).parent_path().string()].push_back(compiled.graph);
  }
  for (const auto& [folder, versions] : by_folder) {
    const std::vector<Diagnostic> clashes = graph::CheckVersions(versions);
    all.insert(all.end(), clashes.begin(), clashes.end());
  }
  KeepFirst(all);
  const auto count = [&](Severity severity) {
    return std::count_if(all.begin(), all.end(), [&](const Diagnostic& d) { return d.severity() == severity; });
  };
  const auto errors = count(Severity::kError) + static_cast<std::ptrdiff_t>(configurations.mistakes().size());
  const auto warnings = count(Severity::kWarning);
  const auto notes = count(Severity::kNote);
  if (options.format == "json" || manner.json) {
    std::fputs(ToJson(configurations.mistakes(), all).c_str(), stdout);
  } else if (options.format == "sarif") {
    std::fputs(ToSarif(configurations.mistakes(), all, manner.language).c_str(), stdout);
  } else {
    std::fputs(config::RenderText(configurations.mistakes(), manner.language).c_str(), stderr);
    std::fputs(RenderText(all, manner.language, manner.color_err).c_str(), stderr);
    if (manner.language == Language::kChinese) {
      fmt::print("{} 个政策：{} 个错误，{} 个警告{}\n", policies.size(), errors, warnings,
                 notes > 0 ? fmt::format("，{} 条说明", notes) : "");
    } else {
      fmt::print("{} policies: {} errors, {} warnings{}\n", policies.size(), errors, warnings,
                 notes > 0 ? fmt::format(", {} notes", notes) : "");
    }
  }
  return errors > 0 || (options.strict && warnings > 0) ? kFindings : kDone;
}

}  // namespace heng::tools
