// The look at a configuration's lines before YAML is read: what people mistype where Chinese is typed, each with its own place and
// what to write. YAML itself would take most of it for text, and say nothing or name the next line. Used by yaml.cc alone.
#pragma once

#include <string_view>

#include "server/config/mistake.h"

namespace heng::config {

// Adds the mistakes; true if there are none. A text that has one need not be read further. Codes: unclosed-quote, text-after-quote,
// text-block (| and >), full-width-colon, full-width-comma, full-width-quote, no-space-after-colon, odd-space, tab.
// What it accepts may be wrong all the same. REQUIRES: UTF-8, without a byte order mark.
bool LookAtLines(std::string_view text, MistakeList& mistakes);

}  // namespace heng::config
