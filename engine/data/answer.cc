#include "engine/data/answer.h"

#include <string_view>

#include "engine/data/json_writer.h"
#include "engine/data/read_value.h"

namespace heng::data {
namespace {

void Write(JsonWriter& json, std::string_view key, const Bilingual& text) {
  json.Key(key);
  json.BeginObject();
  json.Member("zh", text.zh);
  json.Member("en", text.en);
  json.EndObject();
}

void Write(JsonWriter& json, const Failure& failure) {
  json.BeginObject();
  json.Member("code", failure.code);
  Write(json, "message", failure.message);
  json.Member("at", failure.at);
  json.Member("rule", failure.rule);
  json.Member("datum", failure.datum);
  json.EndObject();
}

void Write(JsonWriter& json, const std::vector<Refusal>& refusals) {
  json.BeginArray();
  for (const Refusal& refusal : refusals) {
    json.BeginObject();
    json.Member("code", refusal.code);
    Write(json, "message", refusal.message);
    json.MemberUnlessEmpty("file", refusal.file);
    if (refusal.line > 0) {
      json.Key("line");
      json.Integer(static_cast<int64_t>(refusal.line));
    }
    json.MemberUnlessEmpty("column", refusal.column_name);
    json.MemberUnlessEmpty("value", refusal.value);
    json.MemberUnlessEmpty("rule", refusal.rule);
    json.MemberUnlessEmpty("at", refusal.at);
    json.EndObject();
  }
  json.EndArray();
}

void Write(JsonWriter& json, const std::vector<Explanation>& explanations) {
  json.BeginArray();
  for (const Explanation& explanation : explanations) {
    json.BeginObject();
    json.Member("output", explanation.output);
    Write(json, "text", explanation.text);
    json.MemberUnlessEmpty("rule", explanation.rule);
    json.MemberUnlessEmpty("source", explanation.source);
    if (!explanation.numbers.empty()) {
      json.Key("numbers");
      json.BeginArray();
      for (const auto& [name, value] : explanation.numbers) {
        json.BeginObject();
        json.Member("name", name);
        json.Member("value", value);
        json.EndObject();
      }
      json.EndArray();
    }
    if (!explanation.because.empty()) {
      json.Key("because");
      Write(json, explanation.because);
    }
    json.EndObject();
  }
  json.EndArray();
}

void Write(JsonWriter& json, const Output& output) {
  json.BeginObject();
  if (const Failure* failure = FailureOf(output.value)) {
    json.Key("error");
    Write(json, *failure);
    return json.EndObject();
  }
  json.Key("value");
  if (IsAbsent(output.value)) {
    json.Null();
  } else if (const bool* truth = std::get_if<bool>(&output.value)) {
    json.Bool(*truth);
  } else {
    json.String(output.text);
  }
  json.MemberUnlessEmpty("unit", output.unit);
  json.EndObject();
}

void Write(JsonWriter& json, const semantic::Model& model, const std::vector<Output>& outputs) {
  json.BeginObject();
  for (const Output& output : outputs) {
    json.Key(model[output.definition].name);
    Write(json, output);
  }
  json.EndObject();
}

void Write(JsonWriter& json, const semantic::Model& model, const SubjectOutputs& subject) {
  json.BeginObject();
  if (subject.sort != model.subject()) json.Member("kind", model[subject.sort].name);
  if (subject.sort != semantic::kWholeSort) json.Member("id", subject.id);
  if (!subject.errors.empty()) {
    json.Key("errors");
    Write(json, subject.errors);
    return json.EndObject();
  }
  json.Key("outputs");
  Write(json, model, subject.outputs);
  if (!subject.periods.empty()) {
    json.Key("periods");
    json.BeginObject();
    for (const auto& [period, outputs] : subject.periods) {
      json.Key(period.ToString());
      Write(json, model, outputs);
    }
    json.EndObject();
  }
  if (!subject.explanation.empty()) {
    json.Key("explanation");
    Write(json, subject.explanation);
  }
  json.EndObject();
}

const char* TypeName(const semantic::Type& type) {
  switch (type.kind) {
    case semantic::TypeKind::kBool: return "boolean";
    case semantic::TypeKind::kText: return "text";
    case semantic::TypeKind::kEnum: return "enum";
    case semantic::TypeKind::kDate: return "date";
    default: return "number";
  }
}

void WriteOpenParameters(JsonWriter& json, const Deployment& deployment) {
  const semantic::Model& model = *deployment.graph->model;
  json.BeginArray();
  for (size_t i = 0; i < model.fields.size(); ++i) {
    const semantic::Field& field = model.fields[i];
    if (field.kind != semantic::Field::Kind::kParameter || !field.open) continue;
    json.BeginObject();
    json.Member("name", field.name);
    json.MemberUnlessEmpty("code", field.code);
    json.Member("type", TypeName(field.type));
    json.MemberUnlessEmpty("unit", field.type.percent ? "%" : field.type.unit.ToString());
    if (field.range) Write(json, "range", DescribeRange(Expected(model, field)));
    json.MemberUnlessEmpty("remark", field.mark.remark);
    const auto bound = deployment.parameters.find(FieldId(i));
    if (bound != deployment.parameters.end()) json.Member("bound", PrintParameter(model, FieldId(i), bound->second));
    json.EndObject();
  }
  json.EndArray();
}

void WriteDistrictChoices(JsonWriter& json, const semantic::Model& model) {
  json.BeginArray();
  for (const semantic::ProvenanceItem& item : model.provenance) {
    if (item.provenance != syntax::Provenance::kChosen) continue;
    json.BeginObject();
    json.Member("what", item.what);
    json.MemberUnlessEmpty("remark", item.remark);
    json.EndObject();
  }
  json.EndArray();
}

void Write(JsonWriter& json, const std::vector<eval::Violation>& violations) {
  json.BeginArray();
  for (const eval::Violation& violation : violations) {
    json.BeginObject();
    json.Member("guarantee", violation.guarantee);
    json.Member("id", violation.subject);
    json.Member("period", violation.period.ToString());
    Write(json, "message", violation.message);
    json.EndObject();
  }
  json.EndArray();
}

}  // namespace

std::string ToJson(const Answer& answer, bool pretty) {
  const semantic::Model& model = *answer.deployment.graph->model;
  JsonWriter json(pretty);
  json.BeginObject();
  json.MemberUnlessEmpty("decision", answer.decision);
  json.MemberUnlessEmpty("district", answer.district);
  json.Key("policy");
  json.BeginObject();
  json.Member("id", model.policy.id);
  json.Member("version", model.policy.version);
  json.Member("digest", answer.deployment.graph->digest);
  json.EndObject();
  json.Member("deployment", answer.deployment.digest());
  json.Member("period", answer.period.ToString());
  const auto truth = [&](std::string_view key) {
    json.Key(key);
    json.Bool(true);
  };
  if (answer.what_if) truth("what_if");
  // 试评: recorded, without effect.
  if (model.policy.trial_until && answer.period.last_day() <= *model.policy.trial_until) truth("trial");
  if (!answer.violations.empty()) {
    json.Key("violations");
    Write(json, answer.violations);
  }
  json.Key("results");
  json.BeginArray();
  for (const SubjectOutputs& subject : answer.results) Write(json, model, subject);
  json.EndArray();
  json.Key("open_parameters");
  WriteOpenParameters(json, answer.deployment);
  json.Key("district_choices");
  WriteDistrictChoices(json, model);
  json.EndObject();
  return json.Take();
}

std::string ToJson(const semantic::Model& model, const SubjectOutputs& subject, bool pretty) {
  JsonWriter json(pretty);
  Write(json, model, subject);
  return json.Take();
}

std::string ToJson(const std::vector<Refusal>& refusals, bool pretty) {
  JsonWriter json(pretty);
  Write(json, refusals);
  return json.Take();
}

}  // namespace heng::data
