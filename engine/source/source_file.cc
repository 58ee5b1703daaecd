#include "engine/source/source_file.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/base/text.h"

namespace heng {

SourceFile::SourceFile(std::vector<Part> parts, std::string text)
    : parts_(std::move(parts)), text_(std::move(text)), line_starts_{0} {
  CHECK(!parts_.empty() && parts_[0].begin == 0);
  for (size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n') line_starts_.push_back(static_cast<uint32_t>(i + 1));
  }
}

size_t SourceFile::PartOf(uint32_t offset) const {
  const auto after =
      std::upper_bound(parts_.begin(), parts_.end(), offset, [](uint32_t o, const Part& p) { return o < p.begin; });
  return static_cast<size_t>(after - parts_.begin()) - 1;
}

size_t SourceFile::LineIndex(uint32_t offset) const {
  return static_cast<size_t>(std::upper_bound(line_starts_.begin(), line_starts_.end(), offset) -
                             line_starts_.begin()) -
         1;
}

LineColumn SourceFile::Locate(uint32_t offset) const {
  const size_t line = LineIndex(offset);
  const uint32_t start = line_starts_[line];
  const size_t column = CountCodePoints(text().substr(start, offset - start)) + 1;
  const size_t first = LineIndex(parts_[PartOf(offset)].begin);
  return {static_cast<uint32_t>(line - first + 1), static_cast<uint32_t>(column)};
}

std::string_view SourceFile::LineAt(uint32_t offset) const {
  const size_t line = LineIndex(offset);
  const uint32_t start = line_starts_[line];
  const size_t end = line + 1 < line_starts_.size() ? line_starts_[line + 1] : text_.size();
  std::string_view out = text().substr(start, end - start);
  while (!out.empty() && (out.back() == '\n' || out.back() == '\r')) out.remove_suffix(1);
  return out;
}

}  // namespace heng
