// HttpLimits: what a client may take of the server, in bytes, time and number. Every one has an effect that a test shows.
#pragma once

#include <cstddef>

#include "server/http/framing.h"

namespace heng::server {

struct HttpLimits {
  FramingLimits framing;
  // Threads that read and write, threads that work on long requests, how many of them on those of one lane, and how many may wait.
  size_t loops = 1;
  size_t workers = 3;
  size_t workers_of_lane = 2;
  size_t queued = 1024;
  // Open connections. When they are reached, the oldest one that has sent part of a head goes, else the oldest idle one.
  size_t connections = 4096;
  // From one address that is not this machine's.
  size_t connections_per_peer = 256;
  // Bodies announced and answers not yet taken, of all connections.
  size_t buffered_bytes = size_t{256} << 20;
  size_t requests_per_connection = 100000;

  int idle_ms = 60000;      // between two requests of a connection
  int head_ms = 10000;      // from a request's first byte to the end of its head
  int body_ms = 30000;      // for each `progress_bytes` of its body
  int write_ms = 30000;     // for the client to take each `progress_bytes` of the answer
  int linger_ms = 1000;     // for the client to read an answer that ends the connection
  int shutdown_ms = 10000;  // for what is being read or written when the server stops
  size_t progress_bytes = size_t{256} << 10;
};

}  // namespace heng::server
