#include "tests/fuzz/evaluation_claims.h"

#include <fmt/format.h>

#include "engine/graph/analysis/grids.h"

namespace heng::tests {
namespace {

class ClaimChecker {
 public:
  explicit ClaimChecker(const eval::Evaluation& evaluation)
      : evaluation_(evaluation), graph_(evaluation.graph()), ranges_(graph_), grids_(graph_, ranges_) {}

  std::string Run() {
    for (size_t i = 0; i < graph_.definitions.size(); ++i) {
      const graph::DefId id(i);
      const graph::Definition& definition = graph_.definitions[i];
      const bool rows = definition.grain.sort.index() < graph_.model->sorts.size() &&
                        (*graph_.model)[definition.grain.sort].kind == semantic::Sort::Kind::kRecords;
      if (rows) continue;  // seen as operands of the folds over them
      for (const Period& period : evaluation_.PeriodsOf(definition.grain.period)) {
        for (uint32_t entity = 0; entity < evaluation_.CountOf(definition.grain.sort, period); ++entity) {
          Check(evaluation_.Explain(id, entity, period), definition);
        }
      }
    }
    return recorded_ ? "" : broken_;
  }

 private:
  void Check(const eval::Trace& trace, const graph::Definition& definition) {
    if (const Failure* failure = FailureOf(trace.value)) {
      if (failure->code == "division-by-zero" || failure->code == "no-case" || failure->code == "overlap")
        Break(trace, definition, failure->code + ": " + failure->message.zh);
    }
    if (const auto* number = std::get_if<Rational>(&trace.value)) {
      const graph::Interval& interval = ranges_.Of(trace.node);
      // What is recorded may be of another version, with other ranges: nothing is claimed of what follows from it.
      recorded_ = recorded_ || (graph_[trace.node].form == graph::Form::kPast && !interval.Contains(*number));
      if (!interval.Contains(*number))
        Break(trace, definition,
              fmt::format("{} is not in {} to {}", number->ToString(), interval.low ? interval.low->ToString() : "-∞",
                          interval.high ? interval.high->ToString() : "∞"));
      const graph::Grid& grid = grids_.Of(trace.node);
      const bool on = !grid.step || (grid.step->is_zero() ? number->is_zero() : (*number / *grid.step).is_whole());
      if (!on)
        Break(trace, definition, fmt::format("{} is no multiple of {}", number->ToString(), grid.step->ToString()));
      if (grid.places() && !number->decimal_places())
        Break(trace, definition, fmt::format("the decimals of {} do not end", number->ToString()));
    }
    for (const eval::Trace& operand : trace.operands) Check(operand, definition);
  }

  void Break(const eval::Trace& trace, const graph::Definition& definition, const std::string& what) {
    if (!broken_.empty()) return;
    const graph::Node& node = graph_[trace.node];
    broken_ = fmt::format("{}, node {} (form {}, op {}), entity {}, {}: {}", definition.name, trace.node.index(),
                          static_cast<int>(node.form), static_cast<int>(node.op), trace.instance.entity,
                          trace.instance.period.ToString(), what);
  }

  const eval::Evaluation& evaluation_;
  const graph::Graph& graph_;
  graph::Ranges ranges_;
  graph::Grids grids_;
  std::string broken_;
  bool recorded_ = false;
};

}  // namespace

std::string BrokenClaim(const eval::Evaluation& evaluation) { return ClaimChecker(evaluation).Run(); }

}  // namespace heng::tests
