// A text for people, in Chinese and in English; and the choice between them.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace heng {

enum class Language : unsigned char { kChinese, kEnglish };

struct Bilingual {
  std::string zh;
  std::string en;

  Bilingual() = default;
  // A text that is the same in both: a name, a number, a quotation.
  Bilingual(std::string same) : zh(same), en(std::move(same)) {}  // NOLINT(google-explicit-constructor)
  Bilingual(const char* same) : zh(same), en(same) {}             // NOLINT(google-explicit-constructor)
  Bilingual(std::string chinese, std::string english) : zh(std::move(chinese)), en(std::move(english)) {}

  const std::string& In(Language language) const { return language == Language::kChinese ? zh : en; }
  friend bool operator==(const Bilingual&, const Bilingual&) = default;
};

// Replaces {0}, {1}, … by the arguments, language by language. REQUIRES: every index has its argument.
Bilingual Substitute(const Bilingual& pattern, const std::vector<Bilingual>& arguments);

}  // namespace heng
