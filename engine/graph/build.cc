#include "engine/base/check.h"
#include "engine/graph/builder.h"

namespace heng::graph {

Builder::Builder(std::shared_ptr<const Model> model)
    : model_(std::move(model)), tree_(*model_->tree), graph_(std::make_shared<Graph>()) {
  graph_->model = model_;
}

GraphPtr Builder::Run() {
  for (const semantic::DefinitionId id : model_->order) BuildDefinition(id);
  BuildChecks();
  BuildResults();
  BuildGuarantees();
  BindPastNames();
  for (const semantic::Example& example : model_->examples)
    graph_->roots.push_back({Root::Kind::kExample, example.title, {}, {}, false, {}, example.span});
  for (Root& root : graph_->roots) {
    if (root.kind != Root::Kind::kResult) continue;
    root.open_parameters = graph_->OpenParametersOf(root.definition);
    root.needs_peers = graph_->NeedsPeers(root.definition);
  }
  return graph_;
}

Definition Builder::Part(Definition::Kind kind, std::string name, std::string label, Grain grain, Type type, Span span,
                         syntax::Mark mark) {
  Definition out;
  out.kind = kind;
  out.name = std::move(name);
  out.label = std::move(label);
  out.grain = grain;
  out.type = std::move(type);
  out.span = span;
  out.mark = std::move(mark);
  return out;
}

void Builder::BuildDefinition(semantic::DefinitionId id) {
  const semantic::Definition& declared = (*model_)[id];
  Definition definition = Part(Definition::Kind::kFormula, declared.name, declared.name, declared.grain, declared.type,
                               declared.span, declared.mark);
  definition.places = declared.places;
  definition.declared = id;
  const size_t before = graph_->definitions.size();
  const auto decl = [&](size_t index) -> const syntax::DeclarationBody& { return tree_.declarations[index].body; };
  const DefId made = Define(definition, [&]() -> NodeId {
    if (const auto* formula = std::get_if<semantic::FormulaRef>(&declared.body)) {
      return Translate(std::get<syntax::FormulaDecl>(decl(formula->declaration)).value, declared.grain);
    }
    if (const auto* score = std::get_if<semantic::ScoreRef>(&declared.body)) {
      return BuildScore(std::get<syntax::ScoreDecl>(decl(score->declaration)), declared.grain);
    }
    if (const auto* grade = std::get_if<semantic::GradeRef>(&declared.body)) {
      return BuildGrade(std::get<syntax::GradeDecl>(decl(grade->declaration)), declared.grain);
    }
    const auto& column = std::get<semantic::ColumnRef>(declared.body);
    const auto& table = std::get<syntax::TableDecl>(decl(column.declaration));
    BuildRows(column.declaration, table, declared.grain);
    return BuildColumn(column.declaration, table, column.column, declared.grain);
  });
  Definition& finished = graph_->definitions[made.index()];
  finished.kind = std::holds_alternative<semantic::FormulaRef>(declared.body) ? Definition::Kind::kFormula
                  : std::holds_alternative<semantic::ScoreRef>(declared.body) ? Definition::Kind::kScore
                  : std::holds_alternative<semantic::GradeRef>(declared.body) ? Definition::Kind::kGrade
                                                                              : Definition::Kind::kColumn;
  if (finished.kind == Definition::Kind::kGrade) finished.scale = declared.type.enumeration;
  for (size_t i = before; i < made.index(); ++i) graph_->definitions[i].owner = made;
  by_declared_.emplace(id.index(), made);
}

void Builder::BuildChecks() {
  for (const semantic::Check& check : model_->checks) {
    const auto& declared = std::get<syntax::CheckDecl>(tree_.declarations[check.declaration].body);
    const DefId id = Define(Part(Definition::Kind::kCheck, "校验·" + declared.message, declared.message, check.grain,
                                 BoolType(), tree_.declarations[check.declaration].span, declared.mark),
                            [&] { return Translate(declared.condition, check.grain); });
    graph_->roots.push_back(
        {Root::Kind::kCheck, declared.message, id, {}, false, {}, tree_.declarations[check.declaration].span});
  }
}

void Builder::BuildResults() {
  for (const semantic::PublishedResult& result : model_->results) {
    const DefId id = by_declared_.at(result.definition.index());
    graph_->roots.push_back({Root::Kind::kResult, (*graph_)[id].name, id, {}, false, {}, result.span});
    if ((*graph_)[id].type.is_number()) {
      Owe({Obligation::Kind::kFinite,
           (*graph_)[id].body,
           id,
           (*graph_)[id].name,
           0,
           0,
           Unit(),
           (*graph_)[id].span,
           {},
           {}});
    }
  }
}

void Builder::BuildGuarantees() {
  for (const semantic::Guarantee& guarantee : model_->guarantees) {
    const syntax::Declaration& declaration = tree_.declarations[guarantee.declaration];
    const auto& declared = std::get<syntax::GuaranteeDecl>(declaration.body);
    const Grain at = guarantee.grain;
    Definition definition = Part(Definition::Kind::kGuarantee, "保证·" + declared.title, declared.title, at, BoolType(),
                                 declaration.span, declared.mark);
    if (declared.monotone) definition.type = (*model_)[declared.claim].type;
    Root root{declared.monotone ? Root::Kind::kMonotone : Root::Kind::kGuarantee,
              declared.title,
              {},
              {},
              declared.decreasing,
              {},
              declaration.span};
    root.definition = Define(std::move(definition), [&]() -> NodeId {
      if (declared.monotone) {
        root.along = Translate(declared.along, at);
        if (declared.when.valid()) root.when = Translate(declared.when, at);
        return Translate(declared.claim, at);
      }
      if (!declared.when.valid()) return Translate(declared.claim, at);
      const NodeId denied = Apply(Op::kNot, {Translate(declared.when, at)}, BoolType(), at);
      return Apply(Op::kOr, {denied, Translate(declared.claim, at)}, BoolType(), at);
    });
    graph_->roots.push_back(std::move(root));
  }
}

GraphPtr Build(std::shared_ptr<const semantic::Model> model) { return Builder(std::move(model)).Run(); }

}  // namespace heng::graph
