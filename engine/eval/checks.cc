#include "engine/eval/checks.h"

#include <algorithm>
#include <thread>

namespace heng::eval {

Checks::Checks(const graph::GraphPtr& graph, const Facts& facts, Period settled, std::vector<Period> periods)
    : doubtful_(graph->model->sorts.size()) {
  program::LowerOptions options{settled, facts.parameters};
  options.results = false;
  options.guarantees = false;
  options.checks = true;
  options.checked_periods = std::move(periods);
  const auto lowered = program::Lower(graph, std::move(options));
  all_decided_ = lowered->interpreted.empty();
  if (!all_decided_ || lowered->outputs.empty()) return;
  const FactColumns columns(*lowered, facts, {});
  Execution execution(Prepare(program::Schedule(lowered)));
  execution.Run(columns.batch(), static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
  for (size_t d = 0; d < lowered->domains.size(); ++d) {
    const uint8_t* bad = columns.batch().bad[d];
    const graph::SortId sort = lowered->domains[d].sort;
    if (bad == nullptr || graph->is_quotient(sort)) continue;
    for (uint32_t row = 0; row < columns.batch().rows[d]; ++row) {
      if (bad[row] != 0) Doubt(*graph->model, facts, sort, row);
    }
  }
  for (size_t i = 0; i < lowered->outputs.size(); ++i) {
    const graph::SortId sort = lowered->domains[lowered->outputs[i].domain.index()].sort;
    for (uint32_t row = 0; row < execution.rows(i); ++row) {
      const bool holds = !execution.deferred(i, row) && execution.present(i, row) && execution.integer(i, row) != 0;
      if (!holds) Doubt(*graph->model, facts, sort, row);
    }
  }
}

// Of a row: its subject.
void Checks::Doubt(const semantic::Model& model, const Facts& facts, graph::SortId sort, uint32_t entity) {
  while (model[sort].kind == semantic::Sort::Kind::kRecords) {
    entity = facts.rows.at(sort)[entity].owner;
    sort = model[sort].parent;
  }
  std::vector<bool>& doubtful = doubtful_[sort.index()];
  if (doubtful.size() <= entity) doubtful.resize(entity + 1);
  doubtful[entity] = true;
}

bool Checks::Hold(graph::SortId sort, uint32_t subject) const {
  const std::vector<bool>& doubtful = doubtful_[sort.index()];
  return all_decided_ && (subject >= doubtful.size() || !doubtful[subject]);
}

}  // namespace heng::eval
