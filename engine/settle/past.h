// Past: what the store says of a policy's earlier settlements: the results that hold for past periods. A settlement is fed from it where
// it is given no history of its own; history that is given must not contradict it. Used by the server's settlements and evaluations.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/data/deployment.h"
#include "engine/data/json_value.h"
#include "engine/data/refusal.h"
#include "engine/store/store.h"

namespace heng::settle {

// What the files of a settlement's results are called in the store: `结果.csv`, `结果.每月.csv`, and so on.
inline constexpr const char* kResultsName = "结果";

class Past {
 public:
  // Of the settlements that are not superseded, of periods before that one. Errors: the store's.
  static Result<Past> Read(store::Store& store, const std::string& district, const std::string& policy, Period before);

  bool empty() const { return values_.empty(); }
  // The settlements that it was read from.
  const std::vector<std::string>& settlements() const { return settlements_; }
  // Adds the history files that the policy could read, the bundle has not, and the past fills.
  void AddTo(store::Bundle& facts, const semantic::Model& model) const;
  // Where the bundle's history files differ: history-differs, by file, line and column. What cannot be read is left to who reads it.
  std::vector<data::Refusal> Differences(const store::Bundle& facts, const data::Deployment& deployment) const;
  // The same of a request (contract.md), by JSON pointer.
  std::vector<data::Refusal> Differences(const data::JsonValue& request, const data::Deployment& deployment) const;

 private:
  struct Key {
    std::string result;   // its name
    std::string subject;  // its id; empty: the whole district
    Period period;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  void TakeFile(const store::File& file);
  std::optional<data::Refusal> Contradiction(const semantic::Model& model, const std::string& name, const std::string& subject,
                                             Period period, const std::string& given) const;

  std::map<Key, std::string> values_;  // as the results' files write them; empty: recorded as absent
  std::vector<std::string> settlements_;
};

}  // namespace heng::settle
