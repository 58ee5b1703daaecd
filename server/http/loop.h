// Loop: one thread's connections, by epoll: reads whole requests under the limits, has short ones answered at once and
// long ones by workers, writes the answers in order. Only the loop's thread touches a connection or its socket; workers
// put finished answers into `waiting` and say so through Post. Used by http_server.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <list>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "server/http/admission.h"
#include "server/http/connection.h"
#include "server/http/handler.h"
#include "server/http/library.h"
#include "server/http/workers.h"

namespace heng::server {

// What loops count, for whoever watches the server. Never reset.
struct LoopCounts {
  std::atomic<uint64_t> accepted = 0;
  std::atomic<uint64_t> requests = 0;
  std::atomic<uint64_t> refused = 0;  // by framing or limits, before a handler saw a request
  std::atomic<uint64_t> timeouts = 0;
  std::atomic<uint64_t> evicted = 0;  // made room for others
};

// Padded on purpose: see kCacheLine.
class Loop {  // NOLINT(clang-analyzer-optin.performance.Padding)
 public:
  Loop(const HttpLimits& limits, const Handler& handler, const Gate& gate, Library& library, Admission& admission,
       Workers& workers, LoopCounts& counts);
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop();

  // Accepts from the listening sockets and serves until Drain; then until everything that runs is finished.
  // Error: kEnvironment cannot-wait.
  Status Run(const std::vector<int>& listening);
  // Stops accepting and reading new requests. From any thread.
  void Drain();

 private:
  using Clock = std::chrono::steady_clock;
  // What other threads write stands apart from what the loop reads all the time.
  static constexpr size_t kCacheLine = 64;
  // The turn of the loop (loop.cc).
  int WaitMs();
  void TakeDone();
  void Accept(int listening);
  void Wake();
  void BeginDrain();
  bool Drained() const;
  void CutExpired();
  bool MakeRoom();
  void Expire(Connection& c);

  // One connection (loop_connection.cc). Those that return bool: false if it is closed.
  void OnEvent(Connection& c, uint32_t events);
  void OnReadable(Connection& c);
  void Advance(Connection& c);
  bool ServeNext(Connection& c);
  void Serve(Connection& c, WholeRequest whole);
  void HandOver(Connection& c, Request request, Later later);
  void Finish(Connection& c, const Request& request, Response response);
  void Hold(Connection& c, const Request& request, Response response);
  void Refuse(Connection& c, const Problem& problem);
  bool AwaitBody(Connection& c);
  bool HoldBody(Connection& c);
  bool HoldFor(Connection& c, size_t bytes);
  bool Flush(Connection& c);
  void AwaitMore(Connection& c, bool fresh);
  void Linger(Connection& c);
  void Close(Connection& c);
  void Enter(Connection& c, Phase phase);
  void Arm(Connection& c, uint32_t events);
  void ReleaseHeld(Connection& c);
  int LimitMs(Phase phase) const;
  void Post(Connection& c);
  std::list<Connection>& In(Phase phase) { return phases_[static_cast<size_t>(phase)]; }
  const std::list<Connection>& In(Phase phase) const { return phases_[static_cast<size_t>(phase)]; }

  const HttpLimits& limits_;
  const Handler& handler_;
  const Gate& gate_;
  Library& library_;
  Admission& admission_;
  Workers& workers_;
  LoopCounts& counts_;

  int epoll_ = -1;
  int wake_ = -1;  // an eventfd: there is something in done_, or draining_ was set
  std::vector<int> listening_;
  std::array<std::list<Connection>, kPhases> phases_;
  std::deque<Connection*> ready_;  // have requests in memory and wait for their turn
  std::string scratch_;            // what one recv brings
  Clock::time_point now_;
  bool drain_begun_ = false;
  Clock::time_point drain_end_;
  std::atomic<bool> draining_ = false;

  // Whose waiting answers may leave, the last one first, each with the next in `next_done`. Without a lock: the log's thread, which has
  // many at once, and the loop, which it wakes with the first, would wait for each other.
  alignas(kCacheLine) std::atomic<Connection*> done_ = nullptr;
  alignas(kCacheLine) std::atomic<bool> asleep_ =
      false;  // the loop waits, or is about to: whoever has something for it wakes it
  alignas(kCacheLine) std::atomic<int> posting_ = 0;  // who is in Post: the loop outlives them
};

}  // namespace heng::server
