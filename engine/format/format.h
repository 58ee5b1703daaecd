// The formatter: a policy in its canonical layout. It moves words and respells signs, it never adds, drops or reorders one,
// so the meaning (syntax::Dump) stays. Used by `heng fmt` and the editors.
#pragma once

#include <optional>
#include <string>

#include "engine/base/bilingual.h"
#include "engine/syntax/token.h"

namespace heng::format {

struct FormatOptions {
  // Rewrite the keywords of the other language into this one; names, texts and numbers stay.
  std::optional<Language> keywords;
};

// The text in canonical layout: the author's lines, indented by blocks, columns aligned, one blank line at most.
// Formatting its result again changes nothing.
// REQUIRES: neither Tokenize nor Parse found an error in the source. Callers refuse other files, because which words belong
// together is then unknown; given one nevertheless, the layout is arbitrary but every word is kept.
// Cost: one parse (to tell names from keywords) and time linear in the text.
std::string Format(const syntax::TokenList& tokens, const FormatOptions& options);

}  // namespace heng::format
