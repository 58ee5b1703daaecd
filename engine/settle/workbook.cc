#include "engine/settle/workbook.h"

#include <xlsxwriter.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "engine/base/file.h"
#include "engine/base/text.h"
#include "engine/settle/board.h"
#include "engine/settle/result_tables.h"

namespace heng::settle {
namespace {

namespace fs = std::filesystem;

constexpr size_t kDigits = 15;
constexpr size_t kSheetNameLength = 31;
constexpr size_t kWidest = 60;
constexpr size_t kWorkbookBytes = size_t{1} << 30;
constexpr time_t kSecondsADay = 86400;

// `_x0041_` in a text would be read as `A`.
std::string Escaped(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escape =
        text.compare(i, 2, "_x") == 0 && i + 6 < text.size() && text[i + 6] == '_' &&
        std::all_of(text.begin() + static_cast<ptrdiff_t>(i) + 2, text.begin() + static_cast<ptrdiff_t>(i) + 6,
                    [](unsigned char c) { return std::isxdigit(c) != 0; });
    out += escape ? "_x005F_" : std::string(1, text[i]);
  }
  return out;
}

// How Excel shows a decimal of so many places: `0.00`.
std::string FormatOf(std::string_view decimal) {
  const size_t point = decimal.find('.');
  return point == std::string_view::npos ? "0" : "0." + std::string(decimal.size() - point - 1, '0');
}

// A folder of its own, removed with it: the library writes files only.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::error_code error;
    path_ = (fs::temp_directory_path(error) / "heng-XXXXXX").string();
    if (error || ::mkdtemp(path_.data()) == nullptr) path_.clear();
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    std::error_code error;
    if (!path_.empty()) fs::remove_all(path_, error);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

class WorkbookWriter {
 public:
  explicit WorkbookWriter(const ScratchFolder& folder)
      : path_(folder.path() + "/workbook.xlsx"), folder_(folder.path()) {
    lxw_workbook_options options{};
    options.tmpdir = folder_.data();
    book_ = workbook_new_opt(path_.c_str(), &options);
    bold_ = workbook_add_format(book_);
    format_set_bold(bold_);
  }

  void Describe(const Settlement& settlement) {
    const semantic::Model& model = *settlement.graph->model;
    std::string title = fmt::format("{} {}", model.policy.title.empty() ? model.policy.id : model.policy.title,
                                    settlement.period.ToString());
    std::string about = fmt::format("{} {}", model.policy.id, model.policy.version);
    lxw_doc_properties properties{};
    properties.title = title.data();
    properties.subject = about.data();
    // Of the settlement, not of the clock: the same results are the same bytes.
    properties.created = kSecondsADay * settlement.period.last_day().days();
    Check(workbook_set_properties(book_, &properties));
  }

  void AddBoard(const std::vector<BoardTable>& tables) {
    Begin("公示", false);
    lxw_row_t row = 0;
    for (const BoardTable& table : tables) {
      Text(row++, 0, table.title, bold_);
      for (size_t r = 0; r < table.rows.size(); ++r, ++row) {
        for (size_t i = 0; i < table.rows[r].size(); ++i) {
          const BoardTable::Cell& cell = table.rows[r][i];
          const auto column = static_cast<lxw_col_t>(i);
          Widen(i, cell.text);
          if (cell.number && r > 0 && IsKept(cell.text)) {
            Number(row, column, cell.text);
          } else {
            Text(row, column, cell.text, r == 0 ? bold_ : cell.color == nullptr ? nullptr : Grade(cell.color));
          }
        }
      }
      for (const std::string& line : table.summary) Text(row++, 0, line, nullptr);
      ++row;
    }
    End();
  }

  void AddResults(const ResultTable& table) {
    Begin("结果" + table.part, true);
    for (size_t r = 0; r < table.rows.size(); ++r) {
      for (size_t i = 0; i < table.rows[r].size(); ++i) {
        const ResultCell& cell = table.rows[r][i];
        Widen(i, cell.text);
        const auto row = static_cast<lxw_row_t>(r);
        const auto column = static_cast<lxw_col_t>(i);
        if (cell.kind == ResultCell::Kind::kNumber && IsKept(cell.text)) {
          Number(row, column, cell.text);
        } else if (!cell.text.empty()) {
          Text(row, column, cell.text, r == 0 ? bold_ : nullptr);
        }
      }
    }
    End();
  }

  Result<std::string> Finish() {
    const lxw_error closed = workbook_close(book_);
    if (worst_ == LXW_NO_ERROR) Check(closed);
    if (worst_ == LXW_NO_ERROR) return ReadFile(path_, kWorkbookBytes);
    const std::string why = lxw_strerror(worst_);
    const bool limit =
        worst_ == LXW_ERROR_MAX_STRING_LENGTH_EXCEEDED || worst_ == LXW_ERROR_WORKSHEET_INDEX_OUT_OF_RANGE;
    if (limit) {
      return Fail(ErrorKind::kFindings, "workbook-limit",
                  {"工作表放不下这些结果（一格最多 32767 个字，一张表最多 1048576 行）；请写成 CSV",
                   "a sheet cannot hold these results (32767 characters a cell, 1048576 rows); write CSV"});
    }
    return Fail(ErrorKind::kEnvironment, "file", {"不能写工作簿：" + why, "cannot write the workbook: " + why});
  }

 private:
  void Check(lxw_error error) {
    if (worst_ == LXW_NO_ERROR) worst_ = error;
  }

  void Begin(const std::string& name, bool table) {
    sheet_ = workbook_add_worksheet(book_, SheetName(name).c_str());
    widths_.clear();
    if (table) worksheet_freeze_panes(sheet_, 1, 0);
  }

  void End() {
    for (size_t i = 0; i < widths_.size(); ++i) {
      const auto column = static_cast<lxw_col_t>(i);
      Check(worksheet_set_column(sheet_, column, column, static_cast<double>(std::min(widths_[i], kWidest) + 2),
                                 nullptr));
    }
  }

  // At most 31 characters, each name once.
  std::string SheetName(const std::string& wanted) {
    std::string name = Cut(wanted, kSheetNameLength);
    for (int i = 2; !sheets_.insert(name).second; ++i) name = Cut(wanted, kSheetNameLength - 3) + fmt::format("~{}", i);
    return name;
  }
  static std::string Cut(const std::string& text, size_t length) {
    size_t end = 0;
    for (size_t count = 0; end < text.size() && count < length; ++count) {
      do ++end;
      while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80);
    }
    return text.substr(0, end);
  }

  void Widen(size_t column, const std::string& text) {
    if (widths_.size() <= column) widths_.resize(column + 1);
    widths_[column] = std::max(widths_[column], DisplayWidth(text));
  }

  void Text(lxw_row_t row, lxw_col_t column, const std::string& text, lxw_format* format) {
    Check(worksheet_write_string(sheet_, row, column, Escaped(text).c_str(), format));
  }

  // REQUIRES: IsKept(decimal).
  void Number(lxw_row_t row, lxw_col_t column, const std::string& decimal) {
    double value = 0;
    std::from_chars(decimal.data(), decimal.data() + decimal.size(), value);
    lxw_format*& format = formats_[FormatOf(decimal)];
    if (format == nullptr) {
      format = workbook_add_format(book_);
      format_set_num_format(format, FormatOf(decimal).c_str());
    }
    Check(worksheet_write_number(sheet_, row, column, value, format));
  }

  lxw_format* Grade(const std::string& color) {
    static const std::map<std::string, std::pair<lxw_color_t, lxw_color_t>> kColors = {{"green", {0x2E7D32, 0xFFFFFF}},
                                                                                       {"blue", {0x1565C0, 0xFFFFFF}},
                                                                                       {"yellow", {0xFDD835, 0x000000}},
                                                                                       {"red", {0xC62828, 0xFFFFFF}}};
    lxw_format*& format = formats_[color];
    if (format == nullptr) {
      format = workbook_add_format(book_);
      format_set_bg_color(format, kColors.at(color).first);
      format_set_font_color(format, kColors.at(color).second);
    }
    return format;
  }

  std::string path_;
  std::string folder_;
  lxw_workbook* book_ = nullptr;
  lxw_worksheet* sheet_ = nullptr;
  lxw_format* bold_ = nullptr;
  std::map<std::string, lxw_format*> formats_;
  std::set<std::string> sheets_;
  std::vector<size_t> widths_;
  lxw_error worst_ = LXW_NO_ERROR;
};

}  // namespace

Result<std::string> Workbook(const Settlement& settlement) {
  const ScratchFolder folder;
  if (folder.path().empty()) {
    const std::string why = std::generic_category().message(errno);
    return Fail(ErrorKind::kEnvironment, "file", {"不能写临时文件：" + why, "cannot write a temporary file: " + why});
  }
  WorkbookWriter writer(folder);
  writer.Describe(settlement);
  writer.AddBoard(BoardTables(settlement, Language::kChinese));
  for (const ResultTable& table : TablesOf(settlement)) writer.AddResults(table);
  return writer.Finish();
}

bool IsKept(std::string_view decimal) {
  if (decimal.starts_with('-')) decimal.remove_prefix(1);
  size_t digits = 0;
  size_t points = 0;
  for (const char c : decimal) {
    if (c == '.') {
      ++points;
    } else if (std::isdigit(static_cast<unsigned char>(c)) == 0) {
      return false;
    } else if (digits > 0 || c != '0') {
      ++digits;
    }
  }
  return !decimal.empty() && points <= 1 && digits <= kDigits && decimal.front() != '.' && decimal.back() != '.';
}

}  // namespace heng::settle
