#include "engine/syntax/antlr/error_listener.h"

#include <algorithm>

#include "HengLexer.h"
#include "engine/base/limits.h"
#include "engine/syntax/antlr/advice.h"
#include "engine/syntax/antlr/token_types.h"

namespace heng::syntax {
namespace {

using heng::antlr::HengLexer;
using heng::antlr::HengParser;

bool BeginsValue(TokenKind kind) {
  switch (kind) {
    case TokenKind::kIf:
    case TokenKind::kNot:
    case TokenKind::kBands:
    case TokenKind::kProgressive:
    case TokenKind::kChoose:
    case TokenKind::kStreak:
    case TokenKind::kEarlier: return true;
    default: return false;
  }
}

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
  if (has(TokenKind::kExample)) words.emplace_back("一项声明（如“参数”“公式”）", "a declaration (such as 参数, 公式)");
  if (has(TokenKind::kPlus) && has(TokenKind::kTimes)) words.emplace_back("一个运算符", "an operator");
  size_t singles = 0;
  for (const Keyword& keyword : Keywords()) {
    if (IsDeclarationWord(keyword.kind) || !has(keyword.kind) || keyword.kind == TokenKind::kYes ||
        keyword.kind == TokenKind::kNo)
      continue;
    if (IsContextual(keyword.kind) && has(TokenKind::kName)) continue;
    if (value && BeginsValue(keyword.kind)) continue;
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

}  // namespace

ErrorListener::ErrorListener(SourcePtr source, DiagnosticSink& sink) : source_(std::move(source)), sink_(sink) {
  for (const Diagnostic& d : sink.Sorted()) {
    if (d.place.source == source_) reported_.push_back(d.place.span.begin);
  }
}

void ErrorListener::syntaxError(antlr4::Recognizer* recognizer, antlr4::Token* offending, size_t, size_t,
                                const std::string&, std::exception_ptr error) {
  auto* parser = static_cast<antlr4::Parser*>(recognizer);
  antlr4::misc::IntervalSet expected = Expected(parser, offending, error);
  if (antlr4::Token* number = NumberWithoutBand(parser, expected)) {
    offending = number;
    expected = AfterValue(parser);
  }
  const Place place{source_, SpanOf(offending)};
  // A bracket that the pass put in: it has said that one is missing.
  if (place.span.begin == place.span.end && offending->getType() != antlr4::Token::EOF) return;
  antlr4::Token* before =
      offending->getTokenIndex() > 0 ? parser->getTokenStream()->get(offending->getTokenIndex() - 1) : nullptr;
  if (IsReported(before, place.span)) return;
  if (++count_ > limits::kSyntaxErrors) return;
  if (count_ == limits::kSyntaxErrors) {
    sink_.Add<DiagnosticKind::kTooManyErrors>(place, std::to_string(limits::kSyntaxErrors));
    return;
  }
  if (RunTogether(offending, expected) || (before != nullptr && RunTogether(before, expected))) return;
  if (Synonym(offending) || (before != nullptr && Synonym(before))) return;
  const TokenKind kind = KindOf(offending->getType());
  const std::string text(source_->Text(place.span));
  const Bilingual advice = AdviceOn({parser->getContext(), kind, text, expected});
  if (FindKeyword(text) != nullptr && !IsContextual(kind) && kind != TokenKind::kUnlimited &&
      expected.contains(static_cast<size_t>(HengLexer::NAME)) &&
      !expected.contains(static_cast<size_t>(HengLexer::NUMBER))) {
    sink_.Add<DiagnosticKind::kReservedWord>(place, text).advice = advice;
    return;
  }
  const Bilingual found =
      offending->getType() == antlr4::Token::EOF ? Bilingual("文件末尾", "the end of the file") : Describe(kind, text);
  sink_.Add<DiagnosticKind::kUnexpectedToken>(place, found, DescribeExpected(expected)).advice = advice;
}

bool ErrorListener::IsReported(antlr4::Token* before, Span span) const {
  const uint32_t from = before != nullptr && before->getType() != HengParser::NL ? SpanOf(before).begin : span.begin;
  const auto first = std::lower_bound(reported_.begin(), reported_.end(), from);
  return first != reported_.end() && *first <= span.begin;
}

Span ErrorListener::SpanOf(antlr4::Token* token) {
  return {static_cast<uint32_t>(token->getStartIndex()), static_cast<uint32_t>(token->getStopIndex())};
}

antlr4::misc::IntervalSet ErrorListener::Expected(antlr4::Parser* parser, antlr4::Token* offending,
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

antlr4::Token* ErrorListener::NumberWithoutBand(antlr4::Parser* parser, const antlr4::misc::IntervalSet& expected) {
  auto* comparison = dynamic_cast<HengParser::ComparisonContext*>(parser->getContext());
  const bool band_alone = expected.size() == 1 && expected.contains(size_t{HengLexer::BAND});
  if (comparison == nullptr || !band_alone || comparison->quantity().empty()) return nullptr;
  return comparison->quantity().back()->getStart();
}

antlr4::misc::IntervalSet ErrorListener::AfterValue(antlr4::Parser* parser) {
  const antlr4::atn::ATN& network = parser->getATN();
  const antlr4::misc::IntervalSet all =
      network.getExpectedTokens(network.ruleToStopState[HengParser::RuleComparison]->stateNumber, parser->getContext());
  antlr4::misc::IntervalSet ends;
  for (const size_t type :
       {HengLexer::NL, HengLexer::RBRACE, HengLexer::RPAREN, HengLexer::COMMA, HengLexer::PIPE, HengLexer::ARROW}) {
    if (all.contains(type)) ends.add(static_cast<ssize_t>(type));
  }
  return ends;
}

bool ErrorListener::Synonym(antlr4::Token* token) {
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
      {"每日", "每月"},
      {"每天", "每月"},
      {"每周", "每月"},
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
      {"保留两位小数", "四舍五入到 0.01 分"},
      {"保留一位小数", "四舍五入到 0.1 分"},
      {"保留整数", "四舍五入到 1 分"},
  };
  const Span span = SpanOf(token);
  const std::string_view text = source_->Text(span);
  for (const auto& [word, written] : kWords) {
    if (text != word) continue;
    sink_.Add<DiagnosticKind::kNotAKeyword>({source_, span}, std::string(word), std::string(written));
    return true;
  }
  return false;
}

bool ErrorListener::RunTogether(antlr4::Token* token, const antlr4::misc::IntervalSet& expected) {
  if (KindOf(token->getType()) != TokenKind::kName) return false;
  const Span span = SpanOf(token);
  const std::string_view name = source_->Text(span);
  const bool no_name = !expected.contains(size_t{HengLexer::NAME});
  for (const Keyword& keyword : Keywords()) {
    // 当 may stand behind most things, and where it need not it is often no longer among what is expected.
    const bool wanted = expected.contains(TypeOf(keyword.kind)) || (no_name && keyword.kind == TokenKind::kWhen);
    if (!wanted || name.size() <= keyword.zh.size()) continue;
    const bool starts = name.starts_with(keyword.zh);
    if (!starts && !name.ends_with(keyword.zh)) continue;
    const std::string rest(starts ? name.substr(keyword.zh.size()) : name.substr(0, name.size() - keyword.zh.size()));
    sink_.Add<DiagnosticKind::kRunTogether>({source_, span}, std::string(name), std::string(keyword.zh), rest);
    return true;
  }
  return false;
}

}  // namespace heng::syntax
