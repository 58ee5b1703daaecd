// How each value moves with one fact or definition, everything else staying as it is: monotone typing. Proves 随 guarantees, so that
// nobody needs to probe them. Values that are absent or fail are compared with nothing.
#pragma once

#include <optional>
#include <vector>

#include "engine/graph/analysis/ranges.h"

namespace heng::graph {

// Of a bool 否 is the less, on a scale the worse grade.
enum class Direction : unsigned char { kConstant, kRises, kFalls, kUnknown };

class Monotonicity {
 public:
  // `along`: a field or a name, perhaps of another sort (kPull).
  Monotonicity(const Graph& graph, const Ranges& ranges, NodeId along);

  // kRises: it never falls where `along` rises, at whatever instance both are.
  Direction Of(NodeId node) const { return directions_[node.index()]; }

 private:
  // What holds where an arm of a case is taken.
  struct Arm {
    NodeId value;
    Knowledge knowledge;
    std::vector<std::pair<NodeId, bool>> conditions;
  };

  Direction Compute(NodeId id) const;
  Direction ComputeOp(const Node& node, NodeId id) const;
  Direction OfEqual(const Node& node) const;
  Direction ComputeFold(const Node& node) const;
  Direction ComputeCase(const Node& node) const;
  std::vector<NodeId> PivotsOf(const std::vector<Arm>& arms) const;
  Interval OrderOf(NodeId id, const Knowledge& knowledge) const;
  Interval PivotIn(NodeId pivot, const Arm& arm) const;
  std::optional<bool> Truth(NodeId condition, NodeId pivot, uint32_t code) const;
  bool GroupsVary(PathId path) const;
  bool MayLack(NodeId id) const { return may_lack_[id.index()]; }
  bool ComputeMayLack(const Node& node) const;
  bool ComputeLackVaries(const Node& node) const;
  // 1: never negative, −1: never positive, 0: neither is known. Of a divisor: where it is not 0.
  int SignOf(NodeId id) const;

  const Graph& graph_;
  const Ranges& ranges_;
  NodeId along_;
  std::vector<Direction> directions_;
  std::vector<bool> may_lack_;     // may be absent
  std::vector<bool> lack_varies_;  // whether it is absent may depend on `along`
};

// Whether a 随 guarantee holds for all facts. REQUIRES: root.kind is kMonotone.
bool ProvesMonotone(const Graph& graph, const Ranges& ranges, const Root& root);

}  // namespace heng::graph
