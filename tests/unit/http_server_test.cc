// The server over a socket, with limits that no service has: what one client holds, and who goes.
#include "server/http/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <string>
#include <thread>

#include <gtest/gtest.h>

namespace heng::server {
namespace {

constexpr size_t kRoom = size_t{1} << 20;
// More than the sockets of both sides take.
constexpr size_t kLarge = size_t{64} << 20;

class Client {
 public:
  explicit Client(int port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(port));
    EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { ::close(fd_); }

  void Send(const std::string& text) const {
    EXPECT_EQ(::send(fd_, text.data(), text.size(), MSG_NOSIGNAL), std::ssize(text));
  }
  // Until the other side ends.
  std::string Receive() const {
    std::string out;
    std::array<char, 65536> bytes;
    for (ssize_t count = 0; (count = ::recv(fd_, bytes.data(), bytes.size(), 0)) > 0;)
      out.append(bytes.data(), static_cast<size_t>(count));
    return out;
  }

 private:
  int fd_;
};

std::string Asked(const std::string& path, const std::string& headers = "") {
  return "GET " + path + " HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n";
}
const std::string kClose = "Connection: close\r\n";

// `/large` is a long request with a large answer, `/long` one with a small one; `/short` is answered at once, after two milliseconds.
class HttpServerTest : public testing::Test {
 protected:
  explicit HttpServerTest(const HttpLimits& limits = Limits())
      : server_(
            [](const Request& request) -> Reply {
              if (request.target == "/short") {
                std::this_thread::sleep_for(std::chrono::milliseconds(2));
                return Response{200, "text/plain", {}, "xx"};
              }
              return Later{"lane", [large = request.target == "/large"](const Request&) {
                             return Response{200, "text/plain", {}, std::string(large ? kLarge : 2, 'x')};
                           }};
            },
            limits,
            [](const Request& head) -> std::optional<Response> {
              if (head.target != "/refused") return std::nullopt;
              return Response{401, "text/plain", {}, "no"};
            }) {
    EXPECT_TRUE(server_.Bind("127.0.0.1", 0));
    thread_ = std::thread([this] { EXPECT_TRUE(server_.Run(false)); });
  }
  ~HttpServerTest() override {
    server_.Stop();
    thread_.join();
  }
  static HttpLimits Limits() {
    HttpLimits limits;
    limits.buffered_bytes = kRoom;
    return limits;
  }
  // Until a part of the large answer has been sent, and the rest waits for its client.
  void AwaitHeld() {
    const auto waits = [](size_t held) { return held > kRoom && held < kLarge; };
    while (!waits(server_.figures().held_bytes)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

  HttpServer server_;
  std::thread thread_;
};

TEST_F(HttpServerTest, WhoTakesAnAnswerSlowestMakesRoom) {
  const Client slow(server_.port());
  slow.Send(Asked("/large", kClose));
  AwaitHeld();
  const Client other(server_.port());
  other.Send(Asked("/long", kClose));
  EXPECT_TRUE(other.Receive().starts_with("HTTP/1.1 200 "));
  EXPECT_LT(slow.Receive().size(), kLarge);
  EXPECT_EQ(server_.figures().evicted, 1U);
}

constexpr int kRequests = 1000;

// Its limit is half of what the short requests take.
class ImpatientServerTest : public HttpServerTest {
 protected:
  ImpatientServerTest() : HttpServerTest(Impatient()) {}
  static HttpLimits Impatient() {
    HttpLimits limits = Limits();
    limits.write_ms = kRequests;
    return limits;
  }
};

TEST_F(ImpatientServerTest, WhoTakesAllThatComesIsNotCutWhileItsRequestsAreServed) {
  const Client client(server_.port());
  std::string asked = Asked("/large");
  for (int i = 1; i < kRequests; ++i) asked += Asked("/short");
  client.Send(asked + Asked("/short", kClose));
  AwaitHeld();
  const std::string received = client.Receive();
  EXPECT_TRUE(received.ends_with("\r\n\r\nxx"));
  EXPECT_GT(received.size(), kLarge);
  EXPECT_EQ(server_.figures().requests, kRequests + 1U);
  EXPECT_EQ(server_.figures().timeouts, 0U);
}

TEST_F(HttpServerTest, WhatItsHeadRefusesIsAnsweredBeforeItsBody) {
  const Client client(server_.port());
  client.Send("POST /refused HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\nx");
  EXPECT_TRUE(client.Receive().starts_with("HTTP/1.1 401 "));
  EXPECT_EQ(server_.figures().held_bytes, 0U);
}

}  // namespace
}  // namespace heng::server
