#include "server/http/request_reader.h"

#include <algorithm>

namespace heng::server {
namespace {

// A head without line ends is looked at again after this many new bytes, so that a limit is noticed.
constexpr size_t kLookAgain = 512;
// What a connection may keep while it has nothing to say.
constexpr size_t kKeptCapacity = size_t{16} << 10;
// Empty lines before a request that are ignored (RFC 9112, 2.2), for clients that end a body with one: few, so that nobody stays by them.
constexpr size_t kEmptyLines = 4;
constexpr std::string_view kEmptyLine = "\r\n";

}  // namespace

void RequestReader::Append(std::string_view bytes) {
  // The bytes of a body go where they belong at once.
  if (head_ && backlog_bytes() == 0) {
    const size_t count = std::min(bytes.size(), head_->body_bytes - head_->request.body.size());
    head_->request.body.append(bytes.substr(0, count));
    bytes.remove_prefix(count);
  }
  buffer_.append(bytes);
}

tl::expected<std::optional<WholeRequest>, Problem> RequestReader::Next() {
  if (!head_) {
    SkipEmptyLines();
    const std::string_view rest = std::string_view(buffer_).substr(at_);
    const bool worth_it = rest.find('\n', scanned_) != std::string_view::npos || rest.size() - scanned_ >= kLookAgain;
    stage_ = kEmptyLine.starts_with(rest) ? Stage::kNothing : Stage::kHead;
    if (!worth_it) {
      if (stage_ == Stage::kNothing) Compact();
      return std::nullopt;
    }
    auto head = ReadHead(rest, limits_);
    if (!head) return tl::unexpected(std::move(head.error()));
    if (!*head) {
      scanned_ = rest.size();
      return std::nullopt;
    }
    at_ += (*head)->size_bytes;
    scanned_ = 0;
    skipped_ = 0;
    head_ = std::move(**head);
    continue_due_ = head_->expects_continue;
  }
  std::string& body = head_->request.body;
  const size_t count = std::min(backlog_bytes(), head_->body_bytes - body.size());
  body.append(buffer_, at_, count);
  at_ += count;
  if (body.size() == head_->body_bytes) return TakeWhole();
  stage_ = Stage::kBody;
  Compact();
  return std::nullopt;
}

bool RequestReader::TakeContinue() {
  const bool due = stage_ == Stage::kBody && continue_due_;
  if (due) continue_due_ = false;
  return due;
}

void RequestReader::SkipEmptyLines() {
  for (; skipped_ < kEmptyLines && buffer_.compare(at_, kEmptyLine.size(), kEmptyLine) == 0; ++skipped_)
    at_ += kEmptyLine.size();
}

WholeRequest RequestReader::TakeWhole() {
  WholeRequest whole{std::move(head_->request), head_->keep_alive};
  head_.reset();
  stage_ = backlog_bytes() == 0 ? Stage::kNothing : Stage::kHead;
  // Moving the rest to the front for each of many pipelined requests would be quadratic.
  if (at_ > kKeptCapacity || backlog_bytes() == 0) Compact();
  return whole;
}

void RequestReader::Compact() {
  buffer_.erase(0, at_);
  at_ = 0;
  if (buffer_.capacity() > kKeptCapacity && buffer_.size() < kKeptCapacity / 2) buffer_.shrink_to_fit();
}

}  // namespace heng::server
