// From laid out lines to text: places the columns of each run of lines of one kind.
#include <algorithm>
#include <map>
#include <utility>

#include "engine/base/text.h"
#include "engine/format/line.h"

namespace heng::format {
namespace {

// The words from one column to the next.
struct Piece {
  size_t column = 0;
  size_t gap = 0;
  std::string text;
  size_t width = 0;
  bool flush_right = false;
};

std::vector<Piece> Pieces(const Line& line) {
  std::vector<Piece> pieces(1);
  pieces[0].text = std::string(line.indent, ' ');
  for (size_t i = 0; i < line.words.size(); ++i) {
    const Word& word = line.words[i];
    if (word.column && i > 0) {
      pieces.push_back({*word.column, word.gap, word.text, 0, word.flush_right});
    } else {
      pieces.back().text += std::string(i > 0 ? word.gap : 0, ' ') + word.text;
    }
  }
  for (Piece& piece : pieces) piece.width = DisplayWidth(piece.text);
  return pieces;
}

class Renderer {
 public:
  explicit Renderer(const std::vector<Line>& lines) : lines_(lines) {}

  std::string Run() {
    for (size_t i = 0; i < lines_.size();) {
      const size_t end = EndOfRun(i);
      RenderRun(i, end);
      i = end;
    }
    return std::move(out_);
  }

 private:
  static bool IsComment(const Line& line) { return line.words.empty(); }

  // One line, or all lines of its kind that follow it without a blank line, and the comments between them.
  size_t EndOfRun(size_t begin) const {
    const Line& first = lines_[begin];
    size_t end = begin + 1;
    if (first.kind == LineKind::kOther) return end;
    for (size_t i = end; i < lines_.size() && !lines_[i].blank_before; ++i) {
      if (IsComment(lines_[i])) continue;
      if (lines_[i].kind != first.kind || lines_[i].indent != first.indent) break;
      end = i + 1;
    }
    return end;
  }

  void RenderRun(size_t begin, size_t end) {
    std::vector<std::vector<Piece>> rows;
    std::map<size_t, std::vector<size_t>> rows_with;
    for (size_t i = begin; i < end; ++i) {
      rows.push_back(Pieces(lines_[i]));
      for (size_t p = 1; p < rows.back().size(); ++p) rows_with[rows.back()[p].column].push_back(i - begin);
    }
    // The text so far of each line, its width, and the piece that comes next.
    std::vector<std::string> texts;
    std::vector<size_t> widths;
    std::vector<size_t> next(rows.size(), 1);
    for (const auto& row : rows) {
      texts.push_back(row[0].text);
      widths.push_back(row[0].width);
    }
    for (const auto& [column, members] : rows_with) {
      size_t start = 0;
      size_t widest = 0;
      for (const size_t r : members) {
        start = std::max(start, widths[r] + rows[r][next[r]].gap);
        widest = std::max(widest, rows[r][next[r]].width);
      }
      for (const size_t r : members) {
        const Piece& piece = rows[r][next[r]++];
        const size_t at = start + (piece.flush_right ? widest - piece.width : 0);
        texts[r].append(at - widths[r], ' ');
        texts[r] += piece.text;
        widths[r] = at + piece.width;
      }
    }
    for (size_t r = 0; r < rows.size(); ++r) Write(lines_[begin + r], texts[r]);
  }

  void Write(const Line& line, const std::string& text) {
    if (line.blank_before) out_ += '\n';
    out_ += text;
    if (!line.comment.empty()) out_ += (IsComment(line) ? "" : "  ") + line.comment;
    out_ += '\n';
  }

  const std::vector<Line>& lines_;
  std::string out_;
};

}  // namespace

std::string Render(const std::vector<Line>& lines) { return Renderer(lines).Run(); }

}  // namespace heng::format
