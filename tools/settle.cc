#include "engine/settle/settlement.h"

#include <cstdio>

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/settle/board.h"
#include "engine/settle/write.h"
#include "tools/deploy_policy.h"
#include "tools/stopwatch_line.h"
#include "tools/verbs.h"

namespace heng::tools {
namespace {

void PrintRefusals(const data::Refusals& refusals, const Manner& manner) {
  const bool zh = manner.language == Language::kChinese;
  for (const data::Refusal& refusal : refusals.shown)
    fmt::print(stderr, "{} [{}]\n", refusal.ToText().In(manner.language), refusal.code);
  if (refusals.total > refusals.shown.size()) {
    fmt::print(stderr, "{}\n",
               zh ? fmt::format("……另有 {} 处", refusals.total - refusals.shown.size())
                  : fmt::format("… and {} more", refusals.total - refusals.shown.size()));
  }
}

// What was chosen by the district and what was bound: said once, so that nobody takes it for the source's.
void PrintBindings(const data::Deployment& deployment, const Manner& manner) {
  for (const auto& [field, value] : deployment.parameters) {
    const semantic::Field& parameter = (*deployment.graph->model)[field];
    const std::string text = data::PrintParameter(*deployment.graph->model, field, value);
    const std::string& remark = parameter.mark.remark;
    if (manner.language == Language::kChinese) {
      fmt::print("待定参数“{}”由辖区定为 {}{}\n", parameter.name, text,
                 remark.empty() ? "" : "（待定：" + remark + "）");
    } else {
      fmt::print("the open parameter '{}' is bound to {} by the district{}\n", parameter.name, text,
                 remark.empty() ? "" : " (open: " + remark + ")");
    }
  }
}

}  // namespace

int RunSettle(const SettleOptions& options, const Manner& manner) {
  const bool zh = manner.language == Language::kChinese;
  const Result<Deployed> deployed = Deploy(options, manner);
  if (!deployed) return Report(deployed.error(), manner);
  const Result<Period> period = ReadPeriod(options.period);
  if (!period) return Report(period.error(), manner);
  const Result<std::string> folder = FactsFolder(options, *deployed);
  if (!folder) return Report(folder.error(), manner);
  const Result<settle::Settlement> settled = [&] {
    const StopwatchLine watch(manner.language, {"读数据并结算", "reading the facts and settling"});
    return settle::Settle({deployed->deployment, *folder, *period, options.accept_valid});
  }();
  if (!settled) return Report(settled.error(), manner);
  PrintRefusals(settled->refusals, manner);
  if (!settled->evaluation) {
    fmt::print(stderr, "{}\n",
               zh ? fmt::format("{} 处数据被拒绝，没有结算，也没有写文件", settled->refusals.total)
                  : fmt::format("{} refusals: nothing was settled or written", settled->refusals.total));
    return kFindings;
  }
  for (const Bilingual& failure : settled->Failures()) fmt::print(stderr, "{}\n", failure.In(manner.language));
  for (const Bilingual& broken : settled->BrokenGuarantees()) fmt::print(stderr, "{}\n", broken.In(manner.language));
  if (!settled->writable(options.accept_valid)) {
    fmt::print(stderr, "{}\n", zh ? "有结果不能给出，没有写文件" : "some results cannot be given: nothing was written");
    return kFindings;
  }
  std::vector<settle::OutputFile> files;
  for (const std::string& path : options.outputs) {
    const StopwatchLine watch(manner.language, {"写 " + path, "writing " + path});
    Result<std::vector<settle::OutputFile>> rendered =
        settle::Render(*settled, deployed->deployment, deployed->district, path);
    if (!rendered) return Report(rendered.error(), manner);
    files.insert(files.end(), rendered->begin(), rendered->end());
  }
  if (const Status written = settle::Write(files); !written) return Report(written.error(), manner);
  if (!options.quiet) {
    std::fputs(settle::Board(*settled, {manner.language, manner.color_out}).c_str(), stdout);
    PrintBindings(deployed->deployment, manner);
    for (const settle::OutputFile& file : files) fmt::print("{} {}\n", zh ? "已写" : "wrote", file.path);
  }
  return settled->refusals.empty() ? kDone : kFindings;
}

}  // namespace heng::tools
