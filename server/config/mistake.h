// Mistake: something wrong in a configuration file, with its place. All of them are collected, so that one run shows
// everything. Not for what is wrong in a policy (diagnostics) or in a request (Error).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace heng::config {

// `code` is stable and kebab-case. `line` and `column` are counted from 1, columns in code points; 0: the file as a
// whole.
struct Mistake {
  ErrorKind kind = ErrorKind::kFindings;
  std::string code;
  std::string file;
  uint32_t line = 0;
  uint32_t column = 0;
  Bilingual message;

  // `policies/heng.yaml:3:9`
  std::string Place() const;
};

// Collects the mistakes of one file.
class MistakeList {
 public:
  explicit MistakeList(std::string file) : file_(std::move(file)) {}
  void Add(std::string code, uint32_t line, uint32_t column, Bilingual message);
  void AddError(const Error& error, uint32_t line = 0, uint32_t column = 0);
  const std::string& file() const { return file_; }
  bool empty() const { return mistakes_.empty(); }
  // In the order of their places.
  std::vector<Mistake> Take();

 private:
  std::string file_;
  std::vector<Mistake> mistakes_;
};

// One line each: `file:line:column: 错误 code: …`.
std::string RenderText(const std::vector<Mistake>& mistakes, Language language);

}  // namespace heng::config
