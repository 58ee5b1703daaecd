// What each route does, once the path is matched. Called by routes.cc alone.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "server/problem.h"
#include "server/routes.h"

namespace heng::server {

// A matched request: `captures` are the segments that stand for the names in braces, in order.
struct Call {
  const Service& service;
  const Request& request;
  std::vector<std::string> captures;
  std::map<std::string, std::string> query;
};

using Outcome = tl::expected<Response, Problem>;

tl::unexpected<Problem> Refuse(int status, std::string code, Bilingual detail, std::string at = "");
// 400 for a parameter of the query that the route does not know.
tl::expected<void, Problem> CheckQuery(const Call& call, const std::vector<std::string>& known);
// The district, broken or not; 404 unknown-district.
tl::expected<const config::District*, Problem> FindDistrict(const Call& call);
// The same, and 503 district-broken.
tl::expected<const config::District*, Problem> FindReadyDistrict(const Call& call);

// status_routes.cc
Outcome Livez(const Call& call);
Outcome Readyz(const Call& call);
Outcome ListDistricts(const Call& call);
Outcome ShowDistrict(const Call& call);

// policy_routes.cc
Outcome ListPolicies(const Call& call);
Outcome ListVersions(const Call& call);
Outcome ShowVersion(const Call& call);
Outcome ShowSource(const Call& call);
Outcome ShowGraph(const Call& call);
Outcome ShowSchema(const Call& call);

// evaluate_route.cc
Outcome EvaluateRequest(const Call& call);

}  // namespace heng::server
