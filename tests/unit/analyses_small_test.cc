// The claims of the analyses on small worlds: of all small expressions, over all values of their facts on a coarse grid, every value
// lies in its interval and on its grid, a rounding that is said to change nothing changes nothing, and equal forms have equal values.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "engine/eval/evaluation.h"
#include "engine/graph/analysis/grids.h"
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
      : graph_(BuildPolicy(SmallPolicy(expressions))), ranges_(*graph_), grids_(*graph_, ranges_), forms_(*graph_, ranges_) {
    World world(graph_);
    size_t count = 0;
    for (const std::string& a : kFirst) {
      for (const std::string& b : kSecond) {
        const std::string id = fmt::format("p{}", count);
        const size_t i = count++;
        world.Set(id, "甲", "2024-01", a).Set(id, "乙", "2024-01", b).Set(id, "丙", "2024-01", kThird[i % kThird.size()]);
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
      EXPECT_TRUE(first->second.value == trace.value) << "nodes " << first->second.node.index() << ", " << trace.node.index();
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

}  // namespace
}  // namespace heng::tests
