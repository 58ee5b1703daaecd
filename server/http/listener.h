// The listening socket: TCP or Unix. One process a port: a second one fails.
#pragma once

#include <string>

#include "engine/base/result.h"

namespace heng::server {

// Owns a listening, non-blocking socket, and the file of a Unix one.
class Listener {
 public:
  Listener() = default;
  Listener(Listener&& other) noexcept;
  Listener& operator=(Listener&& other) noexcept;
  ~Listener() { Close(); }

  // Port 0: any free one. Error: kEnvironment cannot-listen.
  static Result<Listener> OnPort(const std::string& host, int port);
  // A socket file that nobody answers on is replaced; its permissions are 0660. Error: kEnvironment cannot-listen.
  static Result<Listener> OnPath(const std::string& path);

  int fd() const { return fd_; }
  // 0 of a Unix socket.
  int port() const { return port_; }
  void Close();

 private:
  int fd_ = -1;
  int port_ = 0;
  std::string path_;
};

}  // namespace heng::server
