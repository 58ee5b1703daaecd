// Outputs: the published results of an evaluation, as text, for answers, files and boards. Every number is exact and
// printed with the places of its definition; what cannot be given is a Failure in its place.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/data/explanation.h"
#include "engine/data/fact_layout.h"
#include "engine/data/refusal.h"
#include "engine/eval/evaluation.h"

namespace heng::data {

struct Output {
  DefinitionId definition;
  graph::DefId def;
  Period period;
  Value value;       // Absent, a Failure, or what it is
  std::string text;  // `90.00`, `绿牌`, `是`; of a percentage the number before %; empty if absent or failed
  std::string unit;  // `分`, `%`; empty if none

  bool failed() const { return FailureOf(value) != nullptr; }
};

struct SubjectOutputs {
  SortId sort;
  uint32_t position = 0;        // among those of its sort
  std::string id;               // of the whole empty; of the value of a key its text
  std::vector<Refusal> errors;  // if any, there are no outputs
  std::vector<Output> outputs;  // of the settled period, in the order of 结果
  // Results of finer periods within it: the periods in order, coarser kinds first.
  std::vector<std::pair<Period, std::vector<Output>>> periods;
  std::vector<Explanation> explanation;

  bool failed() const;
};

// The subjects of each kind that has results, in the order of their rosters. `refusals` gives the errors of the refused ones. A result that depends (statically)
// on an open parameter that is not bound is a Failure `open-parameter`; one that needs peers in an incomplete roster is
// `needs-roster`.
std::vector<SubjectOutputs> OutputsOf(const eval::Evaluation& evaluation, const Refusals& refusals);

// The kinds that have results: the first 对象, then those of the other results in their order.
std::vector<SortId> SortsOfResults(const semantic::Model& model);

// The printed form of a value of that definition, without its unit.
std::string PrintValue(const semantic::Model& model, const semantic::Definition& definition, const Value& value);

// The open parameters that published results depend on and that are not bound, each once, in the order of their
// declaration.
std::vector<FieldId> UnboundParameters(const graph::Graph& graph, const std::unordered_map<FieldId, Value>& bound);

}  // namespace heng::data
