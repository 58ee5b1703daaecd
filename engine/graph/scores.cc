// 评分: Σ weight × score, over the weights that apply; then deductions and additions; then floor, clamps and rounding. A section is
// a score inside a score.
#include <algorithm>

#include <fmt/format.h>

#include "engine/base/check.h"
#include "engine/graph/builder.h"

namespace heng::graph {

NodeId Builder::CriterionValue(const Section& section, const syntax::Criterion& criterion, Grain at) {
  const auto weight = *semantic::Read(criterion.weight, *model_);
  if (criterion.section) {
    const semantic::ReadQuantity full{weight.percent ? section.full.value : weight.value, section.full.unit};
    return BuildSection({section.name + "·" + criterion.name.text, criterion.name.span, *criterion.section, full}, at);
  }
  if (criterion.value.valid()) return Translate(criterion.value, at);
  std::optional<FieldId> field = model_->FindField(at.sort, criterion.name.text);
  if (!field) field = model_->FindParameter(criterion.name.text);
  const auto definition = model_->FindDefinition(criterion.name.text);
  if (!field && !definition) {
    // Of another subject, to which there is one way.
    for (size_t i = 0; i < model_->fields.size() && !field; ++i) {
      const semantic::Field& f = model_->fields[i];
      if (f.name == criterion.name.text && semantic::WayBetween(*model_, at.sort, f.grain.sort)) field = FieldId(i);
    }
  }
  const NodeId value = field ? ReadField(*field, at) : Read(by_declared_.at(definition->index()), at);
  graph_->occurrences.push_back({DefId{}, position_++, value, criterion.name.span, {}});
  return value;
}

DefId Builder::BuildCriterion(const Section& section, const syntax::Criterion& criterion, DefId exempt, Grain at) {
  const auto weight = *semantic::Read(criterion.weight, *model_);
  const Type type = NumberType(section.full.unit);
  Definition line = Part(Definition::Kind::kCriterion, section.name + "·" + criterion.name.text, criterion.name.text,
                         at, type, criterion.span, criterion.mark);
  line.weight = weight.value;
  line.weighted = weight.percent;
  line.type.optional = exempt.valid();
  return Define(line, [&] {
    const NodeId value = CriterionValue(section, criterion, at);
    // Only a score as a whole may be negative.
    Obligation within{Obligation::Kind::kWithin, value, DefId{}, criterion.name.text};
    within.high = weight.percent ? section.full.value : weight.value;
    within.unit = section.full.unit;
    within.span = criterion.value.valid() ? tree_[criterion.value].span : criterion.name.span;
    within.bounded_below = !(criterion.section && criterion.section->may_be_negative);
    Owe(within);
    return exempt.valid() ? Case({Read(exempt, at), None(type), value}, true, line.type, at) : value;
  });
}

NodeId Builder::ScoreTotal(const Section& section, Grain at) {
  const Type type = NumberType(section.full.unit);
  NodeId sum;
  NodeId weights;
  bool any_exempt = false;
  const auto add = [&](NodeId total, NodeId more, const Type& t) {
    return total.valid() ? Apply(Op::kAdd, {total, more}, t, at) : more;
  };
  for (const syntax::Criterion& criterion : section.lines.criteria) {
    const auto weight = *semantic::Read(criterion.weight, *model_);
    DefId exempt;
    if (criterion.exempt_when.valid()) {
      exempt = Define(Part(Definition::Kind::kExemption, section.name + "·" + criterion.name.text + "·合理缺项",
                           criterion.name.text, at, BoolType(), tree_[criterion.exempt_when].span),
                      [&] { return Translate(criterion.exempt_when, at); });
      any_exempt = true;
    }
    NodeId part = Read(BuildCriterion(section, criterion, exempt, at), at);
    NodeId share = Number(weight.value, weight.percent ? Unit() : section.full.unit);
    graph_->occurrences.push_back({DefId{}, position_++, share, criterion.weight.span, {}});
    if (weight.percent) part = Apply(Op::kMultiply, {share, part}, type, at);
    if (exempt.valid()) {
      part = Case({Read(exempt, at), Number(0, section.full.unit), part}, true, type, at);
      share = Case({Read(exempt, at), Number(0, (*graph_)[share].type.unit), share}, true, (*graph_)[share].type, at);
    }
    sum = add(sum, part, type);
    weights = add(weights, share, (*graph_)[share].type);
  }
  if (!any_exempt) return sum;
  const Unit& unit = section.full.unit;
  const bool percent = (*graph_)[weights].type.unit.dimensionless();
  const NodeId scaled =
      percent ? sum : Apply(Op::kMultiply, {sum, Number(section.full.value, unit)}, NumberType(unit * unit), at);
  const NodeId total = Apply(Op::kDivide, {scaled, weights}, type, at);
  Owe(Obligation::Kind::kSomeApply, total, section.name, section.span);
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
                                  NodeId given;
                                  if (line.when.valid()) {
                                    const NodeId condition = Translate(line.when, at);
                                    const NodeId amount = Translate(line.amount, at);
                                    given = Case({condition, amount, Number(0, unit)}, true, type, at);
                                  } else {
                                    given = Translate(line.amount, at);
                                  }
                                  Owe(Obligation::Kind::kNonNegative, given, line.name.text, tree_[line.amount].span);
                                  graph_->obligations.back().unit = unit;
                                  return given;
                                });
      const NodeId read = Read(part, at);
      sum = sum.valid() ? Apply(Op::kAdd, {sum, read}, type, at) : read;
    }
    if (!block.cap) return sum;
    const NodeId capped = Apply(Op::kMin, {sum, Literal(semantic::Read(*block.cap, *model_)->value, type)}, type, at);
    Owe(Obligation::Kind::kMatters, capped, "封顶 " + TextOf(block.cap->span), block.cap->span);
    return capped;
  });
  return Read(id, at);
}

NodeId Builder::BuildSection(const Section& section, Grain at) {
  const syntax::ScoreLines& lines = section.lines;
  const Type type = NumberType(section.full.unit);
  NodeId value;
  if (lines.criteria.empty()) {
    // Deductions alone begin at the full marks, additions alone at 0.
    const bool deducts = std::any_of(lines.adjustments.begin(), lines.adjustments.end(),
                                     [](const syntax::Adjustments& block) { return !block.bonus; });
    value = Number(deducts ? section.full.value : Rational(0), section.full.unit);
  } else if (lines.adjustments.empty()) {
    value = ScoreTotal(section, at);
  } else {
    const DefId subtotal =
        Define(Part(Definition::Kind::kSubtotal, section.name + "·各项得分", "各项得分", at, type, section.span),
               [&] { return ScoreTotal(section, at); });
    value = Read(subtotal, at);
  }
  size_t counts[2] = {0, 0};
  for (const syntax::Adjustments& block : lines.adjustments) {
    const NodeId amount = BuildAdjustments(section.name, block, counts[block.bonus ? 1 : 0]++, section.full.unit, at);
    value = Apply(block.bonus ? Op::kAdd : Op::kSubtract, {value, amount}, type, at);
  }
  if (lines.floor_at_zero) value = Apply(Op::kMax, {value, Number(0, section.full.unit)}, type, at);
  if (lines.stop_at_full) value = Apply(Op::kMin, {value, Number(section.full.value, section.full.unit)}, type, at);
  for (const ExprId clause : lines.clauses) value = TranslateClause(tree_[clause], value, at);
  return value;
}

NodeId Builder::BuildScore(const syntax::ScoreDecl& score, Grain at) {
  const std::string& name = score.declared.name.text;
  const auto full = *semantic::Read(score.full, *model_);
  const NodeId value = BuildSection({name, score.declared.name.span, score.lines, full}, at);
  // Without deductions and additions the parts have owed it.
  if (score.lines.adjustments.empty()) return value;
  Obligation within{Obligation::Kind::kWithin, value, DefId{}, name};
  within.high = full.value;
  within.unit = full.unit;
  within.span = score.declared.name.span;
  within.bounded_below = !score.lines.may_be_negative;
  Owe(within);
  return value;
}

}  // namespace heng::graph
