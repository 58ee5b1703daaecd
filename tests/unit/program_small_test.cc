// All small expressions: every operator over every pair of operands, and over pairs of those, on facts at the ends of their ranges,
// around 0 and at ties. The program gives what the interpreter gives, failures included.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "engine/eval/evaluation.h"
#include "tests/unit/small_world.h"

namespace heng {
namespace {

// Each gives a number; {0} and {1} are its operands. What may fail at run time must say so to the compiler, so that division is by 占比.
const std::vector<std::string> kOperators = {
    "({0} + {1})",
    "({0} - {1})",
    "({0} × {1})",
    "(占比({0}, {1}, 无则 2))",
    "({0} ÷ 3 + {1})",
    "最高({0}, {1})",
    "最低({0}, {1})",
    "(如果 {0} < {1} 则 {0} 否则 {1} + 1)",
    "(如果 {0} = {1} 或 {0} > 2 则 1 否则 {1})",
    "(如果 非 ({0} ≥ {1}) 且 {1} ≤ 1 则 {0} 否则 0)",
    "(({0} 四舍五入到 0.1) + {1})",
    "(({0} 四舍六入五成双到 1) - {1})",
    "(({0} 舍去到 0.5) × {1})",
    "(({0} 进一到 2) + {1})",
    "({0} 封顶 2 保底 {1})",
};
const std::vector<std::string> kOperands = {"甲", "乙", "丙", "(丁 缺按 甲)", "2.5"};

std::string PolicyOf(const std::vector<std::string>& expressions) {
  std::string text = R"(对象 项目 { 名称 : 文本 }
填报 每月 {
  甲 : 小数, -3 至 3, 2 位小数
  乙 : 整数, 0 至 5
  丙 : 小数, -1000000000 至 1000000000, 3 位小数
  丁 : 小数, -2 至 2, 1 位小数, 可缺
}
)";
  std::string names;
  for (size_t i = 0; i < expressions.size(); ++i) {
    text += fmt::format("公式 式_{} 每月 = {} 四舍五入到 0.001   自定\n", i, expressions[i]);
    names += fmt::format("{}式_{}", i == 0 ? "" : ", ", i);
  }
  return text + "结果 每月 " + names + "\n";
}

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
  const std::string text = PolicyOf(expressions);
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
  std::vector<std::string> level;
  for (const std::string& op : kOperators) {
    for (const std::string& a : kOperands) {
      for (const std::string& b : kOperands) level.push_back(fmt::format(fmt::runtime(op), a, b));
    }
  }
  // Every operator over pairs of those: each with a further operand on either side, from a stride that reaches all of them.
  std::vector<std::string> all = level;
  for (size_t i = 0; i < level.size(); ++i) {
    const std::string& op = kOperators[(i * 7 + i / kOperators.size()) % kOperators.size()];
    all.push_back(fmt::format(fmt::runtime(op), level[i], kOperands[i % kOperands.size()]));
    all.push_back(fmt::format(fmt::runtime(op), kOperands[(i / 5) % kOperands.size()], level[i]));
    all.push_back(fmt::format(fmt::runtime(op), level[i], level[(i * 31 + 17) % level.size()]));
  }
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

}  // namespace
}  // namespace heng
