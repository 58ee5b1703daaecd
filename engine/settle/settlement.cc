#include "engine/settle/settlement.h"

#include <unordered_map>

#include <fmt/format.h>

#include "engine/data/read_value.h"

namespace heng::settle {
namespace {

// How one open parameter is bound.
Bilingual HowToBind(const semantic::Model& model, data::FieldId parameter) {
  const semantic::Field& field = model[parameter];
  const Bilingual range = data::DescribeRange(data::Expected(model, field));
  std::string example = "…";
  const std::string unit = field.type.percent ? "%" : field.type.unit.ToString();
  if (field.type.is_number()) example = field.type.percent || unit.empty() ? "N" + unit : "N " + unit;
  if (field.type.kind == semantic::TypeKind::kEnum) example = model[field.type.enumeration].values.front();
  const std::string remark = field.mark.remark.empty() ? "" : "（" + field.mark.remark + "）";
  const std::string remark_en = field.mark.remark.empty() ? "" : " (" + field.mark.remark + ")";
  const std::string within = range.zh.empty() ? "" : "，范围 " + range.zh;
  const std::string within_en = range.en.empty() ? "" : ", in the range " + range.en;
  return {fmt::format("“{}”{}：用 --set {}=\"{}\" 或在街道的 YAML 里绑定{}", field.name, remark, field.name, example,
                      within),
          fmt::format("'{}'{}: bind it by --set {}=\"{}\" or in the district's YAML{}", field.name, remark_en,
                      field.name, example, within_en)};
}

// `plates.heng:57:4`: where the policy says what hinders the settlement.
std::string PlaceOf(const semantic::Model& model, Span span) {
  const SourcePtr& source = model.tree->source;
  const LineColumn at = source->Locate(span.begin);
  return fmt::format("{}:{}:{}", source->PathOf(span.begin), at.line, at.column);
}

Status CheckParameters(const data::Deployment& deployment) {
  const std::vector<data::FieldId> unbound = data::UnboundParameters(*deployment.graph, deployment.parameters);
  if (unbound.empty()) return Ok();
  Bilingual message{"待定的参数还没有绑定，不能结算：", "cannot be settled, open parameters are not bound: "};
  for (size_t i = 0; i < unbound.size(); ++i) {
    const Bilingual how = HowToBind(*deployment.graph->model, unbound[i]);
    message.zh += (i == 0 ? "" : "；") + how.zh;
    message.en += (i == 0 ? "" : "; ") + how.en;
  }
  const semantic::Model& model = *deployment.graph->model;
  return Fail(ErrorKind::kFindings, "open-parameter", std::move(message), PlaceOf(model, model[unbound.front()].span));
}

// The results that cannot be given for one reason.
struct Lacking {
  const data::SubjectOutputs* subject;  // the first of them
  const data::Output* output;
  size_t others = 0;
};

// By reason, in the order in which they turn up.
void Collect(const data::SubjectOutputs& subject, const std::vector<data::Output>& outputs, std::vector<Lacking>& out,
             std::unordered_map<std::string, size_t>& by_reason) {
  for (const data::Output& output : outputs) {
    const Failure* failure = FailureOf(output.value);
    if (failure == nullptr) continue;
    const auto [at, added] = by_reason.emplace(failure->message.zh, out.size());
    if (added) {
      out.push_back({&subject, &output});
    } else {
      ++out[at->second].others;
    }
  }
}

}  // namespace

std::vector<Bilingual> Settlement::Failures() const {
  std::vector<Lacking> lacking;
  std::unordered_map<std::string, size_t> by_reason;
  for (const data::SubjectOutputs& subject : subjects) {
    Collect(subject, subject.outputs, lacking, by_reason);
    for (const auto& finer : subject.periods) Collect(subject, finer.second, lacking, by_reason);
  }
  std::vector<Bilingual> out;
  for (const Lacking& one : lacking) {
    const std::string& name = (*graph->model)[one.output->definition].name;
    const std::string when = one.output->period.ToString();
    const Bilingual& reason = FailureOf(one.output->value)->message;
    out.push_back({fmt::format("{}，{} {}：{}", one.subject->id, when, name, reason.zh),
                   fmt::format("{}, {} {}: {}", one.subject->id, when, name, reason.en)});
    if (one.others == 0) continue;
    out.back().zh += fmt::format("（另有 {} 个结果也因此不能给出）", one.others);
    out.back().en += fmt::format(" ({} more results cannot be given for it)", one.others);
  }
  return out;
}

std::vector<Bilingual> Settlement::BrokenGuarantees() const {
  std::vector<Bilingual> out;
  for (const eval::Violation& violation : violations) {
    const std::string& id = violation.subject;
    const std::string at = violation.period.ToString();
    out.push_back({fmt::format("保证“{}”，{}，{}：{}", violation.guarantee, id, at, violation.message.zh),
                   fmt::format("guarantee '{}', {}, {}: {}", violation.guarantee, id, at, violation.message.en)});
  }
  return out;
}

bool Settlement::writable(bool accept_valid) const {
  if (evaluation == nullptr || !violations.empty()) return false;
  return accept_valid || (refusals.empty() && Failures().empty());
}

Result<Settlement> Settle(const SettlementRequest& request) {
  const data::Deployment& deployment = request.deployment;
  const semantic::Model& model = *deployment.graph->model;
  if (auto status = data::CheckPeriod(deployment, request.period, {}, false); !status) {
    // Only now are the files read for their periods, to say which can be settled.
    const std::vector<Period> available =
        data::PeriodsIn(request.folder, model.settlement_period(), deployment.columns);
    Error error = data::CheckPeriod(deployment, request.period, available, false).error();
    // Where the policy says so: its results, or its 施行.
    const bool kind = error.code == "not-a-settlement-period";
    error.at = PlaceOf(model, kind ? model.results.back().span : model.policy.effective_span);
    return tl::unexpected<Error>(std::move(error));
  }
  if (auto status = CheckParameters(deployment); !status) return tl::unexpected<Error>(status.error());
  auto reading = data::ReadFacts(
      deployment.graph, {request.folder, request.period, deployment.columns, deployment.parameters, request.workbook});
  if (!reading) return tl::unexpected<Error>(reading.error());

  Settlement settlement;
  settlement.graph = deployment.graph;
  settlement.period = request.period;
  settlement.refusals = std::move(reading->refusals);
  const bool refused = !settlement.refusals.empty();
  if (settlement.refusals.whole || (refused && !request.accept_valid)) return settlement;
  settlement.evaluation = std::make_shared<const eval::Evaluation>(
      eval::Evaluate(deployment.graph, std::move(reading->facts), request.period));
  settlement.subjects = data::OutputsOf(*settlement.evaluation, settlement.refusals);
  std::erase_if(settlement.subjects, [](const data::SubjectOutputs& subject) { return !subject.errors.empty(); });
  settlement.violations = settlement.evaluation->Violations();
  return settlement;
}

}  // namespace heng::settle
