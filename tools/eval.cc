#include "engine/evaluate/evaluate.h"

#include <cstdio>

#include <fmt/format.h>

#include "engine/data/ulid.h"
#include "tools/deploy_policy.h"
#include "tools/verbs.h"

namespace heng::tools {

int RunEval(const EvalOptions& options, const Manner& manner) {
  const Result<Deployed> deployed = Deploy(options.policy, options.sets, manner);
  if (!deployed) return Report(deployed.error(), manner);
  const Result<std::string> body = ReadInput(options.input);
  if (!body) return Report(body.error(), manner);
  evaluate::AnswerOptions how;
  how.decision = data::NewUlid();
  how.strict = options.strict;
  how.explain = options.explain;
  if (options.period) {
    const Result<Period> period = ReadPeriod(*options.period);
    if (!period) return Report(period.error(), manner);
    how.period = *period;
  }
  const auto answer = evaluate::AnswerRequest(deployed->deployment, *body, how);
  if (!answer) {
    for (const data::Refusal& refusal : answer.error().refusals)
      fmt::print(stderr, "{} [{}]\n", refusal.ToText().In(manner.language), refusal.code);
    return Report(answer.error(), manner);
  }
  fmt::print("{}\n", answer->text);
  return kDone;
}

}  // namespace heng::tools
