#include <array>
#include <cstdio>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/base/file.h"
#include "engine/examples/examples.h"
#include "tools/verbs.h"

namespace heng::tools {
namespace {

using examples::Coverage;
using Json = nlohmann::ordered_json;

Json Both(const Bilingual& text) { return {{"zh", text.zh}, {"en", text.en}}; }

Json PlaceOf(const SourceFile& source, Span span) {
  const LineColumn at = source.Locate(span.begin);
  return {{"line", at.line}, {"column", at.column}};
}

// The outcomes of one policy after the other, for people or as JSON.
class TestReport {
 public:
  explicit TestReport(const Manner& manner) : manner_(manner), zh_(manner.language == Language::kChinese) {}

  void Add(const std::string& path, const SourceFile& source, const std::vector<examples::Outcome>& outcomes) {
    for (const examples::Outcome& outcome : outcomes) {
      ++(outcome.passed() ? passed_ : failed_);
      Json entry = {
          {"policy", path}, {"example", outcome.title}, {"passed", outcome.passed()}, {"failing", Json::array()}};
      if (!manner_.json)
        fmt::print("{} {}\n", outcome.passed() ? (zh_ ? "通过" : "passed") : (zh_ ? "失败" : "FAILED"), outcome.title);
      for (const examples::Failing& failing : outcome.failing) {
        const LineColumn at = source.Locate(failing.span.begin);
        if (!manner_.json)
          fmt::print("  {}:{}:{}: {}\n", path, at.line, at.column, failing.message.In(manner_.language));
        entry["failing"].push_back(PlaceOf(source, failing.span));
        entry["failing"].back()["message"] = Both(failing.message);
      }
      examples_.push_back(std::move(entry));
    }
  }

  void Add(const std::string& path, const SourceFile& source, const Coverage& coverage) {
    with_coverage_ = true;
    std::array<size_t, Coverage::kKinds> all{};
    std::array<size_t, Coverage::kKinds> reached{};
    Json entry = {{"policy", path}, {"reached", Json::object()}, {"unreached", Json::array()}};
    std::string lines;
    for (const Coverage::Item& item : coverage.Items()) {
      const size_t kind = static_cast<size_t>(item.kind);
      ++all[kind];
      if (item.reached) {
        ++reached[kind];
        continue;
      }
      ++unreached_;
      const LineColumn at = source.Locate(item.span.begin);
      const Bilingual what = NameOf(item.kind);
      lines += fmt::format("  {}:{}:{}: {}{}{}\n", path, at.line, at.column, what.In(manner_.language),
                           zh_ ? "：" : ": ", item.name.In(manner_.language));
      entry["unreached"].push_back(PlaceOf(source, item.span));
      entry["unreached"].back().update({{"kind", what.en}, {"name", Both(item.name)}});
    }
    std::string summary;
    for (size_t kind = 0; kind < Coverage::kKinds; ++kind) {
      const Bilingual name = NameOf(static_cast<Coverage::Kind>(kind));
      entry["reached"][name.en] = {{"of", all[kind]}, {"reached", reached[kind]}};
      if (all[kind] > 0)
        summary += fmt::format("{}{} {}/{}", summary.empty() ? "" : (zh_ ? "，" : ", "), name.In(manner_.language),
                               reached[kind], all[kind]);
    }
    coverage_.push_back(std::move(entry));
    if (manner_.json || summary.empty()) return;
    fmt::print("{}{}\n", fmt::format(fmt::runtime(zh_ ? "{} 用到：" : "{} reached: "), path), summary);
    if (!lines.empty()) fmt::print("{}{}", zh_ ? "没有算例用到：\n" : "reached by no example:\n", lines);
  }

  // What there is to say in the end; true if anything failed or was not reached.
  bool Finish() const {
    if (manner_.json) {
      const Json whole = with_coverage_ ? Json{{"examples", examples_}, {"coverage", coverage_}} : examples_;
      std::fputs((whole.dump(2) + "\n").c_str(), stdout);
    } else if (zh_) {
      fmt::print("{} 个算例通过，{} 个失败\n", passed_, failed_);
    } else {
      fmt::print("{} examples passed, {} failed\n", passed_, failed_);
    }
    return failed_ > 0 || unreached_ > 0;
  }

 private:
  const Manner& manner_;
  bool zh_;
  bool with_coverage_ = false;
  size_t passed_ = 0;
  size_t failed_ = 0;
  size_t unreached_ = 0;
  Json examples_ = Json::array();
  Json coverage_ = Json::array();
};

}  // namespace

int RunTest(const TestOptions& options, const Manner& manner) {
  const Result<std::vector<std::string>> paths = FindPolicies(options.paths);
  if (!paths) return Report(paths.error(), manner);
  std::vector<std::pair<std::string, std::vector<examples::Outcome>>> all;
  TestReport report(manner);
  for (const std::string& path : *paths) {
    const Result<graph::GraphPtr> graph = LoadPolicy(path, manner);
    if (!graph) return Report(graph.error(), manner);
    const SourceFile& source = *(*graph)->model->tree->source;
    std::optional<Coverage> coverage;
    if (options.coverage) coverage.emplace(*graph);
    all.emplace_back(path, examples::Run(*graph, coverage ? &*coverage : nullptr));
    report.Add(path, source, all.back().second);
    if (coverage) report.Add(path, source, *coverage);
  }
  if (options.junit) {
    if (const Status written = WriteFile(*options.junit, examples::RenderJunit(all, manner.language)); !written)
      return Report(written.error(), manner);
  }
  return report.Finish() ? kFindings : kDone;
}

}  // namespace heng::tools
