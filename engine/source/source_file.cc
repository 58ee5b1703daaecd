#include "engine/source/source_file.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/base/text.h"

namespace heng {

SourceFile::SourceFile(std::string path, std::string text)
    : path_(std::move(path)), text_(std::move(text)), line_starts_{0} {
  for (size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n') line_starts_.push_back(static_cast<uint32_t>(i + 1));
  }
}

LineColumn SourceFile::Locate(uint32_t offset) const {
  const auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  const uint32_t start = *(after - 1);
  const size_t column = CountCodePoints(text().substr(start, offset - start)) + 1;
  return {static_cast<uint32_t>(after - line_starts_.begin()), static_cast<uint32_t>(column)};
}

std::string_view SourceFile::Line(uint32_t line) const {
  CHECK(line >= 1 && line <= line_count());
  const uint32_t start = line_starts_[line - 1];
  const size_t end = line < line_count() ? line_starts_[line] : text_.size();
  std::string_view out = text().substr(start, end - start);
  while (!out.empty() && (out.back() == '\n' || out.back() == '\r')) out.remove_suffix(1);
  return out;
}

}  // namespace heng
