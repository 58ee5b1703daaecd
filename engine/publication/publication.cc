#include "engine/publication/publication.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/base/version.h"
#include "engine/data/outputs.h"
#include "engine/replay/replay.h"

namespace heng::publication {
namespace {

Result<data::Deployment> Build(store::Store& store, const store::Version& version, std::span<const Published> known) {
  for (const Published& one : known) {
    if (one.version.id == version.id) return one.deployment;
  }
  auto kept = store.FindDeployment(version.district, version.deployment);
  if (!kept) return tl::unexpected(kept.error());
  auto built = replay::Rebuild(*kept);
  if (!built) {
    built.error().at = version.id;
    built.error().message.zh =
        fmt::format("已发布的 {} {} 版：{}", version.policy, version.version, built.error().message.zh);
    built.error().message.en =
        fmt::format("the published version {} of {}: {}", version.version, version.policy, built.error().message.en);
    return built;
  }
  // Run by another engine it is another deployment: its decisions will name that one.
  if (kept->engine != kEngineVersion) {
    kept->engine = kEngineVersion;
    kept->digest = built->digest();
    if (auto added = store.AddDeployment(*kept); !added) return tl::unexpected(added.error());
  }
  return built;
}

}  // namespace

Result<data::Effective> DaysOf(const data::Deployment& deployment, std::optional<Date> first_day,
                               std::optional<Date> last_day) {
  const syntax::PolicyDecl& policy = deployment.graph->model->policy;
  const data::Effective own{policy.first_day, policy.last_day};
  const data::Effective days{first_day ? first_day : own.first_day, last_day ? last_day : own.last_day};
  if (!days.first_day) {
    return Fail(ErrorKind::kUsage, "first-day-needed",
                {"政策没有写施行日期，请给出首日（first_day，--first-day）",
                 "the policy names no first day: give one (first_day, --first-day)"});
  }
  for (const auto& day : {days.first_day, days.last_day}) {
    if (!day || own.Contains(*day)) continue;
    return Fail(ErrorKind::kUsage, "outside-effective",
                {fmt::format("{} 不在政策自己写的施行期内", day->ToString()),
                 fmt::format("{} is not among the days on which the policy itself is in force", day->ToString())});
  }
  if (days.last_day && *days.last_day < *days.first_day) {
    return Fail(ErrorKind::kUsage, "last-day-before-first",
                {fmt::format("末日 {} 早于首日 {}", days.last_day->ToString(), days.first_day->ToString()),
                 fmt::format("the last day {} is before the first, {}", days.last_day->ToString(),
                             days.first_day->ToString())});
  }
  return days;
}

Status CheckBound(const data::Deployment& deployment) {
  std::vector<std::string> names;
  for (const data::FieldId field : data::UnboundParameters(*deployment.graph, deployment.parameters))
    names.push_back((*deployment.graph->model)[field].name);
  if (names.empty()) return Ok();
  return Fail(ErrorKind::kFindings, "open-parameter",
              {fmt::format("待定的参数还没有绑定，不能发布：{}。请绑定后另起草案", fmt::join(names, "、")),
               fmt::format("open parameters are not bound, it cannot be published: {}. Bind them in a new draft",
                           fmt::join(names, ", "))});
}

Result<store::Version> Release(store::Store& store, const std::string& district, const std::string& id,
                               const std::string& person) {
  const auto version = store.FindVersion(district, id);
  if (!version) return version;
  const auto kept = store.FindDeployment(district, version->deployment);
  const Result<data::Deployment> built = kept ? replay::Rebuild(*kept) : tl::unexpected(kept.error());
  // What does not follow from its state is told first.
  if (built && version->state() == store::VersionState::kApproved) {
    if (auto bound = CheckBound(*built); !bound) return tl::unexpected(bound.error());
  }
  return store.Publish(district, id, person);
}

Result<std::vector<Published>> FindPublished(store::Store& store, const std::string& district,
                                             std::span<const Published> known) {
  auto versions = store.Versions(district);
  if (!versions) return tl::unexpected(versions.error());
  std::erase_if(*versions, [](const store::Version& one) { return one.state() != store::VersionState::kPublished; });
  std::vector<Published> out;
  for (store::Version& version : *versions) {
    auto deployment = Build(store, version, known);
    if (!deployment) return tl::unexpected(deployment.error());
    deployment->published = data::Effective{version.first_day, version.last_day};
    // They come by policy, then by first day: the one before ends where this one begins.
    if (!out.empty() && out.back().version.policy == version.policy) {
      std::optional<Date>& end = out.back().deployment.published->last_day;
      const Date before = version.first_day.AddDays(-1);
      end = end ? std::min(*end, before) : before;
    }
    out.push_back({std::move(*deployment), std::move(version)});
  }
  return out;
}

}  // namespace heng::publication
