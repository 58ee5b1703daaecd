#include "engine/data/json_writer.h"

#include <array>

#include <fmt/format.h>

namespace heng::data {
namespace {

constexpr std::array<bool, 256> kSpecial = [] {
  std::array<bool, 256> special{};
  for (size_t c = 0; c < 0x20; ++c) special[c] = true;
  special['"'] = special['\\'] = true;
  return special;
}();

// The first character that has to be escaped. Most texts have none: of long ones sixteen at once are looked at, which compilers turn into
// few instructions.
std::string_view::const_iterator FindSpecial(std::string_view text) {
  constexpr std::ptrdiff_t kWide = 16;
  auto at = text.begin();
  for (; text.end() - at >= kWide; at += kWide) {
    bool any = false;
    for (std::ptrdiff_t i = 0; i < kWide; ++i)
      any |= (static_cast<unsigned char>(at[i]) < 0x20) | (at[i] == '"') | (at[i] == '\\');
    if (any) break;
  }
  while (at != text.end() && !kSpecial[static_cast<unsigned char>(*at)]) ++at;
  return at;
}

}  // namespace

void JsonWriter::Key(std::string_view key) {
  Separate();
  Quote(key);
  out_ += pretty_ ? ": " : ":";
  behind_key_ = true;
}

void JsonWriter::String(std::string_view text) {
  Separate();
  Quote(text);
}

void JsonWriter::Integer(int64_t value) {
  Separate();
  out_ += std::to_string(value);
}

void JsonWriter::Word(std::string_view word) {
  Separate();
  out_ += word;
}

void JsonWriter::Begin(char bracket) {
  Separate();
  out_ += bracket;
  first_ = true;
  ++depth_;
}

void JsonWriter::End(char bracket) {
  --depth_;
  if (!first_) BreakLine();
  out_ += bracket;
  first_ = false;
}

void JsonWriter::Separate() {
  if (std::exchange(behind_key_, false)) return;
  if (depth_ == 0) return;
  if (!std::exchange(first_, false)) out_ += ',';
  BreakLine();
}

void JsonWriter::BreakLine() {
  if (!pretty_) return;
  out_ += '\n';
  out_.append(2 * depth_, ' ');
}

void JsonWriter::Quote(std::string_view text) {
  out_ += '"';
  for (;;) {
    const auto special = FindSpecial(text);
    out_.append(text.begin(), special);
    if (special == text.end()) break;
    text = text.substr(static_cast<size_t>(special - text.begin()) + 1);
    constexpr std::string_view kShort = "\"\\\b\f\n\r\t";
    if (const size_t i = kShort.find(*special); i != std::string_view::npos) {
      out_ += '\\';
      out_ += "\"\\bfnrt"[i];
    } else {
      out_ += fmt::format("\\u{:04x}", static_cast<unsigned>(*special));
    }
  }
  out_ += '"';
}

}  // namespace heng::data
