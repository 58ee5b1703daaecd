#include "engine/graph/analysis/monotone.h"

#include <algorithm>

namespace heng::graph {
namespace {

// Pairs of arms of a case are compared, by each pivot.
constexpr size_t kMostArms = 64;
constexpr size_t kMostPivots = 32;

Direction Flip(Direction d) {
  return d == Direction::kRises ? Direction::kFalls : d == Direction::kFalls ? Direction::kRises : d;
}
Direction Both(Direction a, Direction b) {
  if (a == Direction::kConstant || a == b) return b;
  return b == Direction::kConstant ? a : Direction::kUnknown;
}
// Of a product with what has that sign.
Direction Times(Direction d, int sign) {
  if (d == Direction::kConstant) return d;
  return sign > 0 ? d : sign < 0 ? Flip(d) : Direction::kUnknown;
}
// All of a lies below all of b, or touches it.
bool NotAbove(const Interval& a, const Interval& b) { return a.high && b.low && *a.high <= *b.low; }
// All of a lies below all of b.
bool Below(const Interval& a, const Interval& b) {
  return NotAbove(a, b) && (*a.high < *b.low || a.high_open || b.low_open);
}
Rational OrderOf(EnumCode code) { return -Rational(static_cast<int64_t>(code.index)); }

}  // namespace

Monotonicity::Monotonicity(const Graph& graph, const Ranges& ranges, NodeId along)
    : graph_(graph),
      ranges_(ranges),
      along_(along),
      directions_(graph.nodes.size(), Direction::kUnknown),
      may_lack_(graph.nodes.size(), true),
      lack_varies_(graph.nodes.size(), true) {
  while (graph_[along_].form == Form::kPull) along_ = graph_[along_].operands[0];
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    directions_[i] = Compute(NodeId(i));
    may_lack_[i] = ComputeMayLack(graph.nodes[i]);
    lack_varies_[i] =
        directions_[i] != Direction::kConstant && NodeId(i) != along_ && ComputeLackVaries(graph.nodes[i]);
  }
}

Direction Monotonicity::Compute(NodeId id) const {
  const Node& node = graph_[id];
  if (id == along_) return Direction::kRises;
  switch (node.form) {
    case Form::kLiteral:
    case Form::kField:
    case Form::kNone:
    case Form::kFail: return Direction::kConstant;
    // Of a name whose past is read the body may stand behind it: nothing is known yet.
    case Form::kName: return Of(graph_[node.definition].body);
    case Form::kPull: return GroupsVary(node.path) ? Direction::kUnknown : Of(node.operands[0]);
    // What was recorded stays as it is.
    case Form::kPast: return node.back > 0 ? Direction::kConstant : Of(node.operands[0]);
    case Form::kHas: return lack_varies_[node.operands[0].index()] ? Direction::kUnknown : Direction::kConstant;
    case Form::kElse: {
      if (lack_varies_[node.operands[0].index()]) return Direction::kUnknown;
      return Both(Of(node.operands[0]), Of(node.operands[1]));
    }
    case Form::kOp: return ComputeOp(node, id);
    case Form::kCase: return ComputeCase(node);
    case Form::kFold: return ComputeFold(node);
    // Which place it has among its peers moves with each of them.
    case Form::kRank: {
      const bool stays =
          !GroupsVary(node.path) && std::all_of(node.operands.begin(), node.operands.end(),
                                                [&](NodeId operand) { return Of(operand) == Direction::kConstant; });
      return stays ? Direction::kConstant : Direction::kUnknown;
    }
  }
  return Direction::kUnknown;
}

int Monotonicity::SignOf(NodeId id) const {
  const Interval& i = ranges_.Of(id);
  if (i.low && i.low->sign() >= 0) return 1;
  return i.high && i.high->sign() <= 0 ? -1 : 0;
}

Direction Monotonicity::ComputeOp(const Node& node, NodeId id) const {
  const auto of = [&](size_t i) { return Of(node.operands[i]); };
  const bool stays = std::all_of(node.operands.begin(), node.operands.end(),
                                 [&](NodeId operand) { return Of(operand) == Direction::kConstant; });
  if (stays) return Direction::kConstant;
  switch (node.op) {
    case Op::kAdd:
    case Op::kMin:
    case Op::kMax:
    case Op::kShift: return Both(of(0), of(1));
    case Op::kSubtract: return Both(of(0), Flip(of(1)));
    case Op::kNegate:
    case Op::kNot: return Flip(of(0));
    case Op::kMultiply: return Both(Times(of(0), SignOf(node.operands[1])), Times(of(1), SignOf(node.operands[0])));
    case Op::kDivide: {
      // A divisor of 0 is not reached or fails.
      const int below = SignOf(node.operands[1]);
      if (below == 0) return Direction::kUnknown;
      return Both(Times(of(0), below), Times(Flip(of(1)), SignOf(node.operands[0])));
    }
    case Op::kRoundHalfUp:
    case Op::kRoundHalfEven:
    case Op::kRoundDown:
    case Op::kRoundUp: return of(1) == Direction::kConstant ? of(0) : Direction::kUnknown;
    case Op::kLess:
    case Op::kAtMost: return Both(Flip(of(0)), of(1));
    case Op::kEqual: return OfEqual(graph_[id]);
    case Op::kAnd:
    case Op::kOr: {
      Direction out = Direction::kConstant;
      for (size_t i = 0; i < node.operands.size(); ++i) out = Both(out, of(i));
      return out;
    }
    default: return Direction::kUnknown;
  }
}

// To be the greatest that there can be is what rises.
Direction Monotonicity::OfEqual(const Node& node) const {
  for (const size_t side : {0, 1}) {
    const NodeId value = node.operands[side];
    if (Of(node.operands[1 - side]) != Direction::kConstant) continue;
    const Interval all = OrderOf(value, {});
    const Interval other = OrderOf(node.operands[1 - side], {});
    if (NotAbove(all, other)) return Of(value);
    if (NotAbove(other, all)) return Flip(Of(value));
  }
  return Direction::kUnknown;
}

bool Monotonicity::GroupsVary(PathId path) const {
  for (const Step& step : graph_[path].steps) {
    if (step.kind != Step::Kind::kKey) continue;
    const std::vector<NodeId>& keys = graph_.quotient(step.quotient).keys;
    if (std::any_of(keys.begin(), keys.end(), [&](NodeId key) { return Of(key) != Direction::kConstant; })) return true;
  }
  return false;
}

Direction Monotonicity::ComputeFold(const Node& node) const {
  if (GroupsVary(node.path) || lack_varies_[node.operands[0].index()]) return Direction::kUnknown;
  const Direction value = Of(node.operands[0]);
  const Direction counts = node.conditional ? Of(node.operands.back()) : Direction::kConstant;
  if (node.fold == FoldOp::kNth && Of(node.operands[1]) != Direction::kConstant) return Direction::kUnknown;
  if (node.fold == FoldOp::kCount) return counts;
  if (counts == Direction::kConstant) return value;
  if (node.fold == FoldOp::kSum) return Both(value, Times(counts, SignOf(node.operands[0])));
  return node.fold == FoldOp::kAny ? Both(value, counts) : Direction::kUnknown;
}

// ---- cases

// Where the value lies in its order: numbers as they are, grades with the better above, 否 below 是.
Interval Monotonicity::OrderOf(NodeId id, const Knowledge& knowledge) const {
  const Node& node = graph_[id];
  if (node.type.is_number()) return ranges_.Of(id, knowledge);
  switch (node.form) {
    case Form::kLiteral:
      if (const auto* code = std::get_if<EnumCode>(&node.literal)) return Interval::Point(graph::OrderOf(*code));
      if (const auto* truth = std::get_if<bool>(&node.literal)) return Interval::Point(*truth ? 1 : 0);
      return {};
    case Form::kName: return OrderOf(graph_[node.definition].body, knowledge);
    case Form::kPull: return OrderOf(node.operands[0], {});
    case Form::kCase: {
      std::optional<Interval> out;
      for (size_t i = 0; i < node.operands.size(); ++i) {
        const NodeId value = node.operands[i];
        if (i % 2 == 0 && !(node.has_else && i + 1 == node.operands.size())) continue;
        if (graph_[value].form == Form::kNone || graph_[value].form == Form::kFail) continue;
        const Interval arm = OrderOf(value, knowledge);
        out = out ? out->Hull(arm) : arm;
      }
      return out.value_or(Interval{});
    }
    default: break;
  }
  if (node.type.kind == TypeKind::kBool) return {Rational(0), Rational(1), false, false};
  if (node.type.kind != TypeKind::kEnum) return {};
  const auto last = static_cast<uint32_t>((*graph_.model)[node.type.enumeration].values.size() - 1);
  return {graph::OrderOf(EnumCode{last}), Rational(0), false, false};
}

// By what is compared in the conditions, and moves one way: numbers, grades, and the conditions themselves.
std::vector<NodeId> Monotonicity::PivotsOf(const std::vector<Arm>& arms) const {
  std::vector<NodeId> out;
  std::vector<NodeId> pending;
  for (const Arm& arm : arms) pending.push_back(arm.conditions.back().first);
  while (!pending.empty()) {
    const NodeId id = pending.back();
    pending.pop_back();
    const Node& at = graph_[id];
    const bool moves = Of(id) == Direction::kRises || Of(id) == Direction::kFalls;
    if (moves && std::find(out.begin(), out.end(), id) == out.end()) out.push_back(id);
    if (at.type.kind != TypeKind::kBool) continue;
    if (at.form == Form::kName) pending.push_back(graph_[at.definition].body);
    if (at.form == Form::kOp) pending.insert(pending.end(), at.operands.begin(), at.operands.end());
  }
  return out;
}

// What the condition is where the grade `pivot` is that code; nothing: that depends on more.
std::optional<bool> Monotonicity::Truth(NodeId id, NodeId pivot, uint32_t code) const {
  const Node& node = graph_[id];
  if (node.form == Form::kName) return Truth(graph_[node.definition].body, pivot, code);
  if (node.form != Form::kOp) return std::nullopt;
  if (node.op == Op::kNot) {
    const auto of = Truth(node.operands[0], pivot, code);
    return of ? std::optional(!*of) : std::nullopt;
  }
  if (node.op == Op::kAnd || node.op == Op::kOr) {
    const bool decides = node.op == Op::kOr;
    bool all = true;
    for (const NodeId operand : node.operands) {
      const auto of = Truth(operand, pivot, code);
      if (of == decides) return decides;
      all = all && of.has_value();
    }
    return all ? std::optional(!decides) : std::nullopt;
  }
  if (node.op != Op::kEqual && node.op != Op::kLess && node.op != Op::kAtMost) return std::nullopt;
  const auto side = [&](NodeId operand) -> std::optional<Rational> {
    if (operand == pivot) return graph::OrderOf(EnumCode{code});
    const Value* literal = graph_[operand].form == Form::kLiteral ? &graph_[operand].literal : nullptr;
    const auto* grade = literal != nullptr ? std::get_if<EnumCode>(literal) : nullptr;
    return grade != nullptr ? std::optional(graph::OrderOf(*grade)) : std::nullopt;
  };
  const auto a = side(node.operands[0]);
  const auto b = side(node.operands[1]);
  if (!a || !b) return std::nullopt;
  return node.op == Op::kEqual ? *a == *b : node.op == Op::kLess ? *a < *b : *a <= *b;
}

// Where the pivot lies if that arm is taken.
Interval Monotonicity::PivotIn(NodeId pivot, const Arm& arm) const {
  const Node& node = graph_[pivot];
  if (node.type.is_number()) return ranges_.Of(pivot, arm.knowledge);
  for (const auto& [condition, truth] : arm.conditions) {
    if (condition == pivot) return Interval::Point(truth ? 1 : 0);
  }
  if (node.type.kind != TypeKind::kEnum) return OrderOf(pivot, arm.knowledge);
  std::optional<Interval> out;
  for (uint32_t code = 0; code < (*graph_.model)[node.type.enumeration].values.size(); ++code) {
    const bool possible = std::all_of(arm.conditions.begin(), arm.conditions.end(), [&](const auto& condition) {
      return Truth(condition.first, pivot, code) != !condition.second;
    });
    const Interval point = Interval::Point(graph::OrderOf(EnumCode{code}));
    if (possible) out = out ? out->Hull(point) : point;
  }
  return out.value_or(OrderOf(pivot, {}));
}

Direction Monotonicity::ComputeCase(const Node& node) const {
  Direction conditions = Direction::kConstant;
  Direction values = Direction::kConstant;
  std::vector<Arm> arms;
  Arm otherwise;
  // 否则 如果 goes on with the arms.
  for (const Node* at = &node; at != nullptr && arms.size() <= kMostArms;) {
    for (size_t i = 0; i < at->operands.size() / 2 && arms.size() <= kMostArms; ++i) {
      const NodeId condition = at->operands[2 * i];
      conditions = Of(condition) == Direction::kConstant ? conditions : Direction::kUnknown;
      Arm arm{at->operands[2 * i + 1], ranges_.Suppose(otherwise.knowledge, condition, true), otherwise.conditions};
      arm.conditions.emplace_back(condition, true);
      otherwise.knowledge = ranges_.Suppose(otherwise.knowledge, condition, false);
      otherwise.conditions.emplace_back(condition, false);
      values = Both(values, Of(arm.value));
      arms.push_back(std::move(arm));
    }
    const Node* next = at->has_else ? &graph_[at->operands.back()] : nullptr;
    if (next != nullptr && next->form != Form::kCase) {
      otherwise.value = at->operands.back();
      values = Both(values, Of(otherwise.value));
      arms.push_back(otherwise);
      next = nullptr;
    }
    at = next;
  }
  if (conditions == Direction::kConstant || values == Direction::kUnknown) return values;
  if (arms.size() > kMostArms) return Direction::kUnknown;
  std::erase_if(arms, [&](const Arm& arm) {
    return graph_[arm.value].form == Form::kNone || graph_[arm.value].form == Form::kFail;
  });
  std::vector<Interval> orders;
  for (const Arm& arm : arms) orders.push_back(OrderOf(arm.value, arm.knowledge));
  // Where each pivot lies in each arm, as it moves while `along` rises.
  std::vector<std::vector<Interval>> pivots;
  for (const NodeId pivot : PivotsOf(arms)) {
    if (pivots.size() == kMostPivots) break;
    std::vector<Interval>& lies = pivots.emplace_back();
    for (const Arm& arm : arms) {
      const Interval in = PivotIn(pivot, arm);
      lies.push_back(Of(pivot) == Direction::kRises ? in : in.Negated());
    }
  }
  bool rises = values != Direction::kFalls;
  bool falls = values != Direction::kRises;
  for (size_t i = 0; i < arms.size() && (rises || falls); ++i) {
    for (size_t j = 0; j < i && (rises || falls); ++j) {
      // What does not move says which of the two it is.
      if (Of(arms[j].conditions.back().first) == Direction::kConstant) continue;
      const bool up = NotAbove(orders[j], orders[i]);  // from j to i it does not fall
      const bool down = NotAbove(orders[i], orders[j]);
      if (up && down) continue;
      bool forth = true;  // as `along` rises, i may follow j
      bool back = true;   // and j may follow i
      for (const std::vector<Interval>& lies : pivots) {
        back = back && !Below(lies[j], lies[i]);
        forth = forth && !Below(lies[i], lies[j]);
      }
      rises = rises && (up || !forth) && (down || !back);
      falls = falls && (down || !forth) && (up || !back);
    }
  }
  return rises ? Direction::kRises : falls ? Direction::kFalls : Direction::kUnknown;
}

// ---- absence

bool Monotonicity::ComputeMayLack(const Node& node) const {
  switch (node.form) {
    case Form::kLiteral:
    case Form::kOp:
    case Form::kHas:
    case Form::kFail: return false;
    case Form::kField: return node.type.optional;
    case Form::kName: return MayLack(graph_[node.definition].body);
    case Form::kPull: return MayLack(node.operands[0]);
    case Form::kElse: return MayLack(node.operands[1]);
    case Form::kFold: return node.fold != FoldOp::kSum && node.fold != FoldOp::kCount && node.fold != FoldOp::kAny;
    case Form::kCase: {
      for (size_t i = 0; i < node.operands.size(); ++i) {
        const bool value = i % 2 == 1 || (node.has_else && i + 1 == node.operands.size());
        if (value && MayLack(node.operands[i])) return true;
      }
      return false;
    }
    default: return true;
  }
}

bool Monotonicity::ComputeLackVaries(const Node& node) const {
  const auto varies = [&](NodeId id) { return lack_varies_[id.index()]; };
  switch (node.form) {
    // What needs a value that is absent fails.
    case Form::kOp:
    case Form::kHas: return false;
    case Form::kName: return varies(graph_[node.definition].body);
    case Form::kPull: return varies(node.operands[0]);
    case Form::kElse: return varies(node.operands[0]) || varies(node.operands[1]);
    case Form::kCase: {
      bool choice = false;
      bool arms = false;
      for (size_t i = 0; i < node.operands.size(); ++i) {
        const bool value = i % 2 == 1 || (node.has_else && i + 1 == node.operands.size());
        if (value) arms = arms || varies(node.operands[i]);
        if (!value) choice = choice || Of(node.operands[i]) != Direction::kConstant;
      }
      return arms || (choice && ComputeMayLack(node));
    }
    case Form::kFold:
      return ComputeMayLack(node) && node.conditional && Of(node.operands.back()) != Direction::kConstant;
    default: return true;
  }
}

bool ProvesMonotone(const Graph& graph, const Ranges& ranges, const Root& root) {
  const Direction direction = Monotonicity(graph, ranges, root.along).Of(graph[root.definition].body);
  return direction == Direction::kConstant || direction == (root.decreasing ? Direction::kFalls : Direction::kRises);
}

}  // namespace heng::graph
