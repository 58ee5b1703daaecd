#include "engine/base/bilingual.h"

#include "engine/base/check.h"

namespace heng {
namespace {

std::string SubstituteOne(const std::string& pattern, const std::vector<Bilingual>& arguments, Language language) {
  std::string out;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '{' && i + 2 < pattern.size() && pattern[i + 2] == '}' && pattern[i + 1] >= '0' &&
        pattern[i + 1] <= '9') {
      const size_t index = static_cast<size_t>(pattern[i + 1] - '0');
      CHECK(index < arguments.size());
      out += arguments[index].In(language);
      i += 2;
    } else {
      out += pattern[i];
    }
  }
  return out;
}

}  // namespace

Bilingual Substitute(const Bilingual& pattern, const std::vector<Bilingual>& arguments) {
  return {SubstituteOne(pattern.zh, arguments, Language::kChinese),
          SubstituteOne(pattern.en, arguments, Language::kEnglish)};
}

}  // namespace heng
