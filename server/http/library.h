// Library: cpp-httplib's part: the head of a whole request that framing let pass, and the bytes of its answer. It
// never sees a socket, a body's framing, or a header that could steer it. Used by loop; only library.cc knows httplib.
#pragma once

#include <memory>
#include <string>

#include "server/http/limits.h"
#include "server/message.h"

namespace heng::server {

class Library {
 public:
  explicit Library(const HttpLimits& limits);
  ~Library();

  // The bytes of the response to a whole request; they say what becomes of the connection. Thread-safe.
  std::string Write(const Request& request, Response response, KeepAlive keep_alive);

 private:
  class Router;
  std::unique_ptr<Router> router_;
};

// The bytes of an answer without the library, which takes longer over it than everything else does over a short request; or has no
// request for it. `head`: the answer to HEAD, its body left out.
std::string Render(const Response& response, KeepAlive keep_alive, bool head);
// A refusal ends the connection.
std::string RenderRefusal(const Problem& problem);

}  // namespace heng::server
