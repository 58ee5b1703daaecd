#include "server/compression.h"

#include <algorithm>

#include <zlib.h>

#include "engine/base/check.h"
#include "engine/base/text.h"

namespace heng::server {
namespace {

// Below, the headers and the time are more than what is saved.
constexpr size_t kWorthIt = 4096;
// Fast: the text of answers repeats itself, and is small after the first pass.
constexpr int kLevel = 3;
constexpr int kGzipWindow = 15 + 16;
constexpr int kMemory = 8;

// True if `gzip` or `*` stands there with a weight that is not 0.
bool Takes(std::string_view accept_encoding) {
  while (!accept_encoding.empty()) {
    const size_t end = std::min(accept_encoding.find(','), accept_encoding.size());
    const std::string_view item = Trim(accept_encoding.substr(0, end));
    accept_encoding.remove_prefix(std::min(end + 1, accept_encoding.size()));
    const size_t semicolon = std::min(item.find(';'), item.size());
    const std::string_view name = Trim(item.substr(0, semicolon));
    const size_t q = item.find("q=", semicolon);
    const bool refused = q != std::string_view::npos && item.find_first_not_of("0.", q + 2) == std::string_view::npos;
    if ((name == "gzip" || name == "*") && !refused) return true;
  }
  return false;
}

std::string Gzip(const std::string& text) {
  z_stream stream{};
  CHECK(::deflateInit2(&stream, kLevel, Z_DEFLATED, kGzipWindow, kMemory, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(::deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  CHECK(::deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  return out;
}

}  // namespace

void Compress(std::string_view accept_encoding, Response& response) {
  if (response.body.size() < kWorthIt || response.body.size() > UINT32_MAX) return;
  response.headers.emplace_back("Vary", "Accept-Encoding");
  if (!Takes(accept_encoding)) return;
  std::string compressed = Gzip(response.body);
  if (response.before_leaving) response.uncompressed = std::move(response.body);
  response.body = std::move(compressed);
  response.headers.emplace_back("Content-Encoding", "gzip");
  // The tag is that of the content as such.
  for (auto& [name, value] : response.headers) {
    if (name == "ETag" && !value.starts_with("W/")) value = "W/" + value;
  }
}

}  // namespace heng::server
