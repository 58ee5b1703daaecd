// Bands, 分段, 累进, 分情形 and 连续: each a case, or a sum of clamped parts.
#include "engine/base/check.h"
#include "engine/graph/builder.h"

namespace heng::graph {

NodeId Builder::And(std::vector<NodeId> conditions, Grain at) {
  return conditions.size() == 1 ? conditions[0] : Apply(Op::kAnd, std::move(conditions), BoolType(), at);
}

NodeId Builder::Has(NodeId value, Grain at) {
  Node node;
  node.form = Form::kHas;
  node.operands = {value};
  node.type = BoolType();
  node.grain = at;
  return Intern(std::move(node));
}

NodeId Builder::TranslateBand(const Expr& expr, Grain at) {
  const NodeId value = Translate(expr.operands[0], at);
  std::vector<NodeId> parts;
  for (const syntax::Limit& limit : expr.limits)
    parts.push_back(Compare(limit.op, value, Translate(limit.value, at), at));
  return And(std::move(parts), at);
}

// 分段: no two bands may hold, and one must.
NodeId Builder::TranslateBands(ExprId id, const Expr& expr, Grain at) {
  const Type& type = (*model_)[id].type;
  const NodeId head = Translate(expr.operands[0], at);
  std::vector<NodeId> operands;
  bool has_else = false;
  Obligation gap{Obligation::Kind::kNoGap, {}, {}, "分段 " + TextOf(expr.operands[0])};
  gap.span = tree_[expr.operands[0]].span;
  for (const syntax::BandRow& row : expr.bands) {
    const NodeId condition = CellCondition(row.band, head, at);
    if (condition.valid()) operands.push_back(condition);
    has_else = has_else || !condition.valid();
    operands.push_back(Translate(row.value, at));
    graph_->occurrences.back().mark = row.mark;
    gap.arms.push_back(row.span);
    gap.arm_names.emplace_back("“" + TextOf(row.band.span) + "”", "'" + TextOf(row.band.span) + "'");
  }
  gap.node = Case(std::move(operands), has_else, type, at, true);
  Decide(Decision::Kind::kCase, gap.node, gap.arms, gap.arm_names);
  Owe(gap);
  gap.kind = Obligation::Kind::kNoOverlap;
  Owe(gap);
  return gap.node;
}

// 累进: Σ rate × the part of the value that lies in the band. REQUIRES: the bands join, from 0 on, as was checked.
NodeId Builder::TranslateProgressive(ExprId id, const Expr& expr, Grain at) {
  const Type& type = (*model_)[id].type;
  const NodeId value = Translate(expr.operands[0], at);
  const Type amount = NumberType((*graph_)[value].type.unit);
  const NodeId nothing = Number(0, amount.unit);
  NodeId low = nothing;
  NodeId sum;
  for (const syntax::BandRow& row : expr.bands) {
    NodeId high;
    for (const syntax::CellItem& item : row.band.items) {
      for (const syntax::Limit& limit : item.limits) {
        if (limit.op == Operator::kLess || limit.op == Operator::kAtMost) high = Translate(limit.value, at);
      }
    }
    const NodeId upto = high.valid() ? Apply(Op::kMin, {value, high}, amount, at) : value;
    const NodeId part = Apply(Op::kMax, {nothing, Apply(Op::kSubtract, {upto, low}, amount, at)}, amount, at);
    const NodeId due = Apply(Op::kMultiply, {part, Translate(row.value, at)}, type, at);
    sum = sum.valid() ? Apply(Op::kAdd, {sum, due}, type, at) : due;
    if (high.valid()) low = high;
  }
  return sum;
}

NodeId Builder::TranslateChoose(ExprId id, const Expr& expr, Grain at) {
  const Type& type = (*model_)[id].type;
  std::vector<NodeId> operands;
  bool has_else = false;
  Obligation gap{Obligation::Kind::kNoGap, {}, {}, "分情形"};
  gap.span = expr.span;
  for (const syntax::ChooseLine& line : expr.cases) {
    if (line.when.valid()) operands.push_back(Translate(line.when, at));
    has_else = has_else || !line.when.valid();
    operands.push_back(Translate(line.value, at));
    graph_->occurrences.back().mark = line.mark;
    gap.arms.push_back(line.span);
    gap.arm_names.emplace_back(TextOf(line.span));
  }
  gap.node = Case(std::move(operands), has_else, type, at);
  Decide(Decision::Kind::kCase, gap.node, gap.arms, gap.arm_names);
  Owe(gap);
  return gap.node;
}

// 连续 N 期 C: C holds in each of the periods; where what it reads is absent, it does not.
NodeId Builder::TranslateStreak(ExprId id, const Expr& expr, Grain at) {
  std::vector<NodeId> read;
  std::vector<NodeId>* outer = std::exchange(recorded_, &read);
  const NodeId holds = Translate(expr.operands[0], at);
  recorded_ = outer;
  std::vector<NodeId> parts;
  for (const NodeId past : read) parts.push_back(Has(past, at));
  parts.push_back(holds);
  Over over;
  over.path = InternPath({});
  over.source = over.target = at;
  over.window = (*model_)[id].window;
  return FoldOver(FoldOp::kAll, And(std::move(parts), at), over, BoolType());
}

}  // namespace heng::graph
