#include "engine/syntax/antlr/rule_builder.h"

namespace heng::syntax {

ScoreDecl RuleBuilder::Score(P::ScoreContext* s) {
  ScoreDecl score;
  score.place = NameOf(s->placed()->name());
  score.declared = DeclaredOf(s->placed()->declared());
  score.period = EveryOf(s->EVERY());
  score.full = QuantityOf(s->quantity());
  score.lines = LinesOf(s->scoreMode(), s->scoreLines(), s->clause());
  score.mark = MarkOf(s->marks());
  return score;
}

// Of a score or a section; without a body where only the mode of a section was written.
ScoreLines RuleBuilder::LinesOf(const std::vector<P::ScoreModeContext*>& modes, P::ScoreLinesContext* body,
                                const std::vector<P::ClauseContext*>& clauses) {
  ScoreLines lines;
  for (P::ScoreModeContext* mode : modes) {
    lines.floor_at_zero |= mode->TO_ZERO() != nullptr;
    lines.stop_at_full |= mode->TO_FULL() != nullptr;
    lines.may_be_negative |= mode->NEGATIVE() != nullptr;
  }
  if (body == nullptr) return lines;
  for (P::ScoreLineContext* line : body->scoreLine()) {
    if (auto* criterion = line->criterion()) {
      lines.criteria.push_back(CriterionOf(criterion));
    } else {
      lines.adjustments.push_back(AdjustmentsOf(line->adjustments()));
    }
  }
  for (P::ClauseContext* clause : clauses) lines.clauses.push_back(Clause({}, clause));
  return lines;
}

Criterion RuleBuilder::CriterionOf(P::CriterionContext* c) {
  Criterion criterion;
  criterion.name = NameOf(c->name());
  criterion.weight = QuantityOf(c->quantity());
  criterion.value = Value(c->value());
  criterion.exempt_when = Expression(c->expression());
  criterion.mark = MarkOf(c->marks());
  criterion.span = SpanOf(c);
  if (c->scoreLines() != nullptr || !c->scoreMode().empty())
    criterion.section = LinesOf(c->scoreMode(), c->scoreLines(), c->clause());
  return criterion;
}

Adjustments RuleBuilder::AdjustmentsOf(P::AdjustmentsContext* a) {
  Adjustments out;
  out.bonus = a->BONUS() != nullptr;
  if (a->quantity() != nullptr) out.cap = QuantityOf(a->quantity());
  out.mark = MarkOf(a->marks());
  out.span = SpanOf(a);
  for (P::AdjustmentContext* line : a->adjustment()) {
    out.lines.push_back({NameOf(line->name()), Value(line->value()), Expression(line->expression()),
                         MarkOf(line->marks()), SpanOf(line)});
  }
  return out;
}

GradeDecl RuleBuilder::Grade(P::GradeContext* g) {
  GradeDecl grade;
  grade.place = NameOf(g->placed()->name());
  grade.declared = DeclaredOf(g->placed()->declared());
  grade.period = EveryOf(g->EVERY());
  grade.scale = NamesOf(g->name());
  if (g->states() != nullptr) grade.states = NamesOf(g->states()->name());
  grade.mark = MarkOf(g->marks());
  for (P::GradeLineContext* line : g->gradeLine()) {
    if (auto* c = dynamic_cast<P::GradeCaseContext*>(line)) {
      grade.cases.push_back(
          {NameOf(c->name()), Expression(c->expression()), c->OTHERWISE() != nullptr, MarkOf(c->marks()), SpanOf(c)});
    } else {
      grade.steps.push_back(StepOf(dynamic_cast<P::GradeStepContext*>(line)));
    }
  }
  return grade;
}

GradeStep RuleBuilder::StepOf(P::GradeStepContext* s) {
  GradeStep step;
  step.span = SpanOf(s);
  step.when = Expression(s->expression());
  step.mark = MarkOf(s->marks());
  P::StepBoundContext* bound = nullptr;
  if (auto* set = dynamic_cast<P::SetActionContext*>(s->stepAction())) {
    step.action = GradeStep::Action::kSet;
    step.grade = NameOf(set->name());
  } else if (auto* shift = dynamic_cast<P::ShiftActionContext*>(s->stepAction())) {
    step.action = shift->RAISE() != nullptr ? GradeStep::Action::kRaise : GradeStep::Action::kLower;
    step.levels = QuantityOf(shift->quantity());
    bound = shift->stepBound();
  } else {
    step.action = GradeStep::Action::kBoundOnly;
    bound = dynamic_cast<P::BoundActionContext*>(s->stepAction())->stepBound();
  }
  if (bound != nullptr) (bound->AT_LEAST() != nullptr ? step.at_least : step.at_most) = NameOf(bound->name());
  return step;
}

TableDecl RuleBuilder::Table(P::TableContext* t) {
  TableDecl table;
  table.place = t->DOT() != nullptr ? NameOf(t->name(0)) : Name{};
  table.name = NameOf(t->name().back());
  table.period = EveryOf(t->EVERY());
  table.file = UnquoteIf(t->STRING());
  table.file_span = SpanIf(t->STRING());
  table.mark = MarkOf(t->marks());
  for (P::TableRowContext* r : t->tableRow()) {
    TableRow row;
    row.span = SpanOf(r);
    const size_t arrow = r->ARROW()->getSymbol()->getTokenIndex();
    for (P::CellContext* c : r->cell()) {
      (c->getStart()->getTokenIndex() < arrow ? row.conditions : row.results).push_back(CellOf(c));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

GuaranteeDecl RuleBuilder::Guarantee(P::GuaranteeContext* g) {
  GuaranteeDecl guarantee;
  guarantee.title = Unquote(g->STRING());
  guarantee.period = EveryOf(g->EVERY());
  guarantee.mark = MarkOf(g->marks());
  if (auto* always = dynamic_cast<P::AlwaysClaimContext*>(g->claim())) {
    const auto parts = always->expression();
    guarantee.claim = Expression(parts.back());
    if (parts.size() == 2) guarantee.when = Expression(parts[0]);
  } else {
    auto* monotone = dynamic_cast<P::MonotoneClaimContext*>(g->claim());
    guarantee.monotone = true;
    guarantee.claim = Expression(monotone->expression(0));
    guarantee.along = Expression(monotone->expression(1));
    guarantee.decreasing = monotone->NONINCREASING() != nullptr;
    if (monotone->expression().size() == 3) guarantee.when = Expression(monotone->expression(2));
  }
  return guarantee;
}

}  // namespace heng::syntax
