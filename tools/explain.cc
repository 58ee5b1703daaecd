#include "engine/explain/explain.h"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "engine/data/answer.h"
#include "engine/settle/settlement.h"
#include "tools/deploy_policy.h"
#include "tools/verbs.h"

namespace heng::tools {

int RunExplain(const ExplainOptions& options, const Manner& manner) {
  const Result<Deployed> deployed = Deploy(options.settle, manner);
  if (!deployed) return Report(deployed.error(), manner);
  const Result<Period> period = ReadPeriod(options.settle.period);
  if (!period) return Report(period.error(), manner);
  const Result<std::string> folder = FactsFolder(options.settle, *deployed);
  if (!folder) return Report(folder.error(), manner);
  const Result<settle::Settlement> settled = settle::Settle({deployed->deployment, *folder, *period, true});
  if (!settled) return Report(settled.error(), manner);
  if (!settled->evaluation) {
    for (const data::Refusal& refusal : settled->refusals.shown)
      fmt::print(stderr, "{}\n", refusal.ToText().In(manner.language));
    return kFindings;
  }
  // Of any kind; the first that has the id.
  std::optional<std::pair<semantic::SortId, uint32_t>> subject;
  for (const semantic::SortId sort : data::SortsOfResults(*deployed->deployment.graph->model)) {
    const std::vector<std::string> ids = settled->evaluation->IdsOf(sort, *period);
    const auto at = std::find(ids.begin(), ids.end(), options.subject);
    if (at != ids.end() && !subject) subject = {sort, static_cast<uint32_t>(at - ids.begin())};
  }
  if (!subject) {
    return Report({ErrorKind::kFindings,
                   "unknown-subject",
                   {fmt::format("数据里没有编号“{}”", options.subject),
                    fmt::format("there is no subject '{}' in the data", options.subject)},
                   ""},
                  manner);
  }
  std::vector<data::Explanation> explanations = explain::Explain(*settled->evaluation, subject->first, subject->second);
  if (options.output) {
    explanations.erase(std::remove_if(explanations.begin(), explanations.end(),
                                      [&](const data::Explanation& e) { return e.output != *options.output; }),
                       explanations.end());
    if (explanations.empty()) {
      return Report(
          {ErrorKind::kUsage,
           "unknown-output",
           {fmt::format("没有公布“{}”", *options.output), fmt::format("'{}' is not published", *options.output)},
           ""},
          manner);
    }
  }
  if (manner.json) {
    data::SubjectOutputs out;
    out.sort = subject->first;
    out.id = options.subject;
    for (const data::SubjectOutputs& s : settled->subjects) {
      if (s.id == options.subject) out = s;
    }
    out.explanation = explanations;
    fmt::print("{}\n", data::ToJson(*deployed->deployment.graph->model, out, true));
  } else {
    fmt::print("{}  {}\n{}", options.subject, period->ToText().In(manner.language),
               explain::RenderText(explanations, manner.language));
  }
  return kDone;
}

}  // namespace heng::tools
