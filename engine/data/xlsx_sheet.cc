#include "engine/data/xlsx_sheet.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "engine/data/table_place.h"
#include "engine/data/xml.h"

namespace heng::data {
namespace {

constexpr size_t kColumns = 16384;
constexpr size_t kRows = 1048576;

struct Address {
  size_t row = 0;     // from 1
  size_t column = 0;  // from 0
};

std::optional<Address> ParseAddress(std::string_view text) {
  size_t letters = 0;
  size_t column = 0;
  while (letters < text.size() && text[letters] >= 'A' && text[letters] <= 'Z' && column <= kColumns)
    column = 26 * column + static_cast<size_t>(text[letters++] - 'A') + 1;
  size_t row = 0;
  const auto [end, error] = std::from_chars(text.data() + letters, text.data() + text.size(), row);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || column == 0 || column > kColumns || row == 0 || row > kRows) return std::nullopt;
  return Address{row, column - 1};
}

std::optional<size_t> ParseIndex(std::string_view text) {
  size_t index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return index;
}

class SheetReader {
 public:
  SheetReader(const std::string& name, WorkbookParts& parts) : parts_(parts) {
    sheet_.table.file = name;
    sheet_.table.sheet = true;
  }

  tl::expected<Sheet, Refusal> Read(std::string_view xml) {
    const auto wrong =
        ReadXml(xml, {[this](const std::string& name, const XmlAttributes& attributes) { Begin(name, attributes); },
                      [this](const std::string& name) { End(name); }, [this](std::string_view text) { Text(text); }});
    if (wrong) Break(*wrong);
    if (!broken_.empty()) {
      return tl::unexpected(
          RefusalOf("bad-workbook", sheet_.table.file,
                    {fmt::format("工作表已损坏（{}）", broken_), fmt::format("the sheet is damaged ({})", broken_)}));
    }
    if (too_large_) {
      return tl::unexpected(RefusalOf("workbook-too-large", sheet_.table.file,
                                      {"工作表太大，请写成 CSV", "the sheet is too large, write CSV"}));
    }
    return std::move(sheet_);
  }

 private:
  static Refusal RefusalOf(std::string code, std::string place, Bilingual message) {
    Refusal refusal;
    refusal.code = std::move(code);
    refusal.message = std::move(message);
    refusal.file = std::move(place);
    return refusal;
  }

  // The first of them is told.
  void Break(const std::string& why) {
    if (broken_.empty()) broken_ = why;
  }

  void Refuse(std::string code, const std::string& address, Bilingual message) {
    if (sheet_.refusals.size() >= limits::kReportedRefusals) return;
    sheet_.refusals.push_back(RefusalOf(std::move(code), sheet_.table.file + "!" + address, std::move(message)));
  }
  std::string CellAt() const { return CellName(at_.column, at_.row); }

  void Begin(const std::string& name, const XmlAttributes& attributes) {
    const auto said = [&](std::string_view key) {
      const auto found = attributes.find(key);
      return found == attributes.end() ? std::string() : found->second;
    };
    if (name == "row") {
      const auto row = ParseIndex(said("r"));
      BeginRow(said("r").empty() ? row_ + 1 : row.value_or(0));
    } else if (name == "c") {
      BeginCell(said("r"), said("t"), said("s"));
    } else if (name == "f") {
      formula_ = true;
    } else if (name == "rPh") {
      reading_aloud_ = true;
    } else if (name == "v" || name == "t") {
      in_value_ = true;
    } else if (name == "mergeCell") {
      Refuse("merged-cells", said("ref"),
             {"是合并的单元格：请取消合并，每格都写上值", "these cells are merged: unmerge them and write each"});
    }
  }

  void End(const std::string& name) {
    if (name == "v" || name == "t") in_value_ = false;
    if (name == "rPh") reading_aloud_ = false;
    if (name == "c") EndCell();
    if (name == "row") EndRow();
  }

  void Text(std::string_view text) {
    if (!in_value_ || reading_aloud_) return;
    if (text.size() > parts_.text_bytes_left) {
      too_large_ = true;
      return;
    }
    parts_.text_bytes_left -= text.size();
    value_ += text;
  }

  void BeginRow(size_t row) {
    if (row <= row_ || row > kRows) Break("rows are out of order");
    row_ = row;
    next_column_ = 0;
    cells_.clear();
  }

  void BeginCell(const std::string& address, const std::string& type, const std::string& style) {
    const auto at = ParseAddress(address);
    if (!address.empty() && (!at || at->row != row_ || at->column < next_column_)) Break("cells are out of order");
    at_ = at.value_or(Address{row_, next_column_});
    if (at_.column >= kColumns) Break("too many columns");
    next_column_ = at_.column + 1;
    type_ = type;
    style_ = ParseIndex(style).value_or(0);
    value_.clear();
    formula_ = false;
  }

  void EndCell() {
    if (!broken_.empty() || too_large_) return;
    if (formula_) {
      return Refuse("formula", CellAt(),
                    {"是公式：请复制后用“选择性粘贴”粘贴成数值", "a formula: copy it and paste its value"});
    }
    std::optional<std::string> text = type_.empty() || type_ == "n" ? NumberIn(value_) : TextIn(value_);
    if (!text || Trim(*text).empty()) return;
    if (text->size() > parts_.text_bytes_left) {
      too_large_ = true;
      return;
    }
    parts_.text_bytes_left -= text->size();
    cells_.emplace_back(at_, std::move(*text));
  }

  // Nothing if it was refused or is empty.
  std::optional<std::string> NumberIn(const std::string& value) {
    if (value.empty()) return std::nullopt;
    const NumberKind kind = style_ < parts_.styles.size() ? parts_.styles[style_] : NumberKind::kPlain;
    if (kind == NumberKind::kDate) {
      Refuse("spreadsheet-date", CellAt(),
             {"是 Excel 的日期（存成了数）：请把这一列的格式设为“文本”，再写 2024-07-01 或 2024-07",
              "a date of Excel (kept as a number): format the column as text, then write 2024-07-01 or 2024-07"});
      return std::nullopt;
    }
    auto decimal = TypedDecimal(value, kind == NumberKind::kPercent ? 2 : 0);
    if (!decimal) {
      Refuse(
          "number-not-exact", CellAt(),
          {fmt::format("存的数 {} 不是 15 位以内的小数，多半是算出来的：请写成要用的数", value),
           fmt::format(
               "the number kept, {}, is no decimal of up to 15 digits, it was probably calculated: write the number that is meant",
               value)});
      return std::nullopt;
    }
    return kind == NumberKind::kPercent ? *decimal + "%" : *decimal;
  }

  std::optional<std::string> TextIn(const std::string& value) {
    if (type_ == "s") {
      const auto index = ParseIndex(value);
      if (!index || *index >= parts_.texts.size()) {
        Break("no such shared string");
        return std::nullopt;
      }
      return parts_.texts[*index];
    }
    if (type_ == "b") return value == "1" ? "是" : "否";
    if (type_ == "e") {
      Refuse("error-value", CellAt(), {fmt::format("是错误值 {}", value), fmt::format("an error, {}", value)});
      return std::nullopt;
    }
    if (type_ == "str" || type_ == "inlineStr") return Unescaped(value);
    Refuse("spreadsheet-date", CellAt(),
           {"这种单元格不能读，请写成文本", "this kind of cell cannot be read, write a text"});
    return std::nullopt;
  }

  void EndRow() {
    if (cells_.empty() || !broken_.empty()) return;
    CsvTable& table = sheet_.table;
    const bool header = table.header.cells.empty();
    const size_t width = header ? cells_.back().first.column + 1 : table.header.cells.size();
    if (width > parts_.cells_left) {
      too_large_ = true;
      return;
    }
    parts_.cells_left -= width;
    if (header) table.header.line = row_;
    CsvRow row{row_, std::vector<std::string>(width)};
    for (auto& [at, text] : cells_) {
      if (at.column < width) {
        row.cells[at.column] = std::move(text);
      } else {
        at_ = at;
        Refuse("outside-of-the-table", CellAt(),
               {"这一格在表头的列以外", "this cell is beyond the columns of the header"});
      }
    }
    if (header) {
      table.header.cells = std::move(row.cells);
    } else if (std::any_of(row.cells.begin(), row.cells.end(), [](const std::string& cell) { return !cell.empty(); })) {
      table.rows.push_back(std::move(row));
    }
  }

  WorkbookParts& parts_;
  Sheet sheet_;
  size_t row_ = 0;
  size_t next_column_ = 0;
  std::vector<std::pair<Address, std::string>> cells_;  // of the row, those that are not empty
  Address at_;
  std::string type_;
  size_t style_ = 0;
  std::string value_;
  bool formula_ = false;
  bool in_value_ = false;
  bool reading_aloud_ = false;
  bool too_large_ = false;
  std::string broken_;
};

}  // namespace

tl::expected<Sheet, Refusal> ReadSheet(std::string_view xml, const std::string& name, WorkbookParts& parts) {
  return SheetReader(name, parts).Read(xml);
}

std::string Unescaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t at = std::min(text.find("_x"), text.size());
    out += text.substr(0, at);
    text.remove_prefix(at);
    uint32_t code = 0;
    // NUL is no text.
    const bool escape = text.size() >= 7 && text[6] == '_' &&
                        std::from_chars(text.data() + 2, text.data() + 6, code, 16).ptr == text.data() + 6;
    if (escape && code != 0 && (code < 0xD800 || code > 0xDFFF)) {
      AppendUtf8(code, out);
      text.remove_prefix(7);
    } else if (!text.empty()) {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace heng::data
