// Our kind of a token of the generated lexer.
#pragma once

#include <cstddef>

#include "HengLexer.h"
#include "engine/syntax/token.h"

namespace heng::tests {

inline syntax::TokenKind KindOf(size_t type) {
  switch (type) {
#define TOKEN(name, grammar)      \
  case antlr::HengLexer::grammar: \
    return syntax::TokenKind::k##name;
#include "engine/syntax/tokens.def"
#undef TOKEN
    default: return syntax::TokenKind::kBad;
  }
}

}  // namespace heng::tests
