#include "engine/syntax/open_source.h"

#include "engine/base/limits.h"
#include "engine/base/text.h"

namespace heng::syntax {

OpenedSource OpenSource(std::string path, std::string bytes, DiagnosticSink& sink) {
  if (bytes.size() > limits::kSourceBytes) {
    auto source = std::make_shared<const SourceFile>(std::move(path), "");
    sink.Add<DiagnosticKind::kSourceTooLarge>({source, {0, 0}}, std::to_string(limits::kSourceBytes));
    return {source, false};
  }
  if (const std::optional<size_t> bad = FindInvalidUtf8(bytes)) {
    const auto at = static_cast<uint32_t>(*bad);
    auto source = std::make_shared<const SourceFile>(std::move(path), bytes.substr(0, *bad));
    sink.Add<DiagnosticKind::kNotUtf8>({source, {at, at}});
    return {source, false};
  }
  return {std::make_shared<const SourceFile>(std::move(path), std::move(bytes)), true};
}

}  // namespace heng::syntax
