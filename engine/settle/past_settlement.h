// PastSettlement: what one settlement of the store says of the past: its results, the history that it was given, who was in its roster.
// Never changes. PastSettlements keeps those that were read lately. Used by past.h, shared by all requests.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/data/deployment.h"
#include "engine/store/store.h"

namespace heng::settle {

// What the files of a settlement's results are called in the store: `结果.csv`, `结果.每月.csv`, and so on.
inline constexpr const char* kResultsName = "结果";

// A file of results, or of history, which is of the same form.
struct PastTable {
  using Row = std::pair<std::string, Period>;  // the subject's id (empty: the whole district), the period
  std::string stem;                            // its name without `.csv`
  std::vector<std::string> names;              // the results by column; of 编号 and 期间 empty
  std::map<Row, std::vector<std::string>> rows;
  std::map<Row, size_t> lines;  // where they stand, from 1

  // The column of the result; nothing if it is not in the file.
  std::optional<size_t> Column(const std::string& result) const;
};

// By its name without `.csv`.
bool IsHistory(const std::string& stem);
// Nothing if it is no such file. The names are those of the policy: `columns` says what the district calls them. `sheet`: it was written
// of a sheet, whose rows `lines` then counts.
std::optional<PastTable> ReadPastTable(const store::File& file, const data::ColumnMap& columns, bool sheet = false);
// The ids in the file of that kind of subject; nothing if there is no such file, or it cannot be read.
std::optional<std::set<std::string>> RosterIn(const store::Bundle& facts, const semantic::Sort& sort,
                                              const data::ColumnMap& columns);

struct PastSettlement {
  std::string id;
  Period period;
  std::vector<PastTable> results;
  std::vector<PastTable> given;                               // history files, without those that were fed
  std::map<std::string, std::set<std::string>> rosters = {};  // by the name of the kind of subject
  size_t bytes = 0;                                           // about what it takes

  // As the file writes it, also one that could not be given (data::kFailedCell); null if it has none.
  const std::string* Find(const std::string& result, const PastTable::Row& row) const;
};
using PastSettlementPtr = std::shared_ptr<const PastSettlement>;

// Thread-safe. What it keeps is never stale: a settlement does not change, and which of them hold is asked of the store each time.
class PastSettlements {
 public:
  // Keeps about so much, the least recently used go first.
  explicit PastSettlements(size_t bytes = size_t{64} << 20) : limit_(bytes) {}

  // Those that are not superseded and whose period ended before that day, the earliest first. `own`: of that policy, whose columns and
  // kinds of subject are then known; null: of a policy of which only results are asked. Errors: the store's.
  Result<std::vector<PastSettlementPtr>> Holding(store::Store& store, const std::string& district,
                                                 const std::string& policy, Date before, const data::Deployment* own);
  // How many settlements were read from the store.
  size_t read() const;

 private:
  using Key =
      std::pair<std::string, std::string>;  // the settlement's id, the digest of the deployment by which it was read
  PastSettlementPtr Kept(const Key& key);
  void Keep(const Key& key, PastSettlementPtr settlement);
  void Forget(const std::string& id);

  const size_t limit_;
  mutable std::mutex mutex_;
  std::list<std::pair<Key, PastSettlementPtr>> kept_;  // the most recently used first
  size_t bytes_ = 0;
  size_t read_ = 0;
};

}  // namespace heng::settle
