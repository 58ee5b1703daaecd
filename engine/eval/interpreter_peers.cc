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
      case Step::Kind::kReference: from.sort = (*graph_->model)[step.reference].type.subject; break;
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
        instance.entity = facts_->rows.at(from.sort)[instance.entity].owner;
        from.sort = (*graph_->model)[from.sort].parent;
        break;
      case Step::Kind::kReference: {
        const Value value = FieldValue(step.reference, instance);
        const auto* entity = std::get_if<EntityId>(&value);
        if (entity == nullptr) return std::nullopt;
        instance.entity = entity->index;
        from.sort = (*graph_->model)[step.reference].type.subject;
        break;
      }
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
std::optional<uint32_t> Interpreter::GroupOf(SortId sort, Instance instance) {
  const graph::Quotient& quotient = graph_->quotient(sort);
  const auto [root, subject] = RootOf(quotient.base, instance.entity);
  if (facts_->roster(root).refused.count(subject) > 0) return std::nullopt;
  std::vector<Value> key;
  if (quotient.owner.valid()) {
    uint32_t owner = instance.entity;
    for (SortId at = quotient.base; at != quotient.owner; at = (*graph_->model)[at].parent)
      owner = facts_->rows.at(at)[owner].owner;
    key.emplace_back(EntityId{owner});
  }
  std::vector<Trace>* trace = std::exchange(trace_, nullptr);
  for (const NodeId node : quotient.keys) key.push_back(Eval(node, instance));
  trace_ = trace;
  for (const Value& value : key) {
    if (IsAbsent(value) || FailureOf(value) != nullptr) return std::nullopt;
  }
  // A row is in one period alone, so its groups need not be parted by period.
  const bool rows = (*graph_->model)[quotient.base].kind == semantic::Sort::Kind::kRecords;
  Keys& keys = groups_[{sort.value, rows ? Period{} : instance.period}];
  const auto [at, added] = keys.index.emplace(key, static_cast<uint32_t>(keys.keys.size()));
  if (added) keys.keys.push_back(std::move(key));
  return at->second;
}

const Interpreter::Fibres& Interpreter::FibresOf(NodeId id, const Node& node, Grain source) {
  const auto [at, added] = fibres_.try_emplace(id);
  if (!added) return at->second;
  Fibres fibres;
  std::optional<Pin> pin = std::exchange(pin_, std::nullopt);
  Memo memo = std::exchange(memo_, {});
  const size_t count = CountOf(source.sort, {});
  const bool rows =
      !graph_->is_quotient(source.sort) && (*graph_->model)[source.sort].kind == semantic::Sort::Kind::kRecords;
  for (uint32_t entity = 0; entity < count; ++entity) {
    std::vector<Period> periods =
        rows ? std::vector<Period>{facts_->rows.at(source.sort)[entity].period} : PeriodsOf(source.period);
    for (const Period period : periods) {
      // What happens after the settled period is not known in it.
      if (rows && period.last_day() > period_.last_day()) continue;
      if (const auto target = Follow(node.path, {entity, period}, source)) fibres[*target].push_back({entity, period});
    }
  }
  pin_ = std::move(pin);
  memo_ = std::move(memo);
  return fibres_[id] = std::move(fibres);
}

// Whether a refused subject belongs to the group. Where its key or its reference is an attribute that could be read, that decides;
// else it may.
bool Interpreter::MayBelong(SortId sort, uint32_t subject, graph::PathId path, Instance group) {
  for (const Step& step : (*graph_)[path].steps) {
    if (step.kind == Step::Kind::kParent) continue;
    if (step.kind == Step::Kind::kReference) {
      if ((*graph_->model)[step.reference].grain.sort != sort) return true;
      const Value value = FieldValue(step.reference, {subject, group.period});
      const auto* entity = std::get_if<EntityId>(&value);
      return entity == nullptr || entity->index == group.entity;
    }
    if (step.kind != Step::Kind::kKey) continue;
    const graph::Quotient& quotient = graph_->quotient(step.quotient);
    const Node* key = &(*graph_)[quotient.keys[0]];
    while (key->form == Form::kPull) key = &(*graph_)[key->operands[0]];
    if (key->form != Form::kField || quotient.base != sort) return true;
    const Value own = FieldValue(key->field, {subject, group.period});
    if (IsAbsent(own)) return true;
    const auto& keys = groups_[{step.quotient.value, group.period}].keys;
    return group.entity < keys.size() && keys[group.entity][0] == own;
  }
  return true;
}

// By name: the first of the group's refused subjects in the roster, and how many more there are. Null if there are none.
FailurePtr Interpreter::RefusedPeer(SortId source, graph::PathId path, Instance group, Instance instance, Grain grain) {
  while (!graph_->is_quotient(source) && (*graph_->model)[source].kind == semantic::Sort::Kind::kRecords)
    source = (*graph_->model)[source].parent;
  if (graph_->is_quotient(source)) source = graph_->quotient(source).base;
  const Roster& roster = facts_->roster(source);
  std::vector<uint32_t> refused;
  for (const auto& [subject, failure] : roster.refused) {
    if (MayBelong(source, subject, path, group)) refused.push_back(subject);
  }
  if (refused.empty()) return nullptr;
  const size_t more = refused.size() - 1;
  const std::string& id = roster.ids[*std::min_element(refused.begin(), refused.end())];
  return Failed(
      "refused-peer",
      {fmt::format("“{}”{}的数据被拒绝，不能与同类比较", id, more > 0 ? fmt::format("等 {} 个对象", more + 1) : ""),
       fmt::format("the facts of '{}'{} were refused, so there is no comparison with peers", id,
                   more > 0 ? fmt::format(" and {} more", more) : "")},
      instance, grain, id);
}

// True if the period is in the settled one, or holds it: its values are computed, not recorded.
bool Interpreter::IsPresent(Period period) const {
  if (period.kind == PeriodKind::kOnce) return true;
  return period.kind <= period_.kind ? period.In(period_.kind) == period_ : period_.In(period.kind) == period;
}

// The instances that the fold puts together.
std::vector<Instance> Interpreter::MembersOf(NodeId id, const Node& node, Instance instance) {
  const auto& steps = (*graph_)[node.path].steps;
  const bool rows = !graph_->is_quotient(node.source.sort) &&
                    (*graph_->model)[node.source.sort].kind == semantic::Sort::Kind::kRecords;
  const bool in_time =
      std::all_of(steps.begin(), steps.end(), [](const Step& s) { return s.kind == Step::Kind::kCalendar; });
  std::vector<Period> window = {instance.period};
  for (int back = 1; back < node.window; ++back) window.push_back(instance.period.Back(back));
  std::vector<Instance> members;
  if (in_time && !rows && instance.period.kind != PeriodKind::kOnce) {
    for (const Period target : window) {
      for (const Period period : target.Split(node.source.period)) members.push_back({instance.entity, period});
    }
    return members;
  }
  const Fibres& fibres = FibresOf(id, node, node.source);
  if (node.window == 0) {
    for (const auto& [target, fibre] : fibres) {
      const bool so_far = target.entity == instance.entity && target.period <= instance.period;
      if (so_far) members.insert(members.end(), fibre.begin(), fibre.end());
    }
    std::sort(members.begin(), members.end(), [](Instance a, Instance b) { return a.entity < b.entity; });
    return members;
  }
  for (const Period target : window) {
    const bool present = rows || target == instance.period;
    const auto fibre = fibres.find({instance.entity, present ? target : instance.period});
    if (fibre == fibres.end()) continue;
    if (present) {
      members.insert(members.end(), fibre->second.begin(), fibre->second.end());
      continue;
    }
    // The members are those of today, in the periods of then.
    std::vector<uint32_t> seen;
    for (const Instance& member : fibre->second) {
      if (std::find(seen.begin(), seen.end(), member.entity) != seen.end()) continue;
      seen.push_back(member.entity);
      for (const Period period : target.Split(node.source.period)) members.push_back({member.entity, period});
    }
  }
  return members;
}

Value Interpreter::EvalFold(NodeId id, const Node& node, Instance instance) {
  if (graph_->LeavesSubject(node.path)) {
    if (!facts_->roster_complete) {
      return Failed(
          "needs-roster",
          {"要与同类比较，而请求里没有全部对象", "it compares with peers, and not all subjects are in the request"},
          instance, node.grain);
    }
    if (const FailurePtr failure = RefusedPeer(node.source.sort, node.path, instance, instance, node.grain))
      return failure;
  }
  std::vector<Value> values;
  std::vector<std::pair<Value, Value>> keyed;
  for (const Instance& member : MembersOf(id, node, instance)) {
    if (node.conditional) {
      Value condition = Eval(node.operands.back(), member);
      if (FailureOf(condition) != nullptr) return condition;
      if (IsAbsent(condition))
        return Failed("absent", {"条件里有缺的值", "a value in the condition is absent"}, member, node.source);
      if (!std::get<bool>(condition)) continue;
    }
    Value value = Eval(node.operands[0], member);
    if (FailureOf(value) != nullptr) return value;
    if (IsAbsent(value))
      return Failed("absent", {"要汇总的值缺", "a value to be put together is absent"}, member, node.source);
    if (node.fold == FoldOp::kNth) {
      Value key = Eval(node.operands[1], member);
      if (FailureOf(key) != nullptr) return key;
      keyed.emplace_back(std::move(key), std::move(value));
      continue;
    }
    values.push_back(std::move(value));
  }
  return node.fold == FoldOp::kNth ? EvalNth(node, keyed, instance) : Fold(node, values);
}

// The value of the n-th by key; that two have that key would make it a matter of chance.
Value Interpreter::EvalNth(const Node& node, const std::vector<std::pair<Value, Value>>& keyed, Instance instance) {
  std::vector<size_t> order(keyed.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    const int c = CompareValues(keyed[a].first, keyed[b].first);
    return node.descending ? c > 0 : c < 0;
  });
  const auto n = static_cast<size_t>(node.back);
  if (order.size() < n) return Absent{};
  const auto same = [&](size_t i) { return keyed[order[i]].first == keyed[order[n - 1]].first; };
  if ((n >= 2 && same(n - 2)) || (n < order.size() && same(n))) {
    return Failed("tie", {"同一天有几条，分不出先后", "several rows have the same date, so there is no order"},
                  instance, node.grain);
  }
  return keyed[order[n - 1]].second;
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

// The rows of the records that belong, through however many rows, to the subject.
const std::vector<uint32_t>& Interpreter::RowsOf(SortId records, SortId root, uint32_t subject) {
  const auto [table, added] = rows_.try_emplace({records, root});
  if (added) {
    for (uint32_t row = 0; row < CountOf(records, {}); ++row) {
      const auto [sort, owner] = RootOf(records, row);
      if (sort == root) table->second[owner].push_back(row);
    }
  }
  return table->second[subject];
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
    if (node.conditional) {
      const Value condition = Eval(node.operands.back(), member);
      if (!std::holds_alternative<bool>(condition)) {
        ranking.failure =
            Failed("peer-failed", {"同类中有对象的条件不能判断", "the condition cannot be decided for a peer"}, member,
                   node.grain);
        continue;
      }
      if (!std::get<bool>(condition)) continue;
    }
    std::vector<Value> keys = KeysOf(node, member);
    const bool lacking =
        std::any_of(keys.begin(), keys.end(), [](const Value& v) { return FailureOf(v) != nullptr || IsAbsent(v); });
    if (!lacking) {
      ranking.sorted.emplace_back(std::move(keys), member);
    } else if (!ranking.failure) {
      ranking.failure = Failed("peer-failed",
                               {fmt::format("同类中“{}”没有可比的值", IdOf(member, node.grain)),
                                fmt::format("the peer '{}' has no value to compare", IdOf(member, node.grain))},
                               member, node.grain);
    }
  }
  pin_ = std::move(pin);
  memo_ = std::move(memo);
  std::stable_sort(ranking.sorted.begin(), ranking.sorted.end(),
                   [&](const auto& a, const auto& b) { return CompareKeys(node, a.first, b.first) < 0; });
  return ranking;
}

std::vector<Value> Interpreter::KeysOf(const Node& node, Instance instance) {
  std::vector<Value> keys;
  for (size_t i = 0; i <= node.further.size(); ++i) keys.push_back(Eval(node.operands[i], instance));
  return keys;
}

// Negative: a stands before b.
int Interpreter::CompareKeys(const Node& node, const std::vector<Value>& a, const std::vector<Value>& b) {
  for (size_t i = 0; i < a.size(); ++i) {
    const int c = CompareValues(a[i], b[i]);
    const bool descending = i == 0 ? node.descending : node.further[i - 1];
    if (c != 0) return descending ? -c : c;
  }
  return 0;
}

Value Interpreter::EvalRank(NodeId id, const Node& node, Instance instance) {
  if (graph_->LeavesSubject(node.path)) {
    if (!facts_->roster_complete) {
      return Failed("needs-roster", {"排名需要全部对象的数据", "a rank needs the facts of all subjects"}, instance,
                    node.grain);
    }
  }
  if (node.conditional) {
    Value condition = Eval(node.operands.back(), instance);
    if (FailureOf(condition) != nullptr) return condition;
    if (IsAbsent(condition) || !std::get<bool>(condition)) return Absent{};
  }
  const std::vector<Value> mine = KeysOf(node, instance);
  for (const Value& key : mine) {
    if (FailureOf(key) != nullptr) return key;
    if (IsAbsent(key))
      return Failed("absent", {"要排名的值缺", "the value to be ranked is absent"}, instance, node.grain);
  }
  const std::optional<Instance> group = Follow(node.path, instance, node.grain);
  if (!group) return Failed("absent", {"没有分组的依据", "the key to group by is absent"}, instance, node.grain);
  if (graph_->LeavesSubject(node.path)) {
    if (const FailurePtr failure = RefusedPeer(node.grain.sort, node.path, *group, instance, node.grain))
      return failure;
  }
  std::vector<Trace>* trace = std::exchange(trace_, nullptr);
  const Ranking& ranking = RankingOf(id, node, *group);
  trace_ = trace;
  if (ranking.failure) return ranking.failure;
  const auto& sorted = ranking.sorted;
  const auto first = std::partition_point(sorted.begin(), sorted.end(),
                                          [&](const auto& entry) { return CompareKeys(node, entry.first, mine) < 0; });
  const auto last = std::partition_point(first, sorted.end(),
                                         [&](const auto& entry) { return CompareKeys(node, entry.first, mine) <= 0; });
  const auto better = static_cast<int64_t>(first - sorted.begin());
  const auto equal = static_cast<int64_t>(last - first);
  switch (node.ties) {
    case Ties::kCompetition: return Rational(better + 1);
    case Ties::kLow: return Rational(better + equal);
    case Ties::kMean: return Rational(2 * better + equal + 1, 2);
    case Ties::kDense: {
      int64_t places = 1;
      for (auto it = sorted.begin(); it != first; ++it)
        places += std::next(it) == first || CompareKeys(node, it->first, std::next(it)->first) != 0 ? 1 : 0;
      return Rational(places);
    }
    case Ties::kError:
      if (equal > 1) {
        return Failed("tie", {"排名并列，而政策写的是“不并列”", "there is a tie, and the policy says 不并列 (noties)"},
                      instance, node.grain);
      }
      return Rational(better + 1);
    case Ties::kDistinct: break;
  }
  const auto own = std::find_if(first, last, [&](const auto& entry) { return entry.second == instance; });
  return Rational(static_cast<int64_t>(own - sorted.begin()) + 1);
}

Value Interpreter::EvalPast(const Node& node, Instance instance) {
  const Instance past{instance.entity, instance.period.Back(node.back)};
  if (node.back == 0 && IsPresent(past.period)) return Eval(node.operands[0], past);
  const Node& of = (*graph_)[node.operands[0]];
  if (of.form == Form::kField) {
    const auto table = facts_->values.find(of.field);
    const Value* value = table == facts_->values.end() ? nullptr : table->second.Find({past.entity, past.period});
    if (value != nullptr) return *value;
    return Failed("missing-past",
                  {fmt::format("没有 {} 的“{}”", past.period.ToString(), (*graph_->model)[of.field].name),
                   fmt::format("there is no '{}' for {}", (*graph_->model)[of.field].name, past.period.ToString())},
                  past, node.grain, (*graph_->model)[of.field].name);
  }
  const Definition& definition = (*graph_)[of.definition];
  // What was on trial is nobody's past, whatever the history says.
  const std::optional<Date>& trial = graph_->model->policy.trial_until;
  if (trial && past.period.last_day() <= *trial) return Absent{};
  const auto table = facts_->history.find(definition.declared);
  const Value* value = table == facts_->history.end() ? nullptr : table->second.Find({past.entity, past.period});
  if (value != nullptr) return *value;
  if (facts_->of_request) {
    const std::string when = past.period.ToString();
    return Failed(
        "missing-past",
        {fmt::format(
             "历史里没有 {} 的“{}”：请在这个对象的 \"history\" 里写 \"{}\": {{\"{}\": …}}，那一期没有结果就写 null",
             when, definition.name, when, definition.name),
         fmt::format(
             "the history has no '{}' for {}: give the subject, in its \"history\", \"{}\": {{\"{}\": …}}, with "
             "null if there was no result",
             definition.name, when, when, definition.name)},
        past, node.grain, definition.name);
  }
  const semantic::Model& model = *graph_->model;
  const SortId sort = definition.grain.sort;
  const std::string file = fmt::format("历史.{}{}.csv", sort == model.subject() ? "" : model[sort].name + ".",
                                       PeriodAdverb(past.period.kind).zh);
  return Failed(
      "missing-past",
      {fmt::format("历史里没有 {} 的“{}”：请在 {} 里写上这个对象的一行，上期没有结果就把格子留空",
                   past.period.ToString(), definition.name, file),
       fmt::format("the history has no '{}' for {}: give the subject a row in {}, with an empty cell if there was "
                   "no result",
                   definition.name, past.period.ToString(), file)},
      past, node.grain, definition.name);
}

}  // namespace heng::eval
