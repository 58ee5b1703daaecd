#include "tests/bench/http_side.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <ctime>
#include <fstream>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/base/check.h"
#include "engine/base/file.h"

namespace heng::bench {
namespace {

constexpr int kWaitMs = 10;
constexpr int kWaits = 500;

struct Started {
  pid_t pid;
  int out;
};

// A process whose stdout and stderr are read here.
Started Start(const std::vector<std::string>& command) {
  std::array<int, 2> ends{};
  CHECK(::pipe2(ends.data(), O_CLOEXEC) == 0);
  std::vector<char*> arguments;
  for (const std::string& one : command) arguments.push_back(const_cast<char*>(one.c_str()));
  arguments.push_back(nullptr);
  const pid_t pid = ::fork();
  CHECK(pid >= 0);
  if (pid == 0) {
    // It must not outlive a bench that is ended.
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    ::dup2(ends[1], STDOUT_FILENO);
    ::dup2(ends[1], STDERR_FILENO);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  return {pid, ends[0]};
}

// The port behind `http://127.0.0.1:` in what it says; nothing if it ends before.
std::optional<int> PortSaid(int out) {
  constexpr std::string_view kBefore = "http://127.0.0.1:";
  std::string said;
  std::array<char, 4096> bytes;
  for (ssize_t count = 0; (count = ::read(out, bytes.data(), bytes.size())) > 0;) {
    said.append(bytes.data(), static_cast<size_t>(count));
    const size_t at = said.find(kBefore);
    if (at != std::string::npos && said.find_first_not_of("0123456789", at + kBefore.size()) != std::string::npos)
      return std::stoi(said.substr(at + kBefore.size()));
  }
  return std::nullopt;
}

// One that nobody listens on now.
int FreePort() {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  CHECK(::bind(fd, reinterpret_cast<const sockaddr*>(&address), size) == 0);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(fd);
  return ntohs(address.sin_port);
}

bool Listens(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  const bool listens = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return listens;
}

bool Ended(pid_t pid) { return ::waitpid(pid, nullptr, WNOHANG) == pid; }

}  // namespace

HttpSide::HttpSide(HttpSide&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), out_(std::exchange(other.out_, -1)), port_(other.port_) {}

HttpSide::~HttpSide() {
  if (pid_ < 0) return;
  ::close(out_);
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
}

std::optional<HttpSide> HttpSide::Heng(const std::filesystem::path& folder, bool log) {
  std::error_code error;
  std::filesystem::remove_all(folder, error);
  std::filesystem::create_directories(folder / "districts", error);
  const bool written =
      WriteFile((folder / "heng.yaml").string(), fmt::format("listen: 127.0.0.1:0\ndistricts: districts\nlog: none\n{}",
                                                             log ? "store: sqlite:heng.db\n" : "")) &&
      WriteFile((folder / "districts/ab.yaml").string(),
                fmt::format("name: 甲\npolicy: {}/tests/bench/plates_monthly.heng\n", HENG_SOURCE_DIR));
  if (!written) return std::nullopt;
  const Started started = Start({HENG_BINARY, "serve", "--config", (folder / "heng.yaml").string()});
  HttpSide side(started.pid, started.out, 0);
  const auto port = PortSaid(started.out);
  if (!port) return std::nullopt;
  side.port_ = *port;
  return side;
}

std::optional<HttpSide> HttpSide::Echo() {
  const Started started = Start({HENG_HTTP_ECHO});
  HttpSide side(started.pid, started.out, 0);
  const auto port = PortSaid(started.out);
  if (!port) return std::nullopt;
  side.port_ = *port;
  return side;
}

std::optional<HttpSide> HttpSide::Nginx(const std::filesystem::path& folder) {
  std::error_code error;
  const std::string where = std::filesystem::absolute(folder).string();
  std::filesystem::create_directories(where, error);
  const int port = FreePort();
  const std::string file = where + "/nginx.conf";
  const Status written = WriteFile(
      file, fmt::format("daemon off; master_process off; pid {0}/pid; error_log stderr;\n"
                        "events {{ worker_connections 4096; }}\n"
                        "http {{ access_log off; keepalive_requests 1000000000; client_body_temp_path {0}/body;\n"
                        "proxy_temp_path {0}/proxy; fastcgi_temp_path {0}/fastcgi; uwsgi_temp_path {0}/uwsgi;\n"
                        "scgi_temp_path {0}/scgi;\n"
                        "server {{ listen 127.0.0.1:{1}; return 200 \"ok\"; }} }}\n",
                        where, port));
  if (!written) return std::nullopt;
  const Started started = Start({"nginx", "-c", file, "-p", where});
  HttpSide side(started.pid, started.out, port);
  for (int i = 0; i < kWaits; ++i) {
    if (Listens(port)) return side;
    if (Ended(started.pid)) {
      side.pid_ = -1;
      ::close(started.out);
      return std::nullopt;
    }
    ::usleep(kWaitMs * 1000);
  }
  return std::nullopt;
}

double HttpSide::cpu_seconds() const {
  clockid_t clock{};
  timespec used{};
  if (::clock_getcpuclockid(pid_, &clock) != 0 || ::clock_gettime(clock, &used) != 0) return 0;
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

size_t HttpSide::resident_bytes() const {
  std::ifstream file(fmt::format("/proc/{}/statm", pid_));
  size_t pages = 0;
  file >> pages >> pages;
  return pages * static_cast<size_t>(::sysconf(_SC_PAGESIZE));
}

size_t HttpSide::open_files() const {
  std::error_code error;
  const std::filesystem::directory_iterator files(fmt::format("/proc/{}/fd", pid_), error);
  return error ? 0 : static_cast<size_t>(std::distance(begin(files), end(files)));
}

}  // namespace heng::bench
