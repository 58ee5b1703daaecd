// Words, quantities and marks of ANTLR's parse tree as ours. The base of ExpressionBuilder; used in this folder alone.
#pragma once

#include <string>
#include <vector>

#include "HengParser.h"
#include "engine/diagnostics/diagnostic.h"
#include "engine/syntax/tree.h"

namespace heng::syntax {

class WordBuilder {
 protected:
  using P = heng::antlr::HengParser;
  using TerminalNode = antlr4::tree::TerminalNode;

  WordBuilder(Tree& tree, DiagnosticSink& sink) : tree_(tree), sink_(sink) {}

  static Span SpanOf(antlr4::ParserRuleContext* context);
  static Span SpanOf(TerminalNode* node);
  static Span SpanIf(TerminalNode* node);
  std::string Text(Span span) const;
  std::string Text(TerminalNode* node) const;
  Name NameOf(Span span) const;
  Name NameOf(P::NameContext* name) const;
  std::vector<Name> NamesOf(const std::vector<P::NameContext*>& names) const;
  std::string Unquote(TerminalNode* node) const;
  std::string UnquoteIf(TerminalNode* node) const;
  std::string CodeOf(TerminalNode* node) const;
  Declared DeclaredOf(P::NameContext* name, TerminalNode* code, TerminalNode* title) const;
  Declared DeclaredOf(P::DeclaredContext* d) const;
  PeriodKind EveryOf(TerminalNode* every) const;
  Date DateOf(TerminalNode* node) const;
  Period PeriodOf(TerminalNode* node) const;
  Decimal NumberOf(TerminalNode* node) const;
  Quantity QuantityOf(P::QuantityContext* q) const;
  Quantity QuantityOf(P::PeriodsContext* p) const;
  static void TakeScale(Quantity& quantity);
  Mark MarkOf(P::MarksContext* marks) const;

  Tree& tree_;
  DiagnosticSink& sink_;
};

}  // namespace heng::syntax
