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
#include "engine/data/csv_past.h"
#include "engine/data/csv_reading.h"

namespace heng::data {
namespace {

class FolderReader {
 public:
  FolderReader(const graph::GraphPtr& graph, const FolderRequest& request, CsvFiles files)
      : reading_(graph, request, std::move(files)), builder_(reading_.builder()) {}

  Result<FactReading> Read() {
    const bool whole = ReadRosters();
    if (whole) {
      ReadPeriodic();
      ReadRecords();
      ReadPast(reading_);
    }
    if (reading_.environment_error()) return tl::unexpected<Error>(*reading_.environment_error());
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

  const semantic::Model& model() const { return builder_.model(); }

  // The subjects of every kind, before their attributes: one may refer to another.
  bool ReadRosters() {
    struct Roster {
      SortId sort;
      CsvTable table;
      CsvColumns columns;
    };
    std::vector<Roster> rosters;
    for (const SortId sort : builder_.layout().subjects) {
      auto table = reading_.Open({model()[sort].name, model()[sort].code}, true);
      if (!table) return false;
      const auto columns = reading_.Header(*table, {builder_.layout().AttributesOf(sort), {}, false, true});
      if (!columns) return false;
      if (table->rows.empty()) {
        builder_.RefuseOther(
            CsvReading::At(*table, table->header, {}, "empty-file", {"名册里一行也没有", "the roster has no rows"}));
        return false;
      }
      for (const CsvRow& row : table->rows) {
        const std::string id = reading_.IdOf(*table, row, *columns);
        if (!id.empty()) builder_.AddSubject(sort, id);
      }
      rosters.push_back({sort, std::move(*table), *columns});
    }
    for (const Roster& roster : rosters) ReadAttributes(roster.sort, roster.table, roster.columns);
    return true;
  }

  // With the column 自 a subject may have several rows, each of which holds from its day on.
  void ReadAttributes(SortId sort, const CsvTable& table, const CsvColumns& columns) {
    const ColumnsWanted wanted{builder_.layout().AttributesOf(sort), {}, false, true};
    std::vector<std::pair<uint32_t, const CsvRow*>> first_rows;
    std::set<uint32_t> seen;
    for (const CsvRow& row : table.rows) {
      const std::string id(Trim(row.cells[columns.id]));
      const auto subject = builder_.FindSubject(sort, id);
      if (!subject) continue;
      std::optional<Date> since;
      const std::string written = columns.since ? std::string(Trim(row.cells[*columns.since])) : "";
      if (!written.empty() && !(since = ParseDate(written))) {
        builder_.Refuse(*subject, {},
                        CsvReading::At(table, row, {"自", columns.since}, "not-a-date",
                                       {fmt::format("“{}”不是日期，请写成 2024-07-01", written),
                                        fmt::format("'{}' is not a date, write it as 2024-07-01", written)}));
        continue;
      }
      if (seen.insert(*subject).second) first_rows.emplace_back(*subject, &row);
      if (auto twice = builder_.BeginAttributes(*subject, since)) {
        const TableColumn column = columns.since ? TableColumn{"自", columns.since} : TableColumn{"编号", columns.id};
        builder_.Refuse(*subject, {}, PlaceIn(table, row.line, column, std::move(*twice)));
        continue;
      }
      reading_.SetFields(table, row, {*subject, {}}, wanted, columns, since);
    }
    if (!columns.since) return;
    for (const auto& [subject, row] : first_rows) {
      if (auto missing = builder_.RequireAttributes(subject))
        builder_.Refuse(subject, {}, PlaceIn(table, row->line, {"自", columns.since}, std::move(*missing)));
    }
  }

  void ReadPeriodic() {
    for (const auto& [sort, kind, fields] : builder_.layout().periodic) {
      const auto table = reading_.Open(PeriodicStems(model(), sort, kind), !AllOptional(model(), fields));
      if (!table) continue;
      ColumnsWanted wanted{fields, {}, true, false};
      wanted.whole = sort == semantic::kWholeSort;
      const auto columns = reading_.Header(*table, wanted);
      if (!columns) continue;
      names_.push_back(table->file);
      for (const CsvRow& row : table->rows) {
        const auto owner = reading_.OwnerOf(*table, row, *columns, sort, kind, false);
        if (!owner) continue;
        if (!builder_.BeginRow(owner->subject, owner->period)) {
          const RowPlace* first = places_.Find({owner->subject, owner->period});
          reading_.RefuseDuplicate(*table, row, *owner, *columns, first == nullptr ? 0 : first->line);
          continue;
        }
        places_.Set({owner->subject, owner->period}, {&names_.back(), row.line});
        reading_.SetFields(*table, row, *owner, wanted, *columns);
      }
    }
  }

  void ReadRecords() {
    for (const RecordsLayout& records : builder_.layout().records) {
      const semantic::Sort& sort = model()[records.sort];
      const auto table = reading_.Open({sort.name, sort.code}, true);
      if (!table) continue;
      ColumnsWanted wanted{records.fields, {}, records.period != PeriodKind::kDay && !records.in_rows, false};
      wanted.row = records.has_rows;
      if (records.in_rows) wanted.parent = model()[records.parent].name;
      SortId root = records.parent;
      while (model()[root].kind == semantic::Sort::Kind::kRecords) root = model()[root].parent;
      wanted.whole = root == semantic::kWholeSort;
      const auto columns = reading_.Header(*table, wanted);
      if (!columns) continue;
      for (const CsvRow& row : table->rows) ReadRecord(*table, row, *columns, records, root);
    }
  }

  void ReadRecord(const CsvTable& table, const CsvRow& row, const CsvColumns& columns, const RecordsLayout& records,
                  SortId root) {
    const auto owner = reading_.OwnerOf(table, row, columns, root, records.period, false);
    if (!owner) return;
    std::vector<Value> values;
    Period period = owner->period;
    for (size_t i = 0; i < records.fields.size(); ++i) {
      auto value =
          reading_.ReadCell(table, row, *owner, Expected(model(), model()[records.fields[i]]), columns.fields[i]);
      if (!value) continue;
      if (records.fields[i] == model()[records.sort].date && std::holds_alternative<Date>(*value))
        period = Period::Of(std::get<Date>(*value));
      values.push_back(std::move(*value));
    }
    if (values.size() != records.fields.size()) return;
    const std::string key(columns.row ? Trim(row.cells[*columns.row]) : "");
    const std::string parent(columns.parent ? Trim(row.cells[*columns.parent]) : "");
    if (auto refusal = builder_.AddRecord(records.sort, owner->subject, key, parent, period, std::move(values))) {
      const auto& column = refusal->code == "unknown-row" ? columns.parent : columns.row;
      builder_.Refuse(owner->subject, owner->period, PlaceIn(table, row.line, {"", column}, std::move(*refusal)));
    }
  }

  void RefuseUnknownFiles() {
    std::vector<std::string> known;
    for (const SortId sort : builder_.layout().subjects) known.push_back(model()[sort].name);
    for (const auto& [sort, kind, fields] : builder_.layout().periodic)
      known.push_back(PeriodicStems(model(), sort, kind)[0]);
    for (const RecordsLayout& records : builder_.layout().records) known.push_back(model()[records.sort].name);
    for (const auto& [sort, kind, results] : builder_.layout().results)
      known.push_back(HistoryStems(model(), sort, kind)[0]);
    for (std::string& name : known) name = reading_.files().NameOf(name);
    for (const std::string& file : reading_.files().unread()) {
      const bool sheet = reading_.files().workbook();
      Bilingual message{sheet ? "政策不要求这张工作表" : "政策不要求这个文件",
                        sheet ? "the policy asks for no such sheet" : "the policy asks for no such file"};
      if (const auto nearest = NearestName(file, known)) {
        message.zh += fmt::format("，是不是“{}”？", *nearest);
        message.en += fmt::format(", did you mean '{}'?", *nearest);
      }
      builder_.RefuseOther(RefuseFile("unknown-file", std::move(message), file));
    }
  }

  void Locate(Refusal& refusal, uint32_t subject, Period period) const {
    if (const RowPlace* place = places_.Find({subject, period})) {
      refusal.file = *place->file;
      refusal.line = place->line;
    } else if (const SortId sort = builder_.SortOf(subject); !builder_.layout().FactsOf(sort, period.kind).empty()) {
      refusal.file = reading_.files().NameOf(PeriodicStems(model(), sort, period.kind)[0]);
    }
  }

  CsvReading reading_;
  FactsBuilder& builder_;
  std::deque<std::string> names_;
  eval::BySubjectPeriod<RowPlace> places_;
};

}  // namespace

Result<FactReading> ReadFacts(const graph::GraphPtr& graph, const FolderRequest& request) {
  auto files = CsvFiles::At(request.folder, request.workbook);
  if (!files) return tl::unexpected<Error>(files.error());
  return FolderReader(graph, request, std::move(*files)).Read();
}

std::vector<Period> PeriodsIn(const std::string& folder, PeriodKind kind, const ColumnMap& columns) {
  std::set<Period> periods;
  auto files = CsvFiles::At(folder);
  if (!files) return {};
  const std::vector<std::string> names = files->unread();
  for (const std::string& name : names) {
    if (name.starts_with("历史.") || name.starts_with("history.")) continue;
    std::vector<Refusal> refusals;
    const auto table = files->Open({files->StemOf(name)}, false, refusals);
    if (!table || !*table) continue;
    const std::vector<std::string>& header = (*table)->header.cells;
    const auto column = std::find_if(header.begin(), header.end(), [&](const std::string& cell) {
      return IsPeriodColumn(ColumnName(cell, columns));
    });
    if (column == header.end()) continue;
    for (const CsvRow& row : (*table)->rows) {
      const auto period = ParsePeriod(Trim(row.cells[static_cast<size_t>(column - header.begin())]));
      if (period && period->kind <= kind) periods.insert(period->In(kind));
    }
  }
  return {periods.begin(), periods.end()};
}

}  // namespace heng::data
