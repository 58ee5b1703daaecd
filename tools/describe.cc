#include "tools/describe.h"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "engine/diagnostics/render.h"

namespace heng::tools {
namespace {

// Its errors and warnings, as they are printed.
std::string MistakesOf(const config::District& district, const Manner& manner) {
  std::vector<Diagnostic> shown;
  std::copy_if(district.diagnostics.begin(), district.diagnostics.end(), std::back_inserter(shown),
               [](const Diagnostic& one) { return one.severity() != Severity::kNote; });
  std::string out =
      manner.json && !shown.empty() ? RenderJson(shown) : RenderText(shown, manner.language, manner.color_err);
  for (const auto* mistakes : {&district.mistakes, &district.data_mistakes})
    out += config::RenderText(*mistakes, manner.language);
  return out;
}

std::string Joined(const std::vector<std::string>& names, const char* by) {
  return fmt::format("{}", fmt::join(names, by));
}

}  // namespace

void Describer::Say(const std::string& zh, const std::string& en) const {
  fmt::print(stderr, "{}\n", manner_.language == Language::kChinese ? zh : en);
}

void Describer::Describe(const server::Service& service) {
  if (service.districts.empty() && !started_) Say("警告：没有辖区的配置", "warning: no district is configured");
  std::string of_service = config::RenderText(service.mistakes, manner_.language);
  const std::string changed = Joined(service.after_restart, "、");
  if (of_service + changed != said_of_service_) {
    fmt::print(stderr, "{}", of_service);
    if (!service.mistakes.empty()) {
      Say("heng.yaml：改动有错误，仍用原来的", "heng.yaml: the change has errors, the last good state is kept");
    } else if (!service.after_restart.empty()) {
      Say(fmt::format("heng.yaml：{} 的改动要重启后才生效", changed),
          fmt::format("heng.yaml: changes of {} hold after a restart", Joined(service.after_restart, ", ")));
    } else {
      Say("heng.yaml：没有错误，没有等待重启的改动", "heng.yaml: no errors, no change waits for a restart");
    }
  }
  said_of_service_ = of_service + changed;
  std::map<std::string, std::string> before = said_;
  for (const server::ServedDistrict& served : service.districts) {
    before.erase(served.current->id);
    DescribeDistrict(served);
  }
  for (const auto& [id, text] : before) {
    Say(fmt::format("辖区 {}：配置已经不在，不再提供服务", id),
        fmt::format("district {}: its file is gone, it is not served any more", id));
    said_.erase(id);
  }
  started_ = true;
}

void Describer::DescribeDistrict(const server::ServedDistrict& served) {
  const config::District& district = served.written();
  std::string mistakes = MistakesOf(district, manner_);
  std::string state = mistakes + (served.rejected ? "rejected" : "") + district.name;
  std::vector<std::string> policies_zh, policies_en;
  if (!district.broken()) {
    for (const data::Deployment& one : district.deployments) {
      const syntax::PolicyDecl& policy = one.graph->model->policy;
      policies_zh.push_back(fmt::format("{} {} 版", policy.id, policy.version));
      policies_en.push_back(fmt::format("{} version {}", policy.id, policy.version));
      state += one.digest();
    }
  }
  std::string& said = said_[district.id];
  if (said == state) return;
  said = std::move(state);
  std::fputs(mistakes.c_str(), stderr);
  if (served.rejected) {
    return Say(fmt::format("辖区 {}：改动有错误，仍用原来的", district.id),
               fmt::format("district {}: the change has errors, the last good state is kept", district.id));
  }
  if (district.broken()) {
    return Say(fmt::format("辖区 {}：有错误，不提供服务", district.id),
               fmt::format("district {}: has errors and is not served", district.id));
  }
  const auto notes = std::count_if(district.diagnostics.begin(), district.diagnostics.end(),
                                   [](const Diagnostic& one) { return one.severity() == Severity::kNote; });
  Say(fmt::format("辖区 {} {}：{}{}", district.id, district.name, Joined(policies_zh, "，"),
                  notes > 0 ? fmt::format("（{} 条说明，见 heng check）", notes) : ""),
      fmt::format("district {} {}: {}{}", district.id, district.name, Joined(policies_en, ", "),
                  notes > 0 ? fmt::format(" ({} notes, see heng check)", notes) : ""));
}

}  // namespace heng::tools
