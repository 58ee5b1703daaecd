// Code: the lowered policy as a hash-consed DAG of operations on columns of integers, in which there are no units, no decimals and no
// fractions any more. Each value has bounds that are proved, from which its width follows. Made by lower.cc, put in order by
// schedule.cc; the executor sees only what schedule.cc makes of it.
#pragma once

#include <algorithm>
#include <bit>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/id.h"
#include "engine/program/integer.h"

namespace heng::program {

struct Operation;
struct Domain;
struct Slot;
using ValueId = Id<Operation>;
using DomainId = Id<Domain>;
using SlotId = Id<Slot>;

// Row by row, unless said otherwise. A bit is 0 or 1.
enum class Code : unsigned char {
  kConstant,  // immediate
  kInput,     // a slot's value
  kPresent,   // a bit: whether the slot has one
  kUnknown,   // a bit: the slot's value is not what the program can take, or is not there and should be
  kBad,       // a bit: the instance's facts are not complete, so that nothing of it is decided here
  kAdd,
  kSubtract,
  kMultiply,
  kMin,
  kMax,
  kSelect,  // a bit; the value if it is 1, the value if not
  // n, d > 0: n ÷ d rounded to a whole number.
  kDivideHalfUp,
  kDivideHalfEven,
  kDivideDown,
  kDivideUp,
  kEqual,
  kLess,
  kAtMost,
  kAnd,
  kOr,
  kNot,
  kAddMonths,      // days, months: the day of the month is clamped; the result to the years 1000 to 9999
  kMonthsBetween,  // days, days
  kFind,           // see Finder: the arm that applies, or the number of arms
  kTable,          // an index: the number in the table
  // The others look at whole columns.
  kGather,     // indices (those below 0 read the first), a column of another domain
  kBroadcast,  // the one value of a domain of one
  kSum,        // indices into the target domain (below 0: none), values, a bit (which count)
  kCount,      // indices, a bit
  kAny,        // indices, a bit
  kFewest,     // the least value, like kSum; where there is none, 0
  kMost,       // the greatest
  kRank,       // keys (see Ranking), a bit (who is ranked), columns whose equality makes a group
  kGroup,  // columns: the number of the instance's group, in the order of appearance; −1 where the last, a bit, is 0
};
std::string_view NameOf(Code code);
bool LooksAtColumns(Code code);

// 名次: how ties are counted (see graph::Ties), and by key whether the greater is the better.
struct Ranking {
  unsigned char ties = 0;
  std::vector<bool> descending;
  friend bool operator==(const Ranking&, const Ranking&) = default;
};

// The first of many arms that applies, each a conjunction of limits on a few columns, found without looking at the arms one by one:
// by column, the number of bounds that are not above the value chooses a set of arms (a bit each); the sets are intersected. Of at most
// kFinderColumns columns.
inline constexpr size_t kFinderColumns = 16;
struct Finder {
  struct Column {
    std::vector<Int> bounds;                  // ascending; the i-th set holds below bounds[i], the last one above all
    std::vector<std::vector<uint64_t>> sets;  // bounds.size() + 1
    friend bool operator==(const Column&, const Column&) = default;
  };
  std::vector<Column> columns;
  size_t arms = 0;
  std::vector<uint32_t> direct;  // of one column alone: the arm by the number of bounds, in place of sets
  friend bool operator==(const Finder&, const Finder&) = default;

  // `value(c)`: of the column c. The number of arms if none applies.
  template <typename ValueOf>
  size_t Find(ValueOf value) const {
    const uint64_t* sets[kFinderColumns];
    for (size_t c = 0; c < columns.size(); ++c) {
      const std::vector<Int>& bounds = columns[c].bounds;
      const auto above = std::upper_bound(bounds.begin(), bounds.end(), static_cast<Int>(value(c)));
      if (!direct.empty()) return direct[static_cast<size_t>(above - bounds.begin())];
      sets[c] = columns[c].sets[static_cast<size_t>(above - bounds.begin())].data();
    }
    for (size_t w = 0; w * 64 < arms; ++w) {
      uint64_t all = ~uint64_t{0};
      for (size_t c = 0; c < columns.size(); ++c) all &= sets[c][w];
      if (all != 0) return w * 64 + static_cast<size_t>(std::countr_zero(all));
    }
    return arms;
  }
};

struct Operation {
  Code code = Code::kConstant;
  bool bit = false;
  std::vector<ValueId> operands;
  Int immediate = 0;  // kConstant
  size_t index =
      0;            // kInput, kPresent: the slot; kFind, kTable, kRank: which; kSum to kMost: the domain that is folded
  DomainId domain;  // none: a constant
  Bounds bounds;
};

// Builds the DAG. What cannot be held in 127 bits gives nothing; each function says so by an invalid id, and takes invalid operands.
class CodeBuilder {
 public:
  const std::vector<Operation>& operations() const { return operations_; }
  const Operation& operator[](ValueId id) const { return operations_[id.index()]; }
  const std::vector<Finder>& finders() const { return finders_; }
  const std::vector<std::vector<Int>>& tables() const { return tables_; }
  const std::vector<Ranking>& rankings() const { return rankings_; }

  ValueId Constant(Int value);
  ValueId Bit(bool value);
  ValueId Input(Code code, size_t slot, DomainId domain, Bounds bounds, bool bit);
  ValueId Add(ValueId a, ValueId b);
  ValueId Subtract(ValueId a, ValueId b);
  ValueId Multiply(ValueId a, ValueId b);
  ValueId Scale(ValueId a, Int factor) { return Multiply(a, Constant(factor)); }
  // a ÷ by, where every value of a is known to be a multiple: nothing if that is not seen.
  ValueId DivideExactly(ValueId a, Int by);
  // A number that divides every value of a.
  Int Content(ValueId a) const;
  ValueId Least(ValueId a, ValueId b);
  ValueId Greatest(ValueId a, ValueId b);
  ValueId Select(ValueId bit, ValueId yes, ValueId no);
  // REQUIRES: the divisor is positive where the result counts.
  ValueId Divide(Code rounding, ValueId a, ValueId divisor);
  ValueId Equal(ValueId a, ValueId b);
  ValueId Less(ValueId a, ValueId b);
  ValueId AtMost(ValueId a, ValueId b);
  ValueId And(ValueId a, ValueId b);
  ValueId Or(ValueId a, ValueId b);
  ValueId Not(ValueId a);
  ValueId Calendar(Code code, ValueId a, ValueId b, Bounds bounds);
  ValueId Find(Finder finder, std::vector<ValueId> columns);
  ValueId Table(std::vector<Int> table, ValueId index);
  // `domain`: that of the result.
  ValueId Gather(ValueId index, ValueId column, DomainId domain);
  ValueId Broadcast(ValueId value, DomainId domain);
  // kSum to kMost.
  ValueId Fold(Code code, std::vector<ValueId> operands, DomainId source, DomainId target, Bounds bounds);
  ValueId Rank(Ranking ranking, std::vector<ValueId> operands, DomainId domain, Bounds bounds);
  ValueId Group(std::vector<ValueId> operands, DomainId domain, Bounds bounds);

  // The value where the bit is known: what follows from it in conditions is left out.
  ValueId Assuming(ValueId value, ValueId bit, bool truth, int depth = 8);
  // The constant that the value is multiplied by, or is; never 0. And the value without a factor of that.
  Int FactorOf(ValueId a) const;
  ValueId WithoutFactor(ValueId a, Int factor);
  // It is proved elsewhere that the value lies in these bounds.
  void Tighten(ValueId id, Bounds bounds);
  bool IsConstant(ValueId id) const { return operations_[id.index()].code == Code::kConstant; }
  bool IsBit(ValueId id, bool value) const {
    return IsConstant(id) && operations_[id.index()].immediate == (value ? 1 : 0);
  }

 private:
  ValueId Intern(Operation operation);
  std::optional<DomainId> DomainOf(const std::vector<ValueId>& operands) const;
  ValueId RowWise(Code code, std::vector<ValueId> operands, std::optional<Bounds> bounds, bool bit = false);

  std::vector<Operation> operations_;
  std::unordered_map<size_t, std::vector<ValueId>> index_;
  std::vector<Finder> finders_;
  std::vector<std::vector<Int>> tables_;
  std::vector<Ranking> rankings_;
};

}  // namespace heng::program
