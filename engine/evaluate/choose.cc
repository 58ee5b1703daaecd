#include "engine/evaluate/choose.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace heng::evaluate {
namespace {

using Candidates = std::vector<const data::Deployment*>;

const syntax::PolicyDecl& PolicyOf(const data::Deployment& deployment) { return deployment.graph->model->policy; }

// The names, each once: `a、b`.
template <typename NameOf>
Bilingual List(std::span<const data::Deployment> deployments, NameOf name_of) {
  std::vector<std::string> names;
  for (const data::Deployment& one : deployments) {
    const std::string name = name_of(one);
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return {fmt::format("{}", fmt::join(names, "、")), fmt::format("{}", fmt::join(names, ", "))};
}

Bilingual PolicyIds(std::span<const data::Deployment> deployments) {
  return List(deployments, [](const data::Deployment& one) { return PolicyOf(one).id; });
}

Result<Candidates> OfPolicy(std::span<const data::Deployment> deployments, const std::string& name) {
  Candidates found;
  for (const data::Deployment& one : deployments) {
    if (name.empty() || IsNamed(PolicyOf(one).id, name)) found.push_back(&one);
  }
  if (deployments.empty()) {
    return Fail(ErrorKind::kFindings, "unknown-policy", {"还没有发布任何政策", "no policy has been published yet"},
                "/policy");
  }
  if (found.empty()) {
    const Bilingual known = PolicyIds(deployments);
    return Fail(ErrorKind::kFindings, "unknown-policy",
                {fmt::format("没有政策“{}”，有的是 {}", name, known.zh),
                 fmt::format("there is no policy '{}'; there is {}", name, known.en)},
                "/policy");
  }
  for (const data::Deployment* one : found) {
    if (PolicyOf(*one).id == PolicyOf(*found.front()).id) continue;
    const Bilingual known = PolicyIds(deployments);
    return Fail(ErrorKind::kUsage, "policy-needed",
                {fmt::format("有几个政策，请写明 \"policy\":{}", known.zh),
                 fmt::format("there are several policies, say which \"policy\": {}", known.en)},
                "/policy");
  }
  return found;
}

// The periods of the kind that is settled which the asked one lies in, or which lie in it: for the message.
std::vector<Period> Near(Period asked, PeriodKind wanted) {
  if (asked.kind == PeriodKind::kOnce || asked.kind == wanted) return {};
  if (asked.kind < wanted) return {asked.In(wanted)};
  return asked.Split(wanted);
}

Status Check(const data::Deployment& one, const Choice& choice) {
  const semantic::Model& model = *one.graph->model;
  Status status = data::CheckPeriod(one, choice.period, Near(choice.period, model.settlement_period()), choice.what_if);
  if (!status) status.error().at = "/period";
  return status;
}

}  // namespace

bool IsNamed(std::string_view id, std::string_view name) {
  return name == id || name == id.substr(id.rfind('.') == std::string_view::npos ? 0 : id.rfind('.') + 1);
}

Result<const data::Deployment*> Choose(std::span<const data::Deployment> deployments, const Choice& choice) {
  const auto candidates = OfPolicy(deployments, choice.policy);
  if (!candidates) return tl::unexpected(candidates.error());
  if (!choice.version.empty()) {
    // The same version may have been published more than once, with other values: for other days.
    const data::Deployment* named = nullptr;
    for (const data::Deployment* one : *candidates) {
      if (PolicyOf(*one).version != choice.version) continue;
      named = one;
      if (one->effective().Contains(choice.period.first_day())) break;
    }
    if (named != nullptr) {
      if (auto status = Check(*named, choice); !status) return tl::unexpected(status.error());
      return named;
    }
    const std::string& id = PolicyOf(*candidates->front()).id;
    const Bilingual known = List(deployments, [&](const data::Deployment& one) {
      return PolicyOf(one).id == id ? PolicyOf(one).version : std::string();
    });
    return Fail(ErrorKind::kFindings, "unknown-version",
                {fmt::format("政策 {} 没有“{}”版，有的是 {}", id, choice.version, known.zh),
                 fmt::format("the policy {} has no version '{}'; there is {}", id, choice.version, known.en)},
                "/version");
  }
  Choice in_force = choice;
  in_force.what_if = false;
  for (auto it = candidates->rbegin(); it != candidates->rend(); ++it) {
    if (Check(**it, in_force)) return *it;
  }
  // None is in force: the first says since when there is one, the last until when.
  const auto first_day = candidates->front()->effective().first_day;
  const bool before = first_day && choice.period.first_day() < *first_day;
  const data::Deployment* nearest = before ? candidates->front() : candidates->back();
  if (auto status = Check(*nearest, choice); !status) return tl::unexpected(status.error());
  return nearest;
}

}  // namespace heng::evaluate
