// Files that came over the network or out of the store: what their names may be, and BundleFolder, which is a folder of
// their own for as long as they are read. No name leaves it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/data/deployment.h"
#include "engine/store/store.h"

namespace heng::server {

// Error, kUsage bad-file-name: absolute, or out of the folder, or twice.
Status CheckNames(const store::Bundle& files);

class BundleFolder {
 public:
  // Writes the files. Errors: those of CheckNames, kEnvironment.
  static Result<BundleFolder> Make(const store::Bundle& files);
  BundleFolder(BundleFolder&& other) noexcept : root_(std::move(other.root_)) { other.root_.clear(); }
  BundleFolder& operator=(BundleFolder&&) = delete;
  ~BundleFolder();

  const std::string& root() const { return root_; }
  std::string PathOf(const std::string& name) const { return root_ + "/" + name; }

 private:
  explicit BundleFolder(std::string root) : root_(std::move(root)) {}
  std::string root_;
};

// Error, kUsage file-not-given: a policy text among the files names a file that is not among them.
Status CheckClosed(const store::Bundle& files);

// The files that a source was read from, each once, the policy's own first.
std::vector<std::string> FilesOf(const SourceFile& source);

}  // namespace heng::server
