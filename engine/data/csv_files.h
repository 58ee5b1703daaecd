// The tables of facts: the .csv files of a folder, or the sheets of a workbook, found by name. Of csv_folder; the server and settle know
// the names of the files too.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/data/csv.h"
#include "engine/data/xlsx.h"

namespace heng::data {

// The name of a .csv file before its extension; empty if it is no such file.
std::string CsvStem(const std::string& file);

// By name, without hidden ones and those that Excel locks with. Error: kEnvironment, folder-unreadable.
Result<std::vector<std::string>> ListCsvFiles(const std::string& folder);

// Those of them that were not asked for yet.
class CsvFiles {
 public:
  // A folder, or a workbook whose sheets are named as the files are; empty ones and, but for those that are asked for, hidden ones are
  // passed over. With a folder and a `workbook`, the sheets take the place of the folder's files, but for those that a store has fed
  // (kSettledSuffix). Errors, kEnvironment: folder-unreadable, file. What cannot be read of a workbook is refused when it is asked for.
  static Result<CsvFiles> At(const std::string& path, const std::string& workbook = "");

  // The table of the file that has one of these names before `.csv`; nothing if there is none or it was refused into
  // `refusals`: missing-file if it is required, duplicate-file if several have such a name, hidden-sheet, and what ParseCsv and
  // ReadWorkbook refuse. Error: a file cannot be read.
  Result<std::optional<CsvTable>> Open(const std::vector<std::string>& stems, bool required,
                                       std::vector<Refusal>& refusals);
  const std::vector<std::string>& unread() const { return unread_; }
  // The name, of those unread, by which it is asked for.
  std::string StemOf(const std::string& file) const { return sheets_.contains(file) ? file : CsvStem(file); }
  // What a table is called: `每月.csv`, or the sheet `每月`.
  std::string NameOf(const std::string& stem) const { return workbook_ ? stem : stem + ".csv"; }
  bool workbook() const { return workbook_; }

 private:
  Status AddSheets(const std::string& workbook);

  std::string path_;
  bool workbook_ = false;
  std::vector<std::string> unread_;
  std::map<std::string, Sheet> sheets_;  // by name
  std::optional<Refusal> refused_;       // the workbook as a whole
  bool told_ = false;
};

Refusal RefuseFile(std::string code, Bilingual message, std::string file);

}  // namespace heng::data
