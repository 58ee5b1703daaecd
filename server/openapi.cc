// OpenAPI 3.1 of the interface, from the table of routes that dispatch uses.
#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "engine/base/check.h"
#include "engine/base/version.h"
#include "server/route_table.h"
#include "server/schemas.h"
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

constexpr std::string_view kProblemType = "application/problem+json";

Json RefTo(std::string_view part, std::string_view name) {
  return {{"$ref", "#/components/" + std::string(part) + "/" + std::string(name)}};
}

const HeaderField& HeaderNamed(std::string_view name) {
  const std::vector<HeaderField>& headers = HeaderFields();
  const auto found =
      std::find_if(headers.begin(), headers.end(), [&](const HeaderField& header) { return header.name == name; });
  CHECK(found != headers.end());
  return *found;
}

Json Parameter(std::string_view name, const char* in, std::string_view about, std::string_view schema) {
  return {{"name", name}, {"in", in}, {"description", about}, {"schema", Json::parse(schema)}};
}

Json PathParameterNamed(std::string_view name) {
  const std::vector<PathParameter>& all = PathParameters();
  const auto found = std::find_if(all.begin(), all.end(), [&](const PathParameter& one) { return one.name == name; });
  CHECK(found != all.end());
  Json out = Parameter(name, "path", found->about, found->schema);
  out["required"] = true;
  return out;
}

// Headers that every route reads and answers.
constexpr std::array<std::string_view, 2> kRead = {"Accept-Language", "traceparent"};
constexpr std::array<std::string_view, 1> kAnswered = {"traceparent"};

Json ParametersOf(const Route& route) {
  Json out = Json::array();
  for (std::string_view rest = route.pattern; rest.find('{') != std::string_view::npos;) {
    rest.remove_prefix(rest.find('{') + 1);
    out.push_back(PathParameterNamed(rest.substr(0, rest.find('}'))));
  }
  for (const QueryParameter& parameter : route.query) {
    out.push_back(Parameter(parameter.name, "query", parameter.about, parameter.schema));
    if (!parameter.example.empty()) out.back()["example"] = parameter.example;
  }
  for (const std::string_view name : route.headers) {
    if (HeaderNamed(name).side != HeaderOf::kAnswer) out.push_back(RefTo("parameters", name));
  }
  for (const std::string_view name : kRead) out.push_back(RefTo("parameters", name));
  return out;
}

Json HeadersOf(const std::vector<std::string_view>& names) {
  Json out = Json::object();
  for (const std::string_view name : names) {
    if (HeaderNamed(name).side != HeaderOf::kRequest) out[std::string(name)] = RefTo("headers", name);
  }
  for (const std::string_view name : kAnswered) out[std::string(name)] = RefTo("headers", name);
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

Json ContentOf(const std::vector<Content>& contents) {
  Json out = Json::object();
  for (const Content& content : contents) {
    Json& schema = out[std::string(content.type)]["schema"] = RefTo("schemas", content.schema);
    if (content.type == "application/x-ndjson") schema["description"] = "Of each line.";
  }
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

Json BodyOf(const Route& route) {
  Json content = ContentOf(route.takes);
  if (!route.example.empty()) content[std::string(route.takes.front().type)]["example"] = Json::parse(route.example);
  if (const std::string book(kWorkbookType); content.contains(book))
    content[book]["examples"] = {{"workbook", {{"externalValue", kWorkbookExample}}}};
  return {{"required", true}, {"content", std::move(content)}};
}

Json ResponsesOf(const Route& route) {
  Json out = {
      {std::to_string(route.status),
       {{"description", "Answered."}, {"headers", HeadersOf(route.headers)}, {"content", ContentOf(route.gives)}}}};
  const bool kept = std::find(route.headers.begin(), route.headers.end(), "ETag") != route.headers.end();
  if (kept) out["304"] = {{"description", "It has not changed."}, {"headers", HeadersOf({"ETag"})}};
  out["429"] = RefTo("responses", "TooMany");
  out["503"] = RefTo("responses", "Unavailable");
  for (const OtherAnswer& other : route.also) {
    out[std::to_string(other.status)] = {
        {"description", other.about}, {"headers", HeadersOf({"Retry-After"})}, {"content", ContentOf(other.gives)}};
  }
  out["default"] = RefTo("responses", "Problem");
  return out;
}

Json Operation(const Route& route) {
  Json out = {{"operationId", OperationId(route)}, {"summary", route.about}, {"x-needs", RoleOf(route.needs)}};
  out["parameters"] = ParametersOf(route);
  if (!route.takes.empty()) out["requestBody"] = BodyOf(route);
  out["responses"] = ResponsesOf(route);
  out["security"] = Json::array();
  if (route.needs != Needs::kNothing) out["security"].push_back({{"key", Json::array()}});
  return out;
}

Json ProblemResponse(const char* about, const std::vector<std::string_view>& headers) {
  return {{"description", about}, {"headers", HeadersOf(headers)}, {"content", ContentOf({{kProblemType, "Problem"}})}};
}

// In the description each stands whole: clients made from it understand that better than one schema over another.
Json WithBase(const Schema& schema, const Json& before) {
  Json own = Json::parse(schema.text);
  if (schema.base.empty()) return own;
  const Json& base = before.at(std::string(schema.base));
  Json required = base.at("required");
  required.insert(required.end(), own.at("required").begin(), own.at("required").end());
  own["required"] = std::move(required);
  Json properties = base.at("properties");
  properties.update(own.at("properties"));
  own["properties"] = std::move(properties);
  return own;
}

Json Components() {
  Json schemas = Json::object();
  for (const auto& some : {CommonSchemas(), EvaluationSchemas(), PolicySchemas()}) {
    for (const Schema& schema : some) schemas[std::string(schema.name)] = WithBase(schema, schemas);
  }
  Json parameters = Json::object();
  Json headers = Json::object();
  for (const HeaderField& header : HeaderFields()) {
    const std::string name(header.name);
    if (header.side != HeaderOf::kAnswer) parameters[name] = Parameter(name, "header", header.about, header.schema);
    if (header.side == HeaderOf::kRequest) continue;
    headers[name] = {{"description", header.about}, {"schema", Json::parse(header.schema)}};
    if (header.always) headers[name]["required"] = true;
  }
  const Json responses = {
      {"Problem",
       ProblemResponse("A problem (RFC 9457).", {"Content-Language", "Allow", "WWW-Authenticate", "Retry-After"})},
      {"TooMany", ProblemResponse("Too many connections of one address, or requests with one key.",
                                  {"Content-Language", "Retry-After"})},
      {"Unavailable", ProblemResponse("The service is busy, keeps nothing, or the district is broken.",
                                      {"Content-Language", "Retry-After"})}};
  return {{"schemas", std::move(schemas)},
          {"parameters", std::move(parameters)},
          {"headers", std::move(headers)},
          {"responses", responses},
          {"securitySchemes", {{"key", {{"type", "http"}, {"scheme", "bearer"}}}}}};
}

std::string Description() {
  Json paths = Json::object();
  for (const Route& route : Routes()) {
    const std::string method = route.method == "GET" ? "get" : "post";
    paths[std::string(route.pattern)][method] = Operation(route);
  }
  const Json body = {{"openapi", "3.1.0"},
                     {"info", {{"title", "Heng"}, {"version", kEngineVersion}}},
                     {"paths", std::move(paths)},
                     {"components", Components()}};
  return body.dump();
}

}  // namespace

Outcome ShowOpenApi(const Call& /*call*/) {
  static const std::string description = Description();
  return Response{200, "application/json", {}, description};
}

}  // namespace heng::server
