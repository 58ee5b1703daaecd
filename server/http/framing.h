// Framing: where a request begins and ends in the bytes of a connection, under hard limits. Strict where parsers are
// known to differ (RFC 9112), so that no two parties can take the same bytes for different requests. Knows no socket;
// used by http_server.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "server/message.h"
#include "server/problem.h"

namespace heng::server {

struct FramingLimits {
  size_t target_bytes = 2048;
  size_t head_bytes = size_t{16} << 10;
  size_t headers = 64;
  size_t body_bytes = size_t{16} << 20;
};

// Whether the connection goes on after the answer. HTTP/1.0 takes it as ended, unless the answer says that it is kept.
enum class KeepAlive : unsigned char { kNo, kYes, kSaid };

struct Head {
  Request request;        // without its body
  size_t size_bytes = 0;  // of the head, with the empty line
  size_t body_bytes = 0;
  KeepAlive keep_alive = KeepAlive::kYes;
  bool expects_continue = false;
};

// The head that `bytes` begin with, or nothing if more must be read. Refused, and the connection to be closed: 400
// what is not well written (one Host, empty or a host, no folded line, CR and LF only together, no control character, one
// Content-Length in digits, none beside Transfer-Encoding), 411 no length, 413, 414, 415 an encoded body, 417, 431,
// 501 another method or transfer coding, 505.
tl::expected<std::optional<Head>, Problem> ReadHead(std::string_view bytes, const FramingLimits& limits);

}  // namespace heng::server
