// The service's own configuration, `policies/heng.yaml`: where it listens, its limits, where the districts are
// described.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "server/config/mistake.h"
#include "server/config/retention.h"

namespace heng::config {

// A host and a port; `[::1]:8080` for an IPv6 address. Port 0: any free one.
struct Listen {
  std::string host = "127.0.0.1";
  int port = 8080;

  // Only this machine can reach it.
  bool loopback() const;
  std::string ToString() const;
};

// Error: kUsage bad-listen.
Result<Listen> ParseListen(std::string_view text);

// What clients may take, under `limits`; see server/http/limits.h.
struct ClientLimits {
  int64_t connections = 4096;
  int64_t connections_per_peer = 256;
  int64_t queued = 1024;
  int64_t idle_seconds = 60;
  int64_t head_seconds = 10;
  int64_t body_seconds = 30;
  int64_t write_seconds = 30;
  int64_t requests_per_second = 200;  // of one key
};

inline constexpr int64_t kMostCheckpointEvery = 1000000;

struct ServiceConfig {
  std::string file;
  Listen listen;
  std::string districts;  // the folder of the districts' files; resolved against the folder of `file`
  std::string store;      // as Store::Open takes it, the path of a file resolved likewise; empty: nothing is kept
  std::string
      signing_key;  // a file, resolved likewise: the private key that signs checkpoints of the log; empty: they are unsigned
  uint32_t signing_key_line = 0;  // where it is written
  uint32_t signing_key_column = 0;
  int64_t checkpoint_every = 1000;     // records of a district that says nothing else
  std::optional<Retention> retention;  // of every district that says nothing else
  std::string log = "denials";         // none, denials, requests
  std::string socket;                  // a Unix socket to listen on too; resolved likewise; may be empty
  size_t threads = 2;                  // how many long requests are answered at once
  size_t request_limit_bytes = size_t{16} << 20;
  ClientLimits limits;
};

// Every mistake of the file. Keys: listen, socket, districts, store, signing_key, checkpoint_every, retention, log,
// threads, request_limit_bytes, limits.
tl::expected<ServiceConfig, std::vector<Mistake>> LoadService(const std::string& path);

// The folder of the districts that the file names, as far as it can be read, whether it is there or not.
std::optional<std::string> DistrictsIn(const std::string& path);

// The keys that are not the same and hold after a restart alone: `listen`, `limits.queued`.
std::vector<std::string> ChangedForRestart(const ServiceConfig& started, const ServiceConfig& now);

// What is wrong with a retention where no key signs.
Bilingual UnsignedRetention();

// What is said of a path that nothing is at, as it is written and as it is resolved.
Bilingual NoSuch(const Bilingual& what, const std::string& written, const std::string& path);

// A path written in `file`: absolute, or relative to the file's folder.
std::string ResolvePath(const std::string& file, const std::string& path);

}  // namespace heng::config
