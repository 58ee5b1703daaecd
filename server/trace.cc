#include "server/trace.h"

#include <algorithm>
#include <random>

namespace heng::server {
namespace {

// Not for secrets: ids of traces only have to differ.
uint64_t Random() {
  thread_local std::mt19937_64 engine(std::random_device{}());
  return engine();
}

// The 16 digits of a number.
void WriteHex(uint64_t value, char* to) {
  constexpr int kBits = 64;
  for (int shift = kBits - 4; shift >= 0; shift -= 4) *to++ = "0123456789abcdef"[(value >> shift) & 15U];
}

bool IsHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool IsZero(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }

}  // namespace

std::string Trace::ToHeader() const {
  std::string out = "00-";
  out.append(id.data(), id.size()).append(1, '-').append(span.data(), span.size()).append(1, '-');
  return out.append(flags.data(), flags.size());
}

Trace TraceOf(std::string_view traceparent) {
  Trace trace;
  WriteHex(Random(), trace.span.data());
  // 00-<32>-<16>-<2>
  constexpr size_t kSize = 55;
  const bool shaped =
      traceparent.size() == kSize && traceparent.starts_with("00-") && traceparent[35] == '-' && traceparent[52] == '-';
  if (shaped) {
    const std::string_view id = traceparent.substr(3, 32);
    const std::string_view parent = traceparent.substr(36, 16);
    const std::string_view flags = traceparent.substr(53, 2);
    if (IsHex(id) && IsHex(parent) && IsHex(flags) && !IsZero(id) && !IsZero(parent)) {
      std::copy(id.begin(), id.end(), trace.id.begin());
      std::copy(flags.begin(), flags.end(), trace.flags.begin());
      return trace;
    }
  }
  WriteHex(Random(), trace.id.data());
  WriteHex(Random(), trace.id.data() + trace.id.size() / 2);
  return trace;
}

}  // namespace heng::server
