#include "engine/store/chain.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "engine/store/pairs.h"

namespace heng::store {
namespace {

// Length first, so that no two records have the same bytes.
void Put(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(" ");
  PutSized(out, value);
  out.append("\n");
}

// But for its hash, the link is the decision's.
void WriteHash(const DecisionView& decision, const Link& link, DigestKind kind, std::string& hash) {
  // Kept for the next one.
  thread_local std::string text;
  text = "heng decision 1\n";
  Put(text, "previous", link.previous);
  Put(text, "sequence", std::to_string(link.sequence));
  Put(text, "id", decision.id);
  Put(text, "district", decision.district);
  Put(text, "time", std::to_string(decision.time_ms));
  Put(text, "deployment", decision.deployment);
  Put(text, "period", decision.period);
  Put(text, "media", decision.media);
  Put(text, "query", decision.query);
  Put(text, "request", link.request_digest);
  Put(text, "answer", link.answer_digest);
  WriteDigest(kind, text, hash);
}

std::string HashOf(const DecisionView& decision, const Link& link, DigestKind kind) {
  std::string hash;
  WriteHash(decision, link, kind, hash);
  return hash;
}

std::string StatementOf(const Checkpoint& checkpoint) {
  std::string text = "heng checkpoint 1\n";
  Put(text, "kind", checkpoint.kind == Checkpoint::Kind::kReached ? "reached" : "pruned");
  Put(text, "district", checkpoint.district);
  Put(text, "sequence", std::to_string(checkpoint.sequence));
  Put(text, "hash", checkpoint.hash);
  Put(text, "time", std::to_string(checkpoint.time_ms));
  return text;
}

}  // namespace

std::string WriteQuery(const std::map<std::string, std::string>& query) { return WritePairs(query); }

DecisionView ViewOf(const Decision& decision, std::string_view query) {
  return {decision.id, decision.district, decision.time_ms, decision.deployment, decision.period, decision.media,
          query,       decision.request,  decision.answer};
}

void Follow(Link& link, const DecisionView& decision, DigestKind kind) {
  ++link.sequence;
  link.previous.swap(link.hash);
  WriteDigest(kind, decision.request, link.request_digest);
  WriteDigest(kind, decision.answer, link.answer_digest);
  WriteHash(decision, link, kind, link.hash);
}

Record Chain(Decision decision, int64_t previous_sequence, const std::string& previous_hash, DigestKind kind) {
  Link link{previous_sequence, "", "", "", previous_hash};
  Follow(link, ViewOf(decision, WriteQuery(decision.query)), kind);
  return {std::move(link), std::move(decision)};
}

void Sign(Checkpoint& checkpoint, const SigningKey* key) {
  if (key == nullptr) return;
  checkpoint.key_id = key->public_key().id();
  checkpoint.signature = key->Sign(StatementOf(checkpoint));
}

bool IsSignedBy(const Checkpoint& checkpoint, const PublicKey& key) {
  return checkpoint.key_id == key.id() && key.Verify(StatementOf(checkpoint), checkpoint.signature);
}

LogVerifier::LogVerifier(std::string district, std::vector<PublicKey> trusted, std::vector<Checkpoint> checkpoints)
    : district_(std::move(district)), trusted_(std::move(trusted)), checkpoints_(std::move(checkpoints)) {
  // Exports that follow one another all have the first ones.
  const auto members = [](const Checkpoint& one) {
    return std::tie(one.sequence, one.district, one.kind, one.hash, one.time_ms, one.key_id, one.signature);
  };
  std::sort(checkpoints_.begin(), checkpoints_.end(),
            [&](const Checkpoint& a, const Checkpoint& b) { return members(a) < members(b); });
  checkpoints_.erase(std::unique(checkpoints_.begin(), checkpoints_.end(),
                                 [&](const Checkpoint& a, const Checkpoint& b) { return members(a) == members(b); }),
                     checkpoints_.end());
  CheckSignatures();
  for (const Checkpoint& checkpoint : checkpoints_) {
    if (checkpoint.kind != Checkpoint::Kind::kPruned) continue;
    pruned_to_ = sequence_ = checkpoint.sequence;
    hash_ = checkpoint.hash;
  }
  if (pruned_to_ > 0) CheckReached(pruned_to_, hash_);
}

void LogVerifier::BeginAfter(int64_t sequence) {
  if (sequence <= sequence_) return;
  const auto at = std::find_if(checkpoints_.begin(), checkpoints_.end(),
                               [&](const Checkpoint& one) { return one.sequence == sequence; });
  if (at == checkpoints_.end()) return Find("no-checkpoint", sequence);
  sequence_ = sequence;
  hash_ = at->hash;
  CheckReached(sequence_, hash_);
}

void LogVerifier::Find(const char* finding, int64_t sequence) {
  if (report_.finding.empty()) {
    report_.finding = finding;
    report_.sequence = sequence;
  }
}

void LogVerifier::CheckSignatures() {
  if (trusted_.empty()) return;
  for (const Checkpoint& checkpoint : checkpoints_) {
    if (checkpoint.district != district_) return Find("other-district", checkpoint.sequence);
    if (checkpoint.key_id.empty()) return Find("unsigned", checkpoint.sequence);
    const auto key = std::find_if(trusted_.begin(), trusted_.end(),
                                  [&](const PublicKey& one) { return one.id() == checkpoint.key_id; });
    if (key == trusted_.end()) return Find("unknown-signer", checkpoint.sequence);
    if (!IsSignedBy(checkpoint, *key)) return Find("bad-signature", checkpoint.sequence);
    ++report_.checkpoints;
  }
}

void LogVerifier::CheckReached(int64_t sequence, const std::string& hash) {
  const auto [first, last] =
      std::equal_range(checkpoints_.begin(), checkpoints_.end(), Checkpoint{"", {}, sequence, "", 0, "", ""},
                       [](const Checkpoint& a, const Checkpoint& b) { return a.sequence < b.sequence; });
  for (auto it = first; it != last; ++it) {
    if (it->hash != hash) return Find("checkpoint-differs", sequence);
    if (!trusted_.empty()) report_.signed_to = sequence;
  }
}

void LogVerifier::Add(const Record& record) {
  if (!report_.ok()) return;
  // Behind the last number there is none.
  if (sequence_ == INT64_MAX) return Find("record-inserted", record.sequence);
  const int64_t expected = sequence_ + 1;
  if (record.decision.district != district_) return Find("other-district", record.sequence);
  if (record.sequence > expected) return Find("record-missing", expected);
  if (record.sequence < expected) return Find("record-inserted", record.sequence);
  const auto kind = DigestKindOf(record.hash);
  const std::string query = WriteQuery(record.decision.query);
  const bool intact = kind && record.hash == HashOf(ViewOf(record.decision, query), record, *kind) &&
                      IsDigestOf(record.request_digest, record.decision.request) &&
                      IsDigestOf(record.answer_digest, record.decision.answer);
  if (!intact) return Find("record-altered", record.sequence);
  if (record.previous != hash_) return Find("chain-broken", record.sequence);
  sequence_ = record.sequence;
  hash_ = record.hash;
  ++report_.records;
  if (report_.first == 0) report_.first = sequence_;
  report_.last = sequence_;
  CheckReached(sequence_, hash_);
}

LogReport LogVerifier::Finish() {
  if (!checkpoints_.empty() && checkpoints_.back().sequence > sequence_) Find("truncated", sequence_ + 1);
  if (!trusted_.empty() && report_.records > 0 && report_.signed_to == 0) Find("no-checkpoint", report_.first);
  return report_;
}

}  // namespace heng::store
