// The parser: from a source to tokens, and to the syntax tree. This folder is the only place that knows ANTLR.
#pragma once

#include "engine/diagnostics/diagnostic.h"
#include "engine/syntax/token.h"
#include "engine/syntax/tree.h"

namespace heng::syntax {

// The tokens as they stand, blanks and comments included: nothing is settled yet, `hidden` and `inserted` are false.
// REQUIRES: the source is valid UTF-8. Cost: 10 MB/s and more; what is learned of the grammar is kept for the thread (a few MB).
std::vector<Token> Lex(const SourceFile& source);

// All tokens, blanks and comments included, behind the token pass. REQUIRES: the source is valid UTF-8.
TokenList Tokenize(SourcePtr source, DiagnosticSink& sink);

// The tree of what could be read; a declaration with a mistake in it is reported and left out, never repaired.
Tree Parse(const TokenList& tokens, DiagnosticSink& sink);

}  // namespace heng::syntax
