// Aggregations: folds and ranks over rows, finer periods, peers and past periods.
#include <algorithm>

#include "engine/base/check.h"
#include "engine/graph/builder.h"

namespace heng::graph {

NodeId Builder::FoldOver(FoldOp fold, NodeId value, const Over& over, Type type) {
  Node node;
  node.form = Form::kFold;
  node.fold = fold;
  node.operands = {value};
  if (over.condition.valid()) node.operands.push_back(over.condition);
  node.conditional = over.condition.valid();
  node.path = over.path;
  node.source = over.source;
  node.grain = over.target;
  node.window = over.window;
  node.type = std::move(type);
  return Intern(std::move(node));
}

// mean = sum ÷ count, absent where there is nothing; the fibres of the calendar are never empty.
NodeId Builder::MeanOf(NodeId value, const Over& over, const Type& type) {
  Type present = type;
  present.optional = false;
  const NodeId sum = FoldOver(FoldOp::kSum, value, over, present);
  const NodeId count = FoldOver(FoldOp::kCount, Literal(true, BoolType()), over, NumberType());
  const NodeId mean = Apply(Op::kDivide, {sum, count}, present, over.target);
  const bool never_empty = !over.condition.valid() && over.source.sort == over.target.sort;
  if (never_empty) return mean;
  Type optional = type;
  optional.optional = true;
  return Case({Apply(Op::kEqual, {count, Number(0)}, BoolType(), over.target), None(optional), mean}, true, optional,
              over.target);
}

// 去极值平均(x, k) keeps the rows of distinct rank k < r ≤ n − k; 中位数 those with n ≤ 2r ≤ n + 2. Ranks are distinct, but equal
// values may change places without changing the mean of what is kept.
NodeId Builder::Trimmed(const Over& over, const Type& type, const Rational& cut, bool median) {
  const Grain source = over.source;
  Node rank;
  rank.form = Form::kRank;
  rank.operands = {over.value};
  if (over.condition.valid()) rank.operands.push_back(over.condition);
  rank.conditional = over.condition.valid();
  rank.path = over.path;
  rank.ties = Ties::kDistinct;
  rank.type = NumberType();
  rank.type.optional = over.condition.valid();
  rank.grain = source;
  const NodeId r = Intern(std::move(rank));
  const NodeId count = FoldOver(FoldOp::kCount, Literal(true, BoolType()), over, NumberType());
  const NodeId n = Pull(count, over.path, source);
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
  if (over.condition.valid()) kept.push_back(over.condition);
  kept.insert(kept.end(), {low, high});
  Over inner = over;
  inner.condition = Apply(Op::kAnd, std::move(kept), BoolType(), source);
  return MeanOf(over.value, inner, type);
}

Builder::Over Builder::OverOf(ExprId id, const Expr& expr, Referent::Scope scope, size_t key, bool key_is_field,
                              const std::string& within, Grain at) {
  const ExprInfo& info = (*model_)[id];
  const syntax::Argument& argument = expr.arguments[0];
  Over over;
  over.source = info.grain;
  over.target = at;
  over.window = info.window;
  const bool dated = (*model_)[over.source.sort].period == PeriodKind::kDay;
  if (scope == Referent::Scope::kNone) {
    over.path = PathBetween(over.source, at);
  } else {
    // Dated rows stand among all that were dated before the settled period ends.
    std::vector<Step> steps;
    if (dated) steps.push_back(Step::Calendar(PeriodKind::kOnce));
    if (dated) over.target.period = PeriodKind::kOnce;
    if (scope == Referent::Scope::kWhole) {
      steps.push_back(Step::Whole());
      over.target.sort = semantic::kWholeSort;
    } else {
      // The key is read in its own grain: an attribute once, a computed key each period.
      const NodeId node = key_is_field ? ReadField(FieldId(key), at) : Read(by_declared_.at(key), at);
      over.target.sort = QuotientOf(over.source.sort, {node}, SortId{}, within);
      steps.push_back(Step::Key(over.target.sort));
    }
    over.path = InternPath({std::move(steps)});
  }
  std::vector<NodeId> read;
  std::vector<NodeId>* outer = recorded_;
  if (over.window != 1) recorded_ = &read;
  std::vector<NodeId> conditions;
  over.value = Translate(argument.value, over.source);
  const NodeId where = argument.where.valid() ? Translate(argument.where, over.source) : NodeId{};
  recorded_ = outer;
  if (info.presence.valid()) {
    const NodeId present = ReadField(info.presence, over.source);
    if (argument.missing_as) {
      const Type type = (*graph_)[over.value].type;
      const NodeId instead = Literal(semantic::Read(*argument.missing_as, *model_)->value, type);
      over.value = Case({present, over.value, instead}, true, type, over.source);
    } else {
      conditions.push_back(present);
    }
  }
  for (const NodeId past : read) conditions.push_back(Has(past, over.source));
  if (where.valid()) conditions.push_back(where);
  if (!conditions.empty()) over.condition = And(std::move(conditions), over.source);
  if (!argument.distinct.valid()) return over;
  // One row a key: the first by value, the greatest first, of those that are equal any.
  const NodeId distinct = Translate(argument.distinct, over.source);
  std::vector<NodeId> keys = {distinct};
  SortId owner =
      over.target.sort == semantic::kWholeSort || graph_->is_quotient(over.target.sort) ? SortId{} : over.target.sort;
  if (owner.valid()) {
    // Who the rows belong to is an ancestor of theirs, or what the last reference on the way names: then that is a key too.
    const std::vector<Step> steps = (*graph_)[over.path].steps;
    const auto last = std::find_if(steps.rbegin(), steps.rend(),
                                   [](const Step& step) { return step.kind == Step::Kind::kReference; });
    if (last != steps.rend()) {
      keys.push_back(ReadField(last->reference, over.source));
      owner = {};
    }
  }
  Node rank;
  rank.form = Form::kRank;
  rank.operands = {over.value};
  if (over.condition.valid()) rank.operands.push_back(over.condition);
  rank.conditional = over.condition.valid();
  const SortId quotient = QuotientOf(over.source.sort, std::move(keys), owner, TextOf(argument.distinct));
  rank.path =
      InternPath({{Step::Calendar(over.window == 1 ? over.target.period : PeriodKind::kOnce), Step::Key(quotient)}});
  rank.ties = Ties::kDistinct;
  rank.type = NumberType();
  rank.type.optional = over.condition.valid();
  rank.grain = over.source;
  const NodeId first = Apply(Op::kEqual, {Intern(std::move(rank)), Number(1)}, BoolType(), over.source);
  over.condition = over.condition.valid() ? And({over.condition, first}, over.source) : first;
  return over;
}

NodeId Builder::RankOf(const Expr& expr, const Over& over, const Type& type) {
  const syntax::Argument& argument = expr.arguments[0];
  Node node;
  node.form = Form::kRank;
  node.operands = {over.value};
  node.descending = !argument.ascending;
  for (const syntax::TieKey& key : argument.tie_keys) {
    node.operands.push_back(Translate(key.value, over.source));
    node.further.push_back(!key.ascending);
  }
  if (over.condition.valid()) node.operands.push_back(over.condition);
  node.conditional = over.condition.valid();
  static constexpr Ties kTies[] = {Ties::kCompetition, Ties::kCompetition, Ties::kDense,
                                   Ties::kLow,         Ties::kMean,        Ties::kError};
  node.ties = kTies[static_cast<size_t>(argument.ties)];
  node.path = over.path;
  node.type = type;
  node.grain = over.source;
  const NodeId rank = Intern(std::move(node));
  if (argument.ties == syntax::TieRule::kUnwritten && argument.tie_keys.empty())
    Owe(Obligation::Kind::kQuota, rank, std::string(tree_.source->Text(expr.span)), expr.span);
  return rank;
}

// 最近, 最早: the value of the row that is dated last or first.
NodeId Builder::NthOf(const Expr& expr, const Over& over, Builtin builtin, const Type& type) {
  Node node;
  node.form = Form::kFold;
  node.fold = FoldOp::kNth;
  node.operands = {over.value, ReadField((*model_)[over.source.sort].date, over.source)};
  if (over.condition.valid()) node.operands.push_back(over.condition);
  node.conditional = over.condition.valid();
  node.descending = builtin == Builtin::kLatest;
  node.back = 1;
  if (expr.arguments.size() > 1)
    node.back = static_cast<int>(tree_[expr.arguments[1].value].quantity.number.value.ToInt64().value_or(1));
  node.path = over.path;
  node.source = over.source;
  node.grain = over.target;
  node.window = over.window;
  node.type = type;
  return Intern(std::move(node));
}

NodeId Builder::Aggregate(ExprId id, const Expr& expr, const Over& over, Grain at) {
  const ExprInfo& info = (*model_)[id];
  const Type& type = info.type;
  const auto finish = [&](NodeId folded) { return over.target == at ? folded : Pull(folded, over.path, at); };
  const auto fold = [&](FoldOp op) { return finish(FoldOver(op, over.value, over, type)); };
  switch (info.referent.builtin) {
    case Builtin::kSum: return fold(FoldOp::kSum);
    case Builtin::kHighest: return fold(FoldOp::kMax);
    case Builtin::kLowest: return fold(FoldOp::kMin);
    case Builtin::kAnyOf: return fold(FoldOp::kAny);
    case Builtin::kAllOf: return fold(FoldOp::kAll);
    case Builtin::kCount: {
      // A condition that is counted is one more under which a row counts.
      Over counted = over;
      const bool named = (*model_)[expr.arguments[0].value].referent.kind == Referent::Kind::kRecords;
      if (!named && (*graph_)[over.value].type.kind == TypeKind::kBool) {
        counted.condition = over.condition.valid() ? And({over.condition, over.value}, over.source) : over.value;
      }
      return finish(FoldOver(FoldOp::kCount, Literal(true, BoolType()), counted, type));
    }
    case Builtin::kMean: return finish(MeanOf(over.value, over, type));
    case Builtin::kMedian: return finish(Trimmed(over, type, 0, true));
    case Builtin::kTrimmedMean:
      return finish(Trimmed(over, type, tree_[expr.arguments[1].value].quantity.number.value, false));
    case Builtin::kWeightedMean: {
      const NodeId weight = Translate(expr.arguments[1].value, over.source);
      const Type weights = (*graph_)[weight].type;
      Type product = NumberType(type.unit * weights.unit);
      const NodeId sum =
          FoldOver(FoldOp::kSum, Apply(Op::kMultiply, {over.value, weight}, product, over.source), over, product);
      const NodeId total = FoldOver(FoldOp::kSum, weight, over, weights);
      Type present = type;
      present.optional = false;
      const NodeId mean = Apply(Op::kDivide, {sum, total}, present, over.target);
      const NodeId none = Apply(Op::kEqual, {total, Number(0, weights.unit)}, BoolType(), over.target);
      return finish(Case({none, None(type), mean}, true, type, over.target));
    }
    case Builtin::kLatest:
    case Builtin::kEarliest: return finish(NthOf(expr, over, info.referent.builtin, type));
    case Builtin::kRank: return RankOf(expr, over, type);
    case Builtin::kRankShare: {
      Type places = NumberType(Unit::Base("名"));
      places.optional = type.optional;
      const NodeId rank = RankOf(expr, over, places);
      const NodeId count = FoldOver(FoldOp::kCount, Literal(true, BoolType()), over, NumberType(Unit::Base("名")));
      Type present = type;
      present.optional = false;
      const NodeId share = Apply(Op::kDivide, {rank, Pull(count, over.path, at)}, present, at);
      // Who is not ranked has no share.
      return type.optional ? Case({Has(rank, at), share}, false, type, at) : share;
    }
    default: CHECK(false); return {};
  }
}

NodeId Builder::TranslateAggregation(ExprId id, const Expr& expr, Grain at) {
  const ExprInfo& info = (*model_)[id];
  const Referent& referent = info.referent;
  const syntax::Argument& argument = expr.arguments[0];
  const Over over = OverOf(id, expr, referent.scope, referent.key, referent.key_is_field, argument.within.text, at);
  const NodeId own = Aggregate(id, expr, over, at);
  if (!argument.at_least) return own;
  // A group that is too small is taken together with all.
  const NodeId size = FoldOver(FoldOp::kCount, Literal(true, BoolType()), over, NumberType());
  const NodeId least = Number(semantic::Read(*argument.at_least, *model_)->value);
  const NodeId enough =
      Apply(Op::kAtMost, {least, over.target == at ? size : Pull(size, over.path, at)}, BoolType(), at);
  const Over wider = OverOf(id, expr, info.otherwise_whole ? Referent::Scope::kWhole : Referent::Scope::kKey,
                            info.otherwise_key, info.otherwise_is_field, argument.otherwise.text, at);
  return Case({enough, own, Aggregate(id, expr, wider, at)}, true, info.type, at);
}

// 分摊(池, 权数, 一步): pool × weight ÷ Σ weights, cut down to the step; the steps that are left go to the largest remainders
// (Hamilton's method), equal ones in the order of the roster.
NodeId Builder::ShareOut(ExprId id, const Expr& expr, Grain at) {
  const Type& type = (*model_)[id].type;
  const NodeId pool = Translate(expr.arguments[0].value, at);
  const NodeId weight = Translate(expr.arguments[1].value, at);
  const NodeId step = Translate(expr.arguments[2].value, at);
  const Type weights = NumberType((*graph_)[weight].type.unit);
  Over over;
  over.path = InternPath({{Step::Whole()}});
  over.source = at;
  over.target = {semantic::kWholeSort, at.period};
  const auto over_all = [&](NodeId value, const Type& t) {
    return Pull(FoldOver(FoldOp::kSum, value, over, t), over.path, at);
  };
  const NodeId total = over_all(weight, weights);
  const NodeId share = Apply(Op::kDivide, {weight, total}, NumberType(), at);
  const NodeId exact = Apply(Op::kMultiply, {pool, share}, type, at);
  const NodeId none = Apply(Op::kEqual, {total, Number(0, weights.unit)}, BoolType(), at);
  const NodeId nothing = Number(0, type.unit);
  const NodeId due = Case({none, nothing, exact}, true, type, at);
  const NodeId cut = Apply(Op::kRoundDown, {due, step}, type, at);
  const NodeId rest = Apply(Op::kSubtract, {due, cut}, type, at);
  Node rank;
  rank.form = Form::kRank;
  rank.operands = {rest};
  rank.path = over.path;
  rank.ties = Ties::kDistinct;
  rank.type = NumberType();
  rank.grain = at;
  const NodeId place = Intern(std::move(rank));
  const NodeId left = Apply(Op::kSubtract, {over_all(due, type), over_all(cut, type)}, type, at);
  const NodeId steps = Apply(Op::kDivide, {left, step}, NumberType(), at);
  const NodeId more = Apply(Op::kAtMost, {place, steps}, BoolType(), at);
  return Case({more, Apply(Op::kAdd, {cut, step}, type, at), cut}, true, type, at);
}

}  // namespace heng::graph
