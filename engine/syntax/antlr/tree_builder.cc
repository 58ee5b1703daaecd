#include "engine/syntax/antlr/tree_builder.h"

#include "engine/base/check.h"
#include "engine/syntax/antlr/rule_builder.h"

namespace heng::syntax {
namespace {

using P = heng::antlr::HengParser;
using antlr4::tree::TerminalNode;

class TreeBuilder final : private RuleBuilder {
 public:
  TreeBuilder(Tree& tree, DiagnosticSink& sink) : RuleBuilder(tree, sink) {}

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
      out.values = NamesOf(values->name());
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
        field.names.push_back(DeclaredOf(name->name(), name->CODE(), nullptr));
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
    if (auto* p = d->policy()) return Policy(false, p->dotted(), p->STRING(), p->policyClause());
    if (auto* m = d->module()) return Policy(true, m->dotted(), m->STRING(), m->policyClause());
    if (d->use() != nullptr) return Use(d->use());
    if (d->typeDeclaration() != nullptr) return Type(d->typeDeclaration());
    if (auto* s = d->subject())
      return SubjectDecl{DeclaredOf(s->declared()), UnquoteIf(s->STRING()), SpanIf(s->STRING()), FieldsOf(s->fields()),
                         MarkOf(s->marks())};
    if (auto* i = d->input())
      return InputDecl{NameOf(i->name()), EveryOf(i->EVERY()), FieldsOf(i->fields()), MarkOf(i->marks())};
    if (d->records() != nullptr) return Records(d->records());
    if (auto* c = d->check())
      return CheckDecl{EveryOf(c->EVERY()), Expression(c->expression()), Unquote(c->STRING()), MarkOf(c->marks())};
    if (d->parameter() != nullptr) return Parameter(d->parameter());
    if (auto* f = d->formula())
      return FormulaDecl{NameOf(f->placed()->name()), DeclaredOf(f->placed()->declared()),
                         EveryOf(f->EVERY()),         NameOf(f->name()),
                         Value(f->value()),           MarkOf(f->marks())};
    if (d->score() != nullptr) return Score(d->score());
    if (d->grade() != nullptr) return Grade(d->grade());
    if (d->table() != nullptr) return Table(d->table());
    if (auto* r = d->result()) return ResultDecl{EveryOf(r->EVERY()), NamesOf(r->name())};
    if (d->guarantee() != nullptr) return Guarantee(d->guarantee());
    CHECK(d->example() != nullptr);
    return Example(d->example());
  }

  std::string Dotted(P::DottedContext* dotted) const {
    std::string id;
    for (const Name& name : NamesOf(dotted->name())) id += (id.empty() ? "" : ".") + name.text;
    return id;
  }

  // 政策 and 模块 have the same header.
  PolicyDecl Policy(bool is_module, P::DottedContext* id, TerminalNode* title,
                    const std::vector<P::PolicyClauseContext*>& clauses) const {
    PolicyDecl policy;
    policy.is_module = is_module;
    policy.id = Dotted(id);
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
    use.policy = Dotted(result->dotted());
    use.path_span = SpanOf(result->dotted());
    use.result = DeclaredOf(result->name(), result->CODE(), nullptr);
    use.period = EveryOf(result->EVERY());
    use.type = TypeOf(result->type());
    use.clauses = ClausesOf(result->fieldClause());
    use.mark = MarkOf(result->marks());
    return use;
  }

  TypeDecl Type(P::TypeDeclarationContext* t) const {
    TypeDecl type;
    type.name = NameOf(t->name());
    type.mark = MarkOf(t->marks());
    P::StatesContext* states = nullptr;
    if (auto* values = dynamic_cast<P::EnumBodyContext*>(t->typeBody())) {
      type.values = NamesOf(values->name());
      states = values->states();
    } else if (auto* scale = dynamic_cast<P::ScaleBodyContext*>(t->typeBody())) {
      type.kind = TypeDecl::Kind::kScale;
      type.values = NamesOf(scale->name());
      states = scale->states();
    } else {
      type.kind = TypeDecl::Kind::kUnit;
    }
    if (states != nullptr) type.states = NamesOf(states->name());
    return type;
  }

  RecordsDecl Records(P::RecordsContext* r) const {
    RecordsDecl records;
    records.declared = DeclaredOf(r->declared());
    if (r->IN() != nullptr) records.parent = NameOf(r->name(0));
    if (r->EVERY() != nullptr) records.period = EveryOf(r->EVERY());
    if (r->BY() != nullptr) records.date = NameOf(r->name().back());
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

  ExampleDecl Example(P::ExampleContext* e) {
    ExampleDecl example{Unquote(e->STRING()), {}};
    for (P::ExampleLineContext* l : e->exampleLine()) example.lines.push_back(LineOf(l));
    return example;
  }

  ExampleLine LineOf(P::ExampleLineContext* l) {
    using Kind = ExampleLine::Kind;
    ExampleLine line;
    line.span = SpanOf(l);
    const auto fill = [&](Kind kind, TerminalNode* from, TerminalNode* to, TerminalNode* id, P::NameContext* whole,
                          P::FactBlockContext* block) {
      line.kind = kind;
      if (from != nullptr) line.from = line.to = PeriodOf(from);
      if (to != nullptr) line.to = PeriodOf(to);
      line.id = UnquoteIf(id);
      if (whole != nullptr) line.name = NameOf(whole);
      if (block != nullptr) line.facts = FactsOf(block);
    };
    if (auto* subject = dynamic_cast<P::ExampleSubjectContext*>(l)) {
      fill(Kind::kSubject, nullptr, nullptr, subject->STRING(), subject->name(), subject->factBlock());
    } else if (auto* facts = dynamic_cast<P::ExampleFactsContext*>(l)) {
      fill(Kind::kFacts, facts->PERIOD(0), facts->TO() != nullptr ? facts->PERIOD(1) : nullptr, facts->STRING(),
           facts->name(), facts->factBlock());
    } else if (auto* expect = dynamic_cast<P::ExampleExpectContext*>(l)) {
      fill(Kind::kExpect, expect->PERIOD(), nullptr, expect->STRING(), expect->name(), expect->factBlock());
    } else if (auto* reject = dynamic_cast<P::ExampleRejectContext*>(l)) {
      fill(Kind::kReject, reject->PERIOD(), nullptr, reject->STRING(0), nullptr, nullptr);
      line.message = UnquoteIf(reject->STRING(1));
    } else if (auto* history = dynamic_cast<P::ExampleHistoryContext*>(l)) {
      fill(Kind::kHistory, history->PERIOD(0), history->TO() != nullptr ? history->PERIOD(1) : nullptr,
           history->STRING(), history->name(), history->factBlock());
    } else {
      auto* given = dynamic_cast<P::ExampleGivenContext*>(l);
      line.kind = Kind::kGiven;
      line.name = NameOf(given->name(0));
      line.key = NameOf(given->name(1));
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
