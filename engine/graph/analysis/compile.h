// The whole way of a policy from bytes to a checked evaluation graph: lex, parse, analyse, build, discharge.
#pragma once

#include <string>
#include <vector>

#include "engine/diagnostics/diagnostic.h"
#include "engine/graph/graph.h"

namespace heng::graph {

struct Compiled {
  GraphPtr graph;  // null if there are errors
  std::vector<Diagnostic> diagnostics;
};

// A policy that uses no module and imports no table: one that does is refused at the place where it does (load/ reads files).
Compiled Compile(std::string path, std::string bytes);
// Of a tree that is read already, with what was found on the way.
Compiled Compile(std::shared_ptr<const syntax::Tree> tree, std::string digest, DiagnosticSink& sink);

}  // namespace heng::graph
