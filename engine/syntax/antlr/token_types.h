// Our kinds of tokens and the numbers of the generated lexer, both ways. Used in this folder alone.
#pragma once

#include <cstddef>

#include "HengLexer.h"
#include "engine/syntax/token.h"

namespace heng::syntax {

inline size_t TypeOf(TokenKind kind) {
  switch (kind) {
#define TOKEN(name, grammar) \
  case TokenKind::k##name:   \
    return heng::antlr::HengLexer::grammar;
#include "engine/syntax/tokens.def"
#undef TOKEN
    default: return heng::antlr::HengLexer::BAD;
  }
}

inline TokenKind KindOf(size_t type) {
  switch (type) {
#define TOKEN(name, grammar)            \
  case heng::antlr::HengLexer::grammar: \
    return TokenKind::k##name;
#include "engine/syntax/tokens.def"
#undef TOKEN
    default: return TokenKind::kBad;
  }
}

}  // namespace heng::syntax
