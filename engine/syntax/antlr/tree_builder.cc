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
    if (auto* p = d->policy()) return Policy(p->dotted(), p->STRING(), p->policyClause(), false);
    if (auto* m = d->module()) return Policy(m->dotted(), m->STRING(), m->policyClause(), true);
    if (d->use() != nullptr) return Use(d->use());
    if (d->typeDeclaration() != nullptr) return TypeDeclaration(d->typeDeclaration());
    if (auto* s = d->subject()) {
      return SubjectDecl{DeclaredOf(s->declared()), UnquoteIf(s->STRING()), SpanIf(s->STRING()), FieldsOf(s->fields()),
                         MarkOf(s->marks())};
    }
    if (auto* i = d->input())
      return InputDecl{NameOf(i->name()), EveryOf(i->EVERY()), FieldsOf(i->fields()), MarkOf(i->marks())};
    if (d->records() != nullptr) return Records(d->records());
    if (auto* c = d->check())
      return CheckDecl{EveryOf(c->EVERY()), Expression(c->expression()), Unquote(c->STRING()), MarkOf(c->marks())};
    if (d->parameter() != nullptr) return Parameter(d->parameter());
    if (auto* f = d->formula()) {
      return FormulaDecl{NameOf(f->placed()->name()), DeclaredOf(f->placed()->declared()), EveryOf(f->EVERY()),
                         NameOf(f->name()), Value(f->value()), MarkOf(f->marks())};
    }
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

  std::string DottedOf(P::DottedContext* dotted) const {
    std::string out;
    for (P::NameContext* name : dotted->name()) out += (out.empty() ? "" : ".") + NameOf(name).text;
    return out;
  }
  static Span SpanIf(TerminalNode* node) { return node != nullptr ? SpanOf(node) : Span{}; }

  PolicyDecl Policy(P::DottedContext* id, TerminalNode* title, const std::vector<P::PolicyClauseContext*>& clauses,
                    bool is_module) const {
    PolicyDecl policy;
    policy.is_module = is_module;
    policy.id = DottedOf(id);
    policy.id_span = SpanOf(id);
    policy.title = UnquoteIf(title);
    for (P::PolicyClauseContext* clause : clauses) {
      if (auto* version = dynamic_cast<P::VersionClauseContext*>(clause)) {
        policy.version = Unquote(version->STRING());
        policy.version_span = SpanOf(version);
      } else if (auto* effective = dynamic_cast<P::EffectiveClauseContext*>(clause)) {
        policy.first_day = DateOf(effective->DATE(0));
        if (effective->TO() != nullptr) policy.last_day = DateOf(effective->DATE(1));
        policy.effective_span = SpanOf(effective);
        policy.effective_mark = MarkOf(effective->marks());
      } else if (auto* trial = dynamic_cast<P::TrialClauseContext*>(clause)) {
        policy.trial_until = DateOf(trial->DATE());
        policy.trial_span = SpanOf(trial);
        policy.trial_mark = MarkOf(trial->marks());
      } else {
        auto* source = dynamic_cast<P::SourceClauseContext*>(clause);
        policy.sources.push_back({NameOf(source->name()), Unquote(source->STRING())});
      }
    }
    return policy;
  }

  UseDecl Use(P::UseContext* u) const {
    UseDecl use;
    if (auto* module = dynamic_cast<P::UseModuleContext*>(u)) {
      use.path = Unquote(module->STRING());
      use.path_span = SpanOf(module->STRING());
      return use;
    }
    auto* result = dynamic_cast<P::UseResultContext*>(u);
    use.policy = DottedOf(result->dotted());
    use.result = {NameOf(result->name()), CodeOf(result->CODE()), SpanIf(result->CODE()), ""};
    use.period = EveryOf(result->EVERY());
    use.type = TypeOf(result->type());
    use.clauses = ClausesOf(result->fieldClause());
    use.mark = MarkOf(result->marks());
    return use;
  }

  std::vector<Name> NamesOf(const std::vector<P::NameContext*>& names) const {
    std::vector<Name> out;
    for (P::NameContext* name : names) out.push_back(NameOf(name));
    return out;
  }

  TypeDecl TypeDeclaration(P::TypeDeclarationContext* t) const {
    TypeDecl type;
    type.name = NameOf(t->name());
    type.mark = MarkOf(t->marks());
    if (auto* values = dynamic_cast<P::EnumBodyContext*>(t->typeBody())) {
      type.values = NamesOf(values->name());
      if (values->states() != nullptr) type.states = NamesOf(values->states()->name());
    } else if (auto* scale = dynamic_cast<P::ScaleBodyContext*>(t->typeBody())) {
      type.kind = TypeDecl::Kind::kScale;
      type.values = NamesOf(scale->name());
      if (scale->states() != nullptr) type.states = NamesOf(scale->states()->name());
    } else {
      type.kind = TypeDecl::Kind::kUnit;
    }
    return type;
  }

  RecordsDecl Records(P::RecordsContext* r) const {
    RecordsDecl records;
    records.declared = DeclaredOf(r->declared());
    const auto names = r->name();
    if (r->IN() != nullptr) records.parent = NameOf(names[0]);
    if (r->BY() != nullptr) records.date = NameOf(names.back());
    if (r->EVERY() != nullptr) records.period = EveryOf(r->EVERY());
    records.fields = FieldsOf(r->fields());
    records.mark = MarkOf(r->marks());
    return records;
  }

  ParameterDecl Parameter(P::ParameterContext* p) {
    ParameterDecl parameter;
    parameter.declared = DeclaredOf(p->declared());
    if (p->type() != nullptr) parameter.type = TypeOf(p->type());
    parameter.clauses = ClausesOf(p->fieldClause());
    parameter.value = Value(p->value());
    parameter.key = NameOf(p->name());
    parameter.file = UnquoteIf(p->STRING());
    parameter.file_span = SpanIf(p->STRING());
    parameter.mark = MarkOf(p->marks());
    if (p->parameterLines() == nullptr) return parameter;
    for (P::ParameterLineContext* l : p->parameterLines()->parameterLine()) {
      ParameterLine line;
      line.span = SpanOf(l);
      if (auto* dated = dynamic_cast<P::DatedLineContext*>(l)) {
        line.since = DateOf(dated->DATE());
        line.value = Value(dated->value());
        line.mark = MarkOf(dated->marks());
      } else {
        auto* keyed = dynamic_cast<P::KeyedLineContext*>(l);
        line.key = NameOf(keyed->name());
        line.value = Value(keyed->value());
        line.mark = MarkOf(keyed->marks());
      }
      parameter.lines.push_back(std::move(line));
    }
    return parameter;
  }

  ScoreDecl Score(P::ScoreContext* s) {
    ScoreDecl score;
    score.place = NameOf(s->placed()->name());
    score.declared = DeclaredOf(s->placed()->declared());
    score.period = EveryOf(s->EVERY());
    score.full = QuantityOf(s->quantity());
    score.mark = MarkOf(s->marks());
    score.lines = LinesOf(s->scoreLines(), s->scoreMode(), s->clause());
    return score;
  }

  ScoreLines LinesOf(P::ScoreLinesContext* block, const std::vector<P::ScoreModeContext*>& modes,
                     const std::vector<P::ClauseContext*>& clauses) {
    ScoreLines lines;
    for (P::ScoreModeContext* mode : modes) {
      lines.floor_at_zero = lines.floor_at_zero || mode->TO_ZERO() != nullptr;
      lines.stop_at_full = lines.stop_at_full || mode->TO_FULL() != nullptr;
      lines.may_be_negative = lines.may_be_negative || mode->NEGATIVE() != nullptr;
    }
    for (P::ScoreLineContext* line : block->scoreLine()) {
      if (line->criterion() != nullptr) {
        lines.criteria.push_back(CriterionOf(line->criterion()));
      } else {
        lines.adjustments.push_back(AdjustmentsOf(line->adjustments()));
      }
    }
    for (P::ClauseContext* clause : clauses) lines.clauses.push_back(Clause({}, clause));
    return lines;
  }

  Criterion CriterionOf(P::CriterionContext* c) {
    Criterion criterion;
    criterion.name = NameOf(c->name());
    criterion.weight = QuantityOf(c->quantity());
    criterion.value = Value(c->value());
    criterion.exempt_when = Expression(c->expression());
    criterion.mark = MarkOf(c->marks());
    criterion.span = SpanOf(c);
    if (c->scoreLines() != nullptr) {
      criterion.section = LinesOf(c->scoreLines(), c->scoreMode(), c->clause());
    } else if (!c->scoreMode().empty()) {
      sink_.Add<DiagnosticKind::kMisplacedClause>({tree_.source, SpanOf(c->scoreMode(0))}, criterion.name.text,
                                                  Text(SpanOf(c->scoreMode(0))));
    }
    return criterion;
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
    TableDecl table;
    if (t->name().size() > 1) table.place = NameOf(t->name(0));
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
                          P::FactBlockContext* block, P::NameContext* name = nullptr) {
      line.kind = kind;
      if (name != nullptr) line.name = NameOf(name);
      if (from != nullptr) line.from = line.to = PeriodOf(from);
      if (to != nullptr) line.to = PeriodOf(to);
      line.id = UnquoteIf(id);
      if (block != nullptr) line.facts = FactsOf(block);
    };
    if (auto* subject = dynamic_cast<P::ExampleSubjectContext*>(l)) {
      line.name = NameOf(subject->name());
      fill(Kind::kSubject, nullptr, nullptr, subject->STRING(), subject->factBlock());
    } else if (auto* facts = dynamic_cast<P::ExampleFactsContext*>(l)) {
      fill(Kind::kFacts, facts->PERIOD(0), facts->TO() != nullptr ? facts->PERIOD(1) : nullptr, facts->STRING(),
           facts->factBlock(), facts->name());
    } else if (auto* expect = dynamic_cast<P::ExampleExpectContext*>(l)) {
      fill(Kind::kExpect, expect->PERIOD(), nullptr, expect->STRING(), expect->factBlock(), expect->name());
    } else if (auto* reject = dynamic_cast<P::ExampleRejectContext*>(l)) {
      fill(Kind::kReject, reject->PERIOD(), nullptr, reject->STRING(0), nullptr);
      line.message = UnquoteIf(reject->STRING(1));
    } else if (auto* history = dynamic_cast<P::ExampleHistoryContext*>(l)) {
      fill(Kind::kHistory, history->PERIOD(), nullptr, history->STRING(), history->factBlock(), history->name());
    } else {
      auto* given = dynamic_cast<P::ExampleGivenContext*>(l);
      line.kind = Kind::kGiven;
      line.name = NameOf(given->name(0));
      if (given->name().size() > 1) line.key = NameOf(given->name(1));
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
