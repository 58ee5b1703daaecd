// Deployment: a policy as a district runs it: its graph, the values of open parameters, the district's names of
// columns; and its digest.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "engine/data/csv_folder.h"

namespace heng::data {

// The days on which something is in force, both inclusive; nothing: without that bound.
struct Effective {
  std::optional<Date> first_day;
  std::optional<Date> last_day;

  bool Contains(Date day) const { return (!first_day || *first_day <= day) && (!last_day || day <= *last_day); }
};

struct Deployment {
  graph::GraphPtr graph;
  Bindings parameters;
  ColumnMap columns;
  // If it was published: for which days. No part of the digest.
  std::optional<Effective> published = std::nullopt;

  // The days that it was published for, or else those that its policy names (施行).
  Effective effective() const;

  // SHA-256 over the policy's digest, the bound values, the column map and the version of the engine, in canonical
  // text.
  std::string digest() const;
};

// The same from its parts: values as PrintParameter writes them.
std::string DeploymentDigest(const std::string& engine, const std::string& policy_digest,
                             const std::map<std::string, std::string>& parameters, const ColumnMap& columns);

// The bound values by the names of their parameters, as PrintParameter writes them.
std::map<std::string, std::string> PrintParameters(const Deployment& deployment);

// The value of an open parameter from `--set NAME=VALUE` or the district's YAML: `5 次/月`. By name or code.
// Errors, kUsage: unknown-parameter, parameter-not-open, and the codes of ReadText.
Result<std::pair<FieldId, Value>> Bind(const graph::Graph& graph, std::string_view name, std::string_view text);

// The value of a parameter, with its unit, as Bind reads it.
std::string PrintParameter(const semantic::Model& model, FieldId parameter, const Value& value);

// True if the district may call a column so: a field, a result, or a column that every file has (编号, 期间, 自).
bool CanBeColumn(const semantic::Model& model, std::string_view name);

// Whether `period` can be settled or asked for. Errors, kFindings: not-a-settlement-period (of another kind than the
// policy's results), not-in-force (its first day is outside of what is effective, unless `what_if`); both name the
// `available` periods that can.
Status CheckPeriod(const Deployment& deployment, Period period, const std::vector<Period>& available, bool what_if);

}  // namespace heng::data
