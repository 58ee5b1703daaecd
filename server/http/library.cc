#include "server/http/library.h"

#include <algorithm>
#include <cstring>
#include <ctime>
#include <exception>

#include <fmt/format.h>
#include <httplib.h>

#include "server/problem.h"

namespace heng::server {
namespace {

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

  std::string TakeOut() { return std::move(out_); }

 private:
  std::string in_;
  size_t at_ = 0;
  std::string out_;
};

// No browser is to take an answer for anything else than it says.
constexpr std::pair kNoSniff = {"X-Content-Type-Options", "nosniff"};
constexpr std::pair kKeptSaid = {"Connection", "keep-alive"};
// A usual head fits in.
constexpr size_t kHeadBytes = 512;
constexpr int kNotModified = 304;

// `Thu, 01 Jan 1970 00:00:00 GMT`, as RFC 9110 has it.
std::string HttpDate() {
  thread_local std::time_t second = 0;
  thread_local std::string text;
  const std::time_t now = std::time(nullptr);
  if (now == second) return text;
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  second = now;
  text = fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", kDays[parts.tm_wday], parts.tm_mday,
                     kMonths[parts.tm_mon], parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
  return text;
}

// What the router's callback answers; the library does not carry it.
thread_local Response* written = nullptr;

}  // namespace

class Library::Router : public httplib::Server {
 public:
  explicit Router(const HttpLimits& limits) {
    // Only said to the client, in Keep-Alive; the loop keeps to it.
    set_keep_alive_max_count(limits.requests_per_connection);
    set_keep_alive_timeout(limits.idle_ms / 1000);
    set_pre_routing_handler([](const httplib::Request&, httplib::Response& to) {
      Fill(std::move(*written), to);
      return HandlerResponse::Handled;
    });
    // Never reached by what framing lets pass; the library's default would tell the exception's text.
    set_exception_handler([](const httplib::Request&, httplib::Response& response, const std::exception_ptr&) {
      Fill(InternalError({}), response);
    });
  }

  std::string Write(const Request& request, Response response, KeepAlive keep_alive) {
    // The library says Keep-Alive alone.
    if (keep_alive == KeepAlive::kSaid) response.headers.emplace_back(kKeptSaid);
    // No header but Host: the library would decode, compress and trust what others say.
    MemoryStream stream(
        fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n\r\n", request.method, request.target, request.Header("host")));
    written = &response;
    bool closed = false;
    process_request(stream, keep_alive == KeepAlive::kNo, closed, nullptr);
    written = nullptr;
    return stream.TakeOut();
  }

 private:
  static void Fill(Response from, httplib::Response& to) {
    to.status = from.status;
    for (const auto& [name, value] : from.headers) to.set_header(name, value);
    if (!from.content_type.empty()) to.set_header("Content-Type", from.content_type);
    to.set_header("Date", HttpDate());
    to.set_header(kNoSniff.first, kNoSniff.second);
    to.body = std::move(from.body);
  }
};

Library::Library(const HttpLimits& limits) : router_(std::make_unique<Router>(limits)) {}
Library::~Library() = default;

std::string Library::Write(const Request& request, Response response, KeepAlive keep_alive) {
  return router_->Write(request, std::move(response), keep_alive);
}

std::string Render(const Response& response, KeepAlive keep_alive, bool head) {
  std::string out;
  out.reserve(kHeadBytes + (head ? 0 : response.body.size()));
  const auto put = [&out](std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
  };
  out.append("HTTP/1.1 ")
      .append(std::to_string(response.status))
      .append(" ")
      .append(TitleOf(response.status).en)
      .append("\r\n");
  if (!response.content_type.empty()) put("Content-Type", response.content_type);
  if (response.status != kNotModified) put("Content-Length", std::to_string(response.body.size()));
  put("Date", HttpDate());
  put(kNoSniff.first, kNoSniff.second);
  if (keep_alive == KeepAlive::kNo) put("Connection", "close");
  if (keep_alive == KeepAlive::kSaid) put(kKeptSaid.first, kKeptSaid.second);
  for (const auto& [name, value] : response.headers) put(name, value);
  out.append("\r\n");
  if (!head) out.append(response.body);
  return out;
}

std::string RenderRefusal(const Problem& problem) {
  return Render(ToResponse(problem, Language::kChinese), KeepAlive::kNo, false);
}

}  // namespace heng::server
