#include "tests/fuzz/expression_writer.h"

#include <algorithm>
#include <tuple>

namespace heng::tests {
namespace {

using Range = std::pair<std::optional<Rational>, std::optional<Rational>>;

Range Sum(const Written& a, const Written& b) {
  Range out;
  if (a.low && b.low) out.first = *a.low + *b.low;
  if (a.high && b.high) out.second = *a.high + *b.high;
  return out;
}

Range Difference(const Written& a, const Written& b) {
  Range out;
  if (a.low && b.high) out.first = *a.low - *b.high;
  if (a.high && b.low) out.second = *a.high - *b.low;
  return out;
}

Range Hull(const Written& a, const Written& b) {
  Range out;
  if (a.low && b.low) out.first = std::min(*a.low, *b.low);
  if (a.high && b.high) out.second = std::max(*a.high, *b.high);
  return out;
}

// By a factor that is not negative.
Range Scaled(const Written& a, const Rational& factor) {
  Range out;
  if (a.low) out.first = *a.low * factor;
  if (a.high) out.second = *a.high * factor;
  return out;
}

Written Make(std::string text, Range range, bool finite, bool tight) {
  return {std::move(text), std::move(range.first), std::move(range.second), finite, tight};
}

}  // namespace

std::string ExpressionWriter::Text(const Rational& number, const std::string& unit) const {
  std::string digits = number.sign() < 0 ? (-number).ToString() : number.ToString();
  std::string out = digits + (unit.empty() ? "" : unit == "%" ? "%" : " " + unit);
  return number.sign() < 0 ? "(-" + out + ")" : out;
}

Written ExpressionWriter::Literal(const std::string& unit, const std::optional<Rational>& low,
                                  const std::optional<Rational>& high) {
  static const std::vector<Rational> kNumbers = {
      Rational(0),         Rational(1),       Rational(2),      Rational(3),       Rational(7),
      Rational(10),        Rational(60),      Rational(100),    Rational(1, 2),    Rational(12, 5),
      Rational(5999, 100), Rational(5, 1000), Rational(85, 10), Rational(10000, 1)};
  const bool whole =
      unit == "件" || unit == "户" || unit == "条" || unit == "名" || unit == "项" || unit == "次" || unit == "个";
  Rational number = random_.OneOf(kNumbers);
  if (low && high) {
    number = *low + (*high - *low) * Rational(random_.Between(0, 8), 8);
    number = number.RoundTo(Rational(1, whole ? 1 : 1000), Rounding::kDown);
    if (number < *low) number = *low;
  } else if (whole) {
    number = number.RoundTo(1, Rounding::kUp);
  }
  std::string text = Text(number, unit);
  if (unit == "元" && number >= Rational(10000) && (number / Rational(10000)).is_whole() && random_.OneIn(2))
    text = (number / Rational(10000)).ToString() + "万元";
  return Make(text, {number, number}, true, true);
}

std::string ExpressionWriter::Mark() {
  switch (random_.Below(6)) {
    case 0: return " 依据 甲";
    case 1: return " 依据 甲 \"第三条\"";
    case 2: return " 自定 \"理由\"";
    case 3: return " 自定 说明 \"说明文字\"";
    default: return " 自定";
  }
}

std::string ExpressionWriter::Rounding(const std::string& unit) {
  static const std::vector<std::string> kWords = {"四舍五入到", "四舍六入五成双到", "舍去到", "进一到"};
  static const std::vector<Rational> kSteps = {Rational(1, 100), Rational(1, 10), Rational(1),
                                               Rational(5),      Rational(1, 2),  Rational(1, 1000)};
  return " " + random_.OneOf(kWords) + " " + Text(random_.OneOf(kSteps), unit);
}

std::vector<Rational> ExpressionWriter::Cuts(const Written& value, size_t most) {
  const Rational low = value.low.value_or(Rational(0));
  Rational high = value.high.value_or(low + Rational(100));
  if (high <= low) high = low + Rational(8);
  std::vector<Rational> cuts;
  const auto parts = static_cast<int64_t>(1 + random_.Below(most));
  for (int64_t i = 1; i <= parts; ++i) {
    const Rational cut = (low + (high - low) * Rational(i, parts + 1))
                             .RoundTo(Rational(1, random_.OneIn(3) ? 1000 : 10), heng::Rounding::kHalfAwayFromZero);
    if (cut > low && cut < high && (cuts.empty() || cut > cuts.back())) cuts.push_back(cut);
  }
  if (cuts.empty()) cuts.push_back(low + (high - low) * Rational(1, 2));
  return cuts;
}

bool ExpressionWriter::IsReadable(const Named& named, const Place& at) const {
  size_t sort = at.sort;
  while (world_[sort].kind == Sort::Kind::kRows && sort != named.place.sort) sort = world_[sort].parent;
  const bool there =
      sort == named.place.sort || named.place.sort == kWhole ||
      (sort == kProject && world_[named.place.sort].kind == Sort::Kind::kSubject && named.place.sort != kProject &&
       std::any_of(world_.names.begin(), world_.names.end(), [&](const Named& reference) {
         return reference.kind == Kind::kSubject && reference.place.sort == kProject &&
                reference.subject == named.place.sort && !reference.optional;
       }));
  if (!there) return false;
  if (named.place.period == PeriodKind::kOnce || named.place.period == at.period) return true;
  return named.role == Named::Role::kFact && at.period < named.place.period;
}

std::vector<const Named*> ExpressionWriter::Readable(Kind kind, const std::string& unit, const Place& at,
                                                     bool exact) const {
  std::vector<const Named*> out;
  for (const Named& named : world_.names) {
    if (named.kind != kind || (kind == Kind::kNumber && named.unit != unit)) continue;
    if (exact ? named.place == at : IsReadable(named, at)) out.push_back(&named);
  }
  return out;
}

std::string ExpressionWriter::Present(const Named& named, const Place&) {
  if (!named.optional) return named.name;
  return "(" + named.name + " 缺按 " + Literal(named.unit, named.low, named.high).text + ")";
}

Written ExpressionWriter::Leaf(const std::string& unit, const Place& at) {
  const std::vector<const Named*> names = Readable(Kind::kNumber, unit, at);
  if (names.empty()) return Literal(unit);
  // What was declared last is likely: so definitions build on each other.
  const Named& named =
      random_.OneIn(2) ? *names[names.size() - 1 - random_.Below((names.size() + 2) / 3)] : *random_.OneOf(names);
  return Make(Present(named, at), {named.low, named.high}, named.finite, true);
}

Written ExpressionWriter::Number(const std::string& unit, const Place& at, size_t depth) {
  if (depth == 0 || random_.OneIn(6)) return random_.OneIn(5) ? Literal(unit) : Leaf(unit, at);
  std::optional<Written> written;
  switch (random_.Below(18)) {
    case 0:
    case 1: return Arithmetic(unit, at, depth);
    case 2: return Rated(unit, at, depth);
    case 3: return If(unit, at, depth);
    case 4: return Extreme(unit, at, depth);
    case 5: return Clamped(unit, at, depth);
    case 6: return Bands(unit, at, depth);
    case 7: return Progressive(unit, at, depth);
    case 8: return Choose(unit, at, depth);
    case 9: written = Past(unit, at); break;
    case 10: written = KeyedParameter(unit, at); break;
    case 11: written = Narrowed(unit, at, depth); break;
    case 12:
    case 13: written = Special(unit, at, depth); break;
    default: written = Aggregation(unit, at, depth); break;
  }
  return written ? *written : Arithmetic(unit, at, depth);
}

Written ExpressionWriter::Arithmetic(const std::string& unit, const Place& at, size_t depth) {
  const Written a = Number(unit, at, depth - 1);
  switch (random_.Below(6)) {
    case 0:
    case 1: {
      const Written b = Number(unit, at, depth - 1);
      return Make(Tight(a) + " + " + Tight(b), Sum(a, b), a.finite && b.finite, false);
    }
    case 2: {
      if (unit == "%") break;  // percentage points
      const Written b = Number(unit, at, depth - 1);
      return Make(Tight(a) + " - " + Tight(b), Difference(a, b), a.finite && b.finite, false);
    }
    case 3: {
      const Written percent = Number("%", at, depth - 1);
      const bool simple = percent.low && percent.high && *percent.low == *percent.high;
      return Make(Tight(a) + (random_.OneIn(2) ? " × " : " * ") + Tight(percent),
                  simple ? Scaled(a, *percent.low / Rational(100)) : Range(), a.finite && percent.finite, false);
    }
    case 4: {
      static const std::vector<int64_t> kDivisors = {3, 7, 2, 5, 6, 12};
      const int64_t divisor = random_.OneOf(kDivisors);
      // Ratios without an end that may cancel.
      const bool back = random_.OneIn(3);
      const std::string text =
          Tight(a) + " ÷ " + std::to_string(divisor) + (back ? " × " + std::to_string(divisor) : "");
      return Make(text, Scaled(a, back ? Rational(1) : Rational(1, divisor)), false, false);
    }
    default: break;
  }
  if (random_.OneIn(4) && unit != "%") {
    Range range;
    if (a.high) range.first = -*a.high;
    if (a.low) range.second = -*a.low;
    return Make("(-" + Tight(a) + ")", range, a.finite, true);
  }
  static const std::vector<Rational> kFactors = {Rational(2), Rational(1, 2), Rational(12, 10), Rational(0),
                                                 Rational(3)};
  const Rational factor = random_.OneOf(kFactors);
  return Make(Tight(a) + " × " + factor.ToString(), Scaled(a, factor), a.finite, false);
}

std::string ExpressionWriter::AnyUnit(const Place& at) {
  std::vector<std::string> units;
  for (const Named& named : world_.names) {
    if (named.kind == Kind::kNumber && !named.unit.empty() && named.unit != "%" && IsReadable(named, at))
      units.push_back(named.unit);
  }
  return units.empty() ? "件" : random_.OneOf(units);
}

Written ExpressionWriter::Rated(const std::string& unit, const Place& at, size_t depth) {
  const std::string other = AnyUnit(at);
  const bool dimensionless = unit == "%" || unit.empty();
  if (other == unit || dimensionless || other.find('/') != std::string::npos || unit.find('/') != std::string::npos)
    return Arithmetic(unit, at, depth);
  const Written value = Number(other, at, depth - 1);
  const Rational rate(random_.Between(0, 12), 4);
  return Make(rate.ToString() + " " + unit + "/" + other + " × " + Tight(value), Scaled(value, rate), value.finite,
              false);
}

Written ExpressionWriter::If(const std::string& unit, const Place& at, size_t depth) {
  const Written yes = Number(unit, at, depth - 1);
  const Written no = Number(unit, at, depth - 1);
  return Make("如果 " + Condition(at, depth - 1).text + " 则 " + Tight(yes) + " 否则 " + Tight(no), Hull(yes, no),
              yes.finite && no.finite, false);
}

Written ExpressionWriter::Extreme(const std::string& unit, const Place& at, size_t depth) {
  const bool highest = random_.OneIn(2);
  Written out = Number(unit, at, depth - 1);
  std::string text = std::string(highest ? "最高(" : "最低(") + out.text;
  for (size_t i = 1 + random_.Below(2); i > 0; --i) {
    const Written next = Number(unit, at, depth - 1);
    text += ", " + next.text;
    std::tie(out.low, out.high) = Hull(out, next);
    out.finite = out.finite && next.finite;
  }
  return Make(text + ")", {out.low, out.high}, out.finite, true);
}

std::string ExpressionWriter::Within(const Written& value, const std::string& unit, const Rational& low,
                                     const Rational& high) {
  std::string text = value.text;
  const bool below = !value.low || *value.low < low;
  const bool above = !value.high || *value.high > high;
  if (below) text += " 保底 " + Text(low, unit);
  if (above) text += " 封顶 " + Text(high, unit);
  return below || above ? "(" + text + ")" : Tight(value);
}

Written ExpressionWriter::Clamped(const std::string& unit, const Place& at, size_t depth) {
  Written value = Number(unit, at, depth - 1);
  std::string text = value.text;
  // A clause closes the whole of what stands before it.
  switch (random_.Below(3)) {
    case 0: {
      const Written bound = random_.OneIn(3) ? Leaf(unit, at) : Literal(unit, value.low, value.high);
      text += " 封顶 " + bound.text;
      value.finite = value.finite && bound.finite;
      value.high = bound.high;
      value.low.reset();
      break;
    }
    case 1: {
      const Written bound = Literal(unit, value.low, value.high);
      text += " 保底 " + bound.text;
      if (!value.low || *value.low < *bound.low) value.low = bound.low;
      if (value.high && *value.high < *bound.low) value.high = bound.low;
      break;
    }
    default:
      text += Rounding(unit);
      value.finite = true;
      if (value.low) value.low = *value.low - Rational(5);
      if (value.high) value.high = *value.high + Rational(5);
      break;
  }
  return Make("(" + text + ")", {value.low, value.high}, value.finite, true);
}

Written ExpressionWriter::Choose(const std::string& unit, const Place& at, size_t depth) {
  std::string text = "分情形 {\n";
  Written out = Number(unit, at, depth - 1);
  const std::string last = out.text;
  for (size_t i = 1 + random_.Below(2); i > 0; --i) {
    const Written value = Number(unit, at, depth - 1);
    text += "    " + Tight(value) + " 当 " + Comparison(at, 0).text + (random_.OneIn(4) ? Mark() : "") + "\n";
    std::tie(out.low, out.high) = Hull(out, value);
    out.finite = out.finite && value.finite;
  }
  return Make("(" + text + "    " + Tight({last, {}, {}, true, false}) + " 其余\n  })", {out.low, out.high}, out.finite,
              true);
}

Written ExpressionWriter::Bands(const std::string& unit, const Place& at, size_t depth) {
  const std::string other = random_.OneIn(3) ? "%" : AnyUnit(at);
  const Written value = Leaf(other, at);
  const std::vector<Rational> cuts = Cuts(value, 3);
  Written out = Number(unit, at, depth - 1);
  std::string text = "分段 " + value.text + " {\n    不满 " + Text(cuts[0], other) + " → " + out.text + "\n";
  for (size_t i = 0; i < cuts.size(); ++i) {
    const Written next = Number(unit, at, depth - 1);
    text += "    " + Text(cuts[i], other) + " 以上";
    if (i + 1 < cuts.size()) text += " 不满 " + Text(cuts[i + 1], other);
    text += " → " + next.text + (random_.OneIn(4) ? Mark() : "") + "\n";
    std::tie(out.low, out.high) = Hull(out, next);
    out.finite = out.finite && next.finite;
  }
  return Make("(" + text + "  })", {out.low, out.high}, out.finite, true);
}

Written ExpressionWriter::Progressive(const std::string& unit, const Place& at, size_t depth) {
  const std::string other = AnyUnit(at);
  const Written value = Leaf(other, at);
  const bool usable = value.low && *value.low >= Rational(0) && unit != "%" && !unit.empty() && other != unit &&
                      other.find('/') == std::string::npos && unit.find('/') == std::string::npos;
  if (!usable) return Bands(unit, at, depth);
  const std::vector<Rational> cuts = Cuts(value, 2);
  const auto rate = [&] { return Rational(random_.Between(0, 12), 4).ToString() + " " + unit + "/" + other; };
  std::string text =
      "累进 " + value.text + " {\n    " + Text(0, other) + " 至 " + Text(cuts[0], other) + " → " + rate() + "\n";
  for (size_t i = 0; i < cuts.size(); ++i) {
    text += "    超过 " + Text(cuts[i], other);
    if (i + 1 < cuts.size()) text += " 不超过 " + Text(cuts[i + 1], other);
    text += " → " + rate() + "\n";
  }
  return Make("(" + text + "  })", {Rational(0), {}}, value.finite, true);
}

Written ExpressionWriter::Share(const Place& at, size_t depth) {
  const std::string other = AnyUnit(at);
  const Written a = Number(other, at, depth - 1);
  const Written b = Number(other, at, depth - 1);
  const std::string none = ", 无则 " + Literal("%").text;
  return Make("占比(" + a.text + ", " + b.text + none + ")", {}, false, true);
}

std::optional<Written> ExpressionWriter::KeyedParameter(const std::string& unit, const Place& at) {
  for (const Keyed& keyed : world_.keyed) {
    if (keyed.unit != unit) continue;
    return Make(keyed.name + "(" + Enum(keyed.enumeration, at, 0).text + ")", {Rational(0), Rational(100)}, true, true);
  }
  return std::nullopt;
}

// `如果 缺(x) 则 … 否则 x`, in each of the ways in which absence is excluded.
std::optional<Written> ExpressionWriter::Narrowed(const std::string& unit, const Place& at, size_t depth) {
  for (const Named* named : Readable(Kind::kNumber, unit, at)) {
    if (!named->optional) continue;
    const Written none = Number(unit, at, depth - 1);
    const std::string& x = named->name;
    const Written value = Make(x, {named->low, named->high}, named->finite, true);
    std::string text;
    switch (random_.Below(3)) {
      case 0: text = "如果 缺(" + x + ") 则 " + Tight(none) + " 否则 " + x; break;
      case 1:
        text = "如果 非 缺(" + x + ") 且 " + x + " ≥ " + Literal(unit, named->low, named->high).text + " 则 " + x +
               " 否则 " + Tight(none);
        break;
      default:
        text = "如果 缺(" + x + ") 或 " + x + " < " + Literal(unit, named->low, named->high).text + " 则 " +
               Tight(none) + " 否则 " + x;
        break;
    }
    return Make(text, Hull(value, none), named->finite && none.finite, false);
  }
  return std::nullopt;
}

// What gives a number of that unit and no other.
std::optional<Written> ExpressionWriter::Special(const std::string& unit, const Place& at, size_t depth) {
  if (unit == "%") {
    if (random_.OneIn(2)) return Share(at, depth);
    const std::string other = AnyUnit(at);
    const Written a = Number(other, at, depth - 1);
    const Written b = Number(other, at, depth - 1);
    return Make("增幅(" + a.text + ", (" + b.text + " 保底 " + Text(1, other) + "))", {}, false, true);
  }
  if (unit == "月" || unit == "天") {
    const char* function = unit == "月" ? "整月数(" : "天数(";
    return Make(function + Date(at, depth - 1).text + ", " + Date(at, depth - 1).text + ")", {}, true, true);
  }
  if (unit == "项") {
    std::string text = "计数(" + Condition(at, depth - 1).text;
    const size_t more = 1 + random_.Below(2);
    for (size_t i = 0; i < more; ++i) text += ", " + Comparison(at, 0).text;
    return Make(text + ")", {Rational(0), Rational(static_cast<int64_t>(more) + 1)}, true, true);
  }
  if (unit.empty() && at.period != PeriodKind::kOnce && world_[at.sort].kind != Sort::Kind::kRows)
    return Make("期次", {Rational(1), {}}, true, true);
  if (unit == "条" || unit == "次" || unit == "个") return Count(unit, at);
  if (unit == "名") return Rank(unit, at);
  if (unit == "元" && random_.OneIn(2)) return ShareOut(unit, at);
  return std::nullopt;
}

std::optional<Written> ExpressionWriter::Past(const std::string& unit, const Place& at) {
  std::vector<const Named*> names;
  for (const Named* named : Readable(Kind::kNumber, unit, at, true)) {
    if (named->role == Named::Role::kFact || named->published) names.push_back(named);
  }
  if (names.empty() || inside_ || at.period == PeriodKind::kOnce) return std::nullopt;
  const Named& named = *random_.OneOf(names);
  world_.reads_past = true;
  std::string text;
  switch (random_.Below(3)) {
    case 0: text = "上期(" + named.name + ")"; break;
    case 1: text = "前 " + std::to_string(1 + random_.Below(3)) + " 期(" + named.name + ")"; break;
    default: text = "上年同期(" + named.name + ")"; break;
  }
  return Make("(" + text + " 缺按 " + Literal(unit, named.low, named.high).text + ")", {named.low, named.high},
              named.finite, true);
}

}  // namespace heng::tests
