#include "engine/data/csv_files.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "engine/base/file.h"
#include "engine/base/limits.h"

namespace heng::data {

namespace fs = std::filesystem;

std::string CsvStem(const std::string& file) {
  const fs::path path(file);
  const std::string extension = path.extension().string();
  return extension == ".csv" || extension == ".CSV" || extension == ".Csv" ? path.stem().string() : "";
}

Result<std::vector<std::string>> ListCsvFiles(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (!CsvStem(name).empty() && name[0] != '.' && name.substr(0, 2) != "~$") names.push_back(name);
  }
  if (error) {
    return Fail(
        ErrorKind::kEnvironment, "folder-unreadable",
        {fmt::format("不能读取数据目录“{}”", folder), fmt::format("cannot read the folder of facts '{}'", folder)},
        folder);
  }
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

Result<std::optional<CsvTable>> CsvFiles::Open(const std::vector<std::string>& stems, bool required,
                                               std::vector<Refusal>& refusals) {
  std::vector<std::string> found;
  for (const std::string& file : unread_) {
    const std::string stem = CsvStem(file);
    if (!stem.empty() && std::find(stems.begin(), stems.end(), stem) != stems.end()) found.push_back(file);
  }
  for (const std::string& file : found) std::erase(unread_, file);
  if (found.empty()) {
    if (required) {
      refusals.push_back(RefuseFile(
          "missing-file",
          {fmt::format("缺少文件“{}.csv”", stems[0]), fmt::format("the file '{}.csv' is missing", stems[0])}, ""));
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
  const Result<std::string> bytes = ReadFile((fs::path(folder_) / found[0]).string(), limits::kCsvBytes);
  if (!bytes) return tl::unexpected<Error>(bytes.error());
  auto table = ParseCsv(*bytes, found[0]);
  if (table) return std::optional(std::move(*table));
  refusals.push_back(std::move(table.error()));
  return std::nullopt;
}

}  // namespace heng::data
