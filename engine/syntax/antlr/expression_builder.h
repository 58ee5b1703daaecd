// Expressions, bands and cells of ANTLR's parse tree as ours. The base of RuleBuilder; used in this folder alone.
#pragma once

#include <string_view>

#include "engine/syntax/antlr/word_builder.h"

namespace heng::syntax {

class ExpressionBuilder : protected WordBuilder {
 protected:
  using WordBuilder::SpanOf;
  using WordBuilder::WordBuilder;

  ExprId Add(Expr expr);
  Span SpanOf(ExprId id) const;
  static Rounding RoundingOf(std::string_view keyword);
  ExprId Clause(ExprId operand, P::ClauseContext* clause);
  ExprId Value(P::ValueContext* value);
  ExprId Expression(P::ExpressionContext* e);
  ExprId Disjunction(P::DisjunctionContext* d);
  ExprId Conjunction(P::ConjunctionContext* c);
  ExprId Unary(ExprKind kind, Span span, ExprId operand);
  ExprId Negation(P::NegationContext* n);
  ExprId Past(ExprKind kind, Span span, P::PeriodsContext* periods, ExprId operand);
  static Operator ComparisonOf(P::ComparisonContext* c);
  ExprId Comparison(P::ComparisonContext* c);
  ExprId Arithmetic(Operator op, ExprId left, ExprId right);
  ExprId Sum(P::SumContext* s);
  ExprId Product(P::ProductContext* p);
  ExprId UnaryMinus(P::UnaryContext* u);
  ExprId QuantityExpr(P::QuantityContext* q);
  ExprId Primary(P::PrimaryContext* p);
  void FillBands(P::BandsPrimaryContext* b, Expr& expr);
  void FillCases(P::ChoosePrimaryContext* c, Expr& expr);
  void FillName(P::NamePrimaryContext* n, Expr& expr);
  static TieRule TiesOf(std::string_view keyword);
  Argument ArgumentOf(P::ArgumentContext* a);
  Operator BandOf(TerminalNode* band) const;
  Limit LimitOf(P::LimitContext* l);
  CellItem ItemOf(P::CellItemContext* i);
  Cell CellOf(P::CellContext* c);
};

}  // namespace heng::syntax
