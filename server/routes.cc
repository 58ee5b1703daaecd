#include "server/routes.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "engine/base/digest.h"
#include "engine/base/text.h"
#include "server/handlers.h"
#include "server/target.h"

namespace heng::server {
namespace {

// How long a route takes (see TakesLong).
enum class Work : unsigned char { kShort, kLong };

struct Route {
  std::string_view method;
  std::string_view pattern;
  Outcome (*handle)(const Call&);
  Work work = Work::kShort;
};

constexpr std::array kRoutes = {
    Route{"GET", "/livez", Livez},
    Route{"GET", "/readyz", Readyz},
    Route{"GET", "/v1/districts", ListDistricts},
    Route{"GET", "/v1/districts/{district}", ShowDistrict},
    Route{"POST", "/v1/districts/{district}/evaluate", EvaluateRequest, Work::kLong},
    Route{"GET", "/v1/districts/{district}/policies", ListPolicies},
    Route{"GET", "/v1/districts/{district}/policies/{policy}/versions", ListVersions},
    Route{"GET", "/v1/districts/{district}/policies/{policy}/versions/{version}", ShowVersion},
    Route{"GET", "/v1/districts/{district}/policies/{policy}/versions/{version}/source", ShowSource},
    Route{"GET", "/v1/districts/{district}/policies/{policy}/versions/{version}/graph", ShowGraph, Work::kLong},
    Route{"GET", "/v1/districts/{district}/policies/{policy}/versions/{version}/schema", ShowSchema, Work::kLong},
};

// The segments that stand for the names in braces, or nothing if the path does not fit.
std::optional<std::vector<std::string>> Match(std::string_view pattern, const std::vector<std::string>& segments) {
  std::vector<std::string> captures;
  for (const std::string& segment : segments) {
    if (pattern.empty()) return std::nullopt;
    pattern.remove_prefix(1);
    const size_t end = std::min(pattern.find('/'), pattern.size());
    const std::string_view wanted = pattern.substr(0, end);
    pattern.remove_prefix(end);
    if (wanted.starts_with('{') && !segment.empty()) {
      captures.push_back(segment);
    } else if (wanted != segment) {
      return std::nullopt;
    }
  }
  if (!pattern.empty()) return std::nullopt;
  return captures;
}

Outcome Dispatch(const Service& service, const Request& request, std::string& allow) {
  auto target = ParseTarget(request.target);
  if (!target) {
    return Refuse(400, "bad-target",
                  {"网址写得不对：百分号编码、UTF-8，或同一个查询参数写了两次",
                   "the URL is not well written: percent-encoding, UTF-8, or a query parameter given twice"});
  }
  const std::string method = request.method == "HEAD" ? "GET" : request.method;
  for (const Route& route : kRoutes) {
    auto captures = Match(route.pattern, target->segments);
    if (!captures) continue;
    if (method == route.method) return route.handle({service, request, std::move(*captures), std::move(target->query)});
    allow = route.method == "GET" ? "GET, HEAD" : route.method;
  }
  if (allow.empty()) return Refuse(404, "no-such-route", {"没有这个地址", "there is no such address"});
  return Refuse(405, "method-not-allowed",
                {fmt::format("这个地址只接受 {}", allow), fmt::format("this address takes {} only", allow)});
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

}  // namespace

Response Answer(const Service& service, const Request& request) {
  std::string allow;
  Outcome outcome = Dispatch(service, request, allow);
  Response response;
  if (outcome) {
    response = std::move(*outcome);
    AddCaching(request, response);
  } else {
    response = ToResponse(outcome.error(), LanguageOf(request.Header("accept-language")), request.target);
    if (!allow.empty()) response.headers.emplace_back("Allow", allow);
  }
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  return response;
}

bool TakesLong(const Request& request) {
  const auto target = ParseTarget(request.target);
  if (!target) return false;
  const std::string_view method = request.method == "HEAD" ? "GET" : request.method;
  return std::any_of(kRoutes.begin(), kRoutes.end(), [&](const Route& route) {
    return route.work == Work::kLong && route.method == method && Match(route.pattern, target->segments);
  });
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

tl::expected<const config::District*, Problem> FindDistrict(const Call& call) {
  const std::string& id = call.captures.front();
  for (const config::District& district : call.service.districts) {
    if (district.id == id) return &district;
  }
  return Refuse(404, "unknown-district",
                {fmt::format("没有街道“{}”", id), fmt::format("there is no district '{}'", id)});
}

tl::expected<const config::District*, Problem> FindReadyDistrict(const Call& call) {
  auto district = FindDistrict(call);
  if (!district || !(*district)->broken()) return district;
  return Refuse(503, "district-broken",
                {fmt::format("街道“{}”的配置或政策有错误，见 /v1/districts/{}", (*district)->id, (*district)->id),
                 fmt::format("the configuration or a policy of the district '{}' has errors, see /v1/districts/{}",
                             (*district)->id, (*district)->id)});
}

}  // namespace heng::server
