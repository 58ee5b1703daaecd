#include "engine/syntax/token.h"

#include <algorithm>

#include "engine/base/text.h"

namespace heng::syntax {

const std::vector<Keyword>& Keywords() {
  static const std::vector<Keyword> kKeywords = {
#define KEYWORD(kind, zh, en) {TokenKind::k##kind, zh, en},
#include "engine/syntax/keywords.def"
#undef KEYWORD
  };
  return kKeywords;
}

const Keyword* FindKeyword(std::string_view spelling) {
  const auto& all = Keywords();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Keyword& k) { return k.zh == spelling || k.en == spelling; });
  return found == all.end() ? nullptr : &*found;
}

bool IsDeclarationWord(TokenKind kind) { return kind <= TokenKind::kExample; }
bool IsContextual(TokenKind kind) { return kind >= TokenKind::kVersion && kind <= TokenKind::kNoTies; }
bool IsName(TokenKind kind) { return kind == TokenKind::kName || kind == TokenKind::kQuotedName || IsContextual(kind); }

Bilingual Describe(TokenKind kind, std::string_view text) {
  switch (kind) {
    case TokenKind::kNewline: return {"行末", "the end of the line"};
    case TokenKind::kNumber: return {"数“" + std::string(text) + "”", "the number '" + std::string(text) + "'"};
    case TokenKind::kName:
    case TokenKind::kQuotedName: return {"名称“" + std::string(text) + "”", "the name '" + std::string(text) + "'"};
    case TokenKind::kString: return {"文字" + std::string(text), "the text " + std::string(text)};
    default: return {"“" + std::string(text) + "”", "'" + std::string(text) + "'"};
  }
}

}  // namespace heng::syntax
