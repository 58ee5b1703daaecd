// Trace: the W3C Trace Context of a request (w3.org/TR/trace-context), so that a caller finds its request in our log.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace heng::server {

struct Trace {
  std::array<char, 32> id{};    // hexadecimal digits
  std::array<char, 16> span{};  // ours
  std::array<char, 2> flags = {'0', '0'};

  std::string_view id_text() const { return {id.data(), id.size()}; }
  std::string ToHeader() const;
};

// The caller's trace with a span of ours; a new one if the header is absent or not well written.
Trace TraceOf(std::string_view traceparent);

}  // namespace heng::server
