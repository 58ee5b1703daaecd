#include "engine/syntax/antlr/parser.h"

#include <algorithm>
#include <memory>

#include "HengLexer.h"
#include "HengParser.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "engine/syntax/antlr/token_types.h"
#include "engine/syntax/antlr/tree_builder.h"

namespace heng::syntax {
namespace {

using heng::antlr::HengLexer;
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
                         dynamic_cast<HengParser::EnumTypeContext*>(at) == nullptr;
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

// What was expected, grouped as a person would say it.
Bilingual DescribeExpected(const antlr4::misc::IntervalSet& expected) {
  const auto has = [&](TokenKind kind) { return expected.contains(TypeOf(kind)); };
  std::vector<Bilingual> words;
  const bool value = has(TokenKind::kNumber) && has(TokenKind::kLeftParen);
  if (value) {
    words.emplace_back("一个值", "a value");
  } else if (has(TokenKind::kName)) {
    words.emplace_back("一个名称", "a name");
  }
  if (has(TokenKind::kPolicy)) words.emplace_back("一项声明（如“参数”“公式”）", "a declaration (such as 参数, 公式)");
  if (has(TokenKind::kPlus) && has(TokenKind::kTimes)) words.emplace_back("一个运算符", "an operator");
  size_t singles = 0;
  for (const Keyword& keyword : Keywords()) {
    if (IsDeclarationWord(keyword.kind) || !has(keyword.kind) || keyword.kind == TokenKind::kYes ||
        keyword.kind == TokenKind::kNo)
      continue;
    if (IsContextual(keyword.kind) && has(TokenKind::kName)) continue;
    const bool begins_value = keyword.kind == TokenKind::kNot || keyword.kind == TokenKind::kIf ||
                              (keyword.kind >= TokenKind::kBands && keyword.kind <= TokenKind::kEarlier);
    if (value && begins_value) continue;
    const bool comparison = keyword.kind >= TokenKind::kAtLeast && keyword.kind <= TokenKind::kLess;
    if (comparison && has(TokenKind::kPlus)) continue;
    if (++singles <= 6) words.emplace_back("“" + std::string(keyword.zh) + "”", "'" + std::string(keyword.en) + "'");
  }
  constexpr std::pair<TokenKind, const char*> kSigns[] = {{TokenKind::kEqual, "="},      {TokenKind::kColon, ":"},
                                                          {TokenKind::kComma, ","},      {TokenKind::kLeftBrace, "{"},
                                                          {TokenKind::kRightBrace, "}"}, {TokenKind::kRightParen, ")"},
                                                          {TokenKind::kArrow, "→"},      {TokenKind::kPipe, "|"}};
  for (const auto& [kind, sign] : kSigns) {
    if (has(kind) && !(kind == TokenKind::kEqual && has(TokenKind::kPlus)))
      words.emplace_back("“" + std::string(sign) + "”", "'" + std::string(sign) + "'");
  }
  if (has(TokenKind::kNumber) && !value) words.emplace_back("一个数", "a number");
  if (has(TokenKind::kString) && !value) words.emplace_back("引号里的文字", "a quoted text");
  if (has(TokenKind::kPeriodLiteral)) words.emplace_back("一个期间（如 2024Q3）", "a period (such as 2024Q3)");
  if (has(TokenKind::kDateLiteral) && !value) words.emplace_back("一个日期", "a date");
  if (has(TokenKind::kNewline)) words.emplace_back("行末", "the end of the line");
  if (words.empty()) return {"别的内容", "something else"};
  Bilingual out = words[0];
  for (size_t i = 1; i < words.size(); ++i) {
    out.zh += (i + 1 == words.size() ? "或" : "、") + words[i].zh;
    out.en += (i + 1 == words.size() ? " or " : ", ") + words[i].en;
  }
  return out;
}

class ErrorListener final : public antlr4::BaseErrorListener {
 public:
  ErrorListener(SourcePtr source, DiagnosticSink& sink) : source_(std::move(source)), sink_(sink) {
    for (const Diagnostic& d : sink.Sorted()) {
      if (d.place.source == source_) reported_.push_back(d.place.span.begin);
    }
  }

  void syntaxError(antlr4::Recognizer* recognizer, antlr4::Token* offending, size_t, size_t, const std::string&,
                   std::exception_ptr error) override {
    const Place place{source_, SpanOf(offending)};
    // A bracket that the pass put in: it has said that one is missing.
    if (place.span.begin == place.span.end && offending->getType() != antlr4::Token::EOF) return;
    antlr4::Token* before =
        offending->getTokenIndex() > 0
            ? static_cast<antlr4::Parser*>(recognizer)->getTokenStream()->get(offending->getTokenIndex() - 1)
            : nullptr;
    if (IsReported(before, place.span)) return;
    if (++count_ > limits::kSyntaxErrors) return;
    if (count_ == limits::kSyntaxErrors) {
      sink_.Add<DiagnosticKind::kTooManyErrors>(place, std::to_string(limits::kSyntaxErrors));
      return;
    }
    auto* parser = static_cast<antlr4::Parser*>(recognizer);
    const antlr4::misc::IntervalSet expected = Expected(parser, offending, error);
    if (RunTogether(offending, expected) || (before != nullptr && RunTogether(before, expected))) return;
    // `x 80 分以上`: the word that should not be there stands behind the number.
    antlr4::TokenStream* stream = parser->getTokenStream();
    const bool number = offending->getType() == HengLexer::NUMBER && stream->LT(1) == offending;
    antlr4::Token* after = number ? stream->LT(2) : nullptr;
    if (Synonym(offending) || (before != nullptr && Synonym(before)) || (after != nullptr && Synonym(after))) return;
    const TokenKind kind = KindOf(offending->getType());
    const std::string text(source_->Text(place.span));
    if (FindKeyword(text) != nullptr && !IsContextual(kind) && kind != TokenKind::kUnlimited &&
        expected.contains(static_cast<size_t>(HengLexer::NAME)) &&
        !expected.contains(static_cast<size_t>(HengLexer::NUMBER))) {
      sink_.Add<DiagnosticKind::kReservedWord>(place, text);
      return;
    }
    const Bilingual found = offending->getType() == antlr4::Token::EOF ? Bilingual("文件末尾", "the end of the file")
                                                                       : Describe(kind, text);
    sink_.Add<DiagnosticKind::kUnexpectedToken>(place, found, DescribeExpected(expected));
  }

 private:
  // The pass has reported a mistake at this token, or between the one before it and this: the error is its consequence.
  bool IsReported(antlr4::Token* before, Span span) const {
    const uint32_t from = before != nullptr && before->getType() != HengParser::NL ? SpanOf(before).begin : span.begin;
    const auto first = std::lower_bound(reported_.begin(), reported_.end(), from);
    return first != reported_.end() && *first <= span.begin;
  }

  static Span SpanOf(antlr4::Token* token) {
    return {static_cast<uint32_t>(token->getStartIndex()), static_cast<uint32_t>(token->getStopIndex())};
  }

  static antlr4::misc::IntervalSet Expected(antlr4::Parser* parser, antlr4::Token* offending,
                                            const std::exception_ptr& error) {
    antlr4::TokenStream* stream = parser->getTokenStream();
    const size_t at = offending->getTokenIndex();
    const bool line_start = at == 0 || stream->get(at - 1)->getType() == HengParser::NL;
    const antlr4::atn::ATN& network = parser->getATN();
    if (line_start && dynamic_cast<HengParser::FileContext*>(parser->getContext()) != nullptr) {
      return network.nextTokens(network.ruleToStartState[HengParser::RuleDeclaration]);
    }
    if (error) {
      try {
        std::rethrow_exception(error);
      } catch (const antlr4::RecognitionException& e) {
        if (e.getOffendingState() != antlr4::atn::ATNState::INVALID_STATE_NUMBER) {
          return parser->getATN().getExpectedTokens(e.getOffendingState(), e.getCtx());
        }
      } catch (...) {
      }
    }
    return parser->getExpectedTokens();
  }

  // Words of everyday language for which the policy language has one of its own.
  bool Synonym(antlr4::Token* token) {
    static constexpr std::pair<std::string_view, std::string_view> kWords[] = {
        {"大于等于", "达到"},
        {"大于或等于", "达到"},
        {"小于等于", "不超过"},
        {"小于或等于", "不超过"},
        {"大于", "超过"},
        {"多于", "超过"},
        {"小于", "低于"},
        {"少于", "低于"},
        {"不等于", "≠"},
        {"等于", "="},
        {"为", "="},
        {"并且", "且"},
        {"而且", "且"},
        {"和", "且"},
        {"与", "且"},
        {"或者", "或"},
        {"不是", "≠"},
        {"每个月", "每月"},
        {"月度", "每月"},
        {"每季度", "每季"},
        {"季度", "每季"},
        {"每年度", "每年"},
        {"年度", "每年"},
        {"四舍五入", "四舍五入到"},
        {"介于", "在表格里写“0 分 至 90 分”，在条件里写两个比较"},
        {"两位小数", "2 位小数"},
        {"一位小数", "1 位小数"},
        {"x", "×"},
        {"X", "×"},
        {"如", "如果"},
        {"若", "如果"},
        {"那么", "则"},
        {"其他", "其余"},
    };
    const Span span = SpanOf(token);
    const std::string_view text = source_->Text(span);
    for (const auto& [word, written] : kWords) {
      if (text != word) continue;
      sink_.Add<DiagnosticKind::kNotAKeyword>({source_, span}, std::string(word), std::string(written));
      return true;
    }
    for (const std::string_view end : {"以上", "以下", "以内"}) {
      if (!text.ends_with(end)) continue;
      const std::string written =
          (end == "以上" ? "达到 … " : "不超过 … ") + std::string(text.substr(0, text.size() - end.size()));
      sink_.Add<DiagnosticKind::kNotAKeyword>({source_, span}, std::string(text), written);
      return true;
    }
    return false;
  }

  bool RunTogether(antlr4::Token* token, const antlr4::misc::IntervalSet& expected) {
    if (KindOf(token->getType()) != TokenKind::kName) return false;
    const Span span = SpanOf(token);
    const std::string_view name = source_->Text(span);
    for (const Keyword& keyword : Keywords()) {
      const bool wanted = expected.contains(TypeOf(keyword.kind)) || keyword.kind == TokenKind::kWhen;
      if (!wanted || name.size() <= keyword.zh.size()) continue;
      const bool starts = name.starts_with(keyword.zh);
      if (!starts && !name.ends_with(keyword.zh)) continue;
      const std::string rest(starts ? name.substr(keyword.zh.size()) : name.substr(0, name.size() - keyword.zh.size()));
      sink_.Add<DiagnosticKind::kRunTogether>({source_, span}, std::string(name), std::string(keyword.zh), rest);
      return true;
    }
    return false;
  }

  SourcePtr source_;
  DiagnosticSink& sink_;
  // Where the pass over the tokens found mistakes, in order.
  std::vector<uint32_t> reported_;
  size_t count_ = 0;
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

// Where contextual keywords stand as names, in order.
std::vector<Span> KeywordNames(antlr4::tree::ParseTree* root) {
  std::vector<Span> out;
  std::vector<antlr4::tree::ParseTree*> pending = {root};
  while (!pending.empty()) {
    antlr4::tree::ParseTree* node = pending.back();
    pending.pop_back();
    if (auto* name = dynamic_cast<HengParser::NameContext*>(node);
        name != nullptr && IsContextual(KindOf(name->getStart()->getType()))) {
      out.push_back({static_cast<uint32_t>(name->getStart()->getStartIndex()),
                     static_cast<uint32_t>(name->getStart()->getStopIndex())});
    }
    pending.insert(pending.end(), node->children.rbegin(), node->children.rend());
  }
  return out;
}

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

// Of the item at children[at], and of the error nodes behind it.
ItemRange RangeOf(const std::vector<antlr4::tree::ParseTree*>& children, size_t at,
                  const std::vector<const Token*>& visible) {
  auto* item = dynamic_cast<HengParser::ItemContext*>(children[at]);
  ItemRange range;
  range.first = item->getStart()->getTokenIndex();
  range.last = item->getStop() != nullptr ? item->getStop()->getTokenIndex() + 1 : 0;
  range.broken = HoldsError(item);
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
               DiagnosticSink& sink) {
  Tree tree;
  tree.source = source;
  tree.keyword_names = KeywordNames(file);
  for (size_t i = 0; i < file->children.size(); ++i) {
    auto* item = dynamic_cast<HengParser::ItemContext*>(file->children[i]);
    if (item == nullptr) continue;
    const ItemRange range = RangeOf(file->children, i, visible);
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
  return BuildTree(parser.file(), list.source, visible, sink);
}

}  // namespace heng::syntax
