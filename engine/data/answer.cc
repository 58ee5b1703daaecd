#include "engine/data/answer.h"

#include <nlohmann/json.hpp>

#include "engine/data/read_value.h"

namespace heng::data {
namespace {

using Json = nlohmann::ordered_json;

Json Both(const Bilingual& text) { return {{"zh", text.zh}, {"en", text.en}}; }

void PutUnlessEmpty(Json& object, const char* key, const std::string& text) {
  if (!text.empty()) object[key] = text;
}

Json Of(const Failure& failure) {
  return {{"code", failure.code},
          {"message", Both(failure.message)},
          {"at", failure.at},
          {"rule", failure.rule},
          {"datum", failure.datum}};
}

Json Of(const Refusal& refusal) {
  Json out = {{"code", refusal.code}, {"message", Both(refusal.message)}};
  PutUnlessEmpty(out, "file", refusal.file);
  if (refusal.line > 0) out["line"] = refusal.line;
  PutUnlessEmpty(out, "column", refusal.column_name);
  PutUnlessEmpty(out, "value", refusal.value);
  PutUnlessEmpty(out, "rule", refusal.rule);
  PutUnlessEmpty(out, "at", refusal.at);
  return out;
}

Json Of(const Explanation& explanation) {
  Json out = {{"output", explanation.output}, {"text", Both(explanation.text)}};
  PutUnlessEmpty(out, "rule", explanation.rule);
  PutUnlessEmpty(out, "source", explanation.source);
  if (!explanation.numbers.empty()) {
    Json& numbers = out["numbers"] = Json::array();
    for (const auto& [name, value] : explanation.numbers) numbers.push_back({{"name", name}, {"value", value}});
  }
  if (!explanation.because.empty()) {
    Json& because = out["because"] = Json::array();
    for (const Explanation& reason : explanation.because) because.push_back(Of(reason));
  }
  return out;
}

Json Of(const Output& output) {
  if (const Failure* failure = FailureOf(output.value)) return {{"error", Of(*failure)}};
  Json out;
  if (IsAbsent(output.value)) {
    out["value"] = nullptr;
  } else if (const bool* truth = std::get_if<bool>(&output.value)) {
    out["value"] = *truth;
  } else {
    out["value"] = output.text;
  }
  PutUnlessEmpty(out, "unit", output.unit);
  return out;
}

Json Of(const semantic::Model& model, const std::vector<Output>& outputs) {
  Json out = Json::object();
  for (const Output& output : outputs) out[model[output.definition].name] = Of(output);
  return out;
}

Json Of(const std::vector<Refusal>& refusals) {
  Json out = Json::array();
  for (const Refusal& refusal : refusals) out.push_back(Of(refusal));
  return out;
}

Json Of(const semantic::Model& model, const SubjectOutputs& subject) {
  Json out = Json::object();
  const semantic::Sort& sort = model[subject.sort];
  if (subject.sort != model.subject()) out["kind"] = sort.name;
  if (subject.sort != semantic::kWholeSort) out["id"] = subject.id;
  if (!subject.errors.empty()) {
    out["errors"] = Of(subject.errors);
    return out;
  }
  out["outputs"] = Of(model, subject.outputs);
  if (!subject.periods.empty()) {
    Json& periods = out["periods"] = Json::object();
    for (const auto& [period, outputs] : subject.periods) {
      Json& one = periods[period.ToString()];
      one = Of(model, outputs);
    }
  }
  if (!subject.explanation.empty()) {
    Json& explanation = out["explanation"] = Json::array();
    for (const Explanation& one : subject.explanation) explanation.push_back(Of(one));
  }
  return out;
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

Json OpenParameters(const Deployment& deployment) {
  const semantic::Model& model = *deployment.graph->model;
  Json out = Json::array();
  for (size_t i = 0; i < model.fields.size(); ++i) {
    const semantic::Field& field = model.fields[i];
    if (field.kind != semantic::Field::Kind::kParameter || !field.open) continue;
    Json one = {{"name", field.name}};
    PutUnlessEmpty(one, "code", field.code);
    one["type"] = TypeName(field.type);
    PutUnlessEmpty(one, "unit", field.type.percent ? "%" : field.type.unit.ToString());
    if (field.range) one["range"] = Both(DescribeRange(Expected(model, field)));
    PutUnlessEmpty(one, "remark", field.mark.remark);
    const auto bound = deployment.parameters.find(FieldId(i));
    if (bound != deployment.parameters.end()) one["bound"] = PrintParameter(model, FieldId(i), bound->second);
    out.push_back(std::move(one));
  }
  return out;
}

Json DistrictChoices(const semantic::Model& model) {
  Json out = Json::array();
  for (const semantic::ProvenanceItem& item : model.provenance) {
    if (item.provenance != syntax::Provenance::kChosen) continue;
    Json one = {{"what", item.what}};
    PutUnlessEmpty(one, "remark", item.remark);
    out.push_back(std::move(one));
  }
  return out;
}

Json Violations(const Answer& answer) {
  Json out = Json::array();
  for (const eval::Violation& violation : answer.violations) {
    out.push_back({{"guarantee", violation.guarantee},
                   {"id", violation.subject},
                   {"period", violation.period.ToString()},
                   {"message", Both(violation.message)}});
  }
  return out;
}

std::string Print(const Json& json, bool pretty) { return json.dump(pretty ? 2 : -1); }

}  // namespace

std::string ToJson(const Answer& answer, bool pretty) {
  const semantic::Model& model = *answer.deployment.graph->model;
  Json out = Json::object();
  PutUnlessEmpty(out, "decision", answer.decision);
  PutUnlessEmpty(out, "district", answer.district);
  out["policy"] = {
      {"id", model.policy.id}, {"version", model.policy.version}, {"digest", answer.deployment.graph->digest}};
  out["deployment"] = answer.deployment.digest();
  out["period"] = answer.period.ToString();
  if (answer.what_if) out["what_if"] = true;
  // 试评: recorded, without effect.
  if (model.policy.trial_until && answer.period.last_day() <= *model.policy.trial_until) out["trial"] = true;
  if (!answer.violations.empty()) out["violations"] = Violations(answer);
  Json& results = out["results"] = Json::array();
  for (const SubjectOutputs& subject : answer.results) results.push_back(Of(model, subject));
  out["open_parameters"] = OpenParameters(answer.deployment);
  out["district_choices"] = DistrictChoices(model);
  return Print(out, pretty);
}

std::string ToJson(const semantic::Model& model, const SubjectOutputs& subject, bool pretty) {
  return Print(Of(model, subject), pretty);
}

std::string ToJson(const std::vector<Refusal>& refusals, bool pretty) { return Print(Of(refusals), pretty); }

}  // namespace heng::data
