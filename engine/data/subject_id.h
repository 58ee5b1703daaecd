// What the id of a subject may be, wherever it is written: a cell of a file or a workbook, a request, a line. Two ids that look alike
// must not be two subjects: neither blanks around it nor characters that nobody sees.
#pragma once

#include <optional>
#include <string_view>

#include "engine/base/bilingual.h"

namespace heng::data {

// What is wrong with it; nothing if it will do. REQUIRES: valid UTF-8.
std::optional<Bilingual> WrongId(std::string_view id);

}  // namespace heng::data
