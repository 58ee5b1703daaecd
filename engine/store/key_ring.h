// API keys: `heng_ID_SECRET`. The store keeps the id, a salt and the hash of salt and secret; the secret has 256 random bits, so a fast
// hash is enough. A KeyRing authenticates in memory.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace heng::store {

enum class Role : unsigned char { kViewer, kEvaluator, kEditor, kApprover, kAuditor, kAdmin };
// `viewer`, `evaluator`, `editor`, `approver`, `auditor`, `admin`.
std::string_view NameOf(Role role);
std::optional<Role> RoleNamed(std::string_view name);

// District → roles. What is not named here is not seen.
using Grants = std::map<std::string, std::set<Role>>;

struct NewKey {
  std::string name;  // whose it is: a person or a system; stands as author and approver
  Grants grants;
  std::optional<int64_t> expires_ms;
  std::string author;
};

struct KeyInfo {
  std::string id;
  std::string name;
  Grants grants;
  std::string author;
  int64_t created_ms = 0;
  std::optional<int64_t> expires_ms;
  std::optional<int64_t> revoked_ms;
};

struct IssuedKey {
  KeyInfo info;
  std::string text;  // `heng_…`
};

// Immutable; shared between threads.
class KeyRing {
 public:
  struct Entry {
    KeyInfo info;
    std::string salt;
    std::string hash;
  };
  explicit KeyRing(std::vector<Entry> entries);
  // Whose key it is, or null: unknown, wrong, revoked or expired, which are not told apart. The comparison takes the same time wherever
  // the texts differ. The result lives as long as the ring.
  const KeyInfo* Authenticate(std::string_view text, int64_t now_ms) const;

  // A new key: its text, and what is kept of it.
  struct Made {
    std::string text;
    Entry entry;
  };
  static Made Make(const NewKey& key, int64_t now_ms);

 private:
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace heng::store
