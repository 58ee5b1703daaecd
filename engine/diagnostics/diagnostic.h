// Diagnostics: the mistakes of a policy's author. Each kind is declared once in kinds.def, with its code and both texts.
// Not for failures of the caller or the environment (Result), nor for one row's failure (an error value).
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/bilingual.h"
#include "engine/source/source_file.h"

namespace heng {

// kNote tells something that is no mistake (an unproved guarantee); kWarning leaves the policy usable; kError does not.
enum class Severity : unsigned char { kNote, kWarning, kError };

enum class DiagnosticKind : unsigned short {
#define DIAGNOSTIC(name, code, severity, arity, zh, en, hint_zh, hint_en) k##name,
#include "engine/diagnostics/kinds.def"
#undef DIAGNOSTIC
  kCount
};

struct DiagnosticKindInfo {
  std::string_view name;
  std::string_view code;
  Severity severity;
  size_t arity;
  std::string_view zh, en, hint_zh, hint_en;
};

inline constexpr std::array kDiagnosticKinds = {
#define DIAGNOSTIC(name, code, severity, arity, zh, en, hint_zh, hint_en) \
  DiagnosticKindInfo{#name, code, Severity::k##severity, arity, zh, en, hint_zh, hint_en},
#include "engine/diagnostics/kinds.def"
#undef DIAGNOSTIC
};

inline const DiagnosticKindInfo& InfoOf(DiagnosticKind kind) { return kDiagnosticKinds[static_cast<size_t>(kind)]; }

struct Place {
  SourcePtr source;
  Span span;
};

// A second place that the mistake is about: the other rule of an overlap, the first definition of a name.
struct Related {
  Place place;
  Bilingual message;
};

struct Diagnostic {
  DiagnosticKind kind;
  Place place;
  std::vector<Bilingual> arguments;
  std::vector<Related> related;
  // What to do in this very case, where more is known than the kind's own hint says; else empty.
  Bilingual advice;

  Severity severity() const { return InfoOf(kind).severity; }
  Bilingual message() const;
  // What to do about it; may be empty.
  Bilingual hint() const;
};

// Collects what a stage finds. Not thread-safe: one sink a compilation.
class DiagnosticSink {
 public:
  // The number of arguments is checked at compile time against kinds.def.
  template <DiagnosticKind kKind, typename... Arguments>
  Diagnostic& Add(Place place, Arguments&&... arguments) {
    static_assert(sizeof...(Arguments) == kDiagnosticKinds[static_cast<size_t>(kKind)].arity,
                  "arguments do not fit kinds.def");
    return diagnostics_.emplace_back(
        Diagnostic{kKind, std::move(place), {Bilingual(std::forward<Arguments>(arguments))...}, {}, {}});
  }

  // What another one has collected, behind what is here.
  void Append(DiagnosticSink other);
  bool has_errors() const;
  size_t size() const { return diagnostics_.size(); }
  // In the order of their places, each once.
  std::vector<Diagnostic> Sorted() const;

 private:
  std::vector<Diagnostic> diagnostics_;
};

}  // namespace heng
