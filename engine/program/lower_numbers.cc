// Operators: numbers as fractions whose denominators are kept apart, logic from left to right, dates.
#include <algorithm>
#include <iterator>

#include "engine/base/check.h"
#include "engine/program/lowerer.h"

namespace heng::program {
namespace {

std::vector<ValueId> Without(const std::vector<ValueId>& all, const std::vector<ValueId>& some) {
  std::vector<ValueId> out;
  std::set_difference(all.begin(), all.end(), some.begin(), some.end(), std::back_inserter(out));
  return out;
}

}  // namespace

ValueId Lowerer::Either(ValueId a, ValueId b) {
  if (!a.valid()) return b;
  return b.valid() ? code().Or(a, b) : a;
}

ValueId Lowerer::Needed(const Term& term) {
  return term.present.valid() ? Either(term.deferred, code().Not(term.present)) : term.deferred;
}

ValueId Lowerer::Together(const std::vector<ValueId>& factors) {
  ValueId out = code().Constant(1);
  for (const ValueId factor : factors) out = code().Multiply(out, factor);
  return out;
}

// Numerator and scale lose their common factor where the numerator is seen to have it.
void Lowerer::Reduce(Term& term) {
  if (!term.ok() || term.scale == 1) return;
  if (code().IsConstant(term.value) && code()[term.value].immediate == 0) {
    term.scale = 1;
    return;
  }
  const Int common = Gcd(code().Content(term.value), term.scale);
  if (common == 1) return;
  const ValueId less = code().DivideExactly(term.value, common);
  if (!less.valid()) return;
  term.value = less;
  term.scale /= common;
}

// Gives all the same scale and denominators.
void Lowerer::Align(std::vector<Term*> terms) {
  Int scale = 1;
  std::vector<ValueId> denominators;
  for (const Term* term : terms) {
    const auto product = Times(scale / Gcd(scale, term->scale), term->scale);
    if (!product) {
      for (Term* each : terms) each->value = {};
      return;
    }
    scale = *product;
    std::vector<ValueId> both;
    std::set_union(denominators.begin(), denominators.end(), term->denominators.begin(), term->denominators.end(),
                   std::back_inserter(both));
    denominators = std::move(both);
  }
  for (Term* term : terms) {
    const ValueId factor = code().Scale(Together(Without(denominators, term->denominators)), scale / term->scale);
    term->value = code().Multiply(term->value, factor);
    term->scale = scale;
    term->denominators = denominators;
  }
}

std::vector<Term> Lowerer::PartsOf(const Term& sum) const {
  const auto found = sums_.find(sum.value);
  const bool known =
      found != sums_.end() && found->second.scale == sum.scale && found->second.denominators == sum.denominators;
  return known ? found->second.parts : std::vector<Term>{sum};
}

// What has the same denominators is added up first, so that a column is multiplied by another one once and not for each term:
// a ÷ n + b + c is (a + (b + c) n) ÷ n.
Term Lowerer::AddUp(const Term& x, const Term& y, bool subtract) {
  std::vector<Term> parts = PartsOf(x);
  for (Term part : PartsOf(y)) {
    const auto same = std::find_if(parts.begin(), parts.end(),
                                   [&](const Term& one) { return one.denominators == part.denominators; });
    if (same == parts.end()) {
      if (subtract) part.value = code().Scale(part.value, -1);
      parts.push_back(part);
      continue;
    }
    Align({&*same, &part});
    same->value = subtract ? code().Subtract(same->value, part.value) : code().Add(same->value, part.value);
    Reduce(*same);
  }
  if (std::any_of(parts.begin(), parts.end(), [](const Term& part) { return !part.ok(); })) return {};
  std::stable_sort(parts.begin(), parts.end(),
                   [](const Term& a, const Term& b) { return a.denominators.size() < b.denominators.size(); });
  Term out = parts[0];
  for (size_t i = 1; i < parts.size(); ++i) {
    Term part = parts[i];
    Align({&out, &part});
    out.value = code().Add(out.value, part.value);
    Reduce(out);
    if (!out.ok()) return {};
  }
  if (parts.size() > 1) sums_[out.value] = {out.scale, out.denominators, std::move(parts)};
  return out;
}

Term Lowerer::MultiplyTerms(const Term& a, const Term& b) {
  Term out = a;
  // n ÷ d × d is n: what stands above and below cancels.
  const auto cancel = [&](const Term& above, const Term& below) -> std::optional<Term> {
    const auto found = std::find(below.denominators.begin(), below.denominators.end(), above.value);
    if (found == below.denominators.end() || code()[above.value].bounds.low < 1) return std::nullopt;
    Term rest = below;
    rest.denominators.erase(rest.denominators.begin() + (found - below.denominators.begin()));
    Term one = above;
    one.value = code().Constant(1);
    return MultiplyTerms(rest, one);
  };
  if (auto less = cancel(a, b)) return *less;
  if (auto less = cancel(b, a)) return *less;
  const auto scale = Times(a.scale, b.scale);
  out.value = scale ? code().Multiply(a.value, b.value) : ValueId{};
  if (!out.ok()) return out;
  out.scale = *scale;
  out.denominators.insert(out.denominators.end(), b.denominators.begin(), b.denominators.end());
  std::sort(out.denominators.begin(), out.denominators.end());
  Reduce(out);
  return out;
}

Term Lowerer::DivideTerms(const Term& a, const Term& b, bool may_be_zero) {
  Term out = a;
  Term by = b;
  // (x ÷ n) ÷ (y ÷ n) is x ÷ y.
  std::vector<ValueId> common;
  std::set_intersection(a.denominators.begin(), a.denominators.end(), b.denominators.begin(), b.denominators.end(),
                        std::back_inserter(common));
  out.denominators = Without(a.denominators, common);
  by.denominators = Without(b.denominators, common);
  const Bounds bounds = code()[b.value].bounds;
  const ValueId zero = code().Equal(b.value, code().Constant(0));
  ValueId divisor = b.value;
  ValueId factor = code().Scale(Together(by.denominators), b.scale);
  if (bounds.low < 0) {
    const ValueId negative = code().Less(b.value, code().Constant(0));
    const ValueId flipped = code().Scale(b.value, -1);
    divisor = code().Greatest(b.value, flipped);
    factor = code().Select(negative, code().Scale(factor, -1), factor);
  }
  if (!divisor.valid() || !factor.valid()) return {};
  if (code()[divisor].bounds.low < 1) {
    divisor = code().Select(zero, code().Constant(1), divisor);
    if (divisor.valid()) code().Tighten(divisor, {1, kGreatest});
  }
  if (may_be_zero && !code().IsBit(zero, false)) out.deferred = Either(out.deferred, zero);
  out.value = code().Multiply(a.value, factor);
  if (!out.ok()) return out;
  if (code().IsConstant(divisor)) {
    const auto scale = Times(a.scale, code()[divisor].immediate);
    if (!scale) return {};
    out.scale = *scale;
  } else {
    out.denominators.push_back(divisor);
    std::sort(out.denominators.begin(), out.denominators.end());
  }
  Reduce(out);
  return out;
}

Term Lowerer::RoundTerm(Op op, const Term& a, const Term& step) {
  if (!code().IsConstant(step.value) || !step.denominators.empty() || code()[step.value].immediate <= 0)
    return Unable("a rounding to a step that varies");
  static constexpr Code kCodes[] = {Code::kDivideHalfUp, Code::kDivideHalfEven, Code::kDivideDown, Code::kDivideUp};
  const Code rounding = kCodes[static_cast<size_t>(op) - static_cast<size_t>(Op::kRoundHalfUp)];
  const Int p = code()[step.value].immediate;
  const auto below = Times(a.scale, p);
  if (!below) return {};
  const Int common = Gcd(step.scale, *below);
  const ValueId divisor = code().Scale(Together(a.denominators), *below / common);
  Term out = a;
  const ValueId steps = code().Divide(rounding, code().Scale(a.value, step.scale / common), divisor);
  out.denominators.clear();
  out.value = steps.valid() ? code().Scale(steps, p) : steps;
  out.scale = step.scale;
  Reduce(out);
  return out;
}

Term Lowerer::Compare(Op op, const Term& x, const Term& y) {
  Term a = x;
  Term b = y;
  if (a.is_number()) Align({&a, &b});
  if (!a.ok() || !b.ok()) return {};
  if (const Int common = Gcd(code().FactorOf(a.value), code().FactorOf(b.value)); common > 1) {
    a.value = code().WithoutFactor(a.value, common);
    b.value = code().WithoutFactor(b.value, common);
  }
  Term out;
  out.type = TypeKind::kBool;
  // On a scale the better value is the greater, and has the smaller code.
  if (x.type == TypeKind::kEnum) std::swap(a, b);
  out.value = op == Op::kEqual  ? code().Equal(a.value, b.value)
              : op == Op::kLess ? code().Less(a.value, b.value)
                                : code().AtMost(a.value, b.value);
  return out;
}

Term Lowerer::Extreme(const Term& x, const Term& y, bool greatest) {
  Term a = x;
  Term b = y;
  if (a.is_number()) Align({&a, &b});
  const bool high = greatest != (x.type == TypeKind::kEnum);
  a.value = high ? code().Greatest(a.value, b.value) : code().Least(a.value, b.value);
  return a;
}

Term Lowerer::Shift(const Node& node, const Term& grade, const Term& levels) {
  if (!code().IsConstant(levels.value) || levels.scale != 1) return Unable("a shift by levels that vary");
  const Int last = static_cast<Int>(model()[node.type.enumeration].grades()) - 1;
  Term out = grade;
  const ValueId moved = code().Subtract(grade.value, levels.value);
  const ValueId clamped = code().Greatest(code().Least(moved, code().Constant(last)), code().Constant(0));
  // States are no grades: they stay as they are.
  out.value = code().Select(code().Less(code().Constant(last), grade.value), grade.value, clamped);
  return out;
}

Term Lowerer::Dates(const Node& node, const Term& a, const Term& b) {
  constexpr Bounds kDays{-354285, 2932896};
  constexpr Int kMonths = 12000;
  Term out;
  const bool constant = code().IsConstant(a.value) && code().IsConstant(b.value);
  const auto date = [&](ValueId id) { return Date{1970, 1, 1}.AddDays(static_cast<int>(code()[id].immediate)); };
  if (node.op == Op::kMonthsBetween && constant)
    return OfValue(TypeKind::kNumber, Rational(WholeMonths(date(a.value), date(b.value))));
  if (node.op == Op::kMonthsBetween || node.op == Op::kDaysBetween) {
    out.type = TypeKind::kNumber;
    out.value = node.op == Op::kDaysBetween
                    ? code().Subtract(b.value, a.value)
                    : code().Calendar(Code::kMonthsBetween, a.value, b.value, {-108000, 108000});
    return out;
  }
  if (b.scale != 1 || !b.denominators.empty()) return Unable("a date moved by what may be no whole number");
  out.type = TypeKind::kDate;
  const Bounds count = code()[b.value].bounds;
  const Int limit = node.op == Op::kAddMonths ? kMonths : 366000;
  const ValueId within = code().Greatest(code().Least(b.value, code().Constant(limit)), code().Constant(-limit));
  if (node.op == Op::kAddMonths && constant) {
    if (count.low < -limit || count.high > limit) return Unable("a date moved by too much");
    out.value = code().Constant(date(a.value).AddMonths(static_cast<int>(count.low)).days());
  } else if (node.op == Op::kAddMonths) {
    out.value = code().Calendar(Code::kAddMonths, a.value, within, kDays);
  } else {
    const ValueId moved = code().Add(a.value, within);
    out.value = code().Greatest(code().Least(moved, code().Constant(kDays.high)), code().Constant(kDays.low));
  }
  if (!out.ok()) return {};
  // At the ends it may have been clamped: the interpreter looks.
  ValueId doubtful =
      Either(code().Equal(out.value, code().Constant(kDays.low)), code().Equal(out.value, code().Constant(kDays.high)));
  if (count.low < -limit || count.high > limit) doubtful = Either(doubtful, code().Not(code().Equal(within, b.value)));
  if (!code().IsBit(doubtful, false)) out.deferred = doubtful;
  return out;
}

Term Lowerer::Logic(const Node& node, Period at) {
  const bool decides = node.op == Op::kOr;
  std::vector<Term> terms;
  for (const NodeId operand : node.operands) {
    terms.push_back(LowerNode(operand, at));
    if (!terms.back().ok()) return {};
  }
  Term out;
  out.type = TypeKind::kBool;
  out.value = terms.back().value;
  out.deferred = Needed(terms.back());
  // What stands behind the deciding operand is not looked at.
  for (size_t i = terms.size() - 1; i-- > 0;) {
    const ValueId first = terms[i].value;
    if (out.deferred.valid()) out.deferred = code().And(decides ? code().Not(first) : first, out.deferred);
    out.deferred = Either(Needed(terms[i]), out.deferred);
    out.value = decides ? code().Or(first, out.value) : code().And(first, out.value);
  }
  if (out.deferred.valid() && code().IsBit(out.deferred, false)) out.deferred = {};
  return out;
}

Term Lowerer::Operation(const Node& node, NodeId id, Period at) {
  std::vector<Term> terms;
  ValueId deferred;
  for (const NodeId operand : node.operands) {
    terms.push_back(LowerNode(operand, at));
    if (!terms.back().ok()) return {};
    deferred = Either(deferred, Needed(terms.back()));
    terms.back().present = {};
    terms.back().deferred = {};
  }
  Term out;
  switch (node.op) {
    case Op::kAdd:
    case Op::kSubtract: out = AddUp(terms[0], terms[1], node.op == Op::kSubtract); break;
    case Op::kMultiply: out = MultiplyTerms(terms[0], terms[1]); break;
    case Op::kDivide: out = DivideTerms(terms[0], terms[1], ranges_.MayDivideByZero(id)); break;
    case Op::kNegate:
      out = terms[0];
      out.value = code().Scale(out.value, -1);
      break;
    case Op::kMin:
    case Op::kMax: out = Extreme(terms[0], terms[1], node.op == Op::kMax); break;
    case Op::kRoundHalfUp:
    case Op::kRoundHalfEven:
    case Op::kRoundDown:
    case Op::kRoundUp: out = grids_.RoundsNothing(id) ? terms[0] : RoundTerm(node.op, terms[0], terms[1]); break;
    case Op::kEqual:
    case Op::kLess:
    case Op::kAtMost:
      if (terms[0].type == TypeKind::kText && node.op != Op::kEqual) return Unable("an order of texts");
      out = Compare(node.op, terms[0], terms[1]);
      break;
    case Op::kNot:
      out = terms[0];
      out.value = code().Not(out.value);
      break;
    case Op::kShift: out = Shift(node, terms[0], terms[1]); break;
    case Op::kAddMonths:
    case Op::kAddDays:
    case Op::kMonthsBetween:
    case Op::kDaysBetween: out = Dates(node, terms[0], terms[1]); break;
    case Op::kPeriodStart:
    case Op::kPeriodEnd:
    case Op::kPeriodNumber: {
      const bool number = node.op == Op::kPeriodNumber;
      if (!IsRowPeriod(at)) {
        out = number ? OfValue(TypeKind::kNumber, Rational(at.number()))
                     : OfValue(TypeKind::kDate, node.op == Op::kPeriodStart ? at.first_day() : at.last_day());
        break;
      }
      Slot slot;
      slot.kind = number                        ? Slot::Kind::kRowNumber
                  : node.op == Op::kPeriodStart ? Slot::Kind::kRowFirstDay
                                                : Slot::Kind::kRowLastDay;
      slot.domain = DomainOf(node.grain.sort);
      slot.period = at;
      slot.type = number ? TypeKind::kNumber : TypeKind::kDate;
      slot.bounds = {1, 366};
      out = OfSlot(std::move(slot));
      break;
    }
    default: CHECK(false);
  }
  out.deferred = Either(deferred, out.deferred);
  return out;
}

}  // namespace heng::program
