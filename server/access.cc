#include "server/access.h"

#include <algorithm>
#include <chrono>

#include "engine/base/text.h"

namespace heng::server {
namespace {

constexpr double kBurstSeconds = 2;
constexpr double kMsPerSecond = 1000;

int64_t SystemMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

tl::unexpected<Problem> Unauthorized(std::string code, std::string zh, std::string en) {
  return tl::unexpected(Problem{401, std::move(code), {std::move(zh), std::move(en)}, "", {}});
}

}  // namespace

bool Identity::May(Needs needs, const std::string& district) const {
  if (open || needs == Needs::kNothing || needs == Needs::kKey) return true;
  const auto found = grants.find(district);
  if (found == grants.end()) return false;
  const auto has = [&](store::Role role) {
    return found->second.contains(role) || found->second.contains(store::Role::kAdmin);
  };
  switch (needs) {
    case Needs::kView: return !found->second.empty();
    case Needs::kEvaluate: return has(store::Role::kEvaluator);
    case Needs::kEdit: return has(store::Role::kEditor);
    case Needs::kApprove: return has(store::Role::kApprover);
    case Needs::kAudit: return has(store::Role::kAuditor);
    case Needs::kAdmin: return has(store::Role::kAdmin);
    case Needs::kNothing:
    case Needs::kKey: break;
  }
  return false;
}

Access::Access(store::Store* store, Options options)
    : store_(store), options_(std::move(options)), open_(!options_.required) {
  if (!options_.now_ms) options_.now_ms = SystemMs;
}

Status Access::Refresh() {
  if (store_ == nullptr) return Ok();
  auto keys = store_->Keys();
  if (!keys) return tl::unexpected(keys.error());
  auto ring = store_->LoadKeyRing();
  if (!ring) return tl::unexpected(ring.error());
  // A key that was revoked or has expired closes the service too: it was meant to be closed.
  const bool open = keys->empty() && !options_.required;
  const std::lock_guard lock(mutex_);
  ring_ = std::make_shared<const store::KeyRing>(std::move(*ring));
  open_ = open;
  return Ok();
}

bool Access::open() const {
  const std::lock_guard lock(mutex_);
  return open_;
}

tl::expected<Identity, Problem> Access::Identify(std::string_view authorization, bool counts) {
  std::shared_ptr<const store::KeyRing> ring;
  {
    const std::lock_guard lock(mutex_);
    if (open_) return Identity{"", "local", {}, true};
    ring = ring_;
  }
  constexpr std::string_view kScheme = "bearer ";
  const bool bearer = authorization.size() > kScheme.size() &&
                      std::equal(kScheme.begin(), kScheme.end(), authorization.begin(), [](char wanted, char given) {
                        return wanted == given || wanted == given + ('a' - 'A');
                      });
  if (!bearer) {
    return Unauthorized("no-key", "请求头里需要 Authorization: Bearer 加 API 密钥",
                        "the request needs the header Authorization: Bearer KEY");
  }
  const int64_t now_ms = options_.now_ms();
  const store::KeyInfo* key =
      ring == nullptr ? nullptr : ring->Authenticate(Trim(authorization.substr(kScheme.size())), now_ms);
  if (key == nullptr) {
    return Unauthorized("bad-key", "API 密钥不对、已吊销或已过期", "the key is wrong, revoked or expired");
  }
  if (counts && !TakeToken(key->id, now_ms)) {
    Problem problem{429, "too-many-requests", {"这把 API 密钥的请求太多", "too many requests with this key"}, "", {}};
    problem.retry_after_s = 1;
    return tl::unexpected(std::move(problem));
  }
  return Identity{key->id, key->name, key->grants, false};
}

bool Access::TakeToken(const std::string& key, int64_t now_ms) {
  const double most = options_.requests_per_second * kBurstSeconds;
  const std::lock_guard lock(mutex_);
  Bucket& bucket = buckets_.try_emplace(key, Bucket{most, now_ms}).first->second;
  const double gained = static_cast<double>(now_ms - bucket.at_ms) / kMsPerSecond * options_.requests_per_second;
  bucket.tokens = std::min(most, bucket.tokens + std::max(gained, 0.0));
  bucket.at_ms = now_ms;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

}  // namespace heng::server
