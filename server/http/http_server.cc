#include "server/http/http_server.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <thread>
#include <vector>

#include "server/http/listener.h"
#include "server/http/loop.h"

namespace heng::server {
namespace {

// Files that the process needs beside its connections: the store, configurations, libraries.
constexpr rlim_t kOtherFiles = 64;

// Lets the process open as many files as the system allows, and fits the connections to it.
HttpLimits Fitted(HttpLimits limits) {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return limits;
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  const rlim_t most = files.rlim_cur > 2 * kOtherFiles ? files.rlim_cur - kOtherFiles : files.rlim_cur / 2;
  limits.connections = std::min<size_t>(limits.connections, most);
  return limits;
}

// Becomes readable with SIGINT or SIGTERM.
int OpenStopSignals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return ::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(Handler handler, HttpLimits limits, Gate gate)
      : limits_(Fitted(limits)),
        handler_(std::move(handler)),
        gate_(std::move(gate)),
        library_(limits_),
        admission_(limits_),
        stop_event_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() { ::close(stop_event_); }

  Status Take(Result<Listener> listener) {
    if (!listener) return tl::unexpected(listener.error());
    port_ = std::max(port_, listener->port());
    listeners_.push_back(std::move(*listener));
    return Ok();
  }
  int port() const { return port_; }

  Status Run(bool until_signal) {
    const int signals = until_signal ? OpenStopSignals() : -1;
    std::vector<int> listening;
    for (const Listener& one : listeners_) listening.push_back(one.fd());
    // The workers end after the loops, which wait for them.
    Workers workers(limits_.workers, limits_.queued, limits_.workers_of_lane);
    workers_ = &workers;
    std::vector<std::unique_ptr<Loop>> loops;
    std::vector<std::thread> threads;
    std::vector<Status> ends(limits_.loops, Ok());
    for (size_t i = 0; i < limits_.loops; ++i) {
      loops.push_back(std::make_unique<Loop>(limits_, handler_, gate_, library_, admission_, workers, counts_));
      threads.emplace_back([this, &loop = *loops.back(), &end = ends[i], listening] {
        end = loop.Run(listening);
        if (!end) Stop();
      });
    }
    std::array<pollfd, 2> watched = {pollfd{stop_event_, POLLIN, 0}, pollfd{signals, POLLIN, 0}};
    while (::poll(watched.data(), watched.size(), -1) < 0 && errno == EINTR) continue;
    for (auto& loop : loops) loop->Drain();
    for (std::thread& thread : threads) thread.join();
    listeners_.clear();
    workers_ = nullptr;
    if (signals >= 0) ::close(signals);
    for (Status& end : ends) {
      if (!end) return end;
    }
    return Ok();
  }

  void Stop() const {
    const uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(stop_event_, &one, sizeof one);
  }

  HttpFigures figures() const {
    const Workers* workers = workers_;
    return {counts_.accepted,
            counts_.requests,
            counts_.refused,
            counts_.timeouts,
            counts_.evicted,
            admission_.open(),
            workers == nullptr ? 0 : workers->waiting(),
            admission_.held_bytes()};
  }

 private:
  HttpLimits limits_;
  Handler handler_;
  Gate gate_;
  Library library_;
  Admission admission_;
  LoopCounts counts_;
  std::vector<Listener> listeners_;
  std::atomic<Workers*> workers_ = nullptr;
  int stop_event_;
  int port_ = 0;
};

HttpServer::HttpServer(Handler handler, HttpLimits limits, Gate gate)
    : impl_(std::make_unique<Impl>(std::move(handler), limits, std::move(gate))) {}
HttpServer::~HttpServer() = default;

Status HttpServer::Bind(const std::string& host, int port) { return impl_->Take(Listener::OnPort(host, port)); }
Status HttpServer::BindUnix(const std::string& path) { return impl_->Take(Listener::OnPath(path)); }
int HttpServer::port() const { return impl_->port(); }
Status HttpServer::Run(bool until_signal) { return impl_->Run(until_signal); }
void HttpServer::Stop() { impl_->Stop(); }
HttpFigures HttpServer::figures() const { return impl_->figures(); }

void BlockSignals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, signal);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

}  // namespace heng::server
