#include "engine/diff/diff.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>

#include <fmt/format.h>

#include "tools/verbs.h"

namespace heng::tools {
namespace {

using graph::GraphPtr;
using Versions = std::vector<GraphPtr>;

const std::string& VersionOf(const GraphPtr& policy) { return policy->model->policy.version; }

std::map<std::string, Versions> ById(const Versions& policies) {
  std::map<std::string, Versions> out;
  for (const GraphPtr& policy : policies) out[policy->model->policy.id].push_back(policy);
  return out;
}

// The same version of both sides; the one that is left on each side; what is on one side only.
void Pair(Versions olds, Versions news, std::vector<diff::Difference>& out) {
  for (auto it = olds.begin(); it != olds.end();) {
    const auto same =
        std::find_if(news.begin(), news.end(), [&](const GraphPtr& p) { return VersionOf(p) == VersionOf(*it); });
    if (same == news.end()) {
      ++it;
      continue;
    }
    out.push_back(diff::Diff(it->get(), same->get()));
    news.erase(same);
    it = olds.erase(it);
  }
  if (olds.size() == 1 && news.size() == 1) {
    out.push_back(diff::Diff(olds[0].get(), news[0].get()));
    return;
  }
  for (const GraphPtr& policy : olds) out.push_back(diff::Diff(policy.get(), nullptr));
  for (const GraphPtr& policy : news) out.push_back(diff::Diff(nullptr, policy.get()));
}

Result<Versions> LoadSide(const std::string& path, const Manner& manner) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return LoadPolicies(path, manner);
  Result<GraphPtr> policy = LoadPolicy(path, manner);  // a module too
  if (!policy) return tl::unexpected(policy.error());
  return Versions{std::move(*policy)};
}

Result<std::vector<diff::Difference>> Compare(const DiffOptions& options, const Manner& manner) {
  const Result<Versions> olds = LoadSide(options.old_path, manner);
  if (!olds) return tl::unexpected(olds.error());
  std::vector<diff::Difference> out;
  if (!options.new_path) {
    // The versions of one folder, each with the one before it.
    for (const auto& [id, versions] : ById(*olds)) {
      for (size_t i = 1; i < versions.size(); ++i) out.push_back(diff::Diff(versions[i - 1].get(), versions[i].get()));
    }
    if (!out.empty()) return out;
    return Fail(
        ErrorKind::kUsage, "nothing-to-compare",
        {fmt::format("“{}”里没有同一政策的两个版本；请写明旧的和新的：heng diff 旧 新", options.old_path),
         fmt::format("'{}' holds no two versions of a policy; name both: heng diff OLD NEW", options.old_path)});
  }
  const Result<Versions> news = LoadSide(*options.new_path, manner);
  if (!news) return tl::unexpected(news.error());
  // Two files are compared whatever they are called.
  if (olds->size() == 1 && news->size() == 1) return std::vector{diff::Diff((*olds)[0].get(), (*news)[0].get())};
  std::map<std::string, std::pair<Versions, Versions>> sides;
  for (const auto& [id, versions] : ById(*olds)) sides[id].first = versions;
  for (const auto& [id, versions] : ById(*news)) sides[id].second = versions;
  for (const auto& [id, pair] : sides) Pair(pair.first, pair.second, out);
  return out;
}

}  // namespace

int RunDiff(const DiffOptions& options, const Manner& manner) {
  if (options.data || options.prove) {
    return Report(
        {ErrorKind::kUsage,
         "not-yet",
         {"还不能用数据比较（--data），也不能证明（--prove）；现在只比较条文",
          "comparing with data (--data) and proving (--prove) are not built yet; only the texts are compared"},
         ""},
        manner);
  }
  const Result<std::vector<diff::Difference>> differences = Compare(options, manner);
  if (!differences) return Report(differences.error(), manner);
  const std::string text =
      manner.json ? diff::RenderJson(*differences) : diff::RenderText(*differences, manner.language);
  std::fputs(text.c_str(), stdout);
  const bool none = std::all_of(differences->begin(), differences->end(), [](const auto& d) { return d.empty(); });
  return none ? kDone : kFindings;
}

}  // namespace heng::tools
