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

// ---- 评分: Σ weight × score, over the weights that apply; then deductions and bonuses; then floor, clamps and rounding.

NodeId Builder::ScoreTotal(const syntax::ScoreDecl& score, Grain at) {
  const auto full = *semantic::Read(score.full);
  const Type type = NumberType(full.unit);
  const std::string& name = score.declared.name.text;
  NodeId sum;
  NodeId weights;
  bool any_exempt = false;
  const auto add = [&](NodeId total, NodeId more, const Type& t) {
    return total.valid() ? Apply(Op::kAdd, {total, more}, t, at) : more;
  };
  for (const syntax::Criterion& criterion : score.criteria) {
    const auto weight = *semantic::Read(criterion.weight);
    Definition line = Part(Definition::Kind::kCriterion, name + "·" + criterion.name.text, criterion.name.text, at,
                           type, criterion.span, criterion.mark);
    line.weight = weight.value;
    line.weighted = weight.percent;
    DefId exempt;
    if (criterion.exempt_when.valid()) {
      exempt = Define(Part(Definition::Kind::kExemption, line.name + "·合理缺项", criterion.name.text, at, BoolType(),
                           tree_[criterion.exempt_when].span),
                      [&] { return Translate(criterion.exempt_when, at); });
      line.type.optional = true;
      any_exempt = true;
    }
    const DefId id = Define(line, [&] {
      NodeId value;
      if (criterion.value.valid()) {
        value = Translate(criterion.value, at);
      } else {
        const auto field = model_->FindField(model_->subject(), criterion.name.text);
        const auto parameter = model_->FindParameter(criterion.name.text);
        value = field       ? ReadField(*field, at)
                : parameter ? ReadField(*parameter, at)
                            : Read(by_declared_.at(model_->FindDefinition(criterion.name.text)->index()), at);
        graph_->occurrences.push_back({DefId{}, position_++, value, criterion.name.span, {}});
      }
      Owe({Obligation::Kind::kWithin,
           value,
           DefId{},
           criterion.name.text,
           0,
           weight.percent ? full.value : weight.value,
           full.unit,
           criterion.value.valid() ? tree_[criterion.value].span : criterion.name.span,
           {},
           {}});
      return exempt.valid() ? Case({Read(exempt, at), None(type), value}, true, line.type, at) : value;
    });
    NodeId part = Read(id, at);
    NodeId share = Number(weight.value, weight.percent ? Unit() : full.unit);
    graph_->occurrences.push_back({DefId{}, position_++, share, criterion.weight.span, {}});
    if (weight.percent) part = Apply(Op::kMultiply, {share, part}, type, at);
    if (exempt.valid()) {
      part = Case({Read(exempt, at), Number(0, full.unit), part}, true, type, at);
      share = Case({Read(exempt, at), Number(0, (*graph_)[share].type.unit), share}, true, (*graph_)[share].type, at);
    }
    sum = add(sum, part, type);
    weights = add(weights, share, (*graph_)[share].type);
  }
  if (!any_exempt) return sum;
  const bool percent = (*graph_)[weights].type.unit.dimensionless();
  const NodeId scaled =
      percent ? sum : Apply(Op::kMultiply, {sum, Number(full.value, full.unit)}, NumberType(full.unit * full.unit), at);
  const NodeId total = Apply(Op::kDivide, {scaled, weights}, type, at);
  Owe(Obligation::Kind::kSomeApply, total, name, score.declared.name.span);
  return total;
}

NodeId Builder::BuildAdjustments(const std::string& score, const syntax::Adjustments& block, size_t index,
                                 const Unit& unit, Grain at) {
  const Type type = NumberType(unit);
  const std::string kind = block.bonus ? "加分" : "扣分";
  const std::string prefix = score + "·" + kind + (index > 0 ? fmt::format("{}", index + 1) : "");
  const DefId id = Define(Part(Definition::Kind::kAdjustments, prefix, kind, at, type, block.span, block.mark), [&] {
    NodeId sum;
    for (const syntax::Adjustment& line : block.lines) {
      const DefId part = Define(Part(Definition::Kind::kAdjustment, prefix + "·" + line.name.text, line.name.text, at,
                                     type, line.span, line.mark),
                                [&] {
                                  const NodeId condition = Translate(line.when, at);
                                  const NodeId amount = Translate(line.amount, at);
                                  const NodeId given = Case({condition, amount, Number(0, unit)}, true, type, at);
                                  Owe({Obligation::Kind::kNonNegative,
                                       given,
                                       DefId{},
                                       line.name.text,
                                       0,
                                       0,
                                       unit,
                                       tree_[line.amount].span,
                                       {},
                                       {}});
                                  return given;
                                });
      const NodeId read = Read(part, at);
      sum = sum.valid() ? Apply(Op::kAdd, {sum, read}, type, at) : read;
    }
    if (!block.cap) return sum;
    const NodeId capped = Apply(Op::kMin, {sum, Literal(semantic::Read(*block.cap)->value, type)}, type, at);
    Owe(Obligation::Kind::kMatters, capped, "封顶 " + std::string(tree_.source->Text(block.cap->span)),
        block.cap->span);
    return capped;
  });
  return Read(id, at);
}

NodeId Builder::BuildScore(const syntax::ScoreDecl& score, Grain at) {
  const auto full = *semantic::Read(score.full);
  const Type type = NumberType(full.unit);
  const std::string& name = score.declared.name.text;
  NodeId value;
  if (score.adjustments.empty()) {
    value = ScoreTotal(score, at);
  } else {
    const DefId subtotal =
        Define(Part(Definition::Kind::kSubtotal, name + "·各项得分", "各项得分", at, type, score.declared.name.span),
               [&] { return ScoreTotal(score, at); });
    value = Read(subtotal, at);
    size_t counts[2] = {0, 0};
    for (const syntax::Adjustments& block : score.adjustments) {
      const NodeId amount = BuildAdjustments(name, block, counts[block.bonus ? 1 : 0]++, full.unit, at);
      value = Apply(block.bonus ? Op::kAdd : Op::kSubtract, {value, amount}, type, at);
    }
  }
  if (score.floor_at_zero) value = Apply(Op::kMax, {value, Number(0, full.unit)}, type, at);
  for (const ExprId clause : score.clauses) value = TranslateClause(tree_[clause], value, at);
  return value;
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
  if (!step.at_least.text.empty())
    after = Apply(Op::kMax, {after, EnumLiteral(type.enumeration, step.at_least.text)}, type, at);
  if (!step.at_most.text.empty())
    after = Apply(Op::kMin, {after, EnumLiteral(type.enumeration, step.at_most.text)}, type, at);
  const NodeId condition = Translate(step.when, at);
  return Case({condition, after, before}, true, type, at);
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

NodeId Builder::CellCondition(const syntax::Cell& cell, ExprId header, Grain at) {
  if (cell.kind != syntax::Cell::Kind::kItems) return {};
  const NodeId head = Translate(header, at);
  // A head that may be absent is compared where it is present; the cell 缺 asks for the others.
  const bool optional = (*graph_)[head].type.optional;
  Node has;
  has.form = Form::kHas;
  has.operands = {head};
  has.type = BoolType();
  has.grain = at;
  const NodeId present = optional ? Intern(std::move(has)) : NodeId{};
  std::vector<NodeId> items;
  for (const syntax::CellItem& item : cell.items) {
    const NodeId value = Translate(item.value, at);
    if (item.kind == syntax::CellItem::Kind::kValue && (*graph_)[value].form == Form::kNone) {
      items.push_back(optional ? Apply(Op::kNot, {present}, BoolType(), at) : Literal(false, BoolType()));
      continue;
    }
    std::vector<NodeId> parts;
    if (optional) parts.push_back(present);
    switch (item.kind) {
      case syntax::CellItem::Kind::kValue: parts.push_back(Apply(Op::kEqual, {head, value}, BoolType(), at)); break;
      case syntax::CellItem::Kind::kBound: parts.push_back(Compare(item.op, head, value, at)); break;
      case syntax::CellItem::Kind::kRange:
        parts.push_back(Apply(Op::kAtMost, {value, head}, BoolType(), at));
        parts.push_back(Apply(Op::kAtMost, {head, Translate(item.upper, at)}, BoolType(), at));
        break;
    }
    items.push_back(parts.size() == 1 ? parts[0] : Apply(Op::kAnd, std::move(parts), BoolType(), at));
  }
  return items.size() == 1 ? items[0] : Apply(Op::kOr, std::move(items), BoolType(), at);
}

NodeId Builder::RowCondition(const syntax::TableDecl& table, const syntax::TableRow& row, Grain at) {
  std::vector<NodeId> conditions;
  for (size_t c = 0; c < row.conditions.size(); ++c) {
    const NodeId condition = CellCondition(row.conditions[c], table.rows.front().conditions[c].items[0].value, at);
    if (condition.valid()) conditions.push_back(condition);
  }
  if (conditions.empty()) return Literal(true, BoolType());
  return conditions.size() == 1 ? conditions[0] : Apply(Op::kAnd, std::move(conditions), BoolType(), at);
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
    Owe(gap);
    gap.kind = Obligation::Kind::kNoOverlap;
    Owe(gap);
  }
  return node;
}

}  // namespace heng::graph
