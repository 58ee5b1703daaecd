#include "engine/syntax/antlr/tree_builder.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/syntax/antlr/expression_builder.h"

namespace heng::syntax {
namespace {

using P = heng::antlr::HengParser;
using antlr4::tree::TerminalNode;

class TreeBuilder final : public ExpressionBuilder {
 public:
  TreeBuilder(Tree& tree, DiagnosticSink& sink) : ExpressionBuilder(tree, sink) {}

  using ExpressionBuilder::Add;
  void Add(P::DeclarationContext* d) {
    DeclarationBody body = Body(d);
    tree_.declarations.push_back({SpanOf(d), std::move(body)});
  }

 private:
  // ---- fields

  TypeExpr TypeOf(P::TypeContext* type) const {
    TypeExpr out;
    out.span = SpanOf(type);
    const auto unit_of = [&](P::TypeUnitContext* unit) {
      std::vector<Name> parts;
      if (unit != nullptr && unit->PERCENT() != nullptr) parts.push_back({"%", SpanOf(unit->PERCENT())});
      if (unit != nullptr && unit->PERCENT() == nullptr) {
        for (TerminalNode* part : unit->NAME()) parts.push_back(NameOf(SpanOf(part)));
      }
      return parts;
    };
    if (auto* values = dynamic_cast<P::EnumTypeContext*>(type)) {
      out.kind = TypeExpr::Kind::kEnum;
      for (P::NameContext* name : values->name()) out.values.push_back(NameOf(name));
    } else if (dynamic_cast<P::TextTypeContext*>(type) != nullptr) {
      out.kind = TypeExpr::Kind::kText;
    } else if (dynamic_cast<P::DateTypeContext*>(type) != nullptr) {
      out.kind = TypeExpr::Kind::kDate;
    } else if (dynamic_cast<P::BoolTypeContext*>(type) != nullptr) {
      out.kind = TypeExpr::Kind::kBool;
    } else if (dynamic_cast<P::DecimalTypeContext*>(type) != nullptr) {
      out.kind = TypeExpr::Kind::kDecimal;
    } else if (auto* integer = dynamic_cast<P::IntegerTypeContext*>(type)) {
      out.kind = TypeExpr::Kind::kInteger;
      out.unit = unit_of(integer->typeUnit());
    } else {
      out.kind = TypeExpr::Kind::kUnit;
      out.unit = unit_of(dynamic_cast<P::UnitTypeContext*>(type)->typeUnit());
    }
    return out;
  }

  FieldClauses ClausesOf(const std::vector<P::FieldClauseContext*>& clauses) const {
    FieldClauses out;
    for (P::FieldClauseContext* clause : clauses) {
      if (auto* range = dynamic_cast<P::RangeClauseContext*>(clause)) {
        const auto bound = [&](size_t i) {
          return Bound{range->bound(i)->MINUS() != nullptr, QuantityOf(range->bound(i)->quantity())};
        };
        out.range = {bound(0), bound(1)};
        out.range_span = SpanOf(range);
      } else if (auto* places = dynamic_cast<P::PlacesClauseContext*>(clause)) {
        out.places = static_cast<int>(NumberOf(places->NUMBER()).value.ToInt64().value_or(-1));
      } else {
        out.optional = true;
      }
    }
    return out;
  }

  std::vector<Field> FieldsOf(P::FieldsContext* fields) const {
    std::vector<Field> out;
    for (P::FieldContext* f : fields->field()) {
      Field field;
      for (P::FieldNameContext* name : f->fieldName()) {
        field.names.push_back(
            {NameOf(name->name()), CodeOf(name->CODE()), name->CODE() != nullptr ? SpanOf(name->CODE()) : Span{}, ""});
      }
      field.type = TypeOf(f->type());
      field.clauses = ClausesOf(f->fieldClause());
      field.mark = MarkOf(f->marks());
      field.span = SpanOf(f);
      out.push_back(std::move(field));
    }
    return out;
  }

  // ---- declarations

  DeclarationBody Body(P::DeclarationContext* d) {
    if (d->policy() != nullptr) return Policy(d->policy());
    if (auto* s = d->subject())
      return SubjectDecl{DeclaredOf(s->declared()), FieldsOf(s->fields()), MarkOf(s->marks())};
    if (auto* i = d->input()) return InputDecl{EveryOf(i->EVERY()), FieldsOf(i->fields()), MarkOf(i->marks())};
    if (auto* r = d->records())
      return RecordsDecl{DeclaredOf(r->declared()), EveryOf(r->EVERY()), FieldsOf(r->fields()), MarkOf(r->marks())};
    if (auto* c = d->check())
      return CheckDecl{EveryOf(c->EVERY()), Expression(c->expression()), Unquote(c->STRING()), MarkOf(c->marks())};
    if (d->parameter() != nullptr) return Parameter(d->parameter());
    if (auto* f = d->formula())
      return FormulaDecl{DeclaredOf(f->declared()), EveryOf(f->EVERY()), Value(f->value()), MarkOf(f->marks())};
    if (d->score() != nullptr) return Score(d->score());
    if (d->grade() != nullptr) return Grade(d->grade());
    if (d->table() != nullptr) return Table(d->table());
    if (auto* r = d->result()) {
      ResultDecl result{EveryOf(r->EVERY()), {}};
      for (P::NameContext* name : r->name()) result.names.push_back(NameOf(name));
      return result;
    }
    if (d->guarantee() != nullptr) return Guarantee(d->guarantee());
    CHECK(d->example() != nullptr);
    return Example(d->example());
  }

  PolicyDecl Policy(P::PolicyContext* p) const {
    PolicyDecl policy;
    for (P::NameContext* name : p->name()) policy.id += (policy.id.empty() ? "" : ".") + NameOf(name).text;
    policy.id_span = SpanOf(p->name().front()).Through(SpanOf(p->name().back()));
    policy.title = UnquoteIf(p->STRING());
    for (P::PolicyClauseContext* clause : p->policyClause()) {
      if (auto* version = dynamic_cast<P::VersionClauseContext*>(clause)) {
        policy.version = Unquote(version->STRING());
        policy.version_span = SpanOf(version);
      } else if (auto* effective = dynamic_cast<P::EffectiveClauseContext*>(clause)) {
        policy.first_day = DateOf(effective->DATE(0));
        if (effective->TO() != nullptr) policy.last_day = DateOf(effective->DATE(1));
        policy.effective_span = SpanOf(effective);
        policy.effective_mark = MarkOf(effective->marks());
      } else {
        auto* source = dynamic_cast<P::SourceClauseContext*>(clause);
        policy.sources.push_back({NameOf(source->name()), Unquote(source->STRING())});
      }
    }
    return policy;
  }

  ParameterDecl Parameter(P::ParameterContext* p) {
    ParameterDecl parameter;
    parameter.declared = DeclaredOf(p->declared());
    if (p->type() != nullptr) parameter.type = TypeOf(p->type());
    parameter.clauses = ClausesOf(p->fieldClause());
    parameter.value = Value(p->value());
    parameter.mark = MarkOf(p->marks());
    return parameter;
  }

  ScoreDecl Score(P::ScoreContext* s) {
    ScoreDecl score;
    score.declared = DeclaredOf(s->declared());
    score.period = EveryOf(s->EVERY());
    score.full = QuantityOf(s->quantity());
    score.floor_at_zero = s->TO_ZERO() != nullptr;
    score.mark = MarkOf(s->marks());
    for (P::ScoreLineContext* line : s->scoreLine()) {
      if (auto* c = line->criterion()) {
        score.criteria.push_back({NameOf(c->name()), QuantityOf(c->quantity()), Value(c->value()),
                                  Expression(c->expression()), MarkOf(c->marks()), SpanOf(c)});
      } else {
        score.adjustments.push_back(AdjustmentsOf(line->adjustments()));
      }
    }
    for (P::ClauseContext* clause : s->clause()) score.clauses.push_back(Clause({}, clause));
    return score;
  }

  Adjustments AdjustmentsOf(P::AdjustmentsContext* a) {
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

  GradeDecl Grade(P::GradeContext* g) {
    GradeDecl grade;
    grade.declared = DeclaredOf(g->declared());
    grade.period = EveryOf(g->EVERY());
    for (P::NameContext* name : g->name()) grade.scale.push_back(NameOf(name));
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

  GradeStep StepOf(P::GradeStepContext* s) {
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

  TableDecl Table(P::TableContext* t) {
    TableDecl table{NameOf(t->name()), EveryOf(t->EVERY()), {}, MarkOf(t->marks())};
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

  Cell CellOf(P::CellContext* c) {
    Cell cell;
    cell.span = SpanOf(c);
    if (auto* any = dynamic_cast<P::AnyCellContext*>(c)) {
      cell.kind = Cell::Kind::kAny;
      cell.mark = MarkOf(any->marks());
      return cell;
    }
    if (auto* otherwise = dynamic_cast<P::OtherwiseCellContext*>(c)) {
      cell.kind = Cell::Kind::kOtherwise;
      cell.mark = MarkOf(otherwise->marks());
      return cell;
    }
    auto* items = dynamic_cast<P::ValueCellContext*>(c);
    cell.mark = MarkOf(items->marks());
    for (P::CellItemContext* i : items->cellItem()) {
      CellItem item;
      if (auto* bound = dynamic_cast<P::BoundItemContext*>(i)) {
        item.kind = CellItem::Kind::kBound;
        item.op = bound->AT_LEAST() != nullptr  ? Operator::kAtLeast
                  : bound->AT_MOST() != nullptr ? Operator::kAtMost
                  : bound->GREATER() != nullptr ? Operator::kGreater
                                                : Operator::kLess;
        item.value = Sum(bound->sum());
      } else if (auto* range = dynamic_cast<P::RangeItemContext*>(i)) {
        item.kind = CellItem::Kind::kRange;
        item.value = Sum(range->sum(0));
        item.upper = Sum(range->sum(1));
      } else {
        auto* value = dynamic_cast<P::ValueItemContext*>(i);
        item.value = Value(value->value());
        item.code = CodeOf(value->CODE());
      }
      cell.items.push_back(std::move(item));
    }
    return cell;
  }

  GuaranteeDecl Guarantee(P::GuaranteeContext* g) {
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

  ExampleDecl Example(P::ExampleContext* e) {
    ExampleDecl example{Unquote(e->STRING()), {}};
    for (P::ExampleLineContext* l : e->exampleLine()) example.lines.push_back(LineOf(l));
    return example;
  }

  ExampleLine LineOf(P::ExampleLineContext* l) {
    using Kind = ExampleLine::Kind;
    ExampleLine line;
    line.span = SpanOf(l);
    const auto fill = [&](Kind kind, TerminalNode* from, TerminalNode* to, TerminalNode* id,
                          P::FactBlockContext* block) {
      line.kind = kind;
      if (from != nullptr) line.from = line.to = PeriodOf(from);
      if (to != nullptr) line.to = PeriodOf(to);
      line.id = Unquote(id);
      if (block != nullptr) line.facts = FactsOf(block);
    };
    if (auto* subject = dynamic_cast<P::ExampleSubjectContext*>(l)) {
      line.name = NameOf(subject->name());
      fill(Kind::kSubject, nullptr, nullptr, subject->STRING(), subject->factBlock());
    } else if (auto* facts = dynamic_cast<P::ExampleFactsContext*>(l)) {
      fill(Kind::kFacts, facts->PERIOD(0), facts->TO() != nullptr ? facts->PERIOD(1) : nullptr, facts->STRING(),
           facts->factBlock());
    } else if (auto* expect = dynamic_cast<P::ExampleExpectContext*>(l)) {
      fill(Kind::kExpect, expect->PERIOD(), nullptr, expect->STRING(), expect->factBlock());
    } else if (auto* reject = dynamic_cast<P::ExampleRejectContext*>(l)) {
      fill(Kind::kReject, reject->PERIOD(), nullptr, reject->STRING(0), nullptr);
      line.message = UnquoteIf(reject->STRING(1));
    } else if (auto* history = dynamic_cast<P::ExampleHistoryContext*>(l)) {
      fill(Kind::kHistory, history->PERIOD(), nullptr, history->STRING(), history->factBlock());
    } else {
      auto* given = dynamic_cast<P::ExampleGivenContext*>(l);
      line.kind = Kind::kGiven;
      line.name = NameOf(given->name());
      line.value = Value(given->value());
    }
    return line;
  }

  std::vector<ExampleFact> FactsOf(P::FactBlockContext* block) {
    std::vector<ExampleFact> out;
    for (P::FactLineContext* line : block->factLine()) {
      for (P::FactContext* f : line->fact()) {
        ExampleFact fact;
        fact.span = SpanOf(f);
        if (auto* value = dynamic_cast<P::FactValueContext*>(f)) {
          fact.name = NameOf(value->name());
          if (value->PERIOD() != nullptr) fact.period = PeriodOf(value->PERIOD());
          fact.value = Value(value->value());
        } else {
          auto* rows = dynamic_cast<P::FactRowsContext*>(f);
          fact.name = NameOf(rows->name());
          fact.is_rows = true;
          for (P::FactRowContext* row : rows->factRow()) {
            std::vector<ExprId>& cells = fact.rows.emplace_back();
            for (P::ValueContext* cell : row->value()) cells.push_back(Value(cell));
          }
        }
        out.push_back(std::move(fact));
      }
    }
    return out;
  }
};

}  // namespace

void BuildDeclaration(P::DeclarationContext* declaration, Tree& tree, DiagnosticSink& sink) {
  TreeBuilder(tree, sink).Add(declaration);
}

}  // namespace heng::syntax
