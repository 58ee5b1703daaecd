// A server as a process of its own, to be loaded: ours, the stock library's echo, nginx. Ends with the object.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>

namespace heng::bench {

class HttpSide {
 public:
  // `heng serve` of one district `ab` with plates_monthly.heng, its configuration and (if `log`) its store in `folder`. Nothing if it
  // does not start; so too below.
  static std::optional<HttpSide> Heng(const std::filesystem::path& folder, bool log);
  // cpp-httplib with its own threads, nlohmann's parse and dump of each body (http_echo.cc).
  static std::optional<HttpSide> Echo();
  // `return 200` of nginx in one process, if it is installed.
  static std::optional<HttpSide> Nginx(const std::filesystem::path& folder);

  HttpSide(HttpSide&& other) noexcept;
  HttpSide& operator=(HttpSide&&) = delete;
  ~HttpSide();

  int port() const { return port_; }
  // The processor time that it has used, of user and system.
  double cpu_seconds() const;
  size_t resident_bytes() const;
  size_t open_files() const;

 private:
  HttpSide(pid_t pid, int out, int port) : pid_(pid), out_(out), port_(port) {}

  pid_t pid_;
  int out_;  // what it says
  int port_;
};

}  // namespace heng::bench
