// Cases: a chain of selections, or where there are many arms a finder that does not look at them one by one.
#include <algorithm>
#include <bit>
#include <functional>
#include <set>

#include "engine/base/check.h"
#include "engine/program/lowerer.h"

namespace heng::program {
namespace {

// From so many arms on a finder is quicker than a chain.
constexpr size_t kManyArms = 8;
// Sets of arms of more bytes are not made.
constexpr size_t kFinderBytes = size_t{64} << 20;

// The columns on which a condition depends, with the constants they are compared with: a comparison with a constant, or else the
// bit as a column of its own.
struct Atoms {
  const CodeBuilder& code;
  std::map<ValueId, std::set<Int>> bounds;  // a column is below, or not below, each of them

  std::optional<ValueId> ColumnOf(ValueId bit) const {
    const Operation& o = code[bit];
    const bool compares = o.code == Code::kEqual || o.code == Code::kLess || o.code == Code::kAtMost;
    if (!compares) return std::nullopt;
    if (code.IsConstant(o.operands[1])) return o.operands[0];
    if (code.IsConstant(o.operands[0])) return o.operands[1];
    return std::nullopt;
  }
  void Collect(ValueId bit) {
    const Operation& o = code[bit];
    if (code.IsConstant(bit)) return;
    if (o.code == Code::kAnd || o.code == Code::kOr || o.code == Code::kNot) {
      for (const ValueId operand : o.operands) Collect(operand);
      return;
    }
    const auto column = ColumnOf(bit);
    if (!column) {
      bounds[bit].insert(1);
      return;
    }
    const Int limit = code[code.IsConstant(o.operands[1]) ? o.operands[1] : o.operands[0]].immediate;
    bounds[*column].insert({limit, limit + 1});
  }
  // What the condition is where `column` has that value. REQUIRES: it depends on no other column.
  bool Holds(ValueId bit, ValueId column, Int value) const {
    const Operation& o = code[bit];
    if (code.IsConstant(bit)) return o.immediate != 0;
    if (bit == column) return value != 0;
    switch (o.code) {
      case Code::kAnd: return Holds(o.operands[0], column, value) && Holds(o.operands[1], column, value);
      case Code::kOr: return Holds(o.operands[0], column, value) || Holds(o.operands[1], column, value);
      case Code::kNot: return !Holds(o.operands[0], column, value);
      default: break;
    }
    const Int a = code.IsConstant(o.operands[0]) ? code[o.operands[0]].immediate : value;
    const Int b = code.IsConstant(o.operands[1]) ? code[o.operands[1]].immediate : value;
    return o.code == Code::kEqual ? a == b : o.code == Code::kLess ? a < b : a <= b;
  }
  void ColumnsIn(ValueId bit, std::set<ValueId>& out) const {
    const Operation& o = code[bit];
    if (code.IsConstant(bit)) return;
    if (o.code == Code::kAnd || o.code == Code::kOr || o.code == Code::kNot) {
      for (const ValueId operand : o.operands) ColumnsIn(operand, out);
      return;
    }
    out.insert(ColumnOf(bit).value_or(bit));
  }
};

void Conjuncts(const CodeBuilder& code, ValueId bit, std::vector<ValueId>& out) {
  const Operation& o = code[bit];
  if (o.code != Code::kAnd) {
    out.push_back(bit);
    return;
  }
  for (const ValueId operand : o.operands) Conjuncts(code, operand, out);
}

}  // namespace

Term Lowerer::SelectTerm(ValueId bit, Term yes, Term no) {
  if (!yes.ok() || !no.ok()) return {};
  if (yes.is_number()) Align({&yes, &no});
  Term out = yes;
  out.value = code().Select(bit, yes.value, no.value);
  const auto select = [&](ValueId a, ValueId b, bool missing) -> ValueId {
    if (!a.valid() && !b.valid()) return {};
    const ValueId picked = code().Select(bit, a.valid() ? a : code().Bit(missing), b.valid() ? b : code().Bit(missing));
    return code().IsBit(picked, missing) ? ValueId{} : picked;
  };
  out.present = select(yes.present, no.present, true);
  out.deferred = select(yes.deferred, no.deferred, false);
  return out;
}

// The conditions are in order; the last arm is what holds otherwise.
Term Lowerer::ByFinder(const std::vector<ValueId>& conditions, std::vector<Term> arms, ValueId deferred) {
  Atoms atoms{code(), {}};
  // A conjunct that depends on several columns is a column of its own.
  std::vector<std::vector<std::pair<ValueId, ValueId>>> parts(conditions.size());  // column, conjunct
  for (size_t i = 0; i < conditions.size(); ++i) {
    std::vector<ValueId> conjuncts;
    Conjuncts(code(), conditions[i], conjuncts);
    for (const ValueId conjunct : conjuncts) {
      std::set<ValueId> columns;
      atoms.ColumnsIn(conjunct, columns);
      if (columns.size() == 1) {
        atoms.Collect(conjunct);
        parts[i].emplace_back(*columns.begin(), conjunct);
      } else if (columns.empty()) {
        if (code().IsBit(conjunct, false)) parts[i].emplace_back(ValueId{}, conjunct);
      } else {
        atoms.bounds[conjunct].insert(1);
        parts[i].emplace_back(conjunct, conjunct);
      }
    }
  }
  Finder finder;
  finder.arms = conditions.size();
  const size_t words = (conditions.size() + 63) / 64;
  size_t set_bytes = 0;
  for (const auto& [column, limits] : atoms.bounds) set_bytes += (limits.size() + 1) * words * sizeof(uint64_t);
  const bool direct = atoms.bounds.size() == 1;
  if (!direct && set_bytes > kFinderBytes) return {};
  std::vector<ValueId> columns;
  for (const auto& [column, limits] : atoms.bounds) {
    Finder::Column c;
    c.bounds.assign(limits.begin(), limits.end());
    const size_t pieces = c.bounds.size() + 1;
    if (direct) {
      finder.direct.assign(pieces, static_cast<uint32_t>(finder.arms));
    } else {
      c.sets.assign(pieces, std::vector<uint64_t>(words));
    }
    // From the last arm to the first, so that the first that applies stands. Each arm is constant between its own limits.
    for (size_t arm = conditions.size(); arm-- > 0;) {
      const auto applies = [&](Int value) {
        return std::all_of(parts[arm].begin(), parts[arm].end(), [&](const auto& part) {
          return part.first.valid() && (part.first != column || atoms.Holds(part.second, column, value));
        });
      };
      Atoms own{code(), {}};
      for (const auto& [of, conjunct] : parts[arm]) {
        if (of == column && of == conjunct) own.bounds[column].insert(1);
        if (of == column && of != conjunct) own.Collect(conjunct);
      }
      std::vector<Int> limits_of_arm(own.bounds[column].begin(), own.bounds[column].end());
      for (size_t piece = 0; piece <= limits_of_arm.size(); ++piece) {
        const bool lowest = piece == 0;
        const Int value = lowest ? c.bounds.front() - 1 : limits_of_arm[piece - 1];
        if (!applies(value)) continue;
        const auto index_of = [&](Int bound) {
          return static_cast<size_t>(std::upper_bound(c.bounds.begin(), c.bounds.end(), bound) - c.bounds.begin());
        };
        const size_t first = lowest ? 0 : index_of(value);
        const size_t last = piece == limits_of_arm.size() ? pieces : index_of(limits_of_arm[piece] - 1) + 1;
        for (size_t i = first; i < last; ++i) {
          if (direct) {
            finder.direct[i] = static_cast<uint32_t>(arm);
          } else {
            c.sets[i][arm / 64] |= uint64_t{1} << (arm % 64);
          }
        }
      }
    }
    finder.columns.push_back(std::move(c));
    columns.push_back(column);
  }
  if (columns.empty() || columns.size() > kFinderColumns) return {};
  const ValueId index = code().Find(std::move(finder), columns);
  if (!index.valid()) return {};
  if (arms[0].is_number()) {
    std::vector<Term*> all;
    for (Term& arm : arms) all.push_back(&arm);
    Align(all);
  }
  // Constants from a table, the others selected by the index.
  const auto pick = [&](const std::function<ValueId(const Term&)>& of, bool bit) {
    std::vector<Int> table;
    for (const Term& arm : arms) {
      const ValueId value = of(arm);
      table.push_back(value.valid() && code().IsConstant(value) ? code()[value].immediate : 0);
    }
    ValueId out = code().Table(table, index);
    if (bit && out.valid()) out = code().Equal(out, code().Constant(1));
    for (size_t i = 0; i < arms.size(); ++i) {
      const ValueId value = of(arms[i]);
      if (!value.valid() || code().IsConstant(value)) continue;
      out = code().Select(code().Equal(index, code().Constant(static_cast<Int>(i))), value, out);
    }
    return out;
  };
  Term out = arms[0];
  const bool bit = out.type == TypeKind::kBool;
  for (const Term& arm : arms) {
    if (!arm.ok()) return {};
  }
  out.value = pick([](const Term& t) { return t.value; }, bit);
  const auto bits = [&](ValueId Term::*member, bool missing) -> ValueId {
    if (std::all_of(arms.begin(), arms.end(), [&](const Term& t) { return !(t.*member).valid(); })) return {};
    return pick([&](const Term& t) { return (t.*member).valid() ? t.*member : code().Bit(missing); }, true);
  };
  out.present = bits(&Term::present, true);
  out.deferred = Either(deferred, bits(&Term::deferred, false));
  return out;
}

Term Lowerer::Case(const Node& node, Period at) {
  size_t count = node.operands.size() / 2;
  std::vector<Term> conditions;
  std::vector<Term> arms;
  for (size_t i = 0; i < count; ++i) {
    conditions.push_back(LowerNode(node.operands[2 * i], at));
    arms.push_back(LowerNode(node.operands[2 * i + 1], at));
    if (!conditions.back().ok() || !arms.back().ok()) return {};
  }
  Term otherwise;
  if (node.has_else) {
    otherwise = LowerNode(node.operands.back(), at);
    if (!otherwise.ok()) return {};
  } else if (without_gap_.count(ConditionsOf(node)) > 0) {
    // Where no other arm applies the last one does.
    otherwise = arms.back();
    otherwise.deferred = Either(Needed(conditions.back()), otherwise.deferred);
    --count;
  } else {
    otherwise = OfValue(node.type.kind, Absent{});
    otherwise.present = {};
    otherwise.deferred = code().Bit(true);
  }
  if (count >= kManyArms) {
    std::vector<ValueId> bits;
    ValueId deferred;
    for (size_t i = 0; i < count; ++i) {
      bits.push_back(conditions[i].value);
      deferred = Either(deferred, Needed(conditions[i]));
    }
    std::vector<Term> all(arms.begin(), arms.begin() + static_cast<std::ptrdiff_t>(count));
    all.push_back(otherwise);
    const Term found = ByFinder(bits, std::move(all), deferred);
    if (found.ok()) return found;
  }
  Term out = otherwise;
  for (size_t i = count; i-- > 0;) {
    out = SelectTerm(conditions[i].value, arms[i], out);
    if (!out.ok()) return {};
    out.deferred = Either(Needed(conditions[i]), out.deferred);
  }
  // Where no two may hold it is proved that none do; conditions behind the one that holds are looked at all the same.
  if (node.unique) {
    for (const Term& condition : conditions) out.deferred = Either(out.deferred, Needed(condition));
  }
  return out;
}

Term Lowerer::Else(const Node& node, Period at) {
  Term value = LowerNode(node.operands[0], at);
  if (!value.ok() || !value.present.valid()) return value;
  const Term instead = LowerNode(node.operands[1], at);
  if (!instead.ok()) return {};
  const ValueId present = value.present;
  const ValueId failed = value.deferred;
  value.present = {};
  value.deferred = {};
  Term out = SelectTerm(present, value, instead);
  if (!out.ok()) return {};
  out.deferred = Either(failed, out.deferred);
  return out;
}

}  // namespace heng::program
