#include "server/draft_request.h"

#include <optional>
#include <span>

#include <fmt/format.h>

#include "engine/evaluate/choose.h"
#include "engine/publication/publication.h"
#include "engine/replay/replay.h"
#include "server/policy_text.h"

namespace heng::server {
namespace {

using data::JsonValue;
using Kind = data::JsonValue::Kind;
using Texts = std::map<std::string, std::string>;

// What the request says beside the policy itself.
struct Terms {
  std::string version;  // in the folder; empty: the last one
  std::optional<Texts> parameters;
  std::optional<Texts> columns;
  std::optional<Date> first_day;
  std::optional<Date> last_day;
};

tl::unexpected<Problem> Bad(const std::string& at, const char* zh, const char* en) {
  return Refuse(400, "bad-request", {zh, en}, at);
}

tl::expected<Texts, Problem> ReadTexts(const data::JsonMember& member) {
  if (!member.value.is(Kind::kObject)) return Bad("/" + member.key, "应当是 {名称: 文本}", "expected {name: text}");
  Texts out;
  for (const data::JsonMember& one : member.value.members) {
    if (!one.value.is(Kind::kString)) return Bad("/" + member.key + "/" + one.key, "应当是文本", "must be a text");
    out[one.key] = one.value.text;
  }
  return out;
}

tl::expected<Date, Problem> ReadDay(const data::JsonMember& member) {
  const auto day = member.value.is(Kind::kString) ? ParseDate(member.value.text) : std::nullopt;
  if (!day) return Bad("/" + member.key, "应当是日期，写成 \"2024-07-01\"", "must be a day, as \"2024-07-01\"");
  return *day;
}

tl::expected<void, Problem> TakeMember(const data::JsonMember& member, bool from_folder, Terms& terms) {
  const std::string& key = member.key;
  if (key == "parameters" || key == "columns") {
    auto texts = ReadTexts(member);
    if (!texts) return tl::unexpected(texts.error());
    (key == "parameters" ? terms.parameters : terms.columns) = std::move(*texts);
  } else if (key == "first_day" || key == "last_day") {
    const auto day = ReadDay(member);
    if (!day) return tl::unexpected(day.error());
    (key == "first_day" ? terms.first_day : terms.last_day) = *day;
  } else if (from_folder) {
    if (key != "version" || !member.value.is(Kind::kString)) {
      return Bad("/" + key, "草案或给出 source，或用 version 指明文件夹里的版本",
                 "a draft gives its source, or says which version of the folder it is");
    }
    terms.version = member.value.text;
  }
  return {};
}

tl::expected<Terms, Problem> ReadTerms(const JsonValue& body) {
  if (!body.is(Kind::kObject)) return Bad("", "应当是 JSON 对象", "must be a JSON object");
  const bool from_folder = body.Find("source") == nullptr;
  Terms terms;
  for (const data::JsonMember& member : body.members) {
    if (auto taken = TakeMember(member, from_folder, terms); !taken) return tl::unexpected(taken.error());
  }
  return terms;
}

// The last one of that policy, and version if one is named; null if there is none.
const data::Deployment* Last(std::span<const data::Deployment> deployments, std::string_view policy,
                             std::string_view version) {
  const data::Deployment* found = nullptr;
  for (const data::Deployment& one : deployments) {
    const syntax::PolicyDecl& declared = one.graph->model->policy;
    if (evaluate::IsNamed(declared.id, policy) && (version.empty() || declared.version == version)) found = &one;
  }
  return found;
}

tl::expected<Draft, Problem> FromText(const Call& call, const JsonValue& body) {
  auto files = ReadPolicyText(body, "", {"parameters", "columns", "first_day", "last_day"});
  if (!files) return tl::unexpected(files.error());
  const auto compiled = CompilePolicyText(*files);
  if (!compiled) return tl::unexpected(compiled.error());
  if (compiled->graph == nullptr) return tl::unexpected(PolicyHasErrors(compiled->diagnostics));
  const syntax::PolicyDecl& policy = compiled->graph->model->policy;
  if (policy.is_module) {
    return Refuse(
        422, "module-alone",
        {"模块不能单独发布，请发布用到它的政策", "a module is not published alone: publish the policy that uses it"},
        "/source");
  }
  const std::string& asked = call.captures[1];
  if (!evaluate::IsNamed(policy.id, asked)) {
    return Refuse(422, "other-policy",
                  {fmt::format("这是政策“{}”，不是“{}”", policy.id, asked),
                   fmt::format("this is the policy '{}', not '{}'", policy.id, asked)},
                  "/source");
  }
  Draft draft{{compiled->graph, {}, {}}, {}, {}};
  draft.kept.sources = std::move(*files);
  return draft;
}

tl::expected<Draft, Problem> FromFolder(const Call& call, const config::District& district,
                                        const std::string& version) {
  for (const Diagnostic& one : district.diagnostics) {
    if (one.severity() == Severity::kError) return tl::unexpected(PolicyHasErrors(district.diagnostics));
  }
  const std::string& asked = call.captures[1];
  const data::Deployment* found = Last(district.in_folder, asked, version);
  if (found == nullptr) {
    return Refuse(404, version.empty() ? "unknown-policy" : "unknown-version",
                  {fmt::format("辖区的文件夹里没有政策“{}”{}", asked, version.empty() ? "" : "的" + version + "版"),
                   fmt::format("the district's folder has no policy '{}'{}", asked,
                               version.empty() ? "" : " of version " + version)});
  }
  auto kept = replay::Capture(*found, district.id);
  if (!kept) return tl::unexpected(ProblemOf(kept.error()));
  return Draft{*found, std::move(*kept), {}};
}

// The values that are given, or else those that `before` has, of which the draft has a parameter left open.
tl::expected<void, Problem> BindParameters(const Terms& terms, const data::Deployment* before,
                                           data::Deployment& draft) {
  Texts values;
  if (terms.parameters) {
    values = *terms.parameters;
  } else if (before != nullptr) {
    for (auto& [name, value] : data::PrintParameters(*before)) {
      const auto field = draft.graph->model->FindParameter(name);
      if (field && (*draft.graph->model)[*field].open) values[name] = value;
    }
  }
  draft.parameters.clear();
  for (const auto& [name, value] : values) {
    auto bound = data::Bind(*draft.graph, name, value);
    if (!bound) return Refuse(422, bound.error().code, bound.error().message, "/parameters/" + name);
    if (!draft.parameters.emplace(std::move(*bound)).second) {
      return Refuse(422, "duplicate-key",
                    {fmt::format("参数“{}”以名称和代码绑定了两次", name),
                     fmt::format("the parameter '{}' is bound twice, by name and by code", name)},
                    "/parameters/" + name);
    }
  }
  return {};
}

tl::expected<void, Problem> NameColumns(const Terms& terms, const data::Deployment* before, data::Deployment& draft) {
  if (!terms.columns) {
    if (before != nullptr) draft.columns = before->columns;
    return {};
  }
  for (const auto& [column, name] : *terms.columns) {
    if (data::CanBeColumn(*draft.graph->model, name)) continue;
    return Refuse(422, "unknown-name",
                  {fmt::format("政策里没有名为“{}”的事实、属性或结果", name),
                   fmt::format("the policy has no fact, attribute or result named '{}'", name)},
                  "/columns/" + column);
  }
  draft.columns = *terms.columns;
  return {};
}

}  // namespace

tl::expected<Draft, Problem> ReadDraft(const Call& call, const ServedDistrict& district) {
  const auto body = ReadJsonBody(call);
  if (!body) return tl::unexpected(body.error());
  const auto terms = ReadTerms(*body);
  if (!terms) return tl::unexpected(terms.error());
  const bool from_folder = body->Find("source") == nullptr;
  auto draft = from_folder ? FromFolder(call, district.written(), terms->version) : FromText(call, *body);
  if (!draft) return draft;
  data::Deployment& deployment = draft->deployment;
  const data::Deployment own = deployment;
  const data::Deployment* before = &own;
  if (!from_folder) {
    const std::string& id = own.graph->model->policy.id;
    before = Last(district.current->deployments, id, "");
    if (before == nullptr) before = Last(district.written().in_folder, id, "");
  }
  if (auto bound = BindParameters(*terms, before, deployment); !bound) return tl::unexpected(bound.error());
  if (auto named = NameColumns(*terms, before, deployment); !named) return tl::unexpected(named.error());
  const auto days = publication::DaysOf(deployment, terms->first_day, terms->last_day);
  if (!days) return Refuse(422, days.error().code, days.error().message, "/first_day");
  draft->days = *days;
  draft->kept = replay::Keep(deployment, call.captures.front(), std::move(draft->kept.sources));
  return draft;
}

}  // namespace heng::server
