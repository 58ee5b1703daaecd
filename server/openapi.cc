// OpenAPI 3.1 of the interface, from the table of routes that dispatch uses.
#include <nlohmann/json.hpp>

#include "engine/base/version.h"
#include "server/route_table.h"

namespace heng::server {
namespace {

using Json = nlohmann::ordered_json;

std::string_view RoleOf(Needs needs) {
  switch (needs) {
    case Needs::kNothing: return "none";
    case Needs::kKey: return "any key";
    case Needs::kView: return "any role in the district";
    case Needs::kEvaluate: return "evaluator";
    case Needs::kEdit: return "editor";
    case Needs::kApprove: return "approver";
    case Needs::kAudit: return "auditor";
    case Needs::kAdmin: return "admin";
  }
  return "";
}

Json ParametersOf(const Route& route) {
  Json out = Json::array();
  for (std::string_view rest = route.pattern; rest.find('{') != std::string_view::npos;) {
    rest.remove_prefix(rest.find('{') + 1);
    out.push_back({{"name", rest.substr(0, rest.find('}'))},
                   {"in", "path"},
                   {"required", true},
                   {"schema", {{"type", "string"}}}});
  }
  for (const QueryParameter& parameter : route.query) {
    out.push_back({{"name", parameter.name},
                   {"in", "query"},
                   {"description", parameter.about},
                   {"schema", {{"type", "string"}}}});
  }
  return out;
}

Json ContentOf(const std::vector<std::string_view>& types) {
  Json out = Json::object();
  for (const std::string_view type : types) out[std::string(type)] = Json::object();
  return out;
}

// `getVDistrictsDistrictPolicies`: the method and the words of the path.
std::string OperationId(const Route& route) {
  std::string out;
  for (const char c : route.method) out += static_cast<char>(c + ('a' - 'A'));
  bool upper = true;
  for (const char c : route.pattern) {
    if (c >= 'a' && c <= 'z') {
      out += upper ? static_cast<char>(c - ('a' - 'A')) : c;
      upper = false;
    } else {
      upper = true;
    }
  }
  return out;
}

Json Operation(const Route& route) {
  Json out = {{"operationId", OperationId(route)}, {"summary", route.about}, {"x-needs", RoleOf(route.needs)}};
  if (const Json parameters = ParametersOf(route); !parameters.empty()) out["parameters"] = parameters;
  if (!route.takes.empty()) {
    Json content = ContentOf(route.takes);
    if (!route.example.empty()) content[std::string(route.takes.front())]["example"] = Json::parse(route.example);
    out["requestBody"] = {{"required", true}, {"content", std::move(content)}};
  }
  out["responses"] = {{std::to_string(route.status), {{"description", "answered"}, {"content", ContentOf(route.gives)}}},
                      {"default",
                       {{"description", "RFC 9457"},
                        {"content",
                         {{"application/problem+json", {{"schema", {{"$ref", "#/components/schemas/Problem"}}}}}}}}}};
  out["security"] = Json::array();
  if (route.needs != Needs::kNothing) out["security"].push_back({{"key", Json::array()}});
  return out;
}

Json Text() { return {{"type", "string"}}; }

}  // namespace

Outcome ShowOpenApi(const Call& /*call*/) {
  Json paths = Json::object();
  for (const Route& route : Routes()) {
    const std::string method = route.method == "GET" ? "get" : "post";
    paths[std::string(route.pattern)][method] = Operation(route);
  }
  const Json problem = {{"type", "object"},
                        {"required", {"type", "title", "status", "detail", "code"}},
                        {"properties",
                         {{"type", Text()},
                          {"title", Text()},
                          {"status", {{"type", "integer"}}},
                          {"detail", Text()},
                          {"code", Text()},
                          {"instance", Text()},
                          {"messages", {{"type", "object"}, {"properties", {{"zh", Text()}, {"en", Text()}}}}},
                          {"errors", {{"type", "array"}}}}}};
  const Json body = {{"openapi", "3.1.0"},
                     {"info", {{"title", "Heng"}, {"version", kEngineVersion}}},
                     {"paths", std::move(paths)},
                     {"components",
                      {{"schemas", {{"Problem", problem}}},
                       {"securitySchemes", {{"key", {{"type", "http"}, {"scheme", "bearer"}}}}}}}};
  return Response{200, "application/json", {}, body.dump()};
}

}  // namespace heng::server
