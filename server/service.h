// Service: what a request is answered from. A snapshot: immutable, shared between threads; a reload makes another one
// (live_service.h). What lasts longer (store, access, metrics, log) is named by it, not owned.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/publication/publication.h"
#include "server/config/district.h"

namespace heng::settle {
class PastSettlements;
}
namespace heng::store {
class Store;
}

namespace heng::server {

class Access;
class EventLog;
class Metrics;
class SettlementJobs;

struct ServedDistrict {
  // Answers, if it is not broken itself (as it may be from the start).
  std::shared_ptr<const config::District> current;
  // What was to take its place but is broken; `current` is the last good state.
  std::shared_ptr<const config::District> rejected;
  // With publication by the store: who published what, in the order of current->deployments.
  std::vector<publication::Published> published = {};

  // What is written and published now.
  const config::District& written() const { return rejected ? *rejected : *current; }
};

struct Service {
  std::vector<ServedDistrict> districts;
  // Of heng.yaml, if it has been changed for the worse.
  std::vector<config::Mistake> mistakes;
  // A new id for a decision. Thread-safe.
  std::function<std::string()> new_decision;
  // Each may be null: then nothing is kept, everyone may do everything, nothing is counted, nothing is said.
  store::Store* store = nullptr;
  Access* access = nullptr;
  Metrics* metrics = nullptr;
  EventLog* log = nullptr;
  // These are there if there is a store.
  SettlementJobs* settlements = nullptr;
  settle::PastSettlements* past = nullptr;
  // To be called when a version was published or withdrawn: makes, and returns, the service as it is from now on. May be
  // empty.
  std::function<std::shared_ptr<const Service>()> published_anew = {};
  // Keys of heng.yaml that have changed since the start and hold after a restart.
  std::vector<std::string> after_restart = {};
};

}  // namespace heng::server
