// HttpServer: carries requests from sockets to a handler and its responses back: listeners, loops, workers, and the
// library (cpp-httplib) that they share. Made by the verb that serves.
#pragma once

#include <memory>
#include <string>

#include "engine/base/result.h"
#include "server/http/handler.h"
#include "server/http/limits.h"

namespace heng::server {

// What the server has counted since it began, and how it stands now.
struct HttpFigures {
  uint64_t accepted = 0;
  uint64_t requests = 0;
  uint64_t refused = 0;
  uint64_t timeouts = 0;
  uint64_t evicted = 0;
  size_t open = 0;
  size_t waiting = 0;
  size_t held_bytes = 0;
};

class HttpServer {
 public:
  // The limit of connections is lowered to what the process may open.
  HttpServer(Handler handler, HttpLimits limits, Gate gate = {});
  ~HttpServer();

  // Port 0: any free one. Error: kEnvironment cannot-listen, also where another server listens there.
  Status Bind(const std::string& host, int port);
  // A Unix socket, also beside a port. Error: kEnvironment cannot-listen.
  Status BindUnix(const std::string& path);
  // After Bind.
  int port() const;
  // Serves until Stop or, if `until_signal`, SIGINT or SIGTERM, which must be blocked in all threads: then stops
  // accepting, finishes the requests that run or are being read, closes. Error: kEnvironment if waiting fails.
  // REQUIRES: something was bound.
  Status Run(bool until_signal);
  // From any thread.
  void Stop();
  // From any thread.
  HttpFigures figures() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// Blocks SIGINT, SIGTERM and SIGHUP in this thread and those that it starts; SIGPIPE is ignored. Called before any thread
// is started.
void BlockSignals();

}  // namespace heng::server
