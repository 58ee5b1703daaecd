// What a client asks to settle, and from which facts: those of the request's JSON, a workbook that is the request's body (then the query
// says the rest), or what lies in the district's folder. Used by settlement_routes.cc.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/evaluate/choose.h"
#include "engine/store/store.h"
#include "server/handlers.h"

namespace heng::server {

inline constexpr std::string_view kWorkbookType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

struct SettlementRequest {
  evaluate::Choice choice;
  std::string supersedes;
  bool accept_valid = false;
  bool workbook = false;               // the body is one; it is not read yet
  std::optional<store::Bundle> files;  // nothing, and no workbook: the district's folder
};

// 415; 400 bad-request, bad-period, missing-query, bad-query, empty-body, bad-file-name.
tl::expected<SettlementRequest, Problem> ReadSettlementRequest(const Call& call);

struct SettlementFacts {
  store::Bundle files;        // byte for byte
  std::string workbook = {};  // the one among them that the others are the sheets of, as CSV; empty: none
};

// 400 no-data, bad-file-name, 422 facts-refused, 503.
tl::expected<SettlementFacts, Problem> FactsOf(const Call& call, SettlementRequest request,
                                               const config::District& district, const data::Deployment& deployment);

}  // namespace heng::server
