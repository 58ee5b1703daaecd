#include "engine/data/subject_id.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "engine/base/limits.h"
#include "engine/base/text.h"

namespace heng::data {
namespace {

using Interval = std::pair<char32_t, char32_t>;

bool IsIn(char32_t c, const Interval* begin, const Interval* end) {
  return std::any_of(begin, end, [c](const Interval& one) { return one.first <= c && c <= one.second; });
}

// Control and format characters, among them those that turn the direction of writing (Unicode general categories Cc, Cf, Zl, Zp), and the
// fillers and selectors that show nothing (Default_Ignorable_Code_Point).
bool IsUnseen(char32_t c) {
  static constexpr Interval kUnseen[] = {{0x00, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},      {0x34F, 0x34F},
                                         {0x600, 0x605},   {0x61C, 0x61C},   {0x6DD, 0x6DD},    {0x115F, 0x1160},
                                         {0x17B4, 0x17B5}, {0x180B, 0x180F}, {0x200B, 0x200F},  {0x2028, 0x202E},
                                         {0x2060, 0x206F}, {0x3164, 0x3164}, {0xFE00, 0xFE0F},  {0xFEFF, 0xFEFF},
                                         {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFB}, {0xE0000, 0xE0FFF}};
  return IsIn(c, std::begin(kUnseen), std::end(kUnseen));
}

// Zs of Unicode.
bool IsBlank(char32_t c) {
  static constexpr Interval kBlank[] = {{0x20, 0x20},     {0xA0, 0xA0},     {0x1680, 0x1680}, {0x2000, 0x200A},
                                        {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000}};
  return IsIn(c, std::begin(kBlank), std::end(kBlank));
}

}  // namespace

std::optional<Bilingual> WrongId(std::string_view id) {
  if (id.empty()) return Bilingual{"没有编号", "there is no id"};
  if (id.size() > limits::kNameBytes) {
    return Bilingual{
        fmt::format("编号太长：有 {} 字节，最多 {} 字节（一个汉字占 3 字节）", id.size(), limits::kNameBytes),
        fmt::format("the id is too long: {} bytes, at most {} (a Chinese character takes 3)", id.size(),
                    limits::kNameBytes)};
  }
  const bool plain = id.front() != ' ' && id.back() != ' ' &&
                     std::all_of(id.begin(), id.end(), [](char c) { return ' ' <= c && c <= '~'; });
  if (plain) return std::nullopt;
  size_t number = 0;
  char32_t first = 0;
  char32_t last = 0;
  for (size_t at = 0; at < id.size();) {
    last = DecodeUtf8(id, at);
    if (++number == 1) first = last;
    if (!IsUnseen(last)) continue;
    return Bilingual{fmt::format("编号的第 {} 个字符看不见（U+{:04X}），请删去", number, static_cast<uint32_t>(last)),
                     fmt::format("character {} of the id cannot be seen (U+{:04X}), remove it", number,
                                 static_cast<uint32_t>(last))};
  }
  if (!IsBlank(first) && !IsBlank(last)) return std::nullopt;
  return Bilingual{"编号前后不能有空格", "there must be no blank before or behind an id"};
}

}  // namespace heng::data
