// Handler: what the HTTP server calls for a whole request. Made by the verb that serves.
#pragma once

#include <functional>
#include <optional>

#include "server/message.h"

namespace heng::server {

// Called in the loop, by several at once if there are several: quick, and what may take longer than handing it to another thread does
// (some 50 µs) it returns as Later. An exception, also of that, is answered 500 without its text.
using Handler = std::function<Reply(const Request&)>;

// Called in the loop with a request of which only the head has come: what it is refused with whatever its body says, so that nobody reads,
// holds or waits for that. Nothing: go on; then the handler decides it again.
using Gate = std::function<std::optional<Response>(const Request& head)>;

}  // namespace heng::server
