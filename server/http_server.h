// HttpServer: carries requests from sockets to a handler and its responses back, on cpp-httplib, which only
// http_server.cc knows. Each connection has a thread of a pool while it lasts; every request is read whole under hard
// limits (framing.h) before the handler sees it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "engine/base/result.h"
#include "server/connection.h"
#include "server/message.h"

namespace heng::server {

class HttpServer {
 public:
  // The handler is called from many threads; an exception of it is answered 500 without its text.
  using Handler = std::function<Response(const Request&)>;

  HttpServer(Handler handler, HttpLimits limits);
  ~HttpServer();

  // Port 0: any free one. Error: kEnvironment cannot-listen, also where another server listens there.
  Status Bind(const std::string& host, int port);
  // After Bind.
  int port() const;
  // Serves until Stop or, if `until_signal`, SIGINT or SIGTERM, which must be blocked in all threads: then stops
  // accepting, finishes the requests that run, closes. Error: kEnvironment if the listening socket fails. REQUIRES:
  // Bind was successful.
  Status Run(bool until_signal);
  // From any thread.
  void Stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// Blocks SIGINT and SIGTERM in this thread and those that it starts; SIGPIPE is ignored. Called before any thread is
// started.
void BlockStopSignals();

}  // namespace heng::server
