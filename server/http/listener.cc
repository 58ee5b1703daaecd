#include "server/http/listener.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace heng::server {
namespace {

constexpr int kBacklog = 4096;
constexpr mode_t kSocketMode = 0660;

tl::unexpected<Error> CannotListen(const std::string& address, const std::string& why) {
  return Fail(ErrorKind::kEnvironment, "cannot-listen",
              {fmt::format("不能监听 {}：{}", address, why), fmt::format("cannot listen on {}: {}", address, why)});
}

// Binds and listens. Errno is set if it fails.
bool Listen(int fd, const sockaddr* address, socklen_t size) {
  return ::bind(fd, address, size) == 0 && ::listen(fd, kBacklog) == 0;
}

int PortOf(int fd) {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size);
  return ntohs(bound.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(&bound)->sin6_port
                                           : reinterpret_cast<sockaddr_in*>(&bound)->sin_port);
}

// True if the file is a socket that nobody answers on.
bool IsLeftBehind(const sockaddr_un& address) {
  struct stat status {};
  if (::lstat(address.sun_path, &status) != 0 || !S_ISSOCK(status.st_mode)) return false;
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool refused =
      ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 && errno == ECONNREFUSED;
  ::close(probe);
  return refused;
}

}  // namespace

Listener::Listener(Listener&& other) noexcept { *this = std::move(other); }

Listener& Listener::operator=(Listener&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(port_, other.port_);
  std::swap(path_, other.path_);
  return *this;
}

void Listener::Close() {
  if (fd_ >= 0) ::close(fd_);
  if (fd_ >= 0 && !path_.empty()) ::unlink(path_.c_str());
  fd_ = -1;
}

Result<Listener> Listener::OnPort(const std::string& host, int port) {
  const std::string address = fmt::format("{}:{}", host, port);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found); error != 0) {
    return CannotListen(address, ::gai_strerror(error));
  }
  Listener out;
  int error = 0;
  for (const addrinfo* one = found; one != nullptr && out.fd_ < 0; one = one->ai_next) {
    const int fd = ::socket(one->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    // SO_REUSEADDR alone: with SO_REUSEPORT two servers would share a port silently.
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (fd >= 0 && Listen(fd, one->ai_addr, one->ai_addrlen)) {
      out.fd_ = fd;
      out.port_ = PortOf(fd);
      break;
    }
    error = errno;
    if (fd >= 0) ::close(fd);
  }
  ::freeaddrinfo(found);
  if (out.fd_ < 0) return CannotListen(address, std::strerror(error));
  return out;
}

Result<Listener> Listener::OnPath(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return CannotListen(path, "the path is too long");
  std::memcpy(address.sun_path, path.data(), path.size());
  if (IsLeftBehind(address)) ::unlink(path.c_str());
  Listener out;
  out.fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  // Nobody may connect before the permissions are right.
  const mode_t before = ::umask(0777 & ~kSocketMode);
  const bool listens = out.fd_ >= 0 && Listen(out.fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const int error = errno;
  ::umask(before);
  if (!listens) return CannotListen(path, std::strerror(error));
  out.path_ = path;
  return out;
}

}  // namespace heng::server
