#include "engine/data/result_columns.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace heng::data {
namespace {

FailurePtr StaticFailure(const graph::Graph& graph, graph::DefId def, const std::string& name,
                         const eval::Facts& facts) {
  const semantic::Model& model = *graph.model;
  for (const FieldId parameter : graph.OpenParametersOf(def)) {
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
  if (facts.roster_complete || !graph.NeedsPeers(def)) return nullptr;
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
  for (const semantic::PublishedResult& result : model.results) {
    const semantic::Definition& definition = model[result.definition];
    const graph::DefId def = Locate(graph, result.definition);
    const bool number = definition.type.is_number();
    const std::string unit = definition.type.percent ? "%" : definition.type.unit.ToString();
    columns.push_back({result.definition, def, definition.grain.period, definition.grain.sort, number ? unit : "",
                       StaticFailure(graph, def, definition.name, facts)});
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
