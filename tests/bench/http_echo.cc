// The stock library's echo: cpp-httplib with its own threads and sockets, each body read and written by nlohmann/json. What the
// service is measured against; prints where it listens and serves until it is ended.
#include <cstdio>

#include <httplib.h>
#include <nlohmann/json.hpp>

int main() {
  constexpr size_t kThreads = 8;
  constexpr size_t kManyRequests = 1000000000;
  httplib::Server server;
  server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  server.set_tcp_nodelay(true);
  server.set_keep_alive_max_count(kManyRequests);
  server.Post("/echo", [](const httplib::Request& request, httplib::Response& response) {
    response.set_content(nlohmann::json::parse(request.body).dump(), "application/json");
  });
  std::printf("http://127.0.0.1:%d\n", server.bind_to_any_port("127.0.0.1"));
  std::fflush(stdout);
  return server.listen_after_bind() ? 0 : 1;
}
