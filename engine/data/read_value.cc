#include "engine/data/read_value.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "engine/base/limits.h"
#include "engine/base/text.h"

namespace heng::data {
namespace {

using semantic::TypeKind;

tl::unexpected<Refusal> Refuse(std::string code, Bilingual message, std::string_view value, std::string rule = "") {
  Refusal refusal;
  refusal.code = std::move(code);
  refusal.message = std::move(message);
  refusal.value = std::string(value);
  refusal.rule = std::move(rule);
  return tl::unexpected<Refusal>(std::move(refusal));
}

// A text as a message quotes it: not longer than people read.
std::string Quoted(std::string_view text) {
  constexpr size_t kMost = 40;
  std::string out;
  size_t at = 0;
  for (size_t count = 0; at < text.size() && count < kMost; ++count) AppendUtf8(DecodeUtf8(text, at), out);
  return at < text.size() ? out + "…" : out;
}

tl::unexpected<Refusal> RefuseNumber(std::string_view text, Bilingual why) {
  const std::string quoted = Quoted(text);
  return Refuse("not-a-number",
                {fmt::format("“{}”不能当作数：{}", quoted, why.zh),
                 fmt::format("'{}' cannot be read as a number: {}", quoted, why.en)},
                text);
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Why `number` (digits and signs, without its unit) is no number, and what to write.
Bilingual WhyNoNumber(std::string_view number) {
  const auto has = [&](char c) { return number.find(c) != std::string_view::npos; };
  if (number.front() == '+') return {"不要写“+”号", "leave out the '+'"};
  if (has('e') || has('E')) return {"不要用科学记数法，请写出全部数字", "no exponents, write out all digits"};
  if (has(',')) {
    std::string without(number);
    without.erase(std::remove(without.begin(), without.end(), ','), without.end());
    return {fmt::format("不要写千位分隔符，请写 {}", without),
            fmt::format("no thousands separators, write {}", without)};
  }
  const size_t first = number.front() == '-' ? 1 : 0;
  if (number.size() > limits::kNumberDigits) {
    return {fmt::format("超过 {} 位", limits::kNumberDigits),
            fmt::format("more than {} digits", limits::kNumberDigits)};
  }
  if (number.size() > first + 1 && number[first] == '0' && IsDigit(number[first + 1])) {
    return {"前面不要写多余的 0", "no leading zeros"};
  }
  if (number.back() == '.' || number[first] == '.') {
    return {"小数点前后都要有数字", "digits must stand on both sides of the point"};
  }
  return {"请只写数字，例如 91.5", "write digits only, such as 91.5"};
}

// How many of the last bytes of `text` are no part of a number: its unit begins where the number ends.
size_t NumberLength(std::string_view text) {
  size_t length = 0;
  while (length < text.size()) {
    const char c = text[length];
    const bool exponent = (c == 'e' || c == 'E') && length > 0 && length + 1 < text.size() &&
                          (IsDigit(text[length + 1]) || text[length + 1] == '+' || text[length + 1] == '-');
    if (!IsDigit(c) && c != '.' && c != ',' && c != '+' && c != '-' && !exponent) break;
    ++length;
  }
  return length;
}

struct UnitReading {
  Unit unit;
  Rational factor = 1;
  bool percent = false;
  bool written = false;
};

// `万元`, `次/月`, `%`, or nothing; an empty optional if it is no unit.
std::optional<UnitReading> ReadUnitText(std::string_view text) {
  UnitReading out;
  text = Trim(text);
  for (const auto& [word, factor] : {std::pair<std::string_view, int64_t>{"万", 10000}, {"亿", 100000000}}) {
    if (text.substr(0, word.size()) != word) continue;
    out.factor = factor;
    text = Trim(text.substr(word.size()));
    break;
  }
  if (text.empty()) return out;
  out.written = true;
  bool first = true;
  for (;;) {
    const size_t slash = text.find('/');
    const auto unit = FindUnit(Trim(text.substr(0, slash)));
    if (!unit) return std::nullopt;
    out.unit = first ? unit->unit : out.unit / unit->unit;
    out.factor = first ? out.factor * unit->factor : out.factor / unit->factor;
    out.percent = out.percent || unit->percent;
    first = false;
    if (slash == std::string_view::npos) return out;
    text = text.substr(slash + 1);
  }
}

std::string UnitName(const semantic::Type& type) { return type.percent ? "%" : type.unit.ToString(); }

Reading CheckNumber(const Expected& expected, const Rational& value, std::string_view text) {
  const Rational written = expected.type.percent ? value * Rational(100) : value;
  const std::string quoted = Quoted(text);
  if (expected.places && written.decimal_places().value_or(0) > *expected.places) {
    const std::string rule = *expected.places == 0 ? "整数" : fmt::format("至多 {} 位小数", *expected.places);
    const std::string rule_en = *expected.places == 0
                                    ? "a whole number"
                                    : fmt::format("a number of at most {} decimal places", *expected.places);
    return Refuse("too-many-places",
                  {fmt::format("“{}”的小数位数太多，应为{}", quoted, rule),
                   fmt::format("'{}' has too many decimal places, must be {}", quoted, rule_en)},
                  text, rule);
  }
  if (expected.range && (value < expected.range->first || value > expected.range->second)) {
    const Bilingual range = DescribeRange(expected);
    return Refuse("out-of-range",
                  {fmt::format("“{}”超出范围，应为 {}", quoted, range.zh),
                   fmt::format("'{}' is out of range, must be {}", quoted, range.en)},
                  text, range.zh);
  }
  return Value(value);
}

Reading ReadNumber(const Expected& expected, std::string_view text) {
  const std::string folded = FoldFullWidth(text);
  const std::string_view whole = Trim(folded);
  if (whole.empty()) return RefuseNumber(text, {"只有空格", "there are only blanks"});
  const size_t length = NumberLength(whole);
  if (length == 0) return RefuseNumber(text, {"请只写数字，例如 91.5", "write digits only, such as 91.5"});
  const std::string_view number = whole.substr(0, length);
  const auto decimal = ParseDecimal(number);
  if (!decimal) return RefuseNumber(text, WhyNoNumber(number));
  // A full-width digit or point is three bytes; a number that stands as it is has one for each.
  if (Trim(text).substr(0, length) != number) {
    return RefuseNumber(text, {fmt::format("不要用全角字符，请写 {}", number),
                               fmt::format("no full-width characters, write {}", number)});
  }
  const auto unit = ReadUnitText(whole.substr(length));
  const bool own = unit && unit->unit == expected.type.unit && unit->percent == expected.type.percent;
  if (!unit || (unit->written && !own)) {
    const std::string name = UnitName(expected.type);
    return Refuse("wrong-unit",
                  {fmt::format("“{}”的单位不对，{}", Quoted(text),
                               name.empty() ? "这里是没有单位的数" : "应为“" + name + "”，也可以不写"),
                   fmt::format("'{}' has the wrong unit, must be {}", Quoted(text),
                               name.empty() ? "a plain number" : "'" + name + "', which may be left out")},
                  text, name);
  }
  const bool implied_percent = expected.type.percent && !unit->percent;
  const bool fraction = implied_percent && !expected.recorded && !decimal->value.is_zero() &&
                        decimal->value < Rational(1) && decimal->value > Rational(-1);
  if (fraction) {
    // Spreadsheets keep 90% as 0.9; which of the two is meant, only its author knows.
    const std::string whole_percent = (decimal->value * Rational(100)).ToString();
    return Refuse("ambiguous-percent",
                  {fmt::format("“{0}”是 {0}% 还是 {1}%？请写 {0}% 或 {1}", Quoted(text), whole_percent),
                   fmt::format("is '{0}' {0}% or {1}%? write {0}% or {1}", Quoted(text), whole_percent)},
                  text, "%");
  }
  const Rational scaled = decimal->value * unit->factor;
  return CheckNumber(expected, implied_percent ? scaled / Rational(100) : scaled, text);
}

Reading ReadEnum(const Expected& expected, std::string_view text) {
  const std::vector<std::string>& values = expected.model[expected.type.enumeration].values;
  const std::string folded = FoldFullWidth(text);
  const std::string_view wanted = Trim(folded);
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] == wanted) return Value(EnumCode{static_cast<uint32_t>(i)});
  }
  std::string list;
  for (const std::string& value : values) list += (list.empty() ? "" : "、") + value;
  const auto nearest = NearestName(wanted, values);
  Bilingual message{fmt::format("没有“{}”这个取值", Quoted(text)), fmt::format("there is no value '{}'", Quoted(text))};
  if (nearest) {
    message.zh += fmt::format("，是不是“{}”？", *nearest);
    message.en += fmt::format(", did you mean '{}'?", *nearest);
  } else {
    message.zh += fmt::format("，应为：{}", list);
    message.en += fmt::format(", must be one of: {}", list);
  }
  return Refuse("unknown-value", std::move(message), text, list);
}

Reading ReadBool(std::string_view text) {
  const std::string_view word = Trim(text);
  if (word == "是" || word == "true") return Value(true);
  if (word == "否" || word == "false") return Value(false);
  return Refuse("not-yes-or-no",
                {fmt::format("“{}”不是“是”或“否”", Quoted(text)),
                 fmt::format("'{}' is neither 是 (true) nor 否 (false)", Quoted(text))},
                text);
}

Reading ReadDate(std::string_view text) {
  if (const auto date = ParseDate(Trim(text))) return Value(*date);
  Bilingual hint{"请写成 2024-07-01", "write it as 2024-07-01"};
  if (const auto number = ParseDecimal(Trim(text))) {
    hint = {"这像是 Excel 的日期序号，请写成 2024-07-01",
            "it looks like a serial date of Excel, write it as 2024-07-01"};
  }
  return Refuse("not-a-date",
                {fmt::format("“{}”不是日期，{}", Quoted(text), hint.zh),
                 fmt::format("'{}' is not a date, {}", Quoted(text), hint.en)},
                text);
}

Reading RefuseAbsent(const Expected& expected) {
  return Refuse("missing-fact",
                {fmt::format("缺少“{}”，它不是可缺的", expected.name),
                 fmt::format("'{}' is missing and is not optional", expected.name)},
                "");
}

Reading RefuseType(const JsonValue& value, Bilingual wanted) {
  return Refuse("wrong-type",
                {fmt::format("类型不对，应为{}", wanted.zh), fmt::format("wrong type, must be {}", wanted.en)},
                value.text);
}

}  // namespace

Expected::Expected(const semantic::Model& m, const semantic::Field& field)
    : model(m),
      name(field.name),
      type(field.type),
      range(field.range),
      places(field.places),
      may_be_absent(field.type.optional) {}

Expected::Expected(const semantic::Model& m, const semantic::Definition& definition)
    : model(m), name(definition.name), type(definition.type), may_be_absent(true), recorded(true) {}

Reading ReadText(const Expected& expected, std::string_view text) {
  if (text.empty()) {
    if (expected.may_be_absent) return Value(Absent{});
    return RefuseAbsent(expected);
  }
  switch (expected.type.kind) {
    case TypeKind::kNumber: return ReadNumber(expected, text);
    case TypeKind::kEnum: return ReadEnum(expected, text);
    case TypeKind::kBool: return ReadBool(text);
    case TypeKind::kDate: return ReadDate(text);
    case TypeKind::kText:
    case TypeKind::kSubject:  // its id
    case TypeKind::kUnknown: break;
  }
  const std::string folded = FoldFullWidth(text);
  if (Trim(folded).empty())
    return Refuse("blank-text", {"只有空格；没有就留空", "there are only blanks; leave it empty"}, text);
  return Value(std::string(text));
}

Reading ReadJson(const Expected& expected, const JsonValue& value) {
  using Kind = JsonValue::Kind;
  const TypeKind type = expected.type.kind;
  switch (value.kind) {
    case Kind::kNull: return ReadText(expected, "");
    case Kind::kString:
      if (value.text.empty()) {
        return Refuse("blank-text", {"空文字；没有就写 null 或不写", "an empty text; write null or leave the key out"},
                      "");
      }
      return ReadText(expected, value.text);
    case Kind::kNumber:
      if (type == TypeKind::kNumber) return ReadText(expected, value.text);
      break;
    case Kind::kBool:
      if (type == TypeKind::kBool) return Value(value.truth);
      break;
    case Kind::kArray:
    case Kind::kObject: break;
  }
  switch (type) {
    case TypeKind::kNumber: return RefuseType(value, {"数，或写着数的字符串", "a number, or a string with one"});
    case TypeKind::kBool: return RefuseType(value, {"true 或 false", "true or false"});
    case TypeKind::kDate:
      return RefuseType(value,
                        {"写着日期的字符串，例如 \"2024-07-01\"", "a string with a date, such as \"2024-07-01\""});
    default: return RefuseType(value, {"字符串", "a string"});
  }
}

Bilingual DescribeRange(const Expected& expected) {
  if (!expected.range) return "";
  const bool percent = expected.type.percent;
  const auto text = [&](const Rational& bound) { return (percent ? bound * Rational(100) : bound).ToString(); };
  const std::string unit = UnitName(expected.type);
  const std::string behind = unit.empty() ? "" : " " + unit;
  return {fmt::format("{} 至 {}{}", text(expected.range->first), text(expected.range->second), behind),
          fmt::format("{} to {}{}", text(expected.range->first), text(expected.range->second), behind)};
}

}  // namespace heng::data
