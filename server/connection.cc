#include "server/connection.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include <fmt/format.h>

#include "server/problem.h"

namespace heng::server {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kLingerMs = 500;
constexpr size_t kDrainedBytes = size_t{1} << 20;

int MsUntil(Clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<int64_t>(left, 0, 1000000));
}

Clock::time_point After(int ms) { return Clock::now() + std::chrono::milliseconds(ms); }

Problem Timeout() {
  return {408, "request-timeout", {"请求没有在限定时间内发完", "the request was not sent in time"}, "", {}};
}

}  // namespace

std::string RenderRefusal(const Problem& problem) {
  const Response response = ToResponse(problem, Language::kChinese);
  std::string out =
      fmt::format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n", response.status,
                  TitleOf(response.status).en, response.content_type, response.body.size());
  for (const auto& [name, value] : response.headers) out += name + ": " + value + "\r\n";
  return out + "X-Content-Type-Options: nosniff\r\n\r\n" + response.body;
}

Connection::Connection(int socket, int stop_event, const HttpLimits& limits, ServeRequest serve)
    : socket_(socket), stop_event_(stop_event), limits_(limits), serve_(std::move(serve)) {}

Connection::~Connection() { ::close(socket_); }

void Connection::Run() {
  for (size_t served = 1; served <= limits_.requests_per_connection; ++served) {
    if (buffer_.empty() && !AwaitRequest()) return;
    auto head = ReadHeadBytes();
    if (!head) return Refuse(head.error());
    if (!*head) return;
    Request request = std::move((*head)->request);
    const bool whole = ReadBody(**head, request);
    if (!whole) return;
    const bool close = !(*head)->keep_alive || served == limits_.requests_per_connection || Stopping();
    if (!Write(serve_(std::move(request), close)) || close) return Linger();
  }
}

bool Connection::Stopping() const {
  pollfd stop{stop_event_, POLLIN, 0};
  return ::poll(&stop, 1, 0) > 0;
}

// Waits for the first byte of a request. False: the client is silent, or the server stops.
bool Connection::AwaitRequest() const {
  std::array<pollfd, 2> watched = {pollfd{socket_, POLLIN, 0}, pollfd{stop_event_, POLLIN, 0}};
  while (true) {
    const int ready = ::poll(watched.data(), watched.size(), limits_.idle_ms);
    if (ready < 0 && errno == EINTR) continue;
    // What has come already is answered, even when the server stops.
    return ready > 0 && watched[0].revents != 0;
  }
}

// Appends what comes to the buffer. 0: the client has ended; -1: it failed, or the deadline is past (errno ETIMEDOUT).
ssize_t Connection::Receive(Clock::time_point deadline) {
  pollfd readable{socket_, POLLIN, 0};
  while (true) {
    const int ready = ::poll(&readable, 1, MsUntil(deadline));
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) errno = ETIMEDOUT;
    if (ready <= 0) return -1;
    std::array<char, 1 << 14> bytes{};
    const ssize_t count = ::recv(socket_, bytes.data(), bytes.size(), 0);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count > 0) buffer_.append(bytes.data(), static_cast<size_t>(count));
    return count;
  }
}

Clock::time_point Connection::Deadline(int ms) const {
  return After(Stopping() ? std::min(ms, limits_.shutdown_ms) : ms);
}

// Nothing: the connection is at its end.
Connection::HeadRead Connection::ReadHeadBytes() {
  const Clock::time_point deadline = Deadline(limits_.head_ms);
  while (true) {
    HeadRead head = buffer_.empty() ? HeadRead(std::nullopt) : ReadHead(buffer_, limits_.framing);
    if (!head || *head) {
      if (head) buffer_.erase(0, (*head)->size_bytes);
      return head;
    }
    const ssize_t count = Receive(deadline);
    if (count < 0 && errno == ETIMEDOUT) return tl::unexpected(Timeout());
    if (count <= 0) return std::nullopt;
  }
}

// False: it did not come, and the connection is to be closed.
bool Connection::ReadBody(const Head& head, Request& request) {
  if (head.expects_continue && buffer_.size() < head.body_bytes && !Write("HTTP/1.1 100 Continue\r\n\r\n"))
    return false;
  const Clock::time_point deadline = Deadline(limits_.body_ms);
  while (buffer_.size() < head.body_bytes) {
    const ssize_t count = Receive(deadline);
    if (count < 0 && errno == ETIMEDOUT) Refuse(Timeout());
    if (count <= 0) return false;
  }
  request.body = buffer_.substr(0, head.body_bytes);
  buffer_.erase(0, head.body_bytes);
  // A large buffer is not kept for small requests.
  if (buffer_.capacity() > (size_t{1} << 16) && buffer_.size() < (size_t{1} << 12)) buffer_.shrink_to_fit();
  return true;
}

bool Connection::Write(std::string_view bytes) const {
  const Clock::time_point deadline = After(limits_.write_ms);
  pollfd writable{socket_, POLLOUT, 0};
  while (!bytes.empty()) {
    const int ready = ::poll(&writable, 1, MsUntil(deadline));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && errno != EINTR && errno != EAGAIN) return false;
    if (count > 0) bytes.remove_prefix(static_cast<size_t>(count));
  }
  return true;
}

void Connection::Refuse(const Problem& problem) {
  if (Write(RenderRefusal(problem))) Linger();
}

// Lets the client read the answer: closing with unread bytes would cut it off.
void Connection::Linger() {
  ::shutdown(socket_, SHUT_WR);
  const Clock::time_point deadline = After(kLingerMs);
  for (size_t drained = 0; drained < kDrainedBytes; drained += buffer_.size()) {
    buffer_.clear();
    if (Receive(deadline) <= 0) return;
  }
}

}  // namespace heng::server
