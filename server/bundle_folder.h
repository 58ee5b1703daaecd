// BundleFolder: files that came over the network or out of the store, as a folder of their own for as long as they are
// read. No name leaves it. Used by the routes that take texts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/data/deployment.h"
#include "engine/store/store.h"

namespace heng::server {

class BundleFolder {
 public:
  // Writes the files. Errors: kUsage bad-file-name (absolute, or out of the folder, or twice), kEnvironment.
  static Result<BundleFolder> Make(const store::Bundle& files);
  BundleFolder(BundleFolder&& other) noexcept : root_(std::move(other.root_)) { other.root_.clear(); }
  BundleFolder& operator=(BundleFolder&&) = delete;
  ~BundleFolder();

  const std::string& root() const { return root_; }
  std::string PathOf(const std::string& name) const { return root_ + "/" + name; }
  // The text without the folder's place in it.
  std::string Anonymous(std::string text) const;

 private:
  explicit BundleFolder(std::string root) : root_(std::move(root)) {}
  std::string root_;
};

// Error, kUsage file-not-given: a policy text among the files names a file that is not among them.
Status CheckClosed(const store::Bundle& files);

// The files that a source was read from, each once, the policy's own first.
std::vector<std::string> FilesOf(const SourceFile& source);

}  // namespace heng::server
