#include "engine/syntax/antlr/parser.h"

#include <algorithm>
#include <memory>

#include "HengParser.h"
#include "engine/base/text.h"
#include "engine/syntax/antlr/error_listener.h"
#include "engine/syntax/antlr/token_types.h"
#include "engine/syntax/antlr/tree_builder.h"

namespace heng::syntax {
namespace {

using heng::antlr::HengParser;

// The rule has read its opening brace and not yet the closing one. Cost: its header, not its lines.
bool IsBraceOpen(antlr4::ParserRuleContext* context) {
  const auto is = [](antlr4::tree::ParseTree* child, size_t type) {
    auto* word = dynamic_cast<antlr4::tree::TerminalNode*>(child);
    return word != nullptr && word->getSymbol()->getType() == type;
  };
  const auto& children = context->children;
  if (dynamic_cast<HengParser::FileContext*>(context) != nullptr) return false;
  if (std::none_of(children.begin(), children.end(), [&](auto* child) { return is(child, HengParser::LBRACE); }))
    return false;
  const auto last = std::find_if(children.rbegin(), children.rend(), [](auto* child) {
    return dynamic_cast<HengParser::ClauseContext*>(child) == nullptr;
  });
  return !is(*last, HengParser::RBRACE);
}

// Reports and goes on, but never puts in or takes out a token: a repaired tree may say what nobody wrote.
// A mistake costs the line of the block it stands in, or the declaration if it stands in no block.
class NoRepair final : public antlr4::DefaultErrorStrategy {
 public:
  antlr4::Token* recoverInline(antlr4::Parser* parser) override { throw antlr4::InputMismatchException(parser); }

  // Where lines repeat: what still stands behind a line is reported and skipped.
  void sync(antlr4::Parser* parser) override {
    const antlr4::atn::ATN& network = parser->getATN();
    const antlr4::misc::IntervalSet& expected = network.nextTokens(network.states[parser->getState()]);
    const size_t next = parser->getTokenStream()->LA(1);
    if (expected.contains(next) || expected.contains(antlr4::Token::EPSILON) ||
        !expected.contains(size_t{HengParser::NL}))
      return;
    const bool in_file = expected.contains(antlr4::Token::EOF);
    if (!in_file && !expected.contains(size_t{HengParser::RBRACE})) return;
    reportError(parser, antlr4::InputMismatchException(parser));
    in_file ? SkipDeclaration(parser) : SkipLine(parser, 0);
  }

  void recover(antlr4::Parser* parser, std::exception_ptr) override {
    // The rules around the mistake fail in turn at the same place: what was to be skipped is skipped.
    if (skipped_to_ == parser->getTokenStream()->index()) return;
    size_t braces = 0;
    for (auto* at = parser->getContext(); at != nullptr; at = dynamic_cast<antlr4::ParserRuleContext*>(at->parent)) {
      if (!IsBraceOpen(at)) continue;
      const bool lines = dynamic_cast<HengParser::SetContext*>(at) == nullptr &&
                         dynamic_cast<HengParser::EnumTypeContext*>(at) == nullptr &&
                         dynamic_cast<HengParser::EnumBodyContext*>(at) == nullptr &&
                         dynamic_cast<HengParser::StatesContext*>(at) == nullptr;
      if (lines) return SkipLine(parser, braces);
      ++braces;
    }
    SkipDeclaration(parser);
  }

 private:
  // To the end of the line, or of the block, that holds `braces` braces still open.
  void SkipLine(antlr4::Parser* parser, size_t braces) {
    for (;; parser->consume()) {
      const size_t next = parser->getTokenStream()->LA(1);
      if (next == antlr4::Token::EOF || (braces == 0 && (next == HengParser::NL || next == HengParser::RBRACE))) break;
      if (next == HengParser::LBRACE) ++braces;
      if (next == HengParser::RBRACE) --braces;
    }
    skipped_to_ = parser->getTokenStream()->index();
  }

  void SkipDeclaration(antlr4::Parser* parser) {
    antlr4::TokenStream* stream = parser->getTokenStream();
    while (stream->LA(1) != antlr4::Token::EOF &&
           !(stream->LA(1) == HengParser::NL && IsDeclarationWord(KindOf(stream->LA(2))))) {
      parser->consume();
    }
    skipped_to_ = stream->index();
  }

  std::optional<size_t> skipped_to_;
};

bool HoldsError(antlr4::tree::ParseTree* root) {
  std::vector<antlr4::tree::ParseTree*> pending = {root};
  while (!pending.empty()) {
    antlr4::tree::ParseTree* node = pending.back();
    pending.pop_back();
    if (dynamic_cast<antlr4::tree::ErrorNode*>(node) != nullptr) return true;
    if (auto* rule = dynamic_cast<antlr4::ParserRuleContext*>(node); rule != nullptr && rule->exception) return true;
    pending.insert(pending.end(), node->children.begin(), node->children.end());
  }
  return false;
}

// Where contextual keywords stand as names, in order: noted while the parser enters rules.
class KeywordNames final : public antlr4::tree::ParseTreeListener {
 public:
  std::vector<Span> Take() { return std::move(found_); }

  void enterEveryRule(antlr4::ParserRuleContext* rule) override {
    if (rule->getRuleIndex() != HengParser::RuleName) return;
    const antlr4::Token* word = rule->getStart();
    if (!IsContextual(KindOf(word->getType()))) return;
    found_.push_back({static_cast<uint32_t>(word->getStartIndex()), static_cast<uint32_t>(word->getStopIndex())});
  }
  void exitEveryRule(antlr4::ParserRuleContext*) override {}
  void visitTerminal(antlr4::tree::TerminalNode*) override {}
  void visitErrorNode(antlr4::tree::ErrorNode*) override {}

 private:
  std::vector<Span> found_;
};

// A name as the tree holds it.
std::string NameText(std::string_view written) {
  std::string text = FoldFullWidth(written);
  constexpr std::string_view kQuote = "「";
  return text.starts_with(kQuote) ? text.substr(kQuote.size(), text.size() - 2 * kQuote.size()) : text;
}

// One item and what was skipped behind it, [first, last) of the visible tokens.
struct ItemRange {
  size_t first = 0;
  size_t last = 0;
  bool broken = false;
};

// Of the item at children[at], and of the error nodes behind it. `flawless`: the parser has found no mistake in the file.
ItemRange RangeOf(const std::vector<antlr4::tree::ParseTree*>& children, size_t at,
                  const std::vector<const Token*>& visible, bool flawless) {
  auto* item = dynamic_cast<HengParser::ItemContext*>(children[at]);
  ItemRange range;
  range.first = item->getStart()->getTokenIndex();
  range.last = item->getStop() != nullptr ? item->getStop()->getTokenIndex() + 1 : 0;
  range.broken = !flawless && HoldsError(item);
  for (size_t i = at + 1; i < children.size(); ++i) {
    auto* skipped = dynamic_cast<antlr4::tree::ErrorNode*>(children[i]);
    if (skipped == nullptr) break;
    range.last = skipped->getSymbol()->getTokenIndex() + 1;
    range.broken = true;
  }
  range.last = std::min(range.last, visible.size());
  for (size_t i = range.first; i < range.last; ++i) range.broken |= visible[i]->inserted;
  return range;
}

// The tree of a parsed file: the declarations that hold no error, and the names in the others.
Tree BuildTree(HengParser::FileContext* file, const SourcePtr& source, const std::vector<const Token*>& visible,
               bool flawless, DiagnosticSink& sink) {
  Tree tree;
  tree.source = source;
  for (size_t i = 0; i < file->children.size(); ++i) {
    auto* item = dynamic_cast<HengParser::ItemContext*>(file->children[i]);
    if (item == nullptr) continue;
    const ItemRange range = RangeOf(file->children, i, visible, flawless);
    if (!range.broken) {
      if (item->declaration() != nullptr) BuildDeclaration(item->declaration(), tree, sink);
      continue;
    }
    for (size_t t = range.first; t < range.last; ++t) {
      if (IsName(visible[t]->kind)) tree.lost_names.push_back(NameText(source->Text(visible[t]->span)));
    }
  }
  return tree;
}

}  // namespace

Tree Parse(const TokenList& list, DiagnosticSink& sink) {
  if (list.unusable) {
    Tree tree;
    tree.source = list.source;
    return tree;
  }
  // The tokens that the parser sees: a token's index there is its index here.
  std::vector<const Token*> visible;
  std::vector<std::unique_ptr<antlr4::Token>> tokens;
  const auto add = [&](size_t type, Span span) {
    auto token = std::make_unique<antlr4::CommonToken>(type);
    token->setStartIndex(span.begin);
    token->setStopIndex(span.end);
    token->setTokenIndex(tokens.size());
    tokens.push_back(std::move(token));
  };
  for (const Token& token : list.tokens) {
    if (token.hidden) continue;
    visible.push_back(&token);
    add(TypeOf(token.kind), token.span);
  }
  const auto end = static_cast<uint32_t>(list.source->text().size());
  add(antlr4::Token::EOF, {end, end});

  antlr4::ListTokenSource token_source(std::move(tokens));
  antlr4::CommonTokenStream stream(&token_source);
  HengParser parser(&stream);
  ErrorListener listener(list.source, sink);
  parser.removeErrorListeners();
  parser.addErrorListener(&listener);
  parser.setErrorHandler(std::make_shared<NoRepair>());
  KeywordNames keyword_names;
  parser.addParseListener(&keyword_names);
  HengParser::FileContext* file = parser.file();
  Tree tree = BuildTree(file, list.source, visible, parser.getNumberOfSyntaxErrors() == 0, sink);
  tree.keyword_names = keyword_names.Take();
  return tree;
}

}  // namespace heng::syntax
