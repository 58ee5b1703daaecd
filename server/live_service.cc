#include "server/live_service.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "engine/replay/replay.h"
#include "server/bundle_folder.h"
#include "server/event_log.h"

namespace heng::server {

std::shared_ptr<const Service> LiveService::Current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

void LiveService::Reload() {
  const std::shared_ptr<const Service> before = Current();
  auto next = std::make_shared<Service>(base_);
  const auto config = config::LoadService(config_file_);
  if (config) {
    next->districts = LoadDistricts(*config, before.get());
    Keep(*next);
  } else {
    if (before) next->districts = before->districts;
    next->mistakes = config.error();
  }
  const std::lock_guard lock(mutex_);
  current_ = std::move(next);
}

std::vector<ServedDistrict> LiveService::LoadDistricts(const config::ServiceConfig& config, const Service* before) const {
  std::vector<ServedDistrict> out;
  for (config::District& loaded : config::LoadDistricts(config)) {
    auto district = std::make_shared<const config::District>(std::move(loaded));
    ServedDistrict served{district, nullptr};
    if (district->broken() && before != nullptr) {
      const auto known = std::find_if(before->districts.begin(), before->districts.end(),
                                      [&](const ServedDistrict& one) { return one.current->id == district->id; });
      if (known != before->districts.end() && !known->current->broken()) served = {known->current, district};
    }
    out.push_back(std::move(served));
  }
  return out;
}

void LiveService::Keep(const Service& service) const {
  if (service.store == nullptr) return;
  for (const ServedDistrict& district : service.districts) {
    if (district.current->broken() || district.rejected) continue;
    for (const data::Deployment& deployment : district.current->deployments) {
      const auto stored = replay::Capture(deployment, district.current->id);
      const Status kept = stored ? service.store->AddDeployment(*stored) : Status(tl::unexpected(stored.error()));
      if (!kept && service.log != nullptr) service.log->Failed("deployment", kept.error().code, kept.error().message.en);
    }
  }
}

std::vector<std::string> LiveService::Folders() const {
  namespace fs = std::filesystem;
  const auto folder_of = [](const std::string& file) {
    const std::string folder = fs::path(file).parent_path().string();
    return folder.empty() ? std::string(".") : folder;
  };
  std::set<std::string> folders = {folder_of(config_file_)};
  if (const auto config = config::LoadService(config_file_)) folders.insert(config->districts);
  for (const ServedDistrict& district : Current()->districts) {
    for (const auto& one : {district.current, district.rejected}) {
      if (one == nullptr) continue;
      std::error_code error;
      if (!one->policy.empty()) folders.insert(fs::is_directory(one->policy, error) ? one->policy : folder_of(one->policy));
      for (const data::Deployment& deployment : one->deployments) {
        for (const std::string& file : FilesOf(*deployment.graph->model->tree->source)) folders.insert(folder_of(file));
      }
    }
  }
  return {folders.begin(), folders.end()};
}

}  // namespace heng::server
