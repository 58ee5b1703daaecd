#include "server/http_server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>

#include <fmt/format.h>
#include <httplib.h>

#include "server/connection.h"
#include "server/problem.h"

namespace heng::server {
namespace {

// What the library sees of a request: nothing else can steer it (it would decode, compress and trust what these do
// not need).
constexpr std::array<std::string_view, 5> kForwarded = {"host", "accept", "accept-language", "content-type",
                                                        "if-none-match"};

// A request's head in memory, and the answer's bytes.
class MemoryStream : public httplib::Stream {
 public:
  explicit MemoryStream(std::string in) : in_(std::move(in)) {}

  bool is_readable() const override { return at_ < in_.size(); }
  bool is_writable() const override { return true; }
  ssize_t read(char* out, size_t size) override {
    const size_t count = std::min(size, in_.size() - at_);
    std::memcpy(out, in_.data() + at_, count);
    at_ += count;
    return static_cast<ssize_t>(count);
  }
  ssize_t write(const char* data, size_t size) override {
    out_.append(data, size);
    return static_cast<ssize_t>(size);
  }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return INVALID_SOCKET; }

  const std::string& out() const { return out_; }

 private:
  std::string in_;
  size_t at_ = 0;
  std::string out_;
};

Response InternalError(std::string_view accept_language) {
  return ToResponse(
      {500, "internal", {"服务内部出错，已停止处理这个请求", "an internal error; this request was given up"}, "", {}},
      LanguageOf(accept_language));
}

Problem TooBusy() {
  return {503, "too-busy", {"连接太多，请稍后再试", "too many connections, try again later"}, "", {}};
}

// The library's own part: a request's head to its answer's bytes.
class Library : public httplib::Server {
 public:
  Library(HttpServer::Handler handler, const HttpLimits& limits) : handler_(std::move(handler)) {
    set_tcp_nodelay(true);
    // Only said to the client, in Keep-Alive; connection.h keeps to it.
    set_keep_alive_max_count(limits.requests_per_connection);
    set_keep_alive_timeout(limits.idle_ms / 1000);
    // SO_REUSEADDR alone: with SO_REUSEPORT two servers would share a port silently.
    set_socket_options([](socket_t socket) {
      const int on = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    });
    set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
      Fill(Handle(request), response);
      return HandlerResponse::Handled;
    });
    // Never reached by what framing lets pass; the library's default would tell the exception's text.
    set_exception_handler([](const httplib::Request&, httplib::Response& response, const std::exception_ptr&) {
      Fill(InternalError({}), response);
    });
  }

  socket_t listening() const { return svr_sock_; }
  void CloseListening() {
    const socket_t socket = svr_sock_.exchange(INVALID_SOCKET);
    if (socket != INVALID_SOCKET) ::close(socket);
  }

  // The answer to a whole request. `close`: says that the connection ends with it.
  std::string Serve(Request request, bool close) {
    std::string head = request.method + " " + request.target + " HTTP/1.1\r\n";
    for (const auto& [name, value] : request.headers) {
      if (std::find(kForwarded.begin(), kForwarded.end(), name) != kForwarded.end())
        head += name + ": " + value + "\r\n";
    }
    head += "\r\n";
    MemoryStream stream(std::move(head));
    bool closed = false;
    process_request(stream, close, closed, [&](httplib::Request& parsed) { parsed.body = std::move(request.body); });
    return stream.out();
  }

 private:
  Response Handle(const httplib::Request& parsed) const {
    Request request{parsed.method, parsed.target, {}, parsed.body};
    for (const std::string_view name : kForwarded) {
      const std::string key(name);
      if (parsed.has_header(key)) request.headers.emplace_back(key, parsed.get_header_value(key));
    }
    try {
      return handler_(request);
    } catch (...) {
      return InternalError(request.Header("accept-language"));
    }
  }

  static void Fill(Response from, httplib::Response& to) {
    to.status = from.status;
    for (const auto& [name, value] : from.headers) to.set_header(name, value);
    if (!from.content_type.empty()) to.set_header("Content-Type", from.content_type);
    to.body = std::move(from.body);
  }

  HttpServer::Handler handler_;
};

Status SocketFailed(std::string code, const std::string& what_zh, const std::string& what_en, int error) {
  const std::string why = std::strerror(error);
  return Fail(ErrorKind::kEnvironment, std::move(code), {what_zh + ":" + why, what_en + ": " + why});
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(Handler handler, HttpLimits limits)
      : limits_(limits), library_(std::move(handler), limits), stop_event_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    library_.CloseListening();
    ::close(stop_event_);
  }

  Status Bind(const std::string& host, int port) {
    errno = 0;
    port_ = port == 0 ? library_.bind_to_any_port(host) : library_.bind_to_port(host, port) ? port : -1;
    constexpr int kBacklog = 1024;
    // The library listens already, with a backlog of 5.
    if (port_ > 0 && ::listen(library_.listening(), kBacklog) == 0) return Ok();
    const int error = errno == 0 ? EADDRNOTAVAIL : errno;
    return SocketFailed("cannot-listen", fmt::format("不能监听 {}:{}", host, port),
                        fmt::format("cannot listen on {}:{}", host, port), error);
  }

  int port() const { return port_; }

  Status Run(bool until_signal) {
    int signals = -1;
    if (until_signal) {
      sigset_t set;
      sigemptyset(&set);
      sigaddset(&set, SIGINT);
      sigaddset(&set, SIGTERM);
      signals = ::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    }
    httplib::ThreadPool pool(limits_.threads);
    Status status = AcceptUntilStopped(pool, signals);
    library_.CloseListening();
    // Idle connections see the event and close; running requests are finished.
    Stop();
    pool.shutdown();
    if (signals >= 0) ::close(signals);
    return status;
  }

  void Stop() const {
    const uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(stop_event_, &one, sizeof one);
  }

 private:
  Status AcceptUntilStopped(httplib::ThreadPool& pool, int signals) {
    std::array<pollfd, 3> watched = {pollfd{library_.listening(), POLLIN, 0}, pollfd{stop_event_, POLLIN, 0},
                                     pollfd{signals, POLLIN, 0}};
    while (true) {
      if (::poll(watched.data(), watched.size(), -1) < 0) {
        if (errno == EINTR) continue;
        return SocketFailed("cannot-accept", "不能等待连接", "cannot wait for connections", errno);
      }
      if (watched[1].revents != 0 || watched[2].revents != 0) return Ok();
      const int socket = ::accept4(library_.listening(), nullptr, nullptr, SOCK_CLOEXEC);
      if (socket >= 0) {
        Take(socket, pool);
      } else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
        // Nothing can be accepted until a connection ends.
        ::poll(&watched[1], 2, kPauseMs);
      } else if (errno == EBADF || errno == EINVAL || errno == ENOTSOCK) {
        return SocketFailed("cannot-accept", "不能接受连接", "cannot accept connections", errno);
      }
    }
  }

  void Take(int socket, httplib::ThreadPool& pool) {
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (open_.fetch_add(1) >= limits_.connections) {
      const std::string answer = RenderRefusal(TooBusy());
      [[maybe_unused]] const ssize_t sent = ::send(socket, answer.data(), answer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      ::close(socket);
      open_.fetch_sub(1);
      return;
    }
    pool.enqueue([this, socket] {
      const auto serve = [this](Request request, bool close) { return library_.Serve(std::move(request), close); };
      Connection(socket, stop_event_, limits_, serve).Run();
      open_.fetch_sub(1);
    });
  }

  static constexpr int kPauseMs = 50;

  HttpLimits limits_;
  Library library_;
  int stop_event_;
  int port_ = -1;
  std::atomic<size_t> open_ = 0;
};

HttpServer::HttpServer(Handler handler, HttpLimits limits)
    : impl_(std::make_unique<Impl>(std::move(handler), limits)) {}
HttpServer::~HttpServer() = default;

Status HttpServer::Bind(const std::string& host, int port) { return impl_->Bind(host, port); }
int HttpServer::port() const { return impl_->port(); }
Status HttpServer::Run(bool until_signal) { return impl_->Run(until_signal); }
void HttpServer::Stop() { impl_->Stop(); }

void BlockStopSignals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

}  // namespace heng::server
