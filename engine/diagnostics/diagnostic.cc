#include "engine/diagnostics/diagnostic.h"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace heng {

Bilingual Diagnostic::message() const {
  const DiagnosticKindInfo& info = InfoOf(kind);
  return Substitute(Bilingual(std::string(info.zh), std::string(info.en)), arguments);
}

Bilingual Diagnostic::hint() const {
  if (!advice.zh.empty()) return advice;
  const DiagnosticKindInfo& info = InfoOf(kind);
  return Substitute(Bilingual(std::string(info.hint_zh), std::string(info.hint_en)), arguments);
}

void DiagnosticSink::Append(DiagnosticSink other) {
  std::move(other.diagnostics_.begin(), other.diagnostics_.end(), std::back_inserter(diagnostics_));
}

bool DiagnosticSink::has_errors() const {
  return std::any_of(diagnostics_.begin(), diagnostics_.end(),
                     [](const Diagnostic& d) { return d.severity() == Severity::kError; });
}

std::vector<Diagnostic> DiagnosticSink::Sorted() const {
  std::vector<Diagnostic> sorted = diagnostics_;
  const auto key = [](const Diagnostic& d) {
    return std::tuple(d.place.source->path(), d.place.span.begin, d.place.span.end, d.kind);
  };
  std::stable_sort(sorted.begin(), sorted.end(),
                   [&](const Diagnostic& a, const Diagnostic& b) { return key(a) < key(b); });
  const auto same = [&](const Diagnostic& a, const Diagnostic& b) {
    return key(a) == key(b) && a.message() == b.message();
  };
  sorted.erase(std::unique(sorted.begin(), sorted.end(), same), sorted.end());
  return sorted;
}

}  // namespace heng
