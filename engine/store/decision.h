// What the decision log keeps: a decision as it was answered, the record that chains it to the one before it, and the checkpoint that
// signs the chain. A district has one chain. The form of a record, and how it is verified, is in chain.h; who writes it, in store.h.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace heng::store {

// An evaluation as it was asked and answered, byte for byte.
struct Decision {
  std::string id;  // a ULID, unique in the whole store; stands in the answer
  std::string district;
  int64_t time_ms = 0;     // since 1970, UTC
  std::string deployment;  // its digest
  std::string period;      // `2024Q3`
  // How it was asked: the media type without parameters (`application/json`, `application/x-ndjson`), and the decoded query.
  std::string media;
  std::map<std::string, std::string> query;
  std::string request;
  std::string answer;
};

// The same, where its texts lie elsewhere.
struct DecisionView {
  std::string_view id;
  std::string_view district;
  int64_t time_ms = 0;
  std::string_view deployment;
  std::string_view period;
  std::string_view media;
  std::string_view query;  // as WriteQuery writes it
  std::string_view request;
  std::string_view answer;
};

// Names and values as one text, without loss; empty if there are none.
std::string WriteQuery(const std::map<std::string, std::string>& query);
// `query`: WriteQuery(decision.query).
DecisionView ViewOf(const Decision& decision, std::string_view query);

// A decision's place in its chain. `hash` is over the decision and every other member (chain.h), so that none can be altered; `previous`
// is the hash of the record before it, empty for the first. The digest of the request and of the answer stand in for their bytes.
struct Link {
  int64_t sequence = 0;  // 1, 2, 3, … in its district
  std::string request_digest;
  std::string answer_digest;
  std::string previous;
  std::string hash;
};

// A decision in its chain.
struct Record : Link {
  Decision decision;
};

// A signed statement about the chain of a district: its record `sequence` has the hash `hash`; or (pruned) the records up to that one
// were removed by retention, and the next one continues from that hash.
struct Checkpoint {
  enum class Kind : unsigned char { kReached, kPruned };
  std::string district;
  Kind kind = Kind::kReached;
  int64_t sequence = 0;
  std::string hash;
  int64_t time_ms = 0;
  std::string key_id;     // digest of the public key; empty: the store has no signing key
  std::string signature;  // bytes
};

// What a verification found. `finding` is empty if all is well; else a stable code, and the record (or checkpoint) that is the first to
// be wrong.
struct LogReport {
  std::string finding;
  int64_t sequence = 0;
  int64_t records = 0;      // verified
  int64_t first = 0;        // the first record that is there; 0: none
  int64_t last = 0;         // the last
  int64_t checkpoints = 0;  // whose signatures were verified
  int64_t signed_to =
      0;  // the last record that a verified checkpoint covers; those after it can still be replaced unnoticed

  bool ok() const { return finding.empty(); }
};

}  // namespace heng::store
