// Connection: what a loop keeps for one client. A record, not an actor: only its loop reads and changes it, but for `waiting`.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include "server/http/request_reader.h"
#include "server/message.h"

namespace heng::server {

// Where a connection stands. Those of one phase stand in one list, in the order in which they entered it: since each
// phase has one time limit, the first of a list is the first to reach it.
enum class Phase : uint8_t {
  kIdle,       // between requests
  kHead,       // part of a head has come
  kBody,       // part of a body has come
  kBusy,       // a worker, or what a response waits for, has its request
  kWriting,    // the client has not taken all of the answer
  kLingering,  // the answer was the last one, and the client may still read it
  kClosed,     // to be forgotten when this turn of the loop ends
};
inline constexpr size_t kPhases = 7;
// A larger buffer is given back once it is empty.
inline constexpr size_t kKeptCapacity = size_t{16} << 10;

struct Connection {
  Connection(int socket, std::string peer_address, const FramingLimits& limits)
      : fd(socket), reader(limits), peer(std::move(peer_address)) {}

  size_t unsent_bytes() const { return out.size() - sent; }

  // What is looked at when a waiting answer leaves stands together: by then other connections have pushed it out of the caches.
  int fd;
  uint32_t armed = 0;  // the events that epoll watches for
  Phase phase = Phase::kIdle;
  bool watched = true;                     // by epoll
  bool peer_ended = false;                 // nothing more will come
  bool last_answer = false;                // nothing more is read as a request
  bool gone = false;                       // its socket failed while it was busy
  bool queued = false;                     // waits in the loop for its next turn
  KeepAlive keep_alive = KeepAlive::kYes;  // of the request that is served
  bool passed = false;                     // the gate, by the request whose body is coming
  Connection* next_done = nullptr;
  std::string waiting;                          // the answer that is made while the connection is busy, by who makes it
  std::function<void(Response*)> when_leaving;  // of what waits
  std::shared_ptr<const void> kept;             // for what waits
  std::string out;
  size_t sent = 0;         // of `out`
  size_t held_bytes = 0;   // of Admission
  size_t held_answer = 0;  // of Admission, of what waits; by who makes it
  std::chrono::steady_clock::time_point deadline;
  std::list<Connection>::iterator self;
  size_t served = 0;       // requests
  size_t progress_at = 0;  // bytes at which the deadline was last set
  size_t drained = 0;      // while lingering
  RequestReader reader;
  std::string peer;
};

}  // namespace heng::server
