#include "engine/store/key_ring.h"

#include <sys/random.h>

#include <array>

#include <openssl/crypto.h>

#include <fmt/format.h>

#include "engine/base/check.h"
#include "engine/base/digest.h"

namespace heng::store {
namespace {

constexpr std::array<std::string_view, 6> kRoles = {"viewer", "evaluator", "editor", "approver", "auditor", "admin"};
constexpr std::string_view kPrefix = "heng_";

std::string RandomHex(size_t bytes) {
  std::string random(bytes, '\0');
  CHECK(getrandom(random.data(), bytes, 0) == static_cast<ssize_t>(bytes));
  std::string out;
  for (const char c : random) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

std::string HashOf(const std::string& salt, std::string_view secret) {
  return Sha256(fmt::format("heng key 1\n{}\n{}\n", salt, secret));
}

}  // namespace

std::string_view NameOf(Role role) { return kRoles[static_cast<size_t>(role)]; }

std::optional<Role> RoleNamed(std::string_view name) {
  for (size_t i = 0; i < kRoles.size(); ++i) {
    if (kRoles[i] == name) return static_cast<Role>(i);
  }
  return std::nullopt;
}

KeyRing::KeyRing(std::vector<Entry> entries) {
  for (Entry& entry : entries) {
    std::string id = entry.info.id;
    entries_.emplace(std::move(id), std::move(entry));
  }
}

const KeyInfo* KeyRing::Authenticate(std::string_view text, int64_t now_ms) const {
  if (!text.starts_with(kPrefix)) return nullptr;
  text.remove_prefix(kPrefix.size());
  const size_t end = text.find('_');
  if (end == std::string_view::npos) return nullptr;
  const auto found = entries_.find(text.substr(0, end));
  // An unknown id is hashed and compared too: its answer comes as late as a wrong secret's.
  static const Entry kNobody{{}, std::string(32, '0'), Sha256("")};
  const Entry& entry = found == entries_.end() ? kNobody : found->second;
  const std::string hash = HashOf(entry.salt, text.substr(end + 1));
  const bool same = hash.size() == entry.hash.size() && CRYPTO_memcmp(hash.data(), entry.hash.data(), hash.size()) == 0;
  const bool over = entry.info.revoked_ms || (entry.info.expires_ms && *entry.info.expires_ms <= now_ms);
  return same && !over && found != entries_.end() ? &entry.info : nullptr;
}

KeyRing::Made KeyRing::Make(const NewKey& key, int64_t now_ms) {
  Entry entry;
  entry.info = {RandomHex(8), key.name, key.grants, key.author, now_ms, key.expires_ms, std::nullopt};
  entry.salt = RandomHex(16);
  const std::string secret = RandomHex(32);
  entry.hash = HashOf(entry.salt, secret);
  return {fmt::format("{}{}_{}", kPrefix, entry.info.id, secret), std::move(entry)};
}

}  // namespace heng::store
