// All small expressions: every operator over every pair of operands, and over pairs of those, on facts at the ends of their ranges,
// around 0 and at ties. The program gives what the interpreter gives, failures included.
#include <gtest/gtest.h>

#include <map>

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
    {"0", "0", "0", ""},
    {"1", "1", "1", "1"},
    {"-3", "5", "-1000000000", "-2"},
    {"3", "0", "1000000000", "2"},
    {"0.05", "2", "0.125", ""},
    {"-0.05", "3", "-0.125", "0.5"},
    {"2.5", "1", "2.5", "-0.5"},
    {"-2.25", "4", "999999999.999", "0"},
    {"0.33", "3", "-0.005", ""},
    {"1.99", "2", "0.005", "1.5"},
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
    world.Set(id, "甲", "2024-01", kFacts[i].a)
        .Set(id, "乙", "2024-01", kFacts[i].b)
        .Set(id, "丙", "2024-01", kFacts[i].c);
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

// How many keys there are is known once each subject has its key, though nothing else of the subjects is read.
TEST(Columns, KeysAreCountedAfterTheirGroups) {
  const graph::GraphPtr graph = tests::BuildPolicy(R"(对象 项目 "住宅项目" {
  种类 : { 新、旧、老 }
}
填报 每季 {
  得分 : 分, 0 至 10
}
公式 定额 每季 按 种类 = 5 分 自定
公式 总分 每季 按 种类 = 合计(得分) 自定
公式 全体.定额最低 每季 = 最低(定额) 缺按 1 分 自定
公式 全体.总分最低 每季 = 最低(总分) 缺按 1 分 自定
公式 全体.类数 每季 = 计数(定额) 自定
结果 每季 定额最低、总分最低、类数
)");
  tests::World world(graph);
  const std::vector<std::vector<std::string>> subjects = {{"a", "新", "7"}, {"b", "旧", "9"}, {"c", "新", "1"}};
  for (const auto& subject : subjects)
    world.Set(subject[0], "种类", "", subject[1]).Set(subject[0], "得分", "2024Q1", subject[2]);
  const eval::Evaluation evaluation(graph, world.facts(), *ParsePeriod("2024Q1"), eval::Engine::kProgram);
  // 新 7 + 1 = 8, 旧 9; nobody is 老.
  const std::map<std::string, int64_t> expected = {{"定额最低", 5}, {"总分最低", 8}, {"类数", 2}};
  size_t compared = 0;
  for (const graph::Root& root : graph->roots) {
    const auto computed = evaluation.Computed(root.definition, 0, *ParsePeriod("2024Q1"));
    ASSERT_TRUE(computed) << root.name;
    EXPECT_TRUE(*computed == Value(Rational(expected.at(root.name)))) << root.name;
    ++compared;
  }
  EXPECT_EQ(compared, expected.size());
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
