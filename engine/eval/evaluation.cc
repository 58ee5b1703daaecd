#include "engine/eval/evaluation.h"

#include <algorithm>
#include <map>
#include <set>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "engine/base/check.h"
#include "engine/eval/fact_columns.h"
#include "engine/eval/interpreter.h"
#include "engine/graph/analysis/monotone.h"

namespace heng::eval {

using graph::Form;
using graph::Root;

namespace {

// So many definitions may be nested without danger to the stack; a policy with more is evaluated from the first to the last.
constexpr size_t kNested = 2000;

}  // namespace

struct Evaluation::Fast {
  Fast(std::shared_ptr<const Executable> executable, const Facts& facts, const FactColumns::Interpret& interpret)
      : execution(std::move(executable)), columns(*execution.program().lowered, facts, interpret) {
    const auto& all = execution.program().lowered->outputs;
    for (size_t i = 0; i < all.size(); ++i) outputs.emplace(std::pair(all[i].definition, all[i].period), i);
    execution.Run(columns.batch(), static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
  }

  Execution execution;
  FactColumns columns;
  std::map<std::pair<DefId, Period>, size_t> outputs;
};

Evaluation::Evaluation(GraphPtr graph, std::shared_ptr<const Facts> facts, Period period, Engine engine,
                       std::shared_ptr<const Executable> executable)
    : interpreter_(std::make_unique<Interpreter>(std::move(graph), std::move(facts), period)) {
  size_t subjects = 0;
  size_t most = 0;
  for (const auto& [sort, roster] : this->facts().rosters) subjects += roster.ids.size();
  for (const auto& [sort, rows] : this->facts().rows) most = std::max(most, rows.size());
  if (engine == Engine::kInterpreter || (engine == Engine::kBySize && subjects < kManySubjects)) return;
  if (std::max(most, subjects) >= kMostRows) return;
  if (executable == nullptr) {
    program::LowerOptions options{period, this->facts().parameters};
    options.peers = this->facts().roster_complete;
    executable = Prepare(program::Schedule(program::Lower(interpreter_->graph_pointer(), std::move(options))));
  }
  fast_ = std::make_unique<Fast>(std::move(executable), this->facts(),
                                 [this](DefId definition, uint32_t entity, Period at) {
                                   return Ready().Read(definition, {entity, at});
                                 });
}
Evaluation::~Evaluation() = default;
Evaluation::Evaluation(Evaluation&&) noexcept = default;

const graph::Graph& Evaluation::graph() const { return interpreter_->graph(); }
const Facts& Evaluation::facts() const { return interpreter_->facts(); }
Period Evaluation::period() const { return interpreter_->period(); }

// Definitions are evaluated in the graph's order at the first question about any of them; checks alone need none.
Interpreter& Evaluation::Ready() const {
  const bool one_by_one = fast_ != nullptr && graph().definitions.size() < kNested;
  if (!one_by_one && !std::exchange(ready_, true)) interpreter_->Run();
  return *interpreter_;
}

std::optional<Value> Evaluation::Computed(DefId definition, uint32_t entity, Period at) const {
  if (fast_ == nullptr) return std::nullopt;
  const auto output = fast_->outputs.find({definition, at});
  if (output == fast_->outputs.end()) return std::nullopt;
  const Execution& execution = fast_->execution;
  const size_t i = output->second;
  if (execution.deferred(i, entity)) return std::nullopt;
  if (!execution.present(i, entity)) return Absent{};
  const Int integer = execution.integer(i, entity);
  switch (execution.program().lowered->outputs[i].type) {
    case semantic::TypeKind::kNumber: return execution.number(i, entity);
    case semantic::TypeKind::kBool: return integer != 0;
    case semantic::TypeKind::kEnum: return EnumCode{static_cast<uint32_t>(integer)};
    case semantic::TypeKind::kDate: return Date{1970, 1, 1}.AddDays(static_cast<int>(integer));
    case semantic::TypeKind::kText: return fast_->columns.text(integer);
    case semantic::TypeKind::kSubject: return EntityId{static_cast<uint32_t>(integer)};
    default: return std::nullopt;
  }
}

std::vector<std::string> Evaluation::IdsOf(SortId sort, Period period) const {
  return graph().is_quotient(sort) ? Ready().IdsOf(sort, period) : facts().roster(sort).ids;
}

std::vector<Period> Evaluation::PeriodsOf(PeriodKind kind) const { return interpreter_->PeriodsOf(kind); }

size_t Evaluation::CountOf(SortId sort, Period period) const { return Ready().CountOf(sort, period); }

bool Evaluation::Reached(NodeId node, size_t arm) const { return Ready().Reached(node, arm); }

Value Evaluation::Of(DefId definition, uint32_t entity, Period at) const {
  if (auto value = Computed(definition, entity, at)) return std::move(*value);
  return Ready().Read(definition, {entity, at});
}

Trace Evaluation::Explain(DefId definition, uint32_t entity, Period at) const {
  return Ready().Explain(graph()[definition].body, {entity, at});
}

std::vector<Evaluation::BrokenCheck> Evaluation::BrokenChecks(SortId sort, uint32_t subject,
                                                              const std::vector<Period>& periods) const {
  std::vector<BrokenCheck> broken;
  const auto test = [&](DefId id, Instance instance, std::optional<uint32_t> row) {
    const Value value = interpreter_->Eval(graph()[id].body, instance);
    const bool* holds = std::get_if<bool>(&value);
    const FailurePtr* failure = std::get_if<FailurePtr>(&value);
    if (holds == nullptr || !*holds)
      broken.push_back({id, instance.period, row, failure != nullptr ? *failure : nullptr});
  };
  for (const Root& root : graph().roots) {
    if (root.kind != Root::Kind::kCheck) continue;
    const semantic::Grain grain = graph()[root.definition].grain;
    if ((*graph().model)[grain.sort].kind == semantic::Sort::Kind::kRecords) {
      for (const uint32_t row : interpreter_->RowsOf(grain.sort, sort, subject)) {
        const Period period = facts().rows.at(grain.sort)[row].period;
        test(root.definition, {row, period}, row);
      }
      continue;
    }
    if (grain.sort != sort) continue;
    if (grain.period == PeriodKind::kOnce) test(root.definition, {subject, {}}, std::nullopt);
    for (const Period period : periods) {
      if (period.kind == grain.period && period.kind != PeriodKind::kOnce)
        test(root.definition, {subject, period}, std::nullopt);
    }
  }
  return broken;
}

namespace {

// The constants that `along` is compared with anywhere below `root`, each with its neighbours: where a monotone claim can break.
std::vector<Value> ProbesOf(const graph::Graph& graph, NodeId root, NodeId along, const Facts& facts) {
  const auto& type = graph[along].type;
  std::vector<Value> probes;
  if (type.kind == semantic::TypeKind::kEnum) {
    for (uint32_t i = static_cast<uint32_t>((*graph.model)[type.enumeration].values.size()); i-- > 0;)
      probes.emplace_back(EnumCode{i});
    return probes;
  }
  std::set<Rational> bounds;
  std::set<NodeId> seen;
  std::vector<NodeId> pending = {root};
  const auto constant = [&](NodeId id) -> std::optional<Rational> {
    const graph::Node* node = &graph[id];
    while (node->form == Form::kPull) node = &graph[node->operands[0]];
    if (node->form == Form::kLiteral && std::holds_alternative<Rational>(node->literal))
      return std::get<Rational>(node->literal);
    if (node->form != Form::kField) return std::nullopt;
    const semantic::Field& field = (*graph.model)[node->field];
    if (field.value && std::holds_alternative<Rational>(*field.value)) return std::get<Rational>(*field.value);
    const auto bound = facts.parameters.find(node->field);
    if (bound != facts.parameters.end() && std::holds_alternative<Rational>(bound->second))
      return std::get<Rational>(bound->second);
    return std::nullopt;
  };
  while (!pending.empty()) {
    const NodeId id = pending.back();
    pending.pop_back();
    if (!seen.insert(id).second || seen.size() > 10000) continue;
    const graph::Node& node = graph[id];
    if (node.form == Form::kName) pending.push_back(graph[node.definition].body);
    if (node.form == Form::kOp && node.operands.size() == 2) {
      for (const size_t i : {size_t{0}, size_t{1}}) {
        if (node.operands[i] != along) continue;
        if (const auto bound = constant(node.operands[1 - i])) bounds.insert(*bound);
      }
    }
    pending.insert(pending.end(), node.operands.begin(), node.operands.end());
  }
  // The next value: by the places that it has, if they are declared.
  Rational step(1, 1000000);
  const graph::Node& node = graph[along];
  const std::optional<int> places = node.form == Form::kName    ? graph[node.definition].places
                                    : node.form == Form::kField ? (*graph.model)[node.field].places
                                                                : std::nullopt;
  if (places) {
    step = type.percent ? Rational(1, 100) : Rational(1);
    for (int i = 0; i < *places; ++i) step = step / Rational(10);
  }
  std::set<Rational> out;
  for (const Rational& bound : bounds) out.insert({bound - step, bound, bound + step});
  for (const Rational& value : out) probes.emplace_back(value);
  return probes;
}

int Compare(const Value& a, const Value& b) {
  if (const auto* code = std::get_if<EnumCode>(&a))
    return code->index == std::get<EnumCode>(b).index ? 0 : code->index < std::get<EnumCode>(b).index ? 1 : -1;
  const Rational& x = std::get<Rational>(a);
  const Rational& y = std::get<Rational>(b);
  return x < y ? -1 : x == y ? 0 : 1;
}

bool Usable(const Value& value) {
  return std::holds_alternative<Rational>(value) || std::holds_alternative<EnumCode>(value);
}

// `季度奖励 40000 元，挂牌 绿牌`: the named values that a trace looked at, each once.
std::string ValuesIn(const graph::Graph& graph, const Trace& trace) {
  std::string out;
  std::set<std::string> seen;
  std::vector<const Trace*> pending = {&trace};
  while (!pending.empty()) {
    const Trace& at = *pending.back();
    pending.pop_back();
    const graph::Node& node = graph[at.node];
    const bool field = node.form == Form::kField;
    if (field || node.form == Form::kName) {
      const std::string& name = field ? (*graph.model)[node.field].name : graph[node.definition].label;
      if (seen.insert(name).second)
        out += (out.empty() ? "" : "，") + name + " " + semantic::Describe(*graph.model, node.type, at.value);
      continue;
    }
    for (auto it = at.operands.rbegin(); it != at.operands.rend(); ++it) pending.push_back(&*it);
  }
  return out;
}

}  // namespace

// x 随 y: with everything else as it is, y is set to each probe in order, and x must not turn back.
std::optional<Bilingual> Evaluation::TurnsBack(const Root& root, uint32_t subject, Period at,
                                               const std::vector<Value>& probes) const {
  const graph::Graph& g = graph();
  const Instance instance{subject, at};
  if (root.when.valid()) {
    const Value when = Ready().Eval(root.when, instance);
    if (!std::holds_alternative<bool>(when) || !std::get<bool>(when)) return std::nullopt;
  }
  const graph::Definition& claim = g[root.definition];
  const auto text = [&](const graph::Type& type, const Value& value) {
    return semantic::Describe(*g.model, type, value);
  };
  std::optional<std::pair<Value, Value>> before;  // y, x
  for (const Value& probe : probes) {
    const Value now = Ready().EvalWith(claim.body, instance, root.along, probe);
    if (!Usable(now)) continue;
    const int change = before ? Compare(now, before->second) : 0;
    if (root.decreasing ? change > 0 : change < 0) {
      const graph::Type& along = g[root.along].type;
      const std::string from = text(along, before->first);
      const std::string to = text(along, probe);
      const std::string was = text(g[claim.body].type, before->second);
      const std::string is = text(g[claim.body].type, now);
      return Bilingual(
          fmt::format("从 {} 到 {}，由 {} {}为 {}", from, to, was, root.decreasing ? "升" : "降", is),
          fmt::format("from {} to {} it {} from {} to {}", from, to, root.decreasing ? "rises" : "falls", was, is));
    }
    before = {probe, now};
  }
  return std::nullopt;
}

std::vector<Violation> Evaluation::Violations() const {
  std::vector<Violation> out;
  const graph::Graph& g = graph();
  std::optional<graph::Ranges> ranges;
  for (const Root& root : g.roots) {
    if (root.kind != Root::Kind::kGuarantee && root.kind != Root::Kind::kMonotone) continue;
    if (root.kind == Root::Kind::kMonotone) {
      // What is proved for all facts needs no probe.
      if (!ranges) ranges.emplace(g);
      if (graph::ProvesMonotone(g, *ranges, root)) continue;
    }
    const graph::Definition& claim = g[root.definition];
    std::vector<Value> probes;
    if (root.kind == Root::Kind::kMonotone) probes = ProbesOf(g, claim.body, root.along, facts());
    for (const Period at : Ready().PeriodsOf(claim.grain.period)) {
      const std::vector<std::string> ids = Ready().IdsOf(claim.grain.sort, at);
      for (uint32_t subject = 0; subject < ids.size(); ++subject) {
        const bool quotient = g.is_quotient(claim.grain.sort);
        if (!quotient && facts().roster(claim.grain.sort).refused.count(subject) > 0) continue;
        if (root.kind == Root::Kind::kMonotone) {
          if (auto message = TurnsBack(root, subject, at, probes))
            out.push_back({root.name, ids[subject], at, std::move(*message)});
          continue;
        }
        const Value holds = Of(root.definition, subject, at);
        const bool* truth = std::get_if<bool>(&holds);
        if (truth != nullptr && !*truth)
          out.push_back({root.name, ids[subject], at, ValuesIn(g, Explain(root.definition, subject, at))});
      }
    }
  }
  return out;
}

}  // namespace heng::eval
