// The stages of file tests that end with the diagnostics of a whole compilation, and with the graph.
#include "engine/diagnostics/render.h"
#include "engine/graph/analysis/compile.h"
#include "engine/graph/analysis/versions.h"
#include "engine/graph/dump.h"
#include "engine/load/load.h"
#include "tests/unit/file_test.h"
#include "tests/unit/temporary_folder.h"

namespace heng::tests {
namespace {

std::string RenderBoth(const std::vector<Diagnostic>& diagnostics) {
  if (diagnostics.empty()) return "no diagnostics\n";
  return "---- zh\n" + RenderText(diagnostics, Language::kChinese, false) + "---- en\n" +
         RenderText(diagnostics, Language::kEnglish, false);
}

}  // namespace

std::string DiagnosticsStage(const FileTestInput& input) {
  if (input.files.empty()) return RenderBoth(graph::Compile("test.heng", input.text).diagnostics);
  const TemporaryFolder folder;
  for (const auto& [name, text] : input.files) folder.Write(name, text);
  const std::string prefix = folder.path() + "/";
  // Paths are shown from the folder on.
  graph::Compiled compiled = load::Load(prefix + "test.heng", input.text);
  // A policy among the files is another version.
  std::vector<graph::GraphPtr> versions = {compiled.graph};
  for (const auto& [name, text] : input.files) {
    if (text.starts_with("政策")) versions.push_back(load::Load(prefix + name, text).graph);
  }
  if (versions.size() > 1) compiled.diagnostics = graph::CheckVersions(versions);
  std::string shown = RenderBoth(compiled.diagnostics);
  for (size_t at; (at = shown.find(prefix)) != std::string::npos;) shown.erase(at, prefix.size());
  return shown;
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
