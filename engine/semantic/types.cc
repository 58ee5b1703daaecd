#include <algorithm>

#include <fmt/format.h>

#include "engine/semantic/checker.h"

namespace heng::semantic {

std::optional<WrittenUnit> Model::FindUnit(std::string_view name) const {
  if (const auto known = heng::FindUnit(name)) return known;
  if (std::find(units.begin(), units.end(), name) == units.end()) return std::nullopt;
  return WrittenUnit{Unit::Base(std::string(name)), 1, false};
}

std::optional<ReadQuantity> Read(const syntax::Quantity& quantity, const Model& model) {
  ReadQuantity out{quantity.number.value * quantity.scale, Unit(), false};
  for (size_t i = 0; i < quantity.unit.size(); ++i) {
    const std::optional<WrittenUnit> unit = model.FindUnit(quantity.unit[i].text);
    if (!unit) return std::nullopt;
    out.value = i == 0 ? out.value * unit->factor : out.value / unit->factor;
    out.unit = i == 0 ? unit->unit : out.unit / unit->unit;
    out.percent = out.percent || unit->percent;
  }
  return out;
}

std::optional<WrittenUnit> Checker::ReadUnit(const std::vector<syntax::Name>& names) {
  WrittenUnit out;
  for (size_t i = 0; i < names.size(); ++i) {
    const std::optional<WrittenUnit> unit = model_->FindUnit(names[i].text);
    if (!unit) {
      if (unknown_units_.insert(names[i].text).second) {
        Diagnostic& d = sink_.Add<DiagnosticKind::kUnknownUnit>(At(names[i].span), names[i].text);
        if (names[i].text == "百分比" || names[i].text == "百分率") d.advice = {"写：%", "write %"};
      }
      return std::nullopt;
    }
    out.unit = i == 0 ? unit->unit : out.unit / unit->unit;
    out.factor = i == 0 ? unit->factor : out.factor / unit->factor;
    out.percent = out.percent || unit->percent;
  }
  return out;
}

std::optional<ReadQuantity> Checker::ReadMarked(const syntax::Quantity& quantity) {
  std::optional<ReadQuantity> read = Read(quantity, *model_);
  if (!read) ReadUnit(quantity.unit);
  return read;
}

Type Checker::ReadType(const syntax::TypeExpr& type, const std::string& enumeration_name) {
  using Kind = syntax::TypeExpr::Kind;
  Type out;
  switch (type.kind) {
    case Kind::kText: out.kind = TypeKind::kText; break;
    case Kind::kDate: out.kind = TypeKind::kDate; break;
    case Kind::kBool: out.kind = TypeKind::kBool; break;
    case Kind::kDecimal: out.kind = TypeKind::kNumber; break;
    case Kind::kEnum: {
      out.kind = TypeKind::kEnum;
      out.enumeration = EnumId(model_->enumerations.size());
      Enumeration enumeration{enumeration_name, {}, false};
      for (const syntax::Name& value : type.values) {
        if (std::count(enumeration.values.begin(), enumeration.values.end(), value.text) > 0) {
          sink_.Add<DiagnosticKind::kDuplicateName>(At(value.span), value.text);
          continue;
        }
        enum_values_[value.text].emplace_back(out.enumeration, enumeration.values.size());
        enumeration.values.push_back(value.text);
      }
      model_->enumerations.push_back(std::move(enumeration));
      break;
    }
    case Kind::kInteger:
    case Kind::kUnit: {
      // A name that is declared is meant before a unit of the same name.
      if (type.kind == Kind::kUnit && type.unit.size() == 1) {
        const auto symbol = symbols_.find(type.unit[0].text);
        const bool subject = symbol != symbols_.end() && symbol->second.kind == Symbol::Kind::kSort &&
                             model_->sorts[symbol->second.index].kind == Sort::Kind::kSubject;
        if (subject) {
          used_.insert(type.unit[0].text);
          out.kind = TypeKind::kSubject;
          out.subject = SortId(symbol->second.index);
          break;
        }
        if (const auto named = types_.find(type.unit[0].text); named != types_.end()) {
          used_.insert(named->first);
          out.kind = TypeKind::kEnum;
          out.enumeration = named->second;
          break;
        }
      }
      const std::optional<WrittenUnit> unit = ReadUnit(type.unit);
      if (!unit) return {};
      out.kind = TypeKind::kNumber;
      out.unit = unit->unit;
      out.percent = unit->percent;
      break;
    }
  }
  return out;
}

std::optional<Rational> Checker::ReadBound(const syntax::Bound& bound, const Field& field) {
  std::optional<ReadQuantity> read = ReadMarked(bound.quantity);
  if (!read) return std::nullopt;
  if (!bound.quantity.unit.empty() && read->unit != field.type.unit) {
    const std::string unit = read->unit.ToString();
    const bool bare = field.type.unit.dimensionless();
    Diagnostic& d = sink_.Add<DiagnosticKind::kUnitMismatch>(
        At(bound.quantity.span), bare ? Bilingual("没有单位", "no unit") : Bilingual(field.type.unit.ToString()),
        Bilingual(unit), Bilingual("用在同一个范围里", "used in one range"));
    if (bare) {
      d.advice = {fmt::format("单位写在范围前面：整数 {}, 0 至 100", unit),
                  fmt::format("the unit stands before the range: 整数 {}, 0 至 100", unit)};
    }
    return std::nullopt;
  }
  if (field.type.percent && !read->percent) read->value = read->value / Rational(100);
  return bound.negative ? -read->value : read->value;
}

void Checker::ReadClauses(const syntax::FieldClauses& clauses, bool integer, Field& field) {
  field.type.optional = clauses.optional;
  if (!field.type.is_number()) return;
  field.places = integer ? 0 : clauses.places.value_or(0);
  if (*field.places < 0 || *field.places > 12) {
    sink_.Add<DiagnosticKind::kBadPlaces>(At(field.span), std::to_string(*field.places));
    field.places = 0;
  }
  if (!clauses.range) return;
  const std::optional<Rational> low = ReadBound(clauses.range->first, field);
  const std::optional<Rational> high = ReadBound(clauses.range->second, field);
  if (!low || !high) return;
  if (*low > *high) {
    sink_.Add<DiagnosticKind::kEmptyRange>(At(clauses.range_span), low->ToString(), high->ToString());
  } else {
    field.range = {*low, *high};
  }
}

std::optional<Value> Checker::ReadConstant(ExprId id, const Type& type, bool bare) {
  const Expr& expr = (*tree_)[id];
  const auto mismatch = [&](const Bilingual& found) -> std::optional<Value> {
    if (type.known()) sink_.Add<DiagnosticKind::kTypeMismatch>(At(id), Describe(*model_, type), found);
    return std::nullopt;
  };
  switch (expr.kind) {
    case ExprKind::kQuantity: {
      std::optional<ReadQuantity> read = ReadMarked(expr.quantity);
      if (!read) return std::nullopt;
      const bool takes_unit = bare && expr.quantity.unit.empty();
      if (!type.is_number() || (read->unit != type.unit && !takes_unit)) {
        if (type.is_number()) {
          sink_.Add<DiagnosticKind::kUnitMismatch>(
              At(id), type.unit.ToString(),
              read->unit.dimensionless() ? Bilingual("没有单位", "no unit") : Bilingual(read->unit.ToString()),
              Bilingual("混用", "mixed"));
          return std::nullopt;
        }
        return mismatch({"数", "a number"});
      }
      if (takes_unit && type.percent) read->value = read->value / Rational(100);
      return read->value;
    }
    case ExprKind::kNegate: {
      std::optional<Value> inner = ReadConstant(expr.operands[0], type, bare);
      if (!inner || !std::holds_alternative<Rational>(*inner)) return std::nullopt;
      return -std::get<Rational>(*inner);
    }
    case ExprKind::kText:
      return type.kind == TypeKind::kText || type.kind == TypeKind::kSubject ? std::optional<Value>(expr.text)
                                                                             : mismatch({"文字", "a text"});
    case ExprKind::kDate:
      return type.kind == TypeKind::kDate ? std::optional<Value>(expr.date) : mismatch({"日期", "a date"});
    case ExprKind::kBool:
      return type.kind == TypeKind::kBool ? std::optional<Value>(expr.truth) : mismatch({"是/否", "yes or no"});
    case ExprKind::kName: {
      if (expr.name.text == "缺" || expr.name.text == "absent") return Value(Absent{});
      if (type.kind != TypeKind::kEnum) return mismatch({"名称", "a name"});
      const std::optional<size_t> value = FindEnumValue(type.enumeration, expr.name.text);
      if (!value) {
        ReportUnknown(expr.name, {"取值", "value"}, (*model_)[type.enumeration].values);
        return std::nullopt;
      }
      return Value(EnumCode{static_cast<uint32_t>(*value)});
    }
    default: {
      Diagnostic& d = sink_.Add<DiagnosticKind::kNotConstant>(At(id));
      if (expr.kind == ExprKind::kCompare)
        d.advice = {"两项之间写“，”，或另起一行", "put a comma between two entries, or a new line"};
      return std::nullopt;
    }
  }
}

void Checker::CheckInRange(const Field& field, const Value& value, Span span) {
  const Rational* number = std::get_if<Rational>(&value);
  if (number == nullptr) return;
  if (field.range && (*number < field.range->first || *number > field.range->second)) {
    sink_.Add<DiagnosticKind::kOutOfRange>(At(span), Describe(*model_, field.type, value),
                                           fmt::format("{}–{}", Describe(*model_, field.type, field.range->first),
                                                       Describe(*model_, field.type, field.range->second)));
  }
  const Rational written = field.type.percent ? *number * Rational(100) : *number;
  if (field.places && written.decimal_places().value_or(99) > *field.places) {
    sink_.Add<DiagnosticKind::kOutOfRange>(At(span), Describe(*model_, field.type, value),
                                           Bilingual(fmt::format("（至多 {} 位小数）", *field.places),
                                                     fmt::format("(at most {} decimal places)", *field.places)));
  }
}

std::optional<Type> Checker::Unify(const Type& a, const Type& b) {
  if (!a.known() || !b.known()) {
    Type out = a.known() ? a : b;
    out.optional = a.optional || b.optional;
    return out;
  }
  if (a.kind != b.kind || a.unit != b.unit || a.enumeration != b.enumeration || a.subject != b.subject)
    return std::nullopt;
  Type out = a;
  out.optional = a.optional || b.optional;
  out.percent = a.percent && b.percent;
  return out;
}

Bilingual Describe(const Model& model, const Type& type) {
  switch (type.kind) {
    case TypeKind::kNumber:
      if (type.unit.dimensionless()) return {"没有单位的数", "a plain number"};
      return {"以“" + type.unit.ToString() + "”为单位的数", "a number of " + type.unit.ToString()};
    case TypeKind::kBool: return {"条件（是或否）", "a condition (yes or no)"};
    case TypeKind::kText: return {"文字", "a text"};
    case TypeKind::kDate: return {"日期", "a date"};
    case TypeKind::kEnum:
      return {"“" + model[type.enumeration].name + "”的一个取值", "a value of '" + model[type.enumeration].name + "'"};
    case TypeKind::kSubject:
      return {"一个“" + model[type.subject].name + "”", "a reference to '" + model[type.subject].name + "'"};
    case TypeKind::kUnknown: break;
  }
  return {"值", "a value"};
}

std::string Describe(const Model& model, const Type& type, const Value& value) {
  if (const auto* number = std::get_if<Rational>(&value)) {
    if (type.percent) return (*number * Rational(100)).ToString() + "%";
    if (type.unit.dimensionless()) return number->ToString();
    return number->ToString() + " " + type.unit.ToString();
  }
  if (const auto* truth = std::get_if<bool>(&value)) return *truth ? "是" : "否";
  if (const auto* code = std::get_if<EnumCode>(&value))
    return type.enumeration.valid() ? model[type.enumeration].values[code->index] : "";
  if (const auto* text = std::get_if<std::string>(&value)) return "“" + *text + "”";
  if (const auto* date = std::get_if<Date>(&value)) return date->ToString();
  return IsAbsent(value) ? "缺" : "错误";
}

Bilingual Describe(const Model& model, Grain grain) {
  const Bilingual adverb = PeriodAdverb(grain.period);
  const std::string& sort = model[grain.sort].name;
  return {sort + adverb.zh, adverb.en + " for each " + sort};
}

}  // namespace heng::semantic
