#include <malloc.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "engine/data/ulid.h"
#include "engine/store/store.h"
#include "server/access.h"
#include "server/config/service.h"
#include "server/event_log.h"
#include "server/http/http_server.h"
#include "server/live_service.h"
#include "server/metrics.h"
#include "server/retention.h"
#include "server/routes.h"
#include "server/settlement_jobs.h"
#include "server/watch.h"
#include "tools/open_store.h"
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
void Describe(const server::Service& service, const Manner& manner) {
  if (service.districts.empty()) Say(manner, "警告：没有街道的配置", "warning: no district is configured");
  fmt::print(stderr, "{}", config::RenderText(service.mistakes, manner.language));
  for (const server::ServedDistrict& served : service.districts) {
    const config::District& district = served.written();
    Print(district.diagnostics, manner);
    fmt::print(stderr, "{}", config::RenderText(district.mistakes, manner.language));
    if (served.rejected) {
      Say(manner, fmt::format("街道 {}：改动有错误，仍用原来的", district.id),
          fmt::format("district {}: the change has errors, the last good state is kept", district.id));
    } else if (district.broken()) {
      Say(manner, fmt::format("街道 {}：有错误，不提供服务", district.id),
          fmt::format("district {}: has errors and is not served", district.id));
    }
    for (const data::Deployment& one : district.deployments) {
      if (district.broken()) break;
      const syntax::PolicyDecl& policy = one.graph->model->policy;
      Say(manner, fmt::format("街道 {} {}：{} {} 版", district.id, district.name, policy.id, policy.version),
          fmt::format("district {} {}: {} version {}", district.id, district.name, policy.id, policy.version));
    }
  }
}

void Announce(const config::ServiceConfig& service, bool open, const Manner& manner) {
  const std::string address = "http://" + service.listen.ToString();
  if (open) {
    Say(manner, fmt::format("服务地址 {} ，只有本机能访问，没有身份认证；建第一把密钥：heng key create", address),
        fmt::format("serving at {} for this machine only, no authentication; make the first key: heng key create",
                    address));
  } else {
    Say(manner, fmt::format("服务地址 {} ，请求要带密钥", address),
        fmt::format("serving at {}, requests need a key", address));
  }
  if (service.store.empty()) {
    Say(manner, "没有配置存储（store）：决定不写进日志，不保存任何东西",
        "no store is configured: decisions are not logged, nothing is kept");
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

server::EventLog::Detail DetailOf(const std::string& log) {
  using Detail = server::EventLog::Detail;
  return log == "none" ? Detail::kNone : log == "requests" ? Detail::kRequests : Detail::kDenials;
}

// Tells systemd that the service is ready (sd_notify(3): a datagram to the socket that NOTIFY_SOCKET names).
void NotifyReady() {
  const char* path = std::getenv("NOTIFY_SOCKET");
  if (path == nullptr || (*path != '/' && *path != '@')) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string_view name(path);
  if (name.size() >= sizeof address.sun_path) return;
  name.copy(address.sun_path, name.size());
  if (*path == '@') address.sun_path[0] = '\0';
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  constexpr std::string_view kReady = "READY=1";
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  ::sendto(fd, kReady.data(), kReady.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), size);
  ::close(fd);
}

void AddFigures(server::Metrics& metrics, const server::HttpServer& http) {
  const auto add = [&](const std::string& name, const std::string& help, auto read) {
    metrics.AddGauge("heng_http_" + name, help, [&http, read] { return static_cast<double>(read(http.figures())); });
  };
  add("connections", "Open connections", [](const server::HttpFigures& f) { return f.open; });
  add("accepted", "Connections accepted since the start", [](const server::HttpFigures& f) { return f.accepted; });
  add("refused", "Requests and connections refused before a route",
      [](const server::HttpFigures& f) { return f.refused; });
  add("timeouts", "Connections cut at a time limit", [](const server::HttpFigures& f) { return f.timeouts; });
  add("evicted", "Connections closed to make room", [](const server::HttpFigures& f) { return f.evicted; });
  add("queue", "Long requests that wait for a thread", [](const server::HttpFigures& f) { return f.waiting; });
  add("held_bytes", "Bodies announced and answers not taken",
      [](const server::HttpFigures& f) { return f.held_bytes; });
}

// Memory that is needed again and again, as some hundred KiB by each commit of the log, is kept: glibc would give it back to the system
// and take it anew each time.
void KeepMemory() {
  ::mallopt(M_MMAP_THRESHOLD, 1 << 20);
  ::mallopt(M_TRIM_THRESHOLD, 16 << 20);
}

int Serve(config::ServiceConfig& config, store::Store* store, const Manner& manner) {
  KeepMemory();
  server::EventLog log(DetailOf(config.log));
  server::Metrics metrics;
  server::Access access(store, {!config.listen.loopback(), static_cast<double>(config.limits.requests_per_second), {}});
  if (auto status = access.Refresh(); !status) return Report(status.error(), manner);
  settle::PastSettlements past;
  std::optional<server::SettlementJobs> settlements;
  if (store != nullptr) settlements.emplace(*store, past, &log, server::SettlementJobs::Limits{});
  server::Service base{{},       {},   [] { return data::NewUlid(); },        store, &access,
                       &metrics, &log, settlements ? &*settlements : nullptr, &past};
  server::LiveService live(config.file, std::move(base));
  live.Reload();
  Describe(*live.Current(), manner);

  server::HttpServer http([&live](const server::Request& request) { return server::Answer(live.Current(), request); },
                          LimitsOf(config));
  AddFigures(metrics, http);
  if (auto status = http.Bind(config.listen.host, config.listen.port); !status) return Report(status.error(), manner);
  if (!config.socket.empty()) {
    if (auto status = http.BindUnix(config.socket); !status) return Report(status.error(), manner);
  }
  config.listen.port = http.port();
  if (!access.open() && (store == nullptr || !store->Keys() || store->Keys()->empty())) {
    return Report(Error{ErrorKind::kFindings,
                        "no-key",
                        {"不限于本机的服务需要密钥：先运行 heng key create",
                         "a service that is not loopback needs keys: run heng key create first"},
                        ""},
                  manner);
  }
  const server::Watch watch({[&live] { return live.Folders(); },
                             [&] {
                               live.Reload();
                               Describe(*live.Current(), manner);
                             },
                             // Keys and versions are made, revoked and withdrawn by other processes too.
                             [&] {
                               if (auto status = access.Refresh(); !status) log.Failed("keys", status.error());
                               if (live.RepublishIfChanged()) Describe(*live.Current(), manner);
                             }});
  std::optional<server::Retention> retention;
  if (store != nullptr) retention.emplace([&live] { return live.Current(); });
  Announce(config, access.open(), manner);
  NotifyReady();
  if (auto status = http.Run(true); !status) return Report(status.error(), manner);
  Say(manner, "已停止", "stopped");
  return kDone;
}

}  // namespace

int RunServe(const ServeOptions& options, const Manner& manner) {
  // Before any thread is started.
  server::BlockSignals();
  auto config = config::LoadService(options.config);
  if (!config) return Report(config.error(), manner);
  if (options.listen) {
    auto listen = config::ParseListen(*options.listen);
    if (!listen) return Report(listen.error(), manner);
    config->listen = std::move(*listen);
  }
  if (options.store) config->store = *options.store;
  if (config->store.empty()) return Serve(*config, nullptr, manner);
  auto with = config->signing_key.empty() ? store::StoreOptions{} : SignedBy(config->signing_key);
  if (!with) return Report(with.error(), manner);
  auto store = store::Store::Open(config->store, std::move(*with));
  if (!store) return Report(store.error(), manner);
  // A mistyped address would otherwise be a service without keys, and nobody would see why.
  const bool made = (*store)->made();
  Say(manner, fmt::format("存储 {}{}", (*store)->name(), made ? "（新建）" : ""),
      fmt::format("store {}{}", (*store)->name(), made ? " (new)" : ""));
  return Serve(*config, store->get(), manner);
}

}  // namespace heng::tools
