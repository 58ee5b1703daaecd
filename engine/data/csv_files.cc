#include "engine/data/csv_files.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "engine/base/file.h"
#include "engine/base/limits.h"
#include "engine/data/fact_layout.h"

namespace heng::data {

namespace fs = std::filesystem;

std::string CsvStem(const std::string& file) {
  const fs::path path(file);
  const std::string extension = path.extension().string();
  return extension == ".csv" || extension == ".CSV" || extension == ".Csv" ? path.stem().string() : "";
}

namespace {

tl::unexpected<Error> Unreadable(const std::string& path) {
  std::error_code error;
  Bilingual message = {fmt::format("不能读取数据目录“{}”", path),
                       fmt::format("cannot read the folder of facts '{}'", path)};
  if (!fs::exists(path, error)) {
    message = {fmt::format("没有数据目录或工作簿“{}”", path),
               fmt::format("there is no folder of facts or workbook '{}'", path)};
  } else if (!fs::is_directory(path, error)) {
    message = {fmt::format("“{}”不是数据目录，也不是 .xlsx 工作簿（旧的 .xls 请另存为 .xlsx）", path),
               fmt::format("'{}' is no folder of facts and no .xlsx workbook (save an old .xls as .xlsx)", path)};
  }
  return Fail(ErrorKind::kEnvironment, "folder-unreadable", message, path);
}

}  // namespace

Result<std::vector<std::string>> ListCsvFiles(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (!CsvStem(name).empty() && name[0] != '.' && name.substr(0, 2) != "~$") names.push_back(name);
  }
  if (error) return Unreadable(folder);
  std::sort(names.begin(), names.end());
  return names;
}

Refusal RefuseFile(std::string code, Bilingual message, std::string file) {
  Refusal refusal;
  refusal.code = std::move(code);
  refusal.message = std::move(message);
  refusal.file = std::move(file);
  return refusal;
}

Result<CsvFiles> CsvFiles::At(const std::string& path, const std::string& workbook) {
  CsvFiles out;
  out.path_ = path;
  std::error_code error;
  const bool alone = IsWorkbook(path) && !fs::is_directory(path, error);
  out.workbook_ = alone || !workbook.empty();
  if (!alone) {
    auto files = ListCsvFiles(path);
    if (!files) return tl::unexpected<Error>(files.error());
    out.unread_ = std::move(*files);
  }
  if (!out.workbook_) return out;
  std::erase_if(out.unread_, [](const std::string& file) { return !CsvStem(file).ends_with(kSettledSuffix); });
  if (auto added = out.AddSheets(alone ? path : workbook); !added) return tl::unexpected<Error>(added.error());
  return out;
}

Status CsvFiles::AddSheets(const std::string& workbook) {
  const auto bytes = ReadFile(workbook, limits::kWorkbookBytes);
  if (!bytes) return tl::unexpected<Error>(bytes.error());
  auto sheets = ReadWorkbook(*bytes, fs::path(workbook).filename().string(), limits::kWorkbookBytes);
  if (!sheets) {
    refused_ = std::move(sheets.error());
    return Ok();
  }
  for (Sheet& sheet : *sheets) {
    const bool empty = sheet.table.header.cells.empty() && sheet.refusals.empty();
    const std::string name = sheet.table.file;
    // What the store has fed stands in the place of a sheet of that name.
    const bool fed = std::find(unread_.begin(), unread_.end(), name + ".csv") != unread_.end();
    if (empty || fed) continue;
    if (!sheet.hidden) unread_.push_back(name);
    sheets_.emplace(name, std::move(sheet));
  }
  return Ok();
}

Result<std::optional<CsvTable>> CsvFiles::Open(const std::vector<std::string>& stems, bool required,
                                               std::vector<Refusal>& refusals) {
  if (refused_) {
    if (!told_) refusals.push_back(*refused_);
    told_ = true;
    return std::nullopt;
  }
  std::vector<std::string> found;
  for (const std::string& file : unread_) {
    const std::string stem = StemOf(file);
    if (!stem.empty() && std::find(stems.begin(), stems.end(), stem) != stems.end()) found.push_back(file);
  }
  for (const auto& [name, sheet] : sheets_) {
    if (!sheet.hidden || std::find(stems.begin(), stems.end(), name) == stems.end()) continue;
    refusals.push_back(RefuseFile("hidden-sheet",
                                  {"工作表是隐藏的，里面的数看不见：请取消隐藏或删掉",
                                   "the sheet is hidden, nobody sees what is in it: show it or delete it"},
                                  name));
    return std::nullopt;
  }
  for (const std::string& file : found) std::erase(unread_, file);
  if (found.empty()) {
    if (required) {
      refusals.push_back(RefuseFile("missing-file",
                                    workbook_ ? Bilingual{fmt::format("缺少工作表“{}”", stems[0]),
                                                          fmt::format("the sheet '{}' is missing", stems[0])}
                                              : Bilingual{fmt::format("缺少文件“{}.csv”", stems[0]),
                                                          fmt::format("the file '{}.csv' is missing", stems[0])},
                                    ""));
    }
    return std::nullopt;
  }
  if (found.size() > 1) {
    refusals.push_back(RefuseFile("duplicate-file",
                                  {fmt::format("与“{}”是同一份数据，只能有一个", found[0]),
                                   fmt::format("holds the same as '{}', there must be only one", found[0])},
                                  found[1]));
    return std::nullopt;
  }
  if (sheets_.contains(found[0])) {
    Sheet sheet = std::move(sheets_.extract(found[0]).mapped());
    if (sheet.refusals.empty()) return std::optional(std::move(sheet.table));
    refusals.insert(refusals.end(), sheet.refusals.begin(), sheet.refusals.end());
    return std::nullopt;
  }
  const Result<std::string> bytes = ReadFile((fs::path(path_) / found[0]).string(), limits::kCsvBytes);
  if (!bytes) return tl::unexpected<Error>(bytes.error());
  auto table = ParseCsv(*bytes, found[0]);
  if (table) return std::optional(std::move(*table));
  refusals.push_back(std::move(table.error()));
  return std::nullopt;
}

}  // namespace heng::data
