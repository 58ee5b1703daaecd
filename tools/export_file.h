// What a verb writes line by line, to stdout or a file. A file stands under its name only once it is whole: it is written beside it, and
// what failed leaves what was there before.
#pragma once

#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace heng::tools {

class ExportFile {
 public:
  // Nothing: stdout. What is there and is no file (a pipe, a device) is written to as it is.
  explicit ExportFile(std::optional<std::string> path);
  ~ExportFile();
  ExportFile(const ExportFile&) = delete;
  ExportFile& operator=(const ExportFile&) = delete;

  // The line and its end.
  void Add(std::string_view line);
  // That everything was written, durably; from now on it stands under its name. Error: file-unwritable (kEnvironment).
  Status Keep();

 private:
  Status Failed() const;

  std::optional<std::string> path_;
  std::string beside_;
  std::FILE* file_ = nullptr;
  int error_ = 0;
};

}  // namespace heng::tools
