// Which arms of a case can apply: by trying one representative of every region that the conditions can tell apart. Exact where the
// conditions compare values with constants; where they do not, the answer says so.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/graph/analysis/grids.h"

namespace heng::graph {

struct CaseCoverage {
  // False: some condition is not a comparison with constants, or there were too many regions; then nothing below is known.
  bool exact = true;
  // Values under which no condition holds, as `季度成绩 = 59.99 分`; nothing if one always does.
  std::optional<Bilingual> gap;
  // For each arm: can it be the first to hold?
  std::vector<bool> reachable;
  // Of an arm that cannot: one that is always before it where it holds, and when; nothing if it never holds.
  struct Hidden {
    size_t by = 0;
    Bilingual witness;
  };
  std::vector<std::optional<Hidden>> hidden;
  // Two arms that hold together, and when.
  struct Overlap {
    size_t first = 0;
    size_t second = 0;
    Bilingual witness;
  };
  std::vector<Overlap> overlaps;
};

// REQUIRES: `node` is a case. An else arm is not looked at.
CaseCoverage AnalyseCase(const Graph& graph, const Ranges& ranges, const Grids& grids, NodeId node);

}  // namespace heng::graph
