// `heng versions`: a district's versions, and who did what to them.
#include <algorithm>
#include <ctime>
#include <set>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tools/open_store.h"
#include "tools/store_verbs.h"

namespace heng::tools {
namespace {

Bilingual TextOf(store::VersionState state) {
  switch (state) {
    case store::VersionState::kDraft: return {"草案", "draft"};
    case store::VersionState::kApproved: return {"已批准", "approved"};
    case store::VersionState::kPublished: return {"已发布", "published"};
    case store::VersionState::kWithdrawn: break;
  }
  return {"已撤回", "withdrawn"};
}

// Says of which districts or policies there are any. Or the store's error.
Error NoVersions(store::Store& store, const VersionsOptions& options) {
  std::set<std::string> known;
  const auto districts = store.VersionDistricts();
  if (!districts) return districts.error();
  const bool has_district = std::find(districts->begin(), districts->end(), options.district) != districts->end();
  if (has_district) {
    const auto all = store.Versions(options.district);
    if (!all) return all.error();
    for (const store::Version& version : *all) known.insert(version.policy);
  } else {
    known.insert(districts->begin(), districts->end());
  }
  if (known.empty()) {
    return {ErrorKind::kFindings,
            "no-versions",
            {"存储里还没有任何版本的草案或发布", "the store has no draft and no published version yet"},
            store.name()};
  }
  if (has_district) {
    return {ErrorKind::kFindings,
            "unknown-policy",
            {fmt::format("辖区“{}”没有政策“{}”的版本，有的是：{}", options.district, options.policy,
                         fmt::join(known, "、")),
             fmt::format("the district '{}' has no version of the policy '{}', it has of: {}", options.district,
                         options.policy, fmt::join(known, ", "))},
            store.name()};
  }
  return {ErrorKind::kFindings,
          "unknown-district",
          {fmt::format("辖区“{}”没有版本，有版本的是：{}", options.district, fmt::join(known, "、")),
           fmt::format("the district '{}' has no versions, those that have are: {}", options.district,
                       fmt::join(known, ", "))},
          store.name()};
}

}  // namespace

std::string TimeText(int64_t time_ms) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::gmtime(static_cast<std::time_t>(time_ms / 1000)));
}

void Print(const store::Version& version, const Manner& manner) {
  if (manner.json) {
    nlohmann::ordered_json out = {{"id", version.id},
                                  {"policy", version.policy},
                                  {"version", version.version},
                                  {"deployment", version.deployment},
                                  {"first_day", version.first_day.ToString()},
                                  {"state", store::NameOf(version.state())},
                                  {"steps", nlohmann::ordered_json::array()}};
    if (version.last_day) out["last_day"] = version.last_day->ToString();
    for (const store::Version::Step& step : version.steps)
      out["steps"].push_back(
          {{"state", store::NameOf(step.state)}, {"person", step.person}, {"time_ms", step.time_ms}});
    fmt::print("{}\n", out.dump());
    return;
  }
  const std::string last = version.last_day ? version.last_day->ToString() : "";
  fmt::print("{}  {} {}  {}  {}～{}  {}\n", version.id, version.policy, version.version,
             TextOf(version.state()).In(manner.language), version.first_day.ToString(), last, version.deployment);
  for (const store::Version::Step& step : version.steps)
    fmt::print("  {} UTC  {}  {}\n", TimeText(step.time_ms), TextOf(step.state).In(manner.language), step.person);
}

int RunVersions(const VersionsOptions& options, const Manner& manner) {
  const auto store = OpenStore(options.store, options.config, manner, store::StoreUse::kRead);
  if (!store) return Report(store.error(), manner);
  const auto versions = (*store)->Versions(options.district, options.policy);
  if (!versions) return Report(versions.error(), manner);
  if (versions->empty()) return Report(NoVersions(**store, options), manner);
  for (const store::Version& version : *versions) Print(version, manner);
  return kDone;
}

}  // namespace heng::tools
