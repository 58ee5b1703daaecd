// The store: what the service must not lose. Deployments and their publication, settlements, the decision log, API keys, idempotency
// keys; in SQLite (embedded, one machine) or PostgreSQL (shared by several replicas), with the same rules, which the database itself
// enforces by triggers. Used by the server's routes, settle and the verbs `log`, `publish`, `versions`, `keys`. Not a cache, knows no
// HTTP, evaluates nothing.
//
// Thread-safe: any thread may call anything. Calls block on the database but for Append, which never does.
// Errors of every call, kEnvironment: store-unavailable (cannot be reached; the next call tries anew), store-full, store-corrupt,
// store-failed; store-in-doubt (the connection broke during the commit: it may or may not have happened). Others are named with the call.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/digest.h"
#include "engine/base/period.h"
#include "engine/base/result.h"
#include "engine/store/decision.h"
#include "engine/store/key_ring.h"
#include "engine/store/signature.h"

namespace heng::store {

// ---- policies

// Files by name, kept by content: the sources of a policy, the facts of a settlement, its results. In order; names are unique.
struct File {
  std::string path;
  std::string bytes;
  friend bool operator==(const File&, const File&) = default;
};
using Bundle = std::vector<File>;

// A policy as a district runs it, with all that it takes to run it again. Immutable: changing any part makes another digest.
struct Deployment {
  std::string digest;  // data::Deployment::digest()
  std::string district;
  std::string policy;                             // `shiliuzhuang.plates`
  std::string version;                            // `2024.1`
  std::string policy_digest;                      // of the source and its modules
  std::string engine;                             // the version of the engine
  std::map<std::string, std::string> parameters;  // name → value, as data::PrintParameter writes it
  std::map<std::string, std::string> columns;
  Bundle sources;  // the policy's own file first; the others are named as seen from its folder
};

enum class VersionState : unsigned char { kDraft, kApproved, kPublished, kWithdrawn };
// `draft`, `approved`, `published`, `withdrawn`.
std::string_view NameOf(VersionState state);

// A deployment on its way into force. Its states are only added to, so the way stays readable.
struct Version {
  struct Step {
    VersionState state;
    std::string person;
    int64_t time_ms = 0;
  };
  std::string id;  // a ULID
  std::string district;
  std::string policy;
  std::string version;
  std::string deployment;  // its digest
  Date first_day;
  std::optional<Date> last_day;
  std::vector<Step> steps;  // at least the draft

  VersionState state() const { return steps.back().state; }
  const std::string& author() const { return steps.front().person; }
};

// ---- settlements

struct Settlement {
  std::string id;  // a ULID
  std::string district;
  std::string policy;
  std::string deployment;  // its digest
  Period period;
  std::string author;
  int64_t time_ms = 0;
  std::string supersedes;  // the id of the settlement that this one corrects; empty: the period's first
  Bundle inputs;
  Bundle outputs;
  std::string digest;  // over all of the above; computed by AddSettlement
};

// ---- idempotency

// What a client's Idempotency-Key stands for: the digest of the request, and what was answered.
struct IdempotencyKey {
  std::string key;
  std::string request_digest;
};
struct StoredAnswer {
  std::string reference;  // the decision's or settlement's id
  std::string answer;
};

// ---- the log

// What becomes of an appended decision once it is durable.
struct Receipt {
  int64_t sequence = 0;
  // Another request with the same idempotency key and body was first: nothing was appended, this is its answer.
  std::optional<StoredAnswer> earlier;
};
// Called once, from the store's own thread: it must be short and must not call the store (post to the event loop).
using Completion = std::function<void(Result<Receipt>)>;

struct LogQuery {
  std::string district;
  int64_t after_sequence = 0;
  size_t limit = 100;         // at most 1000
  bool newest_first = false;  // then `after_sequence` is an upper bound, exclusive; 0: from the end
};

// ---- the store

// What a store is opened for. `kMake`: it is made if it is not there. `kChange`: it must be there. Both migrate its schema to this
// version. `kRead`: it must be there and have this version, and nothing of it is written.
enum class StoreUse : unsigned char { kMake, kChange, kRead };

struct StoreOptions {
  StoreUse use = StoreUse::kMake;
  DigestKind digest = DigestKind::kSha256;
  // Signs checkpoints; without it they are unsigned, and a log that is replaced as a whole goes unnoticed.
  std::shared_ptr<const SigningKey> signing_key;
  int64_t checkpoint_every = 1000;         // records of a district that nothing else is said of
  size_t group_records = 512;              // in one commit, at most
  size_t queue_bytes = size_t{256} << 20;  // appended and not yet durable; beyond it Append refuses (log-overloaded)
  std::function<int64_t()> now_ms;         // empty: the system's clock
};

class Store {
 public:
  // `sqlite:PATH` (in a folder that is there; the file is made for its owner alone; `?max_pages=N` bounds its size in pages of 4096
  // bytes) or `postgresql://user@host/database`. Errors: bad-store-url (kUsage); no-such-store, no-such-folder, file-unwritable
  // (kEnvironment); store-too-new (written by a later version of Heng), store-too-old (kFindings).
  static Result<std::unique_ptr<Store>> Open(const std::string& url, StoreOptions options);
  // Waits until what was appended is durable.
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // What it is called where people read: the file's path, or host and database; never a password.
  const std::string& name() const;
  // Whether opening it made it: it holds nothing yet.
  bool made() const;

  // That the database answers, and that it took the last decision, if it was asked some seconds ago.
  Status Ping();

  // ---- policies. Errors, kFindings: unknown-deployment, unknown-version; same-person (the approver's name counts as the author's, see
  // person_name.h), bad-name (kUsage), wrong-state (what is asked
  // does not follow from the state it is in), same-first-day (another published version of the policy begins on that day: withdraw it
  // first), digest-differs (the deployment's digest is not that of its parts).

  // Keeps it, if it is not kept yet.
  Status AddDeployment(const Deployment& deployment);
  Result<Deployment> FindDeployment(const std::string& district, const std::string& digest);
  Result<Version> Draft(const Deployment& deployment, Date first_day, std::optional<Date> last_day,
                        const std::string& author);
  Result<Version> Approve(const std::string& district, const std::string& id, const std::string& person);
  Result<Version> Publish(const std::string& district, const std::string& id, const std::string& person);
  Result<Version> Withdraw(const std::string& district, const std::string& id, const std::string& person);
  Result<Version> FindVersion(const std::string& district, const std::string& id);
  // All of the district, or of one of its policies; by policy, first day, id.
  Result<std::vector<Version>> Versions(const std::string& district, const std::string& policy = "");
  // Those that have any, in order.
  Result<std::vector<std::string>> VersionDistricts();
  // How many steps all versions have taken: what is published has changed only if this has.
  Result<int64_t> CountVersionSteps();
  // The published versions that are in force on that day, one a policy: that with the latest first day not after it.
  Result<std::vector<Version>> InForce(const std::string& district, Date day);

  // ---- settlements. Errors, kFindings: unknown-settlement; already-settled (the period has one: a correction names what it
  // supersedes), already-superseded, other-period (what is superseded is of another district, policy or period), idempotency-conflict.

  // Returns it with its id (made here if empty), time and digest; or the earlier answer under the same idempotency key.
  struct Added {
    Settlement settlement;
    std::optional<StoredAnswer> earlier;
  };
  // `answer`: what the client gets, kept under the idempotency key; made from the settlement, in the transaction.
  using AnswerOf = std::function<std::string(const Settlement&)>;
  Result<Added> AddSettlement(Settlement settlement, const std::optional<IdempotencyKey>& key = std::nullopt,
                              const AnswerOf& answer = nullptr);
  Result<Settlement> FindSettlement(const std::string& district, const std::string& id);
  // The one that holds: not superseded. Nothing if the period is not settled.
  Result<std::optional<Settlement>> CurrentSettlement(const std::string& district, const std::string& policy,
                                                      Period period);
  // Without inputs and outputs; newest first.
  Result<std::vector<Settlement>> Settlements(const std::string& district, const std::string& policy = "");

  // ---- the decision log

  // Queues a copy of the decision; `done` is called when its group is durable, or with why it is not: then the answer must not leave. Errors:
  // log-overloaded (kEnvironment), idempotency-conflict (kFindings: the key stands for another request), immutable (kFindings: the id is
  // taken).
  void Append(const DecisionView& decision, std::optional<IdempotencyKey> key, Completion done);
  void Append(const Decision& decision, std::optional<IdempotencyKey> key, Completion done);
  // The same, waiting.
  Result<Receipt> AppendAndWait(const Decision& decision, std::optional<IdempotencyKey> key = std::nullopt);
  // From now on a checkpoint with each so many records of that district, in place of the options'. REQUIRES: records > 0. Thread-safe.
  void CheckpointEvery(const std::string& district, int64_t records);
  // Error: unknown-decision (kFindings).
  Result<Record> FindDecision(const std::string& district, const std::string& id);
  // Records in their order. One page: large ones come few at a time (about 8 MiB), at least one if there is any.
  Result<std::vector<Record>> Records(const LogQuery& query);
  Result<std::vector<Checkpoint>> Checkpoints(const std::string& district);
  Result<std::vector<std::string>> LogDistricts();
  // Signs the chain as it stands. Nothing if the district has no record.
  Result<std::optional<Checkpoint>> AddCheckpoint(const std::string& district);
  // Removes the rows of records that are all older than that, as a prefix of the chain, behind a signed statement of what was removed.
  // How many records. Error: unsigned-retention (kUsage), without a signing key.
  Result<int64_t> Prune(const std::string& district, int64_t before_ms);
  // Verifies the chain, its digests, and the signatures of its checkpoints. `trusted`: the public keys that may sign; if empty, the ones
  // that the store itself names (which whoever can write the store can replace). `exported`: checkpoints kept elsewhere; the log must
  // still agree with each of them.
  Result<LogReport> VerifyLog(const std::string& district, const std::vector<PublicKey>& trusted,
                              const std::vector<Checkpoint>& exported);
  // The public keys that have signed here.
  Result<std::vector<PublicKey>> LogKeys();

  // ---- idempotency keys

  // Nothing if the key is new. Error: idempotency-conflict (kFindings).
  Result<std::optional<StoredAnswer>> FindAnswer(const std::string& district, const IdempotencyKey& key);
  // Forgets those older than that. How many.
  Result<int64_t> ForgetAnswers(int64_t before_ms);

  // ---- API keys

  // The key's text is given here and never again. Errors, kUsage: bad-name, bad-key (no role).
  Result<IssuedKey> IssueKey(const NewKey& key);
  // Error: unknown-key (kFindings).
  Status RevokeKey(const std::string& id, const std::string& person);
  // Every key, revoked and expired ones too; without what could authenticate.
  Result<std::vector<KeyInfo>> Keys();
  // What authenticates, in memory, without a database: take a new one now and then, and after IssueKey and RevokeKey.
  Result<KeyRing> LoadKeyRing();

 private:
  struct Parts;
  explicit Store(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace heng::store
