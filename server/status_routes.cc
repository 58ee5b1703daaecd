#include <algorithm>

#include <nlohmann/json.hpp>

#include "engine/base/version.h"
#include "engine/store/store.h"
#include "server/handlers.h"
#include "server/metrics.h"

namespace heng::server {
namespace {

using Json = nlohmann::ordered_json;

Response JsonResponse(int status, const Json& body) {
  return {status, "application/json", {}, body.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

Json Both(const Bilingual& text) { return {{"zh", text.zh}, {"en", text.en}}; }

// The ids of its policies, each once.
Json PolicyIds(const config::District& district) {
  std::vector<std::string> ids;
  for (const data::Deployment& one : district.deployments) ids.push_back(one.graph->model->policy.id);
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

Json Brief(const ServedDistrict& served) {
  const config::District& district = *served.current;
  Json out = {
      {"id", district.id}, {"name", district.name}, {"ready", !district.broken()}, {"policies", PolicyIds(district)}};
  if (served.rejected) out["change_refused"] = true;
  return out;
}

// What is wrong with a district, for those who run it.
Json MistakesOf(const config::District& district) {
  Json out = Json::array();
  for (const auto* mistakes : {&district.mistakes, &district.data_mistakes}) {
    for (const config::Mistake& mistake : *mistakes)
      out.push_back({{"code", mistake.code}, {"at", mistake.Place()}, {"message", Both(mistake.message)}});
  }
  for (const Diagnostic& diagnostic : district.diagnostics) {
    if (diagnostic.severity() != Severity::kError) continue;
    const LineColumn at = diagnostic.place.source->Locate(diagnostic.place.span.begin);
    out.push_back({{"code", InfoOf(diagnostic.kind).code},
                   {"at", diagnostic.place.source->PathOf(diagnostic.place.span.begin) + ":" + std::to_string(at.line) +
                              ":" + std::to_string(at.column)},
                   {"message", Both(diagnostic.message())}});
  }
  return out;
}

}  // namespace

Outcome Livez(const Call& /*call*/) {
  Response response = JsonResponse(200, {{"alive", true}, {"version", kEngineVersion}});
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

Outcome Readyz(const Call& call) {
  Json broken = Json::array();
  for (const ServedDistrict& district : call.service.districts) {
    if (district.written().faulty()) broken.push_back(district.current->id);
  }
  const auto strict = ReadFlag(call, "strict");
  if (!strict) return tl::unexpected(strict.error());
  const auto& districts = call.service.districts;
  const bool serves = std::any_of(districts.begin(), districts.end(),
                                  [](const ServedDistrict& district) { return !district.current->broken(); });
  const bool service_broken = !call.service.mistakes.empty();
  const bool store_broken = call.service.store != nullptr && !call.service.store->Ping();
  // A district's mistake must not take the others away from whoever balances a load.
  const bool ready = serves && !store_broken && (!*strict || (broken.empty() && !service_broken));
  Json body = {{"ready", ready}, {"broken", std::move(broken)}};
  if (!call.service.after_restart.empty()) body["after_restart"] = call.service.after_restart;
  if (service_broken) body["service"] = "change-refused";
  if (store_broken) body["store"] = "unavailable";
  Response response = JsonResponse(ready ? 200 : 503, body);
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

Outcome ShowMetrics(const Call& call) {
  if (call.service.metrics == nullptr) return Refuse(503, "no-metrics", {"没有计数", "nothing is counted"});
  return Response{
      200,
      "text/plain; version=0.0.4; charset=utf-8",
      {{"Cache-Control", "no-store"}},
      call.service.metrics->Render([&call](const std::string& district) { return call.identity.Sees(district); })};
}

Outcome ListDistricts(const Call& call) {
  Json districts = Json::array();
  for (const ServedDistrict& district : call.service.districts) {
    if (call.identity.Sees(district.current->id)) districts.push_back(Brief(district));
  }
  return JsonResponse(200, {{"districts", std::move(districts)}});
}

Outcome ShowDistrict(const Call& call) {
  const auto district = FindDistrict(call);
  if (!district) return tl::unexpected(district.error());
  Json body = Brief(**district);
  if ((*district)->written().faulty()) body["mistakes"] = MistakesOf((*district)->written());
  return JsonResponse(200, body);
}

}  // namespace heng::server
