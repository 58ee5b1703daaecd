#include "server/policy_text.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/base/limits.h"
#include "engine/replay/replay.h"
#include "server/bundle_folder.h"

namespace heng::server {

using data::JsonValue;
using Kind = data::JsonValue::Kind;

tl::expected<store::Bundle, Problem> ReadPolicyText(const JsonValue& value, const std::string& at,
                                                    const std::vector<std::string_view>& also) {
  const auto bad = [&](const std::string& key) {
    return Refuse(400, "bad-request",
                  {"应当是 {\"source\": 文本, \"path\": 文件名, \"files\": {文件名: 文本}}",
                   "expected {\"source\": text, \"path\": name, \"files\": {name: text}}"},
                  at + "/" + key);
  };
  if (!value.is(Kind::kObject)) return bad("");
  store::Bundle out = {{"policy.heng", ""}};
  bool has_source = false;
  for (const data::JsonMember& member : value.members) {
    if (std::find(also.begin(), also.end(), member.key) != also.end()) continue;
    const bool text = member.value.is(Kind::kString);
    if (member.key == "source" && text) {
      out.front().bytes = member.value.text;
      has_source = true;
    } else if (member.key == "path" && text) {
      out.front().path = member.value.text;
    } else if (member.key == "files" && member.value.is(Kind::kObject)) {
      for (const data::JsonMember& file : member.value.members) {
        if (!file.value.is(Kind::kString)) return bad("files/" + file.key);
        out.push_back({file.key, file.value.text});
      }
    } else {
      return bad(member.key);
    }
  }
  if (!has_source) return bad("source");
  return out;
}

tl::expected<JsonValue, Problem> ReadJsonBody(const Call& call) {
  if (!call.request.Header("content-type").starts_with("application/json")) {
    return Refuse(415, "unsupported-media-type",
                  {"Content-Type 应当是 application/json", "Content-Type must be application/json"});
  }
  auto body = data::ParseJson(call.request.body, limits::kRequestBytes);
  if (!body) return tl::unexpected(ProblemOf(body.error()));
  return std::move(*body);
}

tl::expected<graph::Compiled, Problem> CompilePolicyText(const store::Bundle& files) {
  if (auto named = CheckNames(files); !named) return tl::unexpected(ProblemOf(named.error()));
  if (auto closed = CheckClosed(files); !closed) return tl::unexpected(ProblemOf(closed.error()));
  return replay::Compile(files);
}

Problem PolicyHasErrors(const std::vector<Diagnostic>& diagnostics, const std::string& at) {
  Problem problem{422, "policy-has-errors", {"政策有错误", "the policy has errors"}, at, {}};
  for (const Diagnostic& one : diagnostics) {
    if (one.severity() != Severity::kError) continue;
    const SourcePtr& source = one.place.source;
    const LineColumn place = source->Locate(one.place.span.begin);
    data::Refusal refusal;
    refusal.code = InfoOf(one.kind).code;
    refusal.message = one.message();
    refusal.at = fmt::format("{}{}:{}:{}", at.empty() ? "" : at + " ", source->PathOf(one.place.span.begin), place.line,
                             place.column);
    problem.errors.push_back(std::move(refusal));
  }
  return problem;
}

}  // namespace heng::server
