#include "engine/format/format.h"

#include "engine/format/line.h"

namespace heng::format {

std::string Format(const syntax::TokenList& tokens, const FormatOptions& options) {
  return Render(LayOut(SplitIntoLines(tokens, options.keywords)));
}

}  // namespace heng::format
