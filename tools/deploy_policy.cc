#include "tools/deploy_policy.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "engine/evaluate/choose.h"
#include "engine/publication/publication.h"
#include "server/config/district.h"
#include "server/config/service.h"
#include "tools/open_store.h"

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

namespace {

// The one that --policy and --version name, for whatever period. Errors, kUsage: unknown-policy (none), which-policy (several); both
// list what there is.
Result<Deployed> ChooseByName(const std::vector<data::Deployment>& all, const SettleOptions& options) {
  std::vector<const data::Deployment*> found;
  std::vector<std::string> known, fitting;
  for (const data::Deployment& one : all) {
    const syntax::PolicyDecl& policy = one.graph->model->policy;
    const std::string name = fmt::format("--policy {} --version {}", policy.id, policy.version);
    known.push_back(name);
    if (!options.name.empty() && !evaluate::IsNamed(policy.id, options.name)) continue;
    if (!options.version.empty() && policy.version != options.version) continue;
    found.push_back(&one);
    fitting.push_back(name);
  }
  if (found.size() == 1) return Deployed{*found.front(), "", std::nullopt};
  if (found.empty()) {
    return Fail(ErrorKind::kUsage, "unknown-policy",
                {fmt::format("没有这样的政策或版本，有的是：{}", fmt::join(known, "；")),
                 fmt::format("there is no such policy or version; there is: {}", fmt::join(known, "; "))});
  }
  return Fail(ErrorKind::kUsage, "which-policy",
              {fmt::format("有几个，请写明其中一个：{}", fmt::join(fitting, "；")),
               fmt::format("there are several, name one of them: {}", fmt::join(fitting, "; "))});
}

// The one of several that --policy, --version and --period name.
Result<Deployed> Choose(const std::vector<data::Deployment>& all, const SettleOptions& options) {
  if (all.size() == 1 && options.name.empty() && options.version.empty())
    return Deployed{all.front(), "", std::nullopt};
  if (options.in_folder && options.period.empty()) return ChooseByName(all, options);
  const Result<Period> period = ReadPeriod(options.period);
  if (!period) return tl::unexpected(period.error());
  const auto chosen = evaluate::Choose(all, {options.name, options.version, *period, !options.version.empty()});
  if (!chosen) {
    Error error = chosen.error();
    error.at.clear();
    return tl::unexpected(std::move(error));
  }
  return Deployed{**chosen, "", std::nullopt};
}

// What is in force in the district.
Result<std::vector<data::Deployment>> FindDeployments(const config::ServiceConfig& service,
                                                      const config::District& district, const Manner& manner) {
  if (district.publication == config::Publication::kFiles) return district.deployments;
  const auto store = OpenStore(service.store, service.file, manner, store::StoreUse::kRead);
  if (!store) return tl::unexpected(store.error());
  auto published = publication::FindPublished(**store, district.id, {});
  if (!published) return tl::unexpected(published.error());
  std::vector<data::Deployment> out;
  for (publication::Published& one : *published) out.push_back(std::move(one.deployment));
  return out;
}

Result<Deployed> DeployDistrict(const SettleOptions& options, const Manner& manner) {
  const std::string& id = *options.district;
  const auto service = config::LoadService(*options.config);
  const auto broken = [&](const std::vector<config::Mistake>& mistakes) {
    fmt::print(stderr, "{}", config::RenderText(mistakes, manner.language));
    return Fail(ErrorKind::kFindings, "bad-configuration", {"配置有错误", "the configuration has mistakes"},
                *options.config);
  };
  if (!service) return broken(service.error());
  std::vector<config::District> districts = config::LoadDistricts(*service);
  const auto district =
      std::find_if(districts.begin(), districts.end(), [&](const config::District& d) { return d.id == id; });
  if (district == districts.end()) {
    return Fail(ErrorKind::kUsage, "unknown-district",
                {fmt::format("配置里没有辖区“{}”", id), fmt::format("the configuration has no district '{}'", id)},
                *options.config);
  }
  PrintWithoutNotes(district->diagnostics, manner);
  if (!district->mistakes.empty() || district->broken()) return broken(district->mistakes);
  if (!options.data && !district->data_mistakes.empty()) return broken(district->data_mistakes);
  const auto deployments = options.in_folder ? district->in_folder : FindDeployments(*service, *district, manner);
  if (!deployments) return tl::unexpected(deployments.error());
  Result<Deployed> out = Choose(*deployments, options);
  if (!out) return out;
  out->district = id;
  out->data = config::FactsFolder(*district, out->deployment);
  return out;
}

}  // namespace

Result<Deployed> Deploy(const SettleOptions& options, const Manner& manner) {
  Result<Deployed> out = Deployed{};
  if (options.config && options.district && !options.policy) {
    out = DeployDistrict(options, manner);
  } else if (options.policy && !options.config && !options.district) {
    const auto graphs = LoadPolicies(*options.policy, manner);
    if (!graphs) return tl::unexpected(graphs.error());
    std::vector<data::Deployment> all;
    for (const graph::GraphPtr& graph : *graphs) all.push_back({graph, {}, {}});
    out = Choose(all, options);
  } else {
    return Fail(ErrorKind::kUsage, "which-policy",
                {"请写明政策，或写明 --config 与 --district", "name a policy, or --config and --district"});
  }
  if (!out) return out;
  if (const Status bound = BindAll(out->deployment, options.sets); !bound) return tl::unexpected(bound.error());
  return out;
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
