#include "engine/graph/analysis/grids.h"

namespace heng::graph {
namespace {

// No value but 0.
Grid Nothing() { return {Rational(0), true}; }
Grid Multiples(const Rational& step) { return {step.sign() < 0 ? -step : step, step.decimal_places().has_value()}; }
Grid OfPlaces(int places) {
  Rational step = 1;
  for (int i = 0; i < places; ++i) step = step / Rational(10);
  return Multiples(step);
}

// Steps that grow without end with each product are given up.
Grid Kept(const Rational& step, bool ends) { return {step.ToFraction() ? std::optional(step) : std::nullopt, ends}; }

// On which both lie: a/b and c/d on gcd(ad, cb)/(bd).
Grid Common(const Grid& a, const Grid& b) {
  if (a.step && a.step->is_zero()) return b;
  if (b.step && b.step->is_zero()) return a;
  const bool ends = a.ends && b.ends;
  if (!a.step || !b.step) return {std::nullopt, ends};
  // a = n/m × b: both are multiples of b/m, and of nothing coarser.
  const auto share = (*a.step / *b.step).ToFraction();
  return share ? Kept(*b.step / Rational::Of({share->denominator, 1}), ends) : Grid{std::nullopt, ends};
}

Grid Product(const Grid& a, const Grid& b) {
  const bool zero = (a.step && a.step->is_zero()) || (b.step && b.step->is_zero());
  if (zero) return Nothing();
  return a.step && b.step ? Kept(*a.step * *b.step, a.ends && b.ends) : Grid{std::nullopt, a.ends && b.ends};
}

}  // namespace

bool Grid::LiesOn(const Rational& coarser) const { return step && (*step / coarser).is_whole(); }

std::optional<int> Grid::places() const {
  if (step) return step->decimal_places();
  return ends ? std::optional(kFinitePlaces) : std::nullopt;
}

Grids::Grids(const Graph& graph, const Ranges& ranges) : graph_(graph), ranges_(ranges), grids_(graph.nodes.size()) {
  // Operands stand before their node, and a definition's body before those who name it.
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    grids_[i] = graph.nodes[i].type.is_number() ? Compute(graph.nodes[i]) : Nothing();
  }
}

bool Grids::RoundsNothing(NodeId rounding) const {
  const Node& node = graph_[rounding];
  const Interval& step = ranges_.Of(node.operands[1]);
  return step.IsPoint() && step.low->sign() > 0 && Of(node.operands[0]).LiesOn(*step.low);
}

Grid Grids::OfField(const semantic::Field& field) const {
  if (!field.since.empty()) {
    Grid out = Nothing();
    for (const auto& [day, value] : field.since) out = Common(out, Multiples(std::get<Rational>(value)));
    return out;
  }
  if (field.value && std::holds_alternative<Rational>(*field.value)) return Multiples(std::get<Rational>(*field.value));
  if (field.places) return OfPlaces(*field.places + (field.type.percent ? 2 : 0));
  // An open parameter is bound to a decimal.
  return {std::nullopt, field.kind == semantic::Field::Kind::kParameter};
}

Grid Grids::Compute(const Node& node) const {
  const auto of = [&](NodeId id) { return Of(id); };
  switch (node.form) {
    case Form::kLiteral: return Multiples(std::get<Rational>(node.literal));
    case Form::kField: return OfField((*graph_.model)[node.field]);
    case Form::kName: return of(graph_[node.definition].body);
    // What is recorded was published, so it ends; another version may have rounded it otherwise.
    case Form::kPast:
      return graph_[node.operands[0]].form == Form::kName ? Grid{std::nullopt, true} : of(node.operands[0]);
    case Form::kPull: return of(node.operands[0]);
    case Form::kElse: return Common(of(node.operands[0]), of(node.operands[1]));
    case Form::kCase: {
      Grid out = Nothing();
      for (size_t i = 0; i < node.operands.size(); ++i) {
        const bool value = i % 2 == 1 || (node.has_else && i + 1 == node.operands.size());
        if (value) out = Common(out, of(node.operands[i]));
      }
      return out;
    }
    case Form::kFold: return node.fold == FoldOp::kCount ? Multiples(1) : of(node.operands[0]);
    case Form::kRank: return Multiples(node.ties == Ties::kMean ? Rational(1, 2) : Rational(1));
    case Form::kOp: return ComputeOp(node);
    default: return Nothing();
  }
}

Grid Grids::ComputeOp(const Node& node) const {
  const auto operand = [&](size_t i) { return Of(node.operands[i]); };
  switch (node.op) {
    case Op::kMultiply: return Product(operand(0), operand(1));
    case Op::kDivide: {
      const Interval& below = ranges_.Of(node.operands[1]);
      if (!below.IsPoint() || below.low->is_zero()) return {};
      return Product(operand(0), Multiples(Rational(1) / *below.low));
    }
    case Op::kRoundHalfUp:
    case Op::kRoundHalfEven:
    case Op::kRoundDown:
    case Op::kRoundUp: {
      const Interval& step = ranges_.Of(node.operands[1]);
      if (!step.IsPoint() || step.low->sign() <= 0) return {std::nullopt, operand(1).ends};
      return operand(0).LiesOn(*step.low) ? operand(0) : Multiples(*step.low);
    }
    case Op::kNegate: return operand(0);
    case Op::kMonthsBetween:
    case Op::kDaysBetween:
    case Op::kPeriodNumber: return Multiples(1);
    default: return Common(operand(0), operand(1));
  }
}

}  // namespace heng::graph
