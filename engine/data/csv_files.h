// The .csv files of a folder, found by name. Of csv_folder; the server and settle know them too.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/data/csv.h"

namespace heng::data {

// The name of a .csv file before its extension; empty if it is no such file.
std::string CsvStem(const std::string& file);

// By name, without hidden ones and those that Excel locks with. Error: kEnvironment, folder-unreadable.
Result<std::vector<std::string>> ListCsvFiles(const std::string& folder);

// Those of them that were not asked for yet.
class CsvFiles {
 public:
  CsvFiles(std::string folder, std::vector<std::string> files)
      : folder_(std::move(folder)), unread_(std::move(files)) {}

  // The table of the file that has one of these names before `.csv`; nothing if there is none or it was refused into
  // `refusals`: missing-file if it is required, duplicate-file if several have such a name, and what ParseCsv refuses.
  // Error: a file cannot be read.
  Result<std::optional<CsvTable>> Open(const std::vector<std::string>& stems, bool required,
                                       std::vector<Refusal>& refusals);
  const std::vector<std::string>& unread() const { return unread_; }

 private:
  std::string folder_;
  std::vector<std::string> unread_;
};

Refusal RefuseFile(std::string code, Bilingual message, std::string file);

}  // namespace heng::data
