#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "engine/base/file.h"
#include "engine/base/limits.h"
#include "engine/diagnostics/render.h"
#include "engine/load/load.h"
#include "tools/verbs.h"

namespace heng::tools {

namespace fs = std::filesystem;

namespace {

// Hidden ones are an editor's.
bool IsPolicy(const fs::path& path) {
  return path.extension() == ".heng" && !path.filename().string().starts_with('.');
}

}  // namespace

int Report(const Error& error, const Manner& manner) {
  const bool zh = manner.language == Language::kChinese;
  const std::string at = error.at.empty() ? "" : error.at + ": ";
  fmt::print(stderr, "{}{} {}: {}\n", at, zh ? "错误" : "error", error.code, error.message.In(manner.language));
  switch (error.kind) {
    case ErrorKind::kFindings: return kFindings;
    case ErrorKind::kUsage: return kUsage;
    case ErrorKind::kEnvironment: break;
  }
  return kEnvironment;
}

void Print(const std::vector<Diagnostic>& diagnostics, const Manner& manner) {
  const std::string text =
      manner.json ? RenderJson(diagnostics) : RenderText(diagnostics, manner.language, manner.color_err);
  if (!diagnostics.empty()) std::fputs(text.c_str(), stderr);
}

void PrintWithoutNotes(const std::vector<Diagnostic>& diagnostics, const Manner& manner) {
  std::vector<Diagnostic> shown;
  std::copy_if(diagnostics.begin(), diagnostics.end(), std::back_inserter(shown),
               [](const Diagnostic& d) { return d.severity() != Severity::kNote; });
  Print(shown, manner);
}

Result<std::vector<std::string>> FindPolicies(const std::vector<std::string>& paths) {
  std::vector<std::string> found;
  std::set<std::string> seen;
  const auto add = [&](const std::string& path) {
    if (seen.insert(fs::path(path).lexically_normal().string()).second) found.push_back(path);
  };
  for (const std::string& path : paths) {
    std::error_code error;
    if (fs::is_directory(path, error)) {
      std::vector<std::string> inside;
      for (fs::recursive_directory_iterator it(path, error), end; it != end && !error; it.increment(error)) {
        if (IsPolicy(it->path())) inside.push_back(it->path().string());
      }
      std::sort(inside.begin(), inside.end());
      if (inside.empty()) {
        return Fail(ErrorKind::kUsage, "no-policy",
                    {fmt::format("“{}”里没有 .heng 文件", path), fmt::format("there is no .heng file in '{}'", path)});
      }
      for (const std::string& file : inside) add(file);
    } else if (fs::exists(path, error)) {
      add(path);
    } else {
      return Fail(ErrorKind::kEnvironment, "file-unreadable",
                  {fmt::format("没有文件“{}”", path), fmt::format("there is no file '{}'", path)});
    }
  }
  return found;
}

namespace {

Result<graph::GraphPtr> LoadFile(const std::string& file, const Manner& manner) {
  Result<std::string> bytes = ReadFile(file, limits::kSourceBytes + 1);
  if (!bytes) return tl::unexpected(bytes.error());
  graph::Compiled compiled = load::Load(file, std::move(*bytes));
  PrintWithoutNotes(compiled.diagnostics, manner);
  if (!compiled.graph) {
    return Fail(ErrorKind::kFindings, "policy-has-errors",
                {fmt::format("政策“{}”有错误，没有执行", file),
                 fmt::format("the policy '{}' has errors; nothing was done", file)});
  }
  return compiled.graph;
}

// The file, or the .heng files directly in the folder, in order.
std::vector<std::string> FilesAt(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return {path};
  std::vector<std::string> inside;
  for (const auto& entry : fs::directory_iterator(path, error)) {
    if (IsPolicy(entry.path())) inside.push_back(entry.path().string());
  }
  std::sort(inside.begin(), inside.end());
  return inside;
}

}  // namespace

Result<graph::GraphPtr> LoadPolicy(const std::string& path, const Manner& manner) {
  const std::vector<std::string> files = FilesAt(path);
  if (files.size() == 1) return LoadFile(files.front(), manner);
  return Fail(ErrorKind::kUsage, "which-policy",
              {fmt::format("“{}”里有 {} 个 .heng 文件，请写明是哪一个", path, files.size()),
               fmt::format("'{}' holds {} .heng files: name one", path, files.size())});
}

Result<std::vector<graph::GraphPtr>> LoadPolicies(const std::string& path, const Manner& manner) {
  std::vector<graph::GraphPtr> policies;
  const std::vector<std::string> files = FilesAt(path);
  for (const std::string& file : files) {
    Result<graph::GraphPtr> graph = LoadFile(file, manner);
    if (!graph) return tl::unexpected(graph.error());
    if (!(*graph)->model->policy.is_module) policies.push_back(std::move(*graph));
  }
  if (policies.empty()) {
    return Fail(ErrorKind::kUsage, "no-policy",
                {fmt::format("“{}”里没有政策", path), fmt::format("there is no policy in '{}'", path)});
  }
  std::sort(policies.begin(), policies.end(), [](const graph::GraphPtr& a, const graph::GraphPtr& b) {
    const syntax::PolicyDecl& x = a->model->policy;
    const syntax::PolicyDecl& y = b->model->policy;
    return std::tie(x.id, x.first_day) < std::tie(y.id, y.first_day);
  });
  return policies;
}

Result<std::pair<std::string, std::string>> SplitSetting(const std::string& setting) {
  const size_t equal = setting.find('=');
  if (equal == std::string::npos || equal == 0 || equal + 1 == setting.size()) {
    return Fail(ErrorKind::kUsage, "bad-setting",
                {fmt::format("“{}”应写作 名称=值", setting), fmt::format("'{}' should be NAME=VALUE", setting)});
  }
  return std::pair(setting.substr(0, equal), setting.substr(equal + 1));
}

Result<std::string> ReadInput(const std::string& path) {
  if (path != "-") return ReadFile(path, limits::kRequestBytes);
  std::string bytes;
  char buffer[1 << 16];
  for (size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, stdin)) > 0;) {
    bytes.append(buffer, n);
    if (bytes.size() > limits::kRequestBytes) {
      return Fail(ErrorKind::kFindings, "file-too-large",
                  {"标准输入超过上限", "standard input is larger than the limit"});
    }
  }
  return bytes;
}

}  // namespace heng::tools
