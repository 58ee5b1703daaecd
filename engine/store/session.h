// Session: the one connection that writes (or reads), opened when it is needed and again after it was lost; and a transaction around
// whatever is done with it. Internal to store/. Thread-safe: one transaction at a time.
#pragma once

#include <functional>
#include <mutex>
#include <utility>

#include "engine/store/database.h"

namespace heng::store {

class Session {
 public:
  using Opener = std::function<Result<ConnectionPtr>()>;
  explicit Session(Opener open) : open_(std::move(open)) {}

  // `body`: Connection& → Result<T>. What it returns, once it is committed; if it fails, nothing of it has happened.
  template <typename Body>
  auto Write(const Body& body) {
    return Transact(true, body);
  }
  // A consistent view; `body` must not write.
  template <typename Body>
  auto Read(const Body& body) {
    return Transact(false, body);
  }

 private:
  template <typename Body>
  std::invoke_result_t<Body, Connection&> Transact(bool write, const Body& body) {
    const std::lock_guard lock(mutex_);
    if (auto begun = Begin(write); !begun) return tl::unexpected(std::move(begun.error()));
    auto result = Run(body);
    if (result) {
      if (auto committed = connection_->Commit(); !committed) result = tl::unexpected(std::move(committed.error()));
    }
    if (!result) GiveUp(result.error());
    return result;
  }

  // Whoever throws leaves no transaction open behind.
  template <typename Body>
  std::invoke_result_t<Body, Connection&> Run(const Body& body) {
    try {
      return body(*connection_);
    } catch (...) {
      connection_->Rollback();
      connection_.reset();
      throw;
    }
  }

  // A connection that was lost while it was idle is noticed here: then it is opened again, once.
  Status Begin(bool write) {
    const bool fresh = connection_ == nullptr;
    if (auto opened = EnsureOpen(); !opened) return opened;
    Status begun = connection_->Begin(write);
    if (begun) return begun;
    GiveUp(begun.error());
    if (fresh || connection_ != nullptr) return begun;
    if (auto opened = EnsureOpen(); !opened) return opened;
    begun = connection_->Begin(write);
    if (!begun) GiveUp(begun.error());
    return begun;
  }

  Status EnsureOpen() {
    if (connection_ != nullptr) return Ok();
    Result<ConnectionPtr> opened = open_();
    if (!opened) return tl::unexpected(opened.error());
    connection_ = std::move(*opened);
    return Ok();
  }

  // After a failure of the environment nothing is known of the connection: the next transaction opens another.
  void GiveUp(const Error& error) {
    connection_->Rollback();
    if (error.kind == ErrorKind::kEnvironment) connection_.reset();
  }

  Opener open_;
  std::mutex mutex_;
  ConnectionPtr connection_;
};

}  // namespace heng::store
