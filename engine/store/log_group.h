// LogGroup: consecutive records of one district as the database keeps them, one row for what was committed together. A row a record
// would cost the writer more than everything else that a decision takes. Internal to store/; what outlives any database is in chain.h.
//
// `ids` holds the records' ids, `records` for each of them, one after the other: time, deployment, period, media, query (as WritePairs
// gives it), request, answer, hash, request digest, answer digest, previous; each as PutSized gives it, numbers in decimal digits. The
// last three are empty where they are what they must be: the digests of the bytes by the hash's algorithm, and the hash of the record
// before. The other members say again what stands in the records, so that the database can look for it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/store/decision.h"

namespace heng::store {

struct LogGroup {
  std::string district;
  int64_t first = 0;  // the sequence of its first record
  int64_t last = 0;   // and of its last
  int64_t min_time_ms = 0;
  int64_t max_time_ms = 0;
  std::string id_prefix;  // that of all its ids
  std::string min_id;
  std::string max_id;
  std::string previous;  // which its first record follows
  std::string hash;      // of its last record
  std::string ids;
  std::string records;  // the row holds them packed

  bool empty() const { return ids.empty(); }
  // Whether it may be its next record: it follows, its id has the same prefix, and the row does not get too large.
  bool Takes(const DecisionView& decision, int64_t sequence) const;
  // REQUIRES: Takes, and the link is what Follow makes for the decision.
  void Append(const DecisionView& decision, const Link& link);
  // The same for a record of which nothing is known: what it says of itself is kept, true or not.
  void AppendAsWritten(const Record& record);
};

// What a group's ids have in common, so that those that may hold an id can be looked up: the letters of a ULID that stay the same for
// half a minute.
std::string IdPrefix(std::string_view id);

// Its ids, as far as they can be read, in `ids`.
std::vector<std::string_view> IdsOf(std::string_view ids);

// Its records, from `first` to `last`. What cannot be read, and what the other members contradict, stands there without its hash, so
// that it does not verify. If `first` and `last` make no sense, one such record, at `last`.
std::vector<Record> RecordsOf(const LogGroup& group);

}  // namespace heng::store
