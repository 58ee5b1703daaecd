#include "engine/syntax/antlr/tree_builder.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/base/text.h"
#include "engine/syntax/token.h"

namespace heng::syntax {
namespace {

using P = heng::antlr::HengParser;
using antlr4::ParserRuleContext;
using antlr4::tree::TerminalNode;

class TreeBuilder {
 public:
  TreeBuilder(Tree& tree, DiagnosticSink& sink) : tree_(tree), sink_(sink) {}

  void Add(P::DeclarationContext* d) {
    DeclarationBody body = Body(d);
    tree_.declarations.push_back({SpanOf(d), std::move(body)});
  }

 private:
  // ---- places and words

  static Span SpanOf(ParserRuleContext* context) {
    return {static_cast<uint32_t>(context->getStart()->getStartIndex()), static_cast<uint32_t>(context->getStop()->getStopIndex())};
  }
  static Span SpanOf(TerminalNode* node) {
    return {static_cast<uint32_t>(node->getSymbol()->getStartIndex()), static_cast<uint32_t>(node->getSymbol()->getStopIndex())};
  }
  std::string Text(Span span) const { return std::string(tree_.source->Text(span)); }
  std::string Text(TerminalNode* node) const { return Text(SpanOf(node)); }

  Name NameOf(Span span) const {
    std::string text = FoldFullWidth(Text(span));
    constexpr std::string_view kLeft = "「";
    if (text.starts_with(kLeft)) text = text.substr(kLeft.size(), text.size() - 2 * kLeft.size());
    return {std::move(text), span};
  }
  Name NameOf(P::NameContext* name) const { return name != nullptr ? NameOf(SpanOf(name)) : Name{}; }

  // The text between the quotation marks, exactly as written.
  std::string Unquote(TerminalNode* node) const {
    const std::string text = Text(node);
    size_t first = 0;
    DecodeUtf8(text, first);
    size_t last = text.size() - 1;
    while ((static_cast<unsigned char>(text[last]) & 0xC0) == 0x80) --last;
    return text.substr(first, last - first);
  }
  std::string UnquoteIf(TerminalNode* node) const { return node != nullptr ? Unquote(node) : std::string(); }

  std::string CodeOf(TerminalNode* node) const {
    if (node == nullptr) return "";
    const std::string text = FoldFullWidth(Text(node));
    return text.substr(1, text.size() - 2);
  }
  Declared DeclaredOf(P::DeclaredContext* d) const {
    return {NameOf(d->name()), CodeOf(d->CODE()), d->CODE() != nullptr ? SpanOf(d->CODE()) : Span{}, UnquoteIf(d->STRING())};
  }

  PeriodKind EveryOf(TerminalNode* every) const {
    if (every == nullptr) return PeriodKind::kOnce;
    const std::string word(FindKeyword(Text(every))->en);
    if (word == "monthly") return PeriodKind::kMonth;
    if (word == "quarterly") return PeriodKind::kQuarter;
    return word == "halfyearly" ? PeriodKind::kHalf : PeriodKind::kYear;
  }
  // The pass has reported a date or period that is none; any other stands for it here.
  Date DateOf(TerminalNode* node) const { return ParseDate(FoldFullWidth(Text(node))).value_or(Date{}); }
  Period PeriodOf(TerminalNode* node) const { return ParsePeriod(FoldFullWidth(Text(node))).value_or(Period{PeriodKind::kYear, 1000}); }

  Decimal NumberOf(TerminalNode* node) const { return ParseDecimal(FoldFullWidth(Text(node))).value_or(Decimal{}); }

  Quantity QuantityOf(P::QuantityContext* q) const {
    Quantity out;
    out.number = NumberOf(q->NUMBER());
    out.span = SpanOf(q);
    if (P::UnitContext* unit = q->unit()) {
      if (unit->PERCENT() != nullptr) {
        out.unit.push_back({"%", SpanOf(unit->PERCENT())});
      } else {
        for (TerminalNode* part : unit->NAME()) out.unit.push_back(NameOf(SpanOf(part)));
        TakeScale(out);
      }
    }
    return out;
  }

  // 万, 亿 and 万亿 before a unit, or alone.
  static void TakeScale(Quantity& quantity) {
    constexpr std::pair<std::string_view, int64_t> kScales[] = {{"万亿", 1000000000000}, {"亿", 100000000}, {"万", 10000}};
    for (const auto& [word, scale] : kScales) {
      std::string& unit = quantity.unit.front().text;
      // `3万/月` is ten thousand of nothing per month: 万 then stays, as a unit that nobody knows.
      if (!unit.starts_with(word) || (unit == word && quantity.unit.size() > 1)) continue;
      quantity.scale = scale;
      unit.erase(0, word.size());
      if (unit.empty()) quantity.unit.erase(quantity.unit.begin());
      return;
    }
  }

  Mark MarkOf(P::MarksContext* marks) const {
    Mark out;
    for (P::MarkContext* mark : marks->mark()) {
      out.span = out.span.end == 0 ? SpanOf(mark) : out.span.Through(SpanOf(mark));
      if (auto* sourced = dynamic_cast<P::SourcedMarkContext*>(mark)) {
        out.provenance = Provenance::kSourced;
        out.source = NameOf(sourced->name());
        out.remark = UnquoteIf(sourced->STRING());
      } else if (auto* chosen = dynamic_cast<P::ChosenMarkContext*>(mark)) {
        out.provenance = Provenance::kChosen;
        out.remark = UnquoteIf(chosen->STRING());
      } else if (auto* open = dynamic_cast<P::OpenMarkContext*>(mark)) {
        out.provenance = Provenance::kOpen;
        out.remark = UnquoteIf(open->STRING());
      } else {
        out.note = Unquote(dynamic_cast<P::NoteMarkContext*>(mark)->STRING());
      }
    }
    return out;
  }

  // ---- expressions

  ExprId Add(Expr expr) {
    tree_.exprs.push_back(std::move(expr));
    return ExprId(tree_.exprs.size() - 1);
  }
  Span SpanOf(ExprId id) const { return tree_[id].span; }

  static Rounding RoundingOf(std::string_view keyword) {
    const std::string_view en = FindKeyword(keyword)->en;
    if (en == "round") return Rounding::kHalfAwayFromZero;
    if (en == "roundhalfeven") return Rounding::kHalfToEven;
    return en == "rounddown" ? Rounding::kDown : Rounding::kUp;
  }

  // One rounding or clamp around `operand` (which may be invalid: the score itself, supplied later).
  ExprId Clause(ExprId operand, P::ClauseContext* clause) {
    Expr expr;
    expr.span = operand.valid() ? SpanOf(operand).Through(SpanOf(clause)) : SpanOf(clause);
    expr.operands = {operand};
    if (auto* round = dynamic_cast<P::RoundClauseContext*>(clause)) {
      expr.kind = ExprKind::kRound;
      expr.rounding = RoundingOf(Text(round->ROUND()));
      expr.quantity = QuantityOf(round->quantity());
    } else if (auto* cap = dynamic_cast<P::CapClauseContext*>(clause)) {
      expr.kind = ExprKind::kCap;
      expr.operands.push_back(Sum(cap->sum()));
    } else {
      expr.kind = ExprKind::kFloor;
      expr.operands.push_back(Sum(dynamic_cast<P::FloorClauseContext*>(clause)->sum()));
    }
    return Add(std::move(expr));
  }

  ExprId Value(P::ValueContext* value) {
    if (value == nullptr) return {};
    ExprId id = Expression(value->expression());
    for (P::ClauseContext* clause : value->clause()) id = Clause(id, clause);
    return id;
  }

  ExprId Expression(P::ExpressionContext* e) {
    if (e == nullptr) return {};
    if (e->disjunction() != nullptr) return Disjunction(e->disjunction());
    Expr expr;
    expr.kind = ExprKind::kIf;
    expr.span = SpanOf(e);
    for (P::ExpressionContext* part : e->expression()) expr.operands.push_back(Expression(part));
    return Add(std::move(expr));
  }

  ExprId Disjunction(P::DisjunctionContext* d) {
    const auto parts = d->conjunction();
    if (parts.size() == 1) return Conjunction(parts[0]);
    Expr expr;
    expr.kind = ExprKind::kOr;
    expr.span = SpanOf(d);
    for (P::ConjunctionContext* part : parts) {
      if (part->negation().size() > 1) sink_.Add<DiagnosticKind::kMixedAndOr>({tree_.source, expr.span});
      expr.operands.push_back(Conjunction(part));
    }
    return Add(std::move(expr));
  }

  ExprId Conjunction(P::ConjunctionContext* c) {
    const auto parts = c->negation();
    if (parts.size() == 1) return Negation(parts[0]);
    Expr expr;
    expr.kind = ExprKind::kAnd;
    expr.span = SpanOf(c);
    for (P::NegationContext* part : parts) expr.operands.push_back(Negation(part));
    return Add(std::move(expr));
  }

  ExprId Unary(ExprKind kind, Span span, ExprId operand) {
    Expr expr;
    expr.kind = kind;
    expr.span = span;
    expr.operands = {operand};
    return Add(std::move(expr));
  }

  ExprId Negation(P::NegationContext* n) {
    if (n->comparison() != nullptr) return Comparison(n->comparison());
    return Unary(ExprKind::kNot, SpanOf(n), Negation(n->negation()));
  }

  static Operator ComparisonOf(P::ComparisonContext* c) {
    if (c->AT_LEAST() != nullptr) return Operator::kAtLeast;
    if (c->AT_MOST() != nullptr) return Operator::kAtMost;
    if (c->GREATER() != nullptr) return Operator::kGreater;
    if (c->LESS() != nullptr) return Operator::kLess;
    return c->EQUAL() != nullptr ? Operator::kEqual : Operator::kNotEqual;
  }

  ExprId Comparison(P::ComparisonContext* c) {
    const ExprId left = Sum(c->sum(0));
    Expr expr;
    expr.span = SpanOf(c);
    expr.operands = {left};
    if (c->set() != nullptr) {
      expr.kind = ExprKind::kIn;
      for (P::SumContext* member : c->set()->sum()) expr.operands.push_back(Sum(member));
      return Add(std::move(expr));
    }
    if (c->sum().size() == 1) return left;
    expr.kind = ExprKind::kCompare;
    expr.op = ComparisonOf(c);
    expr.operands.push_back(Sum(c->sum(1)));
    return Add(std::move(expr));
  }

  ExprId Arithmetic(Operator op, ExprId left, ExprId right) {
    Expr expr;
    expr.kind = ExprKind::kArithmetic;
    expr.op = op;
    expr.span = SpanOf(left).Through(SpanOf(right));
    expr.operands = {left, right};
    return Add(std::move(expr));
  }

  // A chain `a op b op c`, from the left: the operands and, between them, the terminals that name the operators.
  ExprId Sum(P::SumContext* s) {
    if (s == nullptr) return {};
    const auto parts = s->product();
    ExprId id = Product(parts[0]);
    for (size_t i = 1; i < parts.size(); ++i) {
      auto* sign = dynamic_cast<TerminalNode*>(s->children[2 * i - 1]);
      const bool plus = sign->getSymbol()->getType() == P::PLUS;
      id = Arithmetic(plus ? Operator::kAdd : Operator::kSubtract, id, Product(parts[i]));
    }
    return id;
  }

  ExprId Product(P::ProductContext* p) {
    const auto parts = p->unary();
    ExprId id = UnaryMinus(parts[0]);
    for (size_t i = 1; i < parts.size(); ++i) {
      auto* sign = dynamic_cast<TerminalNode*>(p->children[2 * i - 1]);
      const bool times = sign->getSymbol()->getType() == P::TIMES;
      id = Arithmetic(times ? Operator::kMultiply : Operator::kDivide, id, UnaryMinus(parts[i]));
    }
    return id;
  }

  ExprId UnaryMinus(P::UnaryContext* u) {
    if (u->unary() != nullptr) return Unary(ExprKind::kNegate, SpanOf(u), UnaryMinus(u->unary()));
    const auto parts = u->defaulted()->primary();
    const ExprId value = Primary(parts[0]);
    if (parts.size() == 1) return value;
    Expr expr;
    expr.kind = ExprKind::kDefault;
    expr.span = SpanOf(u);
    expr.operands = {value, Primary(parts[1])};
    return Add(std::move(expr));
  }

  ExprId Primary(P::PrimaryContext* p) {
    Expr expr;
    expr.span = SpanOf(p);
    if (auto* quantity = dynamic_cast<P::QuantityPrimaryContext*>(p)) {
      expr.kind = ExprKind::kQuantity;
      expr.quantity = QuantityOf(quantity->quantity());
    } else if (auto* text = dynamic_cast<P::TextPrimaryContext*>(p)) {
      expr.kind = ExprKind::kText;
      expr.text = Unquote(text->STRING());
    } else if (auto* date = dynamic_cast<P::DatePrimaryContext*>(p)) {
      expr.kind = ExprKind::kDate;
      expr.date = DateOf(date->DATE());
    } else if (auto* truth = dynamic_cast<P::BoolPrimaryContext*>(p)) {
      expr.kind = ExprKind::kBool;
      expr.truth = truth->YES() != nullptr;
    } else if (auto* group = dynamic_cast<P::GroupPrimaryContext*>(p)) {
      return Value(group->value());
    } else {
      FillName(dynamic_cast<P::NamePrimaryContext*>(p), expr);
    }
    return Add(std::move(expr));
  }

  void FillName(P::NamePrimaryContext* n, Expr& expr) {
    expr.kind = n->LPAREN() != nullptr ? ExprKind::kCall : ExprKind::kName;
    const auto names = n->name();
    expr.name = NameOf(names[0]);
    if (names.size() > 1) expr.qualifier = NameOf(names[1]);
    for (P::ArgumentContext* a : n->argument()) {
      Argument argument;
      argument.value = Value(a->value());
      argument.if_none = a->IF_NONE() != nullptr;
      argument.where = Expression(a->expression());
      argument.within = NameOf(a->name());
      argument.span = SpanOf(a);
      expr.arguments.push_back(std::move(argument));
    }
  }

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
        const auto bound = [&](size_t i) { return Bound{range->bound(i)->MINUS() != nullptr, QuantityOf(range->bound(i)->quantity())}; };
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
        field.names.push_back({NameOf(name->name()), CodeOf(name->CODE()), name->CODE() != nullptr ? SpanOf(name->CODE()) : Span{}, ""});
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
    if (auto* s = d->subject()) return SubjectDecl{DeclaredOf(s->declared()), FieldsOf(s->fields()), MarkOf(s->marks())};
    if (auto* i = d->input()) return InputDecl{EveryOf(i->EVERY()), FieldsOf(i->fields()), MarkOf(i->marks())};
    if (auto* r = d->records()) return RecordsDecl{DeclaredOf(r->declared()), EveryOf(r->EVERY()), FieldsOf(r->fields()), MarkOf(r->marks())};
    if (auto* c = d->check()) return CheckDecl{EveryOf(c->EVERY()), Expression(c->expression()), Unquote(c->STRING()), MarkOf(c->marks())};
    if (d->parameter() != nullptr) return Parameter(d->parameter());
    if (auto* f = d->formula()) return FormulaDecl{DeclaredOf(f->declared()), EveryOf(f->EVERY()), Value(f->value()), MarkOf(f->marks())};
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
        score.criteria.push_back({NameOf(c->name()), QuantityOf(c->quantity()), Value(c->value()), Expression(c->expression()), MarkOf(c->marks()), SpanOf(c)});
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
      out.lines.push_back({NameOf(line->name()), Value(line->value()), Expression(line->expression()), MarkOf(line->marks()), SpanOf(line)});
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
        grade.cases.push_back({NameOf(c->name()), Expression(c->expression()), c->OTHERWISE() != nullptr, MarkOf(c->marks()), SpanOf(c)});
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
        item.op = bound->AT_LEAST() != nullptr ? Operator::kAtLeast : bound->AT_MOST() != nullptr ? Operator::kAtMost
                  : bound->GREATER() != nullptr ? Operator::kGreater : Operator::kLess;
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
    const auto fill = [&](Kind kind, TerminalNode* from, TerminalNode* to, TerminalNode* id, P::FactBlockContext* block) {
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
      fill(Kind::kFacts, facts->PERIOD(0), facts->TO() != nullptr ? facts->PERIOD(1) : nullptr, facts->STRING(), facts->factBlock());
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

  Tree& tree_;
  DiagnosticSink& sink_;
};

}  // namespace

void BuildDeclaration(P::DeclarationContext* declaration, Tree& tree, DiagnosticSink& sink) { TreeBuilder(tree, sink).Add(declaration); }

}  // namespace heng::syntax
