#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/data/answer.h"
#include "engine/data/schema.h"
#include "engine/evaluate/choose.h"
#include "engine/graph/dump.h"
#include "server/handlers.h"
#include "server/json_response.h"

namespace heng::server {
namespace {

using Json = nlohmann::ordered_json;
using Versions = std::vector<const data::Deployment*>;

Response JsonResponse(const Json& body) {
  return {200, "application/json", {}, body.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

const syntax::PolicyDecl& PolicyOf(const data::Deployment& one) { return one.graph->model->policy; }

Json Effective(const data::Deployment& one) {
  const data::Effective days = one.effective();
  Json out = Json::object();
  if (days.first_day) out["from"] = days.first_day->ToString();
  if (days.last_day) out["to"] = days.last_day->ToString();
  return out;
}

Json Brief(const data::Deployment& one) {
  const syntax::PolicyDecl& policy = PolicyOf(one);
  return {{"id", policy.id},
          {"title", policy.title},
          {"version", policy.version},
          {"digest", one.graph->digest},
          {"effective", Effective(one)}};
}

Json Sources(const syntax::PolicyDecl& policy) {
  Json out = Json::array();
  for (const auto& source : policy.sources) out.push_back({{"name", source.name.text}, {"title", source.title}});
  return out;
}

Json Results(const semantic::Model& model) {
  Json out = Json::array();
  for (const semantic::PublishedResult& result : model.results) {
    const semantic::Definition& definition = model[result.definition];
    Json one = {{"name", definition.name}};
    if (!definition.code.empty()) one["code"] = definition.code;
    one["period"] = PeriodAdverb(result.period).en;
    const std::string unit = definition.type.percent ? "%" : definition.type.unit.ToString();
    if (!unit.empty()) one["unit"] = unit;
    out.push_back(std::move(one));
  }
  return out;
}

// The versions of the policy that the path names, by its id or else by the last part of it; 404 unknown-policy.
tl::expected<Versions, Problem> FindVersions(const Call& call) {
  const auto district = FindReadyDistrict(call);
  if (!district) return tl::unexpected(district.error());
  const std::string& name = call.captures[1];
  Versions exact;
  Versions by_last_part;
  for (const data::Deployment& one : (*district)->deployments) {
    if (PolicyOf(one).id == name) exact.push_back(&one);
    if (evaluate::IsNamed(PolicyOf(one).id, name)) by_last_part.push_back(&one);
  }
  Versions found = exact.empty() ? std::move(by_last_part) : std::move(exact);
  if (!found.empty()) return found;
  return Refuse(404, "unknown-policy",
                {fmt::format("没有政策“{}”", name), fmt::format("there is no policy '{}'", name)});
}

tl::expected<const data::Deployment*, Problem> FindVersion(const Call& call) {
  const auto versions = FindVersions(call);
  if (!versions) return tl::unexpected(versions.error());
  const std::string& wanted = call.captures[2];
  // Of those that were published with other values, the last.
  const data::Deployment* found = nullptr;
  for (const data::Deployment* one : *versions) {
    if (PolicyOf(*one).version == wanted) found = one;
  }
  if (found != nullptr) return found;
  return Refuse(404, "unknown-version",
                {fmt::format("没有“{}”版", wanted), fmt::format("there is no version '{}'", wanted)});
}

// What every answer says of its policy, from an answer without results.
Json WhatAnswersSay(const data::Deployment& one) {
  return Json::parse(data::ToJson(data::Answer{one, "", "", {}, false, {}, {}}, false));
}

// Who put it into force, if it was published.
void PutPublication(const Call& call, const data::Deployment& one, Json& out) {
  const ServedDistrict& district = **FindDistrict(call);
  const auto at = static_cast<size_t>(&one - district.current->deployments.data());
  if (at >= district.published.size()) return;
  out["draft"] = district.published[at].version.id;
  out["steps"] = StepsOf(district.published[at].version);
}

}  // namespace

Outcome ListPolicies(const Call& call) {
  const auto district = FindReadyDistrict(call);
  if (!district) return tl::unexpected(district.error());
  Json policies = Json::array();
  for (const data::Deployment& one : (*district)->deployments) {
    const syntax::PolicyDecl& policy = PolicyOf(one);
    if (policies.empty() || policies.back()["id"] != policy.id) {
      policies.push_back({{"id", policy.id}, {"title", policy.title}, {"versions", Json::array()}});
    }
    // The newest version's title stands for the policy.
    policies.back()["title"] = policy.title;
    policies.back()["versions"].push_back(policy.version);
  }
  return JsonResponse({{"policies", std::move(policies)}});
}

Outcome ListVersions(const Call& call) {
  const auto versions = FindVersions(call);
  if (!versions) return tl::unexpected(versions.error());
  Json out = Json::array();
  for (const data::Deployment* one : *versions) {
    out.push_back(Brief(*one));
    PutPublication(call, *one, out.back());
  }
  return JsonResponse({{"versions", std::move(out)}});
}

Outcome ShowVersion(const Call& call) {
  const auto found = FindVersion(call);
  if (!found) return tl::unexpected(found.error());
  const data::Deployment& one = **found;
  const Json answer = WhatAnswersSay(one);
  Json body = Brief(one);
  PutPublication(call, one, body);
  body["deployment"] = answer["deployment"];
  body["settled"] = PeriodAdverb(one.graph->model->settlement_period()).en;
  body["sources"] = Sources(PolicyOf(one));
  body["results"] = Results(*one.graph->model);
  body["open_parameters"] = answer["open_parameters"];
  body["district_choices"] = answer["district_choices"];
  return JsonResponse(body);
}

Outcome ShowParameters(const Call& call) {
  const auto found = FindVersion(call);
  if (!found) return tl::unexpected(found.error());
  const Json answer = WhatAnswersSay(**found);
  return JsonResponse(
      {{"open_parameters", answer["open_parameters"]}, {"district_choices", answer["district_choices"]}});
}

Outcome ShowSource(const Call& call) {
  const auto found = FindVersion(call);
  if (!found) return tl::unexpected(found.error());
  return Response{200, "text/plain; charset=utf-8", {}, std::string((*found)->graph->model->tree->source->text())};
}

Outcome ShowGraph(const Call& call) {
  const auto found = FindVersion(call);
  if (!found) return tl::unexpected(found.error());
  const auto given = call.query.find("format");
  const std::string format = given == call.query.end() ? "json" : given->second;
  const graph::Graph& graph = *(*found)->graph;
  if (format == "json") return Response{200, "application/json", {}, DumpGraph(graph, graph::GraphFormat::kJson)};
  if (format == "dot") {
    return Response{200, "text/vnd.graphviz; charset=utf-8", {}, DumpGraph(graph, graph::GraphFormat::kDot)};
  }
  if (format == "mermaid") {
    return Response{200, "text/plain; charset=utf-8", {}, DumpGraph(graph, graph::GraphFormat::kMermaid)};
  }
  return Refuse(400, "bad-query",
                {fmt::format("没有图的格式“{}”，可以是 json、dot、mermaid", format),
                 fmt::format("there is no format of graphs '{}', take json, dot or mermaid", format)},
                "format");
}

Outcome ShowSchema(const Call& call) {
  const auto found = FindVersion(call);
  if (!found) return tl::unexpected(found.error());
  return Response{200, "application/schema+json", {}, data::RequestSchema(*(*found)->graph->model)};
}

}  // namespace heng::server
