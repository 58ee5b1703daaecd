// Indentation, gaps and columns: one walk over the words with the stack of open brackets.
#include <algorithm>

#include "engine/format/line.h"

namespace heng::format {
namespace {

using K = syntax::TokenKind;

constexpr size_t kStep = 2;
constexpr size_t kGapBeforeMarks = 3;
constexpr size_t kGapBeforeCase = 2;

// What stands between two brackets.
enum class Block : unsigned char {
  kTop,          // no bracket: declarations
  kFields,       // of 对象, 填报, 明细
  kParameter,    // the values of a parameter by date or by key
  kScore,        // criteria, of a section too
  kAdjustments,  // of 扣分, 加分
  kGrade,
  kTable,
  kExample,
  kFacts,  // of one line of an example
  kRows,   // records of an example
  kBands,  // of 分段 and 累进
  kCases,  // of 分情形
  kList,   // a set or an enumeration
  kParen,
};

bool IsOpening(K kind) { return kind == K::kLeftParen || kind == K::kLeftBrace; }
bool IsClosing(K kind) { return kind == K::kRightParen || kind == K::kRightBrace; }
bool IsMark(K kind) { return kind >= K::kSourced && kind <= K::kNote; }
// Between these and a word no blank stands.
bool IsJoint(K kind) { return kind == K::kDot || kind == K::kPer; }

class Layout {
 public:
  explicit Layout(std::vector<Line> lines) : lines_(std::move(lines)) {}

  std::vector<Line> Run() {
    for (size_t i = 0; i < lines_.size(); ++i) {
      if (lines_[i].words.empty()) {
        waiting_comments_.push_back(i);
      } else {
        LayOutLine(lines_[i]);
      }
    }
    if (!lines_.empty()) lines_.front().blank_before = false;
    return std::move(lines_);
  }

 private:
  struct Open {
    Block block;
    // Of the line that holds the bracket.
    size_t indent;
    // How many 分段 and 累进 before the bracket still wait for their braces.
    size_t headers;
  };

  Block block() const { return open_.empty() ? Block::kTop : open_.back().block; }
  size_t BodyIndent() const { return open_.empty() ? 0 : open_.back().indent + kStep; }

  void LayOutLine(Line& line) {
    const bool behind_opening = IsOpening(before_);
    const bool closes = IsClosing(line.words.front().kind);
    const bool begins = line.begins_entry || (behind_opening && block() != Block::kList && block() != Block::kParen);
    line.indent = Indent(line, begins);
    for (const size_t comment : waiting_comments_) lines_[comment].indent = closes ? BodyIndent() : line.indent;
    if (behind_opening) {
      lines_[waiting_comments_.empty() ? Index(line) : waiting_comments_.front()].blank_before = false;
    }
    if (closes) line.blank_before = false;
    waiting_comments_.clear();
    if (begins) BeginEntry();
    line.kind = begins ? Kind(line) : LineKind::kOther;

    const size_t level = open_.size();
    cell_ = 0;
    seen_columns_ = 0;
    for (size_t i = 0; i < line.words.size(); ++i) {
      Word& word = line.words[i];
      word.gap = Gap(line, i);
      if (open_.size() == level) SetColumn(line.kind, word);
      Step(line, i);
    }
  }

  size_t Index(const Line& line) const { return static_cast<size_t>(&line - lines_.data()); }

  void BeginEntry() {
    before_ = K::kNewline;
    before_is_name_ = false;
    in_marks_ = false;
    in_type_ = block() == Block::kFields;
    entry_word_ = K::kBad;
  }

  // ---- lines

  size_t Indent(const Line& line, bool begins) const {
    size_t closing = 0;
    while (closing < line.words.size() && IsClosing(line.words[closing].kind)) ++closing;
    closing = std::min(closing, open_.size());
    if (closing > 0) return open_[open_.size() - closing].indent;
    if (begins) return BodyIndent();
    const bool in_list =
        block() == Block::kParen || block() == Block::kList || (block() == Block::kFacts && before_ == K::kComma);
    return BodyIndent() + (in_list ? 0 : kStep);
  }

  LineKind Kind(const Line& line) const {
    const auto holds = [&](K kind) {
      return std::any_of(line.words.begin(), line.words.end(), [&](const Word& w) { return w.kind == kind; });
    };
    const Word& first = line.words.front();
    if (holds(K::kNewline) || IsClosing(first.kind)) return LineKind::kOther;
    switch (block()) {
      case Block::kTop:
        if (first.kind == K::kParameter) return holds(K::kColon) ? LineKind::kTypedParameter : LineKind::kParameter;
        if (first.kind == K::kFormula) return LineKind::kFormula;
        return first.kind == K::kGuarantee ? LineKind::kGuarantee : LineKind::kOther;
      case Block::kFields: return NamesSeveral(line) ? LineKind::kOther : LineKind::kField;
      case Block::kScore: return first.is_name ? LineKind::kCriterion : LineKind::kOther;
      case Block::kAdjustments: return LineKind::kAdjustment;
      case Block::kGrade: return first.is_name ? LineKind::kGradeCase : LineKind::kGradeStep;
      case Block::kTable:
      case Block::kBands: return LineKind::kTableRow;
      case Block::kCases: return LineKind::kChooseLine;
      case Block::kParameter: return LineKind::kParameterLine;
      case Block::kRows: return LineKind::kRecordRow;
      default: return LineKind::kOther;
    }
  }

  // A field line that declares several names at once: too long to set the columns of its neighbours.
  static bool NamesSeveral(const Line& line) {
    const auto ends = [](const Word& w) { return w.kind == K::kComma || w.kind == K::kColon; };
    const auto end = std::find_if(line.words.begin(), line.words.end(), ends);
    return end != line.words.end() && end->kind == K::kComma;
  }

  // ---- columns

  // The word begins column `column` of its line, unless an earlier word did.
  void Column(Word& word, size_t column) {
    if ((seen_columns_ >> column & 1) != 0 || before_ == K::kNewline) return;
    seen_columns_ |= size_t{1} << column;
    word.column = column;
  }

  // The columns of each kind of line. REQUIRES: the word stands directly in the line, in no bracket opened there.
  void SetColumn(LineKind kind, Word& word) {
    const bool first_mark = IsMark(word.kind) && !in_marks_;
    switch (kind) {
      case LineKind::kOther: return;
      case LineKind::kField:
        if (word.kind == K::kColon) Column(word, 1);
        if (first_mark) Column(word, 2);
        return;
      case LineKind::kParameter:
      case LineKind::kTypedParameter:
      case LineKind::kFormula:
        if (first_mark) Column(word, 1);
        return;
      case LineKind::kCriterion:
        if (word.kind == K::kNumber && (seen_columns_ >> 2 & 1) == 0) {
          Column(word, 1);
          word.flush_right = word.column.has_value();
        }
        if (word.kind == K::kColon) Column(word, 2);
        if (first_mark || (!word.is_name && EndsCriterion(word.kind))) EndColumns(word);
        return;
      case LineKind::kAdjustment:
        if (word.kind == K::kColon) Column(word, 1);
        if (word.kind == K::kWhen) Column(word, 2);
        if (first_mark) Column(word, 3);
        return;
      case LineKind::kParameterLine:
        if (word.kind == K::kEqual) Column(word, 1);
        if (first_mark) Column(word, 2);
        return;
      case LineKind::kGradeCase:
      case LineKind::kGradeStep:
      case LineKind::kChooseLine:
        if (word.kind == K::kWhen || word.kind == K::kOtherwise) Column(word, 1);
        if (first_mark) Column(word, 2);
        return;
      case LineKind::kGuarantee:
        if (word.kind == K::kEvery) Column(word, 1);
        if (word.kind == K::kColon) Column(word, 2);
        if (first_mark) Column(word, 3);
        return;
      case LineKind::kTableRow:
      case LineKind::kRecordRow: SetRowColumn(word); return;
    }
  }

  static bool EndsCriterion(K kind) {
    return kind == K::kExempt || kind == K::kToZero || kind == K::kToFull || kind == K::kNegative ||
           kind == K::kLeftBrace;
  }

  // What follows a criterion's weight or value stands where it falls, but is no part of the weight's column: a column of
  // its own, shared with no line.
  void EndColumns(Word& word) { word.column = free_column_++; }

  // Of each cell: its content, its marks, the sign behind it.
  void SetRowColumn(Word& word) {
    const bool separator = word.kind == K::kPipe || word.kind == K::kArrow;
    if (separator) {
      word.column = 3 * cell_++ + 2;
    } else if (before_ == K::kPipe || before_ == K::kArrow) {
      word.column = 3 * cell_;
    } else if (IsMark(word.kind) && !in_marks_) {
      word.column = 3 * cell_ + 1;
    }
  }

  // ---- gaps

  // An operand could end with this word, so a sign behind it is a binary one.
  bool EndsOperand() const {
    switch (before_) {
      case K::kNumber:
      case K::kPercent:
      case K::kRightParen:
      case K::kRightBrace:
      case K::kString:
      case K::kDateLiteral:
      case K::kYes:
      case K::kNo: return true;
      default: return before_is_name_;
    }
  }

  size_t Gap(const Line& line, size_t i) const {
    const Word& word = line.words[i];
    if (before_ == K::kLeftParen || word.kind == K::kRightParen) return 0;
    if (before_ == K::kLeftBrace && word.kind == K::kRightBrace) return 0;
    if (word.kind == K::kComma || IsJoint(word.kind) || IsJoint(before_)) return 0;
    if (before_ == K::kComma) return i > 0 && line.words[i - 1].text == "、" ? 0 : 1;
    if (in_type_ && (word.kind == K::kSlash || before_ == K::kSlash)) return 0;
    if (word.kind == K::kLeftParen) return before_is_name_ && !BehindStreak(line, i) ? 0 : 1;
    if (word.kind == K::kBand) return TouchesNumber(line, i) ? 0 : 1;
    if (before_ == K::kNumber && (word.kind == K::kPercent || (word.kind == K::kName && word.tight))) return 0;
    if (unary_minus_) return 0;
    if (IsMark(word.kind)) return in_marks_ ? 1 : InRows() ? kGapBeforeCase : kGapBeforeMarks;
    if (word.kind == K::kExempt && !word.is_name) return kGapBeforeMarks;
    const bool cases = line.kind == LineKind::kChooseLine ? block() == Block::kCases : block() == Block::kGrade;
    if (cases && line.kind != LineKind::kOther && (word.kind == K::kWhen || word.kind == K::kOtherwise)) {
      return kGapBeforeCase;
    }
    const bool message = word.kind == K::kString && declaration_ == K::kCheck && block() == Block::kTop && !in_marks_;
    return message && EndsOperand() ? kGapBeforeCase : 1;
  }

  bool InRows() const { return block() == Block::kTable || block() == Block::kBands; }

  // `连续 2 期 (…)`: the bracket is no argument of 期.
  static bool BehindStreak(const Line& line, size_t i) { return i >= 3 && line.words[i - 3].kind == K::kStreak; }

  // 以上 and the like stand directly behind a number or its unit; an English word would become part of the unit.
  static bool TouchesNumber(const Line& line, size_t i) {
    if (i == 0 || static_cast<unsigned char>(line.words[i].text.front()) < 0x80) return false;
    const K before = line.words[i - 1].kind;
    if (before == K::kNumber || before == K::kPercent) return true;
    return before == K::kName && i >= 2 && (line.words[i - 2].kind == K::kNumber || line.words[i - 2].kind == K::kPer);
  }

  // ---- what is open

  void Step(const Line& line, size_t i) {
    const Word& word = line.words[i];
    unary_minus_ = word.kind == K::kMinus && !EndsOperand();
    if (word.kind == K::kNewline) {
      BeginEntry();
      return;
    }
    if (entry_word_ == K::kBad) {
      entry_word_ = word.kind;
      if (open_.empty()) declaration_ = word.kind;
    }
    if (open_.empty() && declaration_ == K::kParameter) {
      in_type_ = word.kind != K::kEqual && (in_type_ || word.kind == K::kColon);
    }
    if (IsMark(word.kind)) in_marks_ = true;
    if (word.kind == K::kBands || word.kind == K::kProgressive) ++headers_;
    if (word.kind == K::kPipe || word.kind == K::kArrow) in_marks_ = false;
    if (IsOpening(word.kind)) OpenBracket(line, word);
    if (IsClosing(word.kind) && !open_.empty()) CloseBracket();
    before_ = word.kind;
    before_is_name_ = word.is_name;
  }

  void OpenBracket(const Line& line, const Word& word) {
    const Block inner = word.kind == K::kLeftParen ? Block::kParen : BraceBlock();
    if (inner == Block::kBands) --headers_;
    open_.push_back({inner, line.indent, headers_});
    BeginEntry();
  }

  void CloseBracket() {
    headers_ = open_.back().headers;
    open_.pop_back();
    // What follows a bracket goes on with the entry that holds it.
    in_marks_ = false;
    in_type_ = block() == Block::kFields;
    entry_word_ = K::kRightBrace;
  }

  Block BraceBlock() const {
    if (before_ == K::kIn) return Block::kList;
    if (before_ == K::kChoose) return Block::kCases;
    if (headers_ > (open_.empty() ? 0 : open_.back().headers)) return Block::kBands;
    switch (block()) {
      case Block::kTop:
        switch (declaration_) {
          case K::kSubject:
          case K::kInput:
          case K::kRecords: return Block::kFields;
          case K::kScore: return Block::kScore;
          case K::kParameter: return before_ == K::kColon ? Block::kList : Block::kParameter;
          case K::kGrade: return before_ == K::kAlso && !before_is_name_ ? Block::kList : Block::kGrade;
          case K::kTable: return Block::kTable;
          case K::kExample: return Block::kExample;
          default: return Block::kList;
        }
      case Block::kScore:
        return entry_word_ == K::kDeduct || entry_word_ == K::kBonus ? Block::kAdjustments : Block::kScore;
      case Block::kExample: return Block::kFacts;
      case Block::kFacts: return Block::kRows;
      default: return Block::kList;
    }
  }

  std::vector<Line> lines_;
  std::vector<size_t> waiting_comments_;
  std::vector<Open> open_;
  K declaration_ = K::kBad;
  // The first word of the entry; kBad before it.
  K entry_word_ = K::kBad;
  K before_ = K::kNewline;
  bool before_is_name_ = false;
  bool unary_minus_ = false;
  bool in_marks_ = false;
  bool in_type_ = false;
  size_t headers_ = 0;
  size_t cell_ = 0;
  size_t seen_columns_ = 0;
  // Beyond all columns that lines of a kind share.
  size_t free_column_ = 16;
};

}  // namespace

std::vector<Line> LayOut(std::vector<Line> lines) { return Layout(std::move(lines)).Run(); }

}  // namespace heng::format
