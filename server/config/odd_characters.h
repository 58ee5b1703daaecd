// Characters that look like a space, like nothing, or turn the text around: what comes along when a configuration is copied out of a
// document or a chat.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace heng::config {

// A space that YAML does not take for one: U+00A0, U+3000 and so on.
bool IsOddSpace(char32_t c);
// Controls (tabs too), what turns the direction of writing, what is not seen at all.
bool IsUnseen(char32_t c);
// `U+00A0`.
std::string NameOf(char32_t c);

// The first for which `is` holds. REQUIRES: UTF-8.
std::optional<char32_t> FindCharacter(std::string_view text, bool (*is)(char32_t));

}  // namespace heng::config
