// Which of a district's deployments a request is for. Used by evaluate.cc and by the server's routes.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "engine/data/deployment.h"

namespace heng::evaluate {

// True if `name` is the policy's `id` (`shiliuzhuang.plates`) or its last part (`plates`).
bool IsNamed(std::string_view id, std::string_view name);

struct Choice {
  std::string policy;   // empty: the only one
  std::string version;  // empty: the one in force
  Period period;
  bool what_if = false;
};

// The deployment of that policy and version; without a version, the last one that is in force on the period's first
// day. Errors: policy-needed (kUsage); unknown-policy, unknown-version, not-in-force, not-a-settlement-period
// (kFindings). The result points into `deployments`.
Result<const data::Deployment*> Choose(std::span<const data::Deployment> deployments, const Choice& choice);

}  // namespace heng::evaluate
