#include "engine/data/zip_archive.h"

#include <zip.h>

#include "engine/base/check.h"

namespace heng::data {
namespace {

constexpr size_t kPiece = size_t{1} << 16;

}  // namespace

struct ZipArchive::Handle {
  zip_t* zip = nullptr;
  ~Handle() {
    if (zip != nullptr) zip_discard(zip);
  }
};

ZipArchive::ZipArchive(std::unique_ptr<Handle> handle, size_t limit_bytes)
    : handle_(std::move(handle)), left_(limit_bytes) {}
ZipArchive::ZipArchive(ZipArchive&&) noexcept = default;
ZipArchive::~ZipArchive() = default;

std::optional<ZipArchive> ZipArchive::Open(std::string_view bytes, size_t limit_bytes) {
  // For libzip nothing at all is an archive without parts.
  if (bytes.empty()) return std::nullopt;
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, nullptr);
  CHECK(source != nullptr);
  auto handle = std::make_unique<Handle>();
  handle->zip = zip_open_from_source(source, ZIP_RDONLY, nullptr);
  if (handle->zip != nullptr) return ZipArchive(std::move(handle), limit_bytes);
  zip_source_free(source);
  return std::nullopt;
}

std::optional<std::string> ZipArchive::Read(const std::string& name) {
  const std::unique_ptr<zip_file_t, decltype(&zip_fclose)> file(zip_fopen(handle_->zip, name.c_str(), 0), zip_fclose);
  if (file == nullptr) return std::nullopt;
  std::string out;
  // What the directory says of its size is not believed.
  while (true) {
    const size_t begun = out.size();
    out.resize(begun + kPiece);
    const zip_int64_t read = zip_fread(file.get(), out.data() + begun, kPiece);
    if (read < 0) return std::nullopt;
    out.resize(begun + static_cast<size_t>(read));
    if (out.size() > left_) {
      exceeded_ = true;
      return std::nullopt;
    }
    if (read == 0) break;
  }
  left_ -= out.size();
  return out;
}

}  // namespace heng::data
