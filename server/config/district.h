// A district as the service runs it: its YAML file, and its policies compiled and bound. Immutable once loaded,
// shared between threads.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/data/deployment.h"
#include "engine/diagnostics/diagnostic.h"
#include "server/config/mistake.h"
#include "server/config/service.h"

namespace heng::config {

// What is in force in a district: what lies in its folder, or what two people published in the store.
enum class Publication : unsigned char { kFiles, kStore };

struct District {
  std::string id;  // the stem of its file
  std::string file;
  std::string name;
  std::string policy;                       // the policy's file, or the folder of its files
  std::optional<Retention> retention;       // how long its decisions are kept; its own, else the service's
  std::optional<int64_t> checkpoint_every;  // records of its log between two checkpoints; likewise
  std::optional<std::string> data;          // where its facts are
  data::ColumnMap columns;
  Publication publication = Publication::kFiles;
  // What lies in the folder, by policy, then by the first day in force; with kStore it is only what drafts may be made of.
  std::vector<data::Deployment> in_folder;
  // What answers, in the same order: with kFiles the same; with kStore what is published, which LoadDistrict leaves out.
  std::vector<data::Deployment> deployments;
  std::vector<Mistake> mistakes;        // of its file
  std::vector<Diagnostic> diagnostics;  // of the policies in its folder: errors and warnings

  // Nothing of it can be used. With kStore the policies in the folder may have errors.
  bool broken() const;
};

// True for `[a-z][a-z0-9-]{1,40}`.
bool IsDistrictId(std::string_view id);

// Where the facts of that policy are: with several policies, in the folder of its name, if there is one. Nothing if the district
// names no data.
std::optional<std::string> FactsFolder(const District& district, const data::Deployment& deployment);

// One district, whatever is wrong with it. Keys of the file: name, publication, policy, parameters, columns, data, retention,
// checkpoint_every.
District LoadDistrict(const std::string& path);
// Those of the folder, by id, with what the service says where they say nothing; files that do not end in .yaml are let be, but for .yml, which is a mistake.
std::vector<District> LoadDistricts(const ServiceConfig& service);

}  // namespace heng::config
