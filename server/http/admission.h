// Admission: what all loops of a server share of its limits: connections in all and per peer, and bytes that are held
// for slow clients. Thread-safe.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <string>

#include "server/http/limits.h"

namespace heng::server {

class Admission {
 public:
  explicit Admission(const HttpLimits& limits) : limits_(limits) {}

  bool full() const { return open_ >= limits_.connections; }
  // False: this peer has too many. `peer` is empty for a Unix socket.
  bool Enter(const std::string& peer) {
    ++open_;
    if (!IsCounted(peer)) return true;
    const std::lock_guard lock(mutex_);
    size_t& count = of_peer_[peer];
    if (count >= limits_.connections_per_peer) {
      --open_;
      return false;
    }
    ++count;
    return true;
  }
  void Leave(const std::string& peer) {
    --open_;
    if (!IsCounted(peer)) return;
    const std::lock_guard lock(mutex_);
    const auto found = of_peer_.find(peer);
    if (--found->second == 0) of_peer_.erase(found);
  }

  // False: there is no room, and nothing is held.
  bool Hold(size_t bytes) {
    if (held_bytes_.fetch_add(bytes) + bytes <= limits_.buffered_bytes) return true;
    held_bytes_ -= bytes;
    return false;
  }
  // For what is there already.
  void HoldAnyway(size_t bytes) { held_bytes_ += bytes; }
  void Release(size_t bytes) { held_bytes_ -= bytes; }

  size_t open() const { return open_; }
  size_t held_bytes() const { return held_bytes_; }

 private:
  // A proxy on this machine speaks for many clients, and counts them itself.
  static bool IsCounted(const std::string& peer) {
    return !peer.empty() && !peer.starts_with("127.") && peer != "::1" && !peer.starts_with("::ffff:127.");
  }

  const HttpLimits& limits_;
  std::atomic<size_t> open_ = 0;
  std::atomic<size_t> held_bytes_ = 0;
  std::mutex mutex_;
  std::map<std::string, size_t> of_peer_;
};

}  // namespace heng::server
