#include <algorithm>

#include <nlohmann/json.hpp>

#include "engine/base/version.h"
#include "server/handlers.h"

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

Json Brief(const config::District& district) {
  return {
      {"id", district.id}, {"name", district.name}, {"ready", !district.broken()}, {"policies", PolicyIds(district)}};
}

// What is wrong with a district, for those who run it.
Json MistakesOf(const config::District& district) {
  Json out = Json::array();
  for (const config::Mistake& mistake : district.mistakes) {
    out.push_back({{"code", mistake.code}, {"at", mistake.Place()}, {"message", Both(mistake.message)}});
  }
  for (const Diagnostic& diagnostic : district.diagnostics) {
    if (diagnostic.severity() != Severity::kError) continue;
    const LineColumn at = diagnostic.place.source->Locate(diagnostic.place.span.begin);
    out.push_back(
        {{"code", InfoOf(diagnostic.kind).code},
         {"at", diagnostic.place.source->PathOf(diagnostic.place.span.begin) + ":" + std::to_string(at.line) + ":" + std::to_string(at.column)},
         {"message", Both(diagnostic.message())}});
  }
  return out;
}

}  // namespace

Outcome Livez(const Call& call) {
  if (auto status = CheckQuery(call, {}); !status) return tl::unexpected(status.error());
  Response response = JsonResponse(200, {{"alive", true}, {"version", kEngineVersion}});
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

Outcome Readyz(const Call& call) {
  if (auto status = CheckQuery(call, {}); !status) return tl::unexpected(status.error());
  Json broken = Json::array();
  for (const config::District& district : call.service.districts) {
    if (district.broken()) broken.push_back(district.id);
  }
  const bool ready = broken.empty();
  Response response = JsonResponse(ready ? 200 : 503, {{"ready", ready}, {"broken", std::move(broken)}});
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

Outcome ListDistricts(const Call& call) {
  if (auto status = CheckQuery(call, {}); !status) return tl::unexpected(status.error());
  Json districts = Json::array();
  for (const config::District& district : call.service.districts) districts.push_back(Brief(district));
  return JsonResponse(200, {{"districts", std::move(districts)}});
}

Outcome ShowDistrict(const Call& call) {
  if (auto status = CheckQuery(call, {}); !status) return tl::unexpected(status.error());
  const auto district = FindDistrict(call);
  if (!district) return tl::unexpected(district.error());
  Json body = Brief(**district);
  if ((*district)->broken()) body["mistakes"] = MistakesOf(**district);
  return JsonResponse(200, body);
}

}  // namespace heng::server
