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
  std::string policy;                  // the policy's file, or the folder of its files
  std::vector<std::string> files;      // all that the policies were read from, and what they name and was not there
  std::optional<Retention> retention;  // how long its decisions are kept; its own, else the service's
  std::optional<int64_t> checkpoint_every;  // records of its log between two checkpoints; likewise
  std::optional<std::string> data;          // where its facts are
  data::ColumnMap columns;
  Publication publication = Publication::kFiles;
  // What lies in the folder, by policy, then by the first day in force; with kStore it is only what drafts may be made of.
  std::vector<data::Deployment> in_folder;
  // What answers, in the same order: with kFiles the same; with kStore what is published, which LoadDistrict leaves out.
  std::vector<data::Deployment> deployments;
  std::vector<Mistake> mistakes;  // of its file
  std::vector<Mistake>
      data_mistakes;  // of what `data` names: it settles nothing from there, and all else is as it should be
  std::vector<Diagnostic> diagnostics;  // of the policies in its folder: errors and warnings

  // Nothing of it can be used. With kStore the policies in the folder may have errors.
  bool broken() const;
  // Broken, or without its data.
  bool faulty() const { return broken() || !data_mistakes.empty(); }
};

// True for `[a-z][a-z0-9-]{1,40}`.
bool IsDistrictId(std::string_view id);

// Where the facts of that policy are: with several policies, in the folder of its name, if there is one. Nothing if the district
// names no data.
std::optional<std::string> FactsFolder(const District& district, const data::Deployment& deployment);

// `publication: store` where there is no store.
Mistake WithoutStore(const District& district);

// One district, whatever is wrong with it. Keys of the file: name, publication, policy, parameters, columns, data, retention,
// checkpoint_every.
District LoadDistrict(const std::string& path);
// A .yaml that is not hidden; or a .yml or .YAML, which is a mistake but not passed over.
bool IsDistrictFile(const std::string& path);
// Those of the folder, by id, each id once, with what the service says where they say nothing. Files that IsDistrictFile does not
// hold for are let be; two of one id are one broken district (duplicate-district).
std::vector<District> LoadDistricts(const ServiceConfig& service);

}  // namespace heng::config
