#include "server/config/mistake.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

namespace heng::config {

std::string Mistake::Place() const { return line == 0 ? file : fmt::format("{}:{}:{}", file, line, column); }

void MistakeList::Add(std::string code, uint32_t line, uint32_t column, Bilingual message) {
  mistakes_.push_back({ErrorKind::kFindings, std::move(code), file_, line, column, std::move(message)});
}

void MistakeList::AddError(const Error& error, uint32_t line, uint32_t column) {
  mistakes_.push_back({error.kind, error.code, file_, line, column, error.message});
}

std::vector<Mistake> MistakeList::Take() {
  std::stable_sort(mistakes_.begin(), mistakes_.end(), [](const Mistake& a, const Mistake& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  });
  return std::move(mistakes_);
}

std::string RenderText(const std::vector<Mistake>& mistakes, Language language) {
  std::string out;
  for (const Mistake& mistake : mistakes) {
    out += fmt::format("{}: {} {}: {}\n", mistake.Place(), language == Language::kChinese ? "错误" : "error",
                       mistake.code, mistake.message.In(language));
  }
  return out;
}

}  // namespace heng::config
