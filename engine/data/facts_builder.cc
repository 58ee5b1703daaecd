#include "engine/data/facts_builder.h"

#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>

#include "engine/eval/evaluation.h"

namespace heng::data {
namespace {

bool Overlap(Period a, Period b) {
  if (a.kind > b.kind) std::swap(a, b);
  return a.In(b.kind) == b;
}

// The facts that the check names, with their values: `响应件数 12，诉求件数 10`.
std::string ValuesOf(const graph::Graph& graph, graph::DefId check, const eval::Facts& facts, uint32_t subject,
                     Period period) {
  std::vector<FieldId> fields;
  std::vector<graph::NodeId> pending = {graph[check].body};
  std::unordered_set<graph::NodeId> seen;
  while (!pending.empty()) {
    const graph::NodeId id = pending.back();
    pending.pop_back();
    if (!id.valid() || !seen.insert(id).second) continue;
    const graph::Node& node = graph[id];
    const bool own = node.form == graph::Form::kField && node.grain.period == period.kind &&
                     graph.model->fields[node.field.index()].kind == semantic::Field::Kind::kFact;
    if (own && std::find(fields.begin(), fields.end(), node.field) == fields.end()) fields.push_back(node.field);
    pending.insert(pending.end(), node.operands.rbegin(), node.operands.rend());
  }
  std::string text;
  for (const FieldId field : fields) {
    const auto values = facts.values.find(field);
    if (values == facts.values.end()) continue;
    const auto value = values->second.find({subject, period});
    if (value == values->second.end()) continue;
    const semantic::Field& declared = (*graph.model)[field];
    text += (text.empty() ? "" : "，") + declared.name + " = " +
            semantic::Describe(*graph.model, declared.type, value->second);
  }
  return text;
}

}  // namespace

FactsBuilder::FactsBuilder(graph::GraphPtr graph, Period settled, Bindings parameters)
    : graph_(std::move(graph)),
      layout_(LayOut(*graph_->model)),
      settled_(settled),
      facts_(std::make_shared<eval::Facts>()) {
  facts_->parameters = std::move(parameters);
  // A list of rows that is empty is a fact; one that is missing is refused by who reads it.
  for (const RecordsLayout& records : layout_.records) facts_->rows[records.sort];
}

std::optional<uint32_t> FactsBuilder::AddSubject(const std::string& id) {
  const auto index = static_cast<uint32_t>(facts_->ids.size());
  if (!subject_of_.emplace(id, index).second) return std::nullopt;
  facts_->ids.push_back(id);
  rows_of_.emplace_back();
  refused_of_.emplace_back();
  return index;
}

std::optional<uint32_t> FactsBuilder::FindSubject(const std::string& id) const {
  const auto found = subject_of_.find(id);
  return found == subject_of_.end() ? std::nullopt : std::optional(found->second);
}

bool FactsBuilder::BeginRow(uint32_t subject, Period period) {
  std::vector<Period>& rows = rows_of_[subject];
  if (std::find(rows.begin(), rows.end(), period) != rows.end()) return false;
  rows.push_back(period);
  return true;
}

void FactsBuilder::Set(FieldId field, uint32_t subject, Period period, Value value) {
  facts_->values[field].insert_or_assign({subject, period}, std::move(value));
}

void FactsBuilder::AddRecord(SortId sort, eval::RecordRow row) { facts_->rows[sort].push_back(std::move(row)); }

void FactsBuilder::Record(DefinitionId definition, uint32_t subject, Period period, Value value) {
  facts_->history[definition].insert_or_assign({subject, period}, std::move(value));
}

void FactsBuilder::Refuse(uint32_t subject, Period period, Refusal refusal) {
  refusal.subject = facts_->ids[subject];
  refused_of_[subject].push_back(period);
  first_refusal_.emplace(subject, refusal);
  refusals_.Add(std::move(refusal));
}

bool FactsBuilder::Touched(uint32_t subject, Period period) const {
  const std::vector<Period>& refused = refused_of_[subject];
  return std::any_of(refused.begin(), refused.end(), [&](Period other) { return Overlap(period, other); });
}

void FactsBuilder::RequirePeriods(const Locate& locate) {
  for (const auto& [kind, fields] : layout_.periodic) {
    if (AllOptional(model(), fields)) continue;
    for (const Period period : PeriodsRead(settled_, kind)) {
      for (uint32_t subject = 0; subject < facts_->ids.size(); ++subject) {
        const std::vector<Period>& rows = rows_of_[subject];
        if (std::find(rows.begin(), rows.end(), period) != rows.end()) continue;
        Refusal refusal;
        refusal.code = "missing-period";
        refusal.message = {fmt::format("缺少“{}”{}的数据", facts_->ids[subject], period.ToText().zh),
                           fmt::format("'{}' has no facts for {}", facts_->ids[subject], period.ToText().en)};
        locate(refusal, subject, period);
        Refuse(subject, period, std::move(refusal));
      }
    }
  }
}

void FactsBuilder::RunChecks(const Locate& locate) {
  if (model().checks.empty()) return;
  const eval::Evaluation evaluation(graph_, facts_, settled_);
  for (uint32_t subject = 0; subject < facts_->ids.size(); ++subject) {
    std::vector<Period> periods = rows_of_[subject];
    for (const semantic::Check& check : model().checks) {
      if (check.grain.period == PeriodKind::kOnce) {
        periods.emplace_back();
        continue;
      }
      for (const Period period : PeriodsRead(settled_, check.grain.period)) periods.push_back(period);
    }
    std::sort(periods.begin(), periods.end());
    periods.erase(std::unique(periods.begin(), periods.end()), periods.end());
    std::erase_if(periods, [&](Period period) { return Touched(subject, period); });
    for (const auto& [check, period, failure] : evaluation.BrokenChecks(subject, periods)) {
      const std::string& message = (*graph_)[check].label;
      Refusal refusal;
      refusal.code = "check-failed";
      refusal.rule = message;
      refusal.value = ValuesOf(*graph_, check, *facts_, subject, period);
      const std::string values = refusal.value.empty() ? "" : "（" + refusal.value + "）";
      const std::string values_en = refusal.value.empty() ? "" : " (" + refusal.value + ")";
      refusal.message = {fmt::format("“{}”{}违反校验“{}”{}", facts_->ids[subject], period.ToText().zh, message, values),
                         fmt::format("'{}' breaks the check '{}' in {}{}", facts_->ids[subject], message,
                                     period.ToText().en, values_en)};
      locate(refusal, subject, period);
      Refuse(subject, period, std::move(refusal));
    }
  }
}

FactReading FactsBuilder::Finish(bool roster_complete) {
  facts_->roster_complete = roster_complete;
  for (const auto& [subject, refusal] : first_refusal_) {
    Failure failure;
    failure.code = "refused-facts";
    failure.message = {fmt::format("“{}”的数据被拒绝（{}）", facts_->ids[subject], refusal.ToText().zh),
                       fmt::format("the facts of '{}' are refused ({})", facts_->ids[subject], refusal.ToText().en)};
    failure.rule = refusal.rule;
    failure.at = refusal.Place().zh;
    failure.datum = facts_->ids[subject];
    facts_->refused.emplace(subject, std::make_shared<const Failure>(std::move(failure)));
  }
  return {std::move(facts_), std::move(refusals_)};
}

}  // namespace heng::data
