#include "engine/data/zip_archive.h"

#include <set>

#include <fmt/format.h>
#include <zip.h>

#include "engine/base/check.h"

namespace heng::data {
namespace {

constexpr size_t kPiece = size_t{1} << 16;

ZipArchive::Fault FaultOf(zip_error_t* error) {
  const int code = zip_error_code_zip(error);
  switch (code) {
    case ZIP_ER_NOENT: return {true, {"没有这一部分", "not there"}};
    case ZIP_ER_NOPASSWD:
    case ZIP_ER_WRONGPASSWD:
    case ZIP_ER_ENCRNOTSUPP: return {false, {"已加密", "encrypted"}};
    case ZIP_ER_COMPNOTSUPP: return {false, {"压缩方式不支持", "of a compression that is not supported"}};
    default: break;
  }
  const std::string said = zip_error_strerror(error);
  return {false, {fmt::format("已损坏，{}", said), fmt::format("damaged, {}", said)}};
}

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

std::optional<std::string> ZipArchive::StandsTwice() const {
  std::set<std::string> names;
  const zip_int64_t count = zip_get_num_entries(handle_->zip, 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    const char* name = zip_get_name(handle_->zip, static_cast<zip_uint64_t>(i), 0);
    if (name == nullptr) continue;
    std::string lower = name;
    for (char& c : lower) c = 'A' <= c && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (!names.insert(std::move(lower)).second) return name;
  }
  return std::nullopt;
}

tl::expected<std::string, ZipArchive::Fault> ZipArchive::Read(const std::string& name) {
  const std::unique_ptr<zip_file_t, decltype(&zip_fclose)> file(zip_fopen(handle_->zip, name.c_str(), 0), zip_fclose);
  if (file == nullptr) return tl::unexpected(FaultOf(zip_get_error(handle_->zip)));
  std::string out;
  // What the directory says of its size is not believed.
  while (true) {
    const size_t begun = out.size();
    out.resize(begun + kPiece);
    const zip_int64_t read = zip_fread(file.get(), out.data() + begun, kPiece);
    if (read < 0) return tl::unexpected(FaultOf(zip_file_get_error(file.get())));
    out.resize(begun + static_cast<size_t>(read));
    if (out.size() > left_) {
      exceeded_ = true;
      return tl::unexpected(Fault{false, {"太大", "too large"}});
    }
    if (read == 0) break;
  }
  left_ -= out.size();
  return out;
}

}  // namespace heng::data
