#include "engine/data/deployment.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "engine/base/digest.h"
#include "engine/base/text.h"
#include "engine/base/version.h"
#include "engine/data/read_value.h"

namespace heng::data {
namespace {

// `：可以结算 2024Q3、2024Q4`, or nothing.
Bilingual Valid(const Deployment& deployment, const std::vector<Period>& available) {
  std::string zh;
  std::string en;
  for (const Period period : available) {
    if (period.kind != deployment.graph->model->settlement_period()) continue;
    if (!deployment.effective().Contains(period.first_day())) continue;
    zh += (zh.empty() ? "" : "、") + period.ToString();
    en += (en.empty() ? "" : ", ") + period.ToString();
  }
  if (zh.empty()) return "";
  return {"；可以结算的是 " + zh, "; what can be settled is " + en};
}

}  // namespace

Effective Deployment::effective() const {
  const syntax::PolicyDecl& policy = graph->model->policy;
  return published.value_or(Effective{policy.first_day, policy.last_day});
}

std::string Deployment::digest() const {
  return DeploymentDigest(kEngineVersion, graph->digest, PrintParameters(*this), columns);
}

std::string DeploymentDigest(const std::string& engine, const std::string& policy_digest,
                             const std::map<std::string, std::string>& parameters, const ColumnMap& columns) {
  std::string text = fmt::format("engine {}\npolicy {}\n", engine, policy_digest);
  for (const auto& [name, value] : parameters)
    text += fmt::format("parameter {}:{} {}:{}\n", name.size(), name, value.size(), value);
  for (const auto& [column, name] : columns)
    text += fmt::format("column {}:{} {}:{}\n", column.size(), column, name.size(), name);
  return Sha256(text);
}

std::map<std::string, std::string> PrintParameters(const Deployment& deployment) {
  std::map<std::string, std::string> values;
  for (const auto& [parameter, value] : deployment.parameters)
    values[(*deployment.graph->model)[parameter].name] = PrintParameter(*deployment.graph->model, parameter, value);
  return values;
}

Result<std::pair<FieldId, Value>> Bind(const graph::Graph& graph, std::string_view name, std::string_view text) {
  const semantic::Model& model = *graph.model;
  const auto parameter = model.FindParameter(name);
  if (!parameter) {
    std::vector<std::string> names;
    for (const semantic::Field& field : model.fields) {
      if (field.kind == semantic::Field::Kind::kParameter && field.open)
        names.insert(names.end(), {field.name, field.code});
    }
    std::erase(names, "");
    Bilingual message{fmt::format("没有参数“{}”", name), fmt::format("there is no parameter '{}'", name)};
    if (const auto nearest = NearestName(name, names)) {
      message.zh += fmt::format("，是不是“{}”？", *nearest);
      message.en += fmt::format(", did you mean '{}'?", *nearest);
    }
    return Fail(ErrorKind::kUsage, "unknown-parameter", std::move(message), std::string(name));
  }
  const semantic::Field& field = model[*parameter];
  if (!field.open) {
    return Fail(ErrorKind::kUsage, "parameter-not-open",
                {fmt::format("参数“{}”不是待定的，政策里已经写了它的值", field.name),
                 fmt::format("the parameter '{}' is not open, the policy gives its value", field.name)},
                field.name);
  }
  Reading value = ReadText(Expected(model, field), Trim(text));
  if (value && !IsAbsent(*value)) return std::pair(*parameter, std::move(*value));
  if (value)
    return Fail(
        ErrorKind::kUsage, "missing-fact",
        {fmt::format("参数“{}”没有写值", field.name), fmt::format("the parameter '{}' is given no value", field.name)},
        field.name);
  return Fail(ErrorKind::kUsage, value.error().code,
              {fmt::format("参数“{}”：{}", field.name, value.error().message.zh),
               fmt::format("parameter '{}': {}", field.name, value.error().message.en)},
              field.name);
}

std::string PrintParameter(const semantic::Model& model, FieldId parameter, const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return semantic::Describe(model, model[parameter].type, value);
}

bool CanBeColumn(const semantic::Model& model, std::string_view name) {
  for (const std::string_view own : {"编号", "id", "期间", "period", "自", "since"}) {
    if (name == own) return true;
  }
  const auto named = [&](const auto& declared) { return declared.name == name || declared.code == name; };
  return std::any_of(model.fields.begin(), model.fields.end(), named) ||
         std::any_of(model.definitions.begin(), model.definitions.end(), named);
}

Status CheckPeriod(const Deployment& deployment, Period period, const std::vector<Period>& available, bool what_if) {
  const semantic::Model& model = *deployment.graph->model;
  const PeriodKind wanted = model.settlement_period();
  const Bilingual valid = Valid(deployment, available);
  if (period.kind != wanted) {
    return Fail(ErrorKind::kFindings, "not-a-settlement-period",
                {fmt::format("{} 不能结算：“{}”的结果{}一次{}", period.ToString(), model.policy.id,
                             PeriodAdverb(wanted).zh, valid.zh),
                 fmt::format("{} cannot be settled: the results of '{}' are {}{}", period.ToString(), model.policy.id,
                             PeriodAdverb(wanted).en, valid.en)},
                period.ToString());
  }
  const Effective effective = deployment.effective();
  if (what_if || effective.Contains(period.first_day())) return Ok();
  const std::string from = effective.first_day ? effective.first_day->ToString() : "";
  const std::string to = effective.last_day ? effective.last_day->ToString() : "";
  const std::string span_zh =
      (from.empty() ? "" : from + " 起") + (to.empty() ? "" : (from.empty() ? "" : "，") + to + " 止");
  const std::string span_en =
      (from.empty() ? "" : "from " + from) + (to.empty() ? "" : (from.empty() ? "to " : " to ") + to);
  return Fail(ErrorKind::kFindings, "not-in-force",
              {fmt::format("{} 不能结算：它的第一天 {} 不在施行期内（{}）{}", period.ToString(),
                           period.first_day().ToString(), span_zh, valid.zh),
               fmt::format("{} cannot be settled: on its first day, {}, the policy is not in force ({}){}",
                           period.ToString(), period.first_day().ToString(), span_en, valid.en)},
              period.ToString());
}

}  // namespace heng::data
