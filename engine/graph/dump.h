// Pictures of the evaluation graph, for people and for programs: DOT and Mermaid show the policy in its own words, from facts over
// formulas to results; JSON holds every node. The text is a kernel notation, one line a definition, for tests.
#pragma once

#include <string>

#include "engine/graph/graph.h"

namespace heng::graph {

enum class GraphFormat : unsigned char { kDot, kMermaid, kJson };

// Deterministic: equal graphs give equal bytes. `full`: DOT shows every kernel node instead of the definitions; the other formats
// do not look at it. UTF-8 throughout; ends with a newline.
std::string DumpGraph(const Graph& graph, GraphFormat format, bool full = false);

// One line a definition, in the graph's order: `季度成绩 @ 项目×季 = round_half_up((sum(月度成绩 via 季) ÷ count(是 via 季)), 0.01 分)`;
// then the roots. A pull of a parameter or an attribute is written `name↑`.
std::string DumpText(const Graph& graph);

// What the definition's text says, on one line: its line of a score, a grade or a table, or the right side of a formula.
std::string TextOf(const Graph& graph, DefId definition);

// The kernel's names of forms and operators.
std::string_view NameOf(Form form);
std::string_view NameOf(Op op);
std::string_view NameOf(FoldOp fold);
std::string_view NameOf(Definition::Kind kind);

}  // namespace heng::graph
