// The model: a policy whose names are resolved and whose types, units and grains are checked. It keeps the syntax tree and adds,
// per expression, what was found out; graph/ translates it. Immutable, shared between threads.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/id.h"
#include "engine/base/period.h"
#include "engine/base/unit.h"
#include "engine/diagnostics/diagnostic.h"
#include "engine/semantic/value.h"
#include "engine/syntax/tree.h"

namespace heng::semantic {

struct Sort;
struct Enumeration;
struct Field;
struct Definition;
using SortId = Id<Sort>;
using EnumId = Id<Enumeration>;
using FieldId = Id<Field>;
using DefinitionId = Id<Definition>;

// What there are instances of: the whole district (always sort 0), subjects, rows of records, the values of a key (E/k).
struct Sort {
  enum class Kind : unsigned char { kWhole, kSubject, kRecords, kKey };
  Kind kind = Kind::kWhole;
  std::string name;
  std::string code;
  std::string title;
  SortId parent;  // of records: the subject or the records they belong to; of subjects and keys: the whole
  Span span;
  PeriodKind period = PeriodKind::kOnce;  // of records: of their rows; kDay: dated
  FieldId date;                           // of dated records: what dates a row
  std::string file;                       // of a catalogue: the CSV beside the policy that lists its subjects
  SortId base;                            // of the values of a key: whose key
  size_t key = 0;                         // the key's field, or its definition
  bool key_is_field = true;
};
inline constexpr SortId kWholeSort{0};

// One value for each instance of the sort and each period of the kind. A row of records has the period that it names.
struct Grain {
  SortId sort = kWholeSort;
  PeriodKind period = PeriodKind::kOnce;
  friend bool operator==(const Grain&, const Grain&) = default;
};

// Values in their declared order; `ordered`: a scale, the best first.
struct Enumeration {
  std::string name;
  std::vector<std::string> values;
  bool ordered = false;
  size_t states = 0;  // how many at the end are states that are no grade: unordered, in no rank

  size_t grades() const { return values.size() - states; }
};

enum class TypeKind : unsigned char { kUnknown, kNumber, kBool, kText, kEnum, kDate, kSubject };

// kUnknown stands for what was reported already and agrees with everything.
struct Type {
  TypeKind kind = TypeKind::kUnknown;
  Unit unit;
  EnumId enumeration;
  bool optional = false;
  // Only how it is written and answered: in per cent (95% is 0.95 in formulas).
  bool percent = false;
  SortId subject;  // kSubject: a reference to a subject of that kind

  bool known() const { return kind != TypeKind::kUnknown; }
  bool is_number() const { return kind == TypeKind::kNumber; }
};

// A mark with its source resolved, for reports: what it covers, in words.
struct ProvenanceItem {
  syntax::Provenance provenance = syntax::Provenance::kUnmarked;
  std::string what;
  std::string source;
  std::string remark;
  Span span;
};

// A fact, an attribute, a field of a record's row, a parameter (a field of the whole, once), a result of another policy, or whether
// a subject has a row of facts for a period at all (for 缺月不计; no data file has that one).
struct Field {
  enum class Kind : unsigned char { kAttribute, kFact, kRecord, kParameter, kImported, kPresence };
  Kind kind = Kind::kFact;
  std::string name;
  std::string code;
  Grain grain;
  Type type;
  std::optional<std::pair<Rational, Rational>> range;  // both included
  std::optional<int> places;                   // decimal places at most; of a percentage, of the number before %
  std::optional<Value> value;                  // of a parameter that is not open
  bool open = false;                           // a parameter that the district must bind
  std::vector<std::pair<Date, Value>> since;   // of a parameter with history: its values, each from its day on
  std::string policy;                          // kImported: the other policy, whose result has this name
  PeriodKind imported = PeriodKind::kQuarter;  // kImported: of what periods its results are
  syntax::Mark mark;
  Span span;
};

struct ScoreRef {
  size_t declaration;
};
struct GradeRef {
  size_t declaration;
};
struct ColumnRef {
  size_t declaration;
  size_t column;
};
struct FormulaRef {
  size_t declaration;
};

// A named expression: a formula, a score, a grade, a result column of a table. The body is the tree's declaration.
struct Definition {
  std::string name;
  std::string code;
  std::string title;
  Grain grain;
  Type type;
  std::variant<FormulaRef, ScoreRef, GradeRef, ColumnRef> body;
  // The places with which it is printed: of its declared rounding, or 2 for money.
  std::optional<int> places;
  syntax::Mark mark;
  Span span;
};

enum class Builtin : unsigned char {
#define BUILTIN(name, zh, en, least, most, kind) k##name,
#include "engine/semantic/builtins.def"
#undef BUILTIN
  kParameterOf,  // a keyed parameter: `单价(档次)`
};

// What a name or call in an expression stands for.
struct Referent {
  enum class Kind : unsigned char { kNone, kField, kDefinition, kEnumValue, kRecords, kBuiltin, kAbsent };
  Kind kind = Kind::kNone;
  size_t index = 0;  // of the field, definition, sort; the code of the enum value
  Builtin builtin = Builtin::kSum;
  // Of an aggregation: `在 K 内`.
  enum class Scope : unsigned char { kNone, kKey, kWhole };
  Scope scope = Scope::kNone;
  size_t key = 0;  // the key's field, or its definition
  bool key_is_field = true;
  // `所属企业.名称`: the reference that leads to the sort of the field or definition.
  FieldId via;
};

struct ExprInfo {
  Type type;
  Grain grain;   // the finest that it reads; of an aggregation, that of its argument
  Grain target;  // of an aggregation: the grain of its result
  Referent referent;
  // Of an aggregation and of 连续: over how many periods of the target; 0: from the beginning. Of 前 N 期 and 上年同期: how many back.
  int window = 1;
  FieldId presence;  // 缺月不计, 缺月按: whether there are facts for the period
  // 至少 N 个 否则: the wider scope.
  bool otherwise_whole = true;
  size_t otherwise_key = 0;
  bool otherwise_is_field = true;
};

// The subjects of a kind that come with the policy (取自), and their attributes.
struct Catalogue {
  SortId sort;
  std::vector<FieldId> fields;
  std::vector<std::string> ids;
  std::vector<std::vector<Value>> rows;
};

// A parameter with one value for each value of an enumeration: fields of the name `单价.一档`, in the order of the enumeration.
struct KeyedParameter {
  std::string name;
  EnumId key;
  std::vector<FieldId> values;
  Span span;
};

struct Check {
  size_t declaration = 0;
  Grain grain;
};
struct PublishedResult {
  PeriodKind period = PeriodKind::kOnce;
  DefinitionId definition;
  Span span;
};
struct Guarantee {
  size_t declaration = 0;
  Grain grain;
};

// In an example a subject is meant by its id, whatever its kind; the whole by an empty one.
struct ExampleSubject {
  SortId sort;
  std::string id;
  std::vector<std::pair<FieldId, Value>> attributes;
  Span span;
};
struct ExampleValue {
  std::string id;
  Period period;
  FieldId field;
  Value value;
  Span span;
};
struct ExampleRow {
  std::string key;     // 行号
  std::string parent;  // the 行号 of the row that it belongs to
  std::vector<std::pair<FieldId, Value>> cells;
};
struct ExampleRows {
  std::string id;
  Period period;
  SortId sort;
  std::vector<ExampleRow> rows;
  Span span;
};
struct ExampleHistory {
  std::string id;
  Period period;
  DefinitionId definition;
  FieldId imported;  // a result of another policy instead
  Value value;
  Span span;
};
struct ExampleExpectation {
  std::string id;
  Period period;
  DefinitionId definition;
  Value value;
  Span span;
};
struct ExampleRejection {
  std::string id;
  Period period;
  std::string message;
  Span span;
};
struct Example {
  std::string title;
  std::vector<ExampleSubject> subjects;
  std::vector<ExampleValue> values;
  std::vector<ExampleRows> rows;
  std::vector<ExampleHistory> history;
  std::vector<std::pair<FieldId, Value>> given;
  std::vector<ExampleExpectation> expectations;
  std::vector<ExampleRejection> rejections;
  Span span;
};

struct Model {
  std::shared_ptr<const syntax::Tree> tree;
  syntax::PolicyDecl policy;
  std::vector<Sort> sorts;
  std::vector<Enumeration> enumerations;
  std::vector<Field> fields;
  std::vector<Definition> definitions;
  // Definitions so ordered that each stands behind those it reads (past values apart).
  std::vector<DefinitionId> order;
  std::vector<Check> checks;
  std::vector<PublishedResult> results;
  std::vector<KeyedParameter> keyed;
  std::vector<Catalogue> catalogues;
  std::vector<std::string> units;  // that the policy declares
  // The periods for which a subject may have no row of facts (缺月不计, 缺月按).
  std::set<std::pair<SortId, PeriodKind>> may_miss;
  std::vector<Guarantee> guarantees;
  std::vector<Example> examples;
  std::vector<ExprInfo> exprs;  // by ExprId
  std::vector<ProvenanceItem> provenance;

  const Sort& operator[](SortId id) const { return sorts[id.index()]; }
  const Enumeration& operator[](EnumId id) const { return enumerations[id.index()]; }
  const Field& operator[](FieldId id) const { return fields[id.index()]; }
  const Definition& operator[](DefinitionId id) const { return definitions[id.index()]; }
  const ExprInfo& operator[](syntax::ExprId id) const { return exprs[id.index()]; }

  // A unit of the language, or one that the policy declares.
  std::optional<WrittenUnit> FindUnit(std::string_view name) const;
  // By declared name or ASCII code; nothing if there is none.
  std::optional<FieldId> FindField(SortId sort, std::string_view name) const;
  std::optional<SortId> FindSort(std::string_view name) const;
  std::optional<FieldId> FindParameter(std::string_view name) const;
  std::optional<DefinitionId> FindDefinition(std::string_view name) const;
  std::optional<SortId> FindRecords(std::string_view name) const;
  // The kind of subject that is declared first: what is meant where none is named. REQUIRES: the model was checked without errors.
  SortId subject() const;
  // The coarsest period that results are published for: what a settlement is of.
  PeriodKind settlement_period() const;
};

// One step from a sort to another: to what it belongs to, along a reference, to the value of a key.
struct Hop {
  enum class Kind : unsigned char { kParent, kReference, kKey, kWhole };
  Kind kind = Kind::kParent;
  SortId to;
  FieldId reference;
};
// The one way from a sort to a coarser one; empty if they are the same. Nothing if there is none, or more than one.
std::optional<std::vector<Hop>> WayBetween(const Model& model, SortId from, SortId to);

// True if a value at `coarse` can be read at `fine` without a choice: the same or a containing period, and the same sort or one
// to which there is one way.
bool Readable(const Model& model, Grain fine, Grain coarse);

// `住宅物业项目 × 每月`, for messages.
Bilingual Describe(const Model& model, Grain grain);
Bilingual Describe(const Model& model, const Type& type);
// `90 分`, `绿牌`, `“文字”`; for messages and explanations.
std::string Describe(const Model& model, const Type& type, const Value& value);

// The value written by a quantity, in base units; nothing if the unit is unknown.
struct ReadQuantity {
  Rational value;
  Unit unit;
  bool percent = false;
};
std::optional<ReadQuantity> Read(const syntax::Quantity& quantity, const Model& model);

// Resolves and checks. The model is usable only if the sink has no errors afterwards.
std::shared_ptr<const Model> Analyse(std::shared_ptr<const syntax::Tree> tree, DiagnosticSink& sink);

}  // namespace heng::semantic
