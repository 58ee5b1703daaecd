#include "server/compression.h"

#include <algorithm>

#include <zlib.h>

#include "engine/base/check.h"
#include "server/preferences.h"

namespace heng::server {
namespace {

// Below, the headers and the time are more than what is saved.
constexpr size_t kWorthIt = 4096;
// Fast: the text of answers repeats itself, and is small after the first pass.
constexpr int kLevel = 3;
constexpr int kGzipWindow = 15 + 16;
constexpr int kMemory = 8;

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
  const auto vary = std::find_if(response.headers.begin(), response.headers.end(),
                                 [](const auto& header) { return header.first == "Vary"; });
  if (vary == response.headers.end()) {
    response.headers.emplace_back("Vary", "Accept-Encoding");
  } else {
    vary->second += ", Accept-Encoding";
  }
  if (!TakesCoding(accept_encoding, "gzip")) return;
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
