// The program equals the reference interpreter, value by value and failure by failure, on every district's sample; and on the facts of one
// small policy it equals exact fractions computed here, in a batch and one decision at a time.
#include <gtest/gtest.h>

#include <random>

#include "engine/base/file.h"
#include "engine/data/csv_folder.h"
#include "engine/data/deployment.h"
#include "engine/eval/evaluation.h"
#include "engine/eval/execution.h"
#include "engine/eval/single.h"
#include "engine/load/load.h"

namespace heng {
namespace {

graph::GraphPtr LoadPolicy(const std::string& path) {
  const std::string full = std::string(HENG_SOURCE_DIR) + "/" + path;
  auto bytes = ReadFile(full, size_t{4} << 20);
  EXPECT_TRUE(bytes) << full;
  graph::Compiled compiled = load::Load(full, std::move(*bytes));
  EXPECT_NE(compiled.graph, nullptr) << full;
  return compiled.graph;
}

std::string TextOf(const semantic::Model& model, const graph::Type& type, const Value& value) {
  if (const Failure* failure = FailureOf(value))
    return failure->code + " " + failure->message.zh + " " + failure->at + " " + failure->rule;
  return IsAbsent(value) ? "缺" : semantic::Describe(model, type, value);
}

struct Tally {
  size_t values = 0;
  size_t computed = 0;
};

Tally ExpectEnginesAgree(const graph::GraphPtr& graph, const std::shared_ptr<const eval::Facts>& facts, Period period) {
  const eval::Evaluation slow(graph, facts, period, eval::Engine::kInterpreter);
  const eval::Evaluation fast(graph, facts, period, eval::Engine::kProgram);
  Tally tally;
  for (const graph::Root& root : graph->roots) {
    if (root.kind != graph::Root::Kind::kResult && root.kind != graph::Root::Kind::kGuarantee) continue;
    const graph::Definition& definition = (*graph)[root.definition];
    for (const Period at : slow.PeriodsOf(definition.grain.period)) {
      const size_t count = slow.CountOf(definition.grain.sort, at);
      for (uint32_t entity = 0; entity < count; ++entity) {
        const graph::Type& type = (*graph)[definition.body].type;
        const std::string expected = TextOf(*graph->model, type, slow.Of(root.definition, entity, at));
        EXPECT_EQ(TextOf(*graph->model, type, fast.Of(root.definition, entity, at)), expected)
            << definition.name << " " << at.ToString() << " " << entity;
        ++tally.values;
        tally.computed += fast.Computed(root.definition, entity, at) ? 1 : 0;
      }
    }
  }
  return tally;
}

struct Sample {
  std::string policy, folder, period;
  std::vector<std::pair<std::string, std::string>> sets;
  int computed_percent;  // at least so much is left to nobody else
};

class Samples : public testing::TestWithParam<Sample> {};

TEST_P(Samples, ProgramEqualsInterpreter) {
  const Sample& sample = GetParam();
  data::Deployment deployment{LoadPolicy(sample.policy), {}, {}};
  for (const auto& [name, value] : sample.sets)
    deployment.parameters.insert(*data::Bind(*deployment.graph, name, value));
  const Period period = *ParsePeriod(sample.period);
  auto reading = data::ReadFacts(
      deployment.graph, {std::string(HENG_SOURCE_DIR) + "/" + sample.folder, period, {}, deployment.parameters});
  ASSERT_TRUE(reading) << reading.error().message.en;
  const Tally tally = ExpectEnginesAgree(deployment.graph, reading->facts, period);
  EXPECT_GT(tally.values, 50U);
  EXPECT_GE(100 * tally.computed, static_cast<size_t>(sample.computed_percent) * tally.values)
      << tally.computed << " of " << tally.values;
}

INSTANTIATE_TEST_SUITE_P(
    Districts, Samples,
    testing::Values(Sample{"policies/shiliuzhuang/plates.heng",
                           "policies/shiliuzhuang/sample",
                           "2024Q3",
                           {{"红牌检查频次", "5 次/月"}},
                           100},
                    // Open parameters that nobody bound: what depends on them fails, alike.
                    Sample{"policies/shiliuzhuang/plates.heng", "policies/shiliuzhuang/sample", "2024Q3", {}, 80},
                    Sample{"policies/guancheng/stars.heng", "policies/guancheng/sample", "2024", {}, 15},
                    Sample{"policies/xiangmihu/agency.heng", "policies/xiangmihu/sample", "2024Q3", {}, 66},
                    Sample{"policies/qinzao/lists.heng", "policies/qinzao/sample/lists", "2024H1", {}, 96},
                    Sample{"policies/qinzao/selection.heng", "policies/qinzao/sample/selection", "2024Q3", {}, 81}));

// ---- a policy of the width of a real month, against fractions computed from the rule as it is written

constexpr std::string_view kPlates = R"(政策 test.plates "逐月挂牌"
  版本 "1"
  施行 2024-01-01 起   自定 "样例"
对象 项目 { 户数 : 整数 户, 1 至 20000 }
填报 每月 {
  诉求件数, 解决件数 : 整数 件, 0 至 100000
  环境, 安全 : 分, 0 至 100, 2 位小数
  事故 : 是否
}
校验 每月 解决件数 ≤ 诉求件数  "解决"
公式 扣分数 每月 = 分段 诉求件数 × 100 ÷ 户数 { 超过 20 件/户 → 10 分; 超过 5 件/户 不超过 20 件/户 → 2 分; 不超过 5 件/户 → 0 分 }   自定
公式 总分 每月 = 占比(解决件数, 诉求件数, 无则 100%) × 35 分 + 0.4 × 环境 + 0.25 × 安全 - 扣分数 四舍五入到 0.01 分   自定
等级 挂牌 每月 : 绿牌 > 蓝牌 > 红牌   自定 {
  红牌 当 事故
  绿牌 当 总分 ≥ 90 分
  蓝牌 当 总分 ≥ 80 分
  红牌 其余
}
结果 每月 总分, 挂牌
)";

struct Row {
  int64_t households, complaints, solved, environment, safety, incident;
};

// From the text of the policy: 35 × solved ÷ complaints + 0.4 e + 0.25 s − deduction, away from zero at .005.
std::pair<Rational, int> Expected(const Row& row) {
  const Rational rate = row.complaints == 0 ? Rational(1) : Rational(row.solved, row.complaints);
  const Rational per_hundred(row.complaints * 100, row.households);
  const Rational deduction = per_hundred > Rational(20) ? 10 : per_hundred > Rational(5) ? 2 : 0;
  const Rational total = rate * Rational(35) + Rational(row.environment, 100) * Rational(2, 5) +
                         Rational(row.safety, 100) * Rational(1, 4) - deduction;
  const Rational rounded = total.RoundTo(Rational(1, 100), Rounding::kHalfAwayFromZero);
  const int plate = row.incident != 0 ? 2 : rounded >= Rational(90) ? 0 : rounded >= Rational(80) ? 1 : 2;
  return {rounded, plate};
}

// A third at random, a third on or one step beside a threshold, a third whose third decimal is exactly 5.
std::vector<Row> EdgeRows(size_t count) {
  std::mt19937_64 random(20260101);
  const auto below = [&](int64_t n) { return static_cast<int64_t>(random() % static_cast<uint64_t>(n)); };
  std::vector<Row> rows;
  while (rows.size() < count) {
    Row row{1 + below(20000), below(4) == 0 ? below(10) : below(100001), 0, below(10001), below(10001), below(40) == 0};
    row.solved = row.complaints == 0 ? 0 : below(row.complaints + 1);
    if (rows.size() % 3 == 1) {
      // 35 + 0.4 e + 0.25 s at 90 or 80, and beside: e = 100 leaves s = 60 or 20.
      row.complaints = row.solved = below(50);
      row.households = 20000;
      row.environment = 10000;
      row.safety = (below(2) == 0 ? 6000 : 2000) + below(9) - 4;
    }
    if (rows.size() % 3 == 2) {
      // 0.25 × 0.02 = 0.005.
      row.solved = row.complaints;
      row.safety = 2 * below(5000);
      row.environment = 5 * below(2001);
    }
    rows.push_back(row);
  }
  return rows;
}

int64_t ValueOf(const Row& row, const std::string& name) {
  if (name == "户数") return row.households;
  if (name == "诉求件数") return row.complaints;
  if (name == "解决件数") return row.solved;
  if (name == "环境") return row.environment;
  return name == "安全" ? row.safety : row.incident;
}

class Plates : public testing::Test {
 protected:
  void SetUp() override {
    const graph::Compiled compiled = graph::Compile("plates.heng", std::string(kPlates));
    ASSERT_NE(compiled.graph, nullptr);
    lowered_ = program::Lower(compiled.graph, {*ParsePeriod("2024-07"), {}});
    program_ = program::Schedule(lowered_);
    rows_ = EdgeRows(60000);
    for (const program::Slot& slot : lowered_->slots) names_.push_back((*compiled.graph->model)[slot.field].name);
    for (size_t i = 0; i < lowered_->outputs.size(); ++i) {
      const bool total = (*compiled.graph)[lowered_->outputs[i].definition].name == "总分";
      (total ? total_ : plate_) = i;
    }
  }

  eval::Batch BatchOf() {
    eval::Batch batch;
    for (const program::Domain& domain : lowered_->domains)
      batch.rows.push_back(domain.sort == semantic::kWholeSort ? 1 : rows_.size());
    batch.bad.resize(batch.rows.size());
    columns_.resize(names_.size());
    for (size_t s = 0; s < names_.size(); ++s) {
      const program::Storage storage = lowered_->slots[s].storage;
      columns_[s].resize(rows_.size());
      for (size_t i = 0; i < rows_.size(); ++i)
        eval::StoreInteger(columns_[s].data(), storage, i, ValueOf(rows_[i], names_[s]));
      batch.inputs.push_back({columns_[s].data()});
    }
    return batch;
  }

  std::shared_ptr<const program::Lowered> lowered_;
  std::shared_ptr<const program::Program> program_;
  std::vector<Row> rows_;
  std::vector<std::string> names_;
  std::vector<std::vector<int64_t>> columns_;
  size_t total_ = 0, plate_ = 0;
};

TEST_F(Plates, BatchIsExactWithAnyNumberOfThreads) {
  const eval::Batch batch = BatchOf();
  for (const int threads : {1, 2}) {
    eval::Execution execution(eval::Prepare(program_));
    execution.Run(batch, threads);
    size_t wrong = 0;
    for (size_t i = 0; i < rows_.size(); ++i) {
      const auto [total, plate] = Expected(rows_[i]);
      ASSERT_FALSE(execution.deferred(total_, i));
      wrong += execution.number(total_, i) == total && execution.integer(plate_, i) == plate ? 0 : 1;
    }
    EXPECT_EQ(wrong, 0U);
  }
}

TEST_F(Plates, OneDecisionIsExact) {
  ASSERT_TRUE(program_->single);
  eval::Single single(eval::PlanSingle(program_));
  size_t wrong = 0;
  for (const Row& row : rows_) {
    for (size_t s = 0; s < names_.size(); ++s) single.Set(s, ValueOf(row, names_[s]));
    single.Decide();
    const auto [total, plate] = Expected(row);
    wrong += single.number(total_) == total && single.integer(plate_) == plate && !single.deferred(total_) ? 0 : 1;
  }
  EXPECT_EQ(wrong, 0U);
}

TEST_F(Plates, IncompleteFactsAreDeferred) {
  eval::Batch batch = BatchOf();
  std::vector<uint8_t> bad(rows_.size());
  bad[7] = 1;
  for (size_t d = 0; d < batch.rows.size(); ++d) batch.bad[d] = batch.rows[d] == rows_.size() ? bad.data() : nullptr;
  eval::Execution execution(eval::Prepare(program_));
  execution.Run(batch);
  EXPECT_TRUE(execution.deferred(total_, 7));
  EXPECT_FALSE(execution.deferred(total_, 8));
}

}  // namespace
}  // namespace heng
