// Trace: the W3C Trace Context of a request (w3.org/TR/trace-context), so that a caller finds its request in our log.
#pragma once

#include <string>
#include <string_view>

namespace heng::server {

struct Trace {
  std::string id;    // 32 hexadecimal digits
  std::string span;  // 16: ours
  std::string flags = "00";

  std::string ToHeader() const { return "00-" + id + "-" + span + "-" + flags; }
};

// The caller's trace with a span of ours; a new one if the header is absent or not well written.
Trace TraceOf(std::string_view traceparent);

}  // namespace heng::server
