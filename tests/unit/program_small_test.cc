// All small expressions: every operator over every pair of operands, and over pairs of those, on facts at the ends of their ranges,
// around 0 and at ties. The program gives what the interpreter gives, failures included.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "engine/eval/columns.h"
#include "engine/eval/evaluation.h"
#include "tests/unit/small_expressions.h"
#include "tests/unit/small_world.h"

namespace heng {
namespace {

struct Facts {
  std::string a, b, c, d;
};
const std::vector<Facts> kFacts = {
    {"0", "0", "0", ""},       {"1", "1", "1", "1"},          {"-3", "5", "-1000000000", "-2"}, {"3", "0", "1000000000", "2"},
    {"0.05", "2", "0.125", ""}, {"-0.05", "3", "-0.125", "0.5"}, {"2.5", "1", "2.5", "-0.5"},     {"-2.25", "4", "999999999.999", "0"},
    {"0.33", "3", "-0.005", ""}, {"1.99", "2", "0.005", "1.5"},
};

// How many values were compared, and how many of them the program had decided.
std::pair<size_t, size_t> Compare(const std::vector<std::string>& expressions) {
  const std::string text = tests::SmallPolicy(expressions);
  // A comparison that is decided by the ranges would be refused in a policy; here it is one more case.
  const graph::GraphPtr graph = tests::BuildPolicy(text);
  tests::World world(graph);
  const Period period = *ParsePeriod("2024-01");
  for (size_t i = 0; i < kFacts.size(); ++i) {
    const std::string id = fmt::format("p{}", i);
    world.Set(id, "甲", "2024-01", kFacts[i].a).Set(id, "乙", "2024-01", kFacts[i].b).Set(id, "丙", "2024-01", kFacts[i].c);
    if (!kFacts[i].d.empty()) world.Set(id, "丁", "2024-01", kFacts[i].d);
  }
  const eval::Evaluation slow(graph, world.facts(), period, eval::Engine::kInterpreter);
  const eval::Evaluation fast(graph, world.facts(), period, eval::Engine::kProgram);
  std::pair<size_t, size_t> tally;
  for (const graph::Root& root : graph->roots) {
    for (uint32_t subject = 0; subject < kFacts.size(); ++subject) {
      const Value expected = slow.Of(root.definition, subject, period);
      const auto computed = fast.Computed(root.definition, subject, period);
      ++tally.first;
      if (!computed) continue;
      ++tally.second;
      EXPECT_TRUE(*computed == expected) << text.substr(text.find(root.name + " "), 200) << " of facts " << subject;
    }
  }
  return tally;
}

TEST(AllSmallExpressions, ProgramEqualsInterpreter) {
  const std::vector<std::string> all = tests::SmallExpressions();
  size_t values = 0;
  size_t decided = 0;
  for (size_t first = 0; first < all.size(); first += 100) {
    const auto [v, d] = Compare({all.begin() + static_cast<std::ptrdiff_t>(first),
                                 all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), first + 100))});
    values += v;
    decided += d;
  }
  EXPECT_EQ(values, all.size() * kFacts.size());
  EXPECT_GT(decided * 100, values * 99) << decided << " of " << values;
}

// What was computed wide, because its operands were, may be read where it is known to be narrow.
TEST(Columns, NarrowValuesOfAWideColumnAreGathered) {
  const std::vector<program::Int> wide = {10, -20, 30};
  const std::vector<int32_t> index = {2, 0, 1, -1};
  std::vector<int64_t> out(index.size());
  eval::Gather({{index.data(), program::Storage::k32, 0}, {wide.data(), program::Storage::k128, 0}}, out.size(),
               {out.data(), program::Storage::k64});
  EXPECT_EQ(out, (std::vector<int64_t>{30, 10, -20, 10}));
}

}  // namespace
}  // namespace heng
