// The generated lexer with the runtime's own simulator: the oracle of engine/syntax/antlr/lexer.cc, and what it is measured against.
#pragma once

#include <vector>

#include "engine/syntax/token.h"

namespace heng::tests {

// As syntax::Lex, by Lexer::nextToken and nothing of ours.
std::vector<syntax::Token> LexByRuntime(const SourceFile& source);

}  // namespace heng::tests
