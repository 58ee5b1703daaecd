// LiveService: the service's snapshot, and how a reload replaces it: atomically, and per district: one that is broken
// keeps its last good state. Made by the verb that serves.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "server/config/service.h"
#include "server/file_stamps.h"
#include "server/service.h"

namespace heng::server {

class LiveService {
 public:
  // `started`: its configuration as it was written when the service started; `base`: without districts; what it names must outlast this.
  LiveService(config::ServiceConfig started, Service base);

  // Everything is thread-safe.
  std::shared_ptr<const Service> Current() const;
  // Reads the configuration, the districts and their policies anew, and keeps their deployments in the store. What of
  // heng.yaml needs a restart is named (Service::after_restart).
  void Reload();
  // Takes what is published now; the snapshot that has it.
  std::shared_ptr<const Service> Republish();
  // The same if another process has published or withdrawn a version, and whether it was so; to be called now and then.
  bool RepublishIfChanged();
  // What it was made from, or would have been.
  ReadPaths Paths() const;

 private:
  // A district as it is written, and its last good state if that is broken; what is published is not in it.
  struct Written {
    std::shared_ptr<const config::District> current;
    std::shared_ptr<const config::District> rejected;
  };
  void ReadDistricts(const config::ServiceConfig& config);
  void Serve();
  ServedDistrict WithPublished(const Written& written, const ServedDistrict* before);
  void Keep(const Service& service) const;

  config::ServiceConfig started_;
  Service base_;
  // Held while the next snapshot is made, by one thread at a time; guards what follows.
  std::mutex making_;
  std::vector<Written> written_;
  std::vector<config::Mistake> mistakes_;
  std::vector<std::string> after_restart_;
  // How many steps versions had taken when what is published was read; nothing: it could not be read.
  std::optional<int64_t> steps_;

  mutable std::mutex mutex_;
  std::shared_ptr<const Service> current_;
};

}  // namespace heng::server
