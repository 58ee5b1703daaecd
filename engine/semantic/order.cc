#include <algorithm>

#include "engine/semantic/checker.h"

namespace heng::semantic {

// The expressions that a definition's value is computed from, in its declaration.
std::vector<ExprId> Checker::RootsOf(const Definition& definition) const {
  std::vector<ExprId> roots;
  const auto add_cell = [&](const syntax::Cell& cell) {
    for (const syntax::CellItem& item : cell.items) {
      roots.push_back(item.value);
      for (const syntax::Limit& limit : item.limits) roots.push_back(limit.value);
    }
  };
  if (const auto* ref = std::get_if<FormulaRef>(&definition.body)) {
    roots.push_back(DeclarationAt<syntax::FormulaDecl>(ref->declaration).value);
  } else if (const auto* score_ref = std::get_if<ScoreRef>(&definition.body)) {
    const auto& score = DeclarationAt<syntax::ScoreDecl>(score_ref->declaration);
    syntax::ForEachSection(score.lines, [&](const syntax::ScoreLines& lines) {
      for (const auto& criterion : lines.criteria) roots.insert(roots.end(), {criterion.value, criterion.exempt_when});
      for (const auto& block : lines.adjustments) {
        for (const auto& line : block.lines) roots.insert(roots.end(), {line.amount, line.when});
      }
      for (const ExprId clause : lines.clauses)
        roots.insert(roots.end(), (*tree_)[clause].operands.begin(), (*tree_)[clause].operands.end());
    });
  } else if (const auto* grade_ref = std::get_if<GradeRef>(&definition.body)) {
    const auto& grade = DeclarationAt<syntax::GradeDecl>(grade_ref->declaration);
    for (const auto& arm : grade.cases) roots.push_back(arm.when);
    for (const auto& step : grade.steps) roots.push_back(step.when);
  } else {
    const auto& column = std::get<ColumnRef>(definition.body);
    const auto& table = DeclarationAt<syntax::TableDecl>(column.declaration);
    for (const syntax::TableRow& row : table.rows) {
      for (const syntax::Cell& cell : row.conditions) add_cell(cell);
      if (&row != &table.rows.front() && column.column < row.results.size()) add_cell(row.results[column.column]);
    }
  }
  roots.erase(std::remove_if(roots.begin(), roots.end(), [](ExprId id) { return !id.valid(); }), roots.end());
  return roots;
}

std::vector<size_t> Checker::DependenciesOf(size_t index) const {
  const Definition& definition = model_->definitions[index];
  std::set<size_t> found;
  const auto add = [&](const std::string& name) {
    const auto symbol = symbols_.find(name);
    if (symbol != symbols_.end() && symbol->second.kind == Symbol::Kind::kDefinition)
      found.insert(symbol->second.index);
  };
  if (const auto* ref = std::get_if<ScoreRef>(&definition.body)) {
    // A criterion without a value is the fact or definition of its name.
    const auto& score = DeclarationAt<syntax::ScoreDecl>(ref->declaration);
    syntax::ForEachSection(score.lines, [&](const syntax::ScoreLines& lines) {
      for (const auto& criterion : lines.criteria) {
        if (!criterion.value.valid() && !criterion.section) add(criterion.name.text);
      }
    });
  }
  const SortId sort = definition.grain.sort;
  if ((*model_)[sort].kind == Sort::Kind::kKey && !(*model_)[sort].key_is_field) found.insert((*model_)[sort].key);
  std::vector<ExprId> pending = RootsOf(definition);
  while (!pending.empty()) {
    const ExprId id = pending.back();
    pending.pop_back();
    if (!id.valid()) continue;
    const Expr& expr = (*tree_)[id];
    if (expr.kind == ExprKind::kName) add(expr.qualifier.text.empty() ? expr.name.text : expr.qualifier.text);
    // The past is read as recorded: it may be that of the definition itself.
    if (expr.kind == ExprKind::kEarlier || (expr.kind == ExprKind::kCall && IsPast(expr.name.text))) continue;
    syntax::ForEachChild(expr, [&](ExprId child) { pending.push_back(child); });
    for (const syntax::Argument& argument : expr.arguments) {
      add(argument.within.text);
      add(argument.otherwise.text);
    }
  }
  return {found.begin(), found.end()};
}

// Depth first with a stack of our own: a chain may be as long as there are definitions.
void Checker::OrderDefinitions() {
  enum class State : unsigned char { kNew, kOpen, kDone };
  const size_t count = model_->definitions.size();
  std::vector<State> state(count, State::kNew);
  struct Frame {
    size_t index;
    std::vector<size_t> dependencies;
    size_t next = 0;
  };
  std::vector<Frame> stack;
  for (size_t root = 0; root < count; ++root) {
    if (state[root] != State::kNew) continue;
    stack.push_back({root, DependenciesOf(root)});
    state[root] = State::kOpen;
    while (!stack.empty()) {
      Frame& frame = stack.back();
      if (frame.next == frame.dependencies.size()) {
        state[frame.index] = State::kDone;
        model_->order.push_back(DefinitionId(frame.index));
        stack.pop_back();
        continue;
      }
      const size_t next = frame.dependencies[frame.next++];
      if (state[next] == State::kOpen) {
        std::string path;
        const auto from = std::find_if(stack.begin(), stack.end(), [&](const Frame& f) { return f.index == next; });
        for (auto it = from; it != stack.end(); ++it) path += model_->definitions[it->index].name + " → ";
        sink_.Add<DiagnosticKind::kCycle>(At(model_->definitions[next].span), path + model_->definitions[next].name);
      } else if (state[next] == State::kNew) {
        state[next] = State::kOpen;
        stack.push_back({next, DependenciesOf(next)});
      }
    }
  }
}

}  // namespace heng::semantic
