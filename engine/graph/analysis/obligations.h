// Discharges what the translation owes: values within their marks, divisors that are not 0, cases without gap and overlap, published
// numbers with an end, clamps that matter. What is refuted or cannot be shown becomes a diagnostic.
#pragma once

#include "engine/diagnostics/diagnostic.h"
#include "engine/graph/analysis/grids.h"

namespace heng::graph {

void Discharge(const Graph& graph, const Ranges& ranges, const Grids& grids, DiagnosticSink& sink);

}  // namespace heng::graph
