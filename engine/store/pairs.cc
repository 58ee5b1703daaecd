#include "engine/store/pairs.h"

#include <charconv>

namespace heng::store {
namespace {

bool TakeSeparator(std::string_view& text, char separator) {
  if (!text.starts_with(separator)) return false;
  text.remove_prefix(1);
  return true;
}

template <typename Named>
std::string Write(const Named& pairs) {
  std::string out;
  for (const auto& [name, value] : pairs) {
    PutSized(out, name);
    out += ' ';
    PutSized(out, value);
    out += '\n';
  }
  return out;
}

}  // namespace

void PutSized(std::string& out, std::string_view value) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, value.size()).ptr;
  out.append(digits, end).append(1, ':').append(value);
}

bool TakeSized(std::string_view& text, std::string_view& value) {
  size_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  const auto digits = static_cast<size_t>(end - text.data());
  if (error != std::errc() || digits == text.size() || text[digits] != ':' || size > text.size() - digits - 1)
    return false;
  value = text.substr(digits + 1, size);
  text.remove_prefix(digits + 1 + size);
  return true;
}

bool TakeSized(std::string_view& text, std::string& value) {
  std::string_view piece;
  if (!TakeSized(text, piece)) return false;
  value = piece;
  return true;
}

std::string WritePairs(const Pairs& pairs) { return Write(pairs); }
std::string WritePairs(const std::map<std::string, std::string>& pairs) { return Write(pairs); }

Result<Pairs> ReadPairs(std::string_view text) {
  Pairs pairs;
  while (!text.empty()) {
    auto& [name, value] = pairs.emplace_back();
    if (!TakeSized(text, name) || !TakeSeparator(text, ' ') || !TakeSized(text, value) || !TakeSeparator(text, '\n')) {
      return Fail(ErrorKind::kEnvironment, "store-corrupt",
                  {"存储里有读不出的内容", "the store holds something that cannot be read"});
    }
  }
  return pairs;
}

}  // namespace heng::store
