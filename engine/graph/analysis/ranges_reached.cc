// The rest of Ranges: divisors that can be 0 where they are reached, and comparisons that are decided.
#include <algorithm>

#include "engine/graph/analysis/ranges.h"

namespace heng::graph {

void Ranges::FindZeroDivisions(NodeId root) {
  // What is known grows along each branch: `scopes` is the tree of what was learnt. A node that was visited knowing less need not
  // be visited again.
  struct Visit {
    NodeId node;
    size_t scope;
  };
  struct Scope {
    Knowledge knowledge;
    size_t parent = 0;
  };
  std::vector<Scope> scopes(1);
  std::vector<Visit> pending = {{root, 0}};
  std::unordered_map<NodeId, std::vector<size_t>> seen;
  const auto learn = [&](NodeId condition, bool truth, size_t scope) {
    scopes.push_back({scopes[scope].knowledge, scope});
    Learn(condition, truth, scopes.back().knowledge);
    return scopes.size() - 1;
  };
  const auto visited = [&](NodeId node, size_t scope) {
    std::vector<size_t>& before = seen[node];
    for (size_t s = scope;; s = scopes[s].parent) {
      if (std::find(before.begin(), before.end(), s) != before.end()) return true;
      if (s == 0) break;
    }
    before.push_back(scope);
    return false;
  };
  while (!pending.empty()) {
    const Visit visit = pending.back();
    pending.pop_back();
    if (visited(visit.node, visit.scope)) continue;
    const Node& node = graph_[visit.node];
    if (node.form == Form::kOp && node.op == Op::kDivide &&
        Operand(node.operands[1], scopes[visit.scope].knowledge).Contains(0)) {
      zero_divisions_.insert(visit.node);
    }
    const size_t first = pending.size();
    size_t here = visit.scope;
    if (node.form == Form::kCase) {
      for (size_t i = 0; i < node.operands.size() / 2; ++i) {
        pending.push_back({node.operands[2 * i], here});
        pending.push_back({node.operands[2 * i + 1], learn(node.operands[2 * i], true, here)});
        here = learn(node.operands[2 * i], false, here);
      }
      if (node.has_else) pending.push_back({node.operands.back(), here});
    } else if (node.form == Form::kOp && (node.op == Op::kAnd || node.op == Op::kOr)) {
      for (const NodeId operand : node.operands) {
        pending.push_back({operand, here});
        here = learn(operand, node.op == Op::kAnd, here);
      }
    } else {
      // What is known of an instance says nothing of the others that a fold or a rank looks at.
      const bool elsewhere = node.form == Form::kFold || node.form == Form::kRank || node.form == Form::kPast;
      for (const NodeId operand : node.operands) pending.push_back({operand, elsewhere ? 0 : here});
    }
    // In the order of evaluation, so that what is known least is visited first.
    std::reverse(pending.begin() + static_cast<std::ptrdiff_t>(first), pending.end());
  }
}

std::optional<bool> Ranges::Decides(NodeId comparison) const {
  const Node& node = graph_[comparison];
  if (node.form != Form::kOp || (node.op != Op::kLess && node.op != Op::kAtMost && node.op != Op::kEqual))
    return std::nullopt;
  if (!graph_[node.operands[0]].type.is_number()) return std::nullopt;
  const Interval& a = Of(node.operands[0]);
  const Interval& b = Of(node.operands[1]);
  if (a.IsPoint() == b.IsPoint()) return std::nullopt;
  // Whether all of x lies below all of y, or, if they may touch, not above.
  const auto below = [](const Interval& x, const Interval& y, bool may_touch) {
    if (!x.high || !y.low) return false;
    return *x.high < *y.low || (*x.high == *y.low && (may_touch || x.high_open || y.low_open));
  };
  if (node.op == Op::kEqual) {
    if (below(a, b, false) || below(b, a, false)) return false;
    return std::nullopt;
  }
  const bool strict = node.op == Op::kLess;
  if (below(a, b, !strict)) return true;
  if (below(b, a, strict)) return false;
  return std::nullopt;
}

}  // namespace heng::graph
