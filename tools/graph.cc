#include "engine/graph/graph.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include "engine/base/file.h"
#include "engine/graph/dump.h"
#include "engine/program/program.h"
#include "tools/deploy_policy.h"
#include "tools/verbs.h"

namespace heng::tools {
namespace {

// SVG is drawn by Graphviz, which is not ours to write again.
Result<std::string> DrawSvg(const std::string& dot) {
  const std::string missing_zh = "画 SVG 需要 Graphviz：apt install graphviz";
  const std::string missing_en = "drawing SVG needs Graphviz: apt install graphviz";
  char path[] = "/tmp/heng-graph-XXXXXX";
  const int file = ::mkstemp(path);
  if (file < 0)
    return Fail(ErrorKind::kEnvironment, "file-unwritable", {"不能建立临时文件", "cannot make a temporary file"});
  ::close(file);
  if (const Status written = WriteFile(path, dot); !written) return tl::unexpected(written.error());
  std::string svg;
  if (std::FILE* pipe = ::popen(fmt::format("dot -Tsvg {} 2>/dev/null", path).c_str(), "r"); pipe != nullptr) {
    char buffer[1 << 14];
    for (size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) svg.append(buffer, n);
    ::pclose(pipe);
  }
  std::remove(path);
  if (svg.empty()) return Fail(ErrorKind::kEnvironment, "no-graphviz", {missing_zh, missing_en});
  return svg;
}

// The first period that the policy can settle.
Period FirstPeriod(const semantic::Model& model) {
  const PeriodKind kind = model.settlement_period();
  const Date first = model.policy.first_day.value_or(Date{2024, 1, 1});
  Period period = Period::Of(first).In(kind);
  if (period.first_day() < first) ++period.ordinal;
  return period;
}

int PrintProgram(const GraphOptions& options, const Manner& manner) {
  const Result<Deployed> deployed = Deploy(options.policy, options.sets, manner);
  if (!deployed) return Report(deployed.error(), manner);
  const data::Deployment& deployment = deployed->deployment;
  Period period = FirstPeriod(*deployment.graph->model);
  if (!options.period.empty()) {
    const Result<Period> given = ReadPeriod(options.period);
    if (!given) return Report(given.error(), manner);
    if (const Status possible = data::CheckPeriod(deployment, *given, {}, false); !possible)
      return Report(possible.error(), manner);
    period = *given;
  }
  const auto lowered = program::Lower(deployment.graph, {period, deployment.parameters});
  std::fputs(program::DumpProgram(*program::Schedule(lowered)).c_str(), stdout);
  return kDone;
}

}  // namespace

int RunGraph(const GraphOptions& options, const Manner& manner) {
  if (options.program) return PrintProgram(options, manner);
  const Result<graph::GraphPtr> graph = LoadPolicy(options.policy, manner);
  if (!graph) return Report(graph.error(), manner);
  using graph::GraphFormat;
  const GraphFormat format = options.format == "mermaid" ? GraphFormat::kMermaid
                             : options.format == "json"  ? GraphFormat::kJson
                                                         : GraphFormat::kDot;
  std::string text = graph::DumpGraph(**graph, format);
  if (options.format == "svg") {
    Result<std::string> svg = DrawSvg(text);
    if (!svg) return Report(svg.error(), manner);
    text = std::move(*svg);
  }
  std::fputs(text.c_str(), stdout);
  return kDone;
}

}  // namespace heng::tools
