#include "engine/graph/analysis/compile.h"

#include <algorithm>

#include "engine/base/digest.h"
#include "engine/graph/analysis/obligations.h"
#include "engine/syntax/antlr/parser.h"
#include "engine/syntax/open_source.h"

namespace heng::graph {

Compiled Compile(std::string path, std::string bytes) {
  DiagnosticSink sink;
  const std::string digest = Sha256(bytes);
  const syntax::OpenedSource opened = syntax::OpenSource(std::move(path), std::move(bytes), sink);
  if (!opened.usable) return {nullptr, sink.Sorted()};
  const syntax::TokenList tokens = syntax::Tokenize(opened.source, sink);
  if (tokens.unusable) return {nullptr, sink.Sorted()};
  const auto tree = std::make_shared<const syntax::Tree>(syntax::Parse(tokens, sink));
  for (const syntax::FileUse& use : syntax::FilesUsed(*tree)) {
    sink.Add<DiagnosticKind::kModuleUnreadable>(
        {opened.source, use.span}, use.path,
        Bilingual("这里只有政策的文字，不能读别的文件",
                  "only the text of the policy is here, no other file can be read"));
  }
  return Compile(tree, digest, sink);
}

Compiled Compile(std::shared_ptr<const syntax::Tree> tree, std::string digest, DiagnosticSink& sink) {
  const auto model = semantic::Analyse(tree, sink);
  if (sink.has_errors()) return {nullptr, sink.Sorted()};
  auto graph = std::make_shared<Graph>(*Build(model));
  graph->digest = std::move(digest);
  const Ranges ranges(*graph);
  Discharge(*graph, ranges, Grids(*graph, ranges), sink);
  const std::vector<Diagnostic> diagnostics = sink.Sorted();
  return {sink.has_errors() ? nullptr : GraphPtr(graph), diagnostics};
}

}  // namespace heng::graph
