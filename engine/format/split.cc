// From tokens to lines of words in canonical spelling.
#include <algorithm>
#include <utility>

#include "engine/base/text.h"
#include "engine/format/line.h"
#include "engine/syntax/antlr/parser.h"

namespace heng::format {
namespace {

using syntax::Token;
using K = syntax::TokenKind;

// The canonical sign of a token that is spelled by signs alone, or nothing.
std::optional<std::string_view> Sign(K kind) {
  switch (kind) {
    case K::kLeftParen: return "(";
    case K::kRightParen: return ")";
    case K::kLeftBrace: return "{";
    case K::kRightBrace: return "}";
    case K::kColon: return ":";
    case K::kEqual: return "=";
    case K::kPipe: return "|";
    case K::kArrow: return "→";
    case K::kPlus: return "+";
    case K::kMinus:
    case K::kAny: return "-";
    case K::kTimes: return "×";
    case K::kDivide: return "÷";
    case K::kSlash:
    case K::kPer: return "/";
    case K::kPercent: return "%";
    case K::kDot: return ".";
    case K::kNotEqual: return "≠";
    default: return std::nullopt;
  }
}

// Comparisons are spelled by signs or by words; the signs have one canonical form each.
std::string_view ComparisonSign(K kind) {
  if (kind == K::kAtLeast) return "≥";
  if (kind == K::kAtMost) return "≤";
  return kind == K::kGreater ? ">" : "<";
}

class Splitter {
 public:
  Splitter(const syntax::TokenList& list, std::optional<Language> keywords) : list_(list), keywords_(keywords) {
    DiagnosticSink ignored;
    keyword_names_ = Parse(list, ignored).keyword_names;
  }

  std::vector<Line> Run() {
    for (const Token& token : list_.tokens) {
      if (token.inserted) continue;
      switch (token.kind) {
        case K::kBlank: touches_ = false; break;
        case K::kNewline: AddNewline(token); break;
        case K::kComment: AddComment(token); break;
        default: AddWord(token);
      }
    }
    return std::move(lines_);
  }

 private:
  std::string_view Source(const Token& token) const { return list_.source->Text(token.span); }

  void AddNewline(const Token& token) {
    touches_ = false;
    entry_ended_ |= !token.hidden;
    const std::string_view text = Source(token);
    // A semicolon that ends nothing, or stands beside a line end, says nothing.
    (text == "\n" || text == "\r" || text == "\r\n" ? line_ends_ : semicolons_) += 1;
  }

  void AddComment(const Token& token) {
    std::string text(Source(token));
    constexpr std::string_view kFullWidthMark = "\xEF\xBC\x83";
    if (text.starts_with(kFullWidthMark)) text.replace(0, kFullWidthMark.size(), "#");
    while (text.ends_with(' ') || text.ends_with('\t')) text.pop_back();
    if (StartsLine()) NewLine();
    lines_.back().comment = std::move(text);
    line_ends_ = 0;
    touches_ = false;
  }

  void AddWord(const Token& token) {
    if (StartsLine()) {
      NewLine();
      lines_.back().begins_entry = entry_ended_ || std::exchange(first_word_, false);
    } else if (semicolons_ > 0 && entry_ended_) {
      lines_.back().words.push_back({K::kNewline, ";"});
    }
    Word word;
    word.kind = token.kind;
    word.is_name = token.kind == K::kName || token.kind == K::kQuotedName || StandsAsName(token);
    word.text = Spelling(token, word.is_name);
    // A folded unit could run into the number before it: `2024` and a full-width `q3` are not the period 2024q3.
    word.tight = touches_ && (token.kind != K::kName || word.text == Source(token));
    lines_.back().words.push_back(std::move(word));
    line_ends_ = semicolons_ = 0;
    entry_ended_ = false;
    touches_ = true;
  }

  bool StartsLine() const { return lines_.empty() || line_ends_ > 0; }

  void NewLine() {
    Line line;
    line.blank_before = !lines_.empty() && line_ends_ > 1;
    lines_.push_back(std::move(line));
  }

  bool StandsAsName(const Token& token) const {
    if (!syntax::IsContextual(token.kind)) return false;
    const auto before = [](const Span& a, const Span& b) { return a.begin < b.begin; };
    return std::binary_search(keyword_names_.begin(), keyword_names_.end(), token.span, before);
  }

  std::string Spelling(const Token& token, bool is_name) const {
    std::string source(Source(token));
    if (const std::optional<std::string_view> sign = Sign(token.kind)) return std::string(*sign);
    switch (token.kind) {
      case K::kString:
      case K::kQuotedName:
      case K::kBad: return source;
      case K::kComma: return source == "、" ? source : ",";
      case K::kNumber:
      case K::kDateLiteral:
      case K::kPeriodLiteral:
      case K::kCode: return FoldFullWidth(source);
      case K::kName: {
        std::string folded = FoldFullWidth(source);
        return syntax::FindKeyword(folded) == nullptr ? folded : source;
      }
      default: return is_name ? source : KeywordSpelling(token.kind, source);
    }
  }

  std::string KeywordSpelling(K kind, std::string source) const {
    const syntax::Keyword* keyword = syntax::FindKeyword(source);
    if (keyword == nullptr) return std::string(ComparisonSign(kind));
    if (!keywords_) return source;
    return std::string(*keywords_ == Language::kChinese ? keyword->zh : keyword->en);
  }

  const syntax::TokenList& list_;
  std::optional<Language> keywords_;
  std::vector<Span> keyword_names_;
  std::vector<Line> lines_;
  // What stood between the last word or comment and the next.
  size_t line_ends_ = 0;
  size_t semicolons_ = 0;
  bool entry_ended_ = false;
  bool touches_ = false;
  bool first_word_ = true;
};

}  // namespace

std::vector<Line> SplitIntoLines(const syntax::TokenList& tokens, std::optional<Language> keywords) {
  return Splitter(tokens, keywords).Run();
}

}  // namespace heng::format
