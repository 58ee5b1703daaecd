// The tools that need no district: a policy's text in, what the engine says of it out.
#include <algorithm>

#include <nlohmann/json.hpp>

#include "engine/base/limits.h"
#include "engine/data/json_value.h"
#include "engine/diagnostics/render.h"
#include "engine/diff/diff.h"
#include "engine/format/format.h"
#include "engine/load/load.h"
#include "engine/syntax/antlr/parser.h"
#include "engine/syntax/open_source.h"
#include "server/bundle_folder.h"
#include "server/handlers.h"

namespace heng::server {
namespace {

using Json = nlohmann::ordered_json;
using data::JsonValue;
using Kind = data::JsonValue::Kind;

Response JsonResponse(const Json& body) {
  return {200,
          "application/json",
          {{"Cache-Control", "no-store"}},
          body.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

// A text with the files that it uses, the text first.
tl::expected<store::Bundle, Problem> ReadText(const JsonValue& value, const std::string& at,
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

tl::expected<JsonValue, Problem> ReadBody(const Call& call) {
  if (!call.request.Header("content-type").starts_with("application/json")) {
    return Refuse(415, "unsupported-media-type",
                  {"Content-Type 应当是 application/json", "Content-Type must be application/json"});
  }
  auto body = data::ParseJson(call.request.body, limits::kRequestBytes);
  if (!body) return tl::unexpected(ProblemOf(body.error()));
  return std::move(*body);
}

struct Compiled {
  graph::Compiled result;
  Json diagnostics;
};

tl::expected<Compiled, Problem> Compile(const store::Bundle& files) {
  if (auto closed = CheckClosed(files); !closed) return tl::unexpected(ProblemOf(closed.error()));
  const auto folder = BundleFolder::Make(files);
  if (!folder) return tl::unexpected(ProblemOf(folder.error()));
  graph::Compiled compiled = load::Load(folder->PathOf(files.front().path), files.front().bytes);
  Json diagnostics = Json::parse(folder->Anonymous(RenderJson(compiled.diagnostics)));
  return Compiled{std::move(compiled), std::move(diagnostics)};
}

size_t Count(const Compiled& compiled, Severity severity) {
  size_t count = 0;
  for (const Diagnostic& one : compiled.result.diagnostics) count += one.severity() == severity ? 1 : 0;
  return count;
}

}  // namespace

Outcome CheckPolicy(const Call& call) {
  const auto body = ReadBody(call);
  if (!body) return tl::unexpected(body.error());
  const auto files = ReadText(*body, "", {});
  if (!files) return tl::unexpected(files.error());
  const auto compiled = Compile(*files);
  if (!compiled) return tl::unexpected(compiled.error());
  Json out = {{"errors", Count(*compiled, Severity::kError)},
              {"warnings", Count(*compiled, Severity::kWarning)},
              {"diagnostics", compiled->diagnostics}};
  if (compiled->result.graph) {
    const syntax::PolicyDecl& policy = compiled->result.graph->model->policy;
    out["policy"] = {{"id", policy.id}, {"version", policy.version}, {"digest", compiled->result.graph->digest}};
  }
  return JsonResponse(out);
}

Outcome FormatPolicy(const Call& call) {
  const auto body = ReadBody(call);
  if (!body) return tl::unexpected(body.error());
  const auto files = ReadText(*body, "", {"keywords"});
  if (!files) return tl::unexpected(files.error());
  format::FormatOptions options;
  if (const JsonValue* keywords = body->Find("keywords")) {
    if (keywords->text != "zh" && keywords->text != "en") {
      return Refuse(400, "bad-request", {"keywords 只能是 zh 或 en", "keywords must be zh or en"}, "/keywords");
    }
    options.keywords = keywords->text == "zh" ? Language::kChinese : Language::kEnglish;
  }
  DiagnosticSink sink;
  const syntax::OpenedSource opened = syntax::OpenSource(files->front().path, files->front().bytes, sink);
  syntax::TokenList tokens;
  if (opened.usable) {
    tokens = syntax::Tokenize(opened.source, sink);
    if (!tokens.unusable) syntax::Parse(tokens, sink);
  }
  // What cannot be read is not moved about.
  Json out = {{"diagnostics", Json::parse(RenderJson(sink.Sorted()))}};
  if (!sink.has_errors()) out["source"] = format::Format(tokens, options);
  return JsonResponse(out);
}

Outcome DiffPolicies(const Call& call) {
  const auto body = ReadBody(call);
  if (!body) return tl::unexpected(body.error());
  graph::GraphPtr sides[2];
  const std::string names[2] = {"old", "new"};
  if (!body->is(Kind::kObject) || body->members.size() != 2) {
    return Refuse(400, "bad-request", {"应当是 {\"old\": …, \"new\": …}", "expected {\"old\": …, \"new\": …}"});
  }
  for (size_t i = 0; i < 2; ++i) {
    const JsonValue* given = body->Find(names[i]);
    if (given == nullptr) return Refuse(400, "bad-request", {"缺少 " + names[i], names[i] + " is missing"}, "/" + names[i]);
    const auto files = ReadText(*given, "/" + names[i], {});
    if (!files) return tl::unexpected(files.error());
    const auto compiled = Compile(*files);
    if (!compiled) return tl::unexpected(compiled.error());
    sides[i] = compiled->result.graph;
    if (sides[i] == nullptr) {
      return Refuse(422, "policy-has-errors",
                    {"政策有错误，先用 /v1/check 检查", "the policy has errors, see /v1/check"}, "/" + names[i]);
    }
  }
  return Response{200,
                  "application/json",
                  {{"Cache-Control", "no-store"}},
                  diff::RenderJson({diff::Diff(sides[0].get(), sides[1].get())})};
}

}  // namespace heng::server
