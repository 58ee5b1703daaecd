#include "engine/data/schema.h"

#include <cstdio>

#include "tools/verbs.h"

namespace heng::tools {

int RunSchema(const std::string& policy, const Manner& manner) {
  const Result<graph::GraphPtr> graph = LoadPolicy(policy, manner);
  if (!graph) return Report(graph.error(), manner);
  std::fputs((data::RequestSchema(*(*graph)->model) + "\n").c_str(), stdout);
  return kDone;
}

}  // namespace heng::tools
