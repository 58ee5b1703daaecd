// The state of one evaluation: values of definitions for all instances of the settled period, and the groups of peers.
// Used by evaluation.cc alone.
#pragma once

#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/eval/evaluation.h"

namespace heng::eval {

using graph::Definition;
using graph::Graph;
using graph::Node;
using semantic::Grain;

class Interpreter {
 public:
  Interpreter(GraphPtr graph, std::shared_ptr<const Facts> facts, Period period);

  const Graph& graph() const { return *graph_; }
  const GraphPtr& graph_pointer() const { return graph_; }
  const Facts& facts() const { return *facts_; }
  Period period() const { return period_; }

  // Evaluates every definition, in the graph's order, for every instance within the settled period.
  void Run();
  const std::vector<uint32_t>& RowsOf(SortId records, SortId root, uint32_t subject);
  Value Read(DefId definition, Instance instance);
  Value Eval(NodeId id, Instance instance);
  Trace Explain(NodeId id, Instance instance);
  // The value of `node` if `pinned` had the value `value` for this instance; peers, groups and their ranking stay as they are.
  Value EvalWith(NodeId node, Instance instance, NodeId pinned, const Value& value);
  std::vector<std::string> IdsOf(SortId sort, Period period);
  size_t CountOf(SortId sort, Period period);
  // See Evaluation::Reached.
  bool Reached(NodeId node, size_t arm) const {
    const auto arms = reached_.find(node);
    return arms != reached_.end() && arm < arms->second.size() && arms->second[arm];
  }
  // The periods of the kind within the settled one; one period without ordinal for kOnce.
  std::vector<Period> PeriodsOf(PeriodKind kind) const;

 private:
  struct InstanceHash {
    size_t operator()(const Instance& i) const noexcept { return std::hash<Period>()(i.period) * 1000003 + i.entity; }
  };
  // Which instances a fold or rank puts together: target instance → source instances, in order.
  using Fibres = std::unordered_map<Instance, std::vector<Instance>, InstanceHash>;
  // The keys of one group, the best first; made once for each rank node and group.
  struct Ranking {
    std::vector<std::pair<std::vector<Value>, Instance>> sorted;
    FailurePtr failure;
  };

  // What an evaluation supposes; its values are kept apart, and only those that can differ.
  struct Pin {
    NodeId node;
    Instance instance;
    Value value;
    const std::vector<bool>* dependents;  // by definition
    std::map<uint32_t, std::unordered_map<Instance, Value, InstanceHash>> values;
  };
  using Memo = std::unordered_map<NodeId, std::unordered_map<Instance, Value, InstanceHash>>;

  const std::vector<bool>& DependentsOf(NodeId node);
  std::unordered_map<Instance, Value, InstanceHash>& ValuesOf(DefId definition);
  void Reach(const Node& node, size_t arm);
  Value Compute(NodeId id, Instance instance);
  Value EvalOperand(NodeId id, Instance instance);
  Value EvalField(const Node& node, Instance instance);
  // As it stands in the facts: absent if there is none.
  Value FieldValue(FieldId field, Instance instance) const;
  const Value* ParameterValue(FieldId field, Date day) const;
  // The first day of the instance's period; of the settled one for a value without a period.
  Date DayOf(Instance instance) const;
  Value EvalOp(const Node& node, Instance instance);
  Value EvalLogic(const Node& node, Instance instance);
  Value EvalCase(const Node& node, Instance instance);
  Value EvalFold(NodeId id, const Node& node, Instance instance);
  Value EvalRank(NodeId id, const Node& node, Instance instance);
  Value EvalPast(const Node& node, Instance instance);
  Value EvalDate(const Node& node, const std::vector<Value>& operands, Instance instance);
  Value EvalNth(const Node& node, const std::vector<std::pair<Value, Value>>& keyed, Instance instance);
  Value Arithmetic(const Node& node, const std::vector<Value>& operands);
  Value Fold(const Node& node, const std::vector<Value>& values);
  const Fibres& FibresOf(NodeId id, const Node& node, Grain source);
  const Ranking& RankingOf(NodeId id, const Node& node, Instance group);
  std::vector<Value> KeysOf(const Node& node, Instance instance);
  static int CompareKeys(const Node& node, const std::vector<Value>& a, const std::vector<Value>& b);
  std::optional<Instance> Follow(graph::PathId path, Instance instance, Grain from);
  std::optional<uint32_t> GroupOf(SortId quotient, Instance instance);
  Grain Into(graph::PathId path, Grain from) const;
  Instance At(Instance instance, Grain own, Grain at) const;
  FailurePtr Failed(std::string code, Bilingual message, Instance instance, Grain grain, std::string datum = "") const;
  std::vector<Instance> MembersOf(NodeId id, const Node& node, Instance instance);
  bool IsPresent(Period period) const;
  // The subject that an instance belongs to: itself, or the owner of the row.
  std::pair<SortId, uint32_t> RootOf(SortId sort, uint32_t entity) const;
  bool MayBelong(SortId sort, uint32_t subject, graph::PathId path, Instance group);
  FailurePtr RefusedPeer(SortId sort, graph::PathId path, Instance group, Instance instance, Grain grain);
  std::string IdOf(Instance instance, Grain grain) const;

  GraphPtr graph_;
  std::shared_ptr<const Facts> facts_;
  Period period_;
  std::vector<std::unordered_map<Instance, Value, InstanceHash>> values_;  // by definition
  std::unordered_map<NodeId, Fibres> fibres_;
  std::map<std::pair<uint32_t, std::pair<uint32_t, Period>>, Ranking> rankings_;
  // Of a quotient in a period (rows have their own: kOnce): the keys that were seen, in that order.
  struct Keys {
    std::map<std::vector<Value>, uint32_t> index;
    std::vector<std::vector<Value>> keys;
  };
  std::map<std::pair<uint32_t, Period>, Keys> groups_;
  std::map<std::pair<SortId, SortId>, std::unordered_map<uint32_t, std::vector<uint32_t>>>
      rows_;                     // of records, by root sort
  std::vector<size_t> columns_;  // of fields of records: their place in the row
  const Definition* current_ = nullptr;
  std::vector<Trace>* trace_ = nullptr;  // where operands are recorded, when explaining
  std::optional<Pin> pin_;
  std::unordered_map<NodeId, std::vector<bool>> reached_;  // of a kCase or kElse: its arms that were decided on
  std::map<NodeId, std::vector<bool>> dependents_;         // of pinned nodes
  // Nodes with several parents, and their values within the definition being evaluated: without them, sharing in the graph would
  // cost a doubling a level.
  std::vector<bool> shared_;
  Memo memo_;
};

// -1, 0, 1; on a scale the better value is the greater.
int CompareValues(const Value& a, const Value& b);

}  // namespace heng::eval
