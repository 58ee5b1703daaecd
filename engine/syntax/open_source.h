// From bytes to a source: the first check of every policy.
#pragma once

#include <string>

#include "engine/diagnostics/diagnostic.h"
#include "engine/source/source_file.h"

namespace heng::syntax {

// A source of `bytes`. What is not UTF-8 or too large is reported at its place (the source then holds the text up to it), and
// `usable` is false. A byte order mark is kept in the text as a blank.
struct OpenedSource {
  SourcePtr source;
  bool usable = true;
};
OpenedSource OpenSource(std::string path, std::string bytes, DiagnosticSink& sink);

}  // namespace heng::syntax
