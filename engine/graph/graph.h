// The evaluation graph: a policy as a hash-consed DAG of the thirteen kernel forms and nothing else. Made by Build, read by the
// analyses, the interpreter, explanations, pictures, differences and proofs. Immutable, shared between threads.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/semantic/model.h"

namespace heng::graph {

using semantic::EnumId;
using semantic::FieldId;
using semantic::Grain;
using semantic::SortId;
using semantic::Type;
using semantic::TypeKind;

struct Node;
struct Definition;
struct Path;
using NodeId = Id<Node>;
using DefId = Id<Definition>;
using PathId = Id<Path>;

enum class Form : unsigned char {
  kLiteral,
  kField,
  kName,
  kPull,
  kOp,
  kCase,
  kNone,
  kHas,
  kElse,
  kFold,
  kRank,
  kPast,
  kFail
};

// Comparisons are the four; a > b is kLess with its operands exchanged. On a scale the better value is the greater.
// kAnd and kOr decide from left to right: what stands behind the deciding operand is not looked at.
// Dates: kAddMonths, kAddDays: a date and a whole number. kMonthsBetween: whole months from the first to the second. kPeriod…: of the
// instance's own period, no operands; its number in the year counts from 1.
// kRound…: the number and its step. kShift: a grade and a number of levels (up is positive), clamped to the scale.
enum class Op : unsigned char {
  kNone,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kNegate,
  kMin,
  kMax,
  kRoundHalfUp,
  kRoundHalfEven,
  kRoundDown,
  kRoundUp,
  kEqual,
  kLess,
  kAtMost,
  kAnd,
  kOr,
  kNot,
  kShift,
  kAddMonths,
  kAddDays,
  kMonthsBetween,
  kDaysBetween,
  kPeriodStart,
  kPeriodEnd,
  kPeriodNumber,
};
// kNth: the value whose key is the n-th (`back`) from the first, or if `descending` from the last; equal keys there are an error.
enum class FoldOp : unsigned char { kSum, kCount, kAny, kMin, kMax, kAll, kOnly, kNth };
// kCompetition: 1-2-2-4 (名次顺延). kDense: 1-2-2-3 (并列不占位). kLow: 1-3-3-4 (并列从低). kMean: 1-2.5-2.5-4 (并列均分). kError:
// equals fail (不并列). kDistinct: by the hidden identity of rows, legal only where the result cannot depend on it.
enum class Ties : unsigned char { kCompetition, kDistinct, kDense, kLow, kMean, kError };

// One step of a path, from the finer grain to the coarser.
struct Step {
  enum class Kind : unsigned char { kParent, kReference, kKey, kWhole, kCalendar };
  Kind kind = Kind::kParent;
  FieldId reference;                      // kReference
  SortId quotient;                        // kKey: the sort of the key's values
  PeriodKind period = PeriodKind::kOnce;  // kCalendar

  static Step Parent() { return {Kind::kParent, {}, {}, PeriodKind::kOnce}; }
  static Step Whole() { return {Kind::kWhole, {}, {}, PeriodKind::kOnce}; }
  static Step Reference(FieldId field) { return {Kind::kReference, field, {}, PeriodKind::kOnce}; }
  static Step Key(SortId quotient) { return {Kind::kKey, {}, quotient, PeriodKind::kOnce}; }
  static Step Calendar(PeriodKind period) { return {Kind::kCalendar, {}, {}, period}; }
  friend bool operator==(const Step&, const Step&) = default;
};
struct Path {
  std::vector<Step> steps;
  friend bool operator==(const Path&, const Path&) = default;
};

// A quotient E/k: one instance for each value of the keys among the instances of its base sort. With `owner`, the instance of that
// sort to which a row belongs is one more key, so that rows of different subjects do not meet.
struct Quotient {
  SortId sort;
  SortId base;
  std::vector<NodeId> keys;  // at the grain of the base
  SortId owner;
  std::string name;
};

// Which members count depends on the form.
//   kLiteral: literal          kField: field              kName: definition        kPull: operand, path
//   kOp: op, operands          kCase: condition, value, condition, value, …, and the else value if has_else; unique: no two may hold
//   kHas, kElse: operands      kFold: fold, value, key (of kNth), condition (if any), path, source, window
//   kRank: keys, condition (if any), path, ties, descending by key     kPast: operand (kField or kName), back (0: see window)      kFail: literal (its message)
struct Node {
  Form form = Form::kNone;
  Op op = Op::kNone;
  FoldOp fold = FoldOp::kSum;
  Ties ties = Ties::kCompetition;
  bool unique = false;
  bool has_else = false;
  bool conditional = false;  // kFold, kRank: the last operand is a condition
  bool descending = true;
  std::vector<bool> further;  // kRank: of each further key, whether it is descending
  Type type;
  Grain grain;
  Grain source;  // kFold: the grain that is folded
  std::vector<NodeId> operands;
  Value literal;
  FieldId field;
  DefId definition;
  PathId path;
  int back = 0;
  // kFold: over how many periods of the target, the last of which is its own; 0: from the beginning. In a window of more than one
  // period the past is read as recorded (kPast with back 0 is the present inside the settled period, what is recorded before it).
  int window = 1;
};

// A named expression. Every score line, case arm and table row is one, so that equal numbers with different sources stay apart.
struct Definition {
  enum class Kind : unsigned char {
    kFormula,
    kScore,
    kGrade,
    kColumn,  // declared by the author
    kCriterion,
    kExemption,
    kSubtotal,
    kAdjustment,
    kAdjustments,  // parts of a score
    kArm,
    kBase,
    kStep,  // parts of a grade
    kRow,   // of a table: its condition
    kCheck,
    kGuarantee,
  };
  Kind kind = Kind::kFormula;
  std::string name;   // `月度成绩·接诉即办`
  std::string label;  // `接诉即办`; of a check its message, of a guarantee its title
  NodeId body;
  Grain grain;
  Type type;
  std::optional<int> places;
  DefId owner;                     // of a part: the whole
  std::optional<Rational> weight;  // of a criterion: its weight (0.3) or its marks
  bool weighted = false;           // the weight is in per cent
  semantic::DefinitionId declared;
  Span span;
  semantic::EnumId scale;         // of a grade
  std::optional<EnumCode> grade;  // of an arm: its grade; of a step that sets: the grade set
  syntax::Mark mark;
};

// Where a node stands in the text: equal nodes are one node, but their places, and so their sources, differ.
struct Occurrence {
  DefId definition;
  uint32_t position = 0;  // in the order of translation, within the definition
  NodeId node;
  Span span;
  syntax::Mark mark;  // of a cell: its own
};

// What the compiler owes a proof of. Discharged by analysis/obligations.
struct Obligation {
  enum class Kind : unsigned char {
    kWithin,
    kNonNegative,
    kNonZero,
    kSomeApply,
    kNoGap,
    kNoOverlap,
    kFinite,
    kMatters,
    kQuota
  };
  Kind kind = Kind::kWithin;
  NodeId
      node;  // kWithin, kFinite: the value; kNonZero: the quotient; kSomeApply: a score by the weights that apply; kNoGap, kNoOverlap: the case; kMatters: the min or max; kQuota: a rank whose ties are nowhere ruled
  DefId definition;
  std::string name;
  Rational low, high;  // kWithin
  Unit unit;
  Span span;
  std::vector<Span> arms;  // of a case
  std::vector<Bilingual> arm_names;
  bool bounded_below = true;  // kWithin: `low` counts
  bool guarded = false;       // kNonZero: a case of its own leaves 0 out; only what may be below 0 is told
};

// Where the policy goes one way or another: what examples ought to reach. Its arms are those of the node (of kElse: the value, then
// what stands for it where it is absent), each where it stands in the text.
struct Decision {
  enum class Kind : unsigned char { kCase, kRow, kBranch, kStep };
  Kind kind = Kind::kCase;
  NodeId node;
  std::vector<Span> arms;
  std::vector<Bilingual> names;
};

struct Root {
  enum class Kind : unsigned char { kResult, kCheck, kGuarantee, kMonotone, kExample };
  Kind kind = Kind::kResult;
  std::string name;
  DefId definition;  // kMonotone: what depends
  // kMonotone: what it depends on (kField or kName), its direction and the condition under which (if any).
  NodeId along;
  bool decreasing = false;
  NodeId when;
  Span span;
};

struct Graph {
  std::shared_ptr<const semantic::Model> model;  // the schema: sorts, fields, enumerations, provenance
  std::vector<Node> nodes;                       // operands stand before their node
  std::vector<Path> paths;
  std::vector<Quotient>
      quotients;  // of declared keys (Sort::Kind::kKey), and others whose ids follow those of the model's sorts
  std::vector<Definition> definitions;  // each behind those it reads, past values apart
  std::vector<Occurrence> occurrences;
  std::vector<Obligation> obligations;
  std::vector<Decision> decisions;
  std::vector<Root> roots;
  std::string digest;  // SHA-256 of the source bytes

  const Node& operator[](NodeId id) const { return nodes[id.index()]; }
  const Definition& operator[](DefId id) const { return definitions[id.index()]; }
  const Path& operator[](PathId id) const { return paths[id.index()]; }
  bool is_quotient(SortId sort) const {
    return sort.index() >= model->sorts.size() || (*model)[sort].kind == semantic::Sort::Kind::kKey;
  }
  const Quotient& quotient(SortId sort) const;
  std::optional<DefId> Find(std::string_view name_or_code) const;
  std::string sort_name(SortId sort) const;
  // The open parameters that the definition's value may depend on, decided statically.
  std::vector<FieldId> OpenParametersOf(DefId definition) const;
  // True if a fold or rank along the path puts different subjects together.
  bool LeavesSubject(PathId path) const;
  // True if the definition's value depends on other subjects (a rank, a fold over peers).
  bool NeedsPeers(DefId definition) const;
};

using GraphPtr = std::shared_ptr<const Graph>;

// Translates the checked model. REQUIRES: the sink has no errors for it.
GraphPtr Build(std::shared_ptr<const semantic::Model> model);

}  // namespace heng::graph
