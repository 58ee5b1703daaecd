// What a person most likely meant where the parser stumbled, and how it is written. Used by error_listener.cc alone.
#pragma once

#include <string_view>

#include "HengParser.h"
#include "engine/base/bilingual.h"
#include "engine/syntax/token.h"

namespace heng::syntax {

// Where the parser stumbled: in which rule, at what, and what could have followed.
struct Stumble {
  antlr4::ParserRuleContext* rule;
  TokenKind found;
  std::string_view text;
  const antlr4::misc::IntervalSet& expected;
};

// Empty if nothing more can be said than what was expected.
Bilingual AdviceOn(const Stumble& stumble);

}  // namespace heng::syntax
