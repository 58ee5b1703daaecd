#include <cstdio>
#include <utility>

#include <fmt/format.h>

#include "engine/data/ulid.h"
#include "server/config/district.h"
#include "server/config/service.h"
#include "server/http/http_server.h"
#include "server/routes.h"
#include "tools/verbs.h"

namespace heng::tools {
namespace {

int Report(const std::vector<config::Mistake>& mistakes, const Manner& manner) {
  fmt::print(stderr, "{}", config::RenderText(mistakes, manner.language));
  for (const config::Mistake& mistake : mistakes) {
    if (mistake.kind == ErrorKind::kEnvironment) return kEnvironment;
  }
  return kFindings;
}

void Say(const Manner& manner, const std::string& zh, const std::string& en) {
  fmt::print(stderr, "{}\n", manner.language == Language::kChinese ? zh : en);
}

// What is loaded and what is broken; a broken district does not stop the others.
void Describe(const std::vector<config::District>& districts, const Manner& manner) {
  if (districts.empty()) Say(manner, "警告：没有街道的配置", "warning: no district is configured");
  for (const config::District& district : districts) {
    Print(district.diagnostics, manner);
    fmt::print(stderr, "{}", config::RenderText(district.mistakes, manner.language));
    if (district.broken()) {
      Say(manner, fmt::format("街道 {}：有错误，不提供服务", district.id),
          fmt::format("district {}: has errors and is not served", district.id));
    }
    for (const data::Deployment& one : district.deployments) {
      if (district.broken()) break;
      const syntax::PolicyDecl& policy = one.graph->model->policy;
      Say(manner, fmt::format("街道 {} {}:{} {} 版", district.id, district.name, policy.id, policy.version),
          fmt::format("district {} {}: {} version {}", district.id, district.name, policy.id, policy.version));
    }
  }
}

void Announce(const config::Listen& listen, const Manner& manner) {
  const std::string address = "http://" + listen.ToString();
  if (listen.loopback()) {
    Say(manner, fmt::format("服务地址 {} ，只有本机能访问；还没有身份认证", address),
        fmt::format("serving at {} for this machine only; there is no authentication yet", address));
  } else {
    Say(manner, fmt::format("警告：服务地址 {} 不限于本机，而且还没有身份认证：任何能连上的人都能使用", address),
        fmt::format("warning: serving at {}, which is not loopback, and there is no authentication yet: whoever can "
                    "connect can use it",
                    address));
  }
  Say(manner, "Ctrl-C 停止", "Ctrl-C stops it");
}

server::HttpLimits LimitsOf(const config::ServiceConfig& service) {
  constexpr int kMs = 1000;
  const config::ClientLimits& given = service.limits;
  server::HttpLimits limits;
  limits.framing.body_bytes = service.request_limit_bytes;
  limits.workers = service.threads;
  limits.queued = static_cast<size_t>(given.queued);
  limits.connections = static_cast<size_t>(given.connections);
  limits.connections_per_peer = static_cast<size_t>(given.connections_per_peer);
  limits.idle_ms = static_cast<int>(given.idle_seconds) * kMs;
  limits.head_ms = static_cast<int>(given.head_seconds) * kMs;
  limits.body_ms = static_cast<int>(given.body_seconds) * kMs;
  limits.write_ms = static_cast<int>(given.write_seconds) * kMs;
  return limits;
}

}  // namespace

int RunServe(const ServeOptions& options, const Manner& manner) {
  // Before any thread is started.
  server::BlockSignals();
  auto service_config = config::LoadService(options.config);
  if (!service_config) return Report(service_config.error(), manner);
  if (options.listen) {
    auto listen = config::ParseListen(*options.listen);
    if (!listen) return Report(listen.error(), manner);
    service_config->listen = std::move(*listen);
  }
  const server::Service service{config::LoadDistricts(*service_config), [] { return data::NewUlid(); }};
  Describe(service.districts, manner);

  server::HttpServer http({[](const server::Request& request) { return server::TakesLong(request); },
                           [&service](const server::Request& request) { return server::Answer(service, request); }},
                          LimitsOf(*service_config));
  config::Listen& listen = service_config->listen;
  if (auto status = http.Bind(listen.host, listen.port); !status) return Report(status.error(), manner);
  if (!service_config->socket.empty()) {
    if (auto status = http.BindUnix(service_config->socket); !status) return Report(status.error(), manner);
  }
  listen.port = http.port();
  Announce(listen, manner);
  if (auto status = http.Run(true); !status) return Report(status.error(), manner);
  Say(manner, "已停止", "stopped");
  return kDone;
}

}  // namespace heng::tools
