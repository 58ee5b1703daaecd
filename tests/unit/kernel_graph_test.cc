// Forms that the surface does not write yet, and errors that the compiler keeps out: graphs made by hand.
#include <gtest/gtest.h>

#include "tests/unit/small_world.h"

namespace heng::tests {
namespace {

using graph::FoldOp;
using graph::Form;
using graph::Grain;
using graph::Graph;
using graph::Node;
using graph::NodeId;
using graph::Op;
using graph::Step;
using semantic::Type;
using semantic::TypeKind;

// A compiled policy to which definitions `x` are added.
class ByHand {
 public:
  ByHand()
      : graph_(std::make_shared<Graph>(*CompilePolicy(R"(
对象 项目 { 类别 : { 老、新 } }
填报 每月 { 得分 : 分, 0 至 100, 2 位小数 ; 级 : { 一级、二级 } }
明细 打分 每月 { 票 : 分, 0 至 100, 1 位小数 }
等级 档 每月 : 优 > 良 > 差 自定 {
  优 当 得分 ≥ 90 分
  良 当 得分 ≥ 60 分
  差 其余
}
结果 每月 档
)"))) {
    const auto& model = *graph_->model;
    month_ = {model.subject(), PeriodKind::kMonth};
    rows_ = {*model.FindRecords("打分"), PeriodKind::kMonth};
    grade_ = (*graph_)[*graph_->Find("档")].type;
  }

  NodeId Add(Node node) {
    graph_->nodes.push_back(std::move(node));
    return NodeId(graph_->nodes.size() - 1);
  }
  NodeId Number(Rational value) {
    Node node;
    node.form = Form::kLiteral;
    node.literal = std::move(value);
    node.type = number_;
    return Add(std::move(node));
  }
  NodeId GradeLiteral(uint32_t code) {
    Node node;
    node.form = Form::kLiteral;
    node.literal = EnumCode{code};
    node.type = grade_;
    return Add(std::move(node));
  }
  NodeId Field(semantic::SortId sort, const std::string& name) {
    Node node;
    node.form = Form::kField;
    node.field = *graph_->model->FindField(sort, name);
    node.type = (*graph_->model)[node.field].type;
    node.grain = (*graph_->model)[node.field].grain;
    return Add(std::move(node));
  }
  NodeId Apply(Op op, std::vector<NodeId> operands, Type type, Grain grain) {
    Node node;
    node.form = Form::kOp;
    node.op = op;
    node.operands = std::move(operands);
    node.type = std::move(type);
    node.grain = grain;
    return Add(std::move(node));
  }
  NodeId Fold(FoldOp fold, NodeId value) {
    Node node;
    node.form = Form::kFold;
    node.fold = fold;
    node.operands = {value};
    node.path = Parent();
    node.source = rows_;
    node.grain = month_;
    node.type = (*graph_)[value].type;
    return Add(std::move(node));
  }
  NodeId Case(std::vector<NodeId> operands, bool unique) {
    Node node;
    node.form = Form::kCase;
    node.operands = std::move(operands);
    node.unique = unique;
    node.type = number_;
    node.grain = month_;
    return Add(std::move(node));
  }
  graph::PathId Parent() {
    graph_->paths.push_back({{Step::Parent()}});
    return graph::PathId(graph_->paths.size() - 1);
  }
  // The world with a definition `x` of that body.
  World Define(NodeId body) {
    graph::Definition definition;
    definition.name = "x";
    definition.label = "x";
    definition.body = body;
    definition.grain = month_;
    definition.type = (*graph_)[body].type;
    graph_->definitions.push_back(std::move(definition));
    World world(graph_);
    world.Set("甲", "得分", "2024-01", "75").Set("甲", "级", "2024-01", "二级");
    return world;
  }

  std::shared_ptr<Graph> graph_;
  Grain month_, rows_;
  Type grade_;
  Type number_{TypeKind::kNumber, Unit(), {}, false, false};
  Type bool_{TypeKind::kBool, Unit(), {}, false, false};
};

TEST(KernelForms, OnlyIsOneRowOrNoneOrAnError) {
  const auto value = [](const std::vector<std::string>& votes) {
    ByHand hand;
    World world = hand.Define(hand.Fold(FoldOp::kOnly, hand.Field(hand.rows_.sort, "票")));
    for (const std::string& vote : votes) world.Row("甲", "打分", "2024-01", {vote});
    return world.Of("x", "甲", "2024-01");
  };
  EXPECT_EQ(value({}), "缺");
  EXPECT_EQ(value({"80.5"}), "80.5");
  EXPECT_EQ(value({"80.5", "80.5"}), "!several");
}

TEST(KernelForms, FailIsAnErrorThatSaysItsMessage) {
  ByHand hand;
  Node fail;
  fail.form = Form::kFail;
  fail.literal = std::string("不应当算到这里");
  fail.type = hand.number_;
  fail.grain = hand.month_;
  World world = hand.Define(hand.Add(std::move(fail)));
  EXPECT_EQ(world.Of("x", "甲", "2024-01"), "!fail");
  EXPECT_EQ(FailureOf(world.Raw())->message.zh, "不应当算到这里");
  EXPECT_EQ(world.Of("档", "甲", "2024-01"), "良");
}

TEST(KernelForms, MinAndMaxOfGradesFollowTheScale) {
  // 优 is 0, 良 1, 差 2: the better is the greater.
  const auto value = [](Op op, uint32_t a, uint32_t b) {
    ByHand hand;
    World world = hand.Define(hand.Apply(op, {hand.GradeLiteral(a), hand.GradeLiteral(b)}, hand.grade_, hand.month_));
    return world.Of("x", "甲", "2024-01");
  };
  EXPECT_EQ(value(Op::kMin, 0, 2), "差");
  EXPECT_EQ(value(Op::kMax, 0, 2), "优");
  EXPECT_EQ(value(Op::kMax, 2, 1), "良");
}

TEST(KernelForms, ShiftIsClampedToTheScale) {
  const auto value = [](uint32_t from, int64_t levels) {
    ByHand hand;
    World world =
        hand.Define(hand.Apply(Op::kShift, {hand.GradeLiteral(from), hand.Number(levels)}, hand.grade_, hand.month_));
    return world.Of("x", "甲", "2024-01");
  };
  EXPECT_EQ(value(1, 1), "优");
  EXPECT_EQ(value(1, -1), "差");
  EXPECT_EQ(value(0, 5), "优");
  EXPECT_EQ(value(0, -5), "差");
}

TEST(KernelForms, RanksOfDistinctRowsAreAPermutation) {
  // Σ r and Σ r² of rows ranked 1…4 are 10 and 30, however they are tied.
  for (const std::vector<std::string>& votes :
       {std::vector<std::string>{"1", "2", "3", "4"}, {"5", "5", "5", "5"}, {"9", "1", "9", "1"}}) {
    ByHand hand;
    Node rank;
    rank.form = Form::kRank;
    rank.operands = {hand.Field(hand.rows_.sort, "票")};
    rank.path = hand.Parent();
    rank.ties = graph::Ties::kDistinct;
    rank.type = hand.number_;
    rank.grain = hand.rows_;
    const NodeId r = hand.Add(std::move(rank));
    const NodeId squares = hand.Fold(FoldOp::kSum, hand.Apply(Op::kMultiply, {r, r}, hand.number_, hand.rows_));
    const NodeId sum = hand.Fold(FoldOp::kSum, r);
    const NodeId both =
        hand.Apply(Op::kAdd, {hand.Apply(Op::kMultiply, {sum, hand.Number(100)}, hand.number_, hand.month_), squares},
                   hand.number_, hand.month_);
    World world = hand.Define(both);
    for (const std::string& vote : votes) world.Row("甲", "打分", "2024-01", {vote});
    world.Row("乙", "打分", "2024-01", {"7"});
    EXPECT_EQ(world.Of("x", "甲", "2024-01"), "1030");
  }
}

TEST(KernelForms, CasesWithAGapOrAnOverlapFail) {
  const auto value = [](const char* low_bound, const char* high_bound, bool unique) {
    ByHand hand;
    const NodeId score = hand.Field(hand.month_.sort, "得分");
    const NodeId low =
        hand.Apply(Op::kLess, {score, hand.Number(ParseDecimal(low_bound)->value)}, hand.bool_, hand.month_);
    const NodeId high =
        hand.Apply(Op::kLess, {hand.Number(ParseDecimal(high_bound)->value), score}, hand.bool_, hand.month_);
    World world = hand.Define(hand.Case({low, hand.Number(1), high, hand.Number(2)}, unique));
    return world.Of("x", "甲", "2024-01");
  };
  // 得分 is 75.
  EXPECT_EQ(value("80", "90", true), "1");
  EXPECT_EQ(value("60", "70", true), "2");
  EXPECT_EQ(value("60", "90", true), "!gap");
  EXPECT_EQ(value("60", "90", false), "!gap");
  EXPECT_EQ(value("80", "70", true), "!overlap");
  EXPECT_EQ(value("80", "70", false), "1");
}

TEST(KernelForms, DivisionByZeroAndAbsentOperandsFail) {
  ByHand hand;
  const NodeId zero = hand.Apply(Op::kSubtract, {hand.Number(3), hand.Number(3)}, hand.number_, hand.month_);
  World division = hand.Define(hand.Apply(Op::kDivide, {hand.Number(1), zero}, hand.number_, hand.month_));
  EXPECT_EQ(division.Of("x", "甲", "2024-01"), "!division-by-zero");
  ByHand other;
  Node none;
  none.form = Form::kNone;
  none.type = other.number_;
  const NodeId absent = other.Add(std::move(none));
  World sum = other.Define(other.Apply(Op::kAdd, {other.Number(1), absent}, other.number_, other.month_));
  EXPECT_EQ(sum.Of("x", "甲", "2024-01"), "!absent");
}

// A node that is shared at every level is evaluated once a level: 2^60 additions would not end.
TEST(KernelForms, SharingCostsNothing) {
  ByHand hand;
  NodeId node = hand.Number(1);
  for (int i = 0; i < 60; ++i) node = hand.Apply(Op::kAdd, {node, node}, hand.number_, hand.month_);
  World world = hand.Define(node);
  EXPECT_EQ(world.Of("x", "甲", "2024-01"), "1152921504606846976");
}

}  // namespace
}  // namespace heng::tests
