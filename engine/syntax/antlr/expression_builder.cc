#include "engine/syntax/antlr/expression_builder.h"

#include <algorithm>

#include "engine/base/text.h"
#include "engine/syntax/token.h"

namespace heng::syntax {

// ---- places and words

Span ExpressionBuilder::SpanOf(antlr4::ParserRuleContext* context) {
  return {static_cast<uint32_t>(context->getStart()->getStartIndex()),
          static_cast<uint32_t>(context->getStop()->getStopIndex())};
}

Span ExpressionBuilder::SpanOf(TerminalNode* node) {
  return {static_cast<uint32_t>(node->getSymbol()->getStartIndex()),
          static_cast<uint32_t>(node->getSymbol()->getStopIndex())};
}

std::string ExpressionBuilder::Text(Span span) const { return std::string(tree_.source->Text(span)); }

std::string ExpressionBuilder::Text(TerminalNode* node) const { return Text(SpanOf(node)); }

Name ExpressionBuilder::NameOf(Span span) const {
  std::string text = FoldFullWidth(Text(span));
  constexpr std::string_view kLeft = "「";
  if (text.starts_with(kLeft)) text = text.substr(kLeft.size(), text.size() - 2 * kLeft.size());
  return {std::move(text), span};
}

Name ExpressionBuilder::NameOf(P::NameContext* name) const { return name != nullptr ? NameOf(SpanOf(name)) : Name{}; }

// The text between the quotation marks, exactly as written.
std::string ExpressionBuilder::Unquote(TerminalNode* node) const {
  const std::string text = Text(node);
  size_t first = 0;
  DecodeUtf8(text, first);
  size_t last = text.size() - 1;
  while ((static_cast<unsigned char>(text[last]) & 0xC0) == 0x80) --last;
  return text.substr(first, last - first);
}

std::string ExpressionBuilder::UnquoteIf(TerminalNode* node) const {
  return node != nullptr ? Unquote(node) : std::string();
}

std::string ExpressionBuilder::CodeOf(TerminalNode* node) const {
  if (node == nullptr) return "";
  const std::string text = FoldFullWidth(Text(node));
  return text.substr(1, text.size() - 2);
}

Declared ExpressionBuilder::DeclaredOf(P::DeclaredContext* d) const {
  return {NameOf(d->name()), CodeOf(d->CODE()), d->CODE() != nullptr ? SpanOf(d->CODE()) : Span{},
          UnquoteIf(d->STRING())};
}

PeriodKind ExpressionBuilder::EveryOf(TerminalNode* every) const {
  if (every == nullptr) return PeriodKind::kOnce;
  const std::string word(FindKeyword(Text(every))->en);
  if (word == "monthly") return PeriodKind::kMonth;
  if (word == "quarterly") return PeriodKind::kQuarter;
  return word == "halfyearly" ? PeriodKind::kHalf : PeriodKind::kYear;
}

// The pass has reported a date or period that is none; any other stands for it here.
Date ExpressionBuilder::DateOf(TerminalNode* node) const {
  return ParseDate(FoldFullWidth(Text(node))).value_or(Date{});
}

Period ExpressionBuilder::PeriodOf(TerminalNode* node) const {
  return ParsePeriod(FoldFullWidth(Text(node))).value_or(Period{PeriodKind::kYear, 1000});
}

Decimal ExpressionBuilder::NumberOf(TerminalNode* node) const {
  return ParseDecimal(FoldFullWidth(Text(node))).value_or(Decimal{});
}

Quantity ExpressionBuilder::QuantityOf(P::QuantityContext* q) const {
  return QuantityOf(q->NUMBER(), q->unit(), SpanOf(q));
}

Quantity ExpressionBuilder::QuantityOf(TerminalNode* number, P::UnitContext* unit, Span span) const {
  Quantity out;
  out.number = NumberOf(number);
  out.span = span;
  if (unit != nullptr) {
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
void ExpressionBuilder::TakeScale(Quantity& quantity) {
  constexpr std::pair<std::string_view, int64_t> kScales[] = {
      {"万亿", 1000000000000}, {"亿", 100000000}, {"万", 10000}};
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

Mark ExpressionBuilder::MarkOf(P::MarksContext* marks) const {
  Mark out;
  for (P::MarkContext* mark : marks->mark()) {
    const bool note = dynamic_cast<P::NoteMarkContext*>(mark) != nullptr;
    if (!note && out.provenance != Provenance::kUnmarked) {
      sink_.Add<DiagnosticKind::kTwoMarks>({tree_.source, SpanOf(mark)});
      continue;
    }
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

ExprId ExpressionBuilder::Add(Expr expr) {
  tree_.exprs.push_back(std::move(expr));
  return ExprId(tree_.exprs.size() - 1);
}

Span ExpressionBuilder::SpanOf(ExprId id) const { return tree_[id].span; }

Rounding ExpressionBuilder::RoundingOf(std::string_view keyword) {
  const std::string_view en = FindKeyword(keyword)->en;
  if (en == "round") return Rounding::kHalfAwayFromZero;
  if (en == "roundhalfeven") return Rounding::kHalfToEven;
  return en == "rounddown" ? Rounding::kDown : Rounding::kUp;
}

// One rounding or clamp around `operand` (which may be invalid: the score itself, supplied later).
ExprId ExpressionBuilder::Clause(ExprId operand, P::ClauseContext* clause) {
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

ExprId ExpressionBuilder::Value(P::ValueContext* value) {
  if (value == nullptr) return {};
  ExprId id = Expression(value->expression());
  for (P::ClauseContext* clause : value->clause()) id = Clause(id, clause);
  return id;
}

ExprId ExpressionBuilder::Expression(P::ExpressionContext* e) {
  if (e == nullptr) return {};
  if (e->disjunction() != nullptr) return Disjunction(e->disjunction());
  Expr expr;
  expr.kind = ExprKind::kIf;
  expr.span = SpanOf(e);
  for (P::ExpressionContext* part : e->expression()) expr.operands.push_back(Expression(part));
  return Add(std::move(expr));
}

ExprId ExpressionBuilder::Disjunction(P::DisjunctionContext* d) {
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

ExprId ExpressionBuilder::Conjunction(P::ConjunctionContext* c) {
  const auto parts = c->negation();
  if (parts.size() == 1) return Negation(parts[0]);
  Expr expr;
  expr.kind = ExprKind::kAnd;
  expr.span = SpanOf(c);
  for (P::NegationContext* part : parts) expr.operands.push_back(Negation(part));
  return Add(std::move(expr));
}

ExprId ExpressionBuilder::Unary(ExprKind kind, Span span, ExprId operand) {
  Expr expr;
  expr.kind = kind;
  expr.span = span;
  expr.operands = {operand};
  return Add(std::move(expr));
}

ExprId ExpressionBuilder::Negation(P::NegationContext* n) {
  if (n->STREAK() != nullptr) {
    Expr expr;
    expr.kind = ExprKind::kStreak;
    expr.span = SpanOf(n);
    expr.quantity.number = NumberOf(n->count()->NUMBER());
    expr.quantity.unit = {NameOf(SpanOf(n->count()->NAME()))};
    expr.quantity.span = SpanOf(n->count());
    expr.operands = {Comparison(n->comparison())};
    return Add(std::move(expr));
  }
  if (n->comparison() != nullptr) return Comparison(n->comparison());
  return Unary(ExprKind::kNot, SpanOf(n), Negation(n->negation()));
}

Operator ExpressionBuilder::ComparisonOf(P::ComparisonContext* c) {
  if (c->AT_LEAST() != nullptr) return Operator::kAtLeast;
  if (c->AT_MOST() != nullptr) return Operator::kAtMost;
  if (c->GREATER() != nullptr) return Operator::kGreater;
  if (c->LESS() != nullptr) return Operator::kLess;
  return c->EQUAL() != nullptr ? Operator::kEqual : Operator::kNotEqual;
}

ExprId ExpressionBuilder::Comparison(P::ComparisonContext* c) {
  const ExprId left = Sum(c->sum(0));
  if (!c->BAND().empty()) return Band(left, c);
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

ExprId ExpressionBuilder::Arithmetic(Operator op, ExprId left, ExprId right) {
  Expr expr;
  expr.kind = ExprKind::kArithmetic;
  expr.op = op;
  expr.span = SpanOf(left).Through(SpanOf(right));
  expr.operands = {left, right};
  return Add(std::move(expr));
}

// A chain `a op b op c`, from the left: the operands and, between them, the terminals that name the operators.
ExprId ExpressionBuilder::Sum(P::SumContext* s) {
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

ExprId ExpressionBuilder::Product(P::ProductContext* p) {
  const auto parts = p->unary();
  ExprId id = UnaryMinus(parts[0]);
  for (size_t i = 1; i < parts.size(); ++i) {
    auto* sign = dynamic_cast<TerminalNode*>(p->children[2 * i - 1]);
    const bool times = sign->getSymbol()->getType() == P::TIMES;
    id = Arithmetic(times ? Operator::kMultiply : Operator::kDivide, id, UnaryMinus(parts[i]));
  }
  return id;
}

ExprId ExpressionBuilder::UnaryMinus(P::UnaryContext* u) {
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

ExprId ExpressionBuilder::Primary(P::PrimaryContext* p) {
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
    const ExprId inside = Value(group->value());
    tree_.exprs[inside.index()].span = SpanOf(p);
    return inside;
  } else if (auto* earlier = dynamic_cast<P::EarlierPrimaryContext*>(p)) {
    expr.kind = ExprKind::kEarlier;
    expr.quantity = QuantityOf(earlier->quantity());
    expr.operands = {Value(earlier->value())};
  } else if (auto* bands = dynamic_cast<P::BandsPrimaryContext*>(p)) {
    FillBands(bands, expr);
  } else if (auto* cases = dynamic_cast<P::ChoosePrimaryContext*>(p)) {
    FillCases(cases, expr);
  } else {
    FillName(dynamic_cast<P::NamePrimaryContext*>(p), expr);
  }
  return Add(std::move(expr));
}

void ExpressionBuilder::FillName(P::NamePrimaryContext* n, Expr& expr) {
  expr.kind = n->LPAREN() != nullptr ? ExprKind::kCall : ExprKind::kName;
  const auto names = n->name();
  expr.name = NameOf(names[0]);
  if (names.size() > 1) expr.qualifier = NameOf(names[1]);
  for (P::ArgumentContext* a : n->argument()) expr.arguments.push_back(ArgumentOf(a));
}

}  // namespace heng::syntax
