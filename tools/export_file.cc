#include "tools/export_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>

namespace heng::tools {

namespace fs = std::filesystem;

ExportFile::ExportFile(std::optional<std::string> path) : path_(std::move(path)) {
  if (!path_) {
    file_ = stdout;
    return;
  }
  std::error_code error;
  const bool special = fs::exists(*path_, error) && !fs::is_regular_file(*path_, error);
  // Of a link, what it points to is replaced.
  if (!special && fs::exists(*path_, error)) path_ = fs::canonical(*path_, error).string();
  if (!special) beside_ = fmt::format("{}.{}.tmp", *path_, ::getpid());
  file_ = std::fopen((special ? *path_ : beside_).c_str(), "wb");
  if (file_ == nullptr) error_ = errno;
}

ExportFile::~ExportFile() {
  if (!path_ || file_ == nullptr) return;
  (void)std::fclose(file_);
  if (!beside_.empty()) (void)std::remove(beside_.c_str());
}

void ExportFile::Add(std::string_view line) {
  if (error_ != 0) return;
  if (std::fwrite(line.data(), 1, line.size(), file_) != line.size() || std::fputc('\n', file_) == EOF) error_ = errno;
}

Status ExportFile::Keep() {
  if (error_ == 0 && std::fflush(file_) != 0) error_ = errno;
  // What is replaced is gone: what replaces it must have reached the disk.
  if (error_ == 0 && !beside_.empty() && ::fsync(::fileno(file_)) != 0) error_ = errno;
  if (error_ == 0 && !beside_.empty() && std::rename(beside_.c_str(), path_->c_str()) != 0) error_ = errno;
  if (error_ != 0) return Failed();
  beside_.clear();
  return Ok();
}

Status ExportFile::Failed() const {
  const std::string why = std::strerror(error_);
  return Fail(ErrorKind::kEnvironment, "file-unwritable",
              {fmt::format("不能写出日志：{}", why), fmt::format("the log cannot be written: {}", why)},
              path_.value_or(""));
}

}  // namespace heng::tools
