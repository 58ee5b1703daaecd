// The stages of file tests that end with the diagnostics of a whole compilation, and with the graph.
#include "engine/diagnostics/render.h"
#include "engine/graph/analysis/compile.h"
#include "engine/graph/dump.h"
#include "tests/unit/file_test.h"

namespace heng::tests {
namespace {

std::string RenderBoth(const std::vector<Diagnostic>& diagnostics) {
  if (diagnostics.empty()) return "no diagnostics\n";
  return "---- zh\n" + RenderText(diagnostics, Language::kChinese, false) + "---- en\n" +
         RenderText(diagnostics, Language::kEnglish, false);
}

}  // namespace

std::string DiagnosticsStage(const FileTestInput& input) {
  return RenderBoth(graph::Compile("test.heng", input.text).diagnostics);
}

std::string GraphStage(const FileTestInput& input) {
  const graph::Compiled compiled = graph::Compile("test.heng", input.text);
  if (!compiled.graph) return RenderBoth(compiled.diagnostics);
  const std::string format = input.Option("format");
  if (format == "dot") return graph::DumpGraph(*compiled.graph, graph::GraphFormat::kDot);
  if (format == "kernel") return graph::DumpGraph(*compiled.graph, graph::GraphFormat::kDot, true);
  if (format == "mermaid") return graph::DumpGraph(*compiled.graph, graph::GraphFormat::kMermaid);
  if (format == "json") return graph::DumpGraph(*compiled.graph, graph::GraphFormat::kJson);
  return graph::DumpText(*compiled.graph);
}

}  // namespace heng::tests
