// Random policies that are well typed by construction, with facts that fit them: for tests of the whole engine, and to compare
// one executor with another. The same seed gives the same policy everywhere.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/diagnostics/diagnostic.h"
#include "engine/eval/facts.h"

namespace heng::tests {

struct GeneratorOptions {
  size_t subjects = 4;     // 项目 in the roster
  size_t definitions = 8;  // formulas, scores, grades, tables
  size_t depth = 3;        // of expressions
};

struct GeneratedPolicy {
  std::string text;
  Period period;        // to settle
  std::string request;  // the facts, as a JSON request with a complete roster
  // Open parameters, `名` or `名.键`; each is bound to the middle of its range by Prepare.
  std::vector<std::string> open;
};

GeneratedPolicy Generate(uint64_t seed, const GeneratorOptions& options = {});

// A generated policy, compiled, and its facts, read: what Evaluate needs.
struct PreparedPolicy {
  graph::GraphPtr graph;  // null: it has errors
  std::vector<Diagnostic> diagnostics;
  std::shared_ptr<const eval::Facts> facts;  // null: `refusal` says why
  Period period;
  std::string refusal;
  size_t refused = 0;  // facts that were refused; their subjects are marked in `facts`
};
PreparedPolicy Prepare(const GeneratedPolicy& policy);

}  // namespace heng::tests
