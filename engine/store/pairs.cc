#include "engine/store/pairs.h"

#include <charconv>

#include <fmt/format.h>

namespace heng::store {
namespace {

// Takes `length:bytes` from the front.
bool Take(std::string_view& text, std::string& out) {
  size_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  const auto digits = static_cast<size_t>(end - text.data());
  if (error != std::errc() || digits == text.size() || text[digits] != ':' || size > text.size() - digits - 1)
    return false;
  out = std::string(text.substr(digits + 1, size));
  text.remove_prefix(digits + 1 + size);
  return true;
}

bool TakeSeparator(std::string_view& text, char separator) {
  if (!text.starts_with(separator)) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::string WritePairs(const Pairs& pairs) {
  std::string out;
  for (const auto& [name, value] : pairs) out += fmt::format("{}:{} {}:{}\n", name.size(), name, value.size(), value);
  return out;
}

Result<Pairs> ReadPairs(std::string_view text) {
  Pairs pairs;
  while (!text.empty()) {
    auto& [name, value] = pairs.emplace_back();
    if (!Take(text, name) || !TakeSeparator(text, ' ') || !Take(text, value) || !TakeSeparator(text, '\n')) {
      return Fail(ErrorKind::kEnvironment, "store-corrupt",
                  {"存储里有读不出的内容", "the store holds something that cannot be read"});
    }
  }
  return pairs;
}

}  // namespace heng::store
