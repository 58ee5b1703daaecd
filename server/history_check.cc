#include "server/history_check.h"

#include <algorithm>

#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "engine/evaluate/choose.h"
#include "engine/evaluate/evaluate.h"
#include "engine/settle/past.h"

namespace heng::server {
namespace {

using data::JsonValue;
using Kind = data::JsonValue::Kind;

// The subjects of a batch as a request's; what cannot be read is left out.
JsonValue SubjectsOf(std::string_view lines) {
  JsonValue subjects{Kind::kArray};
  while (!lines.empty()) {
    const size_t end = std::min(lines.find('\n'), lines.size());
    auto subject = data::ParseJson(Trim(lines.substr(0, end)), limits::kRequestBytes);
    if (subject) subjects.items.push_back(std::move(*subject));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  JsonValue request{Kind::kObject};
  request.members.push_back({"subjects", std::move(subjects)});
  return request;
}

}  // namespace

Problem HistoryDiffers(std::vector<data::Refusal> differences) {
  return Problem{409,
                 "history-differs",
                 {"给出的历史与已有的结算不同", "the history that is given differs from the settlements that hold"},
                 "",
                 std::move(differences)};
}

bool MayBringHistory(const std::string& body) {
  // A key may be written with escapes.
  return body.find("history") != std::string::npos || body.find("imports") != std::string::npos ||
         body.find("\\u") != std::string::npos;
}

tl::expected<void, Problem> CheckHistory(const Call& call, const config::District& district, bool lines) {
  const std::string& body = call.request.body;
  const bool brings = MayBringHistory(body);
  const auto& deployed = district.deployments;
  if (call.service.store == nullptr ||
      !(brings || std::any_of(deployed.begin(), deployed.end(), evaluate::ReadsOthers)))
    return {};
  const Result<JsonValue> request =
      lines ? Result<JsonValue>(SubjectsOf(body)) : data::ParseJson(body, limits::kRequestBytes);
  if (!request || !request->is(Kind::kObject)) return {};
  const auto said = [&](const char* name) {
    const JsonValue* value = lines ? nullptr : request->Find(name);
    return lines ? QueryOr(call, name, "") : value == nullptr ? std::string() : value->text;
  };
  const JsonValue* imagined = request->Find("what_if");
  if (said("what_if") == "true" || (imagined != nullptr && imagined->truth)) return {};
  const auto period = ParsePeriod(said("period"));
  if (!period) return {};
  const auto deployment = evaluate::Choose(district.deployments, {said("policy"), said("version"), *period, false});
  if (!deployment || !(brings || evaluate::ReadsOthers(**deployment))) return {};
  const auto past = settle::Past::Read(*call.service.store, *call.service.past, district.id, **deployment, *period);
  if (!past) return tl::unexpected(ProblemOf(past.error()));
  auto differences = past->Differences(*request);
  if (differences.empty()) return {};
  return tl::unexpected(HistoryDiffers(std::move(differences)));
}

}  // namespace heng::server
