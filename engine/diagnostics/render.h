// Diagnostics for people (with the source line), for programs (JSON) and for code hosts (SARIF 2.1.0).
#pragma once

#include <string>
#include <vector>

#include "engine/diagnostics/diagnostic.h"

namespace heng {

// `path:line:column: 错误 H2001: …`, the line with the place underlined, the related places, the hint.
std::string RenderText(const std::vector<Diagnostic>& diagnostics, Language language, bool color);
// One JSON array; messages and hints in both languages.
std::string RenderJson(const std::vector<Diagnostic>& diagnostics);
std::string RenderSarif(const std::vector<Diagnostic>& diagnostics, Language language);

}  // namespace heng
