#include "engine/graph/analysis/ranges.h"

#include <algorithm>

#include "engine/base/check.h"

namespace heng::graph {

bool Interval::Contains(const Rational& value) const {
  if (low && (value < *low || (low_open && value == *low))) return false;
  return !high || !(value > *high || (high_open && value == *high));
}

Interval Interval::Hull(const Interval& other) const {
  Interval out;
  if (low && other.low) {
    out.low = std::min(*low, *other.low);
    out.low_open = (*low > *out.low || low_open) && (*other.low > *out.low || other.low_open);
  }
  if (high && other.high) {
    out.high = std::max(*high, *other.high);
    out.high_open = (*high < *out.high || high_open) && (*other.high < *out.high || other.high_open);
  }
  return out;
}

Interval Interval::Meet(const Interval& other) const {
  Interval out = *this;
  if (other.low && (!low || *other.low > *low || (*other.low == *low && other.low_open))) {
    out.low = other.low;
    out.low_open = other.low_open;
  }
  if (other.high && (!high || *other.high < *high || (*other.high == *high && other.high_open))) {
    out.high = other.high;
    out.high_open = other.high_open;
  }
  return out;
}

Interval Interval::Negated() const {
  Interval out;
  if (high) out.low = -*high;
  if (low) out.high = -*low;
  out.low_open = high_open;
  out.high_open = low_open;
  return out;
}

namespace {

Interval AtMost(Rational high) { return {std::nullopt, std::move(high), false, false}; }
// What contradicts itself has no values: nothing more is claimed of them.
Interval Within(const Interval& a, const Interval& b) {
  const Interval met = a.Meet(b);
  return met.low && met.high && *met.low > *met.high ? a : met;
}
Interval AtLeast(Rational low) { return {std::move(low), std::nullopt, false, false}; }
bool NonNegative(const Interval& i) { return i.low && i.low->sign() >= 0; }
bool Positive(const Interval& i) { return i.low && (i.low->sign() > 0 || (i.low->sign() == 0 && i.low_open)); }

Interval Sum(const Interval& a, const Interval& b) {
  Interval out;
  if (a.low && b.low) out.low = *a.low + *b.low;
  if (a.high && b.high) out.high = *a.high + *b.high;
  out.low_open = a.low_open || b.low_open;
  out.high_open = a.high_open || b.high_open;
  return out;
}

Interval Product(const Interval& a, const Interval& b) {
  if (a.low && a.high && b.low && b.high) {
    const Rational ends[] = {*a.low * *b.low, *a.low * *b.high, *a.high * *b.low, *a.high * *b.high};
    return {*std::min_element(std::begin(ends), std::end(ends)), *std::max_element(std::begin(ends), std::end(ends)),
            Positive(a) && Positive(b) && (a.low_open || b.low_open), false};
  }
  if (NonNegative(a) && NonNegative(b)) {
    Interval out = AtLeast(*a.low * *b.low);
    out.low_open = Positive(a) && Positive(b) && (a.low_open || b.low_open);
    return out;
  }
  return {};
}

// REQUIRES: 0 is not in b.
Interval Reciprocal(const Interval& b) {
  if (Positive(b)) {
    // What cannot be (a condition that contradicts itself) has no values: nothing is claimed of them.
    if (b.high && b.high->sign() <= 0) return {};
    Interval out;
    out.low = b.high ? Rational(1) / *b.high : Rational(0);
    out.low_open = !b.high || b.high_open;
    if (b.low->sign() > 0) {
      out.high = Rational(1) / *b.low;
      out.high_open = b.low_open;
    }
    return out;
  }
  return Reciprocal(b.Negated()).Negated();
}

int PerCalendar(PeriodKind fine, PeriodKind coarse) {
  // How many days there are differs.
  static constexpr int kPerYear[] = {0, 12, 4, 2, 1, 1};
  return kPerYear[static_cast<size_t>(fine)] / std::max(1, kPerYear[static_cast<size_t>(coarse)]);
}

}  // namespace

Ranges::Ranges(const Graph& graph, bool checks) : graph_(graph), intervals_(graph.nodes.size()) {
  if (checks) CollectOrder();
  // Operands stand before their node, and a definition's body before those who name it.
  for (size_t i = 0; i < graph.nodes.size(); ++i) intervals_[i] = Compute(NodeId(i), {});
  for (const Definition& definition : graph.definitions) FindZeroDivisions(definition.body);
}

void Ranges::CollectOrder() {
  for (const Root& root : graph_.roots) {
    if (root.kind != Root::Kind::kCheck) continue;
    std::vector<NodeId> pending = {graph_[root.definition].body};
    while (!pending.empty()) {
      const Node& node = graph_[pending.back()];
      pending.pop_back();
      if (node.form != Form::kOp) continue;
      if (node.op == Op::kAnd) pending.insert(pending.end(), node.operands.begin(), node.operands.end());
      if (node.op == Op::kAtMost || node.op == Op::kLess) at_most_[node.operands[0]].insert(node.operands[1]);
    }
  }
}

std::optional<Value> Ranges::ConstantOf(NodeId id) const {
  const Node& node = graph_[id];
  if (node.form == Form::kLiteral) return node.literal;
  if (node.form == Form::kPull) return ConstantOf(node.operands[0]);
  if (node.form == Form::kField) return (*graph_.model)[node.field].value;
  if (node.type.is_number() && Of(id).IsPoint()) return *Of(id).low;
  return std::nullopt;
}

Interval Ranges::Operand(NodeId id, const Knowledge& knowledge) const {
  if (knowledge.empty()) return intervals_[id.index()];
  if (const auto known = knowledge.known.find(id); known != knowledge.known.end()) return known->second;
  if (const auto computed = knowledge.computed.find(id); computed != knowledge.computed.end()) return computed->second;
  return knowledge.computed[id] = Compute(id, knowledge);
}

Interval Ranges::Compute(NodeId id, const Knowledge& knowledge) const {
  const Node& node = graph_[id];
  const bool counts = node.type.is_number();
  switch (node.form) {
    case Form::kLiteral: return counts ? Interval::Point(std::get<Rational>(node.literal)) : Interval{};
    case Form::kField: {
      const semantic::Field& field = (*graph_.model)[node.field];
      if (!counts) return {};
      if (field.value && std::holds_alternative<Rational>(*field.value))
        return Interval::Point(std::get<Rational>(*field.value));
      if (!field.since.empty()) {
        std::optional<Interval> values;
        for (const auto& [day, value] : field.since) {
          const Interval point = Interval::Point(std::get<Rational>(value));
          values = values ? values->Hull(point) : point;
        }
        return *values;
      }
      return field.range ? Interval{field.range->first, field.range->second, false, false} : Interval{};
    }
    // Of a name whose past is read, the body may stand behind it: then nothing is known yet.
    case Form::kName: return intervals_[graph_[node.definition].body.index()];
    case Form::kPull:
    case Form::kPast: return Operand(node.operands[0], node.form == Form::kPull ? knowledge : Knowledge{});
    case Form::kOp: return counts ? ComputeOp(node, knowledge) : Interval{};
    case Form::kCase: return counts ? ComputeCase(node, knowledge) : Interval{};
    case Form::kElse:
      return counts ? Operand(node.operands[0], knowledge).Hull(Operand(node.operands[1], knowledge)) : Interval{};
    case Form::kFold: return counts ? ComputeFold(node, knowledge) : Interval{};
    case Form::kRank: return AtLeast(1);
    default: return {};
  }
}

Interval Ranges::ComputeOp(const Node& node, const Knowledge& knowledge) const {
  const auto operand = [&](size_t i) { return Operand(node.operands[i], knowledge); };
  switch (node.op) {
    case Op::kAdd: return Sum(operand(0), operand(1));
    case Op::kSubtract: {
      Interval out = Sum(operand(0), operand(1).Negated());
      if (IsAtMost(node.operands[0], node.operands[1])) out = Within(out, AtMost(0));
      if (IsAtMost(node.operands[1], node.operands[0])) out = Within(out, AtLeast(0));
      return out;
    }
    case Op::kNegate: return operand(0).Negated();
    case Op::kMultiply: return Product(operand(0), operand(1));
    case Op::kDivide: return ComputeDivision(node, knowledge);
    case Op::kMin:
    case Op::kMax: {
      Interval a = operand(0);
      Interval b = operand(1);
      if (node.op == Op::kMax) {
        Interval out = a.Negated().Hull(b.Negated()).Negated();  // for the high end
        out.low = a.low && b.low ? std::max(*a.low, *b.low) : a.low ? a.low : b.low;
        out.low_open = false;
        return out;
      }
      Interval out = a.Hull(b);
      out.high = a.high && b.high ? std::min(*a.high, *b.high) : a.high ? a.high : b.high;
      out.high_open = false;
      return out;
    }
    case Op::kRoundHalfUp:
    case Op::kRoundHalfEven:
    case Op::kRoundDown:
    case Op::kRoundUp: {
      const Interval a = operand(0);
      const Interval step = operand(1);
      if (!step.IsPoint() || step.low->sign() <= 0) return {};
      static constexpr Rounding kRoundings[] = {Rounding::kHalfAwayFromZero, Rounding::kHalfToEven, Rounding::kDown,
                                                Rounding::kUp};
      const Rounding rounding = kRoundings[static_cast<size_t>(node.op) - static_cast<size_t>(Op::kRoundHalfUp)];
      Interval out;
      if (a.low) out.low = a.low->RoundTo(*step.low, rounding);
      if (a.high) out.high = a.high->RoundTo(*step.low, rounding);
      return out;
    }
    case Op::kPeriodNumber: {
      static constexpr int kMost[] = {366, 12, 4, 2, 1, 1};
      return {Rational(1), Rational(kMost[static_cast<size_t>(node.grain.period)]), false, false};
    }
    case Op::kDaysBetween: {
      const bool of_period =
          graph_[node.operands[0]].op == Op::kPeriodStart && graph_[node.operands[1]].op == Op::kPeriodEnd;
      if (!of_period) return {};
      static constexpr int kShortest[] = {0, 27, 89, 180, 364, 0};
      static constexpr int kLongest[] = {0, 30, 91, 183, 365, 0};
      const auto period = static_cast<size_t>(node.grain.period);
      return {Rational(kShortest[period]), Rational(kLongest[period]), false, false};
    }
    default: return {};
  }
}

// (Σ wᵢ xᵢ) ÷ (Σ wᵢ), each wᵢ ≥ 0 or left out on both sides together, lies among the xᵢ.
std::optional<Interval> Ranges::WeightedMean(const Node& node, const Knowledge& knowledge) const {
  const auto terms = [&](NodeId root) {
    std::vector<NodeId> out;
    std::vector<NodeId> pending = {root};
    while (!pending.empty()) {
      const NodeId id = pending.back();
      pending.pop_back();
      const Node& n = graph_[id];
      if (n.form == Form::kOp && n.op == Op::kAdd) {
        pending.insert(pending.end(), {n.operands[1], n.operands[0]});
      } else {
        out.push_back(id);
      }
    }
    return out;
  };
  // Marks: (Σ xᵢ) × full ÷ (Σ mᵢ), each xᵢ within some share of its marks mᵢ.
  const Node& top = graph_[node.operands[0]];
  const bool marks = top.form == Form::kOp && top.op == Op::kMultiply && Of(top.operands[1]).IsPoint();
  const std::vector<NodeId> above = terms(marks ? top.operands[0] : node.operands[0]);
  const std::vector<NodeId> below = terms(node.operands[1]);
  if (above.size() != below.size()) return std::nullopt;
  std::optional<Interval> out;
  for (size_t i = 0; i < above.size(); ++i) {
    NodeId value = above[i];
    NodeId weight = below[i];
    const Node& v = graph_[value];
    const Node& w = graph_[weight];
    const auto zero = [&](NodeId id) {
      const auto c = ConstantOf(id);
      return c && std::holds_alternative<Rational>(*c) && std::get<Rational>(*c).is_zero();
    };
    if (v.form == Form::kCase && w.form == Form::kCase && v.operands.size() == 3 && w.operands.size() == 3 &&
        v.operands[0] == w.operands[0] && zero(v.operands[1]) && zero(w.operands[1])) {
      value = v.operands[2];
      weight = w.operands[2];
    }
    if (marks) {
      const Interval m = Of(weight);
      if (!m.IsPoint() || m.low->sign() <= 0) return std::nullopt;
      const Interval share =
          Product(Product(Operand(value, knowledge), Interval::Point(Rational(1) / *m.low)), Of(top.operands[1]));
      out = out ? out->Hull(share) : share;
      continue;
    }
    const Node& product = graph_[value];
    if (product.form != Form::kOp || product.op != Op::kMultiply || product.operands[0] != weight ||
        !NonNegative(Of(weight)))
      return std::nullopt;
    const Interval x = Operand(product.operands[1], knowledge);
    out = out ? out->Hull(x) : x;
  }
  return out;
}

// Likewise over rows: (Σ w × x) ÷ (Σ w) of the same rows, where no w is negative.
std::optional<Interval> Ranges::WeightedMeanOfRows(const Node& above, const Node& below) const {
  const bool sums = above.form == Form::kFold && below.form == Form::kFold && above.fold == FoldOp::kSum &&
                    below.fold == FoldOp::kSum && above.operands.size() == below.operands.size();
  if (!sums || above.path != below.path || above.source != below.source || above.window != below.window)
    return std::nullopt;
  if (above.operands.size() > 1 && above.operands[1] != below.operands[1]) return std::nullopt;
  const NodeId weight = below.operands[0];
  const Node& product = graph_[above.operands[0]];
  if (product.form != Form::kOp || product.op != Op::kMultiply || !NonNegative(Of(weight))) return std::nullopt;
  if (product.operands[1] == weight) return Operand(product.operands[0], {});
  if (product.operands[0] == weight) return Operand(product.operands[1], {});
  return std::nullopt;
}

// True if both put the same rows together, none of them negative, and the first only some of those of the second.
bool Ranges::IsPart(NodeId part, NodeId whole) const {
  const Node& a = graph_[part];
  const Node& b = graph_[whole];
  const bool alike = a.form == Form::kFold && b.form == Form::kFold && a.fold == b.fold && a.path == b.path &&
                     a.source == b.source && a.window == b.window && a.conditional;
  if (!alike || (a.fold != FoldOp::kCount && a.fold != FoldOp::kSum)) return false;
  if (a.fold == FoldOp::kSum && (a.operands[0] != b.operands[0] || !NonNegative(Of(a.operands[0])))) return false;
  if (!b.conditional) return true;
  const auto conditions = [&](NodeId id) {
    const Node& node = graph_[id];
    return node.form == Form::kOp && node.op == Op::kAnd ? node.operands : std::vector<NodeId>{id};
  };
  const std::vector<NodeId> narrower = conditions(a.operands.back());
  const std::vector<NodeId> wider = conditions(b.operands.back());
  return std::all_of(wider.begin(), wider.end(),
                     [&](NodeId id) { return std::find(narrower.begin(), narrower.end(), id) != narrower.end(); });
}

// By a 校验 on the same row, or over rows each of which keeps one.
bool Ranges::IsAtMost(NodeId a, NodeId b) const {
  if (IsPart(a, b)) return true;
  while (graph_[a].form == Form::kName) a = graph_[graph_[a].definition].body;
  while (graph_[b].form == Form::kName) b = graph_[graph_[b].definition].body;
  if (const auto known = at_most_.find(a); known != at_most_.end() && known->second.count(b) > 0) return true;
  const Node& x = graph_[a];
  const Node& y = graph_[b];
  const bool sums = x.form == Form::kFold && y.form == Form::kFold && x.fold == FoldOp::kSum && y.fold == FoldOp::kSum;
  if (!sums || x.path != y.path || x.source != y.source || x.window != y.window) return false;
  const bool same =
      x.operands.size() == y.operands.size() && (x.operands.size() == 1 || x.operands[1] == y.operands[1]);
  return same && IsAtMost(x.operands[0], y.operands[0]);
}

Interval Ranges::ComputeDivision(const Node& node, const Knowledge& knowledge) const {
  const Interval above = Operand(node.operands[0], knowledge);
  const Interval below = Operand(node.operands[1], knowledge);
  // A mean of the same rows lies where they lie.
  const Node& sum = graph_[node.operands[0]];
  const Node& count = graph_[node.operands[1]];
  if (sum.form == Form::kFold && sum.fold == FoldOp::kSum && count.form == Form::kFold &&
      count.fold == FoldOp::kCount && sum.path == count.path && sum.source == count.source) {
    const bool same = sum.operands.size() == count.operands.size() &&
                      (sum.operands.size() == 1 || sum.operands[1] == count.operands[1]);
    if (same && sum.window == count.window) return Operand(sum.operands[0], {});
  }
  if (const auto mean = WeightedMeanOfRows(sum, count)) return *mean;
  if (const auto mean = WeightedMean(node, knowledge)) return *mean;
  // A divisor of 0 is not reached or fails.
  Interval out = below.Contains(0) ? Interval{} : Product(above, Reciprocal(below));
  if (!NonNegative(below)) return out;
  if (NonNegative(above)) out = Within(out, AtLeast(0));
  if (IsAtMost(node.operands[0], node.operands[1])) out = Within(out, AtMost(1));
  if (IsAtMost(node.operands[1], node.operands[0])) out = Within(out, AtLeast(1));
  return out;
}

Interval Ranges::ComputeCase(const Node& node, const Knowledge& knowledge) const {
  std::optional<Interval> out;
  Knowledge here = knowledge;
  const auto add = [&](NodeId value, const Knowledge& known) {
    if (graph_[value].form == Form::kNone || graph_[value].form == Form::kFail) return;
    const Interval i = Operand(value, known);
    out = out ? out->Hull(i) : i;
  };
  const size_t arms = node.operands.size() / 2;
  for (size_t i = 0; i < arms; ++i) {
    Knowledge arm = here;
    Learn(node.operands[2 * i], true, arm);
    Learn(node.operands[2 * i], false, here);
    add(node.operands[2 * i + 1], arm);
  }
  if (node.has_else) add(node.operands.back(), here);
  return out.value_or(Interval{});
}

Interval Ranges::ComputeFold(const Node& node, const Knowledge&) const {
  const std::vector<Step>& steps = graph_[node.path].steps;
  const bool calendar_only = node.source.sort == node.grain.sort &&
                             (steps.empty() || (steps.size() == 1 && steps[0].kind == Step::Kind::kCalendar));
  // 0: not known.
  const int count = calendar_only ? PerCalendar(node.source.period, node.grain.period) * node.window : 0;
  const bool conditional = node.conditional;
  if (node.fold == FoldOp::kCount) {
    Interval out = AtLeast(0);
    if (count > 0) out = conditional ? Interval{Rational(0), Rational(count), false, false} : Interval::Point(count);
    return out;
  }
  const Interval each = intervals_[node.operands[0].index()];
  if (node.fold != FoldOp::kSum) return each;
  if (count > 0 && !conditional) return Product(each, Interval::Point(count));
  Interval out;
  if (each.low && each.low->sign() >= 0) out.low = Rational(0);
  if (each.high && each.high->sign() <= 0) out.high = Rational(0);
  if (count > 0 && each.low && !out.low) out.low = *each.low * Rational(count);
  if (count > 0 && each.high && !out.high) out.high = *each.high * Rational(count);
  return out;
}

void Ranges::Learn(NodeId id, bool truth, Knowledge& knowledge) const {
  const Node& node = graph_[id];
  if (node.form == Form::kName) return Learn(graph_[node.definition].body, truth, knowledge);
  if (node.form != Form::kOp) return;
  if (node.op == Op::kNot) return Learn(node.operands[0], !truth, knowledge);
  if ((node.op == Op::kAnd && truth) || (node.op == Op::kOr && !truth)) {
    for (const NodeId operand : node.operands) Learn(operand, truth, knowledge);
    return;
  }
  if (node.op != Op::kEqual && node.op != Op::kLess && node.op != Op::kAtMost) return;
  for (const bool left : {true, false}) {
    const NodeId subject = node.operands[left ? 0 : 1];
    if (!graph_[subject].type.is_number()) return;
    const Interval& other = Of(node.operands[left ? 1 : 0]);
    if (Of(subject).IsPoint() || (!other.low && !other.high)) continue;
    Interval now = Operand(subject, knowledge);
    if (node.op == Op::kEqual) {
      if (truth) now = now.Meet(other);
      if (!truth && other.IsPoint()) {
        if (now.low && *now.low == *other.low) now.low_open = true;
        if (now.high && *now.high == *other.low) now.high_open = true;
      }
    } else {
      const bool strict = (node.op == Op::kLess) == truth;
      const bool above = left != truth;  // the subject lies above the other
      now = now.Meet(above ? Interval{other.low, std::nullopt, strict || other.low_open, false}
                           : Interval{std::nullopt, other.high, false, strict || other.high_open});
    }
    knowledge.Set(subject, now);
  }
}

}  // namespace heng::graph
