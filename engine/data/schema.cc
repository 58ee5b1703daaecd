#include "engine/data/schema.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/data/fact_layout.h"

namespace heng::data {
namespace {

using Json = nlohmann::ordered_json;
using semantic::Field;
using semantic::Model;
using semantic::TypeKind;

const char* PeriodPattern(PeriodKind kind) {
  switch (kind) {
    case PeriodKind::kMonth: return "^[1-9][0-9]{3}-(0[1-9]|1[0-2])$";
    case PeriodKind::kQuarter: return "^[1-9][0-9]{3}Q[1-4]$";
    case PeriodKind::kHalf: return "^[1-9][0-9]{3}H[12]$";
    default: return "^[1-9][0-9]{3}$";
  }
}

// A decimal as a JSON number with exactly its digits. REQUIRES: a finite decimal.
Json Exactly(const Rational& value) { return Json::parse(value.ToString()); }

// The text of a decimal of at most `places` places, as a pattern; its unit may follow.
std::string DecimalPattern(const Field& field) {
  const std::string fraction = !field.places        ? "(\\.[0-9]+)?"
                               : *field.places == 0 ? "(\\.0+)?"
                                                    : fmt::format("(\\.[0-9]{{1,{}}}0*)?", *field.places);
  return "^-?(0|[1-9][0-9]*)" + fraction + (field.type.percent ? " ?%?$" : "( ?[^0-9.+,-].*)?$");
}

Json NumberSchema(const Field& field) {
  Json number = {{"type", field.places == 0 ? "integer" : "number"}};
  if (field.range) {
    const Rational scale = field.type.percent ? Rational(100) : Rational(1);
    number["minimum"] = Exactly(field.range->first * scale);
    number["maximum"] = Exactly(field.range->second * scale);
  }
  if (field.places && *field.places > 0) {
    Rational step(1);
    for (int i = 0; i < *field.places; ++i) step = step / Rational(10);
    number["multipleOf"] = Exactly(step);
  }
  return {{"anyOf", Json::array({std::move(number), {{"type", "string"}, {"pattern", DecimalPattern(field)}}})}};
}

Json TypeSchema(const Model& model, const Field& field) {
  switch (field.type.kind) {
    case TypeKind::kNumber: return NumberSchema(field);
    case TypeKind::kBool: return {{"enum", {true, false, "是", "否", "true", "false"}}};
    case TypeKind::kEnum: return {{"enum", model[field.type.enumeration].values}};
    case TypeKind::kDate:
      return {{"type", "string"}, {"pattern", "^[1-9][0-9]{3}(-[0-9]{2}-[0-9]{2}|年[0-9]{1,2}月[0-9]{1,2}日)$"}};
    default: return {{"type", "string"}, {"minLength", 1}};
  }
}

Json FieldSchema(const Model& model, const Field& field) {
  Json schema = TypeSchema(model, field);
  if (field.type.optional) schema = {{"anyOf", Json::array({std::move(schema), {{"type", "null"}}})}};
  if (!field.code.empty()) schema["title"] = field.code;
  const std::string unit = field.type.percent ? "%" : field.type.unit.ToString();
  if (field.type.is_number() && !unit.empty()) schema["description"] = unit;
  return schema;
}

// An object of fields, by name; each has its code as a second key, of which one must stand.
Json ObjectSchema(const Model& model, const std::vector<FieldId>& fields) {
  Json properties = Json::object();
  Json required = Json::array();
  Json either = Json::array();
  for (const FieldId id : fields) {
    const Field& field = model[id];
    properties[field.name] = FieldSchema(model, field);
    const bool coded = !field.code.empty() && field.code != field.name;
    if (coded) properties[field.code] = FieldSchema(model, field);
    if (coded && field.type.optional) {
      either.push_back({{"not", {{"required", {field.name, field.code}}}}});
    } else if (coded) {
      either.push_back({{"oneOf", Json::array({{{"required", {field.name}}}, {{"required", {field.code}}}})}});
    } else if (!field.type.optional) {
      required.push_back(field.name);
    }
  }
  Json schema = {{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (!required.empty()) schema["required"] = std::move(required);
  if (!either.empty()) schema["allOf"] = std::move(either);
  return schema;
}

// The kind of subject that the rows belong to.
SortId RootOf(const Model& model, SortId records) {
  while (model[records].kind == semantic::Sort::Kind::kRecords) records = model[records].parent;
  return records;
}

Json RecordsSchema(const Model& model, const FactLayout& layout, SortId subject) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const RecordsLayout& records : layout.records) {
    const semantic::Sort& sort = model[records.sort];
    if (RootOf(model, records.sort) != subject) continue;
    Json row = ObjectSchema(model, records.fields);
    const Json row_id = {{"type", {"string", "integer"}}};
    if (records.has_rows) row["properties"]["行号"] = row_id;
    if (records.in_rows) row["properties"][model[records.parent].name] = row_id;
    if (records.period == PeriodKind::kDay || records.in_rows) {
      Json list = {{"type", "array"}, {"items", std::move(row)}};
      if (!sort.code.empty()) list["title"] = sort.code;
      properties[sort.name] = std::move(list);
      required.push_back(sort.name);
      continue;
    }
    const Json period = {{"type", "string"}, {"pattern", PeriodPattern(records.period)}};
    Json either = Json::array();
    for (const char* key : {"期间", "period"}) {
      // A field of that name is the field.
      if (row["properties"].contains(key)) continue;
      row["properties"][key] = period;
      either.push_back({{"required", Json::array({key})}});
    }
    row["allOf"].push_back({{"oneOf", std::move(either)}});
    Json list = {{"type", "array"}, {"items", std::move(row)}};
    if (!sort.code.empty()) list["title"] = sort.code;
    properties[sort.name] = std::move(list);
    required.push_back(sort.name);
  }
  return {{"type", "object"},
          {"properties", std::move(properties)},
          {"required", std::move(required)},
          {"additionalProperties", false}};
}

Json InputsSchema(const Model& model, const FactLayout& layout, SortId subject) {
  Json patterns = Json::object();
  for (const auto& [sort, kind, fields] : layout.periodic)
    if (sort == subject) patterns[PeriodPattern(kind)] = ObjectSchema(model, fields);
  return {{"type", "object"}, {"patternProperties", std::move(patterns)}, {"additionalProperties", false}};
}

Json HistorySchema(const Model& model, const FactLayout& layout, SortId subject) {
  Json patterns = Json::object();
  for (const auto& [sort, kind, results] : layout.results) {
    if (kind == PeriodKind::kOnce || sort != subject) continue;
    Json properties = Json::object();
    for (const DefinitionId result : results) {
      const semantic::Definition& definition = model[result];
      Json one = {{"type", {"string", "number", "boolean", "null"}}};
      if (definition.type.kind == TypeKind::kEnum) {
        Json values = model[definition.type.enumeration].values;
        values.push_back(nullptr);
        one = {{"enum", std::move(values)}};
      }
      if (!definition.code.empty()) properties[definition.code] = one;
      properties[definition.name] = std::move(one);
    }
    patterns[PeriodPattern(kind)] = {
        {"type", {"object", "null"}}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  }
  return {{"type", "object"}, {"patternProperties", std::move(patterns)}, {"additionalProperties", false}};
}

// Values that hold from a day on, or one object.
Json AttributesSchema(const Model& model, const std::vector<FieldId>& fields) {
  Json dated = ObjectSchema(model, fields);
  dated["properties"]["自"] = {{"type", "string"}, {"format", "date"}};
  return {{"anyOf", Json::array({ObjectSchema(model, fields),
                                 {{"type", "array"}, {"minItems", 1}, {"items", std::move(dated)}}})}};
}

Json ImportsSchema(const Model& model, const FactLayout& layout) {
  Json policies = Json::object();
  for (const auto& [policy, one] : layout.imports) {
    policies[policy]["type"] = "object";
    policies[policy]["patternProperties"][PeriodPattern(one.period)] = ObjectSchema(model, one.members);
    policies[policy]["additionalProperties"] = false;
  }
  return {{"type", "object"}, {"properties", std::move(policies)}, {"additionalProperties", false}};
}

Json SubjectSchema(const Model& model, const FactLayout& layout, SortId subject) {
  const semantic::Sort& sort = model[subject];
  Json kinds = Json::array({sort.name});
  if (!sort.code.empty() && sort.code != sort.name) kinds.push_back(sort.code);
  const std::vector<FieldId>& attributes = layout.AttributesOf(subject);
  Json properties = {{"inputs", InputsSchema(model, layout, subject)},
                     {"records", RecordsSchema(model, layout, subject)},
                     {"history", HistorySchema(model, layout, subject)}};
  Json required = Json::array();
  if (subject != semantic::kWholeSort) {
    properties["id"] = {{"type", "string"}, {"minLength", 1}};
    properties["kind"] = {{"enum", std::move(kinds)}};
    properties["attributes"] = AttributesSchema(model, attributes);
    required.push_back("id");
    if (subject != model.subject()) required.push_back("kind");
    if (!AllOptional(model, attributes)) required.push_back("attributes");
  }
  if (subject == model.subject() && !layout.imports.empty()) properties["imports"] = ImportsSchema(model, layout);
  for (const auto& [of, kind, fields] : layout.periodic) {
    if (of != subject || AllOptional(model, fields) || model.may_miss.count({of, kind}) > 0) continue;
    required.push_back("inputs");
    break;
  }
  const bool records = std::any_of(layout.records.begin(), layout.records.end(),
                                   [&](const RecordsLayout& r) { return RootOf(model, r.sort) == subject; });
  if (records) required.push_back("records");
  Json schema = {{"title", sort.name}, {"type", "object"}, {"properties", std::move(properties)}};
  if (!sort.title.empty()) schema["description"] = sort.title;
  schema["required"] = std::move(required);
  schema["additionalProperties"] = false;
  return schema;
}

}  // namespace

std::string RequestSchema(const Model& model) {
  const FactLayout layout = LayOut(model);
  Json kinds = Json::array();
  for (const SortId sort : layout.subjects) kinds.push_back(SubjectSchema(model, layout, sort));
  const Json subject = kinds.size() == 1 ? kinds[0] : Json{{"anyOf", kinds}};
  const Json properties = {{"policy", {{"type", "string"}}},
                           {"version", {{"type", "string"}}},
                           {"period", {{"type", "string"}, {"pattern", PeriodPattern(model.settlement_period())}}},
                           {"subjects", {{"type", "array"}, {"items", {{"$ref", "#/$defs/subject"}}}}},
                           {"whole", SubjectSchema(model, layout, semantic::kWholeSort)},
                           {"roster", {{"const", "complete"}}},
                           {"explain", {{"type", "boolean"}}},
                           {"what_if", {{"type", "boolean"}}}};
  const Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                       {"title", model.policy.id + " " + model.policy.version},
                       {"description", model.policy.title},
                       {"type", "object"},
                       {"properties", properties},
                       {"required", {"period", "subjects"}},
                       {"additionalProperties", false},
                       {"$defs", {{"subject", subject}}}};
  return schema.dump(2);
}

}  // namespace heng::data
