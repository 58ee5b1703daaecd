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

tl::unexpected<Error> CannotListen(const std::string& address, const Bilingual& why) {
  return Fail(
      ErrorKind::kEnvironment, "cannot-listen",
      {fmt::format("不能监听 {}：{}", address, why.zh), fmt::format("cannot listen on {}: {}", address, why.en)});
}

// What goes wrong most; the system speaks English alone.
Bilingual OfSystem(int error) {
  const std::string en = std::strerror(error);
  switch (error) {
    case EADDRINUSE: return {"这个地址和端口已有程序在用（也许是另一个 heng serve）", en};
    case EADDRNOTAVAIL: return {"本机没有这个地址", en};
    case EACCES: return {"没有权限（1024 以下的端口只有 root 能用）", en};
    case ENOENT: return {"没有这个文件夹", en};
    case ENOTDIR: return {"路径里有一段不是文件夹", en};
    case EROFS: return {"文件系统是只读的", en};
    case EAFNOSUPPORT: return {"系统不支持这种地址", en};
    case EMFILE:
    case ENFILE: return {"打开的文件太多", en};
    default: return {"系统错误 " + std::to_string(error) + "（" + en + "）", en};
  }
}

Bilingual OfResolver(int error) {
  const std::string en = ::gai_strerror(error);
  switch (error) {
    case EAI_NONAME: return {"没有这个主机名", en};
    case EAI_AGAIN: return {"暂时查不到这个主机名（域名服务没有回答）", en};
    case EAI_FAIL: return {"查不到这个主机名", en};
    case EAI_SYSTEM: return OfSystem(errno);
    default: return {"查主机名出错 " + std::to_string(error) + "（" + en + "）", en};
  }
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
    return CannotListen(address, OfResolver(error));
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
  if (out.fd_ < 0) return CannotListen(address, OfSystem(error));
  return out;
}

Result<Listener> Listener::OnPath(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return CannotListen(path, {"路径太长", "the path is too long"});
  std::memcpy(address.sun_path, path.data(), path.size());
  if (IsLeftBehind(address)) ::unlink(path.c_str());
  Listener out;
  out.fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  // Nobody may connect before the permissions are right.
  const mode_t before = ::umask(0777 & ~kSocketMode);
  const bool listens = out.fd_ >= 0 && Listen(out.fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const int error = errno;
  ::umask(before);
  if (!listens) return CannotListen(path, OfSystem(error));
  out.path_ = path;
  return out;
}

}  // namespace heng::server
