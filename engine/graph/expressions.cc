#include <algorithm>

#include "engine/base/check.h"
#include "engine/graph/builder.h"

namespace heng::graph {

NodeId Builder::Translate(ExprId id, Grain at) {
  const Expr& expr = tree_[id];
  const uint32_t position = position_++;
  const NodeId node = TranslateKind(id, expr, at);
  graph_->occurrences.push_back({DefId{}, position, node, expr.span, {}});
  return node;
}

NodeId Builder::TranslateKind(ExprId id, const Expr& expr, Grain at) {
  const Type& type = (*model_)[id].type;
  switch (expr.kind) {
    case ExprKind::kQuantity: return Literal(semantic::Read(expr.quantity, *model_)->value, type);
    case ExprKind::kText: return Literal(expr.text, type);
    case ExprKind::kDate: return Literal(expr.date, type);
    case ExprKind::kBool: return Literal(expr.truth, type);
    case ExprKind::kName: return TranslateName(id, expr, at);
    case ExprKind::kCall: {
      const ExprInfo& info = (*model_)[id];
      return info.target != Grain{} ? TranslateAggregation(id, expr, at) : TranslateValueCall(id, expr, at);
    }
    case ExprKind::kNegate: return Apply(Op::kNegate, {Translate(expr.operands[0], at)}, type, at);
    case ExprKind::kNot: return Apply(Op::kNot, {Translate(expr.operands[0], at)}, type, at);
    case ExprKind::kArithmetic: return TranslateArithmetic(expr, type, at);
    case ExprKind::kCompare: {
      const NodeId left = Translate(expr.operands[0], at);
      return Compare(expr.op, left, Translate(expr.operands[1], at), at);
    }
    case ExprKind::kAnd:
    case ExprKind::kOr: {
      std::vector<NodeId> operands;
      for (const ExprId operand : expr.operands) operands.push_back(Translate(operand, at));
      return Apply(expr.kind == ExprKind::kAnd ? Op::kAnd : Op::kOr, std::move(operands), type, at);
    }
    case ExprKind::kIn: {
      const NodeId value = Translate(expr.operands[0], at);
      std::vector<NodeId> members;
      for (size_t i = 1; i < expr.operands.size(); ++i)
        members.push_back(Apply(Op::kEqual, {value, Translate(expr.operands[i], at)}, BoolType(), at));
      return members.size() == 1 ? members[0] : Apply(Op::kOr, std::move(members), BoolType(), at);
    }
    case ExprKind::kIf: {
      const NodeId condition = Translate(expr.operands[0], at);
      const NodeId yes = Translate(expr.operands[1], at);
      const NodeId node = Case({condition, yes, Translate(expr.operands[2], at)}, true, type, at);
      const std::string when = TextOf(expr.operands[0]);
      Decide(Decision::Kind::kBranch, node, {tree_[expr.operands[1]].span, tree_[expr.operands[2]].span},
             {{when + "：成立", when + ": holds"}, {when + "：不成立", when + ": does not hold"}});
      return node;
    }
    case ExprKind::kDefault: {
      Node node;
      node.form = Form::kElse;
      node.operands = {Translate(expr.operands[0], at), Translate(expr.operands[1], at)};
      node.type = type;
      node.grain = at;
      const NodeId either = Intern(std::move(node));
      const std::string value = TextOf(expr.operands[0]);
      Decide(Decision::Kind::kBranch, either, {tree_[expr.operands[0]].span, tree_[expr.operands[1]].span},
             {{value + "：有", value + ": present"}, {value + "：缺", value + ": absent"}});
      return either;
    }
    case ExprKind::kRound:
    case ExprKind::kCap:
    case ExprKind::kFloor: return TranslateClause(expr, Translate(expr.operands[0], at), at);
    case ExprKind::kBand: return TranslateBand(expr, at);
    case ExprKind::kBands: return TranslateBands(id, expr, at);
    case ExprKind::kProgressive: return TranslateProgressive(id, expr, at);
    case ExprKind::kChoose: return TranslateChoose(id, expr, at);
    case ExprKind::kStreak: return TranslateStreak(id, expr, at);
    case ExprKind::kEarlier: return TranslatePast(expr.operands[0], (*model_)[id].window, type, at);
  }
  CHECK(false);
  return {};
}

NodeId Builder::TranslateName(ExprId id, const Expr&, Grain at) {
  const ExprInfo& info = (*model_)[id];
  switch (info.referent.kind) {
    case Referent::Kind::kField: {
      const FieldId field(info.referent.index);
      if (recorded_ != nullptr && (*model_)[field].kind == semantic::Field::Kind::kFact)
        return Recorded(ReadField(field, at), at);
      if (info.referent.via.valid())
        return ReadVia(info.referent.via, at, [&](Grain there) { return ReadField(field, there); });
      return ReadField(field, at);
    }
    case Referent::Kind::kDefinition: {
      const DefId definition = by_declared_.at(info.referent.index);
      const Grain own = (*graph_)[definition].grain;
      const bool rows = !graph_->is_quotient(own.sort) && (*model_)[own.sort].kind == semantic::Sort::Kind::kRecords;
      if (recorded_ != nullptr && own.period != PeriodKind::kOnce && !rows) return Recorded(Read(definition, at), at);
      if (info.referent.via.valid())
        return ReadVia(info.referent.via, at, [&](Grain there) { return Read(definition, there); });
      return Read(definition, at);
    }
    case Referent::Kind::kEnumValue: return Literal(EnumCode{static_cast<uint32_t>(info.referent.index)}, info.type);
    case Referent::Kind::kAbsent: return None(info.type);
    case Referent::Kind::kRecords: return Literal(true, BoolType());
    case Referent::Kind::kBuiltin:
      return Apply(info.referent.builtin == Builtin::kPeriodStart ? Op::kPeriodStart
                   : info.referent.builtin == Builtin::kPeriodEnd ? Op::kPeriodEnd
                                                                  : Op::kPeriodNumber,
                   {}, info.type, at);
    default: CHECK(false); return {};
  }
}

// In a window over the past: the present inside the settled period, what is recorded before it.
NodeId Builder::Recorded(NodeId read, Grain at) {
  Node node;
  node.form = Form::kPast;
  node.operands = {read};
  node.back = 0;
  node.type = (*graph_)[read].type;
  node.type.optional = true;
  node.grain = at;
  const NodeId past = Intern(std::move(node));
  if (std::find(recorded_->begin(), recorded_->end(), past) == recorded_->end()) recorded_->push_back(past);
  return past;
}

NodeId Builder::TranslatePast(ExprId of, int back, const Type& type, Grain at) {
  const Referent& referent = (*model_)[of].referent;
  const bool field = referent.kind == Referent::Kind::kField;
  const Grain grain = field ? (*model_)[FieldId(referent.index)].grain : model_->definitions[referent.index].grain;
  const NodeId read =
      field ? ReadField(FieldId(referent.index), grain) : NameOfPast(semantic::DefinitionId(referent.index));
  graph_->occurrences.push_back({DefId{}, position_++, read, tree_[of].span, {}});
  Node node;
  node.form = Form::kPast;
  node.operands = {read};
  node.back = back;
  node.type = type;
  node.type.optional = true;  // also where a condition says that it is there
  node.grain = grain;
  const NodeId past = Intern(std::move(node));
  return grain == at ? past : Pull(past, PathBetween(at, grain), at);
}

NodeId Builder::TranslateArithmetic(const Expr& expr, const Type& type, Grain at) {
  const NodeId left = Translate(expr.operands[0], at);
  const NodeId right = Translate(expr.operands[1], at);
  if (type.kind == TypeKind::kDate) {
    // A date and so many months, years or days.
    const Unit& unit = (*graph_)[right].type.unit;
    NodeId count = expr.op == Operator::kSubtract ? Apply(Op::kNegate, {right}, NumberType(unit), at) : right;
    if (unit == Unit::Base("年")) count = Apply(Op::kMultiply, {count, Number(12)}, NumberType(unit), at);
    return Apply(unit == Unit::Base("天") ? Op::kAddDays : Op::kAddMonths, {left, count}, type, at);
  }
  switch (expr.op) {
    case Operator::kAdd: return Apply(Op::kAdd, {left, right}, type, at);
    case Operator::kSubtract: {
      const bool points = (*graph_)[left].type.percent && (*graph_)[right].type.percent;
      if (!points) return Apply(Op::kSubtract, {left, right}, type, at);
      const NodeId change = Apply(Op::kSubtract, {left, right}, NumberType(), at);
      return Apply(Op::kMultiply, {change, Number(100, type.unit)}, type, at);
    }
    case Operator::kMultiply: return Apply(Op::kMultiply, {left, right}, type, at);
    default: break;
  }
  // Points are divided by points: 7 percentage points of 35%.
  const bool points = (*graph_)[left].type.unit == Unit::Base("百分点") && (*graph_)[right].type.percent;
  const NodeId divisor =
      points ? Apply(Op::kMultiply, {right, Number(100, Unit::Base("百分点"))}, NumberType(Unit::Base("百分点")), at)
             : right;
  const NodeId quotient = Apply(Op::kDivide, {left, divisor}, type, at);
  Owe(Obligation::Kind::kNonZero, quotient, TextOf(expr.operands[1]), tree_[expr.operands[1]].span);
  return quotient;
}

NodeId Builder::Compare(Operator op, NodeId left, NodeId right, Grain at) {
  switch (op) {
    case Operator::kLess: return Apply(Op::kLess, {left, right}, BoolType(), at);
    case Operator::kAtMost: return Apply(Op::kAtMost, {left, right}, BoolType(), at);
    case Operator::kGreater: return Apply(Op::kLess, {right, left}, BoolType(), at);
    case Operator::kAtLeast: return Apply(Op::kAtMost, {right, left}, BoolType(), at);
    case Operator::kEqual: return Apply(Op::kEqual, {left, right}, BoolType(), at);
    default: return Apply(Op::kNot, {Apply(Op::kEqual, {left, right}, BoolType(), at)}, BoolType(), at);
  }
}

NodeId Builder::TranslateClause(const Expr& expr, NodeId value, Grain at) {
  const Type type = (*graph_)[value].type;
  NodeId out;
  if (expr.kind == ExprKind::kRound) {
    static constexpr Op kRoundings[] = {Op::kRoundHalfUp, Op::kRoundHalfEven, Op::kRoundDown, Op::kRoundUp};
    out = Apply(kRoundings[static_cast<size_t>(expr.rounding)],
                {value, Literal(semantic::Read(expr.quantity, *model_)->value, type)}, type, at);
  } else {
    out = Apply(expr.kind == ExprKind::kCap ? Op::kMin : Op::kMax, {value, Translate(expr.operands[1], at)}, type, at);
  }
  Span clause = expr.span;
  if (expr.operands[0].valid()) clause.begin = tree_[expr.operands[0]].span.end;
  while (clause.begin < clause.end && tree_.source->text()[clause.begin] == ' ') ++clause.begin;
  Owe(Obligation::Kind::kMatters, out, std::string(tree_.source->Text(clause)), clause);
  return out;
}

NodeId Builder::TranslateValueCall(ExprId id, const Expr& expr, Grain at) {
  const ExprInfo& info = (*model_)[id];
  const auto argument = [&](size_t i) { return Translate(expr.arguments[i].value, at); };
  switch (info.referent.builtin) {
    case Builtin::kShare: {
      const NodeId part = argument(0);
      const NodeId whole = argument(1);
      Type type = info.type;
      type.optional = false;
      const NodeId ratio = Apply(Op::kDivide, {part, whole}, type, at);
      Owe(Obligation::Kind::kNonZero, ratio, TextOf(expr.arguments[1].value), tree_[expr.arguments[1].value].span);
      if (expr.arguments.size() < 3) return ratio;
      graph_->obligations.back().guarded = true;
      const NodeId empty = Apply(Op::kEqual, {whole, Number(0, (*graph_)[whole].type.unit)}, BoolType(), at);
      const NodeId node = Case({empty, argument(2), ratio}, true, info.type, at);
      const std::string divisor = TextOf(expr.arguments[1].value);
      Decide(Decision::Kind::kBranch, node, {expr.arguments[2].span, expr.span},
             {{divisor + "：是 0", divisor + ": is 0"}, {divisor + "：不是 0", divisor + ": is not 0"}});
      return node;
    }
    case Builtin::kIsAbsent: return Apply(Op::kNot, {Has(argument(0), at)}, BoolType(), at);
    case Builtin::kPrevious: return TranslatePast(expr.arguments[0].value, 1, info.type, at);
    case Builtin::kYearAgo: return TranslatePast(expr.arguments[0].value, info.window, info.type, at);
    case Builtin::kShareOut: return ShareOut(id, expr, at);
    case Builtin::kMonths: return Apply(Op::kMonthsBetween, {argument(0), argument(1)}, info.type, at);
    case Builtin::kDays: return Apply(Op::kDaysBetween, {argument(0), argument(1)}, info.type, at);
    case Builtin::kGrowth: {
      const NodeId now = argument(0);
      const NodeId before = argument(1);
      const NodeId change = Apply(Op::kSubtract, {now, before}, (*graph_)[now].type, at);
      const NodeId growth = Apply(Op::kDivide, {change, before}, info.type, at);
      Owe(Obligation::Kind::kNonZero, growth, TextOf(expr.arguments[1].value), tree_[expr.arguments[1].value].span);
      return growth;
    }
    case Builtin::kCount: {
      // Of several conditions: how many hold.
      NodeId sum;
      for (size_t i = 0; i < expr.arguments.size(); ++i) {
        const NodeId one =
            Case({argument(i), Number(1, info.type.unit), Number(0, info.type.unit)}, true, info.type, at);
        sum = sum.valid() ? Apply(Op::kAdd, {sum, one}, info.type, at) : one;
      }
      return sum;
    }
    case Builtin::kParameterOf: return ReadKeyed(id, expr, at);
    case Builtin::kHighest:
    case Builtin::kLowest: {
      NodeId out = argument(0);
      for (size_t i = 1; i < expr.arguments.size(); ++i) {
        out =
            Apply(info.referent.builtin == Builtin::kHighest ? Op::kMax : Op::kMin, {out, argument(i)}, info.type, at);
      }
      return out;
    }
    default: CHECK(false); return {};
  }
}

// A keyed parameter: a case over the values of its key. Every value has a line, so one case always holds.
NodeId Builder::ReadKeyed(ExprId id, const Expr& expr, Grain at) {
  const ExprInfo& info = (*model_)[id];
  const semantic::KeyedParameter& keyed = model_->keyed[info.referent.index];
  const NodeId key = Translate(expr.arguments[0].value, at);
  std::vector<NodeId> operands;
  for (size_t i = 0; i < keyed.values.size(); ++i) {
    const NodeId value = ReadField(keyed.values[i], at);
    if (i + 1 < keyed.values.size()) {
      const NodeId literal =
          Literal(EnumCode{static_cast<uint32_t>(i)}, {TypeKind::kEnum, Unit(), keyed.key, false, false});
      operands.push_back(Apply(Op::kEqual, {key, literal}, BoolType(), at));
    }
    operands.push_back(value);
  }
  return Case(std::move(operands), true, info.type, at);
}

}  // namespace heng::graph
