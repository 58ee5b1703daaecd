// A load of HTTP requests from this process, by epoll in one thread: kept-alive connections that each send the next request when
// they have the answer to the last one, and others that drip.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace heng::bench {

struct Load {
  int port = 0;
  std::vector<std::string> requests;  // whole, sent in turns
  size_t connections = 8;
  size_t answers = 1000;     // the load ends with so many
  double answers_per_s = 0;  // how many are asked for, beginning at even intervals; 0: as fast as they come
  size_t dripping = 0;       // connections beside them that send a request's head byte by byte
};

struct LoadResult {
  size_t answers = 0;
  size_t failed = 0;  // not 200, or the connection broke
  size_t connections_answered = 0;
  double seconds = 0;
  std::vector<double> latencies;  // seconds, sorted

  double per_second() const { return seconds > 0 ? static_cast<double>(answers) / seconds : 0; }
  // `share` of 1.
  double Latency(double share) const;
};

LoadResult Run(const Load& load);
// The body of the answer to one request; empty if it is not 200.
std::string AskOnce(int port, const std::string& request);
// A POST of JSON.
std::string PostOf(const std::string& path, const std::string& body);

}  // namespace heng::bench
