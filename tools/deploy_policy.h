// A policy made ready to run from the arguments of a verb: loaded, with its open parameters bound by --set or by a district's YAML.
#pragma once

#include "engine/data/deployment.h"
#include "tools/verbs.h"

namespace heng::tools {

struct Deployed {
  data::Deployment deployment;
  std::string district;             // empty without a configuration
  std::optional<std::string> data;  // the folder of its facts, if the district's YAML names one
};

// Errors: those of LoadPolicy, of Bind, of the configuration.
Result<Deployed> Deploy(const std::string& policy, const std::vector<std::string>& sets, const Manner& manner);
// By --config and --district if they are given, else by POLICY; of several policies and versions, the one that the options name or
// that is in force on the first day of the period. Errors: those of evaluate::Choose too.
Result<Deployed> Deploy(const SettleOptions& options, const Manner& manner);

// A period as the arguments give it. Error: usage, bad-period.
Result<Period> ReadPeriod(const std::string& text);
// The folder of --data, or the district's. Error: usage, no-data.
Result<std::string> FactsFolder(const SettleOptions& options, const Deployed& deployed);

}  // namespace heng::tools
