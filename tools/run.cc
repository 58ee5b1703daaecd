#include <cstdio>
#include <iostream>

#include <fmt/format.h>

#include "engine/base/limits.h"
#include "engine/data/answer.h"
#include "engine/data/request.h"
#include "tools/deploy_policy.h"
#include "tools/verbs.h"

namespace heng::tools {

// One line in, one line out, in order; a line that cannot be read gets an error in its place and the stream goes on.
int RunStream(const RunOptions& options, const Manner& manner) {
  const Result<Deployed> deployed = Deploy(options.policy, options.sets, manner);
  if (!deployed) return Report(deployed.error(), manner);
  const data::Deployment& deployment = deployed->deployment;
  const Result<Period> period = ReadPeriod(options.period);
  if (!period) return Report(period.error(), manner);
  if (const Status possible = data::CheckPeriod(*deployment.graph->model, *period, {}, false); !possible)
    return Report(possible.error(), manner);
  int status = kDone;
  std::string line;
  for (size_t number = 1; std::getline(std::cin, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const auto refuse = [&](const Error& error) {
      constexpr std::string_view kSubject = "/subjects/0";
      const std::string at = error.at.starts_with(kSubject) ? error.at.substr(kSubject.size()) : error.at;
      Report({error.kind, error.code, error.message, fmt::format("{} {}", number, at)}, manner);
      fmt::print("{{\"line\":{},\"error\":\"{}\"}}\n", number, error.code);
      status = kFindings;
    };
    const Result<data::Request> request = data::ParseSubjectLine(line, *period);
    if (!request) {
      refuse(request.error());
      continue;
    }
    const Result<data::FactReading> reading = data::ReadFacts(deployment.graph, *request, deployment.parameters);
    if (!reading) {
      refuse(reading.error());
      continue;
    }
    const eval::Evaluation evaluation(deployment.graph, reading->facts, *period);
    for (const data::SubjectOutputs& subject : data::OutputsOf(evaluation, reading->refusals)) {
      if (!subject.errors.empty()) status = kFindings;
      fmt::print("{}\n", data::ToJson(*deployment.graph->model, subject, false));
    }
  }
  return status;
}

}  // namespace heng::tools
