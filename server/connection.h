// Connection: one client's socket: reads whole requests, has them answered, writes. Blocking, with a deadline for
// each step, so that no client can hold a thread by sending or reading slowly. Used by http_server.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "server/framing.h"
#include "server/message.h"

namespace heng::server {

struct HttpLimits {
  FramingLimits framing;
  size_t threads = 64;
  // Connections that are open or wait for a thread; more are answered 503 and closed.
  size_t connections = 1024;
  size_t requests_per_connection = 100000;
  int idle_ms = 5000;       // between two requests of a connection
  int head_ms = 10000;      // from a request's first byte to the end of its head
  int body_ms = 30000;      // for its body
  int write_ms = 30000;     // for the client to take the answer
  int shutdown_ms = 10000;  // for a request that is being read when the server stops
};

// The bytes of an answer that ends the connection.
std::string RenderRefusal(const Problem& problem);

class Connection {
 public:
  // The bytes of the answer to a whole request; `close`: they are to say that the connection ends with them.
  using ServeRequest = std::function<std::string(Request request, bool close)>;

  // Owns the socket. When `stop_event` becomes readable, the request that runs is finished and the connection closed.
  Connection(int socket, int stop_event, const HttpLimits& limits, ServeRequest serve);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  // Until either side ends it.
  void Run();

 private:
  using HeadRead = tl::expected<std::optional<Head>, Problem>;

  bool Stopping() const;
  bool AwaitRequest() const;
  ssize_t Receive(std::chrono::steady_clock::time_point deadline);
  std::chrono::steady_clock::time_point Deadline(int ms) const;
  HeadRead ReadHeadBytes();
  bool ReadBody(const Head& head, Request& request);
  bool Write(std::string_view bytes) const;
  void Refuse(const Problem& problem);
  void Linger();

  int socket_;
  int stop_event_;
  const HttpLimits& limits_;
  ServeRequest serve_;
  std::string buffer_;  // read and not yet used: requests may be pipelined
};

}  // namespace heng::server
