// The verbs over the store: `log`, `publish`, `versions`; their arguments, and one file for what each does.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/store/store.h"
#include "tools/verbs.h"

namespace CLI {
class App;
}

namespace heng::tools {

struct LogOptions {
  std::string store;                       // its address
  std::string config;                      // names the store, if `store` does not
  std::string district;                    // empty: every one
  std::vector<std::string> files;          // verify: an exported log, instead of a store; or its parts, in their order
  std::vector<std::string> keys;           // verify: files of the public keys that are trusted
  std::vector<std::string> checkpoints;    // verify: exported logs whose checkpoints must still hold
  std::optional<std::string> signing_key;  // export: signs a checkpoint first
  std::optional<std::string> output;       // export: a file instead of stdout
  int64_t after = 0;                       // export: records behind that sequence; verify: files begin behind it
  std::vector<std::string> decisions;      // replay: their ids; empty: all
};
struct PublishOptions {
  SettleOptions policy;  // draft: which; its configuration names the store, if `store` does not
  std::string store;
  std::string district;
  std::string person;
  std::string id;  // approve, release, withdraw
  std::optional<std::string> first_day, last_day;
};
struct VersionsOptions {
  std::string store;
  std::string config;  // names the store, if `store` does not
  std::string district;
  std::string policy;
};

int RunLogVerify(const LogOptions& options, const Manner& manner);
int RunLogExport(const LogOptions& options, const Manner& manner);
int RunLogReplay(const LogOptions& options, const Manner& manner);
int RunDraft(const PublishOptions& options, const Manner& manner);
int RunApprove(const PublishOptions& options, const Manner& manner);
int RunRelease(const PublishOptions& options, const Manner& manner);
int RunWithdraw(const PublishOptions& options, const Manner& manner);
int RunVersions(const VersionsOptions& options, const Manner& manner);

// `01J… shiliuzhuang.plates 2024.1 published 2024-07-01 sha256:…`, or as JSON.
void Print(const store::Version& version, const Manner& manner);
// `2024-07-01 08:30:00` in UTC.
std::string TimeText(int64_t time_ms);

// Declares the verbs; once the arguments are parsed, runs the one that was asked for.
class StoreVerbs {
 public:
  explicit StoreVerbs(CLI::App& app);
  ~StoreVerbs();
  // Nothing if it was another verb.
  std::optional<int> Run(const Manner& manner) const;

 private:
  struct Parsed;
  std::unique_ptr<Parsed> parsed_;
};

}  // namespace heng::tools
