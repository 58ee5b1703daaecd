#include "engine/syntax/antlr/expression_builder.h"

#include "engine/base/check.h"
#include "engine/syntax/token.h"

namespace heng::syntax {

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
  if (n->STREAK() != nullptr) return Past(ExprKind::kStreak, SpanOf(n), n->periods(), Comparison(n->comparison()));
  if (n->comparison() != nullptr) return Comparison(n->comparison());
  return Unary(ExprKind::kNot, SpanOf(n), Negation(n->negation()));
}

// 连续 and 前: so many periods of the operand.
ExprId ExpressionBuilder::Past(ExprKind kind, Span span, P::PeriodsContext* periods, ExprId operand) {
  Expr expr;
  expr.kind = kind;
  expr.span = span;
  expr.quantity = QuantityOf(periods);
  expr.operands = {operand};
  return Add(std::move(expr));
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
  Expr expr;
  expr.span = SpanOf(c);
  expr.operands = {left};
  if (c->set() != nullptr) {
    expr.kind = ExprKind::kIn;
    for (P::SumContext* member : c->set()->sum()) expr.operands.push_back(Sum(member));
    return Add(std::move(expr));
  }
  if (!c->BAND().empty()) {
    expr.kind = ExprKind::kBand;
    for (size_t i = 0; i < c->BAND().size(); ++i)
      expr.limits.push_back({BandOf(c->BAND(i)), QuantityExpr(c->quantity(i))});
    if (c->limit() != nullptr) expr.limits.push_back(LimitOf(c->limit()));
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

ExprId ExpressionBuilder::QuantityExpr(P::QuantityContext* q) {
  Expr expr;
  expr.span = SpanOf(q);
  expr.quantity = QuantityOf(q);
  return Add(std::move(expr));
}

ExprId ExpressionBuilder::Primary(P::PrimaryContext* p) {
  if (auto* quantity = dynamic_cast<P::QuantityPrimaryContext*>(p)) return QuantityExpr(quantity->quantity());
  if (auto* group = dynamic_cast<P::GroupPrimaryContext*>(p)) {
    const ExprId inside = Value(group->value());
    tree_.exprs[inside.index()].span = SpanOf(p);
    return inside;
  }
  if (auto* past = dynamic_cast<P::EarlierPrimaryContext*>(p))
    return Past(ExprKind::kEarlier, SpanOf(p), past->periods(), Value(past->value()));
  Expr expr;
  expr.span = SpanOf(p);
  if (auto* text = dynamic_cast<P::TextPrimaryContext*>(p)) {
    expr.kind = ExprKind::kText;
    expr.text = Unquote(text->STRING());
  } else if (auto* date = dynamic_cast<P::DatePrimaryContext*>(p)) {
    expr.kind = ExprKind::kDate;
    expr.date = DateOf(date->DATE());
  } else if (auto* truth = dynamic_cast<P::BoolPrimaryContext*>(p)) {
    expr.kind = ExprKind::kBool;
    expr.truth = truth->YES() != nullptr;
  } else if (auto* bands = dynamic_cast<P::BandsPrimaryContext*>(p)) {
    FillBands(bands, expr);
  } else if (auto* choose = dynamic_cast<P::ChoosePrimaryContext*>(p)) {
    FillCases(choose, expr);
  } else {
    FillName(dynamic_cast<P::NamePrimaryContext*>(p), expr);
  }
  return Add(std::move(expr));
}

void ExpressionBuilder::FillBands(P::BandsPrimaryContext* b, Expr& expr) {
  expr.kind = b->BANDS() != nullptr ? ExprKind::kBands : ExprKind::kProgressive;
  expr.operands = {Sum(b->sum())};
  for (P::BandRowContext* row : b->bandRow())
    expr.bands.push_back({CellOf(row->cell()), Value(row->value()), MarkOf(row->marks()), SpanOf(row)});
}

void ExpressionBuilder::FillCases(P::ChoosePrimaryContext* c, Expr& expr) {
  expr.kind = ExprKind::kChoose;
  for (P::ChooseLineContext* line : c->chooseLine()) {
    expr.cases.push_back({Value(line->value()), Expression(line->expression()), line->OTHERWISE() != nullptr,
                          MarkOf(line->marks()), SpanOf(line)});
  }
}

void ExpressionBuilder::FillName(P::NamePrimaryContext* n, Expr& expr) {
  expr.kind = n->LPAREN() != nullptr ? ExprKind::kCall : ExprKind::kName;
  const auto names = n->name();
  expr.name = NameOf(names[0]);
  if (names.size() > 1) expr.qualifier = NameOf(names[1]);
  for (P::ArgumentContext* a : n->argument()) expr.arguments.push_back(ArgumentOf(a));
}

// ---- arguments

TieRule ExpressionBuilder::TiesOf(std::string_view keyword) {
  const std::string_view en = FindKeyword(keyword)->en;
  if (en == "tiesskip") return TieRule::kSkip;
  if (en == "tiesdense") return TieRule::kDense;
  return en == "tieslow" ? TieRule::kLow : TieRule::kMean;
}

Argument ExpressionBuilder::ArgumentOf(P::ArgumentContext* a) {
  Argument argument;
  argument.span = SpanOf(a);
  argument.value = Value(a->value());
  argument.if_none = a->IF_NONE() != nullptr;
  argument.where = Expression(a->expression());
  if (a->periods() != nullptr) argument.recent = QuantityOf(a->periods());
  argument.so_far = a->SO_FAR() != nullptr;
  argument.within = NameOf(a->name(0));
  argument.otherwise = NameOf(a->name(1));
  argument.skip_missing = a->SKIP_MISSING() != nullptr;
  if (a->TIES() != nullptr) argument.ties = TiesOf(Text(a->TIES()));
  if (a->NO_TIES() != nullptr) argument.ties = TieRule::kBroken;
  // Of the clauses that share a rule or a word, each belongs to the word before it.
  size_t word = 0;
  for (antlr4::tree::ParseTree* child : a->children) {
    if (auto* node = dynamic_cast<TerminalNode*>(child)) {
      word = node->getSymbol()->getType();
      if (word != P::ASCENDING) continue;
      (argument.tie_keys.empty() ? argument.ascending : argument.tie_keys.back().ascending) = true;
    } else if (auto* quantity = dynamic_cast<P::QuantityContext*>(child)) {
      (word == P::AT_LEAST ? argument.at_least : argument.missing_as) = QuantityOf(quantity);
    } else if (auto* sum = dynamic_cast<P::SumContext*>(child); sum != nullptr && word == P::DISTINCT) {
      argument.distinct = Sum(sum);
    } else if (sum != nullptr) {
      argument.tie_keys.push_back({Sum(sum), false});
    }
  }
  return argument;
}

// ---- bands and cells

Operator ExpressionBuilder::BandOf(TerminalNode* band) const {
  const std::string_view en = FindKeyword(Text(band))->en;
  if (en == "ormore") return Operator::kAtLeast;
  return en == "beyond" ? Operator::kGreater : Operator::kAtMost;
}

Limit ExpressionBuilder::LimitOf(P::LimitContext* l) {
  const Operator op = l->AT_LEAST() != nullptr  ? Operator::kAtLeast
                      : l->AT_MOST() != nullptr ? Operator::kAtMost
                      : l->GREATER() != nullptr ? Operator::kGreater
                                                : Operator::kLess;
  return {op, Sum(l->sum())};
}

CellItem ExpressionBuilder::ItemOf(P::CellItemContext* i) {
  CellItem item;
  item.span = SpanOf(i);
  if (auto* value = dynamic_cast<P::ValueItemContext*>(i)) {
    item.value = Value(value->value());
    item.code = CodeOf(value->CODE());
    return item;
  }
  item.kind = CellItem::Kind::kBand;
  if (auto* bound = dynamic_cast<P::BoundItemContext*>(i)) {
    for (P::LimitContext* limit : bound->limit()) item.limits.push_back(LimitOf(limit));
  } else if (auto* range = dynamic_cast<P::RangeItemContext*>(i)) {
    item.limits = {{Operator::kAtLeast, Sum(range->sum(0))}, {Operator::kAtMost, Sum(range->sum(1))}};
  } else {
    auto* band = dynamic_cast<P::BandItemContext*>(i);
    CHECK(band != nullptr);
    for (size_t b = 0; b < band->BAND().size(); ++b) item.limits.push_back({BandOf(band->BAND(b)), Sum(band->sum(b))});
    if (band->limit() != nullptr) item.limits.push_back(LimitOf(band->limit()));
  }
  return item;
}

Cell ExpressionBuilder::CellOf(P::CellContext* c) {
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
  for (P::CellItemContext* item : items->cellItem()) cell.items.push_back(ItemOf(item));
  return cell;
}

}  // namespace heng::syntax
