// The whole way of a request: its text in, the answer's text out. `heng eval` and the server both call this and
// nothing else, so that the same request gives the same bytes; what differs between them (the decision's id) comes
// with the options.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "engine/data/deployment.h"
#include "engine/data/refusal.h"

namespace heng::evaluate {

class Plans;

struct AnswerOptions {
  std::string district;  // empty: none in the answer
  std::string decision;  // a ULID, made by the caller; empty: none in the answer
  bool strict = false;   // refused facts refuse the whole request
  bool pretty = false;
  bool explain = false;          // also where the request does not ask for it
  std::optional<Period> period;  // of a request that names none
  Plans* plans = nullptr;  // what is kept between requests; null: nothing, each request is evaluated from its facts
};

// Why a request as a whole is not answered; `refusals` are the facts that `strict` does not let pass (code
// facts-refused).
struct AnswerFailure : Error {
  std::vector<data::Refusal> refusals;
};

template <typename T>
using Answered = tl::expected<T, AnswerFailure>;

// An answer, and what gave it: the digest of the deployment, the period.
struct RequestAnswer {
  std::string text;
  std::string deployment;
  Period period;
};

// The answer to a JSON request (contract.md), no line end behind it. `deployments` are the district's policies and
// their versions; one is chosen by the request's policy (its id, or the last part of it), its version, and the first
// day of the period. Errors: those of ParseRequest and ReadFacts (kUsage); policy-needed (kUsage); unknown-policy,
// unknown-version, not-in-force, not-a-settlement-period, facts-refused, answer-too-large (kFindings). Thread-safe.
Answered<RequestAnswer> AnswerRequest(std::span<const data::Deployment> deployments, std::string_view body,
                                      const AnswerOptions& options);
inline Answered<RequestAnswer> AnswerRequest(const data::Deployment& deployment, std::string_view body,
                                             const AnswerOptions& options) {
  return AnswerRequest(std::span(&deployment, 1), body, options);
}

// Whether its policy reads results of other policies (引用 政策), so that what a request leaves out may differ from what is settled.
bool ReadsOthers(const data::Deployment& deployment);

// The same answer if it takes some microseconds: to a plain request, the plan of whose deployment and period has been made, to a policy
// that does not ReadsOthers. Nothing: it is for AnswerRequest, which also makes the plan. REQUIRES: options.plans.
std::optional<RequestAnswer> AnswerAtOnce(std::span<const data::Deployment> deployments, std::string_view body,
                                          const AnswerOptions& options);

// What an NDJSON batch says beside its lines; each as in a request, empty if it is not given.
struct BatchHead {
  std::string policy;
  std::string version;
  std::string period;
  bool roster_complete = false;
  bool explain = false;
  bool what_if = false;
};

// The answer's lines, one for each subject in their order, each the subject's object of `results`; and what answered.
struct BatchAnswer {
  std::string lines;
  std::string deployment;  // its digest
  Period period;
};

// The same for one subject a line; empty lines are passed over. Errors name the line.
Answered<BatchAnswer> AnswerBatch(std::span<const data::Deployment> deployments, const BatchHead& head,
                                  std::string_view lines, const AnswerOptions& options);

}  // namespace heng::evaluate
