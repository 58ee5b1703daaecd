// Plans: how the deployments of a service are answered the direct way (direct/plan.h), made when one is first asked for and kept, since
// making one takes as long as many thousand answers.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "engine/direct/plan.h"

namespace heng::evaluate {

// A plan, with the answer of a request around its results.
struct PlannedAnswer {
  std::shared_ptr<const direct::Plan> plan;  // null: nothing goes the direct way
  bool reads_others = false;                 // the results of other policies
  std::string deployment;                    // its digest
  std::string head;                          // `"policy":…,"results":[`
  std::string tail;                          // `],"open_parameters":…}`
};

// Thread-safe.
class Plans {
 public:
  // How many are kept at most; then all are forgotten.
  static constexpr size_t kMost = 1024;

  // REQUIRES: the period is of the policy's settlement period, and lies in force.
  std::shared_ptr<const PlannedAnswer> Of(const data::Deployment& deployment, Period period);
  // The same if it has been made; null otherwise.
  std::shared_ptr<const PlannedAnswer> Find(const data::Deployment& deployment, Period period);

 private:
  struct Kept {
    data::Deployment deployment;  // holds on to the graph, so that no other one has its address
    std::shared_ptr<const PlannedAnswer> answer;
  };
  using Key = std::pair<const graph::Graph*, Period>;
  static Key KeyOf(const data::Deployment& deployment, Period period) { return {deployment.graph.get(), period}; }

  std::mutex mutex_;
  std::map<Key, Kept> kept_;
};

}  // namespace heng::evaluate
