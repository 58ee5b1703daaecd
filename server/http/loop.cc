#include "server/http/loop.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

namespace heng::server {
namespace {

constexpr size_t kReadBytes = size_t{64} << 10;
constexpr int kEventsPerTurn = 256;
constexpr int kAcceptsPerTurn = 64;
constexpr int kPauseMs = 10;

constexpr std::array kTimed = {Phase::kIdle, Phase::kHead, Phase::kBody, Phase::kWriting, Phase::kLingering};

Problem TooMany(int status, std::string zh, std::string en) {
  Problem problem{status, "too-busy", {std::move(zh), std::move(en)}, "", {}};
  problem.retry_after_s = 1;
  return problem;
}

std::string AddressOf(const sockaddr_storage& peer) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (peer.ss_family == AF_INET) {
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(peer).sin_addr, text.data(), text.size());
  } else if (peer.ss_family == AF_INET6) {
    ::inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6&>(peer).sin6_addr, text.data(), text.size());
  }
  return text.data();
}

// A client that is not let in is told why, as far as its socket takes it.
void TurnAway(int fd, const Problem& problem) {
  const std::string answer = RenderRefusal(problem);
  [[maybe_unused]] const ssize_t sent = ::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  ::close(fd);
}

}  // namespace

Loop::Loop(const HttpLimits& limits, const Handler& handler, const Gate& gate, Library& library, Admission& admission,
           Workers& workers, LoopCounts& counts)
    : limits_(limits),
      handler_(handler),
      gate_(gate),
      library_(library),
      admission_(admission),
      workers_(workers),
      counts_(counts),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      scratch_(kReadBytes, '\0') {
  epoll_event event{EPOLLIN, {.ptr = nullptr}};
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event);
}

Loop::~Loop() {
  while (posting_ != 0) std::this_thread::yield();
  for (auto& list : phases_) {
    for (const Connection& c : list) {
      if (c.phase != Phase::kClosed) ::close(c.fd);
    }
  }
  ::close(epoll_);
  ::close(wake_);
}

Status Loop::Run(const std::vector<int>& listening) {
  listening_ = listening;
  for (int& fd : listening_) {
    epoll_event event{EPOLLIN | EPOLLEXCLUSIVE, {.ptr = &fd}};
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  }
  const auto is_listening = [this](const void* pointer) {
    return pointer >= listening_.data() && pointer < listening_.data() + listening_.size();
  };
  std::array<epoll_event, kEventsPerTurn> events{};
  while (true) {
    const int count = ::epoll_wait(epoll_, events.data(), kEventsPerTurn, WaitMs());
    asleep_ = false;
    if (count < 0 && errno != EINTR) {
      const std::string why = std::strerror(errno);
      return Fail(ErrorKind::kEnvironment, "cannot-wait",
                  {"不能等待连接：" + why, "cannot wait for connections: " + why});
    }
    now_ = Clock::now();
    for (int i = 0; i < count; ++i) {
      void* pointer = events[static_cast<size_t>(i)].data.ptr;
      if (pointer == nullptr) {
        uint64_t value = 0;
        [[maybe_unused]] const ssize_t got = ::read(wake_, &value, sizeof value);
      } else if (is_listening(pointer)) {
        Accept(*static_cast<int*>(pointer));
      } else {
        OnEvent(*static_cast<Connection*>(pointer), events[static_cast<size_t>(i)].events);
      }
    }
    TakeDone();
    for (size_t turns = ready_.size(); turns > 0; --turns) {
      Connection& c = *ready_.front();
      ready_.pop_front();
      c.queued = false;
      Advance(c);
    }
    if (draining_ && !drain_begun_) BeginDrain();
    CutExpired();
    if (ready_.empty()) In(Phase::kClosed).clear();
    if (drain_begun_ && Drained()) return Ok();
  }
}

void Loop::Drain() {
  draining_ = true;
  Wake();
}

void Loop::Wake() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_, &one, sizeof one);
}

void Loop::Post(Connection& c) {
  ++posting_;
  c.next_done = done_;
  while (!done_.compare_exchange_weak(c.next_done, &c)) {
  }
  // From here on the connection is the loop's.
  if (asleep_ && asleep_.exchange(false)) Wake();
  --posting_;
}

void Loop::TakeDone() {
  Connection* last = done_.exchange(nullptr);
  Connection* first = nullptr;
  while (last != nullptr) first = std::exchange(last, std::exchange(last->next_done, first));
  while (first != nullptr) {
    Connection& c = *std::exchange(first, first->next_done);
    // Here and not where it was posted: what one thread allocates another one frees at a cost.
    if (const auto when_leaving = std::exchange(c.when_leaving, nullptr)) when_leaving(nullptr);
    c.kept = nullptr;
    const size_t held = std::exchange(c.held_answer, 0);
    if (c.gone) {
      Close(c);
      admission_.Release(held);
      continue;
    }
    ReleaseHeld(c);
    if (c.out.empty()) {
      c.out.swap(c.waiting);
    } else {
      c.out += c.waiting;
    }
    c.waiting.clear();
    if (c.waiting.capacity() > kKeptCapacity) c.waiting.shrink_to_fit();
    c.last_answer = c.keep_alive == KeepAlive::kNo;
    Enter(c, Phase::kIdle);
    Advance(c);
    // What the client has not taken is held as that now.
    admission_.Release(held);
  }
}

int Loop::WaitMs() {
  if (!ready_.empty()) return 0;
  // Who posts after this sees it; what was posted before is seen here.
  asleep_ = true;
  if (done_ != nullptr) return 0;
  Clock::time_point first = Clock::time_point::max();
  for (const Phase phase : kTimed) {
    if (!In(phase).empty()) first = std::min(first, In(phase).front().deadline);
  }
  if (first == Clock::time_point::max()) return -1;
  // Rounded up: waking just before the deadline would spin.
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(first - Clock::now()).count();
  return static_cast<int>(std::clamp<int64_t>(left, 0, 1000000));
}

void Loop::Accept(int listening) {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    const int fd = ::accept4(listening, reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
      // Nothing can be accepted until a file is closed; limits that fit the process keep it from coming to this.
      if ((errno == EMFILE || errno == ENFILE) && !MakeRoom()) ::poll(nullptr, 0, kPauseMs);
      return;
    }
    ++counts_.accepted;
    const int on = 1;
    if (address.ss_family != AF_UNIX) ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    std::string peer = AddressOf(address);
    if (admission_.full() && !MakeRoom()) {
      ++counts_.refused;
      TurnAway(fd, TooMany(503, "连接太多，请稍后再试", "too many connections, try again later"));
      continue;
    }
    if (!admission_.Enter(peer)) {
      ++counts_.refused;
      TurnAway(fd, TooMany(429, "来自这个地址的连接太多", "too many connections from this address"));
      continue;
    }
    auto& idle = In(Phase::kIdle);
    idle.emplace_back(fd, std::move(peer), limits_.framing);
    Connection& c = idle.back();
    c.self = std::prev(idle.end());
    c.deadline = now_ + std::chrono::milliseconds(limits_.idle_ms);
    c.armed = EPOLLIN;
    epoll_event event{EPOLLIN, {.ptr = &c}};
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  }
}

// Closes the oldest of those that could send a request and do not. False: there is none.
bool Loop::MakeRoom() {
  for (const Phase phase : {Phase::kLingering, Phase::kHead, Phase::kIdle, Phase::kBody}) {
    if (In(phase).empty()) continue;
    ++counts_.evicted;
    Close(In(phase).front());
    return true;
  }
  return false;
}

void Loop::CutExpired() {
  for (const Phase phase : kTimed) {
    while (!In(phase).empty() && In(phase).front().deadline <= now_) Expire(In(phase).front());
  }
}

void Loop::Expire(Connection& c) {
  if (c.phase == Phase::kIdle || c.phase == Phase::kLingering) return Close(c);
  ++counts_.timeouts;
  if (c.phase == Phase::kWriting) return Close(c);
  Refuse(c, {408, "request-timeout", {"请求没有在限定时间内发完", "the request was not sent in time"}, "", {}});
  if (Flush(c)) Linger(c);
}

void Loop::BeginDrain() {
  // Who has connected already is let in; who comes now is refused by the system.
  for (const int fd : listening_) {
    Accept(fd);
    ::epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
    ::shutdown(fd, SHUT_RDWR);
  }
  drain_begun_ = true;
  drain_end_ = now_ + std::chrono::milliseconds(limits_.shutdown_ms);
  while (!In(Phase::kIdle).empty()) {
    Connection& c = In(Phase::kIdle).front();
    // What has come already is answered.
    Enter(c, Phase::kHead);
    OnReadable(c);
    if (c.phase == Phase::kIdle) Close(c);
  }
  for (const Phase phase : {Phase::kHead, Phase::kBody, Phase::kWriting}) {
    for (Connection& c : In(phase)) c.deadline = std::min(c.deadline, drain_end_);
  }
}

bool Loop::Drained() const {
  return std::all_of(phases_.begin(), phases_.end(), [](const auto& list) { return list.empty(); });
}

}  // namespace heng::server
