#include "engine/syntax/tree.h"

namespace heng::syntax {

void ForEachSection(const ScoreLines& lines, const std::function<void(const ScoreLines&)>& visit) {
  visit(lines);
  for (const Criterion& criterion : lines.criteria) {
    if (criterion.section) ForEachSection(*criterion.section, visit);
  }
}

void ForEachChild(const Expr& expr, const std::function<void(ExprId)>& visit) {
  const auto show = [&](ExprId id) {
    if (id.valid()) visit(id);
  };
  for (const ExprId operand : expr.operands) show(operand);
  for (const Argument& argument : expr.arguments) {
    show(argument.value);
    show(argument.where);
    show(argument.distinct);
    for (const TieKey& key : argument.tie_keys) show(key.value);
  }
  for (const Limit& limit : expr.limits) show(limit.value);
  for (const BandRow& row : expr.bands) {
    for (const CellItem& item : row.band.items) {
      show(item.value);
      for (const Limit& limit : item.limits) show(limit.value);
    }
    show(row.value);
  }
  for (const ChooseLine& line : expr.cases) {
    show(line.value);
    show(line.when);
  }
}

}  // namespace heng::syntax
