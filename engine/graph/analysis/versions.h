// The versions of one policy: each in force behind the other, without overlap or hole.
#pragma once

#include <span>
#include <vector>

#include "engine/diagnostics/diagnostic.h"
#include "engine/graph/graph.h"

namespace heng::graph {

// What is wrong with the periods in which the policies of the same id are in force, at the later one's 施行. A hole behind the end of a
// version that has one is an error too: a period would be settled by none.
std::vector<Diagnostic> CheckVersions(std::span<const GraphPtr> policies);

}  // namespace heng::graph
