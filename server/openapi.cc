// OpenAPI 3.1 of the interface, from the table of routes that dispatch uses.
#include <nlohmann/json.hpp>

#include "engine/base/version.h"
#include "server/route_table.h"
#include "server/settlement_request.h"

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
    if (!parameter.example.empty()) out.back()["example"] = parameter.example;
  }
  return out;
}

// A workbook with a sheet 项目 that has a header and no rows.
constexpr std::string_view kWorkbookExample =
    "data:application/vnd.openxmlformats-officedocument.spreadsheetml.sheet;base64,"
    "UEsDBBQAAAAIAAAAIQCoE+7w9gAAAPUBAAATAAAAW0NvbnRlbnRfVHlwZXNdLnhtbK2RzU7DMBCEX8XyFcVOe0AIJemh0CNwKA+w2JvEiv/kdUv6"
    "9jgpcOAEEqeVvTPzjeVmNzvLzpjIBN/yjag5Q6+CNn5o+evxUN1xRhm8Bhs8tvyCxHddc7xEJFa8nlo+5hzvpSQ1ogMSIaIvmz4kB7kc0yAjqAkG"
    "lNu6vpUq+Iw+V3nJ4F3zgD2cbGaPc7m+9khoibP9VbiwWg4xWqMgl708e/2DUn0SRHGuGhpNpJsi4LJrnssDk9HIXiDlJ3AlTs5Wvoc0vYUwiUX2"
    "J1roe6NQB3VyxSIoJgRNI2J2VqxTODD+F/xVTHIdm38u8p3/1UOu39Z9AFBLAwQUAAAACAAAACEAmNrri64AAAAnAQAACwAAAF9yZWxzLy5yZWxz"
    "jc/BDoIwDAbgV1l6l4EHYwyDizHhavAB5lYGAdZlmwpv745iPHhs+vf707Je5ok90YeBrIAiy4GhVaQHawTc2svuCCxEabWcyKKAFQPUVXnFScZ0"
    "EvrBBZYMGwT0MboT50H1OMuQkUObNh35WcY0esOdVKM0yPd5fuD+04CtyRotwDe6ANauDv+xqesGhWdSjxlt/FHxlUiy9AajgGXiL/LjnWjMEgq8"
    "KvnmweoNUEsDBBQAAAAIAAAAIQAgndKtxgAAABsBAAAPAAAAeGwvd29ya2Jvb2sueG1sjY9NbsJADIWvMvK+TGCBUJSEDUJiDweYZhwyImNH9gDt"
    "WVj1At33RFVvwfC378p/ep/fq5YfcTAnFA1MNUwnBRikln2gfQ277fptAUaTI+8GJqzhExWWTXVmObwzH0yWk9bQpzSW1mrbY3Q64REpXzqW6FIe"
    "ZW91FHRee8QUBzsrirmNLhA8CKX8h8FdF1pccXuMSOkBERxcyua1D6NCU90/6LMacjGb/vv6+b185yC33cbnnGCkDLmRjZ+CbSr7ktlXsuYKUEsD"
    "BBQAAAAIAAAAIQBa/YJrsQAAACgBAAAaAAAAeGwvX3JlbHMvd29ya2Jvb2sueG1sLnJlbHONz8kKwkAMBuBXGXK3aT2ISKdeROhV6gMM03ShnYXJ"
    "uPTtHTyIBQ+eQvKTL6Q8Ps0s7hR4dFZCkeUgyGrXjraXcG3Omz0Ijsq2anaWJCzEcKzKC80qphUeRs8iGZYlDDH6AyLrgYzizHmyKelcMCqmNvTo"
    "lZ5UT7jN8x2GbwPWpqhbCaFuCxDN4ukf23XdqOnk9M2QjT9O4MOFiQeimFAVeooSPiPGdymypAJWJa4+rF5QSwMEFAAAAAgAAAAhAGd+r9vMAAAA"
    "HAEAABgAAAB4bC93b3Jrc2hlZXRzL3NoZWV0MS54bWx1j0FOAzEMRa8SeU89ZVEhlKQqQlyA9gDRjOlETJxRbLX0EKisuAJbdmy4TtVrkFYIwYKN"
    "ZT/ryd92/pQGs6EiMbOD6aQBQ9zmLvLawWp5d3EFRjRwF4bM5GBHAnNvt7k8Sk+kpvosDnrV8RpR2p5SkEkeievmIZcUtI5ljTIWCt1ZSgNeNs0M"
    "U4gM3p7ZbdDgbclbU2qOSttTs5iCUQeRh8h0r6XyKN6qP36+HvYfFtVbPBFsv42b/4zDy/Px7f2vgfVerb8C4M9n/gtQSwECFAMUAAAACAAAACEA"
    "qBPu8PYAAAD1AQAAEwAAAAAAAAAAAAAAgAEAAAAAW0NvbnRlbnRfVHlwZXNdLnhtbFBLAQIUAxQAAAAIAAAAIQCY2uuLrgAAACcBAAALAAAAAAAA"
    "AAAAAACAAScBAABfcmVscy8ucmVsc1BLAQIUAxQAAAAIAAAAIQAgndKtxgAAABsBAAAPAAAAAAAAAAAAAACAAf4BAAB4bC93b3JrYm9vay54bWxQ"
    "SwECFAMUAAAACAAAACEAWv2Ca7EAAAAoAQAAGgAAAAAAAAAAAAAAgAHxAgAAeGwvX3JlbHMvd29ya2Jvb2sueG1sLnJlbHNQSwECFAMUAAAACAAA"
    "ACEAZ36v28wAAAAcAQAAGAAAAAAAAAAAAAAAgAHaAwAAeGwvd29ya3NoZWV0cy9zaGVldDEueG1sUEsFBgAAAAAFAAUARQEAANwEAAAAAA==";

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
    if (const std::string book(kWorkbookType); content.contains(book))
      content[book]["examples"] = {{"workbook", {{"externalValue", kWorkbookExample}}}};
    out["requestBody"] = {{"required", true}, {"content", std::move(content)}};
  }
  out["responses"] = {
      {std::to_string(route.status), {{"description", "answered"}, {"content", ContentOf(route.gives)}}},
      {"default",
       {{"description", "RFC 9457"},
        {"content", {{"application/problem+json", {{"schema", {{"$ref", "#/components/schemas/Problem"}}}}}}}}}};
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
