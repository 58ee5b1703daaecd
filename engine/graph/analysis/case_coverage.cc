#include "engine/graph/analysis/case_coverage.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <map>
#include <numeric>
#include <set>

#include "engine/semantic/model.h"

namespace heng::graph {
namespace {

constexpr size_t kMostRegions = 100000;
constexpr size_t kMostTrials = 50000000;  // regions times arms

// One value that the conditions look at, and the representatives of its regions.
struct Variable {
  NodeId node;
  std::vector<Value> candidates;
  // From the lowest to the highest: a comparison with a constant holds for some of them in a row.
  std::vector<size_t> order;
  std::vector<size_t> rank;  // of each candidate, in that order
};

// Of the ranks of a variable: from `low` to below `high`.
struct Range {
  size_t low = 0;
  size_t high = 0;
};

// A condition over the variables, prepared so that a trial looks at no value any more.
struct Condition {
  enum class Kind : unsigned char { kKnown, kVariable, kNot, kAnd, kOr };
  Kind kind = Kind::kKnown;
  bool known = false;   // kKnown
  size_t variable = 0;  // kVariable: where its candidate is in the range
  Range range;
  std::vector<Condition> parts;
};

// Numbers from 0 on, as bits.
class Set {
 public:
  explicit Set(size_t size, bool all = false) : words_((size + 63) / 64, all ? ~uint64_t{0} : 0) {}
  void Add(size_t i) { words_[i / 64] |= uint64_t{1} << (i % 64); }
  void Remove(size_t i) { words_[i / 64] &= ~(uint64_t{1} << (i % 64)); }
  // Becomes what is in both.
  void AssignCommon(const Set& a, const Set& b) {
    for (size_t w = 0; w < words_.size(); ++w) words_[w] = a.words_[w] & b.words_[w];
  }
  // In their order.
  template <typename Visit>
  void ForEach(const Visit& visit) const {
    for (size_t w = 0; w < words_.size(); ++w) {
      for (uint64_t word = words_[w]; word != 0; word &= word - 1)
        visit(w * 64 + static_cast<size_t>(std::countr_zero(word)));
    }
  }

 private:
  std::vector<uint64_t> words_;
};

class Regions {
 public:
  Regions(const Graph& graph, const Ranges& ranges, const Grids& grids)
      : graph_(graph), ranges_(ranges), grids_(grids) {}

  void Collect(NodeId id) {
    const Node& node = graph_[id];
    if (node.form == Form::kName && node.type.kind == TypeKind::kBool) return Collect(graph_[node.definition].body);
    if (node.form == Form::kLiteral) return;
    if (node.form == Form::kOp && (node.op == Op::kAnd || node.op == Op::kOr || node.op == Op::kNot)) {
      for (const NodeId operand : node.operands) Collect(operand);
      return;
    }
    if (node.form == Form::kOp && (node.op == Op::kEqual || node.op == Op::kLess || node.op == Op::kAtMost)) {
      const auto left = ranges_.ConstantOf(node.operands[0]);
      const auto right = ranges_.ConstantOf(node.operands[1]);
      if (left && right) return;
      if (left || right) {
        constants_[node.operands[left ? 1 : 0]].push_back(left ? *left : *right);
        return;
      }
    }
    if (node.type.kind == TypeKind::kBool &&
        (node.form == Form::kField || node.form == Form::kPull || node.form == Form::kHas)) {
      constants_[id];
      return;
    }
    opaque_ = true;
  }

  bool Prepare(size_t arms) {
    if (opaque_) return false;
    size_t regions = 1;
    for (const auto& [node, constants] : constants_) {
      Variable variable{node, Candidates(node, constants)};
      regions *= std::max<size_t>(1, variable.candidates.size());
      if (regions > kMostRegions || regions * arms > kMostTrials || variable.candidates.empty()) return false;
      Sort(variable);
      places_[node] = variables_.size();
      variables_.push_back(std::move(variable));
    }
    at_.assign(variables_.size(), 0);
    return true;
  }

  // REQUIRES: prepared.
  Condition Compile(NodeId id) const {
    const Node& node = graph_[id];
    if (node.form == Form::kLiteral) return Known(std::get<bool>(node.literal));
    if (node.type.kind == TypeKind::kBool && places_.count(id) > 0) return OfVariable(id, Op::kEqual, true, false);
    if (node.form == Form::kName) return Compile(graph_[node.definition].body);
    if (node.op == Op::kNot || node.op == Op::kAnd || node.op == Op::kOr) {
      using Kind = Condition::Kind;
      Condition out;
      out.kind = node.op == Op::kNot ? Kind::kNot : node.op == Op::kAnd ? Kind::kAnd : Kind::kOr;
      for (const NodeId operand : node.operands) out.parts.push_back(Compile(operand));
      return out;
    }
    const auto left = ranges_.ConstantOf(node.operands[0]);
    const auto right = ranges_.ConstantOf(node.operands[1]);
    if (left && right) return Known(Compare(node.op, *left, *right));
    return OfVariable(node.operands[left ? 1 : 0], node.op, left ? *left : *right, left.has_value());
  }

  // Calls `visit` in every combination of representatives with the arms that hold there. `conditions`: of the arms.
  template <typename Visit>
  void ForEach(const std::vector<Condition>& conditions, const Visit& visit) {
    Index(conditions);
    // Of each variable the arms that hold with it and those behind it, which change less often.
    std::vector<Set> hold(variables_.size() + 1, Set(conditions.size(), true));
    for (size_t arm = conditions.size(); arm % 64 != 0; ++arm) hold.back().Remove(arm);
    for (size_t changed = variables_.size();;) {
      for (size_t v = changed; v-- > 0;) hold[v].AssignCommon(hold[v + 1], arms_[v][at_[v]]);
      visit(hold[0]);
      size_t i = 0;
      while (i < at_.size() && ++at_[i] == variables_[i].candidates.size()) at_[i++] = 0;
      if (i == at_.size()) return;
      changed = i + 1;
    }
  }

  // In the combination that is visited, of an arm that is among those which hold there: what the sets of arms do not say.
  bool Holds(size_t arm) const {
    const auto more = more_.find(arm);
    return more == more_.end() ||
           std::all_of(more->second.begin(), more->second.end(), [&](const Condition* part) { return Holds(*part); });
  }

  Bilingual Witness() const {
    Bilingual out;
    for (const Variable& variable : variables_) {
      const Node& node = graph_[variable.node];
      const Value& value = ValueOf(variable);
      if (node.form == Form::kHas && std::get<bool>(value)) continue;
      if (IsAbsentHere(variable.node)) continue;
      const std::string text = node.form == Form::kHas ? "缺" : semantic::Describe(*graph_.model, node.type, value);
      const bool first = out.zh.empty();
      out.zh += (first ? "" : "，") + NameOf(node) + " = " + text;
      out.en += (first ? "" : ", ") + NameOf(node) + " = " + text;
    }
    return out;
  }

 private:
  bool Holds(const Condition& condition) const {
    const auto holds = [&](const Condition& part) { return Holds(part); };
    switch (condition.kind) {
      case Condition::Kind::kKnown: return condition.known;
      case Condition::Kind::kVariable: {
        const size_t rank = variables_[condition.variable].rank[at_[condition.variable]];
        return condition.range.low <= rank && rank < condition.range.high;
      }
      case Condition::Kind::kNot: return !Holds(condition.parts[0]);
      case Condition::Kind::kAnd: return std::all_of(condition.parts.begin(), condition.parts.end(), holds);
      case Condition::Kind::kOr: break;
    }
    return std::any_of(condition.parts.begin(), condition.parts.end(), holds);
  }

  // Which arms hold at each candidate of each variable, as far as it alone can say.
  void Index(const std::vector<Condition>& conditions) {
    for (const Variable& variable : variables_) arms_.emplace_back(variable.candidates.size(), Set(conditions.size()));
    for (size_t arm = 0; arm < conditions.size(); ++arm) {
      std::vector<Range> ranges;
      for (const Variable& variable : variables_) ranges.push_back({0, variable.candidates.size()});
      Narrow(arm, conditions[arm], ranges);
      for (size_t v = 0; v < variables_.size(); ++v) {
        for (size_t rank = ranges[v].low; rank < ranges[v].high; ++rank) arms_[v][variables_[v].order[rank]].Add(arm);
      }
    }
  }

  void Narrow(size_t arm, const Condition& condition, std::vector<Range>& ranges) {
    if (condition.kind == Condition::Kind::kVariable) {
      Range& range = ranges[condition.variable];
      range.low = std::max(range.low, condition.range.low);
      range.high = std::min(range.high, condition.range.high);
    } else if (condition.kind == Condition::Kind::kAnd) {
      for (const Condition& part : condition.parts) Narrow(arm, part, ranges);
    } else {
      more_[arm].push_back(&condition);
    }
  }

  const Value& ValueOf(const Variable& variable) const {
    return variable.candidates[at_[static_cast<size_t>(&variable - variables_.data())]];
  }

  static Condition Known(bool holds) {
    Condition out;
    out.known = holds;
    return out;
  }

  // `constant op value` if the constant stands on the left, else `value op constant`.
  Condition OfVariable(NodeId id, Op op, const Value& constant, bool on_left) const {
    Condition out;
    out.kind = Condition::Kind::kVariable;
    out.variable = places_.at(id);
    const Variable& variable = variables_[out.variable];
    const auto rank_where = [&](const auto& test) {
      const auto at = std::partition_point(variable.order.begin(), variable.order.end(),
                                           [&](size_t candidate) { return test(variable.candidates[candidate]); });
      return static_cast<size_t>(at - variable.order.begin());
    };
    const size_t from = rank_where([&](const Value& value) { return Compare(Op::kLess, value, constant); });
    const size_t behind = rank_where([&](const Value& value) { return Compare(Op::kAtMost, value, constant); });
    const size_t count = variable.candidates.size();
    if (op == Op::kEqual) {
      out.range = {from, behind};
    } else if (on_left) {
      out.range = {op == Op::kLess ? behind : from, count};
    } else {
      out.range = {0, op == Op::kLess ? from : behind};
    }
    return out;
  }

  static void Sort(Variable& variable) {
    const size_t count = variable.candidates.size();
    variable.order.resize(count);
    std::iota(variable.order.begin(), variable.order.end(), size_t{0});
    std::sort(variable.order.begin(), variable.order.end(),
              [&](size_t a, size_t b) { return Compare(Op::kLess, variable.candidates[a], variable.candidates[b]); });
    variable.rank.resize(count);
    for (size_t rank = 0; rank < count; ++rank) variable.rank[variable.order[rank]] = rank;
  }

  static bool Compare(Op op, const Value& a, const Value& b) {
    if (op == Op::kEqual) return a == b;
    // On a scale the better value, with the smaller code, is the greater.
    if (const auto* code = std::get_if<EnumCode>(&a))
      return op == Op::kLess ? *code > std::get<EnumCode>(b) : *code >= std::get<EnumCode>(b);
    return op == Op::kLess ? a < b : a <= b;
  }

  bool IsAbsentHere(NodeId id) const {
    return std::any_of(variables_.begin(), variables_.end(), [&](const Variable& v) {
      const Node& node = graph_[v.node];
      return node.form == Form::kHas && node.operands[0] == id && !std::get<bool>(ValueOf(v));
    });
  }

  std::string NameOf(const Node& node) const {
    switch (node.form) {
      case Form::kField: return (*graph_.model)[node.field].name;
      case Form::kName: return graph_[node.definition].name;
      case Form::kPull:
      case Form::kHas:
      case Form::kFold: return NameOf(graph_[node.operands[0]]);
      default: return "该值";
    }
  }

  std::vector<Value> Candidates(NodeId id, const std::vector<Value>& constants) const {
    const Node& node = graph_[id];
    if (node.type.kind == TypeKind::kBool) return {true, false};
    if (node.type.kind == TypeKind::kEnum) {
      std::vector<Value> out;
      for (uint32_t i = 0; i < (*graph_.model)[node.type.enumeration].values.size(); ++i) out.emplace_back(EnumCode{i});
      return out;
    }
    if (node.type.kind == TypeKind::kText) {
      std::set<Value> out(constants.begin(), constants.end());
      std::string other = "(别的文字)";
      out.insert(Value(other));
      return {out.begin(), out.end()};
    }
    return node.type.is_number() ? NumberCandidates(id, constants) : std::vector<Value>{};
  }

  // Each constant, and a value of every region between, below and above: the next on the grid where there is one.
  std::vector<Value> NumberCandidates(NodeId id, const std::vector<Value>& constants) const {
    const Interval& domain = ranges_.Of(id);
    std::set<Rational> bounds;
    for (const Value& value : constants) bounds.insert(std::get<Rational>(value));
    std::set<Rational> tried;
    const Grid& grid = grids_.Of(id);
    const bool stepped = grid.step && !grid.step->is_zero();
    const Rational step = stepped ? *grid.step : Rational(1);
    const auto add = [&](const Rational& candidate) {
      if (domain.Contains(candidate)) tried.insert(candidate);
    };
    for (auto it = bounds.begin(); it != bounds.end(); ++it) {
      if (stepped && !(*it / step).is_whole()) {
        // The bound itself is no value; its two neighbours on the grid are.
        const Rational below = it->RoundTo(step, it->sign() > 0 ? Rounding::kDown : Rounding::kUp);
        add(below);
        add(below + step);
        continue;
      }
      const auto next = std::next(it);
      const Rational gap = next == bounds.end() ? Rational(2) : *next - *it;
      const Rational near = stepped ? step : gap / Rational(2);
      for (const Rational& candidate : {*it - near, *it, *it + near}) add(candidate);
    }
    // The ends of the domain come last, so that a witness stands beside a bound that the author wrote if one does.
    std::vector<Value> out(tried.begin(), tried.end());
    for (const auto& end : {domain.low, domain.high}) {
      if (!end || (stepped && !(*end / step).is_whole())) continue;
      if (domain.Contains(*end) && tried.insert(*end).second) out.emplace_back(*end);
    }
    return out;
  }

  const Graph& graph_;
  const Ranges& ranges_;
  const Grids& grids_;
  std::map<NodeId, std::vector<Value>> constants_;
  std::vector<Variable> variables_;
  std::map<NodeId, size_t> places_;                       // among the variables
  std::vector<size_t> at_;                                // the candidate of each
  std::vector<std::vector<Set>> arms_;                    // by variable and candidate
  std::map<size_t, std::vector<const Condition*>> more_;  // of an arm, what only a trial can say
  bool opaque_ = false;
};

}  // namespace

CaseCoverage AnalyseCase(const Graph& graph, const Ranges& ranges, const Grids& grids, NodeId id) {
  const Node& node = graph[id];
  const size_t arms = node.operands.size() / 2;
  CaseCoverage out;
  out.reachable.assign(arms, false);
  out.hidden.resize(arms);
  Regions regions(graph, ranges, grids);
  for (size_t i = 0; i < arms; ++i) regions.Collect(node.operands[2 * i]);
  if (!regions.Prepare(arms)) {
    out.exact = false;
    return out;
  }
  std::vector<Condition> conditions;
  for (size_t i = 0; i < arms; ++i) conditions.push_back(regions.Compile(node.operands[2 * i]));
  std::set<std::pair<size_t, size_t>> found;
  regions.ForEach(conditions, [&](const Set& arms_that_hold) {
    std::optional<size_t> first;
    arms_that_hold.ForEach([&](size_t i) {
      if (!regions.Holds(i)) return;
      if (!first) {
        first = i;
        out.reachable[i] = true;
      } else if (node.unique && found.emplace(*first, i).second) {
        out.reachable[i] = true;
        out.overlaps.push_back({*first, i, regions.Witness()});
      } else if (!out.hidden[i]) {
        out.hidden[i] = {*first, regions.Witness()};
      }
    });
    if (!first && !out.gap) out.gap = regions.Witness();
  });
  return out;
}

}  // namespace heng::graph
