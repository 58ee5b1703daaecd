// Publication: how a deployment comes into force by two people, and what is in force by it. The verbs `publish` and `settle` and the
// service both go this way. The other steps (approve, withdraw) are the store's.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/data/deployment.h"
#include "engine/store/store.h"

namespace heng::publication {

// The days for which a draft is meant: what is given, else what its policy names (施行). Errors, kUsage: first-day-needed (neither
// says it), outside-effective (a day on which the policy itself says that it does not hold), last-day-before-first.
Result<data::Effective> DaysOf(const data::Deployment& deployment, std::optional<Date> first_day,
                               std::optional<Date> last_day);

// That every open parameter (待定) which a result needs is bound: what is in force must not have to guess. Error: open-parameter
// (kFindings), which names those that are not.
Status CheckBound(const data::Deployment& deployment);
// Puts an approved version into force. Errors: those of CheckBound, the store's. A deployment that cannot be built again is let through:
// its district says so and keeps its last good state.
Result<store::Version> Release(store::Store& store, const std::string& district, const std::string& id,
                               const std::string& person);

// A published version, ready to run; its deployment says from when to when it holds: until the day before the next one begins.
struct Published {
  data::Deployment deployment;
  store::Version version;
};

// What is published in the district, by policy, then by first day. `known`: what was found before and need not be built again. Errors:
// not-rebuildable (kFindings, at the version's id), the store's.
Result<std::vector<Published>> FindPublished(store::Store& store, const std::string& district,
                                             std::span<const Published> known);

}  // namespace heng::publication
