// The claims of the analyses on small worlds: of all small expressions, over all values of their facts on a coarse grid, every value
// lies in its interval and on its grid, a rounding that is said to change nothing changes nothing, equal forms have equal values, and
// what is said to rise or fall with a fact does.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "engine/eval/evaluation.h"
#include "engine/graph/analysis/grids.h"
#include "engine/graph/analysis/monotone.h"
#include "engine/graph/analysis/normal_forms.h"
#include "tests/unit/small_expressions.h"
#include "tests/unit/small_world.h"

namespace heng::tests {
namespace {

// Every combination of the first two, with the others in turn.
const std::vector<std::string> kFirst = {"-3", "-2.25", "-1", "-0.05", "0", "0.05", "0.5", "1", "2.5", "3"};
const std::vector<std::string> kSecond = {"0", "1", "2", "3", "5"};
const std::vector<std::string> kThird = {"-1000000000", "-0.125", "0", "0.005", "2", "999999999.999"};
const std::vector<std::string> kFourth = {"", "-2", "0", "0.1", "2"};

class SmallWorld {
 public:
  explicit SmallWorld(const std::vector<std::string>& expressions)
      : graph_(BuildPolicy(SmallPolicy(expressions))),
        ranges_(*graph_),
        grids_(*graph_, ranges_),
        forms_(*graph_, ranges_) {
    World world(graph_);
    size_t count = 0;
    for (const std::string& a : kFirst) {
      for (const std::string& b : kSecond) {
        const std::string id = fmt::format("p{}", count);
        const size_t i = count++;
        world.Set(id, "甲", "2024-01", a)
            .Set(id, "乙", "2024-01", b)
            .Set(id, "丙", "2024-01", kThird[i % kThird.size()]);
        const std::string& d = kFourth[(i / kThird.size() + i) % kFourth.size()];
        if (!d.empty()) world.Set(id, "丁", "2024-01", d);
      }
    }
    subjects_ = count;
    evaluation_.emplace(graph_, world.facts(), *ParsePeriod("2024-01"), eval::Engine::kInterpreter);
  }

  void Check() {
    for (const graph::Root& root : graph_->roots) {
      for (uint32_t subject = 0; subject < subjects_; ++subject) {
        CheckTrace(evaluation_->Explain(root.definition, subject, *ParsePeriod("2024-01")), subject);
      }
    }
  }
  size_t roundings() const { return roundings_; }
  size_t equals() const { return equals_; }

 private:
  void CheckTrace(const eval::Trace& trace, uint32_t subject) {
    for (const eval::Trace& operand : trace.operands) CheckTrace(operand, subject);
    const auto [first, added] = values_.try_emplace({forms_.Of(trace.node), subject}, trace);
    if (!added && first->second.node != trace.node) {
      ++equals_;
      EXPECT_TRUE(first->second.value == trace.value)
          << "nodes " << first->second.node.index() << ", " << trace.node.index();
    }
    const auto* number = std::get_if<Rational>(&trace.value);
    if (number == nullptr) return;
    EXPECT_TRUE(ranges_.Of(trace.node).Contains(*number)) << number->ToString();
    const graph::Grid& grid = grids_.Of(trace.node);
    const bool on = !grid.step || (grid.step->is_zero() ? number->is_zero() : (*number / *grid.step).is_whole());
    EXPECT_TRUE(on) << number->ToString() << " by " << grid.step->ToString();
    const graph::Node& node = (*graph_)[trace.node];
    const bool rounds = node.op >= graph::Op::kRoundHalfUp && node.op <= graph::Op::kRoundUp;
    if (!rounds || !grids_.RoundsNothing(trace.node)) return;
    ++roundings_;
    EXPECT_TRUE(trace.operands[0].value == trace.value) << number->ToString();
  }

  graph::GraphPtr graph_;
  graph::Ranges ranges_;
  graph::Grids grids_;
  graph::NormalForms forms_;
  std::optional<eval::Evaluation> evaluation_;
  size_t subjects_ = 0;
  std::map<std::pair<graph::FormId, uint32_t>, eval::Trace> values_;
  size_t roundings_ = 0;
  size_t equals_ = 0;
};

TEST(SmallWorlds, IntervalsGridsAndNormalFormsClaimWhatIs) {
  const std::vector<std::string> all = SmallExpressions();
  size_t roundings = 0;
  size_t equals = 0;
  for (size_t first = 0; first < all.size(); first += 100) {
    SmallWorld world({all.begin() + static_cast<std::ptrdiff_t>(first),
                      all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), first + 100))});
    world.Check();
    roundings += world.roundings();
    equals += world.equals();
  }
  // The claims are made, and often.
  EXPECT_GT(roundings, 1000U);
  EXPECT_GT(equals, 1000U);
}

// Whether all values move as is claimed while 甲 takes its values in their order; and how many claims there are.
size_t CheckDirections(const std::vector<std::string>& expressions) {
  const graph::GraphPtr graph = BuildPolicy(SmallPolicy(expressions));
  const graph::Ranges ranges(*graph);
  graph::NodeId along;
  for (size_t i = 0; i < graph->nodes.size(); ++i) {
    const graph::Node& node = graph->nodes[i];
    if (node.form == graph::Form::kField && (*graph->model)[node.field].name == "甲") along = graph::NodeId(i);
  }
  if (!along.valid()) return 0;
  const graph::Monotonicity moves(*graph, ranges, along);
  World world(graph);
  size_t others = 0;
  for (const std::string& b : kSecond) {
    for (size_t k = 0; k < kThird.size(); ++k, ++others) {
      for (size_t a = 0; a < kFirst.size(); ++a) {
        const std::string id = fmt::format("p{}", others * kFirst.size() + a);
        world.Set(id, "甲", "2024-01", kFirst[a]).Set(id, "乙", "2024-01", b).Set(id, "丙", "2024-01", kThird[k]);
        const std::string& d = kFourth[others % kFourth.size()];
        if (!d.empty()) world.Set(id, "丁", "2024-01", d);
      }
    }
  }
  const eval::Evaluation evaluation(graph, world.facts(), *ParsePeriod("2024-01"), eval::Engine::kInterpreter);
  size_t claims = 0;
  for (const graph::Root& root : graph->roots) {
    const graph::Direction direction = moves.Of((*graph)[root.definition].body);
    if (direction == graph::Direction::kUnknown) continue;
    ++claims;
    for (size_t group = 0; group < others; ++group) {
      std::optional<Rational> before;
      for (size_t a = 0; a < kFirst.size(); ++a) {
        const Value value =
            evaluation.Of(root.definition, static_cast<uint32_t>(group * kFirst.size() + a), *ParsePeriod("2024-01"));
        const auto* number = std::get_if<Rational>(&value);
        if (number == nullptr) continue;
        const bool rose = before && *number > *before;
        const bool fell = before && *number < *before;
        EXPECT_FALSE(rose && direction != graph::Direction::kRises) << root.name;
        EXPECT_FALSE(fell && direction != graph::Direction::kFalls) << root.name;
        before = *number;
      }
    }
  }
  return claims;
}

TEST(SmallWorlds, WhatIsSaidToRiseOrFallDoes) {
  const std::vector<std::string> all = SmallExpressions();
  size_t claims = 0;
  for (size_t first = 0; first < all.size(); first += 100) {
    claims += CheckDirections({all.begin() + static_cast<std::ptrdiff_t>(first),
                               all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), first + 100))});
  }
  // Of more than a third something is claimed.
  EXPECT_GT(claims * 3, all.size());
}

}  // namespace
}  // namespace heng::tests
