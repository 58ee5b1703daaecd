#include "engine/syntax/expr.h"

namespace heng::syntax {
namespace {

void VisitIf(ExprId id, const std::function<void(ExprId)>& visit) {
  if (id.valid()) visit(id);
}

}  // namespace

void ForEachExpr(const Cell& cell, const std::function<void(ExprId)>& visit) {
  for (const CellItem& item : cell.items) {
    VisitIf(item.value, visit);
    for (const Limit& limit : item.limits) VisitIf(limit.value, visit);
  }
}

void ForEachChild(const Expr& expr, const std::function<void(ExprId)>& visit) {
  for (const ExprId operand : expr.operands) VisitIf(operand, visit);
  for (const Argument& argument : expr.arguments) {
    for (const ExprId part : {argument.value, argument.where, argument.distinct}) VisitIf(part, visit);
    for (const TieKey& key : argument.tie_keys) VisitIf(key.value, visit);
  }
  for (const Limit& limit : expr.limits) VisitIf(limit.value, visit);
  for (const BandRow& row : expr.bands) {
    ForEachExpr(row.band, visit);
    VisitIf(row.value, visit);
  }
  for (const ChooseLine& line : expr.cases) {
    VisitIf(line.value, visit);
    VisitIf(line.when, visit);
  }
}

}  // namespace heng::syntax
