#include "engine/data/csv_reading.h"

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/data/subject_id.h"

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

}  // namespace

std::optional<CsvTable> CsvReading::Open(const std::vector<std::string>& stems, bool required) {
  std::vector<Refusal> refusals;
  auto table = files_.Open(stems, required, refusals);
  for (Refusal& refusal : refusals) builder_.RefuseOther(std::move(refusal));
  if (table) return std::move(*table);
  environment_error_ = table.error();
  return std::nullopt;
}

std::optional<CsvColumns> CsvReading::Header(const CsvTable& table, const ColumnsWanted& wanted) {
  HeaderReading reading = ReadHeader(model(), table, wanted, request_.columns);
  for (Refusal& refusal : reading.refusals) builder_.RefuseOther(std::move(refusal));
  if (!reading.refusals.empty()) return std::nullopt;
  return std::move(reading.columns);
}

Refusal CsvReading::At(const CsvTable& table, const CsvRow& row, TableColumn column, std::string code,
                       Bilingual message) {
  Refusal refusal;
  refusal.code = std::move(code);
  refusal.message = std::move(message);
  return PlaceIn(table, row.line, std::move(column), std::move(refusal));
}

std::optional<Value> CsvReading::ReadCell(const CsvTable& table, const CsvRow& row, const RowOwner& owner,
                                          const Expected& expected, std::optional<size_t> column) {
  const std::string_view cell = column ? std::string_view(row.cells[*column]) : std::string_view();
  Reading value = ReadText(expected, expected.recorded ? WithoutApostrophe(cell) : cell);
  std::optional<Refusal> unknown = value ? builder_.Resolve(expected.type, *value) : std::nullopt;
  if (value && !unknown) return std::move(*value);
  Refusal refusal = unknown ? std::move(*unknown) : std::move(value.error());
  builder_.Refuse(owner.subject, owner.period,
                  PlaceIn(table, row.line, {std::string(expected.name), column}, std::move(refusal)));
  return std::nullopt;
}

std::string CsvReading::IdOf(const CsvTable& table, const CsvRow& row, const CsvColumns& columns) {
  std::string id(Trim(row.cells[columns.id]));
  if (const auto wrong = WrongId(id)) {
    builder_.RefuseOther(At(table, row, {"编号", columns.id}, "bad-id", *wrong));
    return "";
  }
  return id;
}

std::optional<RowOwner> CsvReading::OwnerOf(const CsvTable& table, const CsvRow& row, const CsvColumns& columns,
                                            SortId sort, PeriodKind kind, bool past) {
  std::string id = sort == semantic::kWholeSort ? "" : IdOf(table, row, columns);
  if (id.empty() && sort != semantic::kWholeSort) return std::nullopt;
  if (past) id = WithoutApostrophe(id);
  const auto subject = builder_.FindSubject(sort, id);
  if (!subject) {
    if (past) return std::nullopt;
    Refusal refusal = At(table, row, {"编号", columns.id}, "unknown-subject",
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
        At(table, row, {"期间", columns.period}, "bad-period",
           {fmt::format("“{}”不是一个{}，应写成 {} 这样", written,
                        kind == PeriodKind::kMonth ? "月份" : PeriodNoun(kind).zh, PeriodExample(kind)),
            fmt::format("'{}' is not a {}, write it as {}", written, PeriodNoun(kind).en, PeriodExample(kind))});
    refusal.value = written;
    builder_.Refuse(*subject, {}, std::move(refusal));
    return std::nullopt;
  }
  return RowOwner{*subject, *period};
}

void CsvReading::SetFields(const CsvTable& table, const CsvRow& row, const RowOwner& owner, const ColumnsWanted& wanted,
                           const CsvColumns& columns, std::optional<Date> since) {
  for (size_t i = 0; i < wanted.fields.size(); ++i) {
    const FieldId field = wanted.fields[i];
    auto value = ReadCell(table, row, owner, Expected(model(), model()[field]), columns.fields[i]);
    if (!value) continue;
    if (since) {
      builder_.SetSince(field, owner.subject, *since, std::move(*value));
    } else {
      builder_.Set(field, owner.subject, owner.period, std::move(*value));
    }
  }
}

void CsvReading::RefuseDuplicate(const CsvTable& table, const CsvRow& row, const RowOwner& owner,
                                 const CsvColumns& columns, size_t line) {
  const std::string period = owner.period.ToString();
  builder_.Refuse(
      owner.subject, owner.period,
      At(table, row, {"期间", columns.period}, "duplicate-row",
         {line > 0 ? fmt::format("{} 在第 {} 行已经有了", period, line) : period + " 已经有一行",
          line > 0 ? fmt::format("{} stands in line {} already", period, line) : period + " has a row already"}));
}

}  // namespace heng::data
