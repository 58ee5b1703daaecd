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
    case ExprKind::kQuantity: return Literal(semantic::Read(expr.quantity)->value, type);
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
      return Case({condition, yes, Translate(expr.operands[2], at)}, true, type, at);
    }
    case ExprKind::kDefault: {
      Node node;
      node.form = Form::kElse;
      node.operands = {Translate(expr.operands[0], at), Translate(expr.operands[1], at)};
      node.type = type;
      node.grain = at;
      return Intern(std::move(node));
    }
    case ExprKind::kRound:
    case ExprKind::kCap:
    case ExprKind::kFloor: return TranslateClause(expr, Translate(expr.operands[0], at), at);
  }
  CHECK(false);
  return {};
}

NodeId Builder::TranslateName(ExprId id, const Expr&, Grain at) {
  const ExprInfo& info = (*model_)[id];
  switch (info.referent.kind) {
    case Referent::Kind::kField: return ReadField(FieldId(info.referent.index), at);
    case Referent::Kind::kDefinition: return Read(by_declared_.at(info.referent.index), at);
    case Referent::Kind::kEnumValue: return Literal(EnumCode{static_cast<uint32_t>(info.referent.index)}, info.type);
    case Referent::Kind::kAbsent: return None(info.type);
    case Referent::Kind::kRecords: return Literal(true, BoolType());
    default: CHECK(false); return {};
  }
}

NodeId Builder::TranslateArithmetic(const Expr& expr, const Type& type, Grain at) {
  const NodeId left = Translate(expr.operands[0], at);
  const NodeId right = Translate(expr.operands[1], at);
  switch (expr.op) {
    case Operator::kAdd: return Apply(Op::kAdd, {left, right}, type, at);
    case Operator::kSubtract: return Apply(Op::kSubtract, {left, right}, type, at);
    case Operator::kMultiply: return Apply(Op::kMultiply, {left, right}, type, at);
    default: break;
  }
  const NodeId quotient = Apply(Op::kDivide, {left, right}, type, at);
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
                {value, Literal(semantic::Read(expr.quantity)->value, type)}, type, at);
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
      const NodeId empty = Apply(Op::kEqual, {whole, Number(0, (*graph_)[whole].type.unit)}, BoolType(), at);
      return Case({empty, argument(2), ratio}, true, info.type, at);
    }
    case Builtin::kIsAbsent: {
      Node node;
      node.form = Form::kHas;
      node.operands = {argument(0)};
      node.type = BoolType();
      node.grain = at;
      return Apply(Op::kNot, {Intern(std::move(node))}, BoolType(), at);
    }
    case Builtin::kPrevious: {
      const Referent& of = (*model_)[expr.arguments[0].value].referent;
      const bool field = of.kind == Referent::Kind::kField;
      const Grain grain = field ? (*model_)[FieldId(of.index)].grain : model_->definitions[of.index].grain;
      const NodeId read = field ? ReadField(FieldId(of.index), grain) : NameOfPast(semantic::DefinitionId(of.index));
      graph_->occurrences.push_back({DefId{}, position_++, read, tree_[expr.arguments[0].value].span});
      Node node;
      node.form = Form::kPast;
      node.operands = {read};
      node.back = 1;
      node.type = info.type;
      node.grain = grain;
      const NodeId past = Intern(std::move(node));
      return grain == at ? past : Pull(past, PathBetween(at, grain), at);
    }
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

}  // namespace heng::graph
