// The parts of a zip file, unpacked under a limit. The only place that knows libzip.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace heng::data {

class ZipArchive {
 public:
  // Nothing if it is no zip file. `bytes` must outlast it; `limit_bytes`: of all parts that are read, unpacked.
  static std::optional<ZipArchive> Open(std::string_view bytes, size_t limit_bytes);
  ZipArchive(ZipArchive&&) noexcept;
  ~ZipArchive();

  // Nothing if there is no such part, it cannot be unpacked, or it is beyond the limit.
  std::optional<std::string> Read(const std::string& name);
  // True once something was beyond the limit.
  bool exceeded() const { return exceeded_; }

 private:
  struct Handle;
  ZipArchive(std::unique_ptr<Handle> handle, size_t limit_bytes);
  std::unique_ptr<Handle> handle_;
  size_t left_;
  bool exceeded_ = false;
};

}  // namespace heng::data
