// Text to tokens by the generated lexer, at the speed of a table: the runtime keeps its DFA for ASCII only and walks the
// grammar's network for every Chinese character; this simulator keeps the edges of all of Unicode.
#include <algorithm>
#include <memory>

#include "HengLexer.h"
#include "engine/base/text.h"
#include "engine/syntax/antlr/parser.h"
#include "engine/syntax/antlr/token_types.h"

namespace heng::syntax {
namespace {

using heng::antlr::HengLexer;

// One DFA set a thread, so no locks; thrown away when it has grown too large (it grows with the number of distinct characters).
struct DfaCache {
  std::vector<antlr4::dfa::DFA> dfas;
  antlr4::atn::PredictionContextCache contexts;
  size_t edges = 0;
};
constexpr size_t kMostEdges = 200000;

class UnicodeLexerSimulator final : public antlr4::atn::LexerATNSimulator {
 public:
  UnicodeLexerSimulator(antlr4::Lexer* lexer, const antlr4::atn::ATN& network, DfaCache& cache)
      : LexerATNSimulator(lexer, network, cache.dfas, cache.contexts), cache_(cache) {}

 protected:
  using LexerATNSimulator::addDFAEdge;

  antlr4::dfa::DFAState* getExistingTargetState(antlr4::dfa::DFAState* from, size_t symbol) override {
    const auto edge = from->edges.find(symbol);
    return edge == from->edges.end() ? nullptr : edge->second;
  }
  void addDFAEdge(antlr4::dfa::DFAState* from, size_t symbol, antlr4::dfa::DFAState* to) override {
    from->edges[symbol] = to;
    ++cache_.edges;
  }

 private:
  DfaCache& cache_;
};

DfaCache& ThreadCache(const antlr4::atn::ATN& network) {
  thread_local std::unique_ptr<DfaCache> cache;
  if (!cache || cache->edges > kMostEdges) {
    cache = std::make_unique<DfaCache>();
    cache->dfas.reserve(network.getNumberOfDecisions());
    for (size_t i = 0; i < network.getNumberOfDecisions(); ++i)
      cache->dfas.emplace_back(network.getDecisionState(i), i);
  }
  return *cache;
}

}  // namespace

TokenList Tokenize(SourcePtr source, DiagnosticSink& sink) {
  const std::string text(source->text());
  std::vector<uint32_t> offsets;  // of each code point, and of the end
  offsets.reserve(text.size() + 1);
  for (size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) offsets.push_back(static_cast<uint32_t>(i));
  }
  offsets.push_back(static_cast<uint32_t>(text.size()));
  // The runtime drops a byte order mark; what it counts then begins behind it.
  const size_t skipped = text.starts_with("\xEF\xBB\xBF") ? 1 : 0;

  antlr4::ANTLRInputStream input(text);
  HengLexer lexer(&input);
  lexer.removeErrorListeners();
  lexer.setInterpreter(new UnicodeLexerSimulator(&lexer, lexer.getATN(), ThreadCache(lexer.getATN())));

  std::vector<Token> tokens;
  if (skipped > 0) tokens.push_back({TokenKind::kBlank, {0, offsets[1]}});
  for (;;) {
    const std::unique_ptr<antlr4::Token> token = lexer.nextToken();
    if (token->getType() == antlr4::Token::EOF) break;
    tokens.push_back({KindOf(token->getType()),
                      {offsets[token->getStartIndex() + skipped], offsets[token->getStopIndex() + 1 + skipped]}});
  }
  return RunTokenPass(std::move(source), std::move(tokens), sink);
}

}  // namespace heng::syntax
