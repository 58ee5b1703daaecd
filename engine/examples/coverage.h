// What of a policy its worked examples reach: the cases of grades and choices, the rows of tables, the branches of expressions, the
// steps of grades, the lines of scorecards. What a module gives is left to the module's own examples.
#pragma once

#include <string>
#include <vector>

#include "engine/base/bilingual.h"
#include "engine/eval/evaluation.h"
#include "engine/graph/graph.h"

namespace heng::examples {

class Coverage {
 public:
  // kLine: a criterion that was scored, or left out by 合理缺项, or a deduction or bonus that was given.
  enum class Kind : unsigned char { kCase, kRow, kBranch, kStep, kLine };
  static constexpr size_t kKinds = 5;
  struct Item {
    Kind kind = Kind::kCase;
    Bilingual name;
    Span span;
    bool reached = false;
  };

  explicit Coverage(graph::GraphPtr graph);
  // Counts what this evaluation reached. REQUIRES: it is of the same graph.
  void Add(const eval::Evaluation& evaluation);
  // In the order of the text.
  std::vector<Item> Items() const;

 private:
  // Of which part of the graph an item speaks: an arm of a node, or a value that a definition takes.
  struct Target {
    enum class Wanted : unsigned char { kArm, kPresent, kNonZero, kTrue };
    Wanted wanted = Wanted::kArm;
    graph::NodeId node;
    size_t arm = 0;
    graph::DefId definition;
  };

  void Expect(Item item, Target target);
  bool Takes(const eval::Evaluation& evaluation, const Target& target) const;

  graph::GraphPtr graph_;
  std::vector<Item> items_;
  std::vector<Target> targets_;  // of the items
};

// `情形`, `cases`: of several items of the kind.
Bilingual NameOf(Coverage::Kind kind);

}  // namespace heng::examples
