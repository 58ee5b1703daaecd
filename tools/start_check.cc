#include "tools/start_check.h"

#include <filesystem>

#include "engine/base/file.h"
#include "engine/base/limits.h"
#include "engine/data/xlsx.h"
#include "tools/open_store.h"

namespace heng::tools {

tl::expected<store::StoreOptions, config::Mistake> StoreOptionsOf(const config::ServiceConfig& service) {
  if (service.signing_key.empty()) return store::StoreOptions{};
  auto options = SignedBy(service.signing_key);
  if (options) return std::move(*options);
  return tl::unexpected(
      config::Mistake{options.error().kind,
                      options.error().code,
                      service.file,
                      service.signing_key_line,
                      service.signing_key_column,
                      {"signing_key：" + options.error().message.zh + "（" + service.signing_key + "）",
                       "signing_key: " + options.error().message.en + " (" + service.signing_key + ")"}});
}

std::vector<config::Mistake> CheckData(const config::District& district) {
  if (!district.data || !district.data_mistakes.empty() || !data::IsWorkbook(*district.data)) return {};
  std::error_code error;
  if (std::filesystem::is_directory(*district.data, error)) return {};
  const auto bytes = ReadFile(*district.data, limits::kWorkbookBytes);
  if (!bytes) return {{bytes.error().kind, bytes.error().code, *district.data, 0, 0, bytes.error().message}};
  const std::string name = std::filesystem::path(*district.data).filename().string();
  const auto sheets = data::ReadWorkbook(*bytes, name, limits::kWorkbookBytes);
  if (sheets) return {};
  return {{ErrorKind::kFindings, sheets.error().code, *district.data, 0, 0, sheets.error().message}};
}

}  // namespace heng::tools
