// The parts of a zip file, unpacked under a limit. The only place that knows libzip.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "engine/base/bilingual.h"

namespace heng::data {

class ZipArchive {
 public:
  // Nothing if it is no zip file. `bytes` must outlast it; `limit_bytes`: of all parts that are read, unpacked.
  static std::optional<ZipArchive> Open(std::string_view bytes, size_t limit_bytes);
  ZipArchive(ZipArchive&&) noexcept;
  ~ZipArchive();

  // Why a part cannot be had.
  struct Fault {
    bool missing = false;  // there is none
    Bilingual why;
  };
  // Also refused if it is beyond the limit.
  tl::expected<std::string, Fault> Read(const std::string& name);
  // The name of a part that stands twice, of which readers take the one or the other (those of OPC differ by more than their case: ECMA-376
  // part 2, 6.2.2); nothing if there is none.
  std::optional<std::string> StandsTwice() const;
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
