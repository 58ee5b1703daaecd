// The syntax tree of one policy: what its author wrote, word for word, with places; nothing is resolved or checked yet.
// Made by Parse (engine/syntax/antlr/parser.h), read by semantic/; immutable.
#pragma once

#include <optional>
#include <string>
#include <variant>
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

// An argument of a call: `无则 100%`, `得分 其中 身份 = 律师`, `季度成绩 在 类别 内`.
struct Argument {
  ExprId value;
  bool if_none = false;
  ExprId where;
  Name within;
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
};

struct TypeExpr {
  enum class Kind : unsigned char { kEnum, kText, kDate, kBool, kInteger, kDecimal, kUnit };
  Kind kind = Kind::kText;
  Span span;
  std::vector<Name> values;  // kEnum
  std::vector<Name> unit;    // kInteger (may be empty), kUnit
};

struct Bound {
  bool negative = false;
  Quantity quantity;
};

struct FieldClauses {
  std::optional<std::pair<Bound, Bound>> range;
  Span range_span;
  std::optional<int> places;
  bool optional = false;
};

struct Field {
  std::vector<Declared> names;
  TypeExpr type;
  FieldClauses clauses;
  Mark mark;
  Span span;
};

struct PolicyDecl {
  std::string id;
  Span id_span;
  std::string title;
  std::string version;
  Span version_span;
  std::optional<Date> first_day;
  std::optional<Date> last_day;
  Span effective_span;
  Mark effective_mark;
  struct Source {
    Name name;
    std::string title;
  };
  std::vector<Source> sources;
};
struct SubjectDecl {
  Declared declared;
  std::vector<Field> fields;
  Mark mark;
};
struct InputDecl {
  PeriodKind period = PeriodKind::kMonth;
  std::vector<Field> fields;
  Mark mark;
};
struct RecordsDecl {
  Declared declared;
  PeriodKind period = PeriodKind::kMonth;
  std::vector<Field> fields;
  Mark mark;
};
struct CheckDecl {
  PeriodKind period = PeriodKind::kOnce;
  ExprId condition;
  std::string message;
  Mark mark;
};
struct ParameterDecl {
  Declared declared;
  std::optional<TypeExpr> type;
  FieldClauses clauses;
  ExprId value;
  Mark mark;
};
struct FormulaDecl {
  Declared declared;
  PeriodKind period = PeriodKind::kOnce;
  ExprId value;
  Mark mark;
};

struct Criterion {
  Name name;
  Quantity weight;
  ExprId value;
  ExprId exempt_when;
  Mark mark;
  Span span;
};
struct Adjustment {
  Name name;
  ExprId amount;
  ExprId when;
  Mark mark;
  Span span;
};
struct Adjustments {
  bool bonus = false;
  std::optional<Quantity> cap;
  std::vector<Adjustment> lines;
  Mark mark;
  Span span;
};
struct ScoreDecl {
  Declared declared;
  PeriodKind period = PeriodKind::kMonth;
  Quantity full;
  bool floor_at_zero = false;
  std::vector<Criterion> criteria;
  std::vector<Adjustments> adjustments;
  // The roundings and clamps behind the closing brace: a chain of kRound, kCap, kFloor, the innermost of which has no operand.
  std::vector<ExprId> clauses;
  Mark mark;
};

struct GradeCase {
  Name grade;
  ExprId when;
  bool otherwise = false;
  Mark mark;
  Span span;
};
struct GradeStep {
  enum class Action : unsigned char { kSet, kRaise, kLower, kBoundOnly };
  Action action = Action::kSet;
  Name grade;       // kSet
  Quantity levels;  // kRaise, kLower
  Name at_least;    // 不低于
  Name at_most;     // 不高于
  ExprId when;
  Mark mark;
  Span span;
};
struct GradeDecl {
  Declared declared;
  PeriodKind period = PeriodKind::kMonth;
  std::vector<Name> scale;  // the best first
  std::vector<GradeCase> cases;
  std::vector<GradeStep> steps;
  Mark mark;
};

struct CellItem {
  enum class Kind : unsigned char { kValue, kBound, kRange };
  Kind kind = Kind::kValue;
  Operator op = Operator::kNone;  // kBound
  ExprId value;                   // kRange: the lower end
  ExprId upper;                   // kRange
  std::string code;               // in a header of results
};
struct Cell {
  enum class Kind : unsigned char { kItems, kAny, kOtherwise };
  Kind kind = Kind::kItems;
  std::vector<CellItem> items;
  Mark mark;
  Span span;
};
struct TableRow {
  std::vector<Cell> conditions;
  std::vector<Cell> results;
  Span span;
};
struct TableDecl {
  Name name;
  PeriodKind period = PeriodKind::kMonth;
  std::vector<TableRow> rows;
  Mark mark;
};

struct ResultDecl {
  PeriodKind period = PeriodKind::kOnce;
  std::vector<Name> names;
};
struct GuaranteeDecl {
  std::string title;
  PeriodKind period = PeriodKind::kOnce;
  bool monotone = false;
  ExprId claim;  // 始终: the claim; 随: what depends
  ExprId along;  // 随: what it depends on
  bool decreasing = false;
  ExprId when;
  Mark mark;
};

struct ExampleFact {
  Name name;
  std::optional<Period> period;  // `月度成绩(2024-07)`
  ExprId value;
  bool is_rows = false;
  std::vector<std::vector<ExprId>> rows;  // the header first
  Span span;
};
struct ExampleLine {
  enum class Kind : unsigned char { kSubject, kFacts, kExpect, kReject, kHistory, kGiven };
  Kind kind = Kind::kFacts;
  Name name;  // kSubject: the kind of subject; kGiven: the parameter
  std::string id;
  Period from;
  Period to;
  std::vector<ExampleFact> facts;
  std::string message;  // kReject
  ExprId value;         // kGiven
  Span span;
};
struct ExampleDecl {
  std::string title;
  std::vector<ExampleLine> lines;
};

using DeclarationBody =
    std::variant<PolicyDecl, SubjectDecl, InputDecl, RecordsDecl, CheckDecl, ParameterDecl, FormulaDecl, ScoreDecl,
                 GradeDecl, TableDecl, ResultDecl, GuaranteeDecl, ExampleDecl>;
struct Declaration {
  Span span;
  DeclarationBody body;
};

struct Tree {
  SourcePtr source;
  std::vector<Declaration> declarations;
  std::vector<Expr> exprs;
  // The names in declarations that hold an error and were left out: they are not to be reported as unknown.
  std::vector<std::string> lost_names;
  // Where a word that is a keyword in other places stands as a name (版本, 内, 升 …), in order. Not dumped.
  std::vector<Span> keyword_names;

  const Expr& operator[](ExprId id) const { return exprs[id.index()]; }
};

// The tree without places, one line a node: equal dumps are equal policies. For tests and for the formatter's proof.
std::string Dump(const Tree& tree);

}  // namespace heng::syntax
