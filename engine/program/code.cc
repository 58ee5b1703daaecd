#include "engine/program/code.h"

#include <algorithm>

#include "engine/base/check.h"

namespace heng::program {
namespace {

constexpr Bounds kBit{0, 1};

// Where an equal one stands, or a new one.
template <typename T>
size_t Place(std::vector<T>& all, T one) {
  const auto found = std::find(all.begin(), all.end(), one);
  if (found != all.end()) return static_cast<size_t>(found - all.begin());
  all.push_back(std::move(one));
  return all.size() - 1;
}

Int DivideWhole(Code rounding, Int a, Int d) {
  const bool negative = a < 0;
  const Int magnitude = negative ? -a : a;
  Int whole = magnitude / d;
  const Int rest = magnitude - whole * d;
  bool up = false;
  switch (rounding) {
    case Code::kDivideHalfUp: up = rest >= d - rest; break;
    case Code::kDivideHalfEven: up = rest > d - rest || (rest == d - rest && whole % 2 != 0); break;
    case Code::kDivideUp: up = rest != 0; break;
    default: break;
  }
  whole += up ? 1 : 0;
  return negative ? -whole : whole;
}

}  // namespace

std::string_view NameOf(Code code) {
  static constexpr std::string_view kNames[] = {"constant",
                                                "input",
                                                "present",
                                                "unknown",
                                                "bad",
                                                "add",
                                                "subtract",
                                                "multiply",
                                                "min",
                                                "max",
                                                "select",
                                                "divide_half_up",
                                                "divide_half_even",
                                                "divide_down",
                                                "divide_up",
                                                "equal",
                                                "less",
                                                "at_most",
                                                "and",
                                                "or",
                                                "not",
                                                "add_months",
                                                "months_between",
                                                "find",
                                                "table",
                                                "gather",
                                                "broadcast",
                                                "sum",
                                                "count",
                                                "any",
                                                "least",
                                                "greatest",
                                                "rank",
                                                "group"};
  return kNames[static_cast<size_t>(code)];
}

bool LooksAtColumns(Code code) { return code >= Code::kGather; }

ValueId CodeBuilder::Intern(Operation operation) {
  size_t hash = static_cast<size_t>(operation.code) * 1000003 + operation.index * 31 + operation.domain.value;
  for (const ValueId operand : operation.operands) hash = hash * 1000003 + operand.value;
  hash = hash * 31 + static_cast<size_t>(operation.immediate) + (operation.bit ? 7 : 0);
  for (const ValueId known : index_[hash]) {
    const Operation& o = operations_[known.index()];
    if (o.code == operation.code && o.bit == operation.bit && o.operands == operation.operands &&
        o.immediate == operation.immediate && o.index == operation.index && o.domain == operation.domain)
      return known;
  }
  operations_.push_back(std::move(operation));
  const ValueId id(operations_.size() - 1);
  index_[hash].push_back(id);
  return id;
}

std::optional<DomainId> CodeBuilder::DomainOf(const std::vector<ValueId>& operands) const {
  DomainId domain;
  for (const ValueId operand : operands) {
    if (!operand.valid()) return std::nullopt;
    const DomainId own = operations_[operand.index()].domain;
    CHECK(!own.valid() || !domain.valid() || own == domain);
    if (own.valid()) domain = own;
  }
  return domain;
}

ValueId CodeBuilder::RowWise(Code code, std::vector<ValueId> operands, std::optional<Bounds> bounds, bool bit) {
  const auto domain = DomainOf(operands);
  if (!domain || !bounds) return {};
  if (bounds->is_point()) return bit ? Bit(bounds->low != 0) : Constant(bounds->low);
  return Intern({code, bit, std::move(operands), 0, 0, *domain, *bounds});
}

ValueId CodeBuilder::Constant(Int value) {
  if (value > kGreatest || value < -kGreatest) return {};
  return Intern({Code::kConstant, false, {}, value, 0, {}, Bounds::Point(value)});
}

ValueId CodeBuilder::Bit(bool value) {
  return Intern({Code::kConstant, true, {}, value ? 1 : 0, 0, {}, Bounds::Point(value ? 1 : 0)});
}

ValueId CodeBuilder::Input(Code code, size_t slot, DomainId domain, Bounds bounds, bool bit) {
  return Intern({code, bit, {}, 0, slot, domain, bounds});
}

ValueId CodeBuilder::Add(ValueId a, ValueId b) {
  if (!a.valid() || !b.valid()) return {};
  if (IsConstant(a)) std::swap(a, b);
  if (IsConstant(b) && (*this)[b].immediate == 0) return a;
  if (!IsConstant(b) && b < a) std::swap(a, b);
  // Multiplied once, and later: 20 a + 40 b is 20 (a + 2 b).
  if (const Int common = Gcd(FactorOf(a), FactorOf(b)); common > 1)
    return Scale(Add(WithoutFactor(a, common), WithoutFactor(b, common)), common);
  return RowWise(Code::kAdd, {a, b}, Sum((*this)[a].bounds, (*this)[b].bounds));
}

ValueId CodeBuilder::Subtract(ValueId a, ValueId b) {
  if (!a.valid() || !b.valid()) return {};
  if (a == b) return Constant(0);
  if (IsConstant(b)) return Add(a, Constant(-(*this)[b].immediate));
  if (const Int common = Gcd(FactorOf(a), FactorOf(b)); common > 1)
    return Scale(Subtract(WithoutFactor(a, common), WithoutFactor(b, common)), common);
  return RowWise(Code::kSubtract, {a, b}, Sum((*this)[a].bounds, Negated((*this)[b].bounds)));
}

Int CodeBuilder::FactorOf(ValueId id) const {
  const Operation& o = (*this)[id];
  const Operation& factor = o.code == Code::kMultiply ? (*this)[o.operands[1]] : o;
  if (factor.code != Code::kConstant || factor.immediate == 0) return 1;
  return factor.immediate < 0 ? -factor.immediate : factor.immediate;
}

ValueId CodeBuilder::WithoutFactor(ValueId id, Int factor) {
  const Operation o = (*this)[id];
  if (factor == 1) return id;
  if (o.code == Code::kConstant) return Constant(o.immediate / factor);
  return Scale(o.operands[0], (*this)[o.operands[1]].immediate / factor);
}

ValueId CodeBuilder::Multiply(ValueId a, ValueId b) {
  if (!a.valid() || !b.valid()) return {};
  if (IsConstant(a)) std::swap(a, b);
  if (IsConstant(b)) {
    const Int factor = (*this)[b].immediate;
    if (factor == 1) return a;
    if (factor == 0) return Constant(0);
    const Operation& o = (*this)[a];
    if (o.code == Code::kMultiply && IsConstant(o.operands[1])) {
      const auto both = Times(factor, (*this)[o.operands[1]].immediate);
      return both ? Scale(o.operands[0], *both) : ValueId{};
    }
  } else if (b < a) {
    std::swap(a, b);
  }
  return RowWise(Code::kMultiply, {a, b}, Product((*this)[a].bounds, (*this)[b].bounds));
}

Int CodeBuilder::Content(ValueId id) const {
  const Operation& o = (*this)[id];
  switch (o.code) {
    case Code::kConstant: return o.immediate < 0 ? -o.immediate : o.immediate;
    case Code::kMultiply: return IsConstant(o.operands[1]) ? Content(o.operands[1]) : 1;
    case Code::kAdd:
    case Code::kSubtract: {
      const Int a = Content(o.operands[0]);
      return a == 1 ? 1 : Gcd(a, Content(o.operands[1]));
    }
    case Code::kSelect: {
      const Int a = Content(o.operands[1]);
      return a == 1 ? 1 : Gcd(a, Content(o.operands[2]));
    }
    default: return 1;
  }
}

ValueId CodeBuilder::DivideExactly(ValueId id, Int by) {
  if (!id.valid() || by == 1) return id;
  const Operation o = (*this)[id];
  switch (o.code) {
    case Code::kConstant: return o.immediate % by == 0 ? Constant(o.immediate / by) : ValueId{};
    case Code::kMultiply: {
      if (!IsConstant(o.operands[1]) || (*this)[o.operands[1]].immediate % by != 0) return {};
      return Scale(o.operands[0], (*this)[o.operands[1]].immediate / by);
    }
    case Code::kAdd: return Add(DivideExactly(o.operands[0], by), DivideExactly(o.operands[1], by));
    case Code::kSubtract: return Subtract(DivideExactly(o.operands[0], by), DivideExactly(o.operands[1], by));
    case Code::kSelect: {
      return Select(o.operands[0], DivideExactly(o.operands[1], by), DivideExactly(o.operands[2], by));
    }
    default: return {};
  }
}

ValueId CodeBuilder::Least(ValueId a, ValueId b) {
  if (!a.valid() || !b.valid()) return {};
  const Bounds x = (*this)[a].bounds;
  const Bounds y = (*this)[b].bounds;
  if (a == b || x.high <= y.low) return a;
  if (y.high <= x.low) return b;
  if (IsConstant(a) || (b < a && !IsConstant(b))) std::swap(a, b);
  return RowWise(Code::kMin, {a, b}, Bounds{std::min(x.low, y.low), std::min(x.high, y.high)});
}

ValueId CodeBuilder::Greatest(ValueId a, ValueId b) {
  if (!a.valid() || !b.valid()) return {};
  const Bounds x = (*this)[a].bounds;
  const Bounds y = (*this)[b].bounds;
  if (a == b || x.low >= y.high) return a;
  if (y.low >= x.high) return b;
  if (IsConstant(a) || (b < a && !IsConstant(b))) std::swap(a, b);
  return RowWise(Code::kMax, {a, b}, Bounds{std::max(x.low, y.low), std::max(x.high, y.high)});
}

ValueId CodeBuilder::Select(ValueId bit, ValueId yes, ValueId no) {
  if (!bit.valid() || !yes.valid() || !no.valid()) return {};
  if (yes == no || IsBit(bit, true)) return yes;
  if (IsBit(bit, false)) return no;
  if ((*this)[yes].bit) {
    if (IsBit(yes, true)) return Or(bit, no);
    if (IsBit(no, false)) return And(bit, yes);
    if (IsBit(yes, false)) return And(Not(bit), no);
    if (IsBit(no, true)) return Or(Not(bit), yes);
  }
  if ((*this)[bit].code == Code::kNot) return Select((*this)[bit].operands[0], no, yes);
  const ValueId simpler_yes = Assuming(yes, bit, true);
  const ValueId simpler_no = Assuming(no, bit, false);
  if (simpler_yes != yes || simpler_no != no) return Select(bit, simpler_yes, simpler_no);
  return RowWise(Code::kSelect, {bit, yes, no}, (*this)[yes].bounds.Hull((*this)[no].bounds), (*this)[yes].bit);
}

ValueId CodeBuilder::Assuming(ValueId value, ValueId bit, bool truth, int depth) {
  if (value == bit) return Bit(truth);
  const Operation o = (*this)[value];
  const Operation& known = (*this)[bit];
  const bool opposite = ((o.code == Code::kLess && known.code == Code::kAtMost) ||
                         (o.code == Code::kAtMost && known.code == Code::kLess)) &&
                        o.operands[0] == known.operands[1] && o.operands[1] == known.operands[0];
  if (opposite) return Bit(!truth);
  const bool looks_in = o.code == Code::kAnd || o.code == Code::kOr || o.code == Code::kSelect;
  if (!looks_in || depth == 0) return value;
  std::vector<ValueId> operands = o.operands;
  for (ValueId& operand : operands) operand = Assuming(operand, bit, truth, depth - 1);
  if (operands == o.operands) return value;
  const ValueId simpler = o.code == Code::kAnd  ? And(operands[0], operands[1])
                          : o.code == Code::kOr ? Or(operands[0], operands[1])
                                                : Select(operands[0], operands[1], operands[2]);
  return simpler.valid() ? simpler : value;
}

ValueId CodeBuilder::Divide(Code rounding, ValueId a, ValueId divisor) {
  if (!a.valid() || !divisor.valid()) return {};
  const Bounds x = (*this)[a].bounds;
  const Bounds d{std::max<Int>(1, (*this)[divisor].bounds.low), std::max<Int>(1, (*this)[divisor].bounds.high)};
  if (IsConstant(divisor)) {
    const Int by = d.low;
    if (const ValueId exact = Content(a) % by == 0 ? DivideExactly(a, by) : ValueId{}; exact.valid()) return exact;
  }
  // The quotient is greatest in magnitude with the smaller divisor.
  const Bounds out{DivideWhole(rounding, x.low, x.low < 0 ? d.low : d.high),
                   DivideWhole(rounding, x.high, x.high < 0 ? d.high : d.low)};
  return RowWise(rounding, {a, divisor}, out);
}

ValueId CodeBuilder::Equal(ValueId a, ValueId b) {
  if (!a.valid() || !b.valid()) return {};
  if (a == b) return Bit(true);
  const Bounds x = (*this)[a].bounds;
  const Bounds y = (*this)[b].bounds;
  if (x.high < y.low || y.high < x.low) return Bit(false);
  if (x.is_point() && y.is_point()) return Bit(true);
  if (IsConstant(a) || (b < a && !IsConstant(b))) std::swap(a, b);
  if ((*this)[a].bit && IsConstant(b)) return (*this)[b].immediate != 0 ? a : Not(a);
  return RowWise(Code::kEqual, {a, b}, kBit, true);
}

ValueId CodeBuilder::Less(ValueId a, ValueId b) {
  if (!a.valid() || !b.valid()) return {};
  if (a == b) return Bit(false);
  const Bounds x = (*this)[a].bounds;
  const Bounds y = (*this)[b].bounds;
  if (x.high < y.low) return Bit(true);
  if (x.low >= y.high) return Bit(false);
  return RowWise(Code::kLess, {a, b}, kBit, true);
}

ValueId CodeBuilder::AtMost(ValueId a, ValueId b) {
  if (!a.valid() || !b.valid()) return {};
  if (a == b) return Bit(true);
  const Bounds x = (*this)[a].bounds;
  const Bounds y = (*this)[b].bounds;
  if (x.high <= y.low) return Bit(true);
  if (x.low > y.high) return Bit(false);
  return RowWise(Code::kAtMost, {a, b}, kBit, true);
}

ValueId CodeBuilder::And(ValueId a, ValueId b) {
  if (!a.valid() || !b.valid()) return {};
  if (a == b || IsBit(b, true) || IsBit(a, false)) return a;
  if (IsBit(a, true) || IsBit(b, false)) return b;
  if (b < a) std::swap(a, b);
  return RowWise(Code::kAnd, {a, b}, kBit, true);
}

ValueId CodeBuilder::Or(ValueId a, ValueId b) {
  if (!a.valid() || !b.valid()) return {};
  if (a == b || IsBit(b, false) || IsBit(a, true)) return a;
  if (IsBit(a, false) || IsBit(b, true)) return b;
  if (b < a) std::swap(a, b);
  return RowWise(Code::kOr, {a, b}, kBit, true);
}

ValueId CodeBuilder::Not(ValueId a) {
  if (!a.valid()) return {};
  if (IsConstant(a)) return Bit((*this)[a].immediate == 0);
  const Operation o = (*this)[a];
  if (o.code == Code::kNot) return o.operands[0];
  if (o.code == Code::kLess) return AtMost(o.operands[1], o.operands[0]);
  if (o.code == Code::kAtMost) return Less(o.operands[1], o.operands[0]);
  return RowWise(Code::kNot, {a}, kBit, true);
}

ValueId CodeBuilder::Calendar(Code code, ValueId a, ValueId b, Bounds bounds) { return RowWise(code, {a, b}, bounds); }

ValueId CodeBuilder::Find(Finder finder, std::vector<ValueId> columns) {
  const auto domain = DomainOf(columns);
  if (!domain) return {};
  const Bounds bounds{0, static_cast<Int>(finder.arms)};
  const size_t index = Place(finders_, std::move(finder));
  return Intern({Code::kFind, false, std::move(columns), 0, index, *domain, bounds});
}

ValueId CodeBuilder::Table(std::vector<Int> table, ValueId index) {
  if (!index.valid()) return {};
  const auto [least, greatest] = std::minmax_element(table.begin(), table.end());
  const Bounds bounds{*least, *greatest};
  if (bounds.is_point()) return Constant(bounds.low);
  const size_t place = Place(tables_, std::move(table));
  return Intern({Code::kTable, false, {index}, 0, place, (*this)[index].domain, bounds});
}

ValueId CodeBuilder::Gather(ValueId index, ValueId column, DomainId domain) {
  if (!index.valid() || !column.valid()) return {};
  const Operation& of = (*this)[column];
  if (!of.domain.valid()) return column;
  return Intern({Code::kGather, of.bit, {index, column}, 0, 0, domain, of.bounds});
}

ValueId CodeBuilder::Broadcast(ValueId value, DomainId domain) {
  if (!value.valid()) return {};
  const Operation& of = (*this)[value];
  if (!of.domain.valid() || of.domain == domain) return value;
  return Intern({Code::kBroadcast, of.bit, {value}, 0, 0, domain, of.bounds});
}

ValueId CodeBuilder::Fold(Code code, std::vector<ValueId> operands, DomainId source, DomainId target, Bounds bounds) {
  if (!DomainOf(operands)) return {};
  return Intern({code, code == Code::kAny, std::move(operands), 0, source.index(), target, bounds});
}

ValueId CodeBuilder::Rank(Ranking ranking, std::vector<ValueId> operands, DomainId domain, Bounds bounds) {
  if (!DomainOf(operands)) return {};
  const size_t index = Place(rankings_, std::move(ranking));
  return Intern({Code::kRank, false, std::move(operands), 0, index, domain, bounds});
}

ValueId CodeBuilder::Group(std::vector<ValueId> operands, DomainId domain, Bounds bounds) {
  if (!DomainOf(operands)) return {};
  return Intern({Code::kGroup, false, std::move(operands), 0, 0, domain, bounds});
}

void CodeBuilder::Tighten(ValueId id, Bounds bounds) {
  Bounds& own = operations_[id.index()].bounds;
  if (own.is_point()) return;
  const Bounds met{std::max(own.low, bounds.low), std::min(own.high, bounds.high)};
  if (met.low <= met.high) own = met;
}

}  // namespace heng::program
