#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "server/http/loop.h"

namespace heng::server {
namespace {

// Pipelined requests of one connection that are served before the others have their turn.
constexpr size_t kRequestsPerTurn = 32;
// No further pipelined request is served while so much of the answers waits.
constexpr size_t kUnsentBytes = size_t{256} << 10;
// No more is read while so much waits to be served.
constexpr size_t kBacklogBytes = size_t{64} << 10;
// Read and thrown away after a refusal, so that the client gets to read it.
constexpr size_t kDrainedBytes = size_t{1} << 20;

Problem Overloaded() {
  Problem problem{503, "too-busy", {"服务繁忙，请稍后再试", "the service is busy, try again later"}, "", {}};
  problem.retry_after_s = 1;
  return problem;
}

// What `function` gives; our own mistake, if it throws, is told as such and without its text.
template <typename Function>
auto GuardedCall(const Function& function, const Request& request) -> decltype(function(request)) {
  try {
    return function(request);
  } catch (...) {
    return InternalError(request.Header("accept-language"));
  }
}

}  // namespace

void Loop::OnEvent(Connection& c, uint32_t events) {
  if (c.phase == Phase::kClosed) return;
  if (c.phase == Phase::kBusy) {
    // A worker has its request: what happens to the socket waits, so that the pointer stays good.
    if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
      c.gone = true;
      c.watched = false;
      ::epoll_ctl(epoll_, EPOLL_CTL_DEL, c.fd, nullptr);
    } else {
      Arm(c, 0);
    }
    return;
  }
  if ((events & EPOLLERR) != 0) return Close(c);
  if ((events & EPOLLOUT) != 0) return Advance(c);
  if ((events & (EPOLLIN | EPOLLHUP)) != 0) OnReadable(c);
}

void Loop::OnReadable(Connection& c) {
  if (c.phase == Phase::kWriting) return Close(c);  // only EPOLLHUP gets here: nobody reads any more
  if (c.queued && c.reader.backlog_bytes() >= kBacklogBytes) return Arm(c, 0);
  const ssize_t count = ::recv(c.fd, scratch_.data(), scratch_.size(), 0);
  if (count < 0) {
    if (errno == EINTR) return;
    if (errno != EAGAIN) return Close(c);
    // Nothing has come, after all: as when the loop drains.
    if (c.phase == Phase::kHead && c.reader.stage() == RequestReader::Stage::kNothing) Enter(c, Phase::kIdle);
    return;
  }
  if (c.phase == Phase::kLingering) {
    c.drained += static_cast<size_t>(count);
    if (count == 0 || c.drained > kDrainedBytes) Close(c);
    return;
  }
  if (count == 0) {
    c.peer_ended = true;
    Arm(c, 0);
  } else {
    c.reader.Append(std::string_view(scratch_.data(), static_cast<size_t>(count)));
  }
  if (!c.queued) Advance(c);
}

// Serves what is there, as far as the client takes the answers.
void Loop::Advance(Connection& c) {
  if (c.phase == Phase::kClosed || c.phase == Phase::kBusy) return;
  const size_t before = c.served;
  bool more = true;
  while (more) {
    while (more && !c.last_answer && c.phase != Phase::kBusy && c.unsent_bytes() < kUnsentBytes) {
      more = c.served - before < kRequestsPerTurn && ServeNext(c);
    }
    if (!Flush(c) || c.phase == Phase::kBusy || c.unsent_bytes() > 0) return;
    if (c.last_answer) return Linger(c);
  }
  if (c.served - before < kRequestsPerTurn) return AwaitMore(c, c.served != before);
  // Its client has taken everything: it is not slow, and that it could take more is no event, which would give it a second place.
  Enter(c, Phase::kIdle);
  if (c.armed == EPOLLOUT) Arm(c, EPOLLIN);
  c.queued = true;
  ready_.push_back(&c);
}

// False: there is no whole request.
bool Loop::ServeNext(Connection& c) {
  auto next = c.reader.Next();
  if (!next) {
    Refuse(c, next.error());
    return false;
  }
  if (!*next) {
    if (c.reader.stage() == RequestReader::Stage::kBody && AwaitBody(c) && c.reader.TakeContinue())
      c.out += "HTTP/1.1 100 Continue\r\n\r\n";
    return false;
  }
  Serve(c, std::move(**next));
  return true;
}

// Whether more of the body may come; otherwise it is refused.
bool Loop::AwaitBody(Connection& c) {
  if (!c.passed) {
    if (const auto refused = gate_ ? GuardedCall(gate_, c.reader.head()) : std::nullopt) {
      ++counts_.refused;
      c.out += Render(*refused, KeepAlive::kNo, false);
      c.last_answer = true;
      return false;
    }
    c.passed = true;
  }
  if (HoldBody(c)) return true;
  Refuse(c, Overloaded());
  return false;
}

// What has come, and a step more: who announces much and sends nothing takes nothing.
bool Loop::HoldBody(Connection& c) {
  const size_t wanted = std::min(c.reader.body_bytes(), c.reader.received_bytes() + limits_.progress_bytes);
  if (wanted <= c.held_bytes) return true;
  if (!HoldFor(c, wanted - c.held_bytes)) return false;
  c.held_bytes = wanted;
  return true;
}

// Held from now on. If there is no room, who has been slowest to take an answer goes, but not the one that it is for.
bool Loop::HoldFor(Connection& c, size_t bytes) {
  while (!admission_.Hold(bytes)) {
    auto& writing = In(Phase::kWriting);
    const auto slowest =
        std::find_if(writing.begin(), writing.end(), [&](const Connection& one) { return &one != &c; });
    if (slowest == writing.end()) return false;
    ++counts_.evicted;
    Close(*slowest);
  }
  return true;
}

void Loop::Serve(Connection& c, WholeRequest whole) {
  ++c.served;
  ++counts_.requests;
  c.passed = false;
  const bool last = c.served >= limits_.requests_per_connection || draining_;
  c.keep_alive = last ? KeepAlive::kNo : whole.keep_alive;
  whole.request.peer = c.peer;
  Reply reply = GuardedCall(handler_, whole.request);
  if (auto* later = std::get_if<Later>(&reply)) return HandOver(c, std::move(whole.request), std::move(*later));
  Finish(c, whole.request, std::move(std::get<Response>(reply)));
}

void Loop::HandOver(Connection& c, Request request, Later later) {
  if (!HoldFor(c, 0)) return Refuse(c, Overloaded());
  Enter(c, Phase::kBusy);
  // std::function wants to be copyable; the request is not copied.
  auto shared = std::make_shared<Request>(std::move(request));
  const bool posted = workers_.Post(later.lane, [this, &c, shared, answer = std::move(later.answer)] {
    // Since it was handed over others may have filled the room.
    const bool full = admission_.held_bytes() > limits_.buffered_bytes;
    Response response = full ? ToResponse(Overloaded(), Language::kChinese) : GuardedCall(answer, *shared);
    const auto write = [&](Response leaving) {
      c.waiting = library_.Write(*shared, std::move(leaving), c.keep_alive);
      c.held_answer = c.waiting.size();
      admission_.HoldAnyway(c.held_answer);
    };
    if (!response.before_leaving) {
      write(std::move(response));
      return Post(c);
    }
    // The library takes what it writes, and this is still to be logged.
    write({response.status, response.content_type, response.headers, response.body});
    Hold(c, *shared, std::move(response));
    *shared = {};
  });
  if (posted) return;
  Enter(c, Phase::kIdle);
  Refuse(c, Overloaded());
}

void Loop::Finish(Connection& c, const Request& request, Response response) {
  const auto render = [&] { return Render(response, c.keep_alive, request.method == "HEAD"); };
  if (response.before_leaving) {
    Enter(c, Phase::kBusy);
    c.waiting = render();
    return Hold(c, request, std::move(response));
  }
  ReleaseHeld(c);
  c.out += render();
  c.last_answer = c.keep_alive == KeepAlive::kNo;
}

// The answer that waits leaves when it may, which may be before this returns. By the loop or by a worker.
void Loop::Hold(Connection& c, const Request& request, Response response) {
  c.when_leaving = std::move(response.when_leaving);
  c.kept = std::move(response.kept);
  response.before_leaving(request, response, [this, &c](Response* instead) {
    if (instead != nullptr) {
      if (const auto when_leaving = std::exchange(c.when_leaving, nullptr)) when_leaving(instead);
      c.waiting = Render(*instead, c.keep_alive, false);
    }
    Post(c);
  });
}

void Loop::Refuse(Connection& c, const Problem& problem) {
  ++counts_.refused;
  ReleaseHeld(c);
  c.out += RenderRefusal(problem);
  c.last_answer = true;
}

// Sends what the client takes now. False: it is closed.
bool Loop::Flush(Connection& c) {
  while (c.unsent_bytes() > 0) {
    const ssize_t count = ::send(c.fd, c.out.data() + c.sent, c.unsent_bytes(), MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno != EAGAIN) {
      // A busy connection is closed when its request comes back.
      if (c.phase == Phase::kBusy) {
        c.gone = true;
      } else {
        Close(c);
      }
      return false;
    }
    if (count < 0) break;
    c.sent += static_cast<size_t>(count);
  }
  if (c.unsent_bytes() > 0) {
    if (c.phase == Phase::kBusy) return true;
    const bool progress = c.phase != Phase::kWriting || c.sent - c.progress_at >= limits_.progress_bytes;
    if (progress) {
      Enter(c, Phase::kWriting);
      c.progress_at = c.sent;
      ReleaseHeld(c);
      c.held_bytes = c.unsent_bytes();
      admission_.HoldAnyway(c.held_bytes);
    }
    Arm(c, EPOLLOUT);
    return true;
  }
  c.out.clear();
  c.sent = 0;
  if (c.out.capacity() > kKeptCapacity) c.out.shrink_to_fit();
  if (c.phase == Phase::kWriting) ReleaseHeld(c);
  return true;
}

// `fresh`: a request was served since the last time.
void Loop::AwaitMore(Connection& c, bool fresh) {
  if (c.peer_ended) return Close(c);
  using Stage = RequestReader::Stage;
  const Stage stage = c.reader.stage();
  const Phase phase = stage == Stage::kNothing ? Phase::kIdle : stage == Stage::kHead ? Phase::kHead : Phase::kBody;
  if (drain_begun_ && phase == Phase::kIdle) return Close(c);
  const size_t received = c.reader.received_bytes();
  const bool progress = phase == Phase::kBody && received - c.progress_at >= limits_.progress_bytes;
  if (fresh || phase != c.phase || progress) {
    Enter(c, phase);
    c.progress_at = received;
  }
  Arm(c, EPOLLIN);
}

void Loop::Linger(Connection& c) {
  if (c.unsent_bytes() > 0) return;  // it will, when the client has taken the answer
  ::shutdown(c.fd, SHUT_WR);
  if (c.peer_ended) return Close(c);
  Enter(c, Phase::kLingering);
  Arm(c, EPOLLIN);
}

void Loop::Close(Connection& c) {
  if (c.phase == Phase::kClosed) return;
  ReleaseHeld(c);
  ::close(c.fd);
  admission_.Leave(c.peer);
  Enter(c, Phase::kClosed);
}

void Loop::Enter(Connection& c, Phase phase) {
  Clock::time_point deadline = now_ + std::chrono::milliseconds(LimitMs(phase));
  if (drain_begun_ && phase != Phase::kLingering) deadline = std::min(deadline, drain_end_);
  // It stands there already.
  if (c.phase == phase && c.deadline == deadline) return;
  auto& to = In(phase);
  to.splice(to.end(), In(c.phase), c.self);
  c.phase = phase;
  c.deadline = deadline;
}

int Loop::LimitMs(Phase phase) const {
  switch (phase) {
    case Phase::kIdle: return limits_.idle_ms;
    case Phase::kHead: return limits_.head_ms;
    case Phase::kBody: return limits_.body_ms;
    case Phase::kWriting: return limits_.write_ms;
    case Phase::kLingering: return limits_.linger_ms;
    case Phase::kBusy:
    case Phase::kClosed: break;
  }
  return 0;
}

void Loop::Arm(Connection& c, uint32_t events) {
  // A side that has ended would be readable for ever.
  if (c.peer_ended) events &= ~static_cast<uint32_t>(EPOLLIN);
  if (!c.watched || c.armed == events) return;
  epoll_event event{events, {.ptr = &c}};
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, c.fd, &event);
  c.armed = events;
}

void Loop::ReleaseHeld(Connection& c) {
  admission_.Release(c.held_bytes);
  c.held_bytes = 0;
}

}  // namespace heng::server
