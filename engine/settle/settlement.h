// A district's settlement of one period from a folder of facts: checks that it may be settled, reads, evaluates, and
// gathers what hinders it. Writes nothing (write.h does) and keeps nothing (store/ will).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/data/answer.h"
#include "engine/data/deployment.h"
#include "engine/data/outputs.h"
#include "engine/eval/evaluation.h"

namespace heng::settle {

struct SettlementRequest {
  const data::Deployment& deployment;
  std::string folder;  // or a workbook
  Period period;
  // Settle the subjects whose facts are valid, and leave out the others.
  bool accept_valid = false;
  // In the folder, with what a store has fed: one whose sheets are the facts, in place of the .csv files. Places in it are cells.
  std::string workbook = {};
};

// What came of it. If `evaluation` is null, refusals are why.
struct Settlement {
  graph::GraphPtr graph;
  Period period;
  data::Refusals refusals;
  std::shared_ptr<const eval::Evaluation> evaluation;
  // Without the subjects that were refused; in the order of the roster.
  std::vector<data::SubjectOutputs> subjects;
  std::vector<eval::Violation> violations;

  // Why outputs cannot be given, each reason once: `xy-01，2024Q3 季度成绩：…（另有 3 个结果也因此不能给出）`.
  std::vector<Bilingual> Failures() const;
  // `保证“奖励封顶”，xy-01，2024Q3：不成立`
  std::vector<Bilingual> BrokenGuarantees() const;
  // True if it may be written: nothing was refused, nothing failed, every guarantee holds; with accept_valid, as far as
  // it goes.
  bool writable(bool accept_valid) const;
};

// Errors: kFindings not-a-settlement-period, not-in-force (with the periods in the data that can be settled),
// open-parameter (naming each that a published result depends on, its remark, and how to bind it); kEnvironment if the
// folder cannot be read.
Result<Settlement> Settle(const SettlementRequest& request);

}  // namespace heng::settle
