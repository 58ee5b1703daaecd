// The tools that need no district: a policy's text in, what the engine says of it out.
#include <nlohmann/json.hpp>

#include "engine/diagnostics/render.h"
#include "engine/diff/diff.h"
#include "engine/format/format.h"
#include "engine/syntax/antlr/parser.h"
#include "engine/syntax/open_source.h"
#include "server/handlers.h"
#include "server/json_response.h"
#include "server/policy_text.h"

namespace heng::server {
namespace {

using Json = nlohmann::ordered_json;
using data::JsonValue;
using Kind = data::JsonValue::Kind;

size_t Count(const std::vector<Diagnostic>& diagnostics, Severity severity) {
  size_t count = 0;
  for (const Diagnostic& one : diagnostics) count += one.severity() == severity ? 1 : 0;
  return count;
}

}  // namespace

Outcome CheckPolicy(const Call& call) {
  const auto body = ReadJsonBody(call);
  if (!body) return tl::unexpected(body.error());
  const auto files = ReadPolicyText(*body, "", {});
  if (!files) return tl::unexpected(files.error());
  const auto compiled = CompilePolicyText(*files);
  if (!compiled) return tl::unexpected(compiled.error());
  Json out = {{"errors", Count(compiled->diagnostics, Severity::kError)},
              {"warnings", Count(compiled->diagnostics, Severity::kWarning)},
              {"diagnostics", Json::parse(RenderJson(compiled->diagnostics))}};
  if (compiled->graph) {
    const syntax::PolicyDecl& policy = compiled->graph->model->policy;
    out["policy"] = {{"id", policy.id}, {"version", policy.version}, {"digest", compiled->graph->digest}};
  }
  return FreshJson(out);
}

Outcome FormatPolicy(const Call& call) {
  const auto body = ReadJsonBody(call);
  if (!body) return tl::unexpected(body.error());
  const auto files = ReadPolicyText(*body, "", {"keywords"});
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
  return FreshJson(out);
}

Outcome DiffPolicies(const Call& call) {
  const auto body = ReadJsonBody(call);
  if (!body) return tl::unexpected(body.error());
  graph::GraphPtr sides[2];
  const std::string names[2] = {"old", "new"};
  if (!body->is(Kind::kObject) || body->members.size() != 2) {
    return Refuse(400, "bad-request", {"应当是 {\"old\": …, \"new\": …}", "expected {\"old\": …, \"new\": …}"});
  }
  for (size_t i = 0; i < 2; ++i) {
    const JsonValue* given = body->Find(names[i]);
    if (given == nullptr)
      return Refuse(400, "bad-request", {"缺少 " + names[i], names[i] + " is missing"}, "/" + names[i]);
    const auto files = ReadPolicyText(*given, "/" + names[i], {});
    if (!files) return tl::unexpected(files.error());
    const auto compiled = CompilePolicyText(*files);
    if (!compiled) return tl::unexpected(compiled.error());
    sides[i] = compiled->graph;
    if (sides[i] == nullptr) {
      return tl::unexpected(PolicyHasErrors(compiled->diagnostics, "/" + names[i]));
    }
  }
  return Response{200,
                  "application/json",
                  {{"Cache-Control", "no-store"}},
                  diff::RenderJson({diff::Diff(sides[0].get(), sides[1].get())})};
}

}  // namespace heng::server
