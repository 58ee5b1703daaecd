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
  // A file whose text stands at that offset: a policy is read as one text with the modules it uses and the tables it imports.
  struct Part {
    std::string path;
    uint32_t begin = 0;
  };

  // REQUIRES: text is valid UTF-8 (SourceFile is made behind the check of syntax/, which reports bad bytes).
  SourceFile(std::string path, std::string text) : SourceFile({{std::move(path), 0}}, std::move(text)) {}
  // REQUIRES: the first part begins at 0, each other at the start of a line, in order.
  SourceFile(std::vector<Part> parts, std::string text);

  // Of the policy itself.
  const std::string& path() const { return parts_[0].path; }
  const std::string& PathOf(uint32_t offset) const { return parts_[PartOf(offset)].path; }
  // 0 for the policy itself.
  size_t PartOf(uint32_t offset) const;
  std::string_view text() const { return text_; }
  std::string_view Text(Span span) const { return text().substr(span.begin, span.end - span.begin); }
  // In the file that the offset lies in.
  LineColumn Locate(uint32_t offset) const;
  // The line that holds the offset, without its end.
  std::string_view LineAt(uint32_t offset) const;
  uint32_t line_count() const { return static_cast<uint32_t>(line_starts_.size()); }

 private:
  size_t LineIndex(uint32_t offset) const;

  std::vector<Part> parts_;
  std::string text_;
  std::vector<uint32_t> line_starts_;
};

using SourcePtr = std::shared_ptr<const SourceFile>;

}  // namespace heng
