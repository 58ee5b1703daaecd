// Whole files in and out. Writing is all or nothing: a temporary file beside the target is renamed over it.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace heng {

// Errors: kEnvironment `file` when it cannot be read, kFindings `file-too-large` beyond `limit_bytes`.
Result<std::string> ReadFile(const std::string& path, size_t limit_bytes);
Status WriteFile(const std::string& path, std::string_view bytes);

}  // namespace heng
