#include "tests/fuzz/stock_lexer.h"

#include "HengLexer.h"
#include "engine/base/text.h"
#include "tests/fuzz/token_kinds.h"

namespace heng::tests {

std::vector<syntax::Token> LexByRuntime(const SourceFile& source) {
  std::vector<uint32_t> offsets;
  for (size_t at = 0; at < source.text().size(); DecodeUtf8(source.text(), at))
    offsets.push_back(static_cast<uint32_t>(at));
  offsets.push_back(static_cast<uint32_t>(source.text().size()));

  std::vector<syntax::Token> tokens;
  size_t skipped = 0;
  if (source.text().starts_with("\xEF\xBB\xBF")) {
    tokens.push_back({syntax::TokenKind::kBlank, {0, offsets[1]}});
    skipped = 1;  // the runtime takes it away
  }
  antlr4::ANTLRInputStream input{std::string(source.text())};
  antlr::HengLexer lexer(&input);
  for (;;) {
    const std::unique_ptr<antlr4::Token> token = lexer.nextToken();
    if (token->getType() == antlr4::Token::EOF) return tokens;
    tokens.push_back({KindOf(token->getType()),
                      {offsets[token->getStartIndex() + skipped], offsets[token->getStopIndex() + 1 + skipped]}});
  }
}

}  // namespace heng::tests
