// `heng publish draft | approve | release | withdraw`: the way of a version into force, by two different people.
#include <fmt/format.h>

#include "engine/replay/replay.h"
#include "tools/deploy_policy.h"
#include "tools/store_verbs.h"

namespace heng::tools {
namespace {

Result<Date> ReadDay(const std::string& text) {
  if (const auto day = ParseDate(text)) return *day;
  return Fail(
      ErrorKind::kUsage, "bad-date",
      {fmt::format("“{}”不是日期，请写成 2024-07-01", text), fmt::format("'{}' is no day: write 2024-07-01", text)});
}

// What was given, else what the policy says.
Result<std::optional<Date>> DayOr(const std::optional<std::string>& given, const std::optional<Date>& otherwise) {
  if (!given) return otherwise;
  const Result<Date> day = ReadDay(*given);
  if (!day) return tl::unexpected(day.error());
  return *day;
}

using Step = Result<store::Version> (store::Store::*)(const std::string&, const std::string&, const std::string&);

int RunStep(const PublishOptions& options, const Manner& manner, Step step) {
  const auto store = store::Store::Open(options.store, {});
  if (!store) return Report(store.error(), manner);
  const auto version = ((**store).*step)(options.district, options.id, options.person);
  if (!version) return Report(version.error(), manner);
  Print(*version, manner);
  return kDone;
}

Result<store::Version> Draft(const PublishOptions& options, const Manner& manner) {
  SettleOptions which = options.policy;
  which.district = options.district;
  if (!which.config) which.district.reset();
  const Result<Deployed> deployed = Deploy(which, manner);
  if (!deployed) return tl::unexpected(deployed.error());
  const syntax::PolicyDecl& policy = deployed->deployment.graph->model->policy;
  const auto first_day = DayOr(options.first_day, policy.first_day);
  if (!first_day) return tl::unexpected(first_day.error());
  const auto last_day = DayOr(options.last_day, policy.last_day);
  if (!last_day) return tl::unexpected(last_day.error());
  if (!*first_day) {
    return Fail(ErrorKind::kUsage, "first-day-needed",
                {"政策没有写施行日期，请用 --first-day 给出", "the policy names no first day: give --first-day"});
  }
  const auto kept = replay::Capture(deployed->deployment, options.district);
  if (!kept) return tl::unexpected(kept.error());
  const auto store = store::Store::Open(options.store, {});
  if (!store) return tl::unexpected(store.error());
  return (*store)->Draft(*kept, **first_day, *last_day, options.person);
}

}  // namespace

int RunDraft(const PublishOptions& options, const Manner& manner) {
  const auto version = Draft(options, manner);
  if (!version) return Report(version.error(), manner);
  Print(*version, manner);
  return kDone;
}

int RunApprove(const PublishOptions& options, const Manner& manner) {
  return RunStep(options, manner, &store::Store::Approve);
}
int RunRelease(const PublishOptions& options, const Manner& manner) {
  return RunStep(options, manner, &store::Store::Publish);
}
int RunWithdraw(const PublishOptions& options, const Manner& manner) {
  return RunStep(options, manner, &store::Store::Withdraw);
}

}  // namespace heng::tools
