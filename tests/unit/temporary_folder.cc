#include "tests/unit/temporary_folder.h"

#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

#include "engine/base/check.h"
#include "engine/base/file.h"
#include "engine/base/limits.h"

namespace heng::tests {
namespace {

namespace fs = std::filesystem;

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (fs::temp_directory_path() / "heng-data-XXXXXX").string();
  CHECK(mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() { fs::remove_all(path_); }

void TemporaryFolder::Write(const std::string& name, const std::string& bytes) const {
  ASSERT_TRUE(WriteFile(path_ + "/" + name, bytes));
}

std::string TemporaryFolder::Read(const std::string& name) const {
  return ReadFile(path_ + "/" + name, limits::kCsvBytes).value();
}

void TemporaryFolder::Remove(const std::string& name) const { fs::remove(path_ + "/" + name); }

void TemporaryFolder::CopyFrom(const std::string& folder) const {
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".csv") fs::copy_file(entry.path(), path_ / entry.path().filename());
  }
}

void TemporaryFolder::Replace(const std::string& name, const std::string& from, const std::string& to) const {
  std::string bytes = Read(name);
  const size_t at = bytes.find(from);
  ASSERT_NE(at, std::string::npos) << from;
  Write(name, bytes.replace(at, from.size(), to));
}

}  // namespace heng::tests
