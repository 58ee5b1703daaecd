#include "engine/graph/analysis/versions.h"

#include <algorithm>
#include <map>
#include <string>

namespace heng::graph {

std::vector<Diagnostic> CheckVersions(std::span<const GraphPtr> policies) {
  std::map<std::string, std::vector<GraphPtr>> by_id;
  for (const GraphPtr& policy : policies) {
    if (!policy->model->policy.is_module && policy->model->policy.first_day)
      by_id[policy->model->policy.id].push_back(policy);
  }
  DiagnosticSink sink;
  for (auto& [id, versions] : by_id) {
    std::sort(versions.begin(), versions.end(), [](const GraphPtr& a, const GraphPtr& b) {
      return *a->model->policy.first_day < *b->model->policy.first_day;
    });
    for (size_t i = 1; i < versions.size(); ++i) {
      const syntax::PolicyDecl& earlier = versions[i - 1]->model->policy;
      const syntax::PolicyDecl& later = versions[i]->model->policy;
      const Place place{versions[i]->model->tree->source, later.effective_span};
      if (!earlier.last_day || *later.first_day <= *earlier.last_day) {
        sink.Add<DiagnosticKind::kVersionsOverlap>(place, id, earlier.version, later.version,
                                                   later.first_day->ToString());
      } else if (earlier.last_day->AddDays(1) != *later.first_day) {
        sink.Add<DiagnosticKind::kVersionsApart>(place, id, earlier.version, later.version,
                                                 earlier.last_day->AddDays(1).ToString());
      }
    }
  }
  return sink.Sorted();
}

}  // namespace heng::graph
