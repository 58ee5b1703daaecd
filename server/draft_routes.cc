// Drafts, and the way of one into force: who drafted it, approved it, published it, withdrew it; and how it differs from what is in
// force.
#include <algorithm>
#include <functional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/base/text.h"
#include "engine/diff/diff.h"
#include "engine/evaluate/choose.h"
#include "engine/publication/publication.h"
#include "engine/replay/replay.h"
#include "server/draft_request.h"
#include "server/handlers.h"
#include "server/json_response.h"

namespace heng::server {
namespace {

using Json = nlohmann::ordered_json;

const std::string& IdOf(const data::Deployment& deployment) { return deployment.graph->model->policy.id; }

Json Effective(const store::Version& version) {
  Json out = {{"from", version.first_day.ToString()}};
  if (version.last_day) out["to"] = version.last_day->ToString();
  return out;
}

Json Brief(const ServedDistrict& district, const store::Version& version) {
  const bool served = std::any_of(district.published.begin(), district.published.end(),
                                  [&](const publication::Published& one) { return one.version.id == version.id; });
  return {{"id", version.id},
          {"policy", {{"id", version.policy}, {"version", version.version}}},
          {"deployment", version.deployment},
          {"effective", Effective(version)},
          {"state", store::NameOf(version.state())},
          {"steps", StepsOf(version)},
          {"served", served}};
}

// What the draft is to follow: the policy's version in force on the draft's first day, or the last one before it; null if there is
// none.
const data::Deployment* Predecessor(const ServedDistrict& district, const store::Version& version) {
  if (district.current->broken()) return nullptr;
  const data::Deployment* found = nullptr;
  for (size_t i = 0; i < district.current->deployments.size(); ++i) {
    const data::Deployment& one = district.current->deployments[i];
    if (IdOf(one) != version.policy) continue;
    if (i < district.published.size() && district.published[i].version.id == version.id) continue;
    const auto first_day = one.effective().first_day;
    if (!first_day || *first_day <= version.first_day) found = &one;
  }
  return found;
}

Json ParametersOf(const data::Deployment& draft, const data::Deployment* before) {
  const auto values = data::PrintParameters(draft);
  const auto earlier = before == nullptr ? std::map<std::string, std::string>() : data::PrintParameters(*before);
  const auto value_in = [](const std::map<std::string, std::string>& map, const std::string& name) {
    const auto found = map.find(name);
    return found == map.end() ? Json(nullptr) : Json(found->second);
  };
  Json out = Json::array();
  for (const semantic::Field& field : draft.graph->model->fields) {
    if (field.kind != semantic::Field::Kind::kParameter || !field.open) continue;
    out.push_back({{"name", field.name}, {"value", value_in(values, field.name)}});
    if (before != nullptr) out.back()["before"] = value_in(earlier, field.name);
  }
  return out;
}

Json Whole(const ServedDistrict& district, const store::Version& version, const data::Deployment& draft) {
  const data::Deployment* before = Predecessor(district, version);
  Json out = Brief(district, version);
  out["parameters"] = ParametersOf(draft, before);
  out["columns"] = draft.columns;
  if (before != nullptr)
    out["against"] = {{"version", before->graph->model->policy.version}, {"deployment", before->digest()}};
  out["difference"] =
      Json::parse(diff::RenderJson({diff::Diff(before == nullptr ? nullptr : before->graph.get(), draft.graph.get())}));
  return out;
}

tl::expected<const ServedDistrict*, Problem> FindDistrictOfVersions(const Call& call) {
  if (auto store = NeedStore(call); !store) return tl::unexpected(store.error());
  return FindDistrict(call);
}

// The version that the path names; 404 unknown-version, also if it is another policy's.
tl::expected<store::Version, Problem> FindDraft(const Call& call) {
  auto version = call.service.store->FindVersion(call.captures[0], call.captures[2]);
  if (!version) return tl::unexpected(ProblemOf(version.error()));
  if (evaluate::IsNamed(version->policy, call.captures[1])) return std::move(*version);
  return Refuse(404, "unknown-version",
                {fmt::format("政策“{}”没有版本“{}”", call.captures[1], call.captures[2]),
                 fmt::format("the policy '{}' has no version '{}'", call.captures[1], call.captures[2])});
}

// `step`: the store, the district, the id, the person → the version.
template <typename Step>
Outcome Take(const Call& call, const Step& step) {
  if (auto district = FindDistrictOfVersions(call); !district) return tl::unexpected(district.error());
  const std::string_view body = Trim(call.request.body);
  if (!body.empty() && body != "{}") {
    return Refuse(400, "bad-request", {"这里的请求体应当是空的，或 {}", "the body must be empty here, or {}"});
  }
  if (auto found = FindDraft(call); !found) return tl::unexpected(found.error());
  const auto version = std::invoke(step, *call.service.store, call.captures[0], call.captures[2], call.identity.name);
  if (!version) return tl::unexpected(ProblemOf(version.error()));
  // The answer says what is served now, not what was when the request came.
  const std::shared_ptr<const Service> now = call.service.published_anew ? call.service.published_anew() : nullptr;
  const auto district =
      FindDistrict(Call{now == nullptr ? call.service : *now, call.request, call.identity, call.captures, call.query});
  if (!district) return tl::unexpected(district.error());
  return FreshJson(Brief(**district, *version));
}

}  // namespace

Outcome AddDraft(const Call& call) {
  const auto district = FindDistrictOfVersions(call);
  if (!district) return tl::unexpected(district.error());
  const auto draft = ReadDraft(call, **district);
  if (!draft) return tl::unexpected(draft.error());
  const auto version =
      call.service.store->Draft(draft->kept, *draft->days.first_day, draft->days.last_day, call.identity.name);
  if (!version) return tl::unexpected(ProblemOf(version.error()));
  Response response = FreshJson(Whole(**district, *version, draft->deployment), 201);
  response.headers.emplace_back("Location", fmt::format("/v1/districts/{}/policies/{}/drafts/{}", version->district,
                                                        version->policy, version->id));
  return response;
}

Outcome ListDrafts(const Call& call) {
  const auto district = FindDistrictOfVersions(call);
  if (!district) return tl::unexpected(district.error());
  const auto versions = call.service.store->Versions(call.captures[0]);
  if (!versions) return tl::unexpected(ProblemOf(versions.error()));
  Json out = Json::array();
  for (const store::Version& version : *versions) {
    if (evaluate::IsNamed(version.policy, call.captures[1])) out.push_back(Brief(**district, version));
  }
  return FreshJson({{"drafts", std::move(out)}});
}

Outcome ShowDraft(const Call& call) {
  const auto district = FindDistrictOfVersions(call);
  if (!district) return tl::unexpected(district.error());
  const auto version = FindDraft(call);
  if (!version) return tl::unexpected(version.error());
  const auto kept = call.service.store->FindDeployment(version->district, version->deployment);
  if (!kept) return tl::unexpected(ProblemOf(kept.error()));
  const auto deployment = replay::Rebuild(*kept);
  if (!deployment) return tl::unexpected(ProblemOf(deployment.error()));
  Json body = Whole(**district, *version, *deployment);
  body["source"] = kept->sources.front().bytes;
  return FreshJson(body);
}

Outcome ApproveDraft(const Call& call) { return Take(call, &store::Store::Approve); }
Outcome PublishDraft(const Call& call) { return Take(call, &publication::Release); }
Outcome WithdrawDraft(const Call& call) { return Take(call, &store::Store::Withdraw); }

}  // namespace heng::server
