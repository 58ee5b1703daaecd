// `heng key`: makes, revokes and lists the API keys of a service, in the store that its configuration names.
#include <algorithm>
#include <chrono>
#include <cstdio>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "engine/store/store.h"
#include "tools/open_store.h"

namespace heng::tools {
namespace {

constexpr int64_t kMsPerDay = int64_t{24} * 60 * 60 * 1000;

int64_t NowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// `shiliuzhuang=evaluator,auditor`.
Status ReadGrant(const std::string& text, store::Grants& grants) {
  const auto bad = [&] {
    return Fail(
        ErrorKind::kUsage, "bad-grant",
        {fmt::format("“{}”不是授权，请写 街道=角色,角色；角色有 viewer evaluator editor approver auditor admin", text),
         fmt::format(
             "'{}' is no grant, write DISTRICT=ROLE,ROLE; roles are viewer evaluator editor approver auditor admin",
             text)},
        text);
  };
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) return bad();
  std::string_view rest = std::string_view(text).substr(equals + 1);
  do {
    const size_t end = std::min(rest.find(','), rest.size());
    const auto role = store::RoleNamed(rest.substr(0, end));
    if (!role) return bad();
    grants[text.substr(0, equals)].insert(*role);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  } while (!rest.empty());
  return Ok();
}

std::string GrantsText(const store::Grants& grants) {
  std::string out;
  for (const auto& [district, roles] : grants) {
    out += (out.empty() ? "" : " ") + district + "=";
    bool first = true;
    for (const store::Role role : roles) {
      out += (first ? "" : ",") + std::string(store::NameOf(role));
      first = false;
    }
  }
  return out;
}

std::string StateOf(const store::KeyInfo& key) {
  if (key.revoked_ms) return "revoked";
  if (key.expires_ms && *key.expires_ms <= NowMs()) return "expired";
  if (!key.expires_ms) return "valid";
  return fmt::format("until {:%Y-%m-%d}", fmt::gmtime(static_cast<std::time_t>(*key.expires_ms / 1000)));
}

int Create(store::Store& store, const KeyOptions& options, const Manner& manner) {
  store::NewKey key{options.name, {}, std::nullopt, options.author};
  for (const std::string& grant : options.grants) {
    if (auto read = ReadGrant(grant, key.grants); !read) return Report(read.error(), manner);
  }
  if (options.days > 0) key.expires_ms = NowMs() + options.days * kMsPerDay;
  const auto issued = store.IssueKey(key);
  if (!issued) return Report(issued.error(), manner);
  // The text alone on stdout, for scripts.
  fmt::print("{}\n", issued->text);
  fmt::print(stderr, "{}\n",
             manner.language == Language::kChinese
                 ? fmt::format("密钥 {}（{}）：现在抄下来，以后不再显示", issued->info.id, issued->info.name)
                 : fmt::format("key {} ({}): copy it now, it is not shown again", issued->info.id, issued->info.name));
  return kDone;
}

}  // namespace

int RunKey(const KeyOptions& options, const Manner& manner) {
  const auto store = OpenStore(options.store, options.config, manner);
  if (!store) return Report(store.error(), manner);
  if (options.action == "create") return Create(**store, options, manner);
  if (options.action == "revoke") {
    if (auto revoked = (*store)->RevokeKey(options.id, options.author); !revoked)
      return Report(revoked.error(), manner);
    return kDone;
  }
  const auto keys = (*store)->Keys();
  if (!keys) return Report(keys.error(), manner);
  for (const store::KeyInfo& key : *keys) {
    fmt::print("{}\t{}\t{}\t{}\n", key.id, StateOf(key), key.name, GrantsText(key.grants));
  }
  return kDone;
}

}  // namespace heng::tools
