// Runs the 算例 of a policy: its worked examples, with the guarantees asserted on each.
#pragma once

#include <string>
#include <vector>

#include "engine/base/bilingual.h"
#include "engine/examples/coverage.h"
#include "engine/graph/graph.h"

namespace heng::examples {

struct Failing {
  Span span;
  Bilingual message;
};

struct Outcome {
  std::string title;
  Span span;
  size_t expectations = 0;
  std::vector<Failing> failing;
  bool passed() const { return failing.empty(); }
};

// One outcome for each example, in the policy's order. With `coverage`, what they reach is counted in it.
std::vector<Outcome> Run(const graph::GraphPtr& graph, Coverage* coverage = nullptr);

// JUnit XML of the outcomes of several policies, by the policy's path.
std::string RenderJunit(const std::vector<std::pair<std::string, std::vector<Outcome>>>& policies, Language language);

}  // namespace heng::examples
