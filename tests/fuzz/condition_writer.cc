// Conditions, values of enumerations and dates: the expressions that are no numbers.
#include "tests/fuzz/expression_writer.h"

namespace heng::tests {

Written ExpressionWriter::Comparison(const Place& at, size_t depth) {
  static const std::vector<std::string> kSigns = {"≥",    "≤",      ">",      "<",      "=",      "≠",
                                                  "达到", "不低于", "不少于", "不高于", "不超过", "超过",
                                                  "高于", "低于",   "不满",   "不足",   "至少",   "至多"};
  const std::string unit = random_.OneIn(5) ? "%" : AnyUnit(at);
  const Written value = depth == 0 ? Leaf(unit, at) : Number(unit, at, depth - 1);
  const std::vector<Rational> cuts = Cuts(value, 2);
  const std::string left = Tight(value);
  if (random_.OneIn(5)) {
    static const std::vector<std::string> kBands = {"以上", "以下", "以内", "以外"};
    if (cuts.size() == 2 && random_.OneIn(2))
      return {left + " " + Text(cuts[0], unit) + "以上 不满 " + Text(cuts[1], unit), {}, {}, true, false};
    return {left + " " + Text(cuts[0], unit) + " " + random_.OneOf(kBands), {}, {}, true, false};
  }
  if (random_.OneIn(6))
    return {left + " 属于 { " + Text(cuts[0], unit) + "、" + Literal(unit).text + " }", {}, {}, true, false};
  const std::string right = random_.OneIn(4) ? Tight(Leaf(unit, at)) : Text(cuts[0], unit);
  return {left + " " + random_.OneOf(kSigns) + " " + right, {}, {}, true, false};
}

std::optional<Written> ExpressionWriter::EnumCondition(const Place& at) {
  std::vector<const Named*> names;
  for (const Named& named : world_.names) {
    if (named.kind == Kind::kEnum && IsReadable(named, at)) names.push_back(&named);
  }
  if (names.empty()) return std::nullopt;
  const Named& named = *random_.OneOf(names);
  const Enumeration& values = world_.enumerations[named.enumeration];
  const std::string name = named.optional ? "(" + named.name + " 缺按 " + values.values[0] + ")" : named.name;
  static const std::vector<std::string> kOrders = {"不低于", "不高于", "高于", "低于"};
  if (values.ordered && random_.OneIn(2))
    return Written{
        name + " " + random_.OneOf(kOrders) + " " + values.values[random_.Below(values.grades())], {}, {}, true, false};
  if (random_.OneIn(3)) {
    std::string set = values.values[random_.Below(values.values.size())];
    if (random_.OneIn(2)) set += "、" + values.values.back();
    return Written{name + " 属于 { " + set + " }", {}, {}, true, false};
  }
  return Written{name + (random_.OneIn(3) ? " ≠ " : " = ") + random_.OneOf(values.values), {}, {}, true, false};
}

std::optional<Written> ExpressionWriter::DateCondition(const Place& at, size_t depth) {
  static const std::vector<std::string> kSigns = {"早于", "晚于", "不早于", "不晚于", "=", "≠"};
  if (Readable(Kind::kDate, "", at).empty()) return std::nullopt;
  return Written{Date(at, depth).text + " " + random_.OneOf(kSigns) + " " + Date(at, 0).text, {}, {}, true, false};
}

std::optional<Written> ExpressionWriter::TextCondition(const Place& at) {
  const std::vector<const Named*> names = Readable(Kind::kText, "", at);
  if (names.empty()) return std::nullopt;
  const Named& named = *random_.OneOf(names);
  const std::string name = named.optional ? "(" + named.name + " 缺按 “无”)" : named.name;
  return Written{name + (random_.OneIn(2) ? " = “A”" : " ≠ \"B\""), {}, {}, true, false};
}

std::optional<Written> ExpressionWriter::Streak(const Place& at) {
  if (inside_ || at.period == PeriodKind::kOnce) return std::nullopt;
  for (const Named& named : world_.names) {
    if (named.place != at || named.kind != Kind::kNumber || named.optional) continue;
    if (named.role != Named::Role::kFact && !named.published) continue;
    if (random_.OneIn(3)) continue;
    world_.reads_past = true;
    return Written{"连续 " + std::to_string(1 + random_.Below(3)) + " 期 " + named.name + " ≥ " +
                       Literal(named.unit, named.low, named.high).text,
                   {},
                   {},
                   true,
                   false};
  }
  return std::nullopt;
}

Written ExpressionWriter::Condition(const Place& at, size_t depth) {
  std::optional<Written> written;
  switch (random_.Below(depth == 0 ? 6 : 12)) {
    case 0:
    case 1: written = EnumCondition(at); break;
    case 2: written = DateCondition(at, depth); break;
    case 3: written = TextCondition(at); break;
    case 4: {
      const std::vector<const Named*> names = Readable(Kind::kBool, "", at);
      if (!names.empty()) {
        const Named& named = *random_.OneOf(names);
        written = Written{named.optional ? "(" + named.name + " 缺按 否)" : named.name, {}, {}, true, true};
      } else if (random_.OneIn(8)) {
        written = Written{random_.OneIn(2) ? "是" : "否", {}, {}, true, true};
      }
      break;
    }
    case 5: break;
    case 6: return {"非 " + Tight(Condition(at, depth - 1)), {}, {}, true, false};
    case 7:
    case 8: {
      const char* word = random_.OneIn(2) ? " 且 " : " 或 ";
      std::string text = Tight(Condition(at, depth - 1));
      for (size_t i = 1 + random_.Below(2); i > 0; --i) text += word + Tight(Condition(at, depth - 1));
      return {text, {}, {}, true, false};
    }
    case 9: written = Streak(at); break;
    case 10:
      if (!inside_) written = Quantifier(at);
      break;
    default: {
      for (const Named& named : world_.names) {
        if (named.optional && IsReadable(named, at)) return {"缺(" + named.name + ")", {}, {}, true, true};
      }
      break;
    }
  }
  return written ? *written : Comparison(at, depth);
}

Written ExpressionWriter::Enum(size_t enumeration, const Place& at, size_t depth) {
  const Enumeration& values = world_.enumerations[enumeration];
  std::vector<const Named*> names;
  for (const Named& named : world_.names) {
    if (named.kind == Kind::kEnum && named.enumeration == enumeration && IsReadable(named, at)) names.push_back(&named);
  }
  if (names.empty()) return {random_.OneOf(values.values), {}, {}, true, true};
  const Named& named = *random_.OneOf(names);
  const std::string name = named.optional ? "(" + named.name + " 缺按 " + values.values.back() + ")" : named.name;
  if (depth == 0 || random_.OneIn(2)) return {name, {}, {}, true, true};
  return {"如果 " + Condition(at, depth - 1).text + " 则 " + random_.OneOf(values.values) + " 否则 " + name,
          {},
          {},
          true,
          false};
}

Written ExpressionWriter::Date(const Place& at, size_t depth) {
  const std::vector<const Named*> names = Readable(Kind::kDate, "", at);
  if (depth > 0 && random_.OneIn(3)) {
    static const std::vector<std::string> kShifts = {" + 3 个月", " - 1 个月", " + 10 天", " + 1 年", " - 30 天"};
    return {"(" + Date(at, depth - 1).text + random_.OneOf(kShifts) + ")", {}, {}, true, true};
  }
  if (!names.empty() && !random_.OneIn(3)) {
    const Named& named = *random_.OneOf(names);
    return {named.optional ? "(" + named.name + " 缺按 2024-01-31)" : named.name, {}, {}, true, true};
  }
  if (at.period != PeriodKind::kOnce && world_[at.sort].kind != Sort::Kind::kRows && random_.OneIn(2))
    return {random_.OneIn(2) ? "期初" : "期末", {}, {}, true, true};
  static const std::vector<std::string> kDays = {"2024-02-29", "2023-12-31", "2024年7月1日", "2024-04-01"};
  return {random_.OneOf(kDays), {}, {}, true, true};
}

}  // namespace heng::tests
