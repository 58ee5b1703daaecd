// FileStamps: whether files and folders are still what they were when they were read. Looks through symbolic links, and at what was
// not there; asks the system for each path, so it is for now and then, beside inotify, which knows neither. Used by Watch.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace heng::server {

// What a service was made from.
struct ReadPaths {
  std::set<std::string> folders;  // of which the files that matter were read
  std::set<std::string> files;    // of a folder among them: that it is there
};

// True for files that a configuration or a policy is read from: `.yaml`, `.heng` and so on. Others may write beside them.
bool Matters(std::string_view name);

class FileStamps {
 public:
  FileStamps() { BeforeReading(); }
  // To be called before the files are read: what changes from now on will differ.
  void BeforeReading();
  // These were read since, or sought. One of them that is new may have changed before it was read, or after: if it is that young it
  // differs, once.
  void WereRead(const ReadPaths& paths);
  // Cost: about 1 µs a path.
  bool Differ();

 private:
  struct Stamp {
    enum class Kind : unsigned char { kMissing, kFile, kFolder, kUnknown };
    Kind kind = Kind::kMissing;
    uint64_t device = 0;
    uint64_t inode = 0;
    int64_t changed_ns = 0;  // its ctime: writing, renaming and permissions all move it
    int64_t size = 0;
    bool listed = false;
    std::vector<std::string> names;  // of a folder that is listed

    bool SameFile(const Stamp& other) const;
    bool operator==(const Stamp& other) const;
  };
  // The names in a folder are taken from `known` if it has not changed.
  static Stamp Of(const std::string& path, bool listed, const Stamp* known);

  std::map<std::string, Stamp> stamps_;
  int64_t reading_since_ns_ = 0;
};

}  // namespace heng::server
