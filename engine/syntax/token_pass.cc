// The one pass over the tokens between lexer and parser. It changes only kinds and visibility, and puts in closing brackets
// after an error; the grammar behind it is context-free, unambiguous, and knows newlines as ends of entries.
#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "engine/base/limits.h"
#include "engine/base/period.h"
#include "engine/base/rational.h"
#include "engine/base/text.h"
#include "engine/syntax/token.h"

namespace heng::syntax {
namespace {

using K = TokenKind;

bool IsOpening(K kind) { return kind == K::kLeftParen || kind == K::kLeftBrace; }
bool IsClosing(K kind) { return kind == K::kRightParen || kind == K::kRightBrace; }
bool IsComparison(K kind) { return kind >= K::kAtLeast && kind <= K::kNotEqual; }
bool IsMark(K kind) { return kind >= K::kSourced && kind <= K::kNote; }

// Behind these a newline cannot end anything: the entry wants more.
bool WantsMore(K kind) {
  if (IsOpening(kind) || IsComparison(kind)) return true;
  switch (kind) {
    case K::kComma:
    case K::kColon:
    case K::kPipe:
    case K::kArrow:
    case K::kDot:
    case K::kEqual:
    case K::kPlus:
    case K::kMinus:
    case K::kTimes:
    case K::kDivide:
    case K::kSlash:
    case K::kPer:
    case K::kIf:
    case K::kThen:
    case K::kElse:
    case K::kAnd:
    case K::kOr:
    case K::kNot:
    case K::kIn:
    case K::kWhen:
    case K::kWhere:
    case K::kWithin:
    case K::kTo:
    case K::kDefault:
    case K::kIfNone:
    case K::kBy:
    case K::kBands:
    case K::kProgressive:
    case K::kChoose:
    case K::kStreak:
    case K::kEarlier:
    case K::kRecent:
    case K::kDistinct:
    case K::kRound:
    case K::kCap:
    case K::kFloor: return true;
    default: return false;
  }
}

// Before these a newline does not end the entry: they go on with it. `in_rows`: directly inside the body of a table, of 分段,
// 累进 or 分情形, where a sign or a comparison may begin a new row.
bool GoesOn(K kind, bool in_rows) {
  if (IsClosing(kind) || IsMark(kind)) return true;
  if (IsComparison(kind) || kind == K::kMinus) return !in_rows;
  switch (kind) {
    case K::kComma:
    case K::kColon:
    case K::kDot:
    case K::kEqual:
    case K::kPlus:
    case K::kTimes:
    case K::kDivide:
    case K::kSlash:
    case K::kThen:
    case K::kElse:
    case K::kAnd:
    case K::kOr:
    case K::kIn:
    case K::kWhen:
    case K::kWhere:
    case K::kWithin:
    case K::kTo:
    case K::kDefault:
    case K::kBy:
    case K::kBand:
    case K::kRound:
    case K::kCap:
    case K::kFloor:
    case K::kPipe:
    case K::kArrow: return true;
    default: return false;
  }
}

class TokenPass {
 public:
  TokenPass(SourcePtr source, const std::vector<Token>& tokens, DiagnosticSink& sink)
      : source_(std::move(source)), in_(PartBands(*source_, tokens)), sink_(sink) {}

  TokenList Run() {
    // What is nested too deeply is not parsed, so the rest need not be read.
    for (size_t i = 0; i < in_.size() && !unusable_; ++i) Step(i);
    while (!open_.empty() && !unusable_) CloseWithError(static_cast<uint32_t>(source_->text().size()));
    return {source_, std::move(out_), unusable_};
  }

 private:
  // What stands before a bracket and deepens what is in it: 如果, signs and 非 in a row, 分段 and 累进 whose braces are yet to come.
  struct Depth {
    size_t ifs = 0;
    size_t unary = 0;
    size_t headers = 0;
  };
  struct Open {
    K kind;
    Span span;
    bool rows;
    Depth depth;
  };

  std::string_view Text(const Token& token) const { return source_->Text(token.span); }
  Place At(const Token& token) const { return {source_, token.span}; }

  // The position of the next token that is not blank, comment or (if `past_newlines`) newline.
  std::optional<size_t> Next(size_t i, bool past_newlines) const {
    for (size_t j = i + 1; j < in_.size(); ++j) {
      if (in_[j].kind == K::kBlank || in_[j].kind == K::kComment) continue;
      if (past_newlines && in_[j].kind == K::kNewline) continue;
      return j;
    }
    return std::nullopt;
  }

  template <DiagnosticKind kKind, typename... Arguments>
  void Report(Place place, Arguments&&... arguments) {
    if (++reported_ < limits::kSyntaxErrors) {
      sink_.Add<kKind>(std::move(place), std::forward<Arguments>(arguments)...);
    } else if (reported_ == limits::kSyntaxErrors) {
      sink_.Add<DiagnosticKind::kTooManyErrors>(std::move(place), std::to_string(limits::kSyntaxErrors));
    }
  }

  void Step(size_t i) {
    Token token = in_[i];
    if (token.kind == K::kBlank || token.kind == K::kComment) {
      token.hidden = true;
      out_.push_back(token);
      return;
    }
    if (token.kind == K::kNewline) {
      Newline(i, token);
      return;
    }
    if (token.kind == K::kBad) {
      ReportBad(token);
      token.hidden = true;
      out_.push_back(token);
      return;
    }
    const bool line_start = !last_ || last_->kind == K::kNewline;
    if (IsDeclarationWord(token.kind) && (!line_start || !open_.empty()) && StandsForName(i)) {
      Report<DiagnosticKind::kReservedWord>(At(token), std::string(Text(token)));
      token.kind = K::kName;
    }
    if (IsDeclarationWord(token.kind) && line_start) {
      while (!open_.empty()) CloseWithError(token.span.begin);
      declaration_ = token.kind;
    }
    if (last_ && last_->kind == K::kDot && FindKeyword(Text(token)) != nullptr) token.kind = K::kName;
    Relabel(i, token);
    Nesting(token);
    CheckWriting(i, token);
    Push(token);
  }

  // What follows it follows names only: the `类型 : …` of a field begins no declaration.
  bool StandsForName(size_t i) const {
    static constexpr K kBehindNames[] = {K::kColon, K::kCode, K::kComma, K::kPipe,    K::kArrow,
                                         K::kDot,   K::kIn,   K::kEqual, K::kNotEqual};
    const std::optional<size_t> next = Next(i, false);
    return next && std::count(std::begin(kBehindNames), std::end(kBehindNames), in_[*next].kind) > 0;
  }

  void Push(const Token& token) {
    out_.push_back(token);
    before_last_ = last_;
    last_ = token;
  }

  void Newline(size_t i, Token token) {
    token.hidden = true;
    // The newlines of one run are followed by the same token: looked for once.
    if (!after_run_ || *after_run_ <= i) after_run_ = Next(i, true).value_or(in_.size());
    const size_t next = *after_run_;
    if (last_ && last_->kind != K::kNewline && next < in_.size()) token.hidden = !NewlineCounts(next);
    out_.push_back(token);
    if (!token.hidden) {
      before_last_ = last_;
      last_ = token;
      depth_ = DepthAround();
    }
  }

  Depth DepthAround() const { return open_.empty() ? Depth{} : open_.back().depth; }

  bool NewlineCounts(size_t next) const {
    const K kind = in_[next].kind;
    if (IsDeclarationWord(kind)) return true;
    if (!open_.empty() && open_.back().kind == K::kLeftParen) return false;
    const bool in_rows = !open_.empty() && open_.back().rows;
    if (WantsMore(last_->kind) || GoesOn(kind, in_rows)) return false;
    if (last_->kind == K::kFrom && kind == K::kString) return false;
    if (last_->kind == K::kAlso && kind == K::kLeftBrace) return false;
    if (last_->kind == K::kOf && open_.empty() && declaration_ == K::kUse) return false;
    if (kind == K::kExempt) {
      const std::optional<size_t> after = Next(next, true);
      return !after || in_[*after].kind != K::kWhen;
    }
    return !open_.empty() || !ContinuesHeader(kind);
  }

  // A word that belongs to the declaration whose header stands before it, on a line of its own.
  bool ContinuesHeader(K kind) const {
    switch (kind) {
      case K::kAlso:
      case K::kFrom:
      case K::kOf: return true;
      case K::kVersion:
      case K::kEffective:
      case K::kSource:
      case K::kTrial: return declaration_ == K::kPolicy || declaration_ == K::kModule;
      case K::kFollows:
      case K::kNondecreasing:
      case K::kNonincreasing: return declaration_ == K::kGuarantee;
      default: return false;
    }
  }

  // `/` between a unit and a word without blanks is "per"; a lone `-` in a cell is "any"; 起 behind a number
  // is a unit, 单位 as the type of a field a subject's name.
  void Relabel(size_t i, Token& token) {
    const K before = last_ ? last_->kind : K::kBad;
    const bool takes_unit = before == K::kNumber || before == K::kInteger || before == K::kPer || before == K::kColon;
    if (token.kind == K::kOnward && takes_unit) token.kind = K::kName;
    if (token.kind == K::kUnitType && before == K::kColon && declaration_ != K::kType) token.kind = K::kName;
    if (token.kind == K::kSlash && last_ && last_->kind == K::kName && last_->span.end == token.span.begin &&
        i + 1 < in_.size() && (in_[i + 1].kind == K::kName || in_[i + 1].kind == K::kOnward) && before_last_ &&
        (before_last_->kind == K::kNumber || before_last_->kind == K::kPer)) {
      token.kind = K::kPer;
    }
    if (token.kind == K::kMinus && last_ &&
        (last_->kind == K::kPipe || last_->kind == K::kArrow || last_->kind == K::kNewline ||
         last_->kind == K::kLeftBrace)) {
      const std::optional<size_t> next = Next(i, false);
      const bool ends = !next || in_[*next].kind == K::kPipe || in_[*next].kind == K::kArrow ||
                        in_[*next].kind == K::kNewline || in_[*next].kind == K::kRightBrace || IsMark(in_[*next].kind);
      if (ends) token.kind = K::kAny;
    }
  }

  void Nesting(const Token& token) {
    if (IsOpening(token.kind)) {
      const bool rows = OpensRows(token);
      if (rows && depth_.headers > DepthAround().headers) --depth_.headers;
      open_.push_back({token.kind, token.span, rows, depth_});
    } else if (IsClosing(token.kind)) {
      const K opening = token.kind == K::kRightParen ? K::kLeftParen : K::kLeftBrace;
      const bool matches = std::any_of(open_.begin(), open_.end(), [&](const Open& o) { return o.kind == opening; });
      if (!matches) {
        Report<DiagnosticKind::kUnmatchedBracket>(At(token), std::string(Text(token)));
      } else {
        while (open_.back().kind != opening) CloseWithError(token.span.begin);
        depth_ = open_.back().depth;
        open_.pop_back();
      }
    }
    depth_.ifs += token.kind == K::kIf ? 1 : 0;
    depth_.headers += token.kind == K::kBands || token.kind == K::kProgressive ? 1 : 0;
    const bool unary = token.kind == K::kNot || token.kind == K::kMinus;
    if (unary) {
      ++depth_.unary;
    } else if (!IsOpening(token.kind)) {
      depth_.unary = DepthAround().unary;
    }
    const size_t deepest = std::max({open_.size() + depth_.headers, depth_.ifs, depth_.unary});
    if (deepest > limits::kNesting && !unusable_) {
      sink_.Add<DiagnosticKind::kNestingTooDeep>(At(token), std::to_string(limits::kNesting));
      unusable_ = true;
    }
  }

  // The brace holds rows: those of a table, or of the 分段, 累进 or 分情形 before it.
  bool OpensRows(const Token& token) const {
    if (token.kind != K::kLeftBrace || !last_ || last_->kind == K::kIn) return false;
    if (open_.empty() && declaration_ == K::kTable) return true;
    return last_->kind == K::kChoose || depth_.headers > DepthAround().headers;
  }

  void CloseWithError(uint32_t at) {
    const Open opened = open_.back();
    open_.pop_back();
    Report<DiagnosticKind::kUnclosedBracket>({source_, opened.span}, std::string(source_->Text(opened.span)));
    const Token closing{opened.kind == K::kLeftParen ? K::kRightParen : K::kRightBrace, {at, at}, false, true};
    // The closing bracket belongs to the end of what it closes, before the newlines that lead to the next declaration.
    size_t place = out_.size();
    while (place > 0 && (out_[place - 1].hidden || out_[place - 1].kind == K::kNewline)) --place;
    out_.insert(out_.begin() + static_cast<std::ptrdiff_t>(place), closing);
  }

  void CheckWriting(size_t i, const Token& token) {
    const Token* next = i + 1 < in_.size() ? &in_[i + 1] : nullptr;
    if (token.kind == K::kName && next != nullptr && next->kind == K::kNumber) {
      Report<DiagnosticKind::kNameThenDigit>(At(token), std::string(Text(token)), std::string(Text(*next)));
    }
    CheckBand(token, next);
    if (token.kind == K::kNumber) {
      const std::string written = FoldFullWidth(Text(token));
      if (!ParseDecimal(written) && i != thousands_) Report<DiagnosticKind::kBadNumber>(At(token), written);
      CheckThousands(i, token);
    }
    if (token.kind == K::kDateLiteral && !ParseDate(FoldFullWidth(Text(token)))) {
      Report<DiagnosticKind::kBadDate>(At(token), std::string(Text(token)));
    }
    if (token.kind == K::kPeriodLiteral && !ParsePeriod(FoldFullWidth(Text(token)))) {
      Report<DiagnosticKind::kBadDate>(At(token), std::string(Text(token)));
    }
  }

  void CheckBand(const Token& token, const Token* next) {
    const std::string text(Text(token));
    if (token.kind == K::kBand && next != nullptr && next->kind == K::kName) {
      const Span span = token.span.Through(next->span);
      Report<DiagnosticKind::kRunTogether>({source_, span}, std::string(source_->Text(span)), text,
                                           std::string(Text(*next)));
    }
    if (token.kind != K::kName) return;
    constexpr std::pair<std::string_view, const char*> kBands[] = {
        {"以上", "达到"}, {"以下", "不超过"}, {"以内", "不超过"}, {"以外", "超过"}};
    for (const auto& [band, comparison] : kBands) {
      if (!text.ends_with(band)) continue;
      Report<DiagnosticKind::kNameEndsInBand>(At(token), text, std::string(band),
                                              text.substr(0, text.size() - band.size()), std::string(comparison));
    }
  }

  void CheckThousands(size_t i, const Token& token) {
    if (i + 2 >= in_.size() || in_[i + 1].kind != K::kComma ||
        (Text(in_[i + 1]) != "," && Text(in_[i + 1]) != "\xEF\xBC\x8C") || in_[i + 2].kind != K::kNumber)
      return;
    if (Text(token).size() > 3 || in_[i + 2].span.end - in_[i + 2].span.begin < 3 ||
        Text(in_[i + 2]).substr(0, 3).find('.') != std::string_view::npos)
      return;
    thousands_ = i + 2;
    const Span span = token.span.Through(in_[i + 2].span);
    Report<DiagnosticKind::kThousandsSeparator>({source_, span}, std::string(source_->Text(span)));
  }

  void ReportBad(const Token& token) {
    const std::string_view text = Text(token);
    if (text == "\"" || text == "“" || text == "”" || text == "\xEF\xBC\x82") {
      Report<DiagnosticKind::kUnclosedText>(At(token));
    } else {
      ReportBadCharacter(token, std::string(text));
    }
  }

  // `&&` and `||` of other languages are one mistake each.
  void ReportBadCharacter(const Token& token, const std::string& text) {
    const bool twin = !out_.empty() && out_.back().kind == K::kBad && out_.back().span.end == token.span.begin &&
                      Text(out_.back()) == text;
    if (twin) return;
    if (text == "&") {
      Report<DiagnosticKind::kNotAKeyword>(At(token), text, "且");
    } else {
      Report<DiagnosticKind::kBadCharacter>(At(token), text);
    }
  }

  SourcePtr source_;
  std::vector<Token> in_;
  DiagnosticSink& sink_;
  std::vector<Token> out_;
  std::vector<Open> open_;
  std::optional<Token> last_;
  std::optional<Token> before_last_;
  K declaration_ = K::kBad;
  // The next token behind the run of newlines that was looked at last.
  std::optional<size_t> after_run_;
  // The number behind a thousands separator, which is reported once.
  std::optional<size_t> thousands_;
  Depth depth_;
  size_t reported_ = 0;
  bool unusable_ = false;
};

}  // namespace

TokenList RunTokenPass(SourcePtr source, std::vector<Token> tokens, DiagnosticSink& sink) {
  return TokenPass(std::move(source), tokens, sink).Run();
}

}  // namespace heng::syntax
