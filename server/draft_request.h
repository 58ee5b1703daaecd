// The request of a draft: a text with what it uses, or what lies in the district's folder; the values of open parameters, the names of
// columns, the days. Used by draft_routes.cc.
#pragma once

#include "engine/data/deployment.h"
#include "engine/store/store.h"
#include "server/handlers.h"

namespace heng::server {

struct Draft {
  data::Deployment deployment;
  store::Deployment kept;
  data::Effective days;  // the first day at least
};

// `{"source", "path", "files"}` or `{"version"}`, and `"parameters", "columns", "first_day", "last_day"`, which may all be left out:
// parameters and columns are then those of the policy as it is served, else as it lies in the folder. 400 for what is malformed or
// unknown; 422 policy-has-errors, other-policy, module-alone, and what Bind and DaysOf refuse; 404 unknown-policy, unknown-version.
tl::expected<Draft, Problem> ReadDraft(const Call& call, const ServedDistrict& district);

}  // namespace heng::server
