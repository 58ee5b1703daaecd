#include "engine/eval/interpreter.h"

#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>

#include "engine/base/check.h"

namespace heng::eval {

using graph::Form;
using graph::Op;

namespace {

const Rational& NumberIn(const Value& value) { return std::get<Rational>(value); }

}  // namespace

int CompareValues(const Value& a, const Value& b) {
  if (const auto* code = std::get_if<EnumCode>(&a)) {
    const uint32_t other = std::get<EnumCode>(b).index;
    return code->index == other ? 0 : code->index < other ? 1 : -1;
  }
  if (const auto* number = std::get_if<Rational>(&a))
    return *number < std::get<Rational>(b) ? -1 : *number == std::get<Rational>(b) ? 0 : 1;
  return a < b ? -1 : a == b ? 0 : 1;
}

Interpreter::Interpreter(GraphPtr graph, std::shared_ptr<const Facts> facts, Period period)
    : graph_(std::move(graph)),
      facts_(std::move(facts)),
      period_(period),
      values_(graph_->definitions.size()),
      shared_(graph_->nodes.size()) {
  std::vector<bool> seen(graph_->nodes.size());
  for (const Node& node : graph_->nodes) {
    for (const NodeId operand : node.operands) {
      const bool costs = !(*graph_)[operand].operands.empty();
      shared_[operand.index()] = costs && (shared_[operand.index()] || seen[operand.index()]);
      seen[operand.index()] = true;
    }
  }
  std::map<SortId, size_t> width;
  for (const semantic::Field& field : graph_->model->fields)
    columns_.push_back(field.kind == semantic::Field::Kind::kRecord ? width[field.grain.sort]++ : 0);
}

std::vector<Period> Interpreter::PeriodsOf(PeriodKind kind) const {
  if (kind == PeriodKind::kOnce) return {Period{}};
  if (kind > period_.kind) return {};
  return period_.Split(kind);
}

size_t Interpreter::CountOf(SortId sort, Period period) {
  if (graph_->is_quotient(sort)) {
    // All of the base show their keys once.
    const SortId base = graph_->quotient(sort).base;
    const size_t count = CountOf(base, period);
    for (uint32_t entity = 0; entity < count; ++entity) GroupOf(sort, {entity, period});
    return groups_[{sort.value, period}].keys.size();
  }
  switch ((*graph_->model)[sort].kind) {
    case semantic::Sort::Kind::kWhole: return 1;
    case semantic::Sort::Kind::kRecords: {
      const auto rows = facts_->rows.find(sort);
      return rows == facts_->rows.end() ? 0 : rows->second.size();
    }
    default: return facts_->roster(sort).ids.size();
  }
}

void Interpreter::Run() {
  for (size_t d = 0; d < graph_->definitions.size(); ++d) {
    const Definition& definition = graph_->definitions[d];
    const SortId sort = definition.grain.sort;
    // Rows have their own periods: their values are computed where they are read.
    if (!graph_->is_quotient(sort) && (*graph_->model)[sort].kind == semantic::Sort::Kind::kRecords) continue;
    for (const Period period : PeriodsOf(definition.grain.period)) {
      const size_t count = CountOf(sort, period);
      for (uint32_t entity = 0; entity < count; ++entity) Read(DefId(d), {entity, period});
    }
  }
}

std::vector<std::string> Interpreter::IdsOf(SortId sort, Period period) {
  if (!graph_->is_quotient(sort)) return facts_->roster(sort).ids;
  CountOf(sort, period);
  const graph::Type& type = (*graph_)[graph_->quotient(sort).keys[0]].type;
  std::vector<std::string> ids;
  for (const std::vector<Value>& key : groups_[{sort.value, period}].keys) {
    if (const auto* text = std::get_if<std::string>(&key[0])) {
      ids.push_back(*text);
    } else if (const auto* entity = std::get_if<EntityId>(&key[0])) {
      ids.push_back(facts_->roster(type.subject).ids[entity->index]);
    } else {
      ids.push_back(semantic::Describe(*graph_->model, type, key[0]));
    }
  }
  return ids;
}

std::pair<SortId, uint32_t> Interpreter::RootOf(SortId sort, uint32_t entity) const {
  while ((*graph_->model)[sort].kind == semantic::Sort::Kind::kRecords) {
    entity = facts_->rows.at(sort)[entity].owner;
    sort = (*graph_->model)[sort].parent;
  }
  return {sort, entity};
}

std::string Interpreter::IdOf(Instance instance, Grain grain) const {
  if (graph_->is_quotient(grain.sort)) return "";
  const auto [sort, entity] = RootOf(grain.sort, instance.entity);
  const std::vector<std::string>& ids = facts_->roster(sort).ids;
  return entity < ids.size() ? ids[entity] : "";
}

FailurePtr Interpreter::Failed(std::string code, Bilingual message, Instance instance, Grain grain,
                               std::string datum) const {
  auto failure = std::make_shared<Failure>();
  failure->code = std::move(code);
  failure->message = std::move(message);
  failure->rule = current_ != nullptr ? current_->name : "";
  failure->at = IdOf(instance, grain);
  if (instance.period.kind != PeriodKind::kOnce)
    failure->at += (failure->at.empty() ? "" : " ") + instance.period.ToString();
  failure->datum = std::move(datum);
  return failure;
}

std::unordered_map<Instance, Value, Interpreter::InstanceHash>& Interpreter::ValuesOf(DefId definition) {
  return pin_ && (*pin_->dependents)[definition.index()] ? pin_->values[definition.value] : values_[definition.index()];
}

Value Interpreter::Read(DefId id, Instance instance) {
  auto& values = ValuesOf(id);
  if (const auto known = values.find(instance); known != values.end()) return known->second;
  const Definition& definition = (*graph_)[id];
  if (!graph_->is_quotient(definition.grain.sort)) {
    const auto [sort, subject] = RootOf(definition.grain.sort, instance.entity);
    const auto& refused = facts_->roster(sort).refused;
    if (const auto failure = refused.find(subject); failure != refused.end()) return failure->second;
  }
  const Definition* outer = std::exchange(current_, &definition);
  std::vector<Trace>* trace = std::exchange(trace_, nullptr);
  Memo memo = std::exchange(memo_, {});
  Value value = Eval(definition.body, instance);
  current_ = outer;
  trace_ = trace;
  memo_ = std::move(memo);
  values.emplace(instance, value);
  return value;
}

Value Interpreter::Eval(NodeId id, Instance instance) {
  if (pin_ && pin_->node == id && pin_->instance == instance) return pin_->value;
  if (trace_ == nullptr) {
    if (!shared_[id.index()]) return Compute(id, instance);
    if (const auto node = memo_.find(id); node != memo_.end()) {
      if (const auto known = node->second.find(instance); known != node->second.end()) return known->second;
    }
    Value value = Compute(id, instance);
    memo_[id].emplace(instance, value);
    return value;
  }
  std::vector<Trace>* outer = trace_;
  Trace trace{id, instance, {}, {}};
  trace.operands.reserve((*graph_)[id].operands.size());
  trace_ = &trace.operands;
  trace.value = Compute(id, instance);
  trace_ = outer;
  Value value = trace.value;
  outer->push_back(std::move(trace));
  return value;
}

Trace Interpreter::Explain(NodeId id, Instance instance) {
  std::vector<Trace> top;
  trace_ = &top;
  Eval(id, instance);
  trace_ = nullptr;
  return std::move(top.front());
}

const std::vector<bool>& Interpreter::DependentsOf(NodeId pinned) {
  const auto [at, added] = dependents_.try_emplace(pinned, graph_->definitions.size());
  std::vector<bool>& depends = at->second;
  if (!added) return depends;
  // Each definition stands behind those it reads.
  for (size_t d = 0; d < graph_->definitions.size(); ++d) {
    std::unordered_set<NodeId> seen;
    std::vector<NodeId> pending = {graph_->definitions[d].body};
    while (!pending.empty() && !depends[d]) {
      const NodeId id = pending.back();
      pending.pop_back();
      if (!seen.insert(id).second) continue;
      const Node& node = (*graph_)[id];
      if (node.form == Form::kPast) continue;
      depends[d] = id == pinned || (node.form == Form::kName && depends[node.definition.index()]);
      pending.insert(pending.end(), node.operands.begin(), node.operands.end());
    }
  }
  return depends;
}

Value Interpreter::EvalWith(NodeId node, Instance instance, NodeId pinned, const Value& value) {
  // What is pinned is the fact or the definition itself, wherever it is read.
  Instance at = instance;
  while ((*graph_)[pinned].form == Form::kPull) {
    const std::optional<Instance> target = Follow((*graph_)[pinned].path, at, (*graph_)[pinned].grain);
    if (!target) break;
    at = *target;
    pinned = (*graph_)[pinned].operands[0];
  }
  Memo memo = std::exchange(memo_, {});
  pin_ = Pin{pinned, at, value, &DependentsOf(pinned), {}};
  Value out = Eval(node, instance);
  pin_.reset();
  memo_ = std::move(memo);
  return out;
}

Value Interpreter::Compute(NodeId id, Instance instance) {
  const Node& node = (*graph_)[id];
  switch (node.form) {
    case Form::kLiteral: return node.literal;
    case Form::kField: return EvalField(node, instance);
    case Form::kName: return Read(node.definition, instance);
    case Form::kPull: {
      const std::optional<Instance> target = Follow(node.path, instance, node.grain);
      if (!target) return Failed("absent", {"没有分组的依据", "the key to group by is absent"}, instance, node.grain);
      return Eval(node.operands[0], *target);
    }
    case Form::kOp:
      return node.op == Op::kAnd || node.op == Op::kOr ? EvalLogic(node, instance) : EvalOp(node, instance);
    case Form::kCase: return EvalCase(node, instance);
    case Form::kNone: return Absent{};
    case Form::kHas: {
      Value value = Eval(node.operands[0], instance);
      if (FailureOf(value) != nullptr) return value;
      return !IsAbsent(value);
    }
    case Form::kElse: {
      Value value = Eval(node.operands[0], instance);
      if (FailureOf(value) != nullptr) return value;
      const bool absent = IsAbsent(value);
      Reach(node, absent ? 1 : 0);
      return absent ? Eval(node.operands[1], instance) : value;
    }
    case Form::kFold: return EvalFold(id, node, instance);
    case Form::kRank: return EvalRank(id, node, instance);
    case Form::kPast: return EvalPast(node, instance);
    case Form::kFail: return Failed("fail", std::get<std::string>(node.literal), instance, node.grain);
  }
  CHECK(false);
  return {};
}

Date Interpreter::DayOf(Instance instance) const {
  return (instance.period.kind == PeriodKind::kOnce ? period_ : instance.period).first_day();
}

namespace {

// The last value that holds on the day; null if none does yet.
const Value* LatestOn(const std::vector<std::pair<Date, Value>>& since, Date day) {
  const auto after = std::partition_point(since.begin(), since.end(), [&](const auto& e) { return e.first <= day; });
  return after == since.begin() ? nullptr : &std::prev(after)->second;
}

}  // namespace

const Value* Interpreter::ParameterValue(FieldId id, Date day) const {
  const semantic::Field& field = (*graph_->model)[id];
  if (!field.since.empty()) return LatestOn(field.since, day);
  if (field.value) return &*field.value;
  const auto bound = facts_->parameters.find(id);
  return bound == facts_->parameters.end() ? nullptr : &bound->second;
}

Value Interpreter::FieldValue(FieldId id, Instance instance) const {
  using Kind = semantic::Field::Kind;
  const semantic::Field& field = (*graph_->model)[id];
  if (field.kind == Kind::kRecord)
    return facts_->rows.at(field.grain.sort)[instance.entity].values[columns_[id.index()]];
  if (field.kind == Kind::kPresence) {
    const auto given = facts_->given.find(field.grain.sort);
    return given != facts_->given.end() && given->second.count({instance.entity, instance.period}) > 0;
  }
  if (field.kind == Kind::kAttribute || field.kind == Kind::kImported) {
    if (const auto table = facts_->since.find(id); table != facts_->since.end()) {
      const auto found = table->second.find(instance.entity);
      const Value* value = found == table->second.end() ? nullptr : LatestOn(found->second, DayOf(instance));
      if (value != nullptr) return *value;
    }
    instance.period = {};
  }
  const auto table = facts_->values.find(id);
  const Value* value = table == facts_->values.end() ? nullptr : table->second.Find({instance.entity, instance.period});
  return value == nullptr ? Value(Absent{}) : *value;
}

Value Interpreter::EvalField(const Node& node, Instance instance) {
  const semantic::Field& field = (*graph_->model)[node.field];
  if (field.kind == semantic::Field::Kind::kParameter) {
    if (const Value* value = ParameterValue(node.field, DayOf(instance))) return *value;
    if (!field.since.empty()) {
      const std::string day = DayOf(instance).ToString();
      return Failed("no-value-yet",
                    {fmt::format("参数“{}”到 {} 还没有值", field.name, day),
                     fmt::format("the parameter '{}' has no value yet on {}", field.name, day)},
                    instance, node.grain, field.name);
    }
    return Failed("open-parameter",
                  {fmt::format("参数“{}”待定，尚未由区县确定", field.name),
                   fmt::format("the parameter '{}' is open and has not been bound by the district", field.name)},
                  instance, node.grain, field.name);
  }
  Value value = FieldValue(node.field, instance);
  if (IsAbsent(value) && !field.type.optional) {
    return Failed("missing-fact", {fmt::format("缺少“{}”", field.name), fmt::format("'{}' is missing", field.name)},
                  instance, node.grain, field.name);
  }
  return value;
}

// And, or: from left to right; what stands behind the deciding operand is not looked at.
Value Interpreter::EvalLogic(const Node& node, Instance instance) {
  const bool decides = node.op == Op::kOr;
  for (const NodeId operand : node.operands) {
    Value value = Eval(operand, instance);
    if (FailureOf(value) != nullptr) return value;
    if (IsAbsent(value))
      return Failed("absent", {"条件里有缺的值", "a value in the condition is absent"}, instance, node.grain);
    if (std::get<bool>(value) == decides) return decides;
  }
  return !decides;
}

Value Interpreter::EvalOp(const Node& node, Instance instance) {
  std::vector<Value> operands;
  for (const NodeId operand : node.operands) {
    Value value = Eval(operand, instance);
    if (FailureOf(value) != nullptr) return value;
    if (IsAbsent(value))
      return Failed("absent", {"要用的值缺", "a value that is needed is absent"}, instance, node.grain);
    operands.push_back(std::move(value));
  }
  switch (node.op) {
    case Op::kEqual: return operands[0] == operands[1];
    case Op::kLess: return CompareValues(operands[0], operands[1]) < 0;
    case Op::kAtMost: return CompareValues(operands[0], operands[1]) <= 0;
    case Op::kNot: return !std::get<bool>(operands[0]);
    case Op::kAddMonths:
    case Op::kAddDays:
    case Op::kMonthsBetween:
    case Op::kDaysBetween: return EvalDate(node, operands, instance);
    case Op::kPeriodStart: return instance.period.first_day();
    case Op::kPeriodEnd: return instance.period.last_day();
    case Op::kPeriodNumber: return Rational(instance.period.number());
    case Op::kMin: return CompareValues(operands[0], operands[1]) <= 0 ? operands[0] : operands[1];
    case Op::kMax: return CompareValues(operands[0], operands[1]) >= 0 ? operands[0] : operands[1];
    case Op::kShift: {
      // States are no grades: they stay as they are.
      const int64_t last = static_cast<int64_t>((*graph_->model)[node.type.enumeration].grades()) - 1;
      if (std::get<EnumCode>(operands[0]).index > last) return operands[0];
      const int64_t moved =
          static_cast<int64_t>(std::get<EnumCode>(operands[0]).index) - NumberIn(operands[1]).ToInt64().value_or(0);
      return EnumCode{static_cast<uint32_t>(std::clamp<int64_t>(moved, 0, last))};
    }
    case Op::kDivide:
      if (NumberIn(operands[1]).is_zero())
        return Failed("division-by-zero", {"除数是 0", "division by zero"}, instance, node.grain);
      return NumberIn(operands[0]) / NumberIn(operands[1]);
    default: return Arithmetic(node, operands);
  }
}

Value Interpreter::EvalDate(const Node& node, const std::vector<Value>& operands, Instance instance) {
  const Date& a = std::get<Date>(operands[0]);
  if (node.op == Op::kMonthsBetween) return Rational(WholeMonths(a, std::get<Date>(operands[1])));
  if (node.op == Op::kDaysBetween) return Rational(std::get<Date>(operands[1]).days() - a.days());
  const std::optional<int64_t> count = NumberIn(operands[1]).ToInt64();
  const int64_t limit = node.op == Op::kAddMonths ? 12000 : 366000;
  const Date earliest{1000, 1, 1};
  const Date latest{9999, 12, 31};
  if (count && *count >= -limit && *count <= limit) {
    const Date date =
        node.op == Op::kAddMonths ? a.AddMonths(static_cast<int>(*count)) : a.AddDays(static_cast<int>(*count));
    if (date >= earliest && date <= latest) return date;
  }
  return Failed("bad-date",
                {"日期要加减整数个月或天，且在 1000 至 9999 年之间",
                 "a date can be moved by whole months or days, within the years 1000 to 9999"},
                instance, node.grain);
}

Value Interpreter::Arithmetic(const Node& node, const std::vector<Value>& operands) {
  const Rational& a = NumberIn(operands[0]);
  switch (node.op) {
    case Op::kAdd: return a + NumberIn(operands[1]);
    case Op::kSubtract: return a - NumberIn(operands[1]);
    case Op::kMultiply: return a * NumberIn(operands[1]);
    case Op::kNegate: return -a;
    case Op::kRoundHalfUp: return a.RoundTo(NumberIn(operands[1]), Rounding::kHalfAwayFromZero);
    case Op::kRoundHalfEven: return a.RoundTo(NumberIn(operands[1]), Rounding::kHalfToEven);
    case Op::kRoundDown: return a.RoundTo(NumberIn(operands[1]), Rounding::kDown);
    case Op::kRoundUp: return a.RoundTo(NumberIn(operands[1]), Rounding::kUp);
    default: CHECK(false); return {};
  }
}

void Interpreter::Reach(const Node& node, size_t arm) {
  if (pin_) return;  // only supposed
  std::vector<bool>& arms = reached_[NodeId(static_cast<size_t>(&node - graph_->nodes.data()))];
  arms.resize(std::max(arms.size(), arm + 1));
  arms[arm] = true;
}

Value Interpreter::EvalCase(const Node& node, Instance instance) {
  const size_t arms = node.operands.size() / 2;
  std::optional<size_t> chosen;
  for (size_t i = 0; i < arms; ++i) {
    Value condition = Eval(node.operands[2 * i], instance);
    if (FailureOf(condition) != nullptr) return condition;
    if (IsAbsent(condition))
      return Failed("absent", {"条件里有缺的值", "a value in the condition is absent"}, instance, node.grain);
    if (!std::get<bool>(condition)) continue;
    if (chosen) return Failed("overlap", {"有两种情形同时适用", "two cases apply at once"}, instance, node.grain);
    chosen = i;
    if (!node.unique) break;
  }
  if (chosen || node.has_else) Reach(node, chosen.value_or(arms));
  if (chosen) return Eval(node.operands[2 * *chosen + 1], instance);
  if (node.has_else) return Eval(node.operands.back(), instance);
  return Failed("gap", {"没有一种情形适用", "no case applies"}, instance, node.grain);
}

}  // namespace heng::eval
