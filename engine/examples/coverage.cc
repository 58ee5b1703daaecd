#include "engine/examples/coverage.h"

#include <algorithm>

#include "engine/base/check.h"

namespace heng::examples {

using graph::Decision;
using graph::Definition;

namespace {

Coverage::Kind KindOf(Decision::Kind kind) {
  switch (kind) {
    case Decision::Kind::kCase: return Coverage::Kind::kCase;
    case Decision::Kind::kRow: return Coverage::Kind::kRow;
    case Decision::Kind::kBranch: return Coverage::Kind::kBranch;
    case Decision::Kind::kStep: return Coverage::Kind::kStep;
  }
  CHECK(false);
  return {};
}

bool IsWanted(const Value& value, bool non_zero) {
  if (FailureOf(value) != nullptr || IsAbsent(value)) return false;
  const auto* number = std::get_if<Rational>(&value);
  return !non_zero || (number != nullptr && !number->is_zero());
}

}  // namespace

Bilingual NameOf(Coverage::Kind kind) {
  static const Bilingual kNames[Coverage::kKinds] = {
      {"情形", "cases"}, {"表的行", "rows"}, {"分支", "branches"}, {"调整步骤", "steps"}, {"评分项", "criteria"}};
  return kNames[static_cast<size_t>(kind)];
}

Coverage::Coverage(graph::GraphPtr graph) : graph_(std::move(graph)) {
  for (const Decision& decision : graph_->decisions) {
    for (size_t arm = 0; arm < decision.arms.size(); ++arm) {
      Expect({KindOf(decision.kind), decision.names[arm], decision.arms[arm], false},
             {Target::Wanted::kArm, decision.node, arm, {}});
    }
  }
  for (size_t d = 0; d < graph_->definitions.size(); ++d) {
    const Definition& definition = graph_->definitions[d];
    const auto expect = [&](Target::Wanted wanted, const Bilingual& suffix) {
      Expect({Kind::kLine, {definition.name + suffix.zh, definition.name + suffix.en}, definition.span, false},
             {wanted, {}, 0, graph::DefId(d)});
    };
    switch (definition.kind) {
      case Definition::Kind::kCriterion: expect(Target::Wanted::kPresent, {"", ""}); break;
      case Definition::Kind::kAdjustment: expect(Target::Wanted::kNonZero, {"", ""}); break;
      case Definition::Kind::kExemption: expect(Target::Wanted::kTrue, {"：缺项", ": left out"}); break;
      default: break;
    }
  }
}

void Coverage::Expect(Item item, Target target) {
  if (graph_->model->tree->source->PartOf(item.span.begin) != 0) return;
  items_.push_back(std::move(item));
  targets_.push_back(target);
}

bool Coverage::Takes(const eval::Evaluation& evaluation, const Target& target) const {
  if (target.wanted == Target::Wanted::kArm) return evaluation.Reached(target.node, target.arm);
  const Definition& definition = (*graph_)[target.definition];
  const auto takes = [&](uint32_t entity, Period period) {
    const Value value = evaluation.Of(target.definition, entity, period);
    if (target.wanted != Target::Wanted::kTrue) return IsWanted(value, target.wanted == Target::Wanted::kNonZero);
    return std::holds_alternative<bool>(value) && std::get<bool>(value);
  };
  const semantic::SortId sort = definition.grain.sort;
  if (!graph_->is_quotient(sort) && (*graph_->model)[sort].kind == semantic::Sort::Kind::kRecords) {
    const auto rows = evaluation.facts().rows.find(sort);
    if (rows == evaluation.facts().rows.end()) return false;
    for (uint32_t row = 0; row < rows->second.size(); ++row) {
      if (takes(row, rows->second[row].period)) return true;
    }
    return false;
  }
  for (const Period period : evaluation.PeriodsOf(definition.grain.period)) {
    const size_t count = evaluation.CountOf(sort, period);
    for (uint32_t entity = 0; entity < count; ++entity) {
      if (takes(entity, period)) return true;
    }
  }
  return false;
}

void Coverage::Add(const eval::Evaluation& evaluation) {
  for (size_t i = 0; i < items_.size(); ++i) items_[i].reached = items_[i].reached || Takes(evaluation, targets_[i]);
}

std::vector<Coverage::Item> Coverage::Items() const {
  std::vector<Item> out = items_;
  std::stable_sort(out.begin(), out.end(), [](const Item& a, const Item& b) { return a.span.begin < b.span.begin; });
  return out;
}

}  // namespace heng::examples
