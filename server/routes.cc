#include "server/routes.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "engine/base/digest.h"
#include "engine/base/text.h"
#include "server/access.h"
#include "server/compression.h"
#include "server/event_log.h"
#include "server/handlers.h"
#include "server/metrics.h"
#include "server/route_table.h"
#include "server/target.h"
#include "server/trace.h"

namespace heng::server {
namespace {

// What is told of a request when its answer leaves. By then what was learned of it besides would have pushed others out of the caches.
struct Departure {
  std::shared_ptr<const Service> service;
  std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
  const Route* route = nullptr;  // null: none fits
  size_t request_bytes = 0;
  Trace trace;
  std::string method;
  std::string district;
  std::string key;

  void Count(int status, std::string_view code) const {
    const auto took = std::chrono::steady_clock::now() - begin;
    const std::string_view pattern = route == nullptr ? std::string_view() : route->pattern;
    if (service->metrics != nullptr)
      service->metrics->CountRequest(pattern, status, std::chrono::duration<double>(took).count());
    if (service->log != nullptr) {
      service->log->Answered({method, pattern, district, key, trace.id_text(), code, status, request_bytes,
                              std::chrono::duration_cast<std::chrono::microseconds>(took).count()});
    }
  }
};

// A request on its way: what is learned of it until it is answered.
struct Passage : Departure {
  std::string allow;  // the methods of the path, where another one was asked for
  Identity identity{"", "local", {}, true};
  std::vector<std::string> captures;
  std::map<std::string, std::string> query;

  Call CallOf(const Request& request) const { return {*service, request, identity, captures, query}; }
};

// Whether it says that it comes from elsewhere: without keys loopback is all that keeps others out, and behind a proxy everything comes
// from there.
bool IsForwarded(const Request& request) {
  constexpr std::string_view kSaidByProxies[] = {"x-forwarded-for", "forwarded", "x-real-ip", "via"};
  return std::any_of(request.headers.begin(), request.headers.end(), [&](const auto& header) {
    return std::find(std::begin(kSaidByProxies), std::end(kSaidByProxies), header.first) != std::end(kSaidByProxies);
  });
}

std::shared_ptr<Passage> Begin(std::shared_ptr<const Service> service, const Request& request) {
  auto passage = std::make_shared<Passage>();
  passage->service = std::move(service);
  passage->method = request.method;
  passage->request_bytes = request.body.size();
  passage->trace = TraceOf(request.Header("traceparent"));
  return passage;
}

// Finds the route, who asks, and that they may. `whole`: its body has come too, and it counts.
tl::expected<void, Problem> Admit(Passage& passage, const Request& request, bool whole = true) {
  auto target = ParseTarget(request.target);
  if (!target) {
    return Refuse(400, "bad-target",
                  {"网址写得不对：百分号编码或 UTF-8", "the URL is not well written: percent-encoding or UTF-8"});
  }
  if (!target->repeated.empty()) {
    return Refuse(400, "bad-target",
                  {fmt::format("查询参数“{}”写了两次", target->repeated),
                   fmt::format("the query parameter '{}' is given twice", target->repeated)},
                  target->repeated);
  }
  const std::string_view method = request.method == "HEAD" ? "GET" : std::string_view(request.method);
  for (const Route& route : Routes()) {
    auto captures = Match(route.pattern, target->segments);
    if (!captures) continue;
    if (method != route.method) {
      if (!passage.allow.empty()) passage.allow += ", ";
      passage.allow += route.method == "GET" ? "GET, HEAD" : route.method;
      continue;
    }
    passage.route = &route;
    passage.captures = std::move(*captures);
    break;
  }
  if (passage.route == nullptr) {
    if (passage.allow.empty()) return Refuse(404, "no-such-route", {"没有这个地址", "there is no such address"});
    return Refuse(
        405, "method-not-allowed",
        {fmt::format("这个地址只接受 {}", passage.allow), fmt::format("this address takes {} only", passage.allow)});
  }
  const Route& route = *passage.route;
  passage.allow.clear();
  const bool of_district = route.pattern.starts_with("/v1/districts/{");
  if (of_district) passage.district = passage.captures.front();
  Access* access = passage.service->access;
  if (access != nullptr && route.needs != Needs::kNothing) {
    auto known = access->Identify(request.Header("authorization"), whole);
    if (!known) return tl::unexpected(known.error());
    passage.identity = std::move(*known);
    passage.key = passage.identity.key;
  }
  if (route.needs != Needs::kNothing && passage.identity.open && IsForwarded(request)) {
    return Refuse(
        401, "no-key",
        {"这个服务还没有 API 密钥，只回答本机，不回答代理转来的请求：请先运行 heng key create",
         "this service has no keys yet and answers this machine alone, not what a proxy forwards: run heng key create"});
  }
  // Whether there is such a district is not told to those who may not see it.
  if (of_district && !passage.identity.May(route.needs, passage.district)) {
    return Refuse(403, "not-allowed", {"这把 API 密钥没有这个权限", "this key may not do that"});
  }
  passage.query = std::move(target->query);
  return {};
}

// 400 for a parameter that the route does not name.
tl::expected<void, Problem> CheckParameters(const Call& call, const Route& route) {
  if (call.query.empty()) return {};
  std::vector<std::string> known;
  for (const QueryParameter& parameter : route.query) known.emplace_back(parameter.name);
  return CheckQuery(call, known);
}

// True if the If-None-Match names the tag (RFC 9110, compared weakly).
bool Matches(std::string_view if_none_match, std::string_view tag) {
  while (!if_none_match.empty()) {
    const size_t end = std::min(if_none_match.find(','), if_none_match.size());
    std::string_view one = Trim(if_none_match.substr(0, end));
    if_none_match.remove_prefix(std::min(end + 1, if_none_match.size()));
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == "*" || one == tag) return true;
  }
  return false;
}

// What is read can be kept by its digest; what was evaluated must not be kept at all.
void AddCaching(const Request& request, Response& response) {
  const bool stored = std::any_of(response.headers.begin(), response.headers.end(),
                                  [](const auto& header) { return header.first == "Cache-Control"; });
  if (stored || response.status != 200) return;
  const std::string tag = "\"" + Sha256(response.body) + "\"";
  response.headers.emplace_back("ETag", tag);
  response.headers.emplace_back("Cache-Control", "no-cache");
  if (!Matches(request.Header("if-none-match"), tag)) return;
  response.status = 304;
  response.body.clear();
  response.content_type.clear();
}

// The response to what a route has given, with which the passage ends. It is counted and logged when it leaves.
Response Respond(Passage& passage, const Request& request, Outcome outcome) {
  Response response;
  if (outcome) {
    response = std::move(*outcome);
    AddCaching(request, response);
    Compress(request.Header("accept-encoding"), response);
  } else {
    const Problem& problem = outcome.error();
    response = ToResponse(problem, LanguageOf(request.Header("accept-language")), request.target);
    if (!problem.cause.empty() && passage.service->log != nullptr)
      passage.service->log->Failed("answer", problem.code, problem.detail.en + ": " + problem.cause);
    if (!passage.allow.empty()) response.headers.emplace_back("Allow", passage.allow);
    if (response.status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  }
  response.headers.emplace_back("traceparent", passage.trace.ToHeader());
  if (!response.before_leaving) {
    passage.Count(response.status, outcome ? "" : std::string_view(outcome.error().code));
    return response;
  }
  response.when_leaving = [departure = Departure(std::move(passage)), status = response.status](Response* instead) {
    if (instead != nullptr) instead->headers.emplace_back("traceparent", departure.trace.ToHeader());
    departure.Count(instead == nullptr ? status : instead->status, "");
  };
  return response;
}

}  // namespace

std::optional<Response> RefuseByHead(std::shared_ptr<const Service> service, const Request& head) {
  const auto passage = Begin(std::move(service), head);
  auto admitted = Admit(*passage, head, false);
  if (admitted) return std::nullopt;
  return Respond(*passage, head, tl::unexpected(std::move(admitted.error())));
}

Reply Answer(std::shared_ptr<const Service> service, const Request& request) {
  const auto passage = Begin(std::move(service), request);
  if (auto admitted = Admit(*passage, request); !admitted) {
    return Respond(*passage, request, tl::unexpected(std::move(admitted.error())));
  }
  const Route& route = *passage->route;
  const Call call = passage->CallOf(request);
  if (auto known = CheckParameters(call, route); !known) {
    return Respond(*passage, request, tl::unexpected(std::move(known.error())));
  }
  if (route.work == Work::kShort) return Respond(*passage, request, route.handle(call));
  if (route.at_once != nullptr) {
    if (auto outcome = route.at_once(call)) return Respond(*passage, request, std::move(*outcome));
  }
  return Later{passage->district, [passage](const Request& same) {
                 return Respond(*passage, same, passage->route->handle(passage->CallOf(same)));
               }};
}

tl::unexpected<Problem> Refuse(int status, std::string code, Bilingual detail, std::string at) {
  return tl::unexpected(Problem{status, std::move(code), std::move(detail), std::move(at), {}});
}

tl::expected<void, Problem> CheckQuery(const Call& call, const std::vector<std::string>& known) {
  for (const auto& [name, value] : call.query) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    Bilingual detail{fmt::format("不认识查询参数“{}”", name), fmt::format("unknown query parameter '{}'", name)};
    if (const auto nearest = NearestName(name, known)) {
      detail.zh += fmt::format("，是不是“{}”？", *nearest);
      detail.en += fmt::format(", did you mean '{}'?", *nearest);
    }
    return Refuse(400, "unknown-query", std::move(detail), name);
  }
  return {};
}

std::string QueryOr(const Call& call, const std::string& name, const std::string& otherwise) {
  const auto found = call.query.find(name);
  return found == call.query.end() ? otherwise : found->second;
}

tl::expected<bool, Problem> ReadFlag(const Call& call, const std::string& name) {
  const std::string text = QueryOr(call, name, "false");
  if (text == "true" || text == "false") return text == "true";
  return Refuse(400, "bad-query",
                {fmt::format("查询参数“{}”只能是 true 或 false", name),
                 fmt::format("the query parameter '{}' must be true or false", name)},
                name);
}

tl::expected<const ServedDistrict*, Problem> FindDistrict(const Call& call) {
  const std::string& id = call.captures.front();
  for (const ServedDistrict& district : call.service.districts) {
    if (district.current->id == id) return &district;
  }
  return Refuse(404, "unknown-district",
                {fmt::format("没有辖区“{}”", id), fmt::format("there is no district '{}'", id)});
}

tl::expected<const config::District*, Problem> FindReadyDistrict(const Call& call) {
  const auto found = FindDistrict(call);
  if (!found) return tl::unexpected(found.error());
  const config::District* district = (*found)->current.get();
  if (!district->broken()) return district;
  return Refuse(503, "district-broken",
                {fmt::format("辖区“{}”的配置或政策有错误，见 /v1/districts/{}", district->id, district->id),
                 fmt::format("the configuration or a policy of the district '{}' has errors, see /v1/districts/{}",
                             district->id, district->id)});
}

tl::expected<std::optional<store::IdempotencyKey>, Problem> ReadIdempotencyKey(const Call& call) {
  const std::string_view given = call.request.Header("idempotency-key");
  if (given.empty()) return std::nullopt;
  constexpr size_t kLongest = 200;
  if (given.size() > kLongest) {
    return Refuse(400, "bad-idempotency-key",
                  {"Idempotency-Key 最长 200 个字符", "Idempotency-Key has 200 characters at most"});
  }
  return store::IdempotencyKey{call.identity.key + "/" + std::string(given),
                               Sha256(call.request.target + "\n" + call.request.body)};
}

tl::expected<store::Store*, Problem> NeedStore(const Call& call) {
  if (call.service.store != nullptr) return call.service.store;
  return Refuse(
      503, "no-store",
      {"服务没有配置存储（heng.yaml 的 store），什么也不保存", "the service keeps nothing: heng.yaml names no store"});
}

}  // namespace heng::server
