#include <algorithm>

#include "engine/semantic/checker.h"

namespace heng::semantic {

using syntax::Provenance;

void Checker::CheckMark(const syntax::Mark& mark, const std::string& what, bool may_be_open) {
  if (mark.provenance == Provenance::kUnmarked) return;
  ProvenanceItem item{mark.provenance, what, "", mark.remark, mark.span};
  if (mark.provenance == Provenance::kOpen && !may_be_open) sink_.Add<DiagnosticKind::kOpenNotParameter>(At(mark.span));
  if (mark.provenance == Provenance::kSourced) {
    const auto& sources = model_->policy.sources;
    const auto source =
        std::find_if(sources.begin(), sources.end(), [&](const auto& s) { return s.name.text == mark.source.text; });
    if (source == sources.end()) {
      std::vector<std::string> names;
      for (const auto& s : sources) names.push_back(s.name.text);
      if (has_policy_) ReportUnknown(mark.source, {"来源", "source"}, names);
    } else {
      item.source = source->title;
    }
  }
  model_->provenance.push_back(std::move(item));
}

void Checker::WarnUnmarked(const syntax::Quantity& quantity, bool covered) {
  if (!covered)
    sink_.Add<DiagnosticKind::kUnmarkedNumber>(At(quantity.span), std::string(tree_->source->Text(quantity.span)));
}

void Checker::WarnUnmarked(ExprId root, bool covered) {
  if (!root.valid() || covered) return;
  std::vector<ExprId> pending = {root};
  while (!pending.empty()) {
    const ExprId id = pending.back();
    pending.pop_back();
    if (!id.valid()) continue;
    const Expr& expr = (*tree_)[id];
    if (expr.kind == ExprKind::kQuantity || expr.kind == ExprKind::kRound) WarnUnmarked(expr.quantity, false);
    pending.insert(pending.end(), expr.operands.begin(), expr.operands.end());
    for (const syntax::Argument& argument : expr.arguments)
      pending.insert(pending.end(), {argument.value, argument.where});
  }
}

void Checker::CollectScore(const syntax::ScoreDecl& score) {
  const std::string& name = score.declared.name.text;
  const bool all = score.mark.provenance != Provenance::kUnmarked;
  CheckMark(score.mark, name, false);
  WarnUnmarked(score.full, all);
  for (const syntax::Criterion& criterion : score.criteria) {
    const bool covered = all || criterion.mark.provenance != Provenance::kUnmarked;
    CheckMark(criterion.mark, name + "·" + criterion.name.text, false);
    WarnUnmarked(criterion.weight, covered);
    WarnUnmarked(criterion.value, covered);
    WarnUnmarked(criterion.exempt_when, covered);
  }
  for (const syntax::Adjustments& block : score.adjustments) {
    const bool block_covered = all || block.mark.provenance != Provenance::kUnmarked;
    CheckMark(block.mark, name + (block.bonus ? "·加分" : "·扣分"), false);
    if (block.cap) WarnUnmarked(*block.cap, block_covered);
    for (const syntax::Adjustment& line : block.lines) {
      const bool covered = block_covered || line.mark.provenance != Provenance::kUnmarked;
      CheckMark(line.mark, name + "·" + line.name.text, false);
      WarnUnmarked(line.amount, covered);
      WarnUnmarked(line.when, covered);
    }
  }
  for (const ExprId clause : score.clauses) {
    if (all) break;
    const Expr& expr = (*tree_)[clause];
    if (expr.kind == ExprKind::kRound) WarnUnmarked(expr.quantity, false);
    for (const ExprId operand : expr.operands) WarnUnmarked(operand, false);
  }
}

void Checker::CollectGrade(const syntax::GradeDecl& grade) {
  const std::string& name = grade.declared.name.text;
  const bool all = grade.mark.provenance != Provenance::kUnmarked;
  CheckMark(grade.mark, name, false);
  for (const syntax::GradeCase& arm : grade.cases) {
    CheckMark(arm.mark, name + "·" + arm.grade.text, false);
    WarnUnmarked(arm.when, all || arm.mark.provenance != Provenance::kUnmarked);
  }
  for (const syntax::GradeStep& step : grade.steps) {
    CheckMark(step.mark, name + "·然后", false);
    const bool covered = all || step.mark.provenance != Provenance::kUnmarked;
    WarnUnmarked(step.when, covered);
    if (!step.levels.unit.empty()) WarnUnmarked(step.levels, covered);
  }
}

void Checker::CollectTable(const syntax::TableDecl& table) {
  const bool all = table.mark.provenance != Provenance::kUnmarked;
  CheckMark(table.mark, table.name.text, false);
  for (size_t r = 0; r < table.rows.size(); ++r) {
    const syntax::TableRow& row = table.rows[r];
    const std::string key =
        row.conditions.empty()
            ? ""
            : std::string(tree_->source->Text(row.conditions[0].items.empty()
                                                  ? row.conditions[0].span
                                                  : (*tree_)[row.conditions[0].items[0].value].span));
    const auto collect = [&](const std::vector<syntax::Cell>& cells, bool results) {
      for (size_t c = 0; c < cells.size(); ++c) {
        const syntax::Cell& cell = cells[c];
        std::string what = table.name.text + "·" + key;
        if (results && c < table.rows.front().results.size()) {
          what +=
              "·" +
              std::string(tree_->source->Text(
                  (*tree_)[table.rows.front().results[c].items.empty() ? ExprId{}
                                                                       : table.rows.front().results[c].items[0].value]
                      .span));
          if (!cell.items.empty()) what += " = " + TextOf(cell.items[0].value);
        }
        CheckMark(cell.mark, what, false);
        const bool covered = all || cell.mark.provenance != Provenance::kUnmarked;
        for (const syntax::CellItem& item : cell.items) {
          WarnUnmarked(item.value, covered);
          WarnUnmarked(item.upper, covered);
        }
      }
    };
    collect(row.conditions, false);
    collect(row.results, r > 0);
  }
}

void Checker::CollectProvenance() {
  if (has_policy_ && model_->policy.first_day) {
    const syntax::Mark& mark = model_->policy.effective_mark;
    CheckMark(mark, "施行 " + model_->policy.first_day->ToString(), false);
  }
  for (const syntax::Declaration& declaration : tree_->declarations) {
    if (const auto* parameter = std::get_if<syntax::ParameterDecl>(&declaration.body)) {
      const std::string value = parameter->value.valid() ? " = " + TextOf(parameter->value) : "";
      CheckMark(parameter->mark, parameter->declared.name.text + value, true);
      WarnUnmarked(parameter->value, parameter->mark.provenance != Provenance::kUnmarked);
    } else if (const auto* formula = std::get_if<syntax::FormulaDecl>(&declaration.body)) {
      CheckMark(formula->mark, formula->declared.name.text, false);
      WarnUnmarked(formula->value, formula->mark.provenance != Provenance::kUnmarked);
    } else if (const auto* score = std::get_if<syntax::ScoreDecl>(&declaration.body)) {
      CollectScore(*score);
    } else if (const auto* grade = std::get_if<syntax::GradeDecl>(&declaration.body)) {
      CollectGrade(*grade);
    } else if (const auto* table = std::get_if<syntax::TableDecl>(&declaration.body)) {
      if (table->rows.size() >= 2) CollectTable(*table);
    } else if (const auto* subject = std::get_if<syntax::SubjectDecl>(&declaration.body)) {
      CheckMark(subject->mark, subject->declared.name.text, false);
    } else if (const auto* records = std::get_if<syntax::RecordsDecl>(&declaration.body)) {
      CheckMark(records->mark, records->declared.name.text, false);
    } else if (const auto* check = std::get_if<syntax::CheckDecl>(&declaration.body)) {
      CheckMark(check->mark, "校验 " + check->message, false);
    } else if (const auto* guarantee = std::get_if<syntax::GuaranteeDecl>(&declaration.body)) {
      CheckMark(guarantee->mark, "保证 " + guarantee->title, false);
    }
  }
  for (const Field& field : model_->fields) {
    if (field.kind != Field::Kind::kParameter && field.mark.provenance != Provenance::kUnmarked)
      CheckMark(field.mark, field.name, false);
  }
}

}  // namespace heng::semantic
