#include "engine/data/csv_folder.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "engine/base/file.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "engine/data/csv_files.h"
#include "engine/data/csv_header.h"
#include "engine/data/read_value.h"

namespace heng::data {
namespace {

const char* PeriodExample(PeriodKind kind) {
  switch (kind) {
    case PeriodKind::kMonth: return "2024-07";
    case PeriodKind::kQuarter: return "2024Q3";
    case PeriodKind::kHalf: return "2024H2";
    default: return "2024";
  }
}

class FolderReader {
 public:
  FolderReader(const graph::GraphPtr& graph, const FolderRequest& request, std::vector<std::string> files)
      : request_(request),
        builder_(graph, request.period, request.parameters),
        files_(request.folder, std::move(files)) {}

  Result<FactReading> Read() {
    const bool whole = ReadRoster() && ReadPeriodic() && ReadRecords() && ReadHistory();
    if (environment_error_) return tl::unexpected<Error>(*environment_error_);
    if (whole) RefuseUnknownFiles();
    const auto locate = [this](Refusal& refusal, uint32_t subject, Period period) { Locate(refusal, subject, period); };
    if (builder_.usable()) {
      builder_.RequirePeriods(locate);
      builder_.RunChecks(locate);
    }
    return builder_.Finish(true);
  }

 private:
  struct RowPlace {
    const std::string* file = nullptr;
    size_t line = 0;
  };
  // One row as it is read: whose, of which period.
  struct RowOwner {
    uint32_t subject = 0;
    Period period;
  };

  const semantic::Model& model() const { return builder_.model(); }

  std::optional<CsvTable> Open(const std::vector<std::string>& stems, bool required) {
    std::vector<Refusal> refusals;
    auto table = files_.Open(stems, required, refusals);
    for (Refusal& refusal : refusals) builder_.RefuseOther(std::move(refusal));
    if (table) return std::move(*table);
    environment_error_ = table.error();
    return std::nullopt;
  }

  std::optional<CsvColumns> Header(const CsvTable& table, const ColumnsWanted& wanted) {
    HeaderReading reading = ReadHeader(model(), table, wanted, request_.columns);
    for (Refusal& refusal : reading.refusals) builder_.RefuseOther(std::move(refusal));
    if (!reading.refusals.empty()) return std::nullopt;
    return std::move(reading.columns);
  }

  static Refusal At(const CsvTable& table, const CsvRow& row, std::string column, std::string code, Bilingual message) {
    Refusal refusal;
    refusal.code = std::move(code);
    refusal.message = std::move(message);
    refusal.file = table.file;
    refusal.line = row.line;
    refusal.column_name = std::move(column);
    return refusal;
  }

  // Nothing if it was refused.
  std::optional<Value> ReadCell(const CsvTable& table, const CsvRow& row, const RowOwner& owner,
                                const Expected& expected, std::string_view cell) {
    Reading value = ReadText(expected, cell);
    if (value) return std::move(*value);
    Refusal refusal = std::move(value.error());
    refusal.file = table.file;
    refusal.line = row.line;
    refusal.column_name = expected.name;
    builder_.Refuse(owner.subject, owner.period, std::move(refusal));
    return std::nullopt;
  }

  // The id of the row; empty if it was refused.
  std::string IdOf(const CsvTable& table, const CsvRow& row, const CsvColumns& columns) {
    std::string id(Trim(row.cells[columns.id]));
    if (id.empty() || id.size() > limits::kNameBytes) {
      const Bilingual message =
          id.empty() ? Bilingual{"没有编号", "there is no id"} : Bilingual{"编号太长", "the id is too long"};
      builder_.RefuseOther(At(table, row, "编号", "bad-id", message));
      return "";
    }
    return id;
  }

  // Whose row it is and of which period; nothing if it was refused or, of the past, is passed over.
  std::optional<RowOwner> OwnerOf(const CsvTable& table, const CsvRow& row, const CsvColumns& columns, PeriodKind kind,
                                  bool past) {
    std::string id = IdOf(table, row, columns);
    if (id.empty()) return std::nullopt;
    if (past) id = WithoutApostrophe(id);
    const auto subject = builder_.FindSubject(id);
    if (!subject) {
      if (past) return std::nullopt;
      Refusal refusal = At(table, row, "编号", "unknown-subject",
                           {fmt::format("名册里没有“{}”", id), fmt::format("'{}' is not in the roster", id)});
      refusal.subject = refusal.value = id;
      builder_.RefuseOther(std::move(refusal));
      return std::nullopt;
    }
    const std::string& written = row.cells[*columns.period];
    const auto period = ParsePeriod(Trim(FoldFullWidth(written)));
    if (!period || period->kind != kind) {
      Refusal refusal =
          At(table, row, "期间", "bad-period",
             {fmt::format("“{}”不是一个{}，应写成 {} 这样", written,
                          kind == PeriodKind::kMonth ? "月份" : PeriodNoun(kind).zh, PeriodExample(kind)),
              fmt::format("'{}' is not a {}, write it as {}", written, PeriodNoun(kind).en, PeriodExample(kind))});
      refusal.value = written;
      builder_.Refuse(*subject, {}, std::move(refusal));
      return std::nullopt;
    }
    return RowOwner{*subject, *period};
  }

  void SetFields(const CsvTable& table, const CsvRow& row, const RowOwner& owner, const ColumnsWanted& wanted,
                 const CsvColumns& columns) {
    for (size_t i = 0; i < wanted.fields.size(); ++i) {
      const auto& column = columns.fields[i];
      auto value =
          ReadCell(table, row, owner, Expected(model(), model()[wanted.fields[i]]), column ? row.cells[*column] : "");
      if (value) builder_.Set(wanted.fields[i], owner.subject, owner.period, std::move(*value));
    }
  }

  bool ReadRoster() {
    const semantic::Sort& sort = model()[model().subject()];
    const auto table = Open({sort.name, sort.code}, true);
    if (!table) return false;
    const ColumnsWanted wanted{builder_.layout().attributes, {}, false, true};
    const auto columns = Header(*table, wanted);
    if (!columns) return false;
    if (table->rows.empty()) {
      builder_.RefuseOther(At(*table, table->header, "", "empty-file", {"名册里一行也没有", "the roster has no rows"}));
      return false;
    }
    if (columns->since) {
      ReadDatedRoster(*table, wanted, *columns);
      return true;
    }
    for (const CsvRow& row : table->rows) {
      const std::string id = IdOf(*table, row, *columns);
      if (id.empty()) continue;
      if (const auto subject = builder_.AddSubject(id)) {
        SetFields(*table, row, {*subject, {}}, wanted, *columns);
      } else {
        builder_.Refuse(*builder_.FindSubject(id), {},
                        At(*table, row, "编号", "duplicate-row",
                           {fmt::format("“{}”已经有一行", id), fmt::format("'{}' has a row already", id)}));
      }
    }
    return true;
  }

  // Attributes with history: of each subject the row that holds on the first day of the settled period.
  void ReadDatedRoster(const CsvTable& table, const ColumnsWanted& wanted, const CsvColumns& columns) {
    const Date first_day = request_.period.first_day();
    std::vector<std::map<Date, const CsvRow*>> rows;
    for (const CsvRow& row : table.rows) {
      const std::string id = IdOf(table, row, columns);
      if (id.empty()) continue;
      if (builder_.AddSubject(id)) rows.emplace_back();
      const uint32_t subject = *builder_.FindSubject(id);
      const std::string& written = row.cells[*columns.since];
      const auto since = ParseDate(Trim(written));
      if (!since) {
        builder_.Refuse(subject, {},
                        At(table, row, "自", "not-a-date",
                           {fmt::format("“{}”不是日期，请写成 2024-07-01", written),
                            fmt::format("'{}' is not a date, write it as 2024-07-01", written)}));
      } else if (!rows[subject].emplace(*since, &row).second) {
        builder_.Refuse(subject, {},
                        At(table, row, "自", "duplicate-row",
                           {fmt::format("“{}”自 {} 起已经有一行", id, since->ToString()),
                            fmt::format("'{}' has a row since {} already", id, since->ToString())}));
      }
    }
    for (uint32_t subject = 0; subject < rows.size(); ++subject) {
      // Every row is validated; the values of the one that is read last stay: of those that hold already, the latest.
      const auto behind = rows[subject].upper_bound(first_day);
      for (auto row = behind; row != rows[subject].end(); ++row)
        SetFields(table, *row->second, {subject, {}}, wanted, columns);
      for (auto row = rows[subject].begin(); row != behind; ++row)
        SetFields(table, *row->second, {subject, {}}, wanted, columns);
      if (behind == rows[subject].begin() && !rows[subject].empty()) {
        builder_.Refuse(subject, {},
                        At(table, *rows[subject].begin()->second, "自", "missing-fact",
                           {fmt::format("{} 还没有生效的一行", first_day.ToString()),
                            fmt::format("no row holds on {}", first_day.ToString())}));
      }
    }
  }

  bool ReadPeriodic() {
    for (const auto& [kind, fields] : builder_.layout().periodic) {
      const auto table = Open({PeriodAdverb(kind).zh, PeriodAdverb(kind).en}, !AllOptional(model(), fields));
      if (!table) continue;
      const ColumnsWanted wanted{fields, {}, true, false};
      const auto columns = Header(*table, wanted);
      if (!columns) continue;
      names_.push_back(table->file);
      for (const CsvRow& row : table->rows) {
        const auto owner = OwnerOf(*table, row, *columns, kind, false);
        if (!owner) continue;
        if (!builder_.BeginRow(owner->subject, owner->period)) {
          RefuseDuplicate(*table, row, *owner);
          continue;
        }
        places_[{owner->subject, owner->period}] = {&names_.back(), row.line};
        SetFields(*table, row, *owner, wanted, *columns);
      }
    }
    return true;
  }

  void RefuseDuplicate(const CsvTable& table, const CsvRow& row, const RowOwner& owner) {
    const auto first = places_.find({owner.subject, owner.period});
    const size_t line = first == places_.end() ? 0 : first->second.line;
    const std::string period = owner.period.ToString();
    builder_.Refuse(
        owner.subject, owner.period,
        At(table, row, "期间", "duplicate-row",
           {line > 0 ? fmt::format("{} 在第 {} 行已经有了", period, line) : period + " 已经有一行",
            line > 0 ? fmt::format("{} stands in line {} already", period, line) : period + " has a row already"}));
  }

  bool ReadRecords() {
    for (const RecordsLayout& records : builder_.layout().records) {
      const semantic::Sort& sort = model()[records.sort];
      const auto table = Open({sort.name, sort.code}, true);
      if (!table) continue;
      const ColumnsWanted wanted{records.fields, {}, true, false};
      const auto columns = Header(*table, wanted);
      if (!columns) continue;
      for (const CsvRow& row : table->rows) {
        const auto owner = OwnerOf(*table, row, *columns, records.period, false);
        if (!owner) continue;
        eval::RecordRow record{owner->subject, owner->period, {}};
        for (size_t i = 0; i < records.fields.size(); ++i) {
          const auto& column = columns->fields[i];
          auto value = ReadCell(*table, row, *owner, Expected(model(), model()[records.fields[i]]),
                                column ? row.cells[*column] : "");
          if (value) record.values.push_back(std::move(*value));
        }
        if (record.values.size() == records.fields.size()) builder_.AddRecord(records.sort, std::move(record));
      }
    }
    return true;
  }

  bool ReadHistory() {
    for (const auto& [kind, results] : builder_.layout().results) {
      if (kind == PeriodKind::kOnce) continue;
      const auto table = Open({"历史." + PeriodAdverb(kind).zh, "history." + PeriodAdverb(kind).en}, false);
      if (!table) continue;
      const ColumnsWanted wanted{{}, results, true, false};
      const auto columns = Header(*table, wanted);
      if (!columns) continue;
      std::set<std::pair<uint32_t, Period>> seen;
      for (const CsvRow& row : table->rows) {
        const auto owner = OwnerOf(*table, row, *columns, kind, true);
        if (!owner) continue;
        if (!seen.emplace(owner->subject, owner->period).second) {
          RefuseDuplicate(*table, row, *owner);
          continue;
        }
        for (size_t i = 0; i < results.size(); ++i) {
          if (!columns->results[i]) continue;
          auto value = ReadCell(*table, row, *owner, Expected(model(), model()[results[i]]),
                                WithoutApostrophe(row.cells[*columns->results[i]]));
          if (value) builder_.Record(results[i], owner->subject, owner->period, std::move(*value));
        }
      }
    }
    return true;
  }

  void RefuseUnknownFiles() {
    std::vector<std::string> known = {model()[model().subject()].name};
    for (const auto& [kind, fields] : builder_.layout().periodic) known.push_back(PeriodAdverb(kind).zh);
    for (const RecordsLayout& records : builder_.layout().records) known.push_back(model()[records.sort].name);
    for (const auto& [kind, results] : builder_.layout().results) known.push_back("历史." + PeriodAdverb(kind).zh);
    for (std::string& name : known) name += ".csv";
    for (const std::string& file : files_.unread()) {
      Bilingual message{"政策不要求这个文件", "the policy asks for no such file"};
      if (const auto nearest = NearestName(file, known)) {
        message.zh += fmt::format("，是不是“{}”？", *nearest);
        message.en += fmt::format(", did you mean '{}'?", *nearest);
      }
      builder_.RefuseOther(RefuseFile("unknown-file", std::move(message), file));
    }
  }

  void Locate(Refusal& refusal, uint32_t subject, Period period) const {
    if (const auto place = places_.find({subject, period}); place != places_.end()) {
      refusal.file = *place->second.file;
      refusal.line = place->second.line;
    } else if (!builder_.layout().FactsOf(period.kind).empty()) {
      refusal.file = PeriodAdverb(period.kind).zh + ".csv";
    }
  }

  const FolderRequest& request_;
  FactsBuilder builder_;
  CsvFiles files_;
  std::deque<std::string> names_;
  eval::BySubjectPeriod<RowPlace> places_;
  std::optional<Error> environment_error_;
};

}  // namespace

Result<FactReading> ReadCsvFolder(const graph::GraphPtr& graph, const FolderRequest& request) {
  auto files = ListCsvFiles(request.folder);
  if (!files) return tl::unexpected<Error>(files.error());
  return FolderReader(graph, request, std::move(*files)).Read();
}

std::vector<Period> PeriodsIn(const std::string& folder, PeriodKind kind, const ColumnMap& columns) {
  std::set<Period> periods;
  const auto files = ListCsvFiles(folder);
  if (!files) return {};
  for (const std::string& file : *files) {
    if (file.starts_with("历史.") || file.starts_with("history.")) continue;
    const auto bytes = ReadFile(folder + "/" + file, limits::kCsvBytes);
    const auto table = bytes ? ParseCsv(*bytes, file) : tl::expected<CsvTable, Refusal>(CsvTable{});
    if (!table) continue;
    const std::vector<std::string>& header = table->header.cells;
    const auto column = std::find_if(header.begin(), header.end(), [&](const std::string& cell) {
      return IsPeriodColumn(ColumnName(cell, columns));
    });
    if (column == header.end()) continue;
    for (const CsvRow& row : table->rows) {
      const auto period = ParsePeriod(Trim(row.cells[static_cast<size_t>(column - header.begin())]));
      if (period && period->kind <= kind) periods.insert(period->In(kind));
    }
  }
  return {periods.begin(), periods.end()};
}

}  // namespace heng::data
