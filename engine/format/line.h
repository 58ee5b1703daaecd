// Lines of words: what the formatter works on between the tokens and the text. Used inside engine/format alone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/bilingual.h"
#include "engine/syntax/token.h"

namespace heng::format {

// One token in its canonical spelling.
struct Word {
  syntax::TokenKind kind = syntax::TokenKind::kBad;
  std::string text;
  // A name, or a contextual keyword that stands as one.
  bool is_name = false;
  // No blank stood before it, and none is needed: what counts between a number and its unit.
  bool tight = false;
  // Blanks before it, unless it begins the line.
  size_t gap = 1;
  // It begins a column that is aligned with the lines around it; counted from the left, with holes.
  std::optional<size_t> column;
  // The text up to the next column stands at the right of its column.
  bool flush_right = false;
};

// Lines of one kind that follow each other share their columns; kOther are never aligned.
enum class LineKind : unsigned char {
  kOther,
  kField,
  kParameter,
  kTypedParameter,
  kFormula,
  kCriterion,
  kAdjustment,
  kGradeCase,
  kGradeStep,
  kGuarantee,
  kParameterLine,
  kChooseLine,
  kTableRow,
  kRecordRow,
};

// Either words with perhaps a comment behind them, or a comment alone.
struct Line {
  std::vector<Word> words;
  std::string comment;
  bool blank_before = false;
  // A newline that counts stands before it: it does not go on with the entry of the line before.
  bool begins_entry = false;
  size_t indent = 0;
  LineKind kind = LineKind::kOther;
};

// The author's lines in canonical spelling, keywords rewritten if asked for; blanks, indentation and columns not yet set.
std::vector<Line> SplitIntoLines(const syntax::TokenList& tokens, std::optional<Language> keywords);

// The same lines with indentation, kinds, gaps and columns.
std::vector<Line> LayOut(std::vector<Line> lines);

// The text of laid out lines, columns aligned.
std::string Render(const std::vector<Line>& lines);

}  // namespace heng::format
