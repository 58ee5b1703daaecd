#include "server/trace.h"

#include <algorithm>
#include <random>

#include <fmt/format.h>

namespace heng::server {
namespace {

// Not for secrets: ids of traces only have to differ.
uint64_t Random() {
  thread_local std::mt19937_64 engine(std::random_device{}());
  return engine();
}

bool IsHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool IsZero(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }

}  // namespace

Trace TraceOf(std::string_view traceparent) {
  Trace trace;
  trace.span = fmt::format("{:016x}", Random());
  // 00-<32>-<16>-<2>
  constexpr size_t kSize = 55;
  const bool shaped = traceparent.size() == kSize && traceparent.starts_with("00-") && traceparent[35] == '-' &&
                      traceparent[52] == '-';
  if (shaped) {
    const std::string_view id = traceparent.substr(3, 32);
    const std::string_view parent = traceparent.substr(36, 16);
    const std::string_view flags = traceparent.substr(53, 2);
    if (IsHex(id) && IsHex(parent) && IsHex(flags) && !IsZero(id) && !IsZero(parent)) {
      trace.id = id;
      trace.flags = flags;
      return trace;
    }
  }
  trace.id = fmt::format("{:016x}{:016x}", Random(), Random());
  return trace;
}

}  // namespace heng::server
