#include "server/target.h"

#include <algorithm>

#include "engine/base/text.h"

namespace heng::server {
namespace {

int DigitOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> Decode(std::string_view text, bool plus_is_blank) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size() || DigitOf(text[i + 1]) < 0 || DigitOf(text[i + 2]) < 0) return std::nullopt;
      out += static_cast<char>(DigitOf(text[i + 1]) * 16 + DigitOf(text[i + 2]));
      i += 2;
    } else {
      out += plus_is_blank && text[i] == '+' ? ' ' : text[i];
    }
  }
  if (out.find('\0') != std::string::npos || FindInvalidUtf8(out)) return std::nullopt;
  return out;
}

// Takes what stands before the next `separator`, and the separator, off `rest`.
std::string_view Next(std::string_view& rest, char separator) {
  const size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

}  // namespace

std::optional<Target> ParseTarget(std::string_view target) {
  if (!target.starts_with('/')) return std::nullopt;
  std::string_view query = target;
  std::string_view path = Next(query, '?').substr(1);
  Target out;
  // A last empty segment counts: `/livez/` is not `/livez`.
  for (bool more = true; more;) {
    more = path.find('/') != std::string_view::npos;
    const auto segment = Decode(Next(path, '/'), false);
    if (!segment) return std::nullopt;
    out.segments.push_back(*segment);
  }
  while (!query.empty()) {
    std::string_view value = Next(query, '&');
    if (value.empty()) continue;
    const auto name = Decode(Next(value, '='), true);
    const auto text = Decode(value, true);
    if (!name || !text) return std::nullopt;
    if (!out.query.emplace(*name, *text).second) out.repeated = *name;
  }
  return out;
}

}  // namespace heng::server
