// The form of the decision log that outlives any database: which bytes a record's hash and a checkpoint's signature are over, and the
// verification of a chain, record by record. Needs no store, so that an exported log can be verified anywhere.
#pragma once

#include <string>
#include <vector>

#include "engine/base/digest.h"
#include "engine/store/decision.h"
#include "engine/store/signature.h"

namespace heng::store {

// `link`, the one of the record before (sequence 0 and no hash before the first), becomes the decision's, in the memory that it has.
void Follow(Link& link, const DecisionView& decision, DigestKind kind);
// The record of the decision behind that one.
Record Chain(Decision decision, int64_t previous_sequence, const std::string& previous_hash, DigestKind kind);

// Makes the checkpoint's signature, if there is a key. REQUIRES: the other members are set.
void Sign(Checkpoint& checkpoint, const SigningKey* key);
bool IsSignedBy(const Checkpoint& checkpoint, const PublicKey& key);

// Verifies one district's chain. Findings: record-altered (its hash is not that of its members), chain-broken (it does not follow the
// record before it), record-missing (that sequence is not there), record-inserted (that sequence stands twice or out of order),
// other-district, checkpoint-differs (a checkpoint says another hash), truncated (a checkpoint says that the log went on),
// bad-signature, unknown-signer, unsigned (a key is trusted, and the checkpoint has no signature), no-checkpoint (a key is trusted, and
// nothing is signed).
class LogVerifier {
 public:
  // `trusted` empty: signatures are not looked at.
  LogVerifier(std::string district, std::vector<PublicKey> trusted, std::vector<Checkpoint> checkpoints);
  // Before the first Add: the records behind that one follow, as a checkpoint says of it. Without it the first record is number 1, or the
  // first behind what retention removed.
  void BeginAfter(int64_t sequence);
  // In the order of their sequence.
  void Add(const Record& record);
  LogReport Finish();

 private:
  void Find(const char* finding, int64_t sequence);
  void CheckSignatures();
  void CheckReached(int64_t sequence, const std::string& hash);

  std::string district_;
  std::vector<PublicKey> trusted_;
  std::vector<Checkpoint> checkpoints_;
  LogReport report_;
  int64_t pruned_to_ = 0;
  int64_t sequence_ = 0;
  std::string hash_;
};

}  // namespace heng::store
