// Library: cpp-httplib's part: the head of a whole request that framing let pass, and the bytes of its answer. It
// never sees a socket, a body's framing, or a header that could steer it. Used by loop; only library.cc knows httplib.
#pragma once

#include <memory>
#include <string>

#include "server/http/handler.h"
#include "server/http/limits.h"

namespace heng::server {

// An answer as it goes over the wire.
struct Rendered {
  std::string bytes;
  // See Response.
  std::function<void(Release)> before_leaving;
};

class Library {
 public:
  Library(const Handler& handler, const HttpLimits& limits);
  ~Library();

  // Has the handler answer a whole request. `close`: the answer says that the connection ends with it. Thread-safe.
  Rendered Serve(const Request& request, bool close);

 private:
  class Router;
  std::unique_ptr<Router> router_;
};

// The bytes of an answer that the library has no request for: a refusal ends the connection.
std::string Render(const Response& response, bool close);
std::string RenderRefusal(const Problem& problem);

}  // namespace heng::server
