// Text to tokens by the generated lexer, at the speed of a table: the runtime keeps its DFA for ASCII only and walks the
// grammar's network for every Chinese character; this simulator keeps the edges of all of Unicode.

#include "HengLexer.h"
#include "engine/syntax/antlr/parser.h"
#include "engine/syntax/antlr/token_types.h"

namespace heng::syntax {
namespace {

using heng::antlr::HengLexer;

// One DFA set a thread, so no locks. Its states are those of the grammar and few; its edges grow with the distinct characters
// that are met, so they are forgotten when there are too many (about 40 bytes each).
struct DfaCache {
  explicit DfaCache(const antlr4::atn::ATN& network) {
    dfas.reserve(network.getNumberOfDecisions());
    for (size_t i = 0; i < network.getNumberOfDecisions(); ++i) dfas.emplace_back(network.getDecisionState(i), i);
  }

  std::vector<antlr4::dfa::DFA> dfas;
  antlr4::atn::PredictionContextCache contexts;
  size_t edges = 0;
};
constexpr size_t kMostEdges = 100000;

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
    if (cache_.edges == kMostEdges) ForgetEdges();
    if (from->edges.insert_or_assign(symbol, to).second) ++cache_.edges;
  }

 private:
  // The states stay: a walk that is under way stands on one of them.
  void ForgetEdges() {
    for (const antlr4::dfa::DFA& dfa : cache_.dfas) {
      for (antlr4::dfa::DFAState* state : dfa.states) state->edges.clear();
    }
    cache_.edges = 0;
  }

  DfaCache& cache_;
};

// The byte offset of each code point, and of the end.
std::vector<uint32_t> OffsetsOf(std::string_view text) {
  std::vector<uint32_t> offsets;
  offsets.reserve(text.size() + 1);
  for (size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) offsets.push_back(static_cast<uint32_t>(i));
  }
  offsets.push_back(static_cast<uint32_t>(text.size()));
  return offsets;
}

}  // namespace

std::vector<Token> Lex(const SourceFile& source) {
  const std::vector<uint32_t> offsets = OffsetsOf(source.text());
  antlr4::ANTLRInputStream input{std::string(source.text())};
  HengLexer lexer(&input);
  thread_local DfaCache cache(lexer.getATN());
  auto* simulator = new UnicodeLexerSimulator(&lexer, lexer.getATN(), cache);
  lexer.setInterpreter(simulator);  // and owns it

  std::vector<Token> tokens;
  tokens.reserve(offsets.size() / 2);
  // The runtime drops a byte order mark; what it counts then begins behind it.
  const size_t skipped = source.text().starts_with("\xEF\xBB\xBF") ? 1 : 0;
  if (skipped > 0) tokens.push_back({TokenKind::kBlank, {0, offsets[1]}});
  // The lexer's own nextToken would make an object of each token; the simulator is all that is needed, since the grammar has one
  // mode, and the channel shows in the type.
  for (;;) {
    const size_t begin = input.index();
    const size_t type = simulator->match(&input, antlr4::Lexer::DEFAULT_MODE);
    if (type == antlr4::Token::EOF) break;
    tokens.push_back({KindOf(type), {offsets[begin + skipped], offsets[input.index() + skipped]}});
  }
  return tokens;
}

TokenList Tokenize(SourcePtr source, DiagnosticSink& sink) {
  std::vector<Token> tokens = Lex(*source);
  return RunTokenPass(std::move(source), std::move(tokens), sink);
}

}  // namespace heng::syntax
