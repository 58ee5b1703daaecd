#include "engine/store/person_name.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "engine/base/text.h"

namespace heng::store {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// The space that may stand between two words is U+0020 alone.
constexpr Range kSpaces[] = {{0x09, 0x0D},     {0x85, 0x85},     {0xA0, 0xA0},     {0x1680, 0x1680}, {0x2000, 0x200A},
                             {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000}};
// Of the Unicode Character Database: Cc and Cf, what is ignorable or blank, combining marks (the composed letter is written), private
// use, and blocks of compatibility characters, which NFKC would make others that look the same.
constexpr Range kRefused[] = {
    {0x00, 0x1F},       {0x7F, 0x9F},       {0xAD, 0xAD},       {0x0300, 0x036F},   {0x061C, 0x061C},
    {0x115F, 0x1160},   {0x17B4, 0x17B5},   {0x180B, 0x180F},   {0x1AB0, 0x1AFF},   {0x1DC0, 0x1DFF},
    {0x200B, 0x200F},   {0x202A, 0x202E},   {0x2060, 0x206F},   {0x2070, 0x209F},   {0x20D0, 0x20FF},
    {0x2100, 0x218F},   {0x2460, 0x24FF},   {0x2800, 0x2800},   {0x2E80, 0x2FDF},   {0x302A, 0x302F},
    {0x3164, 0x3164},   {0x3200, 0x33FF},   {0xE000, 0xF8FF},   {0xF900, 0xFB06},   {0xFE00, 0xFE0F},
    {0xFE20, 0xFE2F},   {0xFE30, 0xFE4F},   {0xFE50, 0xFE6F},   {0xFEFF, 0xFEFF},   {0xFF5F, 0xFFEF},
    {0xFFF0, 0xFFFF},   {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0x1D400, 0x1D7FF}, {0x1F100, 0x1F2FF},
    {0x2F800, 0x2FA1F}, {0xE0000, 0xE0FFF}, {0xF0000, 0x10FFFF}};

template <size_t N>
bool In(const Range (&ranges)[N], char32_t c) {
  return std::any_of(std::begin(ranges), std::end(ranges),
                     [c](const Range& range) { return range.first <= c && c <= range.last; });
}

tl::unexpected<Error> BadName(const Bilingual& why) {
  return Fail(ErrorKind::kUsage, "bad-name",
              {fmt::format("人或密钥的名称{}", why.zh), fmt::format("the name of a person or a key {}", why.en)});
}

}  // namespace

Status CheckName(std::string_view name) {
  if (FindInvalidUtf8(name)) return BadName({"不是 UTF-8", "is not UTF-8"});
  bool after_space = true;
  for (size_t at = 0; at < name.size();) {
    const char32_t c = DecodeUtf8(name, at);
    const bool space = c == U' ';
    if ((space && after_space) || In(kSpaces, c)) {
      return BadName({"里，空格只能是词间的一个半角空格，开头和结尾不能有",
                      "has spaces only between words, one ordinary space each, and none at its ends"});
    }
    if (In(kRefused, c)) {
      const auto code = fmt::format("U+{:04X}", static_cast<uint32_t>(c));
      return BadName({fmt::format("不能含有看不见的或形似别字的字符 {}", code),
                      fmt::format("cannot have {}, which is not seen or looks like another character", code)});
    }
    after_space = space;
  }
  if (name.empty()) return BadName({"不能为空", "cannot be empty"});
  if (after_space) return BadName({"末尾不能有空格", "cannot end with a space"});
  return Ok();
}

std::string NameKey(std::string_view name) {
  std::string key;
  for (size_t at = 0; at < name.size();) {
    char32_t c = DecodeUtf8(name, at);
    if (c == U' ' || In(kSpaces, c)) continue;
    if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFEE0;
    if (c >= U'A' && c <= U'Z') c += U'a' - U'A';
    AppendUtf8(c, key);
  }
  return key;
}

}  // namespace heng::store
