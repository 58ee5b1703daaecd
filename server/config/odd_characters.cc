#include "server/config/odd_characters.h"

#include <cstdint>

#include <fmt/format.h>

#include "engine/base/text.h"

namespace heng::config {

bool IsOddSpace(char32_t c) {
  return c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200B) || c == 0x202F || c == 0x205F || c == 0x3000 ||
         c == 0xFEFF;
}

bool IsUnseen(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF;
}

std::string NameOf(char32_t c) {
  const std::string code = fmt::format("U+{:04X}", static_cast<uint32_t>(c));
  return code;
}

std::optional<char32_t> FindCharacter(std::string_view text, bool (*is)(char32_t)) {
  for (size_t at = 0; at < text.size();) {
    const char32_t c = DecodeUtf8(text, at);
    if (is(c)) return c;
  }
  return std::nullopt;
}

}  // namespace heng::config
