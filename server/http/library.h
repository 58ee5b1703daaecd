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

  // The bytes of the response to a whole request. `close`: they say that the connection ends with them. Thread-safe.
  std::string Write(const Request& request, Response response, bool close);

 private:
  class Router;
  std::unique_ptr<Router> router_;
};

// The bytes of an answer that the library has no request for: a refusal ends the connection.
std::string Render(const Response& response, bool close);
std::string RenderRefusal(const Problem& problem);

}  // namespace heng::server
