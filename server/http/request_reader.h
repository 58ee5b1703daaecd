// RequestReader: the requests in the bytes of one connection, whole and in order. Knows no socket and no clock; each
// byte is looked at a bounded number of times, however the bytes are divided. Used by loop.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "server/http/framing.h"

namespace heng::server {

// A whole request, and whether its client wants to go on after the answer.
struct WholeRequest {
  Request request;
  KeepAlive keep_alive = KeepAlive::kYes;
};

class RequestReader {
 public:
  enum class Stage : unsigned char { kNothing, kHead, kBody };

  explicit RequestReader(const FramingLimits& limits) : limits_(limits) {}

  void Append(std::string_view bytes);
  // The next request; nothing: more bytes are needed. Error: as ReadHead; nothing may be read of the connection then.
  tl::expected<std::optional<WholeRequest>, Problem> Next();

  // What it holds of a request that is not whole, after Next returned nothing. Empty lines before it are nothing.
  Stage stage() const { return stage_; }
  // Of that request, at kBody: without its body, or with part of it.
  const Request& head() const { return head_->request; }
  // Of that request: what its head announced, and what is there of it.
  size_t body_bytes() const { return head_ ? head_->body_bytes : 0; }
  size_t received_bytes() const { return head_ ? head_->request.body.size() : 0; }
  // True once for a request whose client waits for 100 Continue.
  bool TakeContinue();
  // Not yet made into requests.
  size_t backlog_bytes() const { return buffer_.size() - at_; }

 private:
  void SkipEmptyLines();
  WholeRequest TakeWhole();
  void Compact();

  const FramingLimits& limits_;
  std::string buffer_;
  size_t at_ = 0;       // where the next request begins in the buffer
  size_t scanned_ = 0;  // bytes behind `at_` that are known not to end a head
  size_t skipped_ = 0;  // empty lines before the next request
  std::optional<Head> head_;
  bool continue_due_ = false;
  Stage stage_ = Stage::kNothing;
};

}  // namespace heng::server
