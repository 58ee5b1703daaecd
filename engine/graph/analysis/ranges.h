// In what interval each number of the graph lies, from the declared ranges of the facts and the 校验. Diagnostics, lowering and proofs read
// it. Interval arithmetic is sound, not tight: what it cannot bound is unbounded.
#pragma once

#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "engine/graph/graph.h"

namespace heng::graph {

// An interval of numbers; a missing end is unbounded. An open end is not itself a value.
struct Interval {
  std::optional<Rational> low, high;
  bool low_open = false;
  bool high_open = false;

  static Interval Point(const Rational& value) { return {value, value, false, false}; }
  bool Contains(const Rational& value) const;
  bool IsPoint() const { return low && high && *low == *high && !low_open && !high_open; }
  Interval Hull(const Interval& other) const;
  Interval Meet(const Interval& other) const;
  Interval Negated() const;
};

// What is known of some nodes where a condition holds; and what was computed of others under it.
struct Knowledge {
  std::unordered_map<NodeId, Interval> known;
  mutable std::unordered_map<NodeId, Interval> computed;

  bool empty() const { return known.empty(); }
  void Set(NodeId node, Interval interval) {
    known[node] = std::move(interval);
    computed.clear();
  }
};

class Ranges {
 public:
  // Without `checks` 校验 are not counted on.
  explicit Ranges(const Graph& graph, bool checks = true);

  const Interval& Of(NodeId node) const { return intervals_[node.index()]; }
  // Where that is known besides.
  Interval Of(NodeId node, const Knowledge& knowledge) const { return Operand(node, knowledge); }
  // And that the condition holds, or does not.
  Knowledge Suppose(Knowledge knowledge, NodeId condition, bool truth) const {
    Learn(condition, truth, knowledge);
    return knowledge;
  }
  // True if some division by this node's divisor is reached with a divisor that can be 0.
  bool MayDivideByZero(NodeId quotient) const { return zero_divisions_.count(quotient) > 0; }
  // A comparison of a number that varies with one that does not, which always holds (true) or never does (false).
  std::optional<bool> Decides(NodeId comparison) const;
  // The one value that the node always has, if it is a literal or a parameter that is fixed.
  std::optional<Value> ConstantOf(NodeId node) const;

 private:
  Interval Compute(NodeId id, const Knowledge& knowledge) const;
  Interval Operand(NodeId id, const Knowledge& knowledge) const;
  Interval ComputeOp(const Node& node, const Knowledge& knowledge) const;
  Interval ComputeDivision(const Node& node, const Knowledge& knowledge) const;
  Interval ComputeCase(const Node& node, const Knowledge& knowledge) const;
  Interval ComputeFold(const Node& node, const Knowledge& knowledge) const;
  bool IsPart(NodeId part, NodeId whole) const;
  bool IsAtMost(NodeId a, NodeId b) const;
  std::optional<Interval> WeightedMean(const Node& node, const Knowledge& knowledge) const;
  std::optional<Interval> WeightedMeanOfRows(const Node& above, const Node& below) const;
  void Learn(NodeId condition, bool truth, Knowledge& knowledge) const;
  void CollectOrder();
  void FindZeroDivisions(NodeId root);

  const Graph& graph_;
  std::vector<Interval> intervals_;
  std::unordered_map<NodeId, std::unordered_set<NodeId>> at_most_;  // a ≤ b by a check on the same row
  std::unordered_set<NodeId> zero_divisions_;
};

}  // namespace heng::graph
