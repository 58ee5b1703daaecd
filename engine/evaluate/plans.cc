#include "engine/evaluate/plans.h"

#include "engine/data/answer.h"
#include "engine/evaluate/evaluate.h"

namespace heng::evaluate {
namespace {

PlannedAnswer Make(const data::Deployment& deployment, Period period) {
  PlannedAnswer out;
  out.reads_others = ReadsOthers(deployment);
  out.deployment = deployment.digest();
  out.plan = direct::MakePlan(deployment, period, direct::Asserts::kGuarantees);
  if (out.plan == nullptr) return out;
  // The answer to no subject, cut where its results stand; quotes within texts are escaped.
  constexpr std::string_view kResults = "\"results\":[";
  const std::string empty = data::ToJson(data::Answer{deployment, "", "", period}, false);
  const size_t cut = empty.find(std::string(kResults) + "]") + kResults.size();
  out.head = empty.substr(1, cut - 1);
  out.tail = empty.substr(cut);
  return out;
}

}  // namespace

std::shared_ptr<const PlannedAnswer> Plans::Of(const data::Deployment& deployment, Period period) {
  if (auto kept = Find(deployment, period)) return kept;
  auto answer = std::make_shared<const PlannedAnswer>(Make(deployment, period));
  const std::lock_guard lock(mutex_);
  if (kept_.size() >= kMost) kept_.clear();
  kept_.insert_or_assign(KeyOf(deployment, period), Kept{deployment, answer});
  return answer;
}

std::shared_ptr<const PlannedAnswer> Plans::Find(const data::Deployment& deployment, Period period) {
  const std::lock_guard lock(mutex_);
  const auto found = kept_.find(KeyOf(deployment, period));
  // The same policy may be deployed with other parameters.
  const bool same = found != kept_.end() && found->second.deployment.parameters == deployment.parameters &&
                    found->second.deployment.columns == deployment.columns;
  return same ? found->second.answer : nullptr;
}

}  // namespace heng::evaluate
