// A folder of files that lasts as long as a test.
#pragma once

#include <string>

namespace heng::tests {

// A folder that is removed with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }
  void Write(const std::string& name, const std::string& bytes) const;
  std::string Read(const std::string& name) const;
  void Remove(const std::string& name) const;
  // Copies the CSV files of a folder.
  void CopyFrom(const std::string& folder) const;
  // Replaces the first occurrence of `from` in the file. REQUIRES: it occurs.
  void Replace(const std::string& name, const std::string& from, const std::string& to) const;

 private:
  std::string path_;
};

}  // namespace heng::tests
