#include "tests/bench/http_load.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <deque>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "engine/base/check.h"

namespace heng::bench {
namespace {

using Clock = std::chrono::steady_clock;

// Without an answer for so long, the load is given up: what has not come has failed.
constexpr int kPatienceMs = 10000;
constexpr int kDripMs = 20;

int Connect(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
  ::close(fd);
  return -1;
}

// The size of the answer that `bytes` begin with, once it is whole.
std::optional<size_t> WholeAnswer(std::string_view bytes) {
  const size_t head = bytes.find("\r\n\r\n");
  if (head == std::string_view::npos) return std::nullopt;
  constexpr std::string_view kLength = "ontent-Length: ";
  const size_t at = bytes.find(kLength);
  if (at == std::string_view::npos || at > head) return head + 4;
  size_t length = 0;
  for (size_t i = at + kLength.size(); bytes[i] >= '0' && bytes[i] <= '9'; ++i) length = length * 10 + (bytes[i] - '0');
  const size_t size = head + 4 + length;
  return bytes.size() < size ? std::nullopt : std::optional(size);
}

bool Is200(std::string_view answer) { return answer.starts_with("HTTP/1.1 200 "); }

struct Client {
  int fd = -1;
  bool answered = false;
  Clock::time_point asked;
  std::string in;
};

// One run of a load.
class Runner {
 public:
  explicit Runner(const Load& load) : load_(load), clients_(load.connections) {
    CHECK(!load.requests.empty() && load.connections > 0);
    for (size_t i = 0; i < load.dripping; ++i) dripping_.push_back(Connect(load.port));
    for (Client& client : clients_) {
      client.fd = Connect(load.port);
      if (client.fd < 0) continue;
      epoll_event event{EPOLLIN, {.ptr = &client}};
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, client.fd, &event);
      free_.push_back(&client);
    }
    result_.failed = clients_.size() - free_.size();
    result_.latencies.reserve(load.answers);
  }
  ~Runner() {
    for (const Client& client : clients_) {
      if (client.fd >= 0) ::close(client.fd);
    }
    for (const int fd : dripping_) ::close(fd);
    ::close(epoll_);
  }
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  LoadResult Run() {
    begin_ = Clock::now();
    Clock::time_point heard = begin_;
    std::array<epoll_event, 256> events;
    while (result_.answers + result_.failed < load_.answers) {
      Ask();
      Drip();
      const bool waits = load_.answers_per_s > 0 || !dripping_.empty();
      const int count = ::epoll_wait(epoll_, events.data(), events.size(), waits ? 1 : kPatienceMs);
      if (count > 0) heard = Clock::now();
      if (Clock::now() - heard > std::chrono::milliseconds(kPatienceMs)) break;
      for (int i = 0; i < count; ++i) Hear(*static_cast<Client*>(events[static_cast<size_t>(i)].data.ptr));
      if (count == 0 && !waits) break;
    }
    result_.seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
    for (const Client& client : clients_) result_.connections_answered += client.answered ? 1 : 0;
    std::sort(result_.latencies.begin(), result_.latencies.end());
    return std::move(result_);
  }

 private:
  // Has the clients that are free ask, as far as it is time.
  void Ask() {
    while (!free_.empty() && asked_ < load_.answers) {
      const Clock::time_point now = Clock::now();
      // At a rate, a request that could not be sent in time is late from when it was due: nothing is left out (coordinated omission).
      Clock::time_point due = now;
      if (load_.answers_per_s > 0) {
        due = begin_ + std::chrono::duration_cast<Clock::duration>(
                           std::chrono::duration<double>(static_cast<double>(asked_) / load_.answers_per_s));
        if (due > now) return;
      }
      Client& client = *free_.front();
      free_.pop_front();
      const std::string& request = load_.requests[asked_++ % load_.requests.size()];
      client.asked = due;
      if (::send(client.fd, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
        Break(client);
    }
  }

  void Hear(Client& client) {
    std::array<char, 16384> bytes;
    const ssize_t count = ::recv(client.fd, bytes.data(), bytes.size(), 0);
    if (count <= 0) return Break(client);
    client.in.append(bytes.data(), static_cast<size_t>(count));
    if (!WholeAnswer(client.in)) return;
    if (Is200(client.in)) {
      ++result_.answers;
      client.answered = true;
      result_.latencies.push_back(std::chrono::duration<double>(Clock::now() - client.asked).count());
    } else {
      ++result_.failed;
    }
    client.in.clear();
    free_.push_back(&client);
  }

  void Break(Client& client) {
    ::epoll_ctl(epoll_, EPOLL_CTL_DEL, client.fd, nullptr);
    ++result_.failed;
  }

  void Drip() {
    constexpr std::string_view kHead =
        "POST /v1/districts/ab/evaluate HTTP/1.1\r\nX-Slow: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    if (dripping_.empty() || Clock::now() < next_drip_) return;
    next_drip_ = Clock::now() + std::chrono::milliseconds(kDripMs);
    for (int& fd : dripping_) {
      const char byte = dripped_ < kHead.size() ? kHead[dripped_] : 'a';
      if (::send(fd, &byte, 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1) continue;
      // It was cut, as it ought to be: another one comes in its place, in the middle of a head.
      ::close(fd);
      fd = Connect(load_.port);
    }
    ++dripped_;
  }

  const Load& load_;
  std::vector<Client> clients_;
  std::vector<int> dripping_;
  std::deque<Client*> free_;
  size_t asked_ = 0;
  size_t dripped_ = 0;
  Clock::time_point begin_;
  Clock::time_point next_drip_;
  int epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  LoadResult result_;
};

}  // namespace

double LoadResult::Latency(double share) const {
  if (latencies.empty()) return 0;
  return latencies[std::min(latencies.size() - 1, static_cast<size_t>(share * static_cast<double>(latencies.size())))];
}

LoadResult Run(const Load& load) { return Runner(load).Run(); }

std::string AskOnce(int port, const std::string& request) {
  const int fd = Connect(port);
  std::string in;
  std::array<char, 16384> bytes;
  ssize_t count = ::send(fd, request.data(), request.size(), MSG_NOSIGNAL);
  while (!WholeAnswer(in) && (count = ::recv(fd, bytes.data(), bytes.size(), 0)) > 0)
    in.append(bytes.data(), static_cast<size_t>(count));
  ::close(fd);
  const size_t head = in.find("\r\n\r\n");
  return Is200(in) && head != std::string::npos ? in.substr(head + 4) : "";
}

std::string PostOf(const std::string& path, const std::string& body) {
  return fmt::format(
      "POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}", path,
      body.size(), body);
}

}  // namespace heng::bench
