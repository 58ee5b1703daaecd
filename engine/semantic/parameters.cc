// Parameters: one value, values by date, or a value for each value of a key.
#include <algorithm>

#include <fmt/format.h>

#include "engine/semantic/checker.h"

namespace heng::semantic {

// Without a declared type a parameter has that of its value.
Type Checker::TypeOfConstant(ExprId id) const {
  const Expr& value = (*tree_)[id];
  const Expr& inner = value.kind == ExprKind::kNegate ? (*tree_)[value.operands[0]] : value;
  Type type;
  switch (inner.kind) {
    case ExprKind::kQuantity:
      if (const auto read = Read(inner.quantity, *model_))
        return {TypeKind::kNumber, read->unit, {}, false, read->percent};
      break;
    case ExprKind::kText: type.kind = TypeKind::kText; break;
    case ExprKind::kBool: type.kind = TypeKind::kBool; break;
    case ExprKind::kDate: type.kind = TypeKind::kDate; break;
    default: break;
  }
  return type;
}

// 分, 元, 万元: the number before it was forgotten.
bool Checker::IsUnitAlone(const Expr& value) const {
  if (value.kind != ExprKind::kName) return false;
  std::string_view unit = value.name.text;
  for (const std::string_view scale : {"万亿", "亿", "万"}) {
    if (!unit.starts_with(scale)) continue;
    unit.remove_prefix(scale.size());
    break;
  }
  syntax::Quantity one;
  one.number.value = Rational(1);
  if (!unit.empty()) one.unit.push_back({std::string(unit), value.name.span});
  return Read(one, *model_).has_value();
}

// A parameter has a value, or is said to be open. What is no value is refused once.
std::optional<Value> Checker::ReadParameter(const syntax::ParameterDecl& parameter, ExprId id, const Type& type,
                                            bool bare) {
  const size_t found = sink_.size();
  std::optional<Value> value = ReadConstant(id, type, bare);
  if (value && !std::holds_alternative<Absent>(*value)) return value;
  const bool wrong_type = parameter.type && !type.known();
  if (wrong_type || sink_.size() > found) return std::nullopt;
  const Expr& written = (*tree_)[id];
  const Expr& inner = written.kind == ExprKind::kNegate ? (*tree_)[written.operands[0]] : written;
  Diagnostic& d = sink_.Add<DiagnosticKind::kNotConstant>(At(id));
  if (!IsUnitAlone(inner)) return std::nullopt;
  const std::string& unit = inner.name.text;
  d.advice = {
      fmt::format("单位前面要写数，如“= 90 {}”；数还没有定，就写“: {}, 0 至 100 待定”", unit, unit),
      fmt::format("write the number before the unit, as '= 90 {}'; if it is not settled yet: ': {}, 0 至 100 待定'",
                  unit, unit)};
  return std::nullopt;
}

void Checker::DeclareParameter(const syntax::ParameterDecl& parameter) {
  Field field;
  field.kind = Field::Kind::kParameter;
  field.name = parameter.declared.name.text;
  field.code = parameter.declared.code;
  field.mark = parameter.mark;
  field.span = parameter.declared.name.span;
  field.open = parameter.mark.provenance == syntax::Provenance::kOpen;
  if (parameter.type) {
    field.type = ReadType(*parameter.type, field.name);
    ReadClauses(parameter.clauses, parameter.type->kind == syntax::TypeExpr::Kind::kInteger, field);
    if (!parameter.clauses.places && parameter.type->kind != syntax::TypeExpr::Kind::kInteger &&
        (parameter.value.valid() || !parameter.lines.empty()))
      field.places.reset();
  }
  const bool keyed = !parameter.key.text.empty();
  if (!keyed && !parameter.lines.empty()) {
    DeclareHistory(parameter, field);
  } else if (!keyed) {
    DeclareValue(parameter, field);
  }
  field.type.optional = false;
  AddCode(field.code, parameter.declared.code_span, kWholeSort);
  if (keyed) {
    DeclareKeyed(parameter, field);
    return;
  }
  AddSymbol(field.name, {Symbol::Kind::kField, model_->fields.size(), field.span, {}, SortId{}});
  model_->fields.push_back(std::move(field));
}

void Checker::DeclareValue(const syntax::ParameterDecl& parameter, Field& field) {
  if (parameter.value.valid()) {
    if (field.open) sink_.Add<DiagnosticKind::kOpenWithValue>(At(field.span), field.name);
    field.open = false;
    if (!parameter.type) field.type = TypeOfConstant(parameter.value);
    field.value = ReadParameter(parameter, parameter.value, field.type, false);
    if (field.value) CheckInRange(field, *field.value, (*tree_)[parameter.value].span);
  } else if (!field.open) {
    sink_.Add<DiagnosticKind::kValueMissing>(At(field.span), field.name);
  } else if (field.type.is_number() && !parameter.clauses.range) {
    sink_.Add<DiagnosticKind::kMissingRange>(At(field.span), field.name);
  }
}

void Checker::DeclareHistory(const syntax::ParameterDecl& parameter, Field& field) {
  if (parameter.value.valid())
    sink_.Add<DiagnosticKind::kMisplacedClause>(At(parameter.value), field.name, TextOf(parameter.value));
  field.open = false;
  for (const syntax::ParameterLine& line : parameter.lines) {
    if (!line.since || !line.value.valid()) {
      sink_.Add<DiagnosticKind::kWrongKindOfName>(
          At(line.span), line.key.text,
          Bilingual("一个日期，如“2025-01-01 起 = 值”；按取值分列要写“参数 名称 按 类型”",
                    "a date, as '2025-01-01 起 = value'; by values: 参数 name 按 type"));
      continue;
    }
    if (!field.type.known()) field.type = TypeOfConstant(line.value);
    const auto value = ReadParameter(parameter, line.value, field.type, false);
    if (!value) continue;
    CheckInRange(field, *value, (*tree_)[line.value].span);
    if (!field.since.empty() && *line.since <= field.since.back().first) {
      sink_.Add<DiagnosticKind::kEmptyRange>(At(line.span), field.since.back().first.ToString(),
                                             line.since->ToString());
      continue;
    }
    field.since.emplace_back(*line.since, *value);
  }
  const auto& first_day = model_->policy.first_day;
  if (!field.since.empty() && first_day && *first_day < field.since.front().first) {
    sink_.Add<DiagnosticKind::kHistoryBeginsLate>(At(field.span), field.name, field.since.front().first.ToString(),
                                                  first_day->ToString());
  }
}

std::optional<EnumId> Checker::FindEnumeration(const syntax::Name& name) {
  if (const auto named = types_.find(name.text); named != types_.end()) {
    used_.insert(name.text);
    return named->second;
  }
  const auto symbol = symbols_.find(name.text);
  if (symbol != symbols_.end() && symbol->second.kind != Symbol::Kind::kSort) {
    const size_t index = symbol->second.index;
    const bool is_field = symbol->second.kind == Symbol::Kind::kField;
    const Type& type = is_field ? model_->fields[index].type : model_->definitions[index].type;
    if (type.kind == TypeKind::kEnum) {
      used_.insert(name.text);
      return type.enumeration;
    }
  }
  // A field of records.
  for (const Field& field : model_->fields) {
    if (field.name == name.text && field.type.kind == TypeKind::kEnum) return field.type.enumeration;
  }
  std::vector<std::string> names;
  for (const Enumeration& enumeration : model_->enumerations) names.push_back(enumeration.name);
  ReportUnknown(name, {"类型或有固定取值的栏目", "type, or field with fixed values"}, names);
  return std::nullopt;
}

void Checker::DeclareKeyed(const syntax::ParameterDecl& parameter, const Field& common) {
  const auto key = FindEnumeration(parameter.key);
  if (!key) return;
  const std::vector<std::string> values = (*model_)[*key].values;
  KeyedParameter keyed{common.name, *key, {}, common.span};
  Type type = common.type;
  const bool not_read = !parameter.file.empty() && parameter.lines.empty();
  for (const syntax::ParameterLine& line : parameter.lines) {
    if (!type.known() && line.value.valid()) type = TypeOfConstant(line.value);
    if (line.since || !FindEnumValue(*key, line.key.text)) ReportUnknown(line.key, {"取值", "value"}, values);
  }
  for (const std::string& value : values) {
    const auto line = std::find_if(parameter.lines.begin(), parameter.lines.end(),
                                   [&](const syntax::ParameterLine& l) { return l.key.text == value; });
    Field field = common;
    field.name = common.name + "." + value;
    field.code.clear();
    field.type = type;
    field.open = false;
    if (line == parameter.lines.end()) {
      if (!not_read) sink_.Add<DiagnosticKind::kKeyWithoutValue>(At(common.span), common.name, value);
    } else {
      const auto twice = std::find_if(line + 1, parameter.lines.end(),
                                      [&](const syntax::ParameterLine& l) { return l.key.text == value; });
      if (twice != parameter.lines.end()) sink_.Add<DiagnosticKind::kDuplicateName>(At(twice->span), value);
      field.span = line->span;
      if (line->mark.provenance != syntax::Provenance::kUnmarked) field.mark = line->mark;
      field.open = field.mark.provenance == syntax::Provenance::kOpen && !line->value.valid();
      if (line->value.valid()) {
        field.value = ReadParameter(parameter, line->value, type, !parameter.file.empty());
        if (field.value) CheckInRange(field, *field.value, (*tree_)[line->value].span);
      } else if (!field.open) {
        sink_.Add<DiagnosticKind::kValueMissing>(At(line->span), field.name);
      } else if (type.is_number() && !parameter.clauses.range) {
        sink_.Add<DiagnosticKind::kMissingRange>(At(common.span), field.name);
      }
    }
    keyed.values.push_back(FieldId(model_->fields.size()));
    model_->fields.push_back(std::move(field));
  }
  if (symbols_.count(common.name) > 0 || !keyed_.emplace(common.name, model_->keyed.size()).second)
    sink_.Add<DiagnosticKind::kDuplicateName>(At(common.span), common.name);
  model_->keyed.push_back(std::move(keyed));
}

}  // namespace heng::semantic
