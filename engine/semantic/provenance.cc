#include <algorithm>

#include "engine/semantic/checker.h"

namespace heng::semantic {

using syntax::Provenance;

void Checker::CheckMark(const syntax::Mark& mark, const std::string& what, bool may_be_open) {
  if (mark.provenance == Provenance::kUnmarked) return;
  ProvenanceItem item{mark.provenance, what, "", mark.remark, mark.span};
  if (mark.provenance == Provenance::kOpen && !may_be_open) sink_.Add<DiagnosticKind::kOpenNotParameter>(At(mark.span));
  if (mark.provenance == Provenance::kSourced) {
    const auto& sources = sources_[tree_->source->PartOf(mark.span.begin)];
    const auto source =
        std::find_if(sources.begin(), sources.end(), [&](const auto& s) { return s.name.text == mark.source.text; });
    if (source == sources.end()) {
      std::vector<std::string> names;
      for (const auto& s : sources) names.push_back(s.name.text);
      if (has_policy_ || is_module_) ReportUnknown(mark.source, {"来源", "source"}, names);
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
    for (const syntax::Argument& argument : expr.arguments) {
      if (argument.recent) WarnUnmarked(*argument.recent, false);
      if (argument.at_least) WarnUnmarked(*argument.at_least, false);
      if (argument.missing_as) WarnUnmarked(*argument.missing_as, false);
    }
    if (expr.kind == ExprKind::kStreak || expr.kind == ExprKind::kEarlier) WarnUnmarked(expr.quantity, false);
    // Lines of bands and cases may carry marks of their own.
    for (const syntax::BandRow& row : expr.bands) {
      const bool marked = row.mark.provenance != Provenance::kUnmarked;
      for (const syntax::CellItem& item : row.band.items) {
        const bool band_marked = marked || row.band.mark.provenance != Provenance::kUnmarked;
        WarnUnmarked(item.value, band_marked);
        for (const syntax::Limit& limit : item.limits) WarnUnmarked(limit.value, band_marked);
      }
      WarnUnmarked(row.value, marked);
    }
    for (const syntax::ChooseLine& line : expr.cases) {
      const bool marked = line.mark.provenance != Provenance::kUnmarked;
      WarnUnmarked(line.value, marked);
      WarnUnmarked(line.when, marked);
    }
    if (!expr.bands.empty() || !expr.cases.empty()) {
      pending.insert(pending.end(), expr.operands.begin(), expr.operands.end());
      continue;
    }
    syntax::ForEachChild(expr, [&](ExprId child) { pending.push_back(child); });
  }
}

// The marks of the lines inside the expressions of a declaration.
void Checker::CollectInner(ExprId root, const std::string& what) {
  std::vector<ExprId> pending = {root};
  while (!pending.empty()) {
    const ExprId id = pending.back();
    pending.pop_back();
    if (!id.valid()) continue;
    const Expr& expr = (*tree_)[id];
    for (const syntax::BandRow& row : expr.bands) {
      CheckMark(row.band.mark, what + "·" + std::string(tree_->source->Text(row.band.span)), false);
      CheckMark(row.mark, what + "·" + std::string(tree_->source->Text(row.band.span)), false);
    }
    for (const syntax::ChooseLine& line : expr.cases) CheckMark(line.mark, what + "·" + TextOf(line.value), false);
    syntax::ForEachChild(expr, [&](ExprId child) { pending.push_back(child); });
  }
}

void Checker::CollectScore(const syntax::ScoreDecl& score) {
  const std::string& name = score.declared.name.text;
  const bool all = score.mark.provenance != Provenance::kUnmarked;
  CheckMark(score.mark, name, false);
  WarnUnmarked(score.full, all);
  CollectScoreLines(name, score.lines, all);
}

void Checker::CollectScoreLines(const std::string& name, const syntax::ScoreLines& lines, bool all) {
  for (const syntax::Criterion& criterion : lines.criteria) {
    const bool covered = all || criterion.mark.provenance != Provenance::kUnmarked;
    CheckMark(criterion.mark, name + "·" + criterion.name.text, false);
    WarnUnmarked(criterion.weight, covered);
    WarnUnmarked(criterion.value, covered);
    WarnUnmarked(criterion.exempt_when, covered);
    CollectInner(criterion.value, name + "·" + criterion.name.text);
    if (criterion.section) CollectScoreLines(name + "·" + criterion.name.text, *criterion.section, covered);
  }
  for (const syntax::Adjustments& block : lines.adjustments) {
    const bool block_covered = all || block.mark.provenance != Provenance::kUnmarked;
    CheckMark(block.mark, name + (block.bonus ? "·加分" : "·扣分"), false);
    if (block.cap) WarnUnmarked(*block.cap, block_covered);
    for (const syntax::Adjustment& line : block.lines) {
      const bool covered = block_covered || line.mark.provenance != Provenance::kUnmarked;
      CheckMark(line.mark, name + "·" + line.name.text, false);
      WarnUnmarked(line.amount, covered);
      WarnUnmarked(line.when, covered);
      CollectInner(line.amount, name + "·" + line.name.text);
    }
  }
  for (const ExprId clause : lines.clauses) {
    if (all) break;
    const Expr& expr = (*tree_)[clause];
    if (expr.kind == ExprKind::kRound) WarnUnmarked(expr.quantity, false);
    for (const ExprId operand : expr.operands) WarnUnmarked(operand, false);
  }
}

void Checker::CollectParameter(const syntax::ParameterDecl& parameter) {
  const std::string& name = parameter.declared.name.text;
  const bool all = parameter.mark.provenance != Provenance::kUnmarked;
  CheckMark(parameter.mark, name + (parameter.value.valid() ? " = " + TextOf(parameter.value) : ""), true);
  WarnUnmarked(parameter.value, all);
  for (const syntax::ParameterLine& line : parameter.lines) {
    const std::string of = name + "·" + (line.since ? line.since->ToString() + " 起" : line.key.text);
    CheckMark(line.mark, of + (line.value.valid() ? " = " + TextOf(line.value) : ""), !line.since);
    WarnUnmarked(line.value, all || line.mark.provenance != Provenance::kUnmarked);
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
    const std::string key = row.conditions.empty() ? "" : std::string(tree_->source->Text(row.conditions[0].span));
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
          if (!cell.items.empty() && cell.items[0].value.valid()) what += " = " + TextOf(cell.items[0].value);
        }
        CheckMark(cell.mark, what, false);
        const bool covered = all || cell.mark.provenance != Provenance::kUnmarked;
        for (const syntax::CellItem& item : cell.items) {
          WarnUnmarked(item.value, covered);
          for (const syntax::Limit& limit : item.limits) WarnUnmarked(limit.value, covered);
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
  if (has_policy_ && model_->policy.trial_until)
    CheckMark(model_->policy.trial_mark, "试评 至 " + model_->policy.trial_until->ToString(), false);
  for (const syntax::Declaration& declaration : tree_->declarations) {
    if (const auto* parameter = std::get_if<syntax::ParameterDecl>(&declaration.body)) {
      CollectParameter(*parameter);
    } else if (const auto* formula = std::get_if<syntax::FormulaDecl>(&declaration.body)) {
      CheckMark(formula->mark, formula->declared.name.text, false);
      WarnUnmarked(formula->value, formula->mark.provenance != Provenance::kUnmarked);
      CollectInner(formula->value, formula->declared.name.text);
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
