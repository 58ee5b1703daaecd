#include "engine/store/store.h"

#include <charconv>
#include <chrono>

#include <fmt/format.h>

#include "engine/store/parts.h"
#include "engine/store/schema.h"

namespace heng::store {
namespace {

// SQLite's own bound.
constexpr int64_t kMaxPages = 1073741823;

int64_t SystemClock() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

// Without the address: it may hold a password.
tl::unexpected<Error> BadUrl() {
  return Fail(ErrorKind::kUsage, "bad-store-url",
              {"存储的地址写法不对，请写 sqlite:文件 或 postgresql://用户@主机/数据库",
               "this is no address of a store: write sqlite:FILE or postgresql://USER@HOST/DATABASE"});
}

Result<Session::Opener> OpenerOf(const std::string& url) {
  if (url.starts_with("postgresql://") || url.starts_with("postgres://"))
    return Session::Opener([url] { return OpenPostgres(url); });
  const bool named = url.starts_with("sqlite:");
  std::string path = named ? url.substr(7) : url;
  int64_t max_pages = kMaxPages;
  if (const size_t mark = path.find("?max_pages="); mark != std::string::npos) {
    const std::string number = path.substr(mark + 11);
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), max_pages);
    if (error != std::errc() || end != number.data() + number.size() || max_pages < 1 || max_pages > kMaxPages)
      return BadUrl();
    path.resize(mark);
  }
  if (path.empty() || path.find("://") != std::string::npos || path == ":memory:") return BadUrl();
  return Session::Opener([path, max_pages] { return OpenSqlite(path, max_pages); });
}

}  // namespace

Result<std::unique_ptr<Store>> Store::Open(const std::string& url, StoreOptions options) {
  if (!options.now_ms) options.now_ms = SystemClock;
  const Result<Session::Opener> opener = OpenerOf(url);
  if (!opener) return tl::unexpected(opener.error());
  const Result<ConnectionPtr> connection = (*opener)();
  if (!connection) return tl::unexpected(connection.error());
  if (auto migrated = Migrate(**connection); !migrated) return tl::unexpected(migrated.error());
  return std::unique_ptr<Store>(new Store(std::make_unique<Parts>(*opener, std::move(options))));
}

Store::Store(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Store::~Store() = default;

Status Store::Ping() {
  if (auto healthy = parts_->log.Health(); !healthy) return healthy;
  return parts_->reader.Read([](Connection& connection) -> Status {
    const auto rows = connection.Run("SELECT 1");
    if (!rows) return tl::unexpected(rows.error());
    return Ok();
  });
}

}  // namespace heng::store
