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

// Where a store is: the path of a SQLite file, or PostgreSQL's address.
struct Place {
  std::string path;
  int64_t max_pages = kMaxPages;
  std::string postgres;

  Result<ConnectionPtr> Open(bool read_only) const {
    return postgres.empty() ? OpenSqlite(path, max_pages, read_only) : OpenPostgres(postgres, read_only);
  }
};

Result<Place> PlaceOf(const std::string& url) {
  if (url.starts_with("postgresql://") || url.starts_with("postgres://")) return Place{"", 0, url};
  constexpr std::string_view kFile = "sqlite:";
  // Without its scheme a slip of the hand would name a new file. `sqlite://heng.db` would be /heng.db.
  if (!url.starts_with(kFile) || url.starts_with("sqlite://")) return BadUrl();
  Place place{url.substr(kFile.size()), kMaxPages, ""};
  if (const size_t mark = place.path.find("?max_pages="); mark != std::string::npos) {
    const std::string number = place.path.substr(mark + 11);
    const char* behind = number.data() + number.size();
    const auto [end, error] = std::from_chars(number.data(), behind, place.max_pages);
    if (error != std::errc() || end != behind || place.max_pages < 1 || place.max_pages > kMaxPages) return BadUrl();
    place.path.resize(mark);
  }
  if (place.path.empty() || place.path == ":memory:") return BadUrl();
  return place;
}

}  // namespace

Result<std::unique_ptr<Store>> Store::Open(const std::string& url, StoreOptions options) {
  if (!options.now_ms) options.now_ms = SystemClock;
  const Result<Place> place = PlaceOf(url);
  if (!place) return tl::unexpected(place.error());
  if (options.use == StoreUse::kMake && place->postgres.empty()) {
    if (auto made = MakeSqliteFile(place->path); !made) return tl::unexpected(made.error());
  }
  const bool read_only = options.use == StoreUse::kRead;
  const Result<ConnectionPtr> connection = place->Open(read_only);
  if (!connection) return tl::unexpected(connection.error());
  bool made = false;
  if (options.use == StoreUse::kMake) {
    const Result<int> found = Migrate(**connection);
    if (!found) return tl::unexpected(found.error());
    made = *found == 0;
  } else {
    Status current = NeedCurrent(**connection);
    if (!current && current.error().code == "store-too-old" && !read_only) {
      const Result<int> found = Migrate(**connection);
      current = found ? Ok() : Status(tl::unexpected(found.error()));
    }
    if (!current) return tl::unexpected(current.error());
  }
  auto parts =
      std::make_unique<Parts>([place = *place, read_only] { return place.Open(read_only); }, std::move(options));
  parts->name = (*connection)->name();
  parts->made = made;
  return std::unique_ptr<Store>(new Store(std::move(parts)));
}

const std::string& Store::name() const { return parts_->name; }
bool Store::made() const { return parts_->made; }

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
