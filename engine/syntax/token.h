// Tokens: the words of a policy with their places. The lexer makes them, the pass over the tokens settles which newlines count.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/bilingual.h"
#include "engine/diagnostics/diagnostic.h"
#include "engine/source/source_file.h"

namespace heng::syntax {

enum class TokenKind : unsigned char {
#define TOKEN(name, grammar) k##name,
#include "engine/syntax/tokens.def"
#undef TOKEN
  kCount
};

// `hidden` tokens (blanks, comments, newlines that end nothing) are not shown to the parser; the formatter sees all.
// A token that the pass put in to close what was left open is `inserted` and has an empty span.
struct Token {
  TokenKind kind = TokenKind::kBad;
  Span span;
  bool hidden = false;
  bool inserted = false;
};

struct Keyword {
  TokenKind kind;
  std::string_view zh;
  std::string_view en;
};

const std::vector<Keyword>& Keywords();
// The keyword spelled so in either language, or null.
const Keyword* FindKeyword(std::string_view spelling);

bool IsDeclarationWord(TokenKind kind);
// A keyword only in its place; elsewhere a legal name.
bool IsContextual(TokenKind kind);
bool IsName(TokenKind kind);
// How a person would call it: “则”, a name, the end of the line.
Bilingual Describe(TokenKind kind, std::string_view text);

// All tokens of one source, in order, behind the pass.
struct TokenList {
  SourcePtr source;
  std::vector<Token> tokens;
  // Too deeply nested, or too broken, to be parsed at all; the reason is in the sink.
  bool unusable = false;
};

// Parts what the lexer reads as one name behind a number: `80 分以上不满 90 分` is 分, 以上 and 不满. A name elsewhere stays whole; what
// follows the word of the band and is no comparison becomes a name of its own.
std::vector<Token> PartBands(const SourceFile& source, const std::vector<Token>& tokens);

// Settles newlines, unit slashes, cells, nesting and brackets, as grammar/README.md describes; reports what it found.
TokenList RunTokenPass(SourcePtr source, std::vector<Token> tokens, DiagnosticSink& sink);

}  // namespace heng::syntax
