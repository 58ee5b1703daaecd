#include "engine/base/file.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

namespace heng {

Result<std::string> ReadFile(const std::string& path, size_t limit_bytes) {
  std::error_code error;
  const bool regular = !std::filesystem::is_directory(path, error);
  std::ifstream in(path, std::ios::binary);
  if (!regular || !in) {
    return Fail(ErrorKind::kEnvironment, "file-unreadable",
                {fmt::format("不能读取文件“{}”", path), fmt::format("cannot read the file '{}'", path)}, path);
  }
  std::string bytes;
  char buffer[1 << 16];
  while (in.read(buffer, sizeof buffer) || in.gcount() > 0) {
    bytes.append(buffer, static_cast<size_t>(in.gcount()));
    if (bytes.size() > limit_bytes) {
      return Fail(ErrorKind::kFindings, "file-too-large",
                  {fmt::format("文件“{}”超过 {} 字节的上限", path, limit_bytes),
                   fmt::format("the file '{}' is larger than the limit of {} bytes", path, limit_bytes)},
                  path);
    }
  }
  return bytes;
}

Status WriteFile(const std::string& path, std::string_view bytes) {
  const auto failed = [&] {
    const std::string why = std::strerror(errno);
    return Fail(
        ErrorKind::kEnvironment, "file-unwritable",
        {fmt::format("不能写入文件“{}”：{}", path, why), fmt::format("cannot write the file '{}': {}", path, why)},
        path);
  };
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  std::error_code error;
  if (!parent.empty()) std::filesystem::create_directories(parent, error);
  if (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error)) {
    std::ofstream out(path, std::ios::binary);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    out.flush();
    return out ? Ok() : failed();
  }
  const std::string temporary = fmt::format("{}.{}.tmp", path, ::getpid());
  {
    std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    out.flush();
    if (!out) {
      const auto status = failed();
      std::remove(temporary.c_str());
      return status;
    }
  }
  if (std::rename(temporary.c_str(), path.c_str()) != 0) {
    const auto status = failed();
    std::remove(temporary.c_str());
    return status;
  }
  return Ok();
}

}  // namespace heng
