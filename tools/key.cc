// `heng key`: makes, revokes and lists the API keys of a service, in the store that its configuration names.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/store/store.h"
#include "server/config/district.h"
#include "server/config/service.h"
#include "tools/open_store.h"

namespace heng::tools {
namespace {

constexpr int64_t kMsPerDay = int64_t{24} * 60 * 60 * 1000;
constexpr int64_t kMostDays = 36500;

int64_t NowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// `shiliuzhuang=evaluator,auditor`.
Status ReadGrant(const std::string& text, store::Grants& grants) {
  const auto bad = [&] {
    return Fail(
        ErrorKind::kUsage, "bad-grant",
        {fmt::format(
             "“{}”不是授权，请写 辖区编号=角色,角色（编号如 shiliuzhuang，逐个写明）；角色有 viewer evaluator editor approver auditor admin",
             text),
         fmt::format(
             "'{}' is no grant, write DISTRICT=ROLE,ROLE (an id such as shiliuzhuang, each district by name); roles are viewer evaluator editor approver auditor admin",
             text)},
        text);
  };
  const size_t equals = text.find('=');
  // A district's id (`*` is none: each is granted by name).
  if (equals == std::string::npos || !config::IsDistrictId(text.substr(0, equals))) return bad();
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

// The ids of the configuration's districts, by their files; whether they are right is not asked.
std::vector<std::string> DistrictIds(const config::ServiceConfig& service) {
  std::vector<std::string> ids;
  std::error_code error;
  for (std::filesystem::directory_iterator it(service.districts, error), end; !error && it != end;
       it.increment(error)) {
    const std::string id = it->path().stem().string();
    if (it->path().extension() == ".yaml" && config::IsDistrictId(id)) ids.push_back(id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

// That the configuration has each district that is granted: a key sees no other, and a slip of the hand would only show when it is used.
Status NeedDistricts(const store::Grants& grants, const std::string& config) {
  const auto service = config::LoadService(config);
  // Its mistakes are printed where the store is opened.
  if (!service) return Ok();
  const std::vector<std::string> known = DistrictIds(*service);
  for (const auto& [district, roles] : grants) {
    if (std::find(known.begin(), known.end(), district) != known.end()) continue;
    Bilingual message = {fmt::format("配置里没有辖区“{}”", district),
                         fmt::format("the configuration has no district '{}'", district)};
    if (const auto nearest = NearestName(district, known)) {
      message.zh += fmt::format("，是不是“{}”？", *nearest);
      message.en += fmt::format(", did you mean '{}'?", *nearest);
    } else {
      message.zh += fmt::format("，有的是：{}", fmt::join(known, "、"));
      message.en += fmt::format("; there is: {}", fmt::join(known, ", "));
    }
    return Fail(ErrorKind::kUsage, "unknown-district", std::move(message), config);
  }
  return Ok();
}

Result<store::NewKey> ReadKey(const KeyOptions& options) {
  store::NewKey key{options.name, {}, std::nullopt, options.author};
  for (const std::string& grant : options.grants) {
    if (auto read = ReadGrant(grant, key.grants); !read) return tl::unexpected(read.error());
  }
  if (!options.config.empty()) {
    if (auto known = NeedDistricts(key.grants, options.config); !known) return tl::unexpected(known.error());
  }
  if (!options.days) return key;
  if (*options.days < 1 || *options.days > kMostDays) {
    return Fail(ErrorKind::kUsage, "bad-days",
                {fmt::format("--days 应为 1 至 {}；不写则长期有效", kMostDays),
                 fmt::format("--days is 1 to {}; without it the key does not expire", kMostDays)});
  }
  key.expires_ms = NowMs() + *options.days * kMsPerDay;
  return key;
}

int Create(store::Store& store, const store::NewKey& key, const Manner& manner) {
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
  const bool create = options.action == "create";
  Result<store::NewKey> wanted = store::NewKey{};
  // Before a store is made for it.
  if (create) wanted = ReadKey(options);
  if (!wanted) return Report(wanted.error(), manner);
  const auto use = create                       ? store::StoreUse::kMake
                   : options.action == "revoke" ? store::StoreUse::kChange
                                                : store::StoreUse::kRead;
  const auto store = OpenStore(options.store, options.config, manner, use);
  if (!store) return Report(store.error(), manner);
  if (create) return Create(**store, *wanted, manner);
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
