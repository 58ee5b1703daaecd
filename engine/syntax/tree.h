// The syntax tree of one policy: what its author wrote, word for word, with places; nothing is resolved or checked yet.
// Made by Parse (engine/syntax/antlr/parser.h), read by semantic/; immutable.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/period.h"
#include "engine/source/source_file.h"
#include "engine/syntax/expr.h"

namespace heng::syntax {

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
  bool is_module = false;  // 模块
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
  std::optional<Date> trial_until;  // 试评: results up to that day have no effect
  Span trial_span;
  Mark trial_mark;
};
// `引用 "common/hotline.heng"`: the definitions of a module; or a published result of another policy, under its name there.
struct UseDecl {
  std::string path;
  Span path_span;
  std::string policy;
  Declared result;
  PeriodKind period = PeriodKind::kQuarter;
  TypeExpr type;
  FieldClauses clauses;
  Mark mark;
};
struct TypeDecl {
  enum class Kind : unsigned char { kEnumeration, kScale, kUnit };
  Name name;
  Kind kind = Kind::kEnumeration;
  std::vector<Name> values;  // of a scale the best first
  std::vector<Name> states;  // 另有
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
  Name name;  // kSubject: the kind of subject; kGiven: the parameter; else 全体, in the place of an id
  Name key;   // kGiven: of a keyed parameter
  std::string id;
  Period from;
  Period to;
  std::vector<ExampleFact> facts;
  std::string message;  // kReject
  ExprId value;         // kGiven
  Span span;
};
struct SubjectDecl {
  Declared declared;
  std::string file;  // 取自: of a catalogue
  Span file_span;
  std::vector<Field> fields;
  Mark mark;
  std::vector<ExampleLine> rows;  // of a catalogue that was read: its subjects
};
struct InputDecl {
  Name subject;  // empty: the first 对象
  PeriodKind period = PeriodKind::kMonth;
  std::vector<Field> fields;
  Mark mark;
};
struct RecordsDecl {
  Declared declared;
  Name parent;                       // 属于: a subject or other records; empty: the first 对象
  std::optional<PeriodKind> period;  // nothing: dated, or with the rows they belong to
  Name date;                         // 按 检查日期: the field that dates a row
  std::vector<Field> fields;
  Mark mark;
};
struct CheckDecl {
  PeriodKind period = PeriodKind::kOnce;
  ExprId condition;
  std::string message;
  Mark mark;
};
// `2025-01-01 起 = 0.2 元`, or `一档 = 3万元`, or an open `一档 待定`.
struct ParameterLine {
  std::optional<Date> since;
  Name key;
  ExprId value;
  Mark mark;
  Span span;
};
struct ParameterDecl {
  Declared declared;
  std::optional<TypeExpr> type;
  FieldClauses clauses;
  ExprId value;
  Name key;          // 按: an enumeration, whose values are the keys of the lines
  std::string file;  // 取自: a CSV of key and value
  Span file_span;
  std::vector<ParameterLine> lines;
  Mark mark;
};
struct FormulaDecl {
  Name place;  // `企业.均分`; empty: the first 对象
  Declared declared;
  PeriodKind period = PeriodKind::kOnce;
  Name key;  // 按: one value for each value of it
  ExprId value;
  Mark mark;
};

struct Adjustment {
  Name name;
  ExprId amount;
  ExprId when;  // none: always, as where the amount counts findings
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
struct Criterion;
// What stands between the braces of a score or of a section. Without criteria, deductions begin at the full marks, additions at 0.
struct ScoreLines {
  bool floor_at_zero = false;  // 扣完为止
  bool stop_at_full = false;   // 加满为止
  bool may_be_negative = false;
  std::vector<Criterion> criteria;
  std::vector<Adjustments> adjustments;
  // The roundings and clamps behind the closing brace: a chain of kRound, kCap, kFloor, the innermost of which has no operand.
  std::vector<ExprId> clauses;
};
struct Criterion {
  Name name;
  Quantity weight;
  ExprId value;
  ExprId exempt_when;
  std::optional<ScoreLines> section;
  Mark mark;
  Span span;
};
struct ScoreDecl {
  Name place;
  Declared declared;
  PeriodKind period = PeriodKind::kMonth;
  Quantity full;
  ScoreLines lines;
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
  Name place;
  Declared declared;
  PeriodKind period = PeriodKind::kMonth;
  std::vector<Name> scale;   // the best first; alone: the 类型 that declares it
  std::vector<Name> states;  // 另有
  std::vector<GradeCase> cases;
  std::vector<GradeStep> steps;
  Mark mark;
};

struct TableRow {
  std::vector<Cell> conditions;
  std::vector<Cell> results;
  Span span;
};
struct TableDecl {
  Name place;
  Name name;
  PeriodKind period = PeriodKind::kOnce;
  std::string file;  // 取自: the rows behind the header
  Span file_span;
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

struct ExampleDecl {
  std::string title;
  std::vector<ExampleLine> lines;
};

using DeclarationBody =
    std::variant<PolicyDecl, UseDecl, TypeDecl, SubjectDecl, InputDecl, RecordsDecl, CheckDecl, ParameterDecl,
                 FormulaDecl, ScoreDecl, GradeDecl, TableDecl, ResultDecl, GuaranteeDecl, ExampleDecl>;
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

// A file that the policy names: a module, or the rows of a table, parameter or catalogue.
struct FileUse {
  std::string path;
  Span span;
  bool module = false;
};
std::vector<FileUse> FilesUsed(const Tree& tree);

// Calls `visit` with the lines and with those of every section in them, the outer first.
void ForEachSection(const ScoreLines& lines, const std::function<void(const ScoreLines&)>& visit);

// The tree without places, one line a node: equal dumps are equal policies. For tests and for the formatter's proof.
std::string Dump(const Tree& tree);

}  // namespace heng::syntax
