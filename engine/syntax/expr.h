// The expressions of the syntax tree, with the marks, quantities and cells that stand in them. Part of tree.h.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/id.h"
#include "engine/base/period.h"
#include "engine/base/rational.h"
#include "engine/source/source_file.h"

namespace heng::syntax {

struct Expr;
using ExprId = Id<Expr>;

// A name, full-width letters folded and quotes 「」 taken off. Empty text: no name was written.
struct Name {
  std::string text;
  Span span;
};

// What a declaration introduces: a name, an ASCII code that JSON and CSV accept as its equal, a title for people.
struct Declared {
  Name name;
  std::string code;
  Span code_span;
  std::string title;
};

enum class Provenance : unsigned char { kUnmarked, kSourced, kChosen, kOpen };

// 依据 / 自定 / 待定 and 说明 behind a declaration, a line, a cell.
struct Mark {
  Provenance provenance = Provenance::kUnmarked;
  Name source;         // of 依据
  std::string remark;  // the text behind the mark
  std::string note;    // of 说明
  Span span;
};

// A number with its unit as written: `3万元` is 3, scale 10000, unit {元}.
struct Quantity {
  Decimal number;
  Rational scale = 1;
  std::vector<Name> unit;  // numerator, then what it is per; `%` for a percentage; empty for a plain number
  Span span;
};

enum class ExprKind : unsigned char {
  kQuantity,
  kText,
  kDate,
  kBool,
  kName,
  kCall,
  kNegate,
  kNot,
  kArithmetic,
  kCompare,
  kAnd,
  kOr,
  kIn,
  kIf,
  kDefault,
  kRound,
  kCap,
  kFloor,
  kBand,         // `x 80 分以上不满 90 分`
  kBands,        // 分段
  kProgressive,  // 累进
  kChoose,       // 分情形
  kStreak,       // 连续 2 期 C
  kEarlier,      // 前 2 期(x)
};

enum class Operator : unsigned char {
  kNone,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kLess,
  kAtMost,
  kGreater,
  kAtLeast,
  kEqual,
  kNotEqual
};

// How equal values are ranked: 名次顺延 1-2-2-4 (also where nothing is written), 并列不占位 1-2-2-3, 并列从低 1-3-3-4,
// 并列均分 1-2.5-2.5-4, 不并列: by further keys.
enum class TieRule : unsigned char { kUnwritten, kSkip, kDense, kLow, kMean, kBroken };

// A key that parts what is equal: `不并列 按 户数 由低到高`.
struct TieKey {
  ExprId value;
  bool ascending = false;
};

// An argument of a call: `无则 100%`, `得分 其中 身份 = 律师`, `季度成绩 在 类别 内 至少 5 个 否则 全体`.
struct Argument {
  ExprId value;
  bool if_none = false;
  bool ascending = false;  // 由低到高
  ExprId where;
  ExprId distinct;  // 去重
  // 近 4 季: that many periods of that unit, the current one included; 至今: from the beginning.
  std::optional<Quantity> recent;
  bool so_far = false;
  Name within;
  std::optional<Quantity> at_least;  // 至少 5 个 否则 otherwise
  Name otherwise;
  bool skip_missing = false;           // 缺月不计
  std::optional<Quantity> missing_as;  // 缺月按 0 分
  TieRule ties = TieRule::kUnwritten;
  std::vector<TieKey> tie_keys;
  Span span;
};

// One end of a band: `不满 90 分` is kLess and 90 分, `80 分以上` is kAtLeast and 80 分.
struct Limit {
  Operator op = Operator::kNone;
  ExprId value;
};
struct CellItem {
  enum class Kind : unsigned char { kValue, kBand };
  Kind kind = Kind::kValue;
  ExprId value;               // kValue
  std::vector<Limit> limits;  // kBand: one or two; `0 至 3` is ≥ 0 and ≤ 3
  std::string code;           // in a header of results
  Span span;
};
struct Cell {
  enum class Kind : unsigned char { kItems, kAny, kOtherwise };
  Kind kind = Kind::kItems;
  std::vector<CellItem> items;
  Mark mark;
  Span span;
};
// A line of 分段 or 累进: `不满 5 万平方米 → 3 万元`.
struct BandRow {
  Cell band;
  ExprId value;
  Mark mark;
  Span span;
};
// A line of 分情形.
struct ChooseLine {
  ExprId value;
  ExprId when;
  bool otherwise = false;
  Mark mark;
  Span span;
};

// One expression; which members count depends on the kind. Operands stand before their expression in Tree::exprs.
struct Expr {
  ExprKind kind = ExprKind::kQuantity;
  Span span;
  Operator op = Operator::kNone;
  Rounding rounding = Rounding::kHalfAwayFromZero;
  bool truth = false;               // kBool
  std::string text;                 // kText
  Date date;                        // kDate
  Name name;                        // kName, kCall
  Name qualifier;                   // the `b` of `a.b`, kName and kCall
  Quantity quantity;                // kQuantity; the step of kRound
  std::vector<ExprId> operands;     // kIn: the value, then the set
  std::vector<Argument> arguments;  // kCall
  std::vector<Limit> limits;        // kBand: one or two, of operands[0]
  std::vector<BandRow> bands;       // kBands, kProgressive: of operands[0]
  std::vector<ChooseLine> cases;    // kChoose
  // kStreak, kEarlier: how many periods (quantity) of operands[0]
};

// Visits every direct sub-expression in the order in which it was written: operands, arguments with their clauses, limits, rows of
// bands with their cells, lines of cases. Not those of the clauses of a 评分, whose innermost operand is not there.
void ForEachChild(const Expr& expr, const std::function<void(ExprId)>& visit);
void ForEachExpr(const Cell& cell, const std::function<void(ExprId)>& visit);

}  // namespace heng::syntax
