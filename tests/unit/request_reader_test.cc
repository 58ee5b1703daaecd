// Whole requests from the bytes of a connection, however the bytes are divided.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "server/http/request_reader.h"

namespace heng::server {
namespace {

const FramingLimits kLimits{100, 1000, 10, 5000};

const std::string kGet = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string kPost = "POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";

// Targets and bodies of all requests, when the bytes come in pieces of `size`.
std::vector<std::string> Read(const std::string& bytes, size_t size) {
  RequestReader reader(kLimits);
  std::vector<std::string> out;
  for (size_t at = 0; at < bytes.size(); at += size) {
    reader.Append(std::string_view(bytes).substr(at, size));
    while (true) {
      auto next = reader.Next();
      if (!next) {
        out.push_back(std::to_string(next.error().status));
        return out;
      }
      if (!*next) break;
      out.push_back((*next)->request.target + (*next)->request.body);
    }
  }
  EXPECT_EQ(reader.stage(), RequestReader::Stage::kNothing);
  return out;
}

TEST(RequestReaderTest, DivisionsDoNotMatter) {
  const std::string bytes = kGet + kPost + kPost + kGet + kGet;
  const std::vector<std::string> wanted = {"/a", "/bhello", "/bhello", "/a", "/a"};
  for (size_t size = 1; size <= bytes.size(); ++size) EXPECT_EQ(Read(bytes, size), wanted) << size;
}

TEST(RequestReaderTest, RefusesOnceItMust) {
  for (const size_t size : {1, 7, 100000}) {
    EXPECT_EQ(Read(kGet + "GET /a HTTP/1.1\nHost: a\r\n\r\n", size), (std::vector<std::string>{"/a", "400"})) << size;
    EXPECT_EQ(Read(kGet + std::string(3000, 'a'), size), (std::vector<std::string>{"/a", "414"})) << size;
    EXPECT_EQ(Read(kGet + "GET /a HTTP/1.1\r\nX: " + std::string(3000, 'a'), size),
              (std::vector<std::string>{"/a", "431"}))
        << size;
  }
}

TEST(RequestReaderTest, SomeEmptyLinesBeforeARequestAreIgnored) {
  const std::string four = "\r\n\r\n\r\n\r\n";
  const std::string bytes = four + kGet + four + kPost + "\r\n" + kGet + kPost + four;
  const std::vector<std::string> wanted = {"/a", "/bhello", "/a", "/bhello"};
  for (size_t size = 1; size <= bytes.size(); ++size) {
    EXPECT_EQ(Read(bytes, size), wanted) << size;
    for (const std::string& bad : {four + "\r\n", std::string("\n"), four + "\n", std::string("\r\r\n"),
                                   std::string("\r"), std::string(" \r\n"), std::string("\r\n \r\n")})
      EXPECT_EQ(Read(kPost + bad + kGet, size), (std::vector<std::string>{"/bhello", "400"})) << size << bad;
  }
}

// Nobody waits for the rest of a request that has not begun.
TEST(RequestReaderTest, AnEmptyLineIsNoRequest) {
  RequestReader reader(kLimits);
  for (const std::string piece : {"\r", "\n", "\r\n\r", "\n"}) {
    reader.Append(piece);
    EXPECT_FALSE(*reader.Next());
    EXPECT_EQ(reader.stage(), RequestReader::Stage::kNothing);
  }
  EXPECT_EQ(reader.backlog_bytes(), 0U);
  reader.Append("\r\nG");
  EXPECT_FALSE(*reader.Next());
  EXPECT_EQ(reader.stage(), RequestReader::Stage::kHead);
}

TEST(RequestReaderTest, StagesAndContinue) {
  RequestReader reader(kLimits);
  EXPECT_EQ(reader.stage(), RequestReader::Stage::kNothing);
  reader.Append("POST / HTTP/1.1\r\nHost: a\r\n");
  EXPECT_FALSE(*reader.Next());
  EXPECT_EQ(reader.stage(), RequestReader::Stage::kHead);
  EXPECT_FALSE(reader.TakeContinue());
  reader.Append("Expect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  EXPECT_FALSE(*reader.Next());
  EXPECT_EQ(reader.stage(), RequestReader::Stage::kBody);
  EXPECT_EQ(reader.body_bytes(), 5U);
  EXPECT_TRUE(reader.TakeContinue());
  EXPECT_FALSE(reader.TakeContinue());
  reader.Append("hell");
  EXPECT_FALSE(*reader.Next());
  EXPECT_EQ(reader.received_bytes(), 4U);
  reader.Append("oGE");
  auto whole = reader.Next();
  ASSERT_TRUE(whole && *whole);
  EXPECT_EQ((*whole)->request.body, "hello");
  EXPECT_FALSE(*reader.Next());
  EXPECT_EQ(reader.stage(), RequestReader::Stage::kHead);
}

}  // namespace
}  // namespace heng::server
