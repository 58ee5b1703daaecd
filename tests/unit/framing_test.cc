// Where a request begins and ends in the bytes of a connection: what is refused, and what is waited for.
#include <string>

#include <gtest/gtest.h>

#include "server/http/framing.h"

namespace heng::server {
namespace {

FramingLimits Limits() { return {100, 1000, 10, 5000}; }

std::string GetWith(const std::string& headers) { return "GET / HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n"; }
std::string PostWith(const std::string& headers) { return "POST / HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n"; }

struct Row {
  const char* name;
  std::string bytes;
  int status;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

std::string CaseName(const testing::TestParamInfo<Row>& test) { return test.param.name; }

class BadHead : public testing::TestWithParam<Row> {};

TEST_P(BadHead, IsRefused) {
  const auto head = ReadHead(GetParam().bytes, Limits());
  ASSERT_FALSE(head);
  EXPECT_EQ(head.error().status, GetParam().status) << head.error().detail.en;
  EXPECT_FALSE(head.error().code.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadHead,
    testing::Values(
        Row{"NoHttp", "hello\r\n\r\n", 400}, Row{"TwoWords", "GET /\r\n\r\n", 400},
        Row{"TlsHello", std::string("\x16\x03\x01\x00\n", 5), 400}, Row{"ThreeBlanks", "GET / x HTTP/1.1\r\n\r\n", 400},
        Row{"Http2", "GET / HTTP/2.0\r\n\r\n", 505}, Row{"Http09", "GET / HTTP/0.9\r\n\r\n", 505},
        Row{"LowerVersion", "GET / http/1.1\r\n\r\n", 400}, Row{"BadMethod", "G(T / HTTP/1.1\r\n\r\n", 400},
        Row{"UnknownMethod", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
        Row{"Connect", "CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
        Row{"Trace", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
        Row{"RelativePath", "GET livez HTTP/1.1\r\n\r\n", 400}, Row{"RawUtf8Path", "GET /甲 HTTP/1.1\r\n\r\n", 400},
        Row{"Fragment", "GET /#a HTTP/1.1\r\n\r\n", 400},
        Row{"LongPath", "GET /" + std::string(100, 'a') + " HTTP/1.1\r\n\r\n", 414},
        Row{"EndlessLine", std::string(600, 'a'), 414}, Row{"BareLf", "GET / HTTP/1.1\nHost: a\n\n", 400},
        Row{"BareCr", "GET / HTTP/1.1\r\nHost: a\rb: c\r\n\r\n", 400}, Row{"Folded", GetWith("A: b\r\n c\r\n"), 400},
        Row{"BlankBeforeColon", GetWith("A : b\r\n"), 400}, Row{"NoColon", GetWith("A\r\n"), 400},
        Row{"EmptyName", GetWith(": b\r\n"), 400}, Row{"ByteZero", GetWith(std::string("A: b\0c\r\n", 8)), 400},
        Row{"NoHost", "GET / HTTP/1.1\r\n\r\n", 400}, Row{"TwoHosts", GetWith("Host: b\r\n"), 400},
        Row{"ManyHeaders", GetWith("A: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\n"),
            431},
        Row{"LongHeader", GetWith("A: " + std::string(1000, 'b') + "\r\n"), 431},
        Row{"EndlessHeader", "GET / HTTP/1.1\r\nA: " + std::string(2000, 'b'), 431}, Row{"NoLength", PostWith(""), 411},
        Row{"Chunked", PostWith("Transfer-Encoding: chunked\r\n"), 411},
        Row{"GetChunked", GetWith("Transfer-Encoding: chunked\r\n"), 411},
        Row{"OtherCoding", PostWith("Transfer-Encoding: gzip, chunked\r\n"), 501},
        Row{"BothLengths", PostWith("Transfer-Encoding: chunked\r\nContent-Length: 2\r\n"), 400},
        Row{"LengthTwice", PostWith("Content-Length: 2\r\nContent-Length: 2\r\n"), 400},
        Row{"LengthList", PostWith("Content-Length: 2, 2\r\n"), 400},
        Row{"LengthWord", PostWith("Content-Length: abc\r\n"), 400},
        Row{"LengthMinus", PostWith("Content-Length: -1\r\n"), 400},
        Row{"LengthPlus", PostWith("Content-Length: +5\r\n"), 400},
        Row{"LengthHex", PostWith("Content-Length: 0x5\r\n"), 400},
        Row{"LengthEmpty", PostWith("Content-Length:\r\n"), 400},
        Row{"TooLarge", PostWith("Content-Length: 5001\r\n"), 413},
        Row{"FarTooLarge", PostWith("Content-Length: 99999999999999999999999\r\n"), 413},
        Row{"Gzip", PostWith("Content-Length: 2\r\nContent-Encoding: gzip\r\n"), 415},
        Row{"OtherExpectation", PostWith("Content-Length: 2\r\nExpect: tea\r\n"), 417}),
    CaseName);

TEST(FramingTest, EveryPrefixIsWaitedFor) {
  const std::string whole = PostWith("Content-Length: 5\r\nX: y\r\n") + "hello";
  const size_t head_bytes = whole.size() - 5;
  for (size_t size = 0; size < head_bytes; ++size) {
    const auto head = ReadHead(whole.substr(0, size), Limits());
    ASSERT_TRUE(head) << size << head.error().detail.en;
    EXPECT_FALSE(head->has_value()) << size;
  }
  const auto head = ReadHead(whole, Limits());
  ASSERT_TRUE(head && *head);
  EXPECT_EQ((*head)->size_bytes, head_bytes);
  EXPECT_EQ((*head)->body_bytes, 5U);
  EXPECT_EQ((*head)->request.method, "POST");
  EXPECT_EQ((*head)->request.Header("x"), "y");
}

TEST(FramingTest, WhetherTheConnectionIsKept) {
  const auto keeps = [](const std::string& bytes) { return (*ReadHead(bytes, Limits()))->keep_alive; };
  const auto old = [&](const std::string& headers) { return keeps("GET / HTTP/1.0\r\n" + headers + "\r\n"); };
  EXPECT_EQ(keeps(GetWith("")), KeepAlive::kYes);
  EXPECT_EQ(keeps(GetWith("Connection: keep-alive\r\n")), KeepAlive::kYes);
  EXPECT_EQ(keeps(GetWith("Connection: Close\r\n")), KeepAlive::kNo);
  EXPECT_EQ(old(""), KeepAlive::kNo);
  EXPECT_EQ(old("Connection: Keep-Alive\r\n"), KeepAlive::kSaid);
  EXPECT_EQ(old("Connection: TE, keep-alive\r\n"), KeepAlive::kSaid);
  // Who says both wants it closed.
  for (const std::string both :
       {"Connection: close, keep-alive\r\n", "Connection: keep-alive\r\nConnection: close\r\n"}) {
    EXPECT_EQ(keeps(GetWith(both)), KeepAlive::kNo) << both;
    EXPECT_EQ(old(both), KeepAlive::kNo) << both;
  }
}

// What they answer to a request with this Host; 0 if it is taken.
int StatusOfHost(const std::string& value, const std::string& version = "1.1") {
  const auto head = ReadHead("GET / HTTP/" + version + "\r\nHost:" + value + "\r\n\r\n", Limits());
  return head ? 0 : head.error().status;
}

TEST(FramingTest, HostsThatAreTaken) {
  for (const char* value : {"", " ", "a", " a ", "A.Example.", "a:80", "a:", "127.0.0.1", "127.0.0.1:8080", "[::1]",
                            "[::1]:8080", "[::1]:", "[2001:DB8::0:1]", "[::ffff:127.0.0.1]", "a_b-c~1",
                            "%E7%9F%B3.example:80", "xn--0zwm56d.cn", "!$&'()*+,;=", "999.1"}) {
    EXPECT_EQ(StatusOfHost(value), 0) << value;
    EXPECT_EQ(StatusOfHost(value, "1.0"), 0) << value;
  }
}

TEST(FramingTest, HostsThatAreRefused) {
  for (const char* value : {"a b",         "a\tb",       "a/",       "a/b",       "/",        "a@b",
                            "u:p@a",       "a?b",        "a#b",      "a\\b",      "\"a\"",    "<a>",
                            "{a}",         "a|b",        "a^b",      "`a`",       "石榴庄",   "a\xFF",
                            "a%",          "a%4",        "a%zz",     "%",         "http://a", ":",
                            ":80",         "a:8 0",      "a: 80",    "a:-1",      "a:+1",     "a:80:80",
                            "a::",         "a:0x50",     "a:http",   "a:八十",    "::1",      "2001:db8::1",
                            "[::1",        "::1]",       "[]",       "[",         "]",        "[::1]80",
                            "[::1]a",      "[::1]:x",    "[::1]:-1", "[[::1]",    "[::1]]",   "[::1][::1]",
                            "[127.0.0.1]", "[a]",        "[::g]",    "[1::2::3]", "[ ::1]",   "[::1%25eth0]",
                            "[v1.a]",      "[::1]:80:80"}) {
    EXPECT_EQ(StatusOfHost(value), 400) << value;
    EXPECT_EQ(StatusOfHost(value, "1.0"), 400) << value;
  }
  for (char c = 1; c < 0x20; ++c) {
    EXPECT_EQ(StatusOfHost(std::string("a") + c + "b"), 400) << static_cast<int>(c);
  }
  EXPECT_EQ(StatusOfHost(std::string("a\0b", 3)), 400);
}

TEST(FramingTest, TheAbsoluteFormHasAHost) {
  using namespace std::string_literals;
  const auto get = [](const std::string& target) {
    return ReadHead("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n", Limits());
  };
  for (const char* target : {"http://a/b", "http://a:80/b", "http://b.example/b", "http://[::1]:80/b"}) {
    const auto head = get(target);
    ASSERT_TRUE(head && *head) << target;
    EXPECT_EQ((*head)->request.target, "/b");
  }
  for (const std::string& target :
       {"http:///b"s, "http://:80/b"s, "http://u@a/b"s, "http://a?x=/b"s, "http://a#/b"s, "http://a b/b"s,
        "http://a\\/b"s, "http://a\x01/b"s, "http://[::1/b"s, "http://[::1\0]/b"s, "http://石/b"s, "http://a"s,
        "http://"s, "https://a/b"s, "http:/b"s}) {
    const auto head = get(target);
    ASSERT_FALSE(head) << target;
    EXPECT_EQ(head.error().status, 400) << target;
  }
}

TEST(FramingTest, TheAbsoluteFormIsItsPath) {
  const auto head = ReadHead("GET http://a/livez?x=1 HTTP/1.1\r\nHost: a\r\n\r\n", Limits());
  ASSERT_TRUE(head && *head);
  EXPECT_EQ((*head)->request.target, "/livez?x=1");
}

TEST(FramingTest, WhoWaitsForContinue) {
  const auto waits = [](const std::string& version) {
    const std::string headers = "Host: a\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n";
    return (*ReadHead("POST / HTTP/" + version + "\r\n" + headers, Limits()))->expects_continue;
  };
  EXPECT_TRUE(waits("1.1"));
  EXPECT_FALSE(waits("1.0"));
}

}  // namespace
}  // namespace heng::server
