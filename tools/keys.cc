// `heng keys add | revoke | list`.
#include <fmt/format.h>

#include "tools/store_verbs.h"

namespace heng::tools {
namespace {

constexpr int64_t kDayMs = 86400000;

Result<store::Grants> ReadGrants(const std::vector<std::string>& texts) {
  store::Grants grants;
  for (const std::string& text : texts) {
    const size_t equal = text.find('=');
    const auto role = store::RoleNamed(equal == std::string::npos ? "" : text.substr(equal + 1));
    if (!role || equal == 0) {
      return Fail(
          ErrorKind::kUsage, "bad-role",
          {fmt::format("“{}”应写作 区县=角色，角色是 viewer、evaluator、editor、approver、auditor、admin 之一", text),
           fmt::format(
               "'{}' should be DISTRICT=ROLE, a role being viewer, evaluator, editor, approver, auditor or admin",
               text)});
    }
    grants[text.substr(0, equal)].insert(*role);
  }
  return grants;
}

Result<store::NewKey> ReadKey(const KeysOptions& options) {
  const auto grants = ReadGrants(options.roles);
  if (!grants) return tl::unexpected(grants.error());
  store::NewKey key{options.name, *grants, std::nullopt, options.person};
  if (!options.expires) return key;
  const auto day = ParseDate(*options.expires);
  if (!day) {
    return Fail(ErrorKind::kUsage, "bad-date",
                {fmt::format("“{}”不是日期，请写成 2024-07-01", *options.expires),
                 fmt::format("'{}' is no day: write 2024-07-01", *options.expires)});
  }
  key.expires_ms = day->days() * kDayMs;
  return key;
}

}  // namespace

int RunKeysAdd(const KeysOptions& options, const Manner& manner) {
  const auto key = ReadKey(options);
  if (!key) return Report(key.error(), manner);
  const auto store = store::Store::Open(options.store, {});
  if (!store) return Report(store.error(), manner);
  const auto issued = (*store)->IssueKey(*key);
  if (!issued) return Report(issued.error(), manner);
  fmt::print(stderr, "{}\n",
             manner.language == Language::kChinese ? "密钥只显示这一次：" : "the key is shown this once:");
  fmt::print("{}\n", issued->text);
  return kDone;
}

int RunKeysRevoke(const KeysOptions& options, const Manner& manner) {
  const auto store = store::Store::Open(options.store, {});
  if (!store) return Report(store.error(), manner);
  if (const Status revoked = (*store)->RevokeKey(options.id, options.person); !revoked)
    return Report(revoked.error(), manner);
  return kDone;
}

int RunKeysList(const KeysOptions& options, const Manner& manner) {
  const bool zh = manner.language == Language::kChinese;
  const auto store = store::Store::Open(options.store, {});
  if (!store) return Report(store.error(), manner);
  const auto keys = (*store)->Keys();
  if (!keys) return Report(keys.error(), manner);
  for (const store::KeyInfo& key : *keys) {
    std::string line = fmt::format("{}  {}", key.id, key.name);
    for (const auto& [district, roles] : key.grants) {
      for (const store::Role role : roles) line += fmt::format("  {}={}", district, store::NameOf(role));
    }
    if (key.expires_ms) line += fmt::format("  {} {} UTC", zh ? "到期" : "expires", TimeText(*key.expires_ms));
    if (key.revoked_ms) line += fmt::format("  {} {} UTC", zh ? "已吊销" : "revoked", TimeText(*key.revoked_ms));
    fmt::print("{}\n", line);
  }
  return kDone;
}

}  // namespace heng::tools
