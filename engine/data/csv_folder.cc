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
    const bool whole = ReadRosters() && ReadPeriodic() && ReadRecords() && ReadHistory() && ReadImports();
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
    std::optional<Refusal> unknown = value ? builder_.Resolve(expected.type, *value) : std::nullopt;
    if (value && !unknown) return std::move(*value);
    Refusal refusal = unknown ? std::move(*unknown) : std::move(value.error());
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

  // Whose row it is and of which period (kDay: any, the row is dated); nothing if it was refused or, of the past, is passed over.
  std::optional<RowOwner> OwnerOf(const CsvTable& table, const CsvRow& row, const CsvColumns& columns, SortId sort,
                                  PeriodKind kind, bool past) {
    std::string id = sort == semantic::kWholeSort ? "" : IdOf(table, row, columns);
    if (id.empty() && sort != semantic::kWholeSort) return std::nullopt;
    if (past) id = WithoutApostrophe(id);
    const auto subject = builder_.FindSubject(sort, id);
    if (!subject) {
      if (past) return std::nullopt;
      Refusal refusal = At(table, row, "编号", "unknown-subject",
                           {fmt::format("名册里没有“{}”", id), fmt::format("'{}' is not in the roster", id)});
      refusal.subject = refusal.value = id;
      builder_.RefuseOther(std::move(refusal));
      return std::nullopt;
    }
    if (!columns.period) return RowOwner{*subject, {}};
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
                 const CsvColumns& columns, std::optional<Date> since = std::nullopt) {
    for (size_t i = 0; i < wanted.fields.size(); ++i) {
      const FieldId field = wanted.fields[i];
      const auto& column = columns.fields[i];
      auto value = ReadCell(table, row, owner, Expected(model(), model()[field]), column ? row.cells[*column] : "");
      if (!value) continue;
      if (since) {
        builder_.SetSince(field, owner.subject, *since, std::move(*value));
      } else {
        builder_.Set(field, owner.subject, owner.period, std::move(*value));
      }
    }
  }

  // The subjects of every kind, before their attributes: one may refer to another.
  bool ReadRosters() {
    struct Roster {
      SortId sort;
      CsvTable table;
      CsvColumns columns;
    };
    std::vector<Roster> rosters;
    for (const SortId sort : builder_.layout().subjects) {
      auto table = Open({model()[sort].name, model()[sort].code}, true);
      if (!table) return false;
      const auto columns = Header(*table, {builder_.layout().AttributesOf(sort), {}, false, true});
      if (!columns) return false;
      if (table->rows.empty()) {
        builder_.RefuseOther(
            At(*table, table->header, "", "empty-file", {"名册里一行也没有", "the roster has no rows"}));
        return false;
      }
      for (const CsvRow& row : table->rows) {
        const std::string id = IdOf(*table, row, *columns);
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
    std::set<std::pair<uint32_t, Date>> seen;
    for (const CsvRow& row : table.rows) {
      const std::string id(Trim(row.cells[columns.id]));
      const auto subject = builder_.FindSubject(sort, id);
      if (!subject) continue;
      std::optional<Date> since;
      const std::string written = columns.since ? std::string(Trim(row.cells[*columns.since])) : "";
      if (!written.empty() && !(since = ParseDate(written))) {
        builder_.Refuse(*subject, {},
                        At(table, row, "自", "not-a-date",
                           {fmt::format("“{}”不是日期，请写成 2024-07-01", written),
                            fmt::format("'{}' is not a date, write it as 2024-07-01", written)}));
        continue;
      }
      if (!seen.emplace(*subject, since.value_or(Date{})).second) {
        builder_.Refuse(
            *subject, {},
            At(table, row, columns.since ? "自" : "编号", "duplicate-row",
               {fmt::format("“{}”已经有一行", id), fmt::format("'{}' has a row already", id)}));
        continue;
      }
      SetFields(table, row, {*subject, {}}, wanted, columns, since);
    }
    if (columns.since) RequireBeginning(table, seen);
  }

  // On the first day of the settled period some row must hold.
  void RequireBeginning(const CsvTable& table, const std::set<std::pair<uint32_t, Date>>& seen) {
    const Date first_day = request_.period.first_day();
    for (auto it = seen.begin(); it != seen.end(); it = seen.upper_bound({it->first, Date{9999, 12, 31}})) {
      if (it->second <= first_day) continue;
      const std::string& id = builder_.IdOf(it->first);
      const auto row = std::find_if(table.rows.begin(), table.rows.end(),
                                    [&](const CsvRow& r) { return Trim(r.cells[0]) == id; });
      builder_.Refuse(it->first, {},
                      At(table, row == table.rows.end() ? table.header : *row, "自", "missing-fact",
                         {fmt::format("{} 还没有生效的一行", first_day.ToString()),
                          fmt::format("no row holds on {}", first_day.ToString())}));
    }
  }

  // `每月`, `企业.每半年`, `全体.每季`: of the first kind without its name.
  std::vector<std::string> Stems(const std::string& prefix_zh, const std::string& prefix_en, SortId sort,
                                 PeriodKind kind) const {
    const Bilingual adverb = PeriodAdverb(kind);
    const semantic::Sort& of = model()[sort];
    std::vector<std::string> stems;
    if (sort == model().subject()) stems = {prefix_zh + adverb.zh, prefix_en + adverb.en};
    stems.push_back(prefix_zh + of.name + "." + adverb.zh);
    if (!of.code.empty()) stems.push_back(prefix_en + of.code + "." + adverb.en);
    return stems;
  }

  bool ReadPeriodic() {
    for (const auto& [sort, kind, fields] : builder_.layout().periodic) {
      const auto table = Open(Stems("", "", sort, kind), !AllOptional(model(), fields));
      if (!table) continue;
      ColumnsWanted wanted{fields, {}, true, false};
      wanted.whole = sort == semantic::kWholeSort;
      const auto columns = Header(*table, wanted);
      if (!columns) continue;
      names_.push_back(table->file);
      for (const CsvRow& row : table->rows) {
        const auto owner = OwnerOf(*table, row, *columns, sort, kind, false);
        if (!owner) continue;
        if (!builder_.BeginRow(owner->subject, owner->period)) {
          RefuseDuplicate(*table, row, *owner);
          continue;
        }
        places_.Set({owner->subject, owner->period}, {&names_.back(), row.line});
        SetFields(*table, row, *owner, wanted, *columns);
      }
    }
    return true;
  }

  void RefuseDuplicate(const CsvTable& table, const CsvRow& row, const RowOwner& owner) {
    const RowPlace* first = places_.Find({owner.subject, owner.period});
    const size_t line = first == nullptr ? 0 : first->line;
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
      ColumnsWanted wanted{records.fields, {}, records.period != PeriodKind::kDay && !records.in_rows, false};
      wanted.row = records.has_rows;
      if (records.in_rows) wanted.parent = model()[records.parent].name;
      SortId root = records.parent;
      while (model()[root].kind == semantic::Sort::Kind::kRecords) root = model()[root].parent;
      wanted.whole = root == semantic::kWholeSort;
      const auto columns = Header(*table, wanted);
      if (!columns) continue;
      for (const CsvRow& row : table->rows) ReadRecord(*table, row, *columns, records, root);
    }
    return true;
  }

  void ReadRecord(const CsvTable& table, const CsvRow& row, const CsvColumns& columns, const RecordsLayout& records,
                  SortId root) {
    const auto owner = OwnerOf(table, row, columns, root, records.period, false);
    if (!owner) return;
    std::vector<Value> values;
    Period period = owner->period;
    for (size_t i = 0; i < records.fields.size(); ++i) {
      const auto& column = columns.fields[i];
      auto value = ReadCell(table, row, *owner, Expected(model(), model()[records.fields[i]]),
                            column ? row.cells[*column] : "");
      if (!value) continue;
      if (records.fields[i] == model()[records.sort].date && std::holds_alternative<Date>(*value))
        period = Period::Of(std::get<Date>(*value));
      values.push_back(std::move(*value));
    }
    if (values.size() != records.fields.size()) return;
    const std::string key(columns.row ? Trim(row.cells[*columns.row]) : "");
    const std::string parent(columns.parent ? Trim(row.cells[*columns.parent]) : "");
    if (auto refusal = builder_.AddRecord(records.sort, owner->subject, key, parent, period, std::move(values))) {
      refusal->file = table.file;
      refusal->line = row.line;
      builder_.Refuse(owner->subject, owner->period, std::move(*refusal));
    }
  }

  bool ReadHistory() {
    for (const auto& [sort, kind, results] : builder_.layout().results) {
      const bool quotient = model()[sort].kind == semantic::Sort::Kind::kKey;
      if (kind == PeriodKind::kOnce || quotient) continue;
      const auto table = Open(Stems("历史.", "history.", sort, kind), false);
      if (!table) continue;
      ColumnsWanted wanted{{}, results, true, false};
      wanted.whole = sort == semantic::kWholeSort;
      const auto columns = Header(*table, wanted);
      if (!columns) continue;
      std::set<std::pair<uint32_t, Period>> seen;
      for (const CsvRow& row : table->rows) {
        const auto owner = OwnerOf(*table, row, *columns, sort, kind, true);
        if (!owner) continue;
        if (!seen.emplace(owner->subject, owner->period).second) {
          RefuseDuplicate(*table, row, *owner);
          continue;
        }
        for (size_t i = 0; i < results.size(); ++i) {
          if (!columns->results[i]) continue;
          auto value = ReadCell(*table, row, *owner, Expected(model(), model()[results[i]]),
                                WithoutApostrophe(row.cells[*columns->results[i]]));
          if (!value) continue;
          if (auto refusal = builder_.Record(results[i], owner->subject, owner->period, std::move(*value))) {
            refusal->file = table->file;
            refusal->line = row.line;
            refusal->column_name = model()[results[i]].name;
            builder_.Refuse(owner->subject, owner->period, std::move(*refusal));
          }
        }
      }
    }
    return true;
  }

  // The results of another policy hold from the day after their period on. Its other columns are not asked for.
  bool ReadImports() {
    for (const auto& [policy, layout] : builder_.layout().imports) {
      const Bilingual adverb = PeriodAdverb(layout.period);
      const auto table = Open({"引用." + policy + "." + adverb.zh, "use." + policy + "." + adverb.en}, false);
      if (!table) continue;
      ColumnsWanted wanted{layout.members, {}, true, false};
      wanted.others = true;
      const auto columns = Header(*table, wanted);
      if (!columns) continue;
      for (const CsvRow& row : table->rows) {
        const auto owner = OwnerOf(*table, row, *columns, layout.sort, layout.period, true);
        if (owner)
          SetFields(*table, row, *owner, wanted, *columns, owner->period.last_day().AddDays(1));
      }
    }
    return true;
  }

  void RefuseUnknownFiles() {
    std::vector<std::string> known;
    for (const SortId sort : builder_.layout().subjects) known.push_back(model()[sort].name);
    for (const auto& [sort, kind, fields] : builder_.layout().periodic) known.push_back(Stems("", "", sort, kind)[0]);
    for (const RecordsLayout& records : builder_.layout().records) known.push_back(model()[records.sort].name);
    for (const auto& [sort, kind, results] : builder_.layout().results)
      known.push_back(Stems("历史.", "history.", sort, kind)[0]);
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
    if (const RowPlace* place = places_.Find({subject, period})) {
      refusal.file = *place->file;
      refusal.line = place->line;
    } else if (const SortId sort = builder_.SortOf(subject); !builder_.layout().FactsOf(sort, period.kind).empty()) {
      refusal.file = Stems("", "", sort, period.kind)[0] + ".csv";
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
