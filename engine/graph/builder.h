// The translation of the model into the kernel: every surface construct in one place. Used inside this folder only:
// nodes.cc (hash-consing, paths), expressions.cc, aggregations.cc, rules.cc (scores, grades, tables), build.cc (definitions, roots).
#pragma once

#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/graph/graph.h"

namespace heng::graph {

using semantic::Builtin;
using semantic::ExprInfo;
using semantic::Model;
using semantic::Referent;
using syntax::Expr;
using syntax::ExprId;
using syntax::ExprKind;
using syntax::Operator;

class Builder {
 public:
  explicit Builder(std::shared_ptr<const Model> model);
  GraphPtr Run();

 private:
  // ---- nodes.cc
  NodeId Intern(Node node);
  NodeId Literal(Value value, Type type);
  NodeId Number(Rational value, Unit unit = Unit());
  NodeId Apply(Op op, std::vector<NodeId> operands, Type type, Grain grain);
  NodeId Case(std::vector<NodeId> operands, bool has_else, Type type, Grain grain, bool unique = false);
  NodeId None(Type type);
  NodeId Fold(FoldOp fold, NodeId value, NodeId condition, PathId path, Grain source, Grain target, Type type);
  NodeId Pull(NodeId node, PathId path, Grain at);
  NodeId Read(DefId definition, Grain at);
  NodeId ReadField(FieldId field, Grain at);
  // What `read` gives at the grain that the reference leads to, pulled along it.
  NodeId ReadVia(FieldId reference, Grain at, const std::function<NodeId(Grain)>& read);
  // The name of a definition whose past is read: it may not be built yet. BindPastNames sets the definition in the end.
  NodeId NameOfPast(semantic::DefinitionId declared);
  void BindPastNames();
  PathId InternPath(Path path);
  // The one path between two grains of which the coarser is readable at the finer.
  PathId PathBetween(Grain fine, Grain coarse);
  Grain TargetOf(Grain from, PathId path) const;
  SortId QuotientOf(SortId base, std::vector<NodeId> keys, SortId owner, const std::string& name);
  SortId DeclaredQuotient(SortId sort);
  Type BoolType() const { return {TypeKind::kBool, Unit(), {}, false, false}; }
  Type NumberType(Unit unit = Unit()) const { return {TypeKind::kNumber, std::move(unit), {}, false, false}; }

  // ---- expressions.cc
  NodeId Translate(ExprId id, Grain at);
  NodeId TranslateKind(ExprId id, const Expr& expr, Grain at);
  NodeId TranslateName(ExprId id, const Expr& expr, Grain at);
  NodeId TranslateArithmetic(const Expr& expr, const Type& type, Grain at);
  NodeId Compare(Operator op, NodeId left, NodeId right, Grain at);
  NodeId TranslateClause(const Expr& expr, NodeId value, Grain at);
  NodeId TranslateValueCall(ExprId id, const Expr& expr, Grain at);
  NodeId ReadKeyed(ExprId id, const Expr& expr, Grain at);
  NodeId Recorded(NodeId read, Grain at);
  NodeId TranslatePast(ExprId of, int back, const Type& type, Grain at);

  // ---- cases.cc: bands, 分段, 累进, 分情形, 连续
  NodeId TranslateBand(const Expr& expr, Grain at);
  NodeId TranslateBands(ExprId id, const Expr& expr, Grain at);
  NodeId TranslateProgressive(ExprId id, const Expr& expr, Grain at);
  NodeId TranslateChoose(ExprId id, const Expr& expr, Grain at);
  NodeId TranslateStreak(ExprId id, const Expr& expr, Grain at);

  // ---- aggregations.cc
  NodeId TranslateAggregation(ExprId id, const Expr& expr, Grain at);
  // What an aggregation goes over.
  struct Over {
    PathId path;
    Grain source;
    Grain target;
    NodeId value;
    NodeId condition;
    int window = 1;
  };
  // `within`: the key, 全体, or nothing.
  Over OverOf(ExprId id, const Expr& expr, Referent::Scope scope, size_t key, bool key_is_field,
              const std::string& within, Grain at);
  NodeId Aggregate(ExprId id, const Expr& expr, const Over& over, Grain at);
  NodeId RankOf(const Expr& expr, const Over& over, const Type& type);
  NodeId FoldOver(FoldOp fold, NodeId value, const Over& over, Type type);
  NodeId NthOf(const Expr& expr, const Over& over, Builtin builtin, const Type& type);
  NodeId ShareOut(ExprId id, const Expr& expr, Grain at);
  NodeId And(std::vector<NodeId> conditions, Grain at);
  NodeId Has(NodeId value, Grain at);
  NodeId Trimmed(const Over& over, const Type& type, const Rational& cut, bool median);
  NodeId MeanOf(NodeId value, const Over& over, const Type& type);

  // ---- rules.cc
  // ---- scores.cc
  // A score or a section: its name, its lines, its full marks.
  struct Section {
    std::string name;
    Span span;
    const syntax::ScoreLines& lines;
    semantic::ReadQuantity full;
  };
  NodeId BuildScore(const syntax::ScoreDecl& score, Grain at);
  NodeId BuildSection(const Section& section, Grain at);
  NodeId ScoreTotal(const Section& section, Grain at);
  DefId BuildCriterion(const Section& section, const syntax::Criterion& criterion, DefId exempt, Grain at);
  NodeId CriterionValue(const Section& section, const syntax::Criterion& criterion, Grain at);
  NodeId BuildAdjustments(const std::string& score, const syntax::Adjustments& block, size_t index, const Unit& unit,
                          Grain at);
  NodeId BuildGrade(const syntax::GradeDecl& grade, Grain at);
  NodeId BuildStep(const syntax::GradeStep& step, NodeId before, const Type& type, Grain at);
  void BuildRows(size_t declaration, const syntax::TableDecl& table, Grain at);
  NodeId RowCondition(const syntax::TableDecl& table, const syntax::TableRow& row, Grain at);
  NodeId CellCondition(const syntax::Cell& cell, NodeId head, Grain at);
  NodeId BuildColumn(size_t declaration, const syntax::TableDecl& table, size_t column, Grain at);
  NodeId EnumLiteral(EnumId scale, const std::string& value);

  // ---- build.cc
  void BuildDefinition(semantic::DefinitionId id);
  void BuildChecks();
  void BuildGuarantees();
  void BuildResults();
  // A definition as it is before its body is translated.
  static Definition Part(Definition::Kind kind, std::string name, std::string label, Grain grain, Type type, Span span,
                         syntax::Mark mark = {});
  // Adds a definition whose body `make` translates; occurrences inside are its own.
  template <typename Make>
  DefId Define(Definition definition, const Make& make);
  void Owe(Obligation obligation) { graph_->obligations.push_back(std::move(obligation)); }
  // Of the definition that is being translated; a kind that needs no bounds and no arms.
  void Owe(Obligation::Kind kind, NodeId node, std::string name, Span span) {
    Owe({kind, node, DefId{}, std::move(name), 0, 0, Unit(), span, {}, {}});
  }
  void Decide(Decision::Kind kind, NodeId node, std::vector<Span> arms, std::vector<Bilingual> names) {
    graph_->decisions.push_back({kind, node, std::move(arms), std::move(names)});
  }
  std::string TextOf(Span span) const { return std::string(tree_.source->Text(span)); }
  std::string TextOf(ExprId id) const { return TextOf(tree_[id].span); }
  Grain SubjectGrain(PeriodKind period) const { return {model_->subject(), period}; }

  std::shared_ptr<const Model> model_;
  const syntax::Tree& tree_;
  std::shared_ptr<Graph> graph_;
  std::unordered_map<std::string, NodeId> interned_;
  std::unordered_map<size_t, DefId> by_declared_;        // semantic definition → ours
  std::unordered_map<size_t, std::vector<DefId>> rows_;  // table declaration → conditions of its rows
  std::vector<std::pair<NodeId, semantic::DefinitionId>> past_names_;
  // In a window over the past: what was read as recorded, so that what is absent can be left out; null elsewhere.
  std::vector<NodeId>* recorded_ = nullptr;
  // How many occurrences the definition being translated has so far.
  uint32_t position_ = 0;
};

template <typename Make>
DefId Builder::Define(Definition definition, const Make& make) {
  // Parts of a definition are built while it is; so the id is given when the body is done, behind what it reads.
  const uint32_t outer_position = position_;
  const size_t first = graph_->occurrences.size();
  const size_t first_owed = graph_->obligations.size();
  position_ = 0;
  definition.body = make();
  const DefId id(graph_->definitions.size());
  for (size_t i = first; i < graph_->occurrences.size(); ++i) {
    if (!graph_->occurrences[i].definition.valid()) graph_->occurrences[i].definition = id;
  }
  for (size_t i = first_owed; i < graph_->obligations.size(); ++i) {
    if (!graph_->obligations[i].definition.valid()) graph_->obligations[i].definition = id;
  }
  graph_->definitions.push_back(std::move(definition));
  position_ = outer_position;
  return id;
}

}  // namespace heng::graph
