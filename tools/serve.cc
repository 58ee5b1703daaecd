#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/data/ulid.h"
#include "engine/diagnostics/render.h"
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
#include "tools/start_check.h"
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

// Its errors and warnings, as they are printed.
std::string MistakesOf(const config::District& district, const Manner& manner) {
  std::vector<Diagnostic> shown;
  std::copy_if(district.diagnostics.begin(), district.diagnostics.end(), std::back_inserter(shown),
               [](const Diagnostic& one) { return one.severity() != Severity::kNote; });
  std::string out =
      manner.json && !shown.empty() ? RenderJson(shown) : RenderText(shown, manner.language, manner.color_err);
  for (const auto* mistakes : {&district.mistakes, &district.data_mistakes})
    out += config::RenderText(*mistakes, manner.language);
  return out;
}

std::string Joined(const std::vector<std::string>& names, const char* by) {
  return fmt::format("{}", fmt::join(names, by));
}

// What the service says of itself: at the start everything that is served or wrong, at a reload what is not as it was.
class Describer {
 public:
  explicit Describer(const Manner& manner) : manner_(manner) {}
  // Errors and warnings in full, notes as a count: `heng check` shows them.
  void Describe(const server::Service& service);

 private:
  void DescribeDistrict(const server::ServedDistrict& served);
  void Say(const std::string& zh, const std::string& en) const { tools::Say(manner_, zh, en); }

  const Manner& manner_;
  bool started_ = false;
  // By district: all that is said of it, and what tells one state from another besides.
  std::map<std::string, std::string> said_;
  std::string said_of_service_;
};

void Describer::Describe(const server::Service& service) {
  if (service.districts.empty() && !started_) Say("警告：没有辖区的配置", "warning: no district is configured");
  std::string of_service = config::RenderText(service.mistakes, manner_.language);
  const std::string changed = Joined(service.after_restart, "、");
  if (of_service + changed != said_of_service_) {
    fmt::print(stderr, "{}", of_service);
    if (!service.mistakes.empty()) {
      Say("heng.yaml：改动有错误，仍用原来的", "heng.yaml: the change has errors, the last good state is kept");
    } else if (!service.after_restart.empty()) {
      Say(fmt::format("heng.yaml：{} 的改动要重启后才生效", changed),
          fmt::format("heng.yaml: changes of {} hold after a restart", Joined(service.after_restart, ", ")));
    } else {
      Say("heng.yaml：没有错误，没有等待重启的改动", "heng.yaml: no errors, no change waits for a restart");
    }
  }
  said_of_service_ = of_service + changed;
  std::map<std::string, std::string> before = said_;
  for (const server::ServedDistrict& served : service.districts) {
    before.erase(served.current->id);
    DescribeDistrict(served);
  }
  for (const auto& [id, text] : before) {
    Say(fmt::format("辖区 {}：配置已经不在，不再提供服务", id),
        fmt::format("district {}: its file is gone, it is not served any more", id));
    said_.erase(id);
  }
  started_ = true;
}

void Describer::DescribeDistrict(const server::ServedDistrict& served) {
  const config::District& district = served.written();
  std::string mistakes = MistakesOf(district, manner_);
  std::string state = mistakes + (served.rejected ? "rejected" : "") + district.name;
  std::vector<std::string> policies_zh, policies_en;
  if (!district.broken()) {
    for (const data::Deployment& one : district.deployments) {
      const syntax::PolicyDecl& policy = one.graph->model->policy;
      policies_zh.push_back(fmt::format("{} {} 版", policy.id, policy.version));
      policies_en.push_back(fmt::format("{} version {}", policy.id, policy.version));
      state += one.digest();
    }
  }
  std::string& said = said_[district.id];
  if (said == state) return;
  said = std::move(state);
  std::fputs(mistakes.c_str(), stderr);
  if (served.rejected) {
    return Say(fmt::format("辖区 {}：改动有错误，仍用原来的", district.id),
               fmt::format("district {}: the change has errors, the last good state is kept", district.id));
  }
  if (district.broken()) {
    return Say(fmt::format("辖区 {}：有错误，不提供服务", district.id),
               fmt::format("district {}: has errors and is not served", district.id));
  }
  const auto notes = std::count_if(district.diagnostics.begin(), district.diagnostics.end(),
                                   [](const Diagnostic& one) { return one.severity() == Severity::kNote; });
  Say(fmt::format("辖区 {} {}：{}{}", district.id, district.name, Joined(policies_zh, "，"),
                  notes > 0 ? fmt::format("（{} 条说明，见 heng check）", notes) : ""),
      fmt::format("district {} {}: {}{}", district.id, district.name, Joined(policies_en, ", "),
                  notes > 0 ? fmt::format(" ({} notes, see heng check)", notes) : ""));
}

void Announce(const config::ServiceConfig& service, bool open, const Manner& manner) {
  const std::string address = "http://" + service.listen.ToString();
  if (open) {
    Say(manner, fmt::format("服务地址 {} ，只有本机能访问，没有身份认证；建第一把 API 密钥：heng key create", address),
        fmt::format("serving at {} for this machine only, no authentication; make the first key: heng key create",
                    address));
  } else {
    Say(manner, fmt::format("服务地址 {} ，请求要带 API 密钥", address),
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
  // One is left to the others, whatever a district asks for.
  limits.workers = service.threads + 1;
  limits.workers_of_lane = service.threads;
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

// `written`: the configuration without what the command line says.
int Serve(config::ServiceConfig& config, const config::ServiceConfig& written, store::Store* store,
          const Manner& manner) {
  server::EventLog log(DetailOf(config.log));
  server::Metrics metrics;
  server::Access access(store, {!config.listen.loopback(), static_cast<double>(config.limits.requests_per_second), {}});
  if (auto status = access.Refresh(); !status) return Report(status.error(), manner);
  settle::PastSettlements past;
  std::optional<server::SettlementJobs> settlements;
  if (store != nullptr) settlements.emplace(*store, past, &log, server::SettlementJobs::Limits{});
  server::Service base{{},       {},   [] { return data::NewUlid(); },        store, &access,
                       &metrics, &log, settlements ? &*settlements : nullptr, &past};
  server::LiveService live(written, std::move(base));
  server::FileStamps stamps;
  live.Reload();
  Describer describer(manner);
  describer.Describe(*live.Current());

  server::HttpServer http([&live](const server::Request& request) { return server::Answer(live.Current(), request); },
                          LimitsOf(config),
                          [&live](const server::Request& head) { return server::RefuseByHead(live.Current(), head); });
  AddFigures(metrics, http);
  if (auto status = http.Bind(config.listen.host, config.listen.port); !status) return Report(status.error(), manner);
  if (!config.socket.empty()) {
    if (auto status = http.BindUnix(config.socket); !status) return Report(status.error(), manner);
  }
  config.listen.port = http.port();
  if (!access.open() && (store == nullptr || !store->Keys() || store->Keys()->empty())) {
    return Report(Error{ErrorKind::kFindings,
                        "no-key",
                        {"不限于本机的服务需要 API 密钥：先运行 heng key create",
                         "a service that is not loopback needs keys: run heng key create first"},
                        ""},
                  manner);
  }
  const server::Watch watch(std::move(stamps),
                            {[&live] { return live.Paths(); },
                             [&] {
                               live.Reload();
                               describer.Describe(*live.Current());
                             },
                             // Keys and versions are made, revoked and withdrawn by other processes too.
                             [&] {
                               if (auto status = access.Refresh(); !status) log.Failed("keys", status.error());
                               if (live.RepublishIfChanged()) describer.Describe(*live.Current());
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
  const config::ServiceConfig written = *config;
  if (options.listen) {
    auto listen = config::ParseListen(*options.listen);
    if (!listen) return Report(listen.error(), manner);
    config->listen = std::move(*listen);
  }
  if (options.store) config->store = *options.store;
  auto with = StoreOptionsOf(*config);
  if (!with) return Report(std::vector{with.error()}, manner);
  if (config->store.empty()) return Serve(*config, written, nullptr, manner);
  auto store = store::Store::Open(config->store, std::move(*with));
  if (!store) return Report(store.error(), manner);
  // A mistyped address would otherwise be a service without keys, and nobody would see why.
  const bool made = (*store)->made();
  Say(manner, fmt::format("存储 {}{}", (*store)->name(), made ? "（新建）" : ""),
      fmt::format("store {}{}", (*store)->name(), made ? " (new)" : ""));
  return Serve(*config, written, store->get(), manner);
}

}  // namespace heng::tools
