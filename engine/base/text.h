// Text as people see it: UTF-8 decoding, validity, display width, nearest names.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heng {

// The position of the first byte that is not valid UTF-8 (surrogates and overlong forms are not), or nothing.
std::optional<size_t> FindInvalidUtf8(std::string_view text);

// Decodes the code point that begins at `at` and moves `at` behind it. REQUIRES: valid UTF-8, at < size.
char32_t DecodeUtf8(std::string_view text, size_t& at);
void AppendUtf8(char32_t code_point, std::string& out);
size_t CountCodePoints(std::string_view text);

// Columns on a terminal: 2 for East Asian wide and full-width characters, 0 for combining ones, else 1.
size_t DisplayWidth(std::string_view text);
std::string PadRight(std::string_view text, size_t width);
std::string PadLeft(std::string_view text, size_t width);

// Full-width forms (U+FF01…U+FF5E, U+3000) as their ASCII equals; everything else unchanged.
std::string FoldFullWidth(std::string_view text);

// The candidate nearest to `name` by edits (code points), if near enough to be a slip of the keyboard; else nothing.
std::optional<std::string> NearestName(std::string_view name, std::span<const std::string> candidates);

std::string_view Trim(std::string_view text);

}  // namespace heng
