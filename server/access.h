// Access: who asks, and what they may: API keys with roles per district, and how many requests a key may make. Used by
// routes.cc for every request. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "engine/store/store.h"
#include "server/problem.h"

namespace heng::server {

// What a route asks for; those that name a role ask for it in the district of the path. Whoever has any role in a
// district may view it; an admin may do everything in it.
enum class Needs : unsigned char { kNothing, kKey, kView, kEvaluate, kEdit, kApprove, kAudit, kAdmin };

struct Identity {
  std::string key;   // its id; empty: none was needed
  std::string name;  // whose it is: stands as author and approver
  store::Grants grants;
  bool open = false;  // keys are not asked for

  bool Sees(const std::string& district) const { return open || grants.contains(district); }
  bool May(Needs needs, const std::string& district) const;
};

class Access {
 public:
  struct Options {
    // Keys are asked for even if there is none yet.
    bool required = false;
    double requests_per_second = 200;  // of one key, in the long run; twice as many at once
    std::function<int64_t()> now_ms;   // empty: the system's clock
  };
  // Null: there are no keys.
  Access(store::Store* store, Options options);

  // Takes the keys of the store as they are now. Without any valid one, and if they are not required, everyone may do
  // everything. Error: the store's; the keys stay as they were.
  Status Refresh();
  bool open() const;

  // Whose request it is. 401 no-key, bad-key; 429 too-many-requests. `counts`: it is one more of the key's.
  tl::expected<Identity, Problem> Identify(std::string_view authorization, bool counts = true);

 private:
  struct Bucket {
    double tokens = 0;
    int64_t at_ms = 0;
  };
  bool TakeToken(const std::string& key, int64_t now_ms);

  store::Store* store_;
  Options options_;
  mutable std::mutex mutex_;
  std::shared_ptr<const store::KeyRing> ring_;
  bool open_;
  std::map<std::string, Bucket> buckets_;
};

}  // namespace heng::server
