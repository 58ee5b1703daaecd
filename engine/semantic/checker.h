// The working state of Analyse: names, then types, then rules. Used inside this folder only; its parts stand in declarations.cc,
// sorts.cc, definitions.cc, parameters.cc, types.cc, expressions.cc, grains.cc, calls.cc, rules.cc, tables.cc, provenance.cc, examples.cc and order.cc.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "engine/semantic/model.h"

namespace heng::semantic {

using syntax::Expr;
using syntax::ExprId;
using syntax::ExprKind;
using syntax::Operator;

// What a condition that holds says of other values: which optional ones are present, how many rows there are at least.
struct Narrowing {
  std::set<std::pair<Referent::Kind, size_t>> present;
  std::set<std::string> present_texts;   // of expressions that are no names, as they are written
  std::map<size_t, int64_t> least_rows;  // by sort
};

// Where an expression stands.
struct Scope {
  Grain at;
  Narrowing narrowing;
  bool inside_aggregation = false;
  // Inside an aggregation over rows: their records, whose fields may be named without them.
  std::optional<SortId> rows;
};

class Checker {
 public:
  Checker(std::shared_ptr<const syntax::Tree> tree, DiagnosticSink& sink);
  std::shared_ptr<const Model> Run();

 private:
  struct Symbol {
    enum class Kind : unsigned char { kSort, kField, kDefinition };
    Kind kind = Kind::kField;
    size_t index = 0;
    Span span;
    // Fields of the same name of other subjects: which one is meant, the place of the expression decides.
    std::vector<size_t> others;
    SortId field_sort;  // of a field that is being added
  };

  // ---- declarations.cc: every name that is declared
  bool CheckDepth();
  void Declare();
  void DeclarePolicy(const syntax::PolicyDecl& policy, Span span);
  void DeclareType(const syntax::TypeDecl& type);
  // An enumeration of the values, then the states; each of them stands for it where it is named.
  EnumId DeclareEnumeration(const std::string& name, const std::vector<syntax::Name>& values, bool ordered,
                            const std::vector<syntax::Name>& states);
  void DeclareImported(const syntax::UseDecl& use);
  bool AddSymbol(const std::string& name, Symbol symbol);
  void AddCode(const std::string& code, Span span, SortId sort);
  void CheckHeader();
  // Where the enumeration was declared.
  Span PlaceOf(EnumId enumeration) const;
  void WarnUnused();

  // ---- sorts.cc
  SortId DeclareSort(Sort::Kind kind, const syntax::Declared& declared, SortId parent);
  void DeclareFields(Field::Kind kind, Grain grain, const std::vector<syntax::Field>& fields);
  void DeclareField(Field::Kind kind, Grain grain, const syntax::Field& declared, const syntax::Declared& name);
  void DeclarePresence(SortId sort, PeriodKind period);
  void DeclareSubject(const syntax::SubjectDecl& subject);
  void ReadCatalogue(const syntax::SubjectDecl& subject);
  void DeclareRecords(const syntax::RecordsDecl& records);
  void FinishRecords(const syntax::RecordsDecl& records);
  void DeclareInput(const syntax::InputDecl& input);
  PeriodKind RecordsPeriodOf(SortId sort) const;
  // The sort of that name; the first 对象 if there is no name. Reports a name that is none.
  std::optional<SortId> FindPlace(const syntax::Name& name, const Bilingual& kind);

  // ---- parameters.cc
  void DeclareParameter(const syntax::ParameterDecl& parameter);
  void DeclareValue(const syntax::ParameterDecl& parameter, Field& field);
  void DeclareHistory(const syntax::ParameterDecl& parameter, Field& field);
  void DeclareKeyed(const syntax::ParameterDecl& parameter, const Field& common);
  Type TypeOfConstant(ExprId value) const;
  bool IsUnitAlone(const Expr& value) const;
  // The value of the parameter, or of one of its lines.
  std::optional<Value> ReadParameter(const syntax::ParameterDecl& parameter, ExprId id, const Type& type, bool bare);
  std::optional<EnumId> FindEnumeration(const syntax::Name& name);

  // ---- definitions.cc
  void DeclareDefinition(Definition definition, Span span);
  void DeclareFormula(size_t declaration, const syntax::FormulaDecl& formula);
  void DeclareScore(size_t declaration, const syntax::ScoreDecl& score);
  void DeclareGradeScale(size_t declaration, const syntax::GradeDecl& grade);
  void DeclareTable(size_t declaration, const syntax::TableDecl& table);
  // `公式 企业.均分 每季`: its grain; on rows, the period is that of the row.
  std::optional<Grain> GrainOfDeclared(const syntax::Name& place, PeriodKind period, Span span);
  std::optional<SortId> DeclareKey(const syntax::Name& key, Grain at);

  // ---- types.cc: types, ranges, constants
  Type ReadType(const syntax::TypeExpr& type, const std::string& enumeration_name);
  std::optional<WrittenUnit> ReadUnit(const std::vector<syntax::Name>& unit);
  std::optional<ReadQuantity> ReadMarked(const syntax::Quantity& quantity);
  void ReadClauses(const syntax::FieldClauses& clauses, bool integer, Field& field);
  std::optional<Rational> ReadBound(const syntax::Bound& bound, const Field& field);
  // A constant of the type; `bare`: a number without unit takes the type's.
  std::optional<Value> ReadConstant(ExprId id, const Type& type, bool bare);
  void CheckInRange(const Field& field, const Value& value, Span span);
  std::optional<Type> Unify(const Type& a, const Type& b);

  // ---- expressions.cc
  Type Check(ExprId id, const Scope& scope, const Type* expected = nullptr);
  Type CheckKind(ExprId id, const Expr& expr, const Scope& scope, const Type* expected);
  Type CheckName(ExprId id, const Expr& expr, const Scope& scope, const Type* expected);
  Type CheckQualified(ExprId id, const Expr& expr, const Scope& scope);
  // A member of the sort: a field, or a definition for each instance of it.
  Type CheckMember(ExprId id, const Expr& expr, const Scope& scope, SortId sort);
  Type CheckField(ExprId id, size_t index, const Scope& scope);
  std::optional<Type> CheckPeriodName(ExprId id, const std::string& name, const Scope& scope);
  // Of the fields of one name, the one that is meant at the scope; nothing if several may be.
  std::optional<size_t> Meant(const Symbol& symbol, const Scope& scope) const;
  // Where an expression of that grain is computed: names of a row's own fields stand alone.
  Scope ScopeAt(Grain at) const;
  Type CheckArithmetic(const Expr& expr, const Scope& scope);
  Type CheckCompare(const Expr& expr, const Scope& scope);
  Type CheckMembership(const Expr& expr, const Scope& scope);
  Type CheckIf(const Expr& expr, const Scope& scope, const Type* expected);
  Type CheckClause(const Expr& expr, const Scope& scope, const Type& operand);
  Type CheckDateShift(const Expr& expr, const Type& right);
  // ---- cases.cc
  bool IsOrdered(const Type& type) const;
  Type CheckBand(const Expr& expr, const Scope& scope);
  Type CheckBands(const Expr& expr, const Scope& scope, const Type* expected);
  Type CheckProgressive(const Expr& expr, const Scope& scope);
  Type CheckChoose(const Expr& expr, const Scope& scope, const Type* expected);
  Type CheckStreak(ExprId id, const Expr& expr, const Scope& scope);
  Type CheckPast(ExprId argument, const Scope& scope);
  PeriodKind PeriodOfPast(ExprId argument) const;
  void CheckRecorded(ExprId root);
  std::optional<Type> UnifyBranch(const std::optional<Type>& type, const Type& more, ExprId at);
  // How many periods of the kind a quantity says (`4 季`, `12 个月`, `2 期`).
  std::optional<int> ReadPeriods(const syntax::Quantity& quantity, PeriodKind at);
  // The expression must have the type (any unit if `unit` is null), and be present.
  void Demand(ExprId id, const Type& found, TypeKind kind, const Unit* unit = nullptr);
  void DemandPresent(ExprId id, const Type& found);
  void CheckCondition(ExprId id, const Scope& scope);
  Narrowing Narrow(ExprId condition, bool truth) const;
  Scope Within(const Scope& scope, const Narrowing& more) const;
  void ReportUnknown(const syntax::Name& name, const Bilingual& kind, const std::vector<std::string>& candidates);
  bool IsLost(const std::string& name) const { return lost_.count(name) > 0; }
  std::optional<size_t> FindEnumValue(EnumId id, const std::string& name) const;
  std::vector<std::string> ValueNames() const;
  // ---- grains.cc
  // Walks the leaves of an expression without entering aggregations.
  void ForEachLeaf(ExprId id, const std::function<void(ExprId, const Expr&)>& visit) const;
  std::optional<Grain> FinestOf(const std::vector<ExprId>& roots);
  void CheckReadable(ExprId root, Grain at);
  Grain GrainOf(ExprId leaf) const;
  std::string TextOf(ExprId id) const { return std::string(tree_->source->Text((*tree_)[id].span)); }

  // ---- calls.cc
  Type CheckCall(ExprId id, const Expr& expr, const Scope& scope, const Type* expected);
  Type CheckAggregation(ExprId id, const Expr& expr, const Scope& scope, Builtin builtin);
  Type CheckShare(const Expr& expr, const Scope& scope);
  Type CheckKeyed(ExprId id, const Expr& expr, const Scope& scope, size_t keyed);
  Type CheckShareOut(const Expr& expr, const Scope& scope);
  Type CheckDates(const Expr& expr, const Scope& scope, const Unit& unit);
  Type CheckGrowth(const Expr& expr, const Scope& scope);
  Type CheckCountOf(const Expr& expr, const Scope& scope);
  void CheckClauses(ExprId id, const Expr& expr, Builtin builtin, bool aggregates);
  void CheckAggregationClauses(ExprId id, const Expr& expr, const Scope& scope, Builtin builtin);
  void CheckMissing(ExprId id, const syntax::Argument& argument);
  Type CheckOverValues(const Expr& expr, const Scope& scope);
  std::optional<SortId> RowsNamedIn(ExprId root) const;
  bool ResolveScope(ExprId id, const syntax::Argument& argument, const Scope& scope);
  // The key of that name; nothing (and reported) if there is none.
  std::optional<std::pair<size_t, bool>> FindKey(const syntax::Name& name, const Scope& scope);
  Type AggregateType(ExprId id, const Expr& expr, Builtin builtin, const Type& argument, bool maybe_empty);
  bool MaybeEmpty(const Expr& expr, const ExprInfo& info, const Scope& scope, Builtin builtin) const;

  // ---- rules.cc
  void CheckBodies();
  void CheckDefinition(DefinitionId id);
  void CheckFormula(Definition& definition, const syntax::FormulaDecl& formula);
  // ---- scores.cc
  void CheckScore(Definition& definition, const syntax::ScoreDecl& score);
  void CheckScoreLines(const Definition& definition, const syntax::Name& name, const syntax::ScoreLines& lines,
                       const Rational& full);
  void CheckCriterion(const syntax::Criterion& criterion, const Definition& definition, const Rational& full);
  void CheckNamedCriterion(const syntax::Criterion& criterion, const Definition& definition, const Scope& scope);
  void CheckAdjustments(const syntax::Adjustments& block, const Definition& definition);
  void CheckWeights(const syntax::Name& name, const syntax::ScoreLines& lines, const Rational& full, const Unit& unit);
  void CheckGrade(Definition& definition, const syntax::GradeDecl& grade);
  void CheckGradeStep(const syntax::GradeStep& step, const Definition& definition);
  void CheckGradeName(const syntax::Name& name, EnumId scale);
  std::optional<Grain> GrainOfClaim(const std::vector<ExprId>& roots, PeriodKind period);
  // True for a call that folds rows, finer periods or peers.
  bool IsAggregation(const Expr& expr) const;
  void CheckChecks();
  void CheckResults();
  void CheckGuarantees();
  std::optional<int> PlacesOf(ExprId body, const Type& type) const;
  const syntax::Expr* OutermostRounding(ExprId body) const;

  // ---- tables.cc
  void CheckTable(const syntax::TableDecl& table, Grain at);
  void CheckConditionCell(const syntax::Cell& cell, const Type& wanted, const Scope& scope);
  Type CheckResultColumn(const syntax::TableDecl& table, size_t column, Grain at);
  void CheckCellCounts(const syntax::TableDecl& table);

  // ---- provenance.cc
  void CollectProvenance();
  void CheckMark(const syntax::Mark& mark, const std::string& what, bool may_be_open);
  void WarnUnmarked(ExprId root, bool covered);
  void CollectInner(ExprId root, const std::string& what);
  void WarnUnmarked(const syntax::Quantity& quantity, bool covered);
  void CollectScore(const syntax::ScoreDecl& score);
  void CollectScoreLines(const std::string& name, const syntax::ScoreLines& lines, bool covered);
  void CollectParameter(const syntax::ParameterDecl& parameter);
  void CollectGrade(const syntax::GradeDecl& grade);
  void CollectTable(const syntax::TableDecl& table);

  // ---- examples.cc
  void CheckExamples();
  void CheckExample(const syntax::ExampleDecl& declared, Span span);
  void CheckExampleLine(const syntax::ExampleLine& line, Example& example);
  std::optional<SortId> ExampleSort(const syntax::ExampleLine& line, const Example& example);
  void CheckExampleSubject(const syntax::ExampleLine& line, Example& example);
  void CheckExampleResults(const syntax::ExampleLine& line, Example& example);
  // The periods of the line are of one kind, and the first is not after the last.
  bool CheckExamplePeriods(const syntax::ExampleLine& line);
  bool CheckExampleImport(const syntax::ExampleLine& line, const syntax::ExampleFact& fact, Example& example);
  void CheckExampleFacts(const syntax::ExampleLine& line, Example& example);
  void CheckExampleRows(const syntax::ExampleLine& line, const syntax::ExampleFact& fact, Example& example);
  std::optional<DefinitionId> ExampleDefinition(const syntax::Name& name);

  // ---- order.cc
  void OrderDefinitions();
  static bool IsPast(const std::string& builtin);
  std::vector<size_t> DependenciesOf(size_t definition) const;
  std::vector<ExprId> RootsOf(const Definition& definition) const;

  Place At(Span span) const { return {tree_->source, span}; }
  Place At(ExprId id) const { return At((*tree_)[id].span); }
  template <typename Decl>
  const Decl& DeclarationAt(size_t index) const {
    return std::get<Decl>(tree_->declarations[index].body);
  }

  std::shared_ptr<const syntax::Tree> tree_;
  DiagnosticSink& sink_;
  std::shared_ptr<Model> model_;
  std::unordered_map<std::string, Symbol> symbols_;
  std::map<std::pair<size_t, std::string>, Span> record_fields_;  // names of fields, by sort
  std::map<std::pair<size_t, std::string>, Span> codes_;          // by sort of record, or 0 for all others
  std::unordered_map<std::string, std::vector<std::pair<EnumId, size_t>>> enum_values_;
  std::unordered_map<std::string, EnumId> types_;  // 类型
  std::map<std::string, Span> type_places_;
  std::unordered_map<std::string, size_t> keyed_;  // keyed parameters, by name
  std::unordered_set<std::string> lost_;
  std::unordered_set<std::string> used_;
  std::unordered_set<size_t> published_;  // definitions
  std::optional<SortId> subject_;
  bool has_policy_ = false;
  bool is_module_ = false;                                             // the file is a module, read for itself
  std::map<size_t, std::vector<syntax::PolicyDecl::Source>> sources_;  // by part of the source
  // The definitions that 上期 reads before their type is known; the bodies are then checked once more.
  std::set<size_t> past_of_unknown_;
  // What stands in 上期(…): the past of a coarser value is known, its present is not.
  std::set<ExprId> past_leaves_;
  std::set<ExprId> clashed_;             // leaves reported to have no common grain with another
  std::set<std::string> unknown_units_;  // each is reported where it stands first
};

}  // namespace heng::semantic
