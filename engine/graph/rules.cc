#include <algorithm>

#include <fmt/format.h>

#include "engine/base/check.h"
#include "engine/graph/builder.h"

namespace heng::graph {

NodeId Builder::EnumLiteral(EnumId scale, const std::string& value) {
  const auto& values = (*model_)[scale].values;
  const auto at = std::find(values.begin(), values.end(), value);
  CHECK(at != values.end());
  return Literal(EnumCode{static_cast<uint32_t>(at - values.begin())}, {TypeKind::kEnum, Unit(), scale, false, false});
}

// ---- 等级: a case over the arms, then the steps in order.

NodeId Builder::BuildStep(const syntax::GradeStep& step, NodeId before, const Type& type, Grain at) {
  using Action = syntax::GradeStep::Action;
  NodeId after = before;
  if (step.action == Action::kSet) {
    after = EnumLiteral(type.enumeration, step.grade.text);
  } else if (step.action != Action::kBoundOnly) {
    const Rational levels = step.levels.number.value;
    after = Apply(Op::kShift, {before, Number(step.action == Action::kRaise ? levels : -levels)}, type, at);
  }
  // A bound holds back the step that it stands at: it never moves a grade the other way.
  if (!step.at_least.text.empty()) {
    NodeId bound = EnumLiteral(type.enumeration, step.at_least.text);
    if (step.action == Action::kLower) bound = Apply(Op::kMin, {bound, before}, type, at);
    after = Apply(Op::kMax, {after, bound}, type, at);
  }
  if (!step.at_most.text.empty()) {
    NodeId bound = EnumLiteral(type.enumeration, step.at_most.text);
    if (step.action == Action::kRaise) bound = Apply(Op::kMax, {bound, before}, type, at);
    after = Apply(Op::kMin, {after, bound}, type, at);
  }
  const NodeId condition = Translate(step.when, at);
  const NodeId node = Case({condition, after, before}, true, type, at);
  Decide(Decision::Kind::kStep, node, {step.span}, {TextOf(step.span)});
  return node;
}

NodeId Builder::BuildGrade(const syntax::GradeDecl& grade, Grain at) {
  const EnumId scale = model_->definitions[model_->FindDefinition(grade.declared.name.text)->index()].type.enumeration;
  const Type type{TypeKind::kEnum, Unit(), scale, false, false};
  const std::string& name = grade.declared.name.text;
  const auto part = [&](Definition::Kind kind, const std::string& label, Type t, Span span, const syntax::Mark& mark) {
    Definition d = Part(kind, name + "·" + label, label, at, std::move(t), span, mark);
    d.scale = scale;
    return d;
  };
  std::vector<NodeId> arms;
  Obligation gap{Obligation::Kind::kNoGap, {}, {}, name, 0, 0, Unit(), grade.declared.name.span, {}, {}};
  bool has_else = false;
  for (const syntax::GradeCase& arm : grade.cases) {
    const NodeId value = EnumLiteral(scale, arm.grade.text);
    if (arm.otherwise) {
      arms.push_back(value);
      has_else = true;
    } else {
      Definition d = part(Definition::Kind::kArm, arm.grade.text, BoolType(), arm.span, arm.mark);
      d.grade = std::get<EnumCode>((*graph_)[value].literal);
      const DefId id = Define(std::move(d), [&] { return Translate(arm.when, at); });
      arms.insert(arms.end(), {Read(id, at), value});
    }
    gap.arms.push_back(arm.span);
    gap.arm_names.push_back(arm.grade.text);
  }
  const NodeId base = Case(std::move(arms), has_else, type, at);
  gap.node = base;
  Decide(Decision::Kind::kCase, base, gap.arms, gap.arm_names);
  if (grade.steps.empty()) {
    Owe(gap);
    return base;
  }
  DefId last = Define(part(Definition::Kind::kBase, "初评", type, grade.declared.name.span, {}), [&] {
    Owe(gap);
    return base;
  });
  for (size_t i = 0; i < grade.steps.size(); ++i) {
    const syntax::GradeStep& step = grade.steps[i];
    const auto build = [&] { return BuildStep(step, Read(last, at), type, at); };
    if (i + 1 == grade.steps.size()) return build();
    Definition d = part(Definition::Kind::kStep, fmt::format("第{}步", i + 1), type, step.span, step.mark);
    last = Define(std::move(d), build);
  }
  return {};
}

// ---- 对照表: one condition a row, and for each column a case in which no two rows may hold.

NodeId Builder::CellCondition(const syntax::Cell& cell, NodeId head, Grain at) {
  if (cell.kind != syntax::Cell::Kind::kItems) return {};
  // A head that may be absent is compared where it is present; the cell 缺 asks for the others.
  const bool optional = (*graph_)[head].type.optional;
  const NodeId present = optional ? Has(head, at) : NodeId{};
  std::vector<NodeId> items;
  for (const syntax::CellItem& item : cell.items) {
    std::vector<NodeId> parts;
    if (optional) parts.push_back(present);
    if (item.kind == syntax::CellItem::Kind::kValue) {
      const NodeId value = Translate(item.value, at);
      if ((*graph_)[value].form == Form::kNone) {
        items.push_back(optional ? Apply(Op::kNot, {present}, BoolType(), at) : Literal(false, BoolType()));
        continue;
      }
      parts.push_back(Apply(Op::kEqual, {head, value}, BoolType(), at));
    }
    for (const syntax::Limit& limit : item.limits)
      parts.push_back(Compare(limit.op, head, Translate(limit.value, at), at));
    items.push_back(And(std::move(parts), at));
  }
  return items.size() == 1 ? items[0] : Apply(Op::kOr, std::move(items), BoolType(), at);
}

NodeId Builder::RowCondition(const syntax::TableDecl& table, const syntax::TableRow& row, Grain at) {
  std::vector<NodeId> conditions;
  for (size_t c = 0; c < row.conditions.size(); ++c) {
    const syntax::Cell& cell = row.conditions[c];
    if (cell.kind != syntax::Cell::Kind::kItems) continue;
    const NodeId head = Translate(table.rows.front().conditions[c].items[0].value, at);
    const NodeId condition = CellCondition(cell, head, at);
    if (condition.valid()) conditions.push_back(condition);
  }
  if (conditions.empty()) return Literal(true, BoolType());
  return And(std::move(conditions), at);
}

namespace {
bool IsOtherwise(const syntax::TableRow& row) {
  return std::any_of(row.conditions.begin(), row.conditions.end(),
                     [](const syntax::Cell& c) { return c.kind == syntax::Cell::Kind::kOtherwise; });
}
}  // namespace

void Builder::BuildRows(size_t declaration, const syntax::TableDecl& table, Grain at) {
  if (rows_.count(declaration) > 0) return;
  std::vector<DefId>& rows = rows_[declaration];
  for (size_t r = 1; r < table.rows.size(); ++r) {
    if (IsOtherwise(table.rows[r])) continue;
    const std::string label = fmt::format("第{}行", r);
    rows.push_back(Define(Part(Definition::Kind::kRow, table.name.text + "·" + label, label, at, BoolType(),
                               table.rows[r].span, table.mark),
                          [&] { return RowCondition(table, table.rows[r], at); }));
  }
}

NodeId Builder::BuildColumn(size_t declaration, const syntax::TableDecl& table, size_t column, Grain at) {
  const semantic::DefinitionId self =
      *model_->FindDefinition(tree_[table.rows.front().results[column].items[0].value].name.text);
  const Type& type = (*model_)[self].type;
  std::vector<NodeId> operands;
  bool has_else = false;
  Obligation gap{Obligation::Kind::kNoGap, {}, {}, table.name.text, 0, 0, Unit(), table.name.span, {}, {}};
  size_t next = 0;
  for (size_t r = 1; r < table.rows.size(); ++r) {
    const syntax::TableRow& row = table.rows[r];
    const bool otherwise = IsOtherwise(row);
    if (!otherwise) operands.push_back(Read(rows_[declaration][next++], at));
    operands.push_back(Translate(row.results[column].items[0].value, at));
    graph_->occurrences.back().mark = row.results[column].mark;
    has_else = has_else || otherwise;
    gap.arms.push_back(row.span);
    gap.arm_names.emplace_back(fmt::format("第{}行", r), fmt::format("row {}", r));
  }
  const NodeId node = Case(std::move(operands), has_else, type, at, true);
  if (column == 0) {
    gap.node = node;
    Decide(Decision::Kind::kRow, node, gap.arms, gap.arm_names);
    Owe(gap);
    gap.kind = Obligation::Kind::kNoOverlap;
    Owe(gap);
  }
  return node;
}

}  // namespace heng::graph
