#include "server/file_stamps.h"

#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <ctime>
#include <filesystem>
#include <tuple>
#include <utility>

namespace heng::server {
namespace {

int64_t Nanoseconds(const timespec& time) { return time.tv_sec * int64_t{1'000'000'000} + time.tv_nsec; }

// As the system stamps files: coarsely.
int64_t Now() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return Nanoseconds(now);
}

// What may be read from a folder; others may write beside it.
std::vector<std::string> NamesIn(const std::string& folder) {
  namespace fs = std::filesystem;
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::string name = it->path().filename().string();
    if (Matters(name)) names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

bool Matters(std::string_view name) {
  const size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || name.starts_with('.')) return false;
  std::string extension(name.substr(dot));
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return extension == ".yaml" || extension == ".yml" || extension == ".heng" || extension == ".csv" ||
         extension == ".xlsx";
}

bool FileStamps::Stamp::SameFile(const Stamp& other) const {
  return std::tie(kind, device, inode, changed_ns, size) ==
         std::tie(other.kind, other.device, other.inode, other.changed_ns, other.size);
}

bool FileStamps::Stamp::operator==(const Stamp& other) const {
  if (kind == Kind::kUnknown) return false;
  if (kind == Kind::kFolder && other.kind == Kind::kFolder) return names == other.names;
  return SameFile(other);
}

FileStamps::Stamp FileStamps::Of(const std::string& path, bool listed, const Stamp* known) {
  struct stat status {};
  Stamp stamp;
  stamp.listed = listed;
  if (::stat(path.c_str(), &status) != 0) return stamp;
  const bool folder = S_ISDIR(status.st_mode);
  stamp.kind = folder ? Stamp::Kind::kFolder : Stamp::Kind::kFile;
  stamp.device = status.st_dev;
  stamp.inode = status.st_ino;
  stamp.changed_ns = Nanoseconds(status.st_ctim);
  stamp.size = folder ? 0 : status.st_size;
  if (folder && listed) stamp.names = known != nullptr && known->SameFile(stamp) ? known->names : NamesIn(path);
  return stamp;
}

void FileStamps::BeforeReading() {
  reading_since_ns_ = Now();
  for (auto& [path, stamp] : stamps_) stamp = Of(path, stamp.listed, &stamp);
}

void FileStamps::WereRead(const ReadPaths& paths) {
  std::map<std::string, Stamp> read;
  const auto add = [&](const std::string& path, bool listed) {
    const auto before = stamps_.find(path);
    if (before != stamps_.end() && before->second.listed == listed) {
      read.try_emplace(path, before->second);
      return;
    }
    const auto [at, fresh] = read.try_emplace(path);
    if (!fresh) return;
    at->second = Of(path, listed, nullptr);
    if (at->second.changed_ns >= reading_since_ns_) at->second.kind = Stamp::Kind::kUnknown;
  };
  for (const std::string& path : paths.folders) add(path, true);
  for (const std::string& path : paths.files) add(path, false);
  stamps_ = std::move(read);
}

bool FileStamps::Differ() {
  for (auto& [path, stamp] : stamps_) {
    Stamp now = Of(path, stamp.listed, &stamp);
    if (!(stamp == now)) return true;
    stamp = std::move(now);
  }
  return false;
}

}  // namespace heng::server
