#include "tools/deploy_policy.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "server/config/district.h"
#include "server/config/service.h"

namespace heng::tools {
namespace {

Status BindAll(data::Deployment& deployment, const std::vector<std::string>& sets) {
  std::set<data::FieldId> set_once;
  for (const std::string& set : sets) {
    const auto setting = SplitSetting(set);
    if (!setting) return tl::unexpected(setting.error());
    const auto bound = data::Bind(*deployment.graph, setting->first, setting->second);
    if (!bound) return tl::unexpected(bound.error());
    if (!set_once.insert(bound->first).second) {
      return Fail(ErrorKind::kUsage, "set-twice",
                  {fmt::format("“{}”设了两次", setting->first), fmt::format("'{}' is set twice", setting->first)});
    }
    deployment.parameters.insert_or_assign(bound->first, bound->second);
  }
  return Ok();
}

}  // namespace

Result<Deployed> Deploy(const std::string& policy, const std::vector<std::string>& sets, const Manner& manner) {
  const Result<graph::GraphPtr> graph = LoadPolicy(policy, manner);
  if (!graph) return tl::unexpected(graph.error());
  Deployed out{{*graph, {}, {}}, "", std::nullopt};
  if (const Status bound = BindAll(out.deployment, sets); !bound) return tl::unexpected(bound.error());
  return out;
}

Result<Deployed> DeployDistrict(const std::string& config, const std::string& id, const std::vector<std::string>& sets,
                                const Manner& manner) {
  const auto service = config::LoadService(config);
  const auto broken = [&](const std::vector<config::Mistake>& mistakes) {
    fmt::print(stderr, "{}", config::RenderText(mistakes, manner.language));
    return Fail(ErrorKind::kFindings, "bad-configuration", {"配置有错误", "the configuration has mistakes"}, config);
  };
  if (!service) return broken(service.error());
  std::vector<config::District> districts = config::LoadDistricts(*service);
  const auto district =
      std::find_if(districts.begin(), districts.end(), [&](const config::District& d) { return d.id == id; });
  if (district == districts.end()) {
    return Fail(ErrorKind::kUsage, "unknown-district",
                {fmt::format("配置里没有区县“{}”", id), fmt::format("the configuration has no district '{}'", id)},
                config);
  }
  Print(district->diagnostics, manner);
  if (!district->mistakes.empty()) return broken(district->mistakes);
  if (district->broken() || district->deployments.size() != 1) {
    return Fail(ErrorKind::kFindings, "which-policy",
                {fmt::format("区县“{}”有 {} 个可用的政策，请写明是哪一个", id, district->deployments.size()),
                 fmt::format("the district '{}' has {} usable policies: name one", id, district->deployments.size())},
                district->file);
  }
  Deployed out{district->deployments.front(), id, district->data};
  if (const Status bound = BindAll(out.deployment, sets); !bound) return tl::unexpected(bound.error());
  return out;
}

Result<Deployed> Deploy(const SettleOptions& options, const Manner& manner) {
  if (options.config && options.district && !options.policy)
    return DeployDistrict(*options.config, *options.district, options.sets, manner);
  if (options.policy && !options.config && !options.district) return Deploy(*options.policy, options.sets, manner);
  return Fail(ErrorKind::kUsage, "which-policy",
              {"请写明政策，或写明 --config 与 --district", "name a policy, or --config and --district"});
}

Result<Period> ReadPeriod(const std::string& text) {
  const std::optional<Period> period = ParsePeriod(text);
  if (period) return *period;
  return Fail(ErrorKind::kUsage, "bad-period",
              {fmt::format("“{}”不是期间，应写作 2024Q3 或 2024-07", text),
               fmt::format("'{}' is no period: write 2024Q3 or 2024-07", text)});
}

Result<std::string> FactsFolder(const SettleOptions& options, const Deployed& deployed) {
  if (options.data) return *options.data;
  if (deployed.data) return *deployed.data;
  return Fail(ErrorKind::kUsage, "no-data",
              {"请用 --data 写明事实所在的文件夹", "name the folder of the facts with --data"});
}

}  // namespace heng::tools
