// Handler: what the HTTP server calls for a whole request. Made by the verb that serves.
#pragma once

#include <functional>

#include "server/message.h"

namespace heng::server {

struct Handler {
  // True: it may take longer than handing it to another thread does (some 50 µs). Called in the loop: must be quick.
  std::function<bool(const Request&)> takes_long;
  // Called in the loop or by a worker, from many threads at once. An exception is answered 500 without its text.
  std::function<Response(const Request&)> answer;
};

}  // namespace heng::server
