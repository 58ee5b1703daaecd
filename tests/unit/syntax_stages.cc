// The stages of file tests that end with the syntax tree.
#include "engine/base/check.h"
#include "engine/format/format.h"
#include "engine/syntax/antlr/parser.h"
#include "engine/syntax/open_source.h"
#include "tests/unit/file_test.h"

namespace heng::tests {
namespace {

constexpr std::string_view kKindNames[] = {
#define TOKEN(name, grammar) #name,
#include "engine/syntax/tokens.def"
#undef TOKEN
};

SourcePtr SourceOf(const FileTestInput& input) { return std::make_shared<const SourceFile>("test.heng", input.text); }

}  // namespace

std::string TokensStage(const FileTestInput& input) {
  DiagnosticSink sink;
  const syntax::TokenList list = syntax::Tokenize(SourceOf(input), sink);
  std::string out;
  for (const syntax::Token& token : list.tokens) {
    if (token.hidden) continue;
    if (!out.empty() && out.back() != '\n') out += ' ';
    out += kKindNames[static_cast<size_t>(token.kind)];
    if (token.inserted) out += "(inserted)";
    const bool newline = token.kind == syntax::TokenKind::kNewline;
    if (!newline && !token.inserted) out += ":" + std::string(list.source->Text(token.span));
    if (newline) out += "\n";
  }
  if (!out.empty() && out.back() != '\n') out += '\n';
  return out + RenderBoth(sink);
}

std::string TreeStage(const FileTestInput& input) {
  DiagnosticSink sink;
  const syntax::Tree tree = syntax::Parse(syntax::Tokenize(SourceOf(input), sink), sink);
  std::string out = syntax::Dump(tree);
  if (!tree.lost_names.empty()) out += "lost";
  for (const std::string& name : tree.lost_names) out += " " + name;
  if (!tree.lost_names.empty()) out += "\n";
  return out + RenderBoth(sink);
}

std::string FormatStage(const FileTestInput& input) {
  DiagnosticSink sink;
  const syntax::TokenList list = syntax::Tokenize(SourceOf(input), sink);
  Parse(list, sink);
  if (sink.has_errors()) return RenderBoth(sink);
  const std::string keywords = input.Option("keywords");
  CHECK(keywords.empty() || keywords == "zh" || keywords == "en");
  format::FormatOptions options;
  if (!keywords.empty()) options.keywords = keywords == "zh" ? Language::kChinese : Language::kEnglish;
  return format::Format(list, options);
}

}  // namespace heng::tests
