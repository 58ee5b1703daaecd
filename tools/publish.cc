// `heng publish draft | approve | release | withdraw`: the way of a version into force, by two different people.
#include <cstdio>
#include <functional>

#include <fmt/format.h>

#include "engine/publication/publication.h"
#include "engine/replay/replay.h"
#include "tools/deploy_policy.h"
#include "tools/open_store.h"
#include "tools/store_verbs.h"

namespace heng::tools {
namespace {

Result<std::optional<Date>> ReadDay(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  if (const auto day = ParseDate(*text)) return *day;
  return Fail(
      ErrorKind::kUsage, "bad-date",
      {fmt::format("“{}”不是日期，请写成 2024-07-01", *text), fmt::format("'{}' is no day: write 2024-07-01", *text)});
}

// `step`: the store, the district, the id, the person → the version.
template <typename Step>
int RunStep(const PublishOptions& options, const Manner& manner, const Step& step) {
  const auto store = OpenStore(options.store, options.policy.config.value_or(""), manner, store::StoreUse::kChange);
  if (!store) return Report(store.error(), manner);
  const auto version = std::invoke(step, **store, options.district, options.id, options.person);
  if (!version) return Report(version.error(), manner);
  Print(*version, manner);
  return kDone;
}

// A draft may still have them; said now, since its release will be refused.
void SayUnbound(const data::Deployment& deployment, const Manner& manner) {
  const Status bound = publication::CheckBound(deployment);
  if (bound) return;
  const bool zh = manner.language == Language::kChinese;
  fmt::print(stderr, "{}: {}\n", zh ? "警告" : "warning", bound.error().message.In(manner.language));
}

Result<store::Version> Draft(const PublishOptions& options, const Manner& manner) {
  SettleOptions which = options.policy;
  which.in_folder = true;
  // With a policy, the configuration only names the store.
  if (which.policy) {
    which.config.reset();
  } else {
    which.district = options.district;
  }
  const Result<Deployed> deployed = Deploy(which, manner);
  if (!deployed) return tl::unexpected(deployed.error());
  const auto first_day = ReadDay(options.first_day);
  if (!first_day) return tl::unexpected(first_day.error());
  const auto last_day = ReadDay(options.last_day);
  if (!last_day) return tl::unexpected(last_day.error());
  const auto days = publication::DaysOf(deployed->deployment, *first_day, *last_day);
  if (!days) return tl::unexpected(days.error());
  SayUnbound(deployed->deployment, manner);
  const auto kept = replay::Capture(deployed->deployment, options.district);
  if (!kept) return tl::unexpected(kept.error());
  const auto store = OpenStore(options.store, options.policy.config.value_or(""), manner, store::StoreUse::kMake);
  if (!store) return tl::unexpected(store.error());
  return (*store)->Draft(*kept, *days->first_day, days->last_day, options.person);
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
  return RunStep(options, manner, &publication::Release);
}
int RunWithdraw(const PublishOptions& options, const Manner& manner) {
  return RunStep(options, manner, &store::Store::Withdraw);
}

}  // namespace heng::tools
