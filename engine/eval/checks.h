// Checks: which subjects plainly keep all their 校验, decided by a program for all of them at once. What it leaves open, and what is broken
// where, says Evaluation::BrokenChecks, subject by subject.
#pragma once

#include <memory>
#include <vector>

#include "engine/eval/fact_columns.h"

namespace heng::eval {

class Checks {
 public:
  // `periods`: for which there are facts. REQUIRES: less than kMostRows subjects and rows.
  Checks(const graph::GraphPtr& graph, const Facts& facts, Period settled, std::vector<Period> periods);

  // True: in each of the periods all checks of the subject and of its rows hold. False: that is not known.
  bool Hold(graph::SortId sort, uint32_t subject) const;

 private:
  void Doubt(const semantic::Model& model, const Facts& facts, graph::SortId sort, uint32_t entity);

  bool all_decided_ = true;
  std::vector<std::vector<bool>> doubtful_;  // by sort and subject; it may be shorter
};

}  // namespace heng::eval
