#include "server/live_service.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/publication/publication.h"
#include "engine/replay/replay.h"
#include "server/event_log.h"

namespace heng::server {

namespace {

const ServedDistrict* Find(const Service* service, const std::string& id) {
  if (service == nullptr) return nullptr;
  for (const ServedDistrict& one : service->districts) {
    if (one.current->id == id) return &one;
  }
  return nullptr;
}

std::shared_ptr<const config::District> WithMistake(config::District district, config::Mistake mistake) {
  district.mistakes.push_back(std::move(mistake));
  return std::make_shared<const config::District>(std::move(district));
}

}  // namespace

LiveService::LiveService(config::ServiceConfig started, Service base)
    : started_(std::move(started)), base_(std::move(base)) {
  base_.published_anew = [this] { return Republish(); };
}

std::shared_ptr<const Service> LiveService::Current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

void LiveService::Reload() {
  const std::lock_guard lock(making_);
  const auto config = config::LoadService(started_.file);
  mistakes_ = config ? std::vector<config::Mistake>() : config.error();
  if (config) {
    ReadDistricts(*config);
    auto changed = config::ChangedForRestart(started_, *config);
    if (changed != after_restart_ && !changed.empty() && base_.log != nullptr)
      base_.log->Said("restart-needed", fmt::format("{}", fmt::join(changed, ", ")));
    after_restart_ = std::move(changed);
  }
  Serve();
  Keep(*Current());
}

std::shared_ptr<const Service> LiveService::Republish() {
  const std::lock_guard lock(making_);
  Serve();
  return Current();
}

bool LiveService::RepublishIfChanged() {
  if (base_.store == nullptr) return false;
  const std::lock_guard lock(making_);
  const auto steps = base_.store->CountVersionSteps();
  if (!steps || steps_ == *steps) return false;
  Serve();
  return true;
}

void LiveService::ReadDistricts(const config::ServiceConfig& config) {
  std::vector<Written> before = std::move(written_);
  written_.clear();
  for (config::District& loaded : config::LoadDistricts(config)) {
    auto district = std::make_shared<const config::District>(std::move(loaded));
    Written written{district, nullptr};
    const auto known =
        std::find_if(before.begin(), before.end(), [&](const Written& one) { return one.current->id == district->id; });
    if (district->broken() && known != before.end() && !known->current->broken()) written = {known->current, district};
    if (base_.store != nullptr) base_.store->CheckpointEvery(district->id, *written.current->checkpoint_every);
    written_.push_back(std::move(written));
  }
}

// Makes the next snapshot.
void LiveService::Serve() {
  const std::shared_ptr<const Service> before = Current();
  auto next = std::make_shared<Service>(base_);
  next->mistakes = mistakes_;
  next->after_restart = after_restart_;
  steps_.reset();
  if (base_.store != nullptr) {
    // Before the versions are read: what is published meanwhile is read again.
    if (const auto steps = base_.store->CountVersionSteps()) steps_ = *steps;
  }
  for (const Written& written : written_) {
    next->districts.push_back(WithPublished(written, Find(before.get(), written.current->id)));
  }
  const std::lock_guard lock(mutex_);
  current_ = std::move(next);
}

ServedDistrict LiveService::WithPublished(const Written& written, const ServedDistrict* before) {
  const config::District& district = *written.current;
  if (district.publication == config::Publication::kFiles || district.broken())
    return {written.current, written.rejected};
  const auto fall_back = [&](config::Mistake mistake) {
    auto broken = WithMistake(district, std::move(mistake));
    const bool good = before != nullptr && !before->current->broken();
    return good ? ServedDistrict{before->current, std::move(broken), before->published}
                : ServedDistrict{std::move(broken), nullptr};
  };
  if (base_.store == nullptr) return fall_back(config::WithoutStore(district));
  auto published = publication::FindPublished(
      *base_.store, district.id, before == nullptr ? std::span<const publication::Published>() : before->published);
  if (!published) {
    if (published.error().kind == ErrorKind::kEnvironment) steps_.reset();
    if (base_.log != nullptr) base_.log->Failed("publication", published.error());
    return fall_back({published.error().kind, published.error().code, district.file, 0, 0, published.error().message});
  }
  config::District served = district;
  for (const publication::Published& one : *published) served.deployments.push_back(one.deployment);
  return {std::make_shared<const config::District>(std::move(served)), written.rejected, std::move(*published)};
}

void LiveService::Keep(const Service& service) const {
  if (service.store == nullptr) return;
  for (const ServedDistrict& district : service.districts) {
    // What was published is kept already.
    if (district.current->broken() || district.rejected || !district.published.empty()) continue;
    for (const data::Deployment& deployment : district.current->deployments) {
      const auto stored = replay::Capture(deployment, district.current->id);
      const Status kept = stored ? service.store->AddDeployment(*stored) : Status(tl::unexpected(stored.error()));
      if (!kept && service.log != nullptr) service.log->Failed("deployment", kept.error());
    }
  }
}

ReadPaths LiveService::Paths() const {
  ReadPaths paths;
  paths.files.insert(started_.file);
  if (const auto folder = config::DistrictsIn(started_.file)) paths.folders.insert(*folder);
  for (const ServedDistrict& district : Current()->districts) {
    for (const auto& one : {district.current, district.rejected}) {
      if (one == nullptr) continue;
      paths.files.insert(one->file);
      paths.files.insert(one->files.begin(), one->files.end());
      if (!one->policy.empty()) paths.folders.insert(one->policy);
      if (one->data) paths.files.insert(*one->data);
    }
  }
  return paths;
}

}  // namespace heng::server
