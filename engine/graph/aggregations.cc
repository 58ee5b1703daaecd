#include "engine/base/check.h"
#include "engine/graph/builder.h"

namespace heng::graph {

// mean = sum ÷ count, absent where there is nothing; the fibres of the calendar are never empty.
NodeId Builder::MeanOf(NodeId value, NodeId condition, PathId path, Grain source, Grain target, const Type& type) {
  Type present = type;
  present.optional = false;
  const NodeId sum = Fold(FoldOp::kSum, value, condition, path, source, target, present);
  const NodeId count = Fold(FoldOp::kCount, Literal(true, BoolType()), condition, path, source, target, NumberType());
  const NodeId mean = Apply(Op::kDivide, {sum, count}, present, target);
  const bool never_empty = !condition.valid() && source.sort == target.sort;
  if (never_empty) return mean;
  Type optional = type;
  optional.optional = true;
  return Case({Apply(Op::kEqual, {count, Number(0)}, BoolType(), target), None(optional), mean}, true, optional,
              target);
}

// 去极值平均(x, k) keeps the rows of distinct rank k < r ≤ n − k; 中位数 those with n ≤ 2r ≤ n + 2. Ranks are distinct, but equal
// values may change places without changing the mean of what is kept.
NodeId Builder::Trimmed(NodeId value, NodeId condition, PathId path, Grain source, Grain target, const Type& type,
                        const Rational& cut, bool median) {
  Node rank;
  rank.form = Form::kRank;
  rank.operands = {value};
  if (condition.valid()) rank.operands.push_back(condition);
  rank.path = path;
  rank.ties = Ties::kDistinct;
  rank.type = NumberType();
  rank.type.optional = condition.valid();
  rank.grain = source;
  const NodeId r = Intern(std::move(rank));
  const NodeId count = Fold(FoldOp::kCount, Literal(true, BoolType()), condition, path, source, target, NumberType());
  const NodeId n = Pull(count, path, source);
  NodeId low;
  NodeId high;
  if (median) {
    const NodeId twice = Apply(Op::kMultiply, {Number(2), r}, NumberType(), source);
    low = Apply(Op::kAtMost, {n, twice}, BoolType(), source);
    high = Apply(Op::kAtMost, {twice, Apply(Op::kAdd, {n, Number(2)}, NumberType(), source)}, BoolType(), source);
  } else {
    low = Apply(Op::kLess, {Number(cut), r}, BoolType(), source);
    high = Apply(Op::kAtMost, {r, Apply(Op::kSubtract, {n, Number(cut)}, NumberType(), source)}, BoolType(), source);
  }
  std::vector<NodeId> kept;
  if (condition.valid()) kept.push_back(condition);
  kept.insert(kept.end(), {low, high});
  return MeanOf(value, Apply(Op::kAnd, std::move(kept), BoolType(), source), path, source, target, type);
}

NodeId Builder::TranslateAggregation(ExprId id, const Expr& expr, Grain at) {
  const ExprInfo& info = (*model_)[id];
  const syntax::Argument& argument = expr.arguments[0];
  const Grain source = info.grain;
  Grain target = at;
  PathId path;
  if (info.referent.scope == Referent::Scope::kNone) {
    path = PathBetween(source, at);
  } else if (info.referent.scope == Referent::Scope::kWhole) {
    path = InternPath({{{Step::Kind::kWhole, {}, PeriodKind::kOnce}}});
    target.sort = semantic::kWholeSort;
  } else {
    // The key is read in its own grain: an attribute once, a computed key each period.
    const NodeId key = info.referent.key_is_field ? ReadField(FieldId(info.referent.key), at)
                                                  : Read(by_declared_.at(info.referent.key), at);
    const SortId quotient = QuotientOf(source.sort, key, argument.within.text);
    path = InternPath({{{Step::Kind::kKey, quotient, PeriodKind::kOnce}}});
    target.sort = quotient;
  }
  const NodeId value = Translate(argument.value, source);
  const NodeId condition = argument.where.valid() ? Translate(argument.where, source) : NodeId{};
  Type type = info.type;
  const auto finish = [&](NodeId folded) { return target == at ? folded : Pull(folded, path, at); };
  switch (info.referent.builtin) {
    case Builtin::kSum: return finish(Fold(FoldOp::kSum, value, condition, path, source, target, type));
    case Builtin::kHighest: return finish(Fold(FoldOp::kMax, value, condition, path, source, target, type));
    case Builtin::kLowest: return finish(Fold(FoldOp::kMin, value, condition, path, source, target, type));
    case Builtin::kAnyOf: return finish(Fold(FoldOp::kAny, value, condition, path, source, target, type));
    case Builtin::kAllOf: return finish(Fold(FoldOp::kAll, value, condition, path, source, target, type));
    case Builtin::kCount:
      return finish(Fold(FoldOp::kCount, Literal(true, BoolType()), condition, path, source, target, type));
    case Builtin::kMean: return finish(MeanOf(value, condition, path, source, target, type));
    case Builtin::kMedian: return finish(Trimmed(value, condition, path, source, target, type, 0, true));
    case Builtin::kTrimmedMean: {
      const Rational cut = tree_[expr.arguments[1].value].quantity.number.value;
      return finish(Trimmed(value, condition, path, source, target, type, cut, false));
    }
    case Builtin::kRank: {
      Node node;
      node.form = Form::kRank;
      node.operands = {value};
      if (condition.valid()) node.operands.push_back(condition);
      node.path = path;
      node.type = type;
      node.grain = at;
      return Intern(std::move(node));
    }
    default: CHECK(false); return {};
  }
}

}  // namespace heng::graph
