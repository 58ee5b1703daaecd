// A policy from its file, with the modules it uses (引用) and the tables it imports (取自), which stand in files beside it.
#pragma once

#include <functional>
#include <string>

#include "engine/base/file.h"
#include "engine/graph/analysis/compile.h"

namespace heng::load {

// Reads a file that a policy names, by its path as seen from where the policy's path starts; as ReadFile, which it is by default.
using FileReader = std::function<Result<std::string>(const std::string& path, size_t limit_bytes)>;

// The policy and all that it names are read as one text: the policy first, then each module once, then the rows of each imported
// table as if they were written out. The digest is of that text. A file that cannot be read, modules in a circle and a table whose
// columns are not those declared are diagnostics at the place that names the file.
graph::Compiled Load(const std::string& path, const std::string& bytes, const FileReader& read = ReadFile);

}  // namespace heng::load
