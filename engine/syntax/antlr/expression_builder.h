// Words, quantities, marks and expressions of ANTLR's parse tree as ours. The base of TreeBuilder; used in this folder alone.
#pragma once

#include <string>
#include <string_view>

#include "HengParser.h"
#include "engine/diagnostics/diagnostic.h"
#include "engine/syntax/tree.h"

namespace heng::syntax {

class ExpressionBuilder {
 protected:
  using P = heng::antlr::HengParser;
  using TerminalNode = antlr4::tree::TerminalNode;

  ExpressionBuilder(Tree& tree, DiagnosticSink& sink) : tree_(tree), sink_(sink) {}

  // ---- places and words
  static Span SpanOf(antlr4::ParserRuleContext* context);
  static Span SpanOf(TerminalNode* node);
  std::string Text(Span span) const;
  std::string Text(TerminalNode* node) const;
  Name NameOf(Span span) const;
  Name NameOf(P::NameContext* name) const;
  std::string Unquote(TerminalNode* node) const;
  std::string UnquoteIf(TerminalNode* node) const;
  std::string CodeOf(TerminalNode* node) const;
  Declared DeclaredOf(P::DeclaredContext* d) const;
  PeriodKind EveryOf(TerminalNode* every) const;
  Date DateOf(TerminalNode* node) const;
  Period PeriodOf(TerminalNode* node) const;
  Decimal NumberOf(TerminalNode* node) const;
  Quantity QuantityOf(P::QuantityContext* q) const;
  Quantity QuantityOf(TerminalNode* number, P::UnitContext* unit, Span span) const;
  static void TakeScale(Quantity& quantity);
  Mark MarkOf(P::MarksContext* marks) const;

  // ---- expressions
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
  static Operator ComparisonOf(P::ComparisonContext* c);
  ExprId Comparison(P::ComparisonContext* c);
  ExprId Arithmetic(Operator op, ExprId left, ExprId right);
  ExprId Sum(P::SumContext* s);
  ExprId Product(P::ProductContext* p);
  ExprId UnaryMinus(P::UnaryContext* u);
  ExprId Primary(P::PrimaryContext* p);
  void FillName(P::NamePrimaryContext* n, Expr& expr);

  // ---- case_builder.cc: arguments, bands, cells, cases
  Argument ArgumentOf(P::ArgumentContext* a);
  Limit LimitOf(P::LimitContext* limit);
  Limit BandLimit(TerminalNode* band, ExprId value) const;
  ExprId QuantityExpr(Quantity quantity);
  ExprId Band(ExprId left, P::ComparisonContext* c);
  Cell CellOf(P::CellContext* c);
  std::vector<Limit> BandOf(P::BandItemContext* band);
  void FillBands(P::BandsPrimaryContext* b, Expr& expr);
  void FillCases(P::ChoosePrimaryContext* c, Expr& expr);

  Tree& tree_;
  DiagnosticSink& sink_;
};

}  // namespace heng::syntax
