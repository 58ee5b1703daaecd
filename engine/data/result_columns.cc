#include "engine/data/result_columns.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace heng::data {
namespace {

FailurePtr StaticFailure(const semantic::Model& model, const graph::Root& result, const eval::Facts& facts) {
  const std::string& name = result.name;
  for (const FieldId parameter : result.open_parameters) {
    if (facts.parameters.count(parameter) > 0) continue;
    Failure failure;
    failure.code = "open-parameter";
    const std::string& open = model[parameter].name;
    failure.message = {fmt::format("“{}”要用到待定的参数“{}”，它还没有绑定", name, open),
                       fmt::format("'{}' depends on the open parameter '{}', which is not bound", name, open)};
    failure.rule = name;
    failure.datum = open;
    return std::make_shared<const Failure>(std::move(failure));
  }
  if (facts.roster_complete || !result.needs_peers) return nullptr;
  Failure failure;
  failure.code = "needs-roster";
  failure.message = {
      fmt::format("“{}”要与全体比较，请求没有说名册是齐全的", name),
      fmt::format("'{}' needs all peers, and the request does not say that its roster is complete", name)};
  failure.rule = name;
  return std::make_shared<const Failure>(std::move(failure));
}

}  // namespace

std::vector<Column> ColumnsOf(const graph::Graph& graph, const eval::Facts& facts) {
  std::vector<Column> columns;
  const semantic::Model& model = *graph.model;
  for (const graph::Root& result : graph.roots) {
    if (result.kind != graph::Root::Kind::kResult) continue;
    const DefinitionId declared = graph[result.definition].declared;
    const semantic::Definition& definition = model[declared];
    const bool number = definition.type.is_number();
    const std::string unit = definition.type.percent ? "%" : definition.type.unit.ToString();
    columns.push_back({declared, result.definition, definition.grain.period, definition.grain.sort, number ? unit : "",
                       StaticFailure(model, result, facts)});
  }
  return columns;
}

std::vector<Period> FinerPeriods(const std::vector<Column>& columns, SortId sort, Period settled) {
  std::set<Period> finer;
  for (const Column& column : columns) {
    if (column.sort != sort || column.period >= settled.kind) continue;
    for (const Period period : settled.Split(column.period)) finer.insert(period);
  }
  std::vector<Period> periods(finer.begin(), finer.end());
  std::stable_sort(periods.begin(), periods.end(), [](Period a, Period b) { return a.kind > b.kind; });
  return periods;
}

}  // namespace heng::data
