// What each route does, once the path is matched, the key is known and may do it, and the query holds nothing unknown.
// Named by route_table.cc, called by routes.cc.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "server/access.h"
#include "server/problem.h"
#include "server/routes.h"

namespace heng::server {

// A matched request: `captures` are the segments that stand for the names in braces, in order.
struct Call {
  const Service& service;
  const Request& request;
  const Identity& identity;
  std::vector<std::string> captures;
  std::map<std::string, std::string> query;
};

using Outcome = tl::expected<Response, Problem>;

tl::unexpected<Problem> Refuse(int status, std::string code, Bilingual detail, std::string at = "");
// 400 for a parameter of the query that the route does not know.
tl::expected<void, Problem> CheckQuery(const Call& call, const std::vector<std::string>& known);
// `true` or `false`, false if it is not given; else 400 bad-query.
tl::expected<bool, Problem> ReadFlag(const Call& call, const std::string& name);
std::string QueryOr(const Call& call, const std::string& name, const std::string& otherwise);
// The district, broken or not; 404 unknown-district.
tl::expected<const ServedDistrict*, Problem> FindDistrict(const Call& call);
// What answers for it, and 503 district-broken.
tl::expected<const config::District*, Problem> FindReadyDistrict(const Call& call);
// The Idempotency-Key of the request, and what it asks; nothing if there is none. 400 bad-idempotency-key.
tl::expected<std::optional<store::IdempotencyKey>, Problem> ReadIdempotencyKey(const Call& call);
// 503 no-store, if the service keeps nothing.
tl::expected<store::Store*, Problem> NeedStore(const Call& call);

// status_routes.cc
Outcome Livez(const Call& call);
Outcome Readyz(const Call& call);
Outcome ShowMetrics(const Call& call);
Outcome ListDistricts(const Call& call);
Outcome ShowDistrict(const Call& call);

// openapi.cc
Outcome ShowOpenApi(const Call& call);

// policy_routes.cc
Outcome ListPolicies(const Call& call);
Outcome ListVersions(const Call& call);
Outcome ShowVersion(const Call& call);
Outcome ShowParameters(const Call& call);
Outcome ShowSource(const Call& call);
Outcome ShowGraph(const Call& call);
Outcome ShowSchema(const Call& call);

// draft_routes.cc
Outcome AddDraft(const Call& call);
Outcome ListDrafts(const Call& call);
Outcome ShowDraft(const Call& call);
Outcome ApproveDraft(const Call& call);
Outcome PublishDraft(const Call& call);
Outcome WithdrawDraft(const Call& call);

// evaluate_route.cc
Outcome EvaluateRequest(const Call& call);
std::optional<Outcome> EvaluateAtOnce(const Call& call);

// settlement_routes.cc
Outcome AddSettlement(const Call& call);
Outcome ListSettlements(const Call& call);
Outcome ShowSettlement(const Call& call);

// decision_routes.cc
Outcome ListDecisions(const Call& call);
Outcome ShowDecision(const Call& call);
Outcome ReplayDecision(const Call& call);

// text_routes.cc
Outcome CheckPolicy(const Call& call);
Outcome FormatPolicy(const Call& call);
Outcome DiffPolicies(const Call& call);

}  // namespace heng::server
