#include "engine/data/csv.h"

#include <iconv.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <variant>

#include <fmt/format.h>

#include "engine/base/check.h"
#include "engine/base/text.h"

namespace heng::data {
namespace {

constexpr std::string_view kMark = "\xEF\xBB\xBF";

Refusal At(std::string code, Bilingual message, const std::string& file, size_t line) {
  Refusal refusal;
  refusal.code = std::move(code);
  refusal.message = std::move(message);
  refusal.file = file;
  refusal.line = line;
  return refusal;
}

size_t LineOf(std::string_view bytes, size_t at) {
  return static_cast<size_t>(std::count(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(at), '\n')) + 1;
}

// The text, or the position of the first byte that is not GB18030.
std::variant<std::string, size_t> FromGb18030(std::string_view bytes) {
  const iconv_t converter = iconv_open("UTF-8", "GB18030");
  CHECK(converter != reinterpret_cast<iconv_t>(-1));
  std::string out;
  char buffer[1 << 14];
  char* from = const_cast<char*>(bytes.data());
  size_t left = bytes.size();
  std::optional<size_t> invalid;
  while (left > 0 && !invalid) {
    char* to = buffer;
    size_t room = sizeof buffer;
    const size_t converted = iconv(converter, &from, &left, &to, &room);
    out.append(buffer, sizeof buffer - room);
    if (converted == static_cast<size_t>(-1) && errno != E2BIG) invalid = bytes.size() - left;
  }
  iconv_close(converter);
  if (invalid) return *invalid;
  return out;
}

// Reads rows one after the other; stops at the first mistake.
class Reader {
 public:
  Reader(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  bool at_end() const { return at_ >= text_.size(); }
  const std::optional<Refusal>& refusal() const { return refusal_; }

  // The next row, which may be an empty line (one empty cell). REQUIRES: not at_end().
  CsvRow Next() {
    CsvRow row{line_, {}};
    do row.cells.push_back(Cell());
    while (!refusal_ && Eat(','));
    if (refusal_ || at_end() || EatLineEnd()) return row;
    if (text_[at_] == '\r') {
      Refuse({"行末只有 CR，应为 LF 或 CRLF", "a line ends with CR alone, must be LF or CRLF"});
    } else {
      Refuse({"引号之后只能是逗号或行末", "only a comma or the end of the line may follow a quoted cell"});
    }
    return row;
  }

 private:
  std::string Cell() { return Eat('"') ? QuotedCell() : PlainCell(); }

  std::string PlainCell() {
    const size_t end = std::min(text_.find_first_of(",\r\n\"", at_), text_.size());
    std::string cell(text_.substr(at_, end - at_));
    at_ = end;
    if (at_ < text_.size() && text_[at_] == '"') {
      Refuse({"单元格中间有引号；要写引号，整格用引号括起来，里面的引号写两个",
              "a quote inside a cell; enclose the cell in quotes and write each quote in it twice"});
    }
    return cell;
  }

  std::string QuotedCell() {
    const size_t begun = line_;
    std::string cell;
    for (;;) {
      const size_t quote = text_.find('"', at_);
      if (quote == std::string_view::npos) {
        line_ = begun;
        Refuse({"引号没有收尾", "the quote is not closed"});
        return cell;
      }
      const std::string_view part = text_.substr(at_, quote - at_);
      line_ += static_cast<size_t>(std::count(part.begin(), part.end(), '\n'));
      cell += part;
      at_ = quote + 1;
      if (!Eat('"')) return cell;
      cell += '"';
    }
  }

  bool Eat(char c) {
    if (at_end() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool EatLineEnd() {
    if (text_.substr(at_, 2) == "\r\n") {
      at_ += 2;
    } else if (!Eat('\n')) {
      return false;
    }
    ++line_;
    return true;
  }

  void Refuse(Bilingual message) {
    if (!refusal_) refusal_ = At("bad-csv", std::move(message), file_, line_);
  }

  std::string_view text_;
  const std::string& file_;
  size_t at_ = 0;
  size_t line_ = 1;
  std::optional<Refusal> refusal_;
};

void Append(std::string_view cell, std::string& out) {
  if (cell.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += cell;
    return;
  }
  out += '"';
  for (const char c : cell) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

// A cell that would be taken for a formula; or for such a one with its apostrophe, which must come back as it was.
bool NeedsApostrophe(std::string_view cell) {
  while (!cell.empty() && cell.front() == '\'') cell.remove_prefix(1);
  return !cell.empty() && std::string_view("=+-@\t\r").find(cell.front()) != std::string_view::npos;
}

}  // namespace

tl::expected<std::string, Refusal> DecodeText(std::string_view bytes, const std::string& file) {
  const bool marked = bytes.substr(0, kMark.size()) == kMark;
  if (marked) bytes.remove_prefix(kMark.size());
  if (const size_t nul = bytes.find('\0'); nul != std::string_view::npos) {
    return tl::unexpected<Refusal>(
        At("bad-encoding",
           {"含有 NUL 字节，不是文本；请另存为“CSV UTF-8”", "a NUL byte, so no text; save it as 'CSV UTF-8'"}, file,
           LineOf(bytes, nul)));
  }
  const auto invalid = FindInvalidUtf8(bytes);
  if (!invalid) return std::string(bytes);
  size_t where = *invalid;
  if (!marked) {
    auto converted = FromGb18030(bytes);
    if (auto* text = std::get_if<std::string>(&converted)) return std::move(*text);
    where = std::max(where, std::get<size_t>(converted));
  }
  return tl::unexpected<Refusal>(At("bad-encoding",
                                    {"既不是有效的 UTF-8，也不是有效的 GB18030；请另存为“CSV UTF-8”",
                                     "neither valid UTF-8 nor valid GB18030; save it as 'CSV UTF-8'"},
                                    file, LineOf(bytes, where)));
}

tl::expected<CsvTable, Refusal> ParseCsv(std::string_view bytes, const std::string& file, bool sheet) {
  const auto text = DecodeText(bytes, file);
  if (!text) return tl::unexpected<Refusal>(text.error());
  CsvTable table;
  table.file = file;
  table.sheet = sheet;
  Reader reader(*text, file);
  for (size_t number = 1; !reader.at_end(); ++number) {
    CsvRow row = reader.Next();
    if (reader.refusal()) return tl::unexpected<Refusal>(*reader.refusal());
    // A cell may hold several lines.
    if (sheet) row.line = number;
    if (row.cells.size() == 1 && row.cells[0].empty()) continue;
    if (table.header.cells.empty()) {
      constexpr std::string_view kOthers[] = {";", "\t", "\xEF\xBC\x8C", "\xEF\xBC\x9B"};  // the last two full-width
      const bool other =
          row.cells.size() == 1 && std::any_of(std::begin(kOthers), std::end(kOthers), [&](std::string_view sign) {
            return row.cells[0].find(sign) != std::string::npos;
          });
      if (other) {
        return tl::unexpected<Refusal>(At("wrong-separator",
                                          {"列之间请用英文逗号隔开（在表格软件里另存为“CSV UTF-8（逗号分隔）”）",
                                           "separate the columns with commas (save as 'CSV UTF-8 (comma delimited)')"},
                                          file, row.line));
      }
      table.header = std::move(row);
    } else if (row.cells.size() != table.header.cells.size()) {
      const size_t found = row.cells.size();
      const size_t wanted = table.header.cells.size();
      return tl::unexpected<Refusal>(At("bad-csv",
                                        {fmt::format("这一行有 {} 格，表头有 {} 格", found, wanted),
                                         fmt::format("this row has {} cells, the header has {}", found, wanted)},
                                        file, row.line));
    } else {
      // Spreadsheets write rows of nothing but separators behind the last one.
      const bool nothing =
          std::all_of(row.cells.begin(), row.cells.end(), [](const std::string& cell) { return Trim(cell).empty(); });
      if (!nothing) table.rows.push_back(std::move(row));
    }
  }
  if (table.header.cells.empty())
    return tl::unexpected<Refusal>(
        At("empty-file", {"文件是空的，没有表头", "the file is empty, it has no header"}, file, 0));
  return table;
}

CsvWriter::CsvWriter() : out_(kMark) {}

void CsvWriter::Plain(std::string_view cell) {
  if (row_begun_) out_ += ',';
  row_begun_ = true;
  Append(cell, out_);
}

void CsvWriter::Text(std::string_view cell) {
  Plain(NeedsApostrophe(cell) ? "'" + std::string(cell) : std::string(cell));
}

void CsvWriter::EndRow() {
  out_ += "\r\n";
  row_begun_ = false;
}

std::string_view WithoutApostrophe(std::string_view cell) {
  if (!cell.empty() && cell.front() == '\'' && NeedsApostrophe(cell)) cell.remove_prefix(1);
  return cell;
}

}  // namespace heng::data
