// What the parser says of a text that is no policy. Used by parser.cc alone.
#pragma once

#include <exception>
#include <string>
#include <vector>

#include "HengParser.h"
#include "engine/diagnostics/diagnostic.h"

namespace heng::syntax {

class ErrorListener final : public antlr4::BaseErrorListener {
 public:
  ErrorListener(SourcePtr source, DiagnosticSink& sink);
  void syntaxError(antlr4::Recognizer* recognizer, antlr4::Token* offending, size_t, size_t, const std::string&,
                   std::exception_ptr error) override;

 private:
  // The pass has reported a mistake at this token, or between the one before it and this: the error is its consequence.
  bool IsReported(antlr4::Token* before, Span span) const;
  static Span SpanOf(antlr4::Token* token);
  static antlr4::misc::IntervalSet Expected(antlr4::Parser* parser, antlr4::Token* offending,
                                            const std::exception_ptr& error);
  // In `a = 1 2` the second number could be a band's, so that the parser stumbles only behind it: it is the number that does not
  // belong there.
  static antlr4::Token* NumberWithoutBand(antlr4::Parser* parser, const antlr4::misc::IntervalSet& expected);
  // What ends a value where the parser is.
  static antlr4::misc::IntervalSet AfterValue(antlr4::Parser* parser);
  // Words of everyday language for which the policy language has one of its own.
  bool Synonym(antlr4::Token* token);
  bool RunTogether(antlr4::Token* token, const antlr4::misc::IntervalSet& expected);

  SourcePtr source_;
  DiagnosticSink& sink_;
  // Where the pass over the tokens found mistakes, in order.
  std::vector<uint32_t> reported_;
  size_t count_ = 0;
};

}  // namespace heng::syntax
