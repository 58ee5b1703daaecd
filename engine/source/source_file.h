// SourceFile: the text of one policy (or data file) and the places in it. Spans are byte offsets; people get lines and columns.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace heng {

// Half open: [begin, end) in bytes of one source file.
struct Span {
  uint32_t begin = 0;
  uint32_t end = 0;
  friend bool operator==(const Span&, const Span&) = default;
  Span Through(Span other) const {
    return {begin < other.begin ? begin : other.begin, end > other.end ? end : other.end};
  }
};

// 1-based; the column counts code points, as editors show it.
struct LineColumn {
  uint32_t line = 1;
  uint32_t column = 1;
};

class SourceFile {
 public:
  // REQUIRES: text is valid UTF-8 (SourceFile is made behind the check of syntax/, which reports bad bytes).
  SourceFile(std::string path, std::string text);

  const std::string& path() const { return path_; }
  std::string_view text() const { return text_; }
  std::string_view Text(Span span) const { return text().substr(span.begin, span.end - span.begin); }
  LineColumn Locate(uint32_t offset) const;
  // The line without its end; 1-based. REQUIRES: 1 ≤ line ≤ line_count().
  std::string_view Line(uint32_t line) const;
  uint32_t line_count() const { return static_cast<uint32_t>(line_starts_.size()); }

 private:
  std::string path_;
  std::string text_;
  std::vector<uint32_t> line_starts_;
};

using SourcePtr = std::shared_ptr<const SourceFile>;

}  // namespace heng
