#include "engine/data/outputs.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "engine/data/result_columns.h"

namespace heng::data {
namespace {

Output OutputOf(const eval::Evaluation& evaluation, const Column& column, uint32_t subject, Period period) {
  Output output{column.definition, column.def, period, {}, {}, column.unit};
  const semantic::Model& model = *evaluation.graph().model;
  // A subject that may have no facts for the period, and has none, has no results in it.
  const graph::Definition& definition = evaluation.graph()[column.def];
  const std::pair grain{definition.grain.sort, definition.grain.period};
  const auto given = evaluation.facts().given.find(grain.first);
  const bool missing = model.may_miss.count(grain) > 0 &&
                       (given == evaluation.facts().given.end() || given->second.count({subject, period}) == 0);
  output.value = column.failure ? Value(column.failure)
                 : missing      ? Value(Absent{})
                                : evaluation.Of(column.def, subject, period);
  output.text = PrintValue(model, model[column.definition], output.value);
  return output;
}

std::unordered_map<std::string, std::vector<Refusal>> BySubject(const Refusals& refusals) {
  std::unordered_map<std::string, std::vector<Refusal>> out;
  for (const Refusal& refusal : refusals.shown) {
    if (!refusal.subject.empty()) out[refusal.subject].push_back(refusal);
  }
  return out;
}

// Of a subject whose refusals are beyond those that are reported one by one.
Refusal RefusalOf(const Failure& failure) {
  Refusal refusal;
  refusal.code = failure.code;
  refusal.message = failure.message;
  refusal.subject = failure.datum;
  return refusal;
}

}  // namespace

bool SubjectOutputs::failed() const {
  const auto fails = [](const Output& output) { return output.failed(); };
  return !errors.empty() || std::any_of(outputs.begin(), outputs.end(), fails) ||
         std::any_of(periods.begin(), periods.end(),
                     [&](const auto& p) { return std::any_of(p.second.begin(), p.second.end(), fails); });
}

std::vector<SubjectOutputs> OutputsOf(const eval::Evaluation& evaluation, const Refusals& refusals) {
  const eval::Facts& facts = evaluation.facts();
  const semantic::Model& model = *evaluation.graph().model;
  const std::vector<Column> columns = ColumnsOf(evaluation.graph(), facts);
  const auto errors = BySubject(refusals);
  std::vector<SubjectOutputs> out;
  for (const SortId sort : SortsOfResults(model)) {
    const std::vector<Period> finer = FinerPeriods(columns, sort, evaluation.period());
    const bool quotient = evaluation.graph().is_quotient(sort);
    const Period key_period = quotient && model[sort].period != PeriodKind::kOnce ? evaluation.period() : Period{};
    const std::vector<std::string> ids = evaluation.IdsOf(sort, key_period);
    for (uint32_t subject = 0; subject < ids.size(); ++subject) {
      SubjectOutputs& one = out.emplace_back();
      one.sort = sort;
      one.position = subject;
      one.id = ids[subject];
      const FailurePtr refused =
          quotient || facts.roster(sort).refused.count(subject) == 0 ? nullptr : facts.roster(sort).refused.at(subject);
      if (refused != nullptr) {
        const auto own = errors.find(one.id);
        one.errors = own != errors.end() ? own->second : std::vector<Refusal>{RefusalOf(*refused)};
        continue;
      }
      for (const Column& column : columns) {
        if (column.sort != sort || column.period < evaluation.period().kind) continue;
        const Period at = column.period == PeriodKind::kOnce ? Period{} : evaluation.period();
        one.outputs.push_back(OutputOf(evaluation, column, subject, at));
      }
      for (const Period period : finer) {
        std::vector<Output>& outputs = one.periods.emplace_back(period, std::vector<Output>{}).second;
        for (const Column& column : columns) {
          if (column.sort == sort && column.period == period.kind)
            outputs.push_back(OutputOf(evaluation, column, subject, period));
        }
      }
    }
  }
  return out;
}

std::vector<SortId> SortsOfResults(const semantic::Model& model) {
  std::vector<SortId> sorts = {model.subject()};
  for (const semantic::PublishedResult& result : model.results) {
    const SortId sort = model[result.definition].grain.sort;
    if (std::find(sorts.begin(), sorts.end(), sort) == sorts.end()) sorts.push_back(sort);
  }
  return sorts;
}

std::string PrintValue(const semantic::Model& model, const semantic::Definition& definition, const Value& value) {
  if (const auto* number = std::get_if<Rational>(&value)) {
    const Rational printed = definition.type.percent ? *number * Rational(100) : *number;
    const auto needed = printed.decimal_places();
    return needed ? printed.ToFixed(std::max(*needed, definition.places.value_or(0))) : printed.ToString();
  }
  if (const auto* truth = std::get_if<bool>(&value)) return *truth ? "是" : "否";
  if (const auto* code = std::get_if<EnumCode>(&value)) return model[definition.type.enumeration].values[code->index];
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* date = std::get_if<Date>(&value)) return date->ToString();
  return "";
}

std::vector<FieldId> UnboundParameters(const graph::Graph& graph, const std::unordered_map<FieldId, Value>& bound) {
  std::set<FieldId> unbound;
  for (const graph::Root& root : graph.roots) {
    for (const FieldId parameter : root.open_parameters) {
      if (bound.count(parameter) == 0) unbound.insert(parameter);
    }
  }
  return {unbound.begin(), unbound.end()};
}

}  // namespace heng::data
