// The JSON answer of an evaluation (contract.md): the same bytes from `heng eval`, from the server and, subject by
// subject, in the files that a settlement writes. The order of its keys is fixed.
#pragma once

#include <string>
#include <vector>

#include "engine/data/deployment.h"
#include "engine/data/outputs.h"

namespace heng::data {

// Refers to the deployment and does not outlive it. Texts that are empty are left out of the answer.
struct Answer {
  const Deployment& deployment;
  std::string decision;  // a ULID, made by the caller
  std::string district;
  Period period;
  bool what_if = false;
  std::vector<SubjectOutputs> results;
  std::vector<eval::Violation> violations;
};

// Without white space, or indented by two. No line end behind it.
std::string ToJson(const Answer& answer, bool pretty);
// One subject's object of `results`.
std::string ToJson(const semantic::Model& model, const SubjectOutputs& subject, bool pretty);
// An array of refusals, as in a subject's `errors`.
std::string ToJson(const std::vector<Refusal>& refusals, bool pretty);

}  // namespace heng::data
