// The rest of Interpreter: what looks beyond one instance – paths, groups, folds, ranks, the past.
#include <algorithm>

#include <fmt/format.h>

#include "engine/base/check.h"
#include "engine/eval/interpreter.h"

namespace heng::eval {

using graph::FoldOp;
using graph::Form;
using graph::Step;
using graph::Ties;

// ---- paths and groups

Grain Interpreter::Into(graph::PathId path, Grain from) const {
  for (const Step& step : (*graph_)[path].steps) {
    switch (step.kind) {
      case Step::Kind::kParent: from.sort = (*graph_->model)[from.sort].parent; break;
      case Step::Kind::kKey: from.sort = step.quotient; break;
      case Step::Kind::kWhole: from.sort = semantic::kWholeSort; break;
      case Step::Kind::kCalendar: from.period = step.period; break;
    }
  }
  return from;
}

std::optional<Instance> Interpreter::Follow(graph::PathId path, Instance instance, Grain from) {
  for (const Step& step : (*graph_)[path].steps) {
    switch (step.kind) {
      case Step::Kind::kParent:
        instance.entity = facts_->rows.at(from.sort)[instance.entity].subject;
        from.sort = (*graph_->model)[from.sort].parent;
        break;
      case Step::Kind::kKey: {
        const std::optional<uint32_t> group = GroupOf(step.quotient, instance);
        if (!group) return std::nullopt;
        instance.entity = *group;
        from.sort = step.quotient;
        break;
      }
      case Step::Kind::kWhole:
        instance.entity = 0;
        from.sort = semantic::kWholeSort;
        break;
      case Step::Kind::kCalendar:
        instance.period = step.period == PeriodKind::kOnce ? Period{} : instance.period.In(step.period);
        from.period = step.period;
        break;
    }
  }
  return instance;
}

// The position of the instance's key among the keys seen in its period; nothing if it has none.
std::optional<uint32_t> Interpreter::GroupOf(SortId quotient, Instance instance) {
  if (facts_->refused.count(instance.entity) > 0) return std::nullopt;
  std::vector<Trace>* trace = std::exchange(trace_, nullptr);
  const Value key = Eval(graph_->quotient(quotient).key, instance);
  trace_ = trace;
  if (IsAbsent(key) || FailureOf(key) != nullptr) return std::nullopt;
  auto& keys = groups_[{quotient.value, instance.period}];
  const auto found = std::find_if(keys.begin(), keys.end(), [&](const auto& entry) { return entry.first == key; });
  if (found != keys.end()) return found->second;
  keys.emplace_back(key, static_cast<uint32_t>(keys.size()));
  return keys.back().second;
}

const Interpreter::Fibres& Interpreter::FibresOf(NodeId id, const Node& node, Grain source) {
  const auto [at, added] = fibres_.try_emplace(id);
  if (!added) return at->second;
  Fibres fibres;
  std::optional<Pin> pin = std::exchange(pin_, std::nullopt);
  Memo memo = std::exchange(memo_, {});
  const size_t count = CountOf(source.sort);
  const bool rows = (*graph_->model)[source.sort].kind == semantic::Sort::Kind::kRecords;
  for (uint32_t entity = 0; entity < count; ++entity) {
    std::vector<Period> periods =
        rows ? std::vector<Period>{facts_->rows.at(source.sort)[entity].period} : PeriodsOf(source.period);
    for (const Period period : periods) {
      if (const auto target = Follow(node.path, {entity, period}, source)) fibres[*target].push_back({entity, period});
    }
  }
  pin_ = std::move(pin);
  memo_ = std::move(memo);
  return fibres_[id] = std::move(fibres);
}

// Whether a refused subject belongs to the group. Where its key is an attribute that could be read, that decides; else it may.
bool Interpreter::MayBelong(uint32_t subject, graph::PathId path, Instance group) {
  for (const Step& step : (*graph_)[path].steps) {
    if (step.kind != Step::Kind::kKey) continue;
    const Node* key = &(*graph_)[graph_->quotient(step.quotient).key];
    while (key->form == Form::kPull) key = &(*graph_)[key->operands[0]];
    if (key->form != Form::kField) return true;
    const auto values = facts_->values.find(key->field);
    if (values == facts_->values.end()) return true;
    const auto own = values->second.find({subject, Period{}});
    if (own == values->second.end()) return true;
    const auto& keys = groups_[{step.quotient.value, group.period}];
    return std::any_of(keys.begin(), keys.end(),
                       [&](const auto& entry) { return entry.second == group.entity && entry.first == own->second; });
  }
  return true;
}

// By name: the first of the group's refused subjects in the roster, and how many more there are. Null if there are none.
FailurePtr Interpreter::RefusedPeer(graph::PathId path, Instance group, Instance instance, Grain grain) {
  std::vector<uint32_t> refused;
  for (const auto& [subject, failure] : facts_->refused) {
    if (MayBelong(subject, path, group)) refused.push_back(subject);
  }
  if (refused.empty()) return nullptr;
  const size_t more = refused.size() - 1;
  const std::string& id = facts_->ids[*std::min_element(refused.begin(), refused.end())];
  return Failed(
      "refused-peer",
      {fmt::format("“{}”{}的数据被拒绝，不能与同类比较", id, more > 0 ? fmt::format("等 {} 个对象", more + 1) : ""),
       fmt::format("the facts of '{}'{} were refused, so there is no comparison with peers", id,
                   more > 0 ? fmt::format(" and {} more", more) : "")},
      instance, grain, id);
}

bool Interpreter::LeavesSubject(graph::PathId path) const {
  const auto& steps = (*graph_)[path].steps;
  return std::any_of(steps.begin(), steps.end(),
                     [](const Step& s) { return s.kind == Step::Kind::kKey || s.kind == Step::Kind::kWhole; });
}

Value Interpreter::EvalFold(NodeId id, const Node& node, Instance instance) {
  if (LeavesSubject(node.path) && !facts_->roster_complete) {
    return Failed(
        "needs-roster",
        {"要与同类比较，而请求里没有全部对象", "it compares with peers, and not all subjects are in the request"},
        instance, node.grain);
  }
  const auto& steps = (*graph_)[node.path].steps;
  const bool calendar = steps.size() == 1 && steps[0].kind == Step::Kind::kCalendar &&
                        (*graph_->model)[node.source.sort].kind != semantic::Sort::Kind::kRecords;
  std::vector<Instance> own;
  const std::vector<Instance>* fibre = &own;
  if (calendar && instance.period.kind != PeriodKind::kOnce) {
    for (const Period period : instance.period.Split(node.source.period)) own.push_back({instance.entity, period});
  } else {
    const Fibres& fibres = FibresOf(id, node, node.source);
    const auto found = fibres.find(instance);
    if (found != fibres.end()) fibre = &found->second;
  }
  if (LeavesSubject(node.path)) {
    if (const FailurePtr failure = RefusedPeer(node.path, instance, instance, node.grain)) return failure;
  }
  std::vector<Value> values;
  for (const Instance& member : *fibre) {
    if (node.operands.size() > 1) {
      Value condition = Eval(node.operands[1], member);
      if (FailureOf(condition) != nullptr) return condition;
      if (IsAbsent(condition))
        return Failed("absent", {"条件里有缺的值", "a value in the condition is absent"}, member, node.source);
      if (!std::get<bool>(condition)) continue;
    }
    Value value = Eval(node.operands[0], member);
    if (FailureOf(value) != nullptr) return value;
    if (IsAbsent(value))
      return Failed("absent", {"要汇总的值缺", "a value to be put together is absent"}, member, node.source);
    values.push_back(std::move(value));
  }
  return Fold(node, values);
}

Value Interpreter::Fold(const Node& node, const std::vector<Value>& values) {
  switch (node.fold) {
    case FoldOp::kSum: {
      Rational sum;
      for (const Value& value : values) sum += std::get<Rational>(value);
      return sum;
    }
    case FoldOp::kCount: return Rational(static_cast<int64_t>(values.size()));
    case FoldOp::kAny:
      return std::any_of(values.begin(), values.end(), [](const Value& v) { return std::get<bool>(v); });
    default: break;
  }
  if (values.empty()) return Absent{};
  switch (node.fold) {
    case FoldOp::kAll:
      return std::all_of(values.begin(), values.end(), [](const Value& v) { return std::get<bool>(v); });
    case FoldOp::kOnly:
      if (values.size() > 1)
        return Failed("several", {"应当只有一个值，却有几个", "there should be one value, and there are several"}, {},
                      node.grain);
      return values[0];
    case FoldOp::kMin:
      return *std::min_element(values.begin(), values.end(),
                               [](const Value& a, const Value& b) { return CompareValues(a, b) < 0; });
    default:
      return *std::max_element(values.begin(), values.end(),
                               [](const Value& a, const Value& b) { return CompareValues(a, b) < 0; });
  }
}

// ---- ranks

const Interpreter::Ranking& Interpreter::RankingOf(NodeId id, const Node& node, Instance group) {
  const auto [at, added] = rankings_.try_emplace({id.value, {group.entity, group.period}});
  Ranking& ranking = at->second;
  if (!added) return ranking;
  const Fibres& fibres = FibresOf(id, node, node.grain);
  const auto members = fibres.find(group);
  if (members == fibres.end()) return ranking;
  std::optional<Pin> pin = std::exchange(pin_, std::nullopt);
  Memo memo = std::exchange(memo_, {});
  for (const Instance& member : members->second) {
    if (node.operands.size() > 1) {
      const Value condition = Eval(node.operands[1], member);
      const bool known = std::holds_alternative<bool>(condition);
      if (!known) {
        ranking.failure =
            Failed("peer-failed", {"同类中有对象的条件不能判断", "the condition cannot be decided for a peer"}, member,
                   node.grain);
        continue;
      }
      if (!std::get<bool>(condition)) continue;
    }
    Value key = Eval(node.operands[0], member);
    if (FailureOf(key) != nullptr || IsAbsent(key)) {
      if (!ranking.failure) {
        ranking.failure = Failed("peer-failed",
                                 {fmt::format("同类中“{}”没有可比的值", IdOf(member, node.grain)),
                                  fmt::format("the peer '{}' has no value to compare", IdOf(member, node.grain))},
                                 member, node.grain);
      }
      continue;
    }
    ranking.sorted.emplace_back(std::move(key), member);
  }
  pin_ = std::move(pin);
  memo_ = std::move(memo);
  const bool descending = node.descending;
  std::stable_sort(ranking.sorted.begin(), ranking.sorted.end(), [&](const auto& a, const auto& b) {
    const int c = CompareValues(a.first, b.first);
    return descending ? c > 0 : c < 0;
  });
  return ranking;
}

Value Interpreter::EvalRank(NodeId id, const Node& node, Instance instance) {
  if (LeavesSubject(node.path)) {
    if (!facts_->roster_complete) {
      return Failed("needs-roster", {"排名需要全部对象的数据", "a rank needs the facts of all subjects"}, instance,
                    node.grain);
    }
  }
  if (node.operands.size() > 1) {
    Value condition = Eval(node.operands[1], instance);
    if (FailureOf(condition) != nullptr) return condition;
    if (IsAbsent(condition) || !std::get<bool>(condition)) return Absent{};
  }
  Value mine = Eval(node.operands[0], instance);
  if (FailureOf(mine) != nullptr) return mine;
  if (IsAbsent(mine))
    return Failed("absent", {"要排名的值缺", "the value to be ranked is absent"}, instance, node.grain);
  const std::optional<Instance> group = Follow(node.path, instance, node.grain);
  if (!group) return Failed("absent", {"没有分组的依据", "the key to group by is absent"}, instance, node.grain);
  if (LeavesSubject(node.path)) {
    if (const FailurePtr failure = RefusedPeer(node.path, *group, instance, node.grain)) return failure;
  }
  std::vector<Trace>* trace = std::exchange(trace_, nullptr);
  const Ranking& ranking = RankingOf(id, node, *group);
  trace_ = trace;
  if (ranking.failure) return ranking.failure;
  const auto before = [&](const std::pair<Value, Instance>& entry) {
    const int c = CompareValues(entry.first, mine);
    return node.descending ? c > 0 : c < 0;
  };
  auto place = std::partition_point(ranking.sorted.begin(), ranking.sorted.end(), before);
  if (node.ties == Ties::kDistinct)
    place = std::find_if(place, ranking.sorted.end(), [&](const auto& entry) { return entry.second == instance; });
  return Rational(static_cast<int64_t>(place - ranking.sorted.begin()) + 1);
}

Value Interpreter::EvalPast(const Node& node, Instance instance) {
  const Instance past{instance.entity, instance.period.Back(node.back)};
  const Node& of = (*graph_)[node.operands[0]];
  if (of.form == Form::kField) {
    const auto table = facts_->values.find(of.field);
    if (table != facts_->values.end()) {
      const auto found = table->second.find({past.entity, past.period});
      if (found != table->second.end()) return found->second;
    }
    return Failed("missing-past",
                  {fmt::format("没有 {} 的“{}”", past.period.ToString(), (*graph_->model)[of.field].name),
                   fmt::format("there is no '{}' for {}", (*graph_->model)[of.field].name, past.period.ToString())},
                  past, node.grain, (*graph_->model)[of.field].name);
  }
  const Definition& definition = (*graph_)[of.definition];
  const auto table = facts_->history.find(definition.declared);
  if (table != facts_->history.end()) {
    const auto found = table->second.find({past.entity, past.period});
    if (found != table->second.end()) return found->second;
  }
  return Failed(
      "missing-past",
      {fmt::format("历史里没有 {} 的“{}”：请在 历史.{}.csv 里写上这个对象的一行，上期没有结果就把格子留空",
                   past.period.ToString(), definition.name, PeriodAdverb(past.period.kind).zh),
       fmt::format(
           "the history has no '{}' for {}: give the subject a row in 历史.{}.csv, with an empty cell if there was no result",
           definition.name, past.period.ToString(), PeriodAdverb(past.period.kind).zh)},
      past, node.grain, definition.name);
}

}  // namespace heng::eval
