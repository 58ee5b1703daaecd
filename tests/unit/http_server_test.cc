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

// `/large` is a long request with a large answer, `/short` a short one, `/slow` a short one that takes two milliseconds, any other a long
// one with a small answer; that of `/waits` waits to leave, and another one leaves in place of that of `/instead`.
class HttpServerTest : public testing::Test {
 protected:
  explicit HttpServerTest(const HttpLimits& limits = Limits())
      : server_(
            [](const Request& request) -> Reply {
              Response small{200, "text/plain", {}, "ok"};
              if (request.target == "/slow") std::this_thread::sleep_for(std::chrono::milliseconds(2));
              if (request.target == "/short" || request.target == "/slow") return small;
              if (request.target == "/waits" || request.target == "/instead") {
                small.before_leaving = [](const Request& asked, const Response&, const Release& release) {
                  Response other{200, "text/plain", {}, "ok"};
                  release(asked.target == "/instead" ? &other : nullptr);
                };
                return small;
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
  template <typename Condition>
  void AwaitHeld(const Condition& waits) {
    while (!waits(server_.figures().held_bytes)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  // Until a part of the large answer has been sent, and the rest waits for its client. `others`: what is held beside it.
  void AwaitLarge(size_t others = 0) {
    AwaitHeld([others](size_t held) { return held > kRoom + others && held < kLarge + others; });
  }

  HttpServer server_;
  std::thread thread_;
};

TEST_F(HttpServerTest, WhoTakesAnAnswerSlowestMakesRoom) {
  const Client slow(server_.port());
  slow.Send(Asked("/large", kClose));
  AwaitLarge();
  const Client other(server_.port());
  other.Send(Asked("/long", kClose));
  EXPECT_TRUE(other.Receive().starts_with("HTTP/1.1 200 "));
  EXPECT_LT(slow.Receive().size(), kLarge);
  EXPECT_EQ(server_.figures().evicted, 1U);
}

TEST_F(HttpServerTest, WhoTakesAnAnswerIsNotCutForItsOwnNextBody) {
  const std::string body = "POST /long HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\nx";
  const size_t of_body = Limits().progress_bytes + 1;
  // Bodies that wait for their rest make no room; another one does not fit in beside them.
  const std::array<Client, 3> others = {Client(server_.port()), Client(server_.port()), Client(server_.port())};
  for (const Client& other : others) other.Send(body);
  AwaitHeld([&](size_t held) { return held == others.size() * of_body; });
  ASSERT_GT((others.size() + 1) * of_body, kRoom);
  const Client client(server_.port());
  client.Send(Asked("/large") + body);
  AwaitLarge(others.size() * of_body);
  const std::string said = client.Receive();
  EXPECT_EQ(server_.figures().evicted, 0U);
  ASSERT_GT(said.size(), kLarge);
  EXPECT_NE(said.find("HTTP/1.1 503 ", kLarge), std::string::npos) << said.substr(kLarge);
}

class ShortIdleTest : public HttpServerTest {
 protected:
  ShortIdleTest() : HttpServerTest(Short()) {}
  static HttpLimits Short() {
    HttpLimits limits = Limits();
    limits.idle_ms = 100;
    return limits;
  }
};

constexpr int kRequests = 1000;

// Its limit is half of what that many slow requests take.
class ImpatientServerTest : public HttpServerTest {
 protected:
  ImpatientServerTest() : HttpServerTest(Impatient()) {}
  static HttpLimits Impatient() {
    HttpLimits limits = Limits();
    limits.write_ms = kRequests;
    return limits;
  }
};

class TwoConnectionsTest : public HttpServerTest {
 protected:
  TwoConnectionsTest() : HttpServerTest(Two()) {}
  static HttpLimits Two() {
    HttpLimits limits = Limits();
    limits.connections = 2;
    return limits;
  }
};

TEST_F(ShortIdleTest, EmptyLinesBeginNoRequest) {
  const Client client(server_.port());
  client.Send("\r\n\r");
  EXPECT_EQ(client.Receive(), "");
  EXPECT_EQ(server_.figures().timeouts, 0U);
}

// Else a client could stay by sending them.
TEST_F(TwoConnectionsTest, EmptyLinesDoNotMakeAConnectionYounger) {
  const Client older(server_.port());
  const Client younger(server_.port());
  older.Send("\r\n");
  const Client third(server_.port());
  EXPECT_EQ(older.Receive(), "");
  younger.Send("\r\n\r\n" + Asked("/long", kClose));
  EXPECT_TRUE(younger.Receive().starts_with("HTTP/1.1 200 "));
  EXPECT_EQ(server_.figures().evicted, 1U);
}

// HTTP/1.0 takes a connection as ended unless the answer says that it is kept.
TEST_F(HttpServerTest, OldClientsAreToldWhatBecomesOfTheConnection) {
  for (const std::string path : {"/short", "/long", "/waits", "/instead"}) {
    const Client old(server_.port());
    old.Send("GET " + path + " HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET " + path + " HTTP/1.0\r\n\r\n");
    const std::string said = old.Receive();
    const size_t kept = said.find("\r\nConnection: keep-alive\r\n");
    const size_t second = said.find("HTTP/1.1 200 ", 1);
    const size_t closed = said.find("\r\nConnection: close\r\n");
    EXPECT_TRUE(kept < second && second < closed && closed < said.size()) << path << said;
    EXPECT_EQ(said.find("Connection:", closed + 3), std::string::npos) << said;
    const Client today(server_.port());
    today.Send(Asked(path, "Connection: keep-alive\r\n") + Asked(path, kClose));
    EXPECT_EQ(today.Receive().find("Connection: keep-alive"), std::string::npos);
  }
}

TEST_F(ImpatientServerTest, WhoTakesAllThatComesIsNotCutWhileItsRequestsAreServed) {
  const Client client(server_.port());
  std::string asked = Asked("/large");
  for (int i = 1; i < kRequests; ++i) asked += Asked("/slow");
  client.Send(asked + Asked("/slow", kClose));
  AwaitLarge();
  const std::string received = client.Receive();
  EXPECT_TRUE(received.ends_with("\r\n\r\nok"));
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
