// Which published results of a policy depend on what. Used inside engine/diff alone.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "engine/graph/graph.h"

namespace heng::diff {

class Dependence {
 public:
  explicit Dependence(const graph::Graph& graph);

  // The results that depend on any of these (`field:项目.诉求件数`, `parameter:绿牌线`, `definition:挂牌`, `sort:…`, `type:…`), in their order.
  std::vector<std::string> On(const std::vector<std::string>& references) const;
  // Puts results in the order of the policy.
  std::vector<std::string> InOrder(const std::set<std::string>& names) const;

 private:
  struct Result {
    std::string name;
    std::set<std::string> reads;
  };
  std::vector<Result> results_;
};

}  // namespace heng::diff
