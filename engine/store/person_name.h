// Names of people and keys, which the rule of two people goes by: what may be one, and which count as the same. Internal to store/.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace heng::store {

// Error: bad-name (kUsage), which says what is wrong with it: empty; not UTF-8; spaces at its ends, two together, or any but U+0020;
// characters that cannot be seen or that look like another (control, format, bidi, combining, compatibility forms).
Status CheckName(std::string_view name);

// Equal for names that count as one person's: compared without spaces, full width as half width, ASCII letters without case. Letters of
// other scripts that look alike (Latin a, Cyrillic а) are two. REQUIRES: valid UTF-8.
std::string NameKey(std::string_view name);

}  // namespace heng::store
