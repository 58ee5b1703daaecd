#include "tools/open_store.h"

#include <fmt/format.h>

#include "server/config/service.h"

namespace heng::tools {

Result<std::unique_ptr<store::Store>> OpenStore(const std::string& url, const std::string& config, const Manner& manner,
                                                store::StoreUse use, store::StoreOptions options) {
  options.use = use;
  if (!url.empty()) return store::Store::Open(url, std::move(options));
  std::string configured;
  if (!config.empty()) {
    const auto service = config::LoadService(config);
    if (!service) {
      fmt::print(stderr, "{}", config::RenderText(service.error(), manner.language));
      return Fail(ErrorKind::kFindings, "bad-configuration", {"配置有错误", "the configuration has mistakes"}, config);
    }
    configured = service->store;
  }
  if (configured.empty()) {
    return Fail(ErrorKind::kUsage, "no-store",
                {"配置里没有 store，也没有写 --store", "the configuration names no store, and there is no --store"},
                config);
  }
  return store::Store::Open(configured, std::move(options));
}

Result<store::StoreOptions> SignedBy(const std::string& path) {
  store::StoreOptions options;
  auto key = ReadPem<store::SigningKey>(path);
  if (!key) return tl::unexpected(key.error());
  options.signing_key = std::make_shared<const store::SigningKey>(std::move(*key));
  return options;
}

}  // namespace heng::tools
