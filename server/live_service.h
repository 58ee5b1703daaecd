// LiveService: the service's snapshot, and how a reload replaces it: atomically, and per district: one that is broken
// keeps its last good state. Made by the verb that serves.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "server/config/service.h"
#include "server/service.h"

namespace heng::server {

class LiveService {
 public:
  // `base`: without districts; what it names must outlast this.
  LiveService(std::string config_file, Service base) : config_file_(std::move(config_file)), base_(std::move(base)) {}

  // Thread-safe.
  std::shared_ptr<const Service> Current() const;
  // Reads the configuration, the districts and their policies anew, and keeps their deployments in the store. By one
  // thread at a time. Listening, limits and store of heng.yaml need a restart.
  void Reload();
  // What a change of the configuration or of a policy is seen in.
  std::vector<std::string> Folders() const;

 private:
  std::vector<ServedDistrict> LoadDistricts(const config::ServiceConfig& config, const Service* before) const;
  void Keep(const Service& service) const;

  std::string config_file_;
  Service base_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Service> current_;
};

}  // namespace heng::server
