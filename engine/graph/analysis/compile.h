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

Compiled Compile(std::string path, std::string bytes);

}  // namespace heng::graph
