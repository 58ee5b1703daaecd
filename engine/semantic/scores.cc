// Scores: criteria by weight or by marks, sections, deductions and additions.
#include <algorithm>

#include "engine/semantic/advice.h"
#include "engine/semantic/checker.h"

namespace heng::semantic {

void Checker::CheckScore(Definition& definition, const syntax::ScoreDecl& score) {
  const auto full = ReadMarked(score.full);
  if (!full) return;
  definition.type = {TypeKind::kNumber, full->unit, {}, false, false};
  CheckScoreLines(definition, score.declared.name, score.lines, full->value);
  for (const ExprId clause : score.lines.clauses) {
    const Expr& expr = (*tree_)[clause];
    if (expr.kind != ExprKind::kRound) continue;
    if (const auto step = Read(expr.quantity, *model_)) definition.places = step->value.decimal_places();
  }
}

void Checker::CheckScoreLines(const Definition& definition, const syntax::Name& name, const syntax::ScoreLines& lines,
                              const Rational& full) {
  if (lines.criteria.empty() && lines.adjustments.empty()) {
    sink_.Add<DiagnosticKind::kEmptyRule>(At(name.span), name.text);
    return;
  }
  if (lines.floor_at_zero && lines.may_be_negative)
    sink_.Add<DiagnosticKind::kContradictoryModes>(At(name.span), name.text);
  std::map<std::string, Span> names;
  const auto once = [&](const syntax::Name& line) {
    const auto [at, added] = names.emplace(line.text, line.span);
    if (added) return;
    sink_.Add<DiagnosticKind::kDuplicateName>(At(line.span), line.text)
        .related.push_back({At(at->second), {"先在这里声明", "first declared here"}});
  };
  const Unit& unit = definition.type.unit;
  for (const syntax::Criterion& criterion : lines.criteria) {
    once(criterion.name);
    CheckCriterion(criterion, definition, full);
  }
  if (!lines.criteria.empty()) CheckWeights(name, lines, full, unit);
  for (const syntax::Adjustments& block : lines.adjustments) {
    for (const syntax::Adjustment& line : block.lines) once(line.name);
    CheckAdjustments(block, definition);
  }
  for (const ExprId clause : lines.clauses)
    model_->exprs[clause.index()].type = CheckClause((*tree_)[clause], ScopeAt(definition.grain), definition.type);
}

void Checker::CheckCriterion(const syntax::Criterion& criterion, const Definition& definition, const Rational& full) {
  const Scope scope = ScopeAt(definition.grain);
  Scope narrowed = scope;
  if (criterion.exempt_when.valid()) {
    CheckCondition(criterion.exempt_when, scope);
    CheckReadable(criterion.exempt_when, definition.grain);
    narrowed = Within(scope, Narrow(criterion.exempt_when, false));
  }
  if (criterion.section) {
    if (criterion.value.valid())
      sink_.Add<DiagnosticKind::kMisplacedClause>(At(criterion.value), criterion.name.text, TextOf(criterion.value));
    const auto weight = ReadMarked(criterion.weight);
    if (weight) CheckScoreLines(definition, criterion.name, *criterion.section, weight->percent ? full : weight->value);
    return;
  }
  if (!criterion.value.valid()) {
    CheckNamedCriterion(criterion, definition, narrowed);
    return;
  }
  const Type type = Check(criterion.value, narrowed);
  Demand(criterion.value, type, TypeKind::kNumber, &definition.type.unit);
  DemandPresent(criterion.value, type);
  CheckReadable(criterion.value, definition.grain);
}

// A criterion without a value is the fact or definition of its name.
void Checker::CheckNamedCriterion(const syntax::Criterion& criterion, const Definition& definition,
                                  const Scope& scope) {
  const auto symbol = symbols_.find(criterion.name.text);
  if (symbol == symbols_.end() || symbol->second.kind == Symbol::Kind::kSort) {
    ReportUnknown(criterion.name, {"事实或公式", "fact or formula"}, ValueNames());
    return;
  }
  used_.insert(criterion.name.text);
  const bool is_field = symbol->second.kind == Symbol::Kind::kField;
  const size_t index = is_field ? Meant(symbol->second, scope).value_or(symbol->second.index) : symbol->second.index;
  const Type& type = is_field ? model_->fields[index].type : model_->definitions[index].type;
  const Grain grain = is_field ? model_->fields[index].grain : model_->definitions[index].grain;
  if (type.known() && (!type.is_number() || type.unit != definition.type.unit)) {
    Diagnostic& d = sink_.Add<DiagnosticKind::kTypeMismatch>(
        At(criterion.name.span), Describe(*model_, definition.type), Describe(*model_, type));
    if (definition.type.unit.dimensionless())
      d.advice = {"“满分”后面也要写单位：满分 100 分", "the full marks carry a unit too: 满分 100 分"};
    else
      d.advice = AdviceOnTypes(definition.type, type);
  }
  const bool present =
      scope.narrowing.present.count({is_field ? Referent::Kind::kField : Referent::Kind::kDefinition, index}) > 0;
  if (type.optional && !present) sink_.Add<DiagnosticKind::kMaybeAbsent>(At(criterion.name.span), criterion.name.text);
  if (!Readable(*model_, definition.grain, grain)) {
    sink_.Add<DiagnosticKind::kNeedsAggregation>(At(criterion.name.span), criterion.name.text, Describe(*model_, grain),
                                                 Describe(*model_, definition.grain));
  } else if (!is_field && grain.period != definition.grain.period && grain.period != PeriodKind::kOnce) {
    sink_.Add<DiagnosticKind::kCoarserComputed>(At(criterion.name.span), criterion.name.text,
                                                PeriodAdverb(grain.period), PeriodAdverb(definition.grain.period));
  }
}

void Checker::CheckAdjustments(const syntax::Adjustments& block, const Definition& definition) {
  const Scope scope = ScopeAt(definition.grain);
  const Unit& unit = definition.type.unit;
  if (block.lines.empty()) sink_.Add<DiagnosticKind::kEmptyRule>(At(block.span), block.bonus ? "加分" : "扣分");
  if (block.cap) {
    const auto cap = ReadMarked(*block.cap);
    if (cap && cap->unit != unit)
      sink_.Add<DiagnosticKind::kUnitMismatch>(At(block.cap->span), unit.ToString(), cap->unit.ToString(),
                                               Bilingual("用在同一个评分里", "used in one score"));
  }
  for (const syntax::Adjustment& line : block.lines) {
    Scope narrowed = scope;
    if (line.when.valid()) {
      CheckCondition(line.when, scope);
      CheckReadable(line.when, definition.grain);
      narrowed = Within(scope, Narrow(line.when, true));
    }
    const Type amount = Check(line.amount, narrowed);
    Demand(line.amount, amount, TypeKind::kNumber, &unit);
    DemandPresent(line.amount, amount);
    CheckReadable(line.amount, definition.grain);
  }
}

void Checker::CheckWeights(const syntax::Name& name, const syntax::ScoreLines& lines, const Rational& full,
                           const Unit& unit) {
  Rational sum;
  std::string terms;
  const syntax::Criterion& first = lines.criteria.front();
  const auto first_weight = ReadMarked(first.weight);
  if (!first_weight) return;
  const bool percents = first_weight->percent;
  const auto text = [&](const Rational& value) {
    return percents ? (value * Rational(100)).ToString() + "%" : value.ToString() + " " + unit.ToString();
  };
  for (const syntax::Criterion& criterion : lines.criteria) {
    const auto weight = ReadMarked(criterion.weight);
    if (!weight) return;
    if (!weight->percent && weight->unit != unit) {
      sink_.Add<DiagnosticKind::kUnitMismatch>(
          At(criterion.weight.span), unit.ToString(),
          weight->unit.dimensionless() ? Bilingual("没有单位", "no unit") : Bilingual(weight->unit.ToString()),
          Bilingual("用在同一个评分里", "used in one score"));
      return;
    }
    if (weight->percent != percents) {
      Diagnostic& diagnostic = sink_.Add<DiagnosticKind::kMixedCriteria>(At(criterion.weight.span));
      diagnostic.related.push_back({At(first.weight.span), percents
                                                               ? Bilingual("这一项按权重", "this one is by weight")
                                                               : Bilingual("这一项按分值", "this one is by marks")});
      return;
    }
    sum += weight->value;
    terms += (terms.empty() ? "" : " + ") + text(weight->value);
  }
  const Rational wanted = percents ? Rational(1) : full;
  if (sum != wanted) sink_.Add<DiagnosticKind::kWeightSum>(At(name.span), terms + " = " + text(sum), text(wanted));
}

}  // namespace heng::semantic
