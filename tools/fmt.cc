#include <cstdio>

#include <fmt/format.h>

#include "engine/base/file.h"
#include "engine/base/limits.h"
#include "engine/format/format.h"
#include "engine/syntax/antlr/parser.h"
#include "engine/syntax/open_source.h"
#include "tools/verbs.h"

namespace heng::tools {

int RunFormat(const FormatOptions& options, const Manner& manner) {
  const Result<std::vector<std::string>> paths = FindPolicies(options.paths);
  if (!paths) return Report(paths.error(), manner);
  format::FormatOptions how;
  if (options.keywords) how.keywords = *options.keywords == "zh" ? Language::kChinese : Language::kEnglish;
  int status = kDone;
  for (const std::string& path : *paths) {
    Result<std::string> bytes = ReadFile(path, limits::kSourceBytes + 1);
    if (!bytes) return Report(bytes.error(), manner);
    DiagnosticSink sink;
    const syntax::OpenedSource opened = syntax::OpenSource(path, *bytes, sink);
    syntax::TokenList tokens;
    if (opened.usable) {
      tokens = syntax::Tokenize(opened.source, sink);
      if (!tokens.unusable) syntax::Parse(tokens, sink);
    }
    if (sink.has_errors()) {
      // What cannot be read is left as it is.
      Print(sink.Sorted(), manner);
      status = kFindings;
      continue;
    }
    const std::string formatted = format::Format(tokens, how);
    if (options.to_stdout) {
      std::fputs(formatted.c_str(), stdout);
    } else if (formatted != *bytes) {
      if (options.check) {
        fmt::print("{}\n", path);
        status = kFindings;
      } else if (const Status written = WriteFile(path, formatted); !written) {
        return Report(written.error(), manner);
      }
    }
  }
  return status;
}

}  // namespace heng::tools
