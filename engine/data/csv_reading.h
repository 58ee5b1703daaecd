// CsvReading: one folder on its way into a FactsBuilder: opens its tables, reads their rows and cells, refuses with the place.
// Internal to csv_folder and csv_past.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/data/csv_files.h"
#include "engine/data/csv_folder.h"
#include "engine/data/csv_header.h"
#include "engine/data/facts_builder.h"
#include "engine/data/read_value.h"
#include "engine/data/table_place.h"

namespace heng::data {

// One row as it is read: whose, of which period.
struct RowOwner {
  uint32_t subject = 0;
  Period period;
};

class CsvReading {
 public:
  CsvReading(const graph::GraphPtr& graph, const FolderRequest& request, CsvFiles files)
      : request_(request), builder_(graph, request.period, request.parameters), files_(std::move(files)) {}

  FactsBuilder& builder() { return builder_; }
  const semantic::Model& model() const { return builder_.model(); }
  const FactLayout& layout() const { return builder_.layout(); }
  const FolderRequest& request() const { return request_; }
  const CsvFiles& files() const { return files_; }
  // If a file could not be read: then nothing else counts.
  const std::optional<Error>& environment_error() const { return environment_error_; }

  // Nothing if there is none, or it was refused.
  std::optional<CsvTable> Open(const std::vector<std::string>& stems, bool required);
  // Nothing if it was refused.
  std::optional<CsvColumns> Header(const CsvTable& table, const ColumnsWanted& wanted);
  // The value in that column, empty if there is none; nothing if it was refused.
  std::optional<Value> ReadCell(const CsvTable& table, const CsvRow& row, const RowOwner& owner,
                                const Expected& expected, std::optional<size_t> column);
  // The id of the row; empty if it was refused.
  std::string IdOf(const CsvTable& table, const CsvRow& row, const CsvColumns& columns);
  // Whose row it is and of which period (kDay: any, the row is dated); nothing if it was refused or, of the past, is passed over.
  std::optional<RowOwner> OwnerOf(const CsvTable& table, const CsvRow& row, const CsvColumns& columns, SortId sort,
                                  PeriodKind kind, bool past);
  void SetFields(const CsvTable& table, const CsvRow& row, const RowOwner& owner, const ColumnsWanted& wanted,
                 const CsvColumns& columns, std::optional<Date> since = std::nullopt);
  // `line`: where the subject's row of that period stands already; 0: not known.
  void RefuseDuplicate(const CsvTable& table, const CsvRow& row, const RowOwner& owner, const CsvColumns& columns,
                       size_t line);
  static Refusal At(const CsvTable& table, const CsvRow& row, TableColumn column, std::string code, Bilingual message);

 private:
  const FolderRequest& request_;
  FactsBuilder builder_;
  CsvFiles files_;
  std::optional<Error> environment_error_;
};

}  // namespace heng::data
