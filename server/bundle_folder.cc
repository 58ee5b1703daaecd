#include "server/bundle_folder.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "engine/base/file.h"
#include "engine/base/limits.h"
#include "engine/syntax/antlr/parser.h"
#include "engine/syntax/open_source.h"

namespace heng::server {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> Environment(const std::error_code& error) {
  return Fail(ErrorKind::kEnvironment, "file",
              {"不能写临时文件：" + error.message(), "cannot write a temporary file: " + error.message()});
}

// `common/x.heng` of `../common/x.heng` beside `slz/plates.heng`; as it stands if it leaves the folder.
std::string Beside(const std::string& file, const std::string& named) {
  return (fs::path(file).parent_path() / named).lexically_normal().string();
}

bool IsInside(const std::string& name) {
  const fs::path path(name);
  return !name.empty() && path.is_relative() && path == path.lexically_normal() && path.has_filename() &&
         *path.begin() != ".." && *path.begin() != "." && name.find('\0') == std::string::npos;
}

}  // namespace

Status CheckNames(const store::Bundle& files) {
  std::set<std::string> names;
  for (const store::File& file : files) {
    if (IsInside(file.path) && names.insert(file.path).second) continue;
    return Fail(
        ErrorKind::kUsage, "bad-file-name",
        {fmt::format("文件名“{}”不能用：应当是相对路径，不含 ..，不重复", file.path),
         fmt::format("the file name '{}' cannot be used: it must be relative, without .., and given once", file.path)},
        file.path);
  }
  return Ok();
}

Result<BundleFolder> BundleFolder::Make(const store::Bundle& files) {
  if (auto named = CheckNames(files); !named) return tl::unexpected(named.error());
  std::string root = (fs::temp_directory_path() / "heng-XXXXXX").string();
  if (::mkdtemp(root.data()) == nullptr) return Environment({errno, std::generic_category()});
  BundleFolder folder(root);
  for (const store::File& file : files) {
    std::error_code error;
    fs::create_directories(fs::path(folder.PathOf(file.path)).parent_path(), error);
    if (error) return Environment(error);
    if (auto written = WriteFile(folder.PathOf(file.path), file.bytes); !written)
      return tl::unexpected(written.error());
  }
  return folder;
}

BundleFolder::~BundleFolder() {
  std::error_code error;
  if (!root_.empty()) fs::remove_all(root_, error);
}

Status CheckClosed(const store::Bundle& files) {
  std::set<std::string> names;
  for (const store::File& file : files) names.insert(file.path);
  for (const store::File& file : files) {
    if (!file.path.ends_with(".heng")) continue;
    DiagnosticSink sink;
    const syntax::OpenedSource opened = syntax::OpenSource(file.path, file.bytes, sink);
    if (!opened.usable) continue;
    const syntax::TokenList tokens = syntax::Tokenize(opened.source, sink);
    if (tokens.unusable) continue;
    for (const syntax::FileUse& use : syntax::FilesUsed(syntax::Parse(tokens, sink))) {
      if (names.contains(Beside(file.path, use.path))) continue;
      return Fail(ErrorKind::kUsage, "file-not-given",
                  {fmt::format("“{}”用到文件“{}”，请求里没有给出", file.path, use.path),
                   fmt::format("'{}' uses the file '{}', which the request does not give", file.path, use.path)},
                  file.path);
    }
  }
  return Ok();
}

std::vector<std::string> FilesOf(const SourceFile& source) {
  std::vector<std::string> files = {source.path()};
  // Parts begin at the start of a line.
  for (size_t at = 0; at < source.text().size();) {
    const std::string& path = source.PathOf(static_cast<uint32_t>(at));
    if (std::find(files.begin(), files.end(), path) == files.end()) files.push_back(path);
    const size_t end = source.text().find('\n', at);
    at = end == std::string_view::npos ? source.text().size() : end + 1;
  }
  return files;
}

}  // namespace heng::server
