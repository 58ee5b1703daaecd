// The rest of ExpressionBuilder: arguments of aggregations, bands, cells, cases.
#include "engine/syntax/antlr/expression_builder.h"
#include "engine/syntax/token.h"

namespace heng::syntax {
namespace {

using P = heng::antlr::HengParser;

TieRule TieRuleOf(std::string_view keyword) {
  const std::string_view en = FindKeyword(keyword)->en;
  if (en == "tiesdense") return TieRule::kDense;
  if (en == "tieslow") return TieRule::kLow;
  return en == "tiesmean" ? TieRule::kMean : TieRule::kSkip;
}

// True if the rule holds the word between the positions of two of its children.
bool StandsBehind(antlr4::tree::TerminalNode* word, antlr4::ParserRuleContext* before) {
  return word != nullptr && before != nullptr &&
         word->getSymbol()->getTokenIndex() > before->getStop()->getTokenIndex();
}

}  // namespace

// The order of its clauses is that of the grammar: direction, 其中, 去重, 近, 在, 缺月, 并列.
Argument ExpressionBuilder::ArgumentOf(P::ArgumentContext* a) {
  Argument argument;
  argument.span = SpanOf(a);
  argument.value = Value(a->value());
  argument.if_none = a->IF_NONE() != nullptr;
  argument.where = Expression(a->expression());
  argument.so_far = a->SO_FAR() != nullptr;
  argument.skip_missing = a->SKIP_MISSING() != nullptr;
  if (!a->name().empty()) argument.within = NameOf(a->name(0));
  if (a->name().size() > 1) argument.otherwise = NameOf(a->name(1));
  size_t quantity = 0;
  if (a->RECENT() != nullptr) argument.recent = QuantityOf(a->quantity(quantity++));
  if (a->AT_LEAST() != nullptr) argument.at_least = QuantityOf(a->quantity(quantity++));
  if (a->MISSING_AS() != nullptr) argument.missing_as = QuantityOf(a->quantity(quantity++));
  if (a->TIES() != nullptr) argument.ties = TieRuleOf(Text(a->TIES()));
  const auto sums = a->sum();
  const size_t first_key = a->DISTINCT() != nullptr ? 1 : 0;
  if (first_key > 0) argument.distinct = Sum(sums[0]);
  if (a->NO_TIES() != nullptr) argument.ties = TieRule::kBroken;
  for (size_t i = first_key; i < sums.size(); ++i) argument.tie_keys.push_back({Sum(sums[i]), false});
  // `由低到高` belongs to what it stands behind.
  for (auto* word : a->ASCENDING()) {
    size_t key = argument.tie_keys.size();
    while (key > 0 && !StandsBehind(word, sums[first_key + key - 1])) --key;
    (key == 0 ? argument.ascending : argument.tie_keys[key - 1].ascending) = true;
  }
  return argument;
}

Limit ExpressionBuilder::LimitOf(P::LimitContext* limit) {
  const Operator op = limit->AT_LEAST() != nullptr  ? Operator::kAtLeast
                      : limit->AT_MOST() != nullptr ? Operator::kAtMost
                      : limit->GREATER() != nullptr ? Operator::kGreater
                                                    : Operator::kLess;
  return {op, Sum(limit->sum())};
}

Limit ExpressionBuilder::BandLimit(TerminalNode* band, ExprId value) const {
  const std::string_view en = FindKeyword(Text(band))->en;
  return {en == "ormore"   ? Operator::kAtLeast
          : en == "beyond" ? Operator::kGreater
                           : Operator::kAtMost,
          value};
}

ExprId ExpressionBuilder::QuantityExpr(Quantity quantity) {
  Expr expr;
  expr.kind = ExprKind::kQuantity;
  expr.span = quantity.span;
  expr.quantity = std::move(quantity);
  return Add(std::move(expr));
}

// `x 80 分以上不满 90 分`
ExprId ExpressionBuilder::Band(ExprId left, P::ComparisonContext* c) {
  Expr expr;
  expr.kind = ExprKind::kBand;
  expr.span = SpanOf(c);
  expr.operands = {left};
  P::BoundQuantityContext* first = c->boundQuantity();
  expr.limits.push_back(
      BandLimit(c->BAND(0), QuantityExpr(QuantityOf(first->BOUND_NUMBER(), first->unit(), SpanOf(first)))));
  if (c->quantity() != nullptr) expr.limits.push_back(BandLimit(c->BAND(1), QuantityExpr(QuantityOf(c->quantity()))));
  if (c->limit() != nullptr) expr.limits.push_back(LimitOf(c->limit()));
  return Add(std::move(expr));
}

std::vector<Limit> ExpressionBuilder::BandOf(P::BandItemContext* band) {
  std::vector<Limit> limits;
  for (size_t i = 0; i < band->BAND().size(); ++i) limits.push_back(BandLimit(band->BAND(i), Sum(band->sum(i))));
  if (band->limit() != nullptr) limits.push_back(LimitOf(band->limit()));
  return limits;
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
  for (P::CellItemContext* i : items->cellItem()) {
    CellItem item;
    item.kind = CellItem::Kind::kBand;
    if (auto* bound = dynamic_cast<P::BoundItemContext*>(i)) {
      for (P::LimitContext* limit : bound->limit()) item.limits.push_back(LimitOf(limit));
    } else if (auto* range = dynamic_cast<P::RangeItemContext*>(i)) {
      item.limits = {{Operator::kAtLeast, Sum(range->sum(0))}, {Operator::kAtMost, Sum(range->sum(1))}};
    } else if (auto* band = dynamic_cast<P::BandItemContext*>(i)) {
      item.limits = BandOf(band);
    } else {
      auto* value = dynamic_cast<P::ValueItemContext*>(i);
      item.kind = CellItem::Kind::kValue;
      item.value = Value(value->value());
      item.code = CodeOf(value->CODE());
    }
    cell.items.push_back(std::move(item));
  }
  return cell;
}

void ExpressionBuilder::FillBands(P::BandsPrimaryContext* b, Expr& expr) {
  expr.kind = b->BANDS() != nullptr ? ExprKind::kBands : ExprKind::kProgressive;
  expr.operands = {Sum(b->sum())};
  for (P::BandRowContext* row : b->bandRow()) {
    Cell band = CellOf(row->cell());
    const ExprId value = Value(row->value());
    expr.bands.push_back({std::move(band), value, MarkOf(row->marks()), SpanOf(row)});
  }
}

void ExpressionBuilder::FillCases(P::ChoosePrimaryContext* c, Expr& expr) {
  expr.kind = ExprKind::kChoose;
  for (P::ChooseLineContext* line : c->chooseLine()) {
    const ExprId value = Value(line->value());
    const ExprId when = Expression(line->expression());
    expr.cases.push_back({value, when, line->OTHERWISE() != nullptr, MarkOf(line->marks()), SpanOf(line)});
  }
}

}  // namespace heng::syntax
