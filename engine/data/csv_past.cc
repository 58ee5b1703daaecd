#include "engine/data/csv_past.h"

#include <map>
#include <set>

#include <fmt/format.h>

namespace heng::data {
namespace {

using Row = std::pair<uint32_t, Period>;  // whose, of when

std::vector<std::string> Settled(std::vector<std::string> stems) {
  stems.resize(1);
  stems[0] += kSettledSuffix;
  return stems;
}

class PastReader {
 public:
  explicit PastReader(CsvReading& reading) : reading_(reading) {}

  void ReadHistory(const PeriodLayout<DefinitionId>& layout) {
    std::set<std::pair<Row, DefinitionId>> said;
    const std::vector<std::string> stems = HistoryStems(reading_.model(), layout.sort, layout.period);
    ReadResults(stems, layout, false, said);
    ReadResults(Settled(stems), layout, true, said);
  }

  // The results of another policy hold from the day after their period on. Its other columns are not asked for.
  void ReadImports(const std::string& policy, const PeriodLayout<FieldId>& layout) {
    std::set<std::pair<Row, FieldId>> said;
    const std::vector<std::string> stems = ImportStems(policy, layout.period);
    ReadFields(stems, layout, said);
    ReadFields(Settled(stems), layout, said);
  }

 private:
  void ReadResults(const std::vector<std::string>& stems, const PeriodLayout<DefinitionId>& layout, bool fed,
                   std::set<std::pair<Row, DefinitionId>>& said) {
    const auto table = reading_.Open(stems, false);
    if (!table) return;
    ColumnsWanted wanted{{}, layout.members, true, false};
    wanted.whole = layout.sort == semantic::kWholeSort;
    const auto columns = reading_.Header(*table, wanted);
    if (!columns) return;
    std::map<Row, size_t> lines;
    for (const CsvRow& row : table->rows) {
      const auto owner = reading_.OwnerOf(*table, row, *columns, layout.sort, layout.period, true);
      if (!owner) continue;
      const Row key(owner->subject, owner->period);
      if (const auto [first, added] = lines.emplace(key, row.line); !added) {
        reading_.RefuseDuplicate(*table, row, *owner, *columns, first->second);
        continue;
      }
      for (size_t i = 0; i < layout.members.size(); ++i) {
        const DefinitionId result = layout.members[i];
        if (!columns->results[i] || !said.emplace(key, result).second) continue;
        const std::string& cell = row.cells[*columns->results[i]];
        if (cell.starts_with(kFailedCell)) {
          // Of a settlement: missing, for whoever needs it.
          if (!fed) RefuseFailed(*table, row, *owner, {reading_.model()[result].name, columns->results[i]});
          continue;
        }
        auto value = reading_.ReadCell(*table, row, *owner, Expected(reading_.model(), reading_.model()[result]),
                                       columns->results[i]);
        if (!value) continue;
        auto refusal = reading_.builder().Record(result, owner->subject, owner->period, std::move(*value));
        if (!refusal) continue;
        TableColumn column{reading_.model()[result].name, columns->results[i]};
        reading_.builder().Refuse(owner->subject, owner->period,
                                  PlaceIn(*table, row.line, std::move(column), std::move(*refusal)));
      }
    }
  }

  void RefuseFailed(const CsvTable& table, const CsvRow& row, const RowOwner& owner, TableColumn column) {
    const std::string& cell = row.cells[*column.position];
    Refusal refusal = CsvReading::At(
        table, row, std::move(column), "failed-result",
        {fmt::format("“{}”是没有能给出的结果；请写上该期的结果，没有结果就留空", cell),
         fmt::format("'{}' stands for a result that could not be given; write the result of that period, or "
                     "leave the cell empty if there was none",
                     cell)});
    refusal.value = cell;
    reading_.builder().Refuse(owner.subject, owner.period, std::move(refusal));
  }

  void ReadFields(const std::vector<std::string>& stems, const PeriodLayout<FieldId>& layout,
                  std::set<std::pair<Row, FieldId>>& said) {
    const auto table = reading_.Open(stems, false);
    if (!table) return;
    ColumnsWanted wanted{layout.members, {}, true, false};
    wanted.others = true;
    const auto columns = reading_.Header(*table, wanted);
    if (!columns) return;
    for (const CsvRow& row : table->rows) {
      const auto owner = reading_.OwnerOf(*table, row, *columns, layout.sort, layout.period, true);
      if (!owner) continue;
      ColumnsWanted own{{}, {}, true, false};
      CsvColumns at = *columns;
      at.fields.clear();
      for (size_t i = 0; i < layout.members.size(); ++i) {
        if (!said.emplace(Row(owner->subject, owner->period), layout.members[i]).second) continue;
        const std::string cell = columns->fields[i] ? row.cells[*columns->fields[i]] : "";
        if (cell.starts_with(kFailedCell)) {
          RefuseFailed(*table, row, *owner, {reading_.model()[layout.members[i]].name, columns->fields[i]});
          continue;
        }
        own.fields.push_back(layout.members[i]);
        at.fields.push_back(columns->fields[i]);
      }
      reading_.SetFields(*table, row, *owner, own, at, owner->period.last_day().AddDays(1));
    }
  }

  CsvReading& reading_;
};

}  // namespace

void ReadPast(CsvReading& reading) {
  PastReader reader(reading);
  for (const auto& layout : reading.layout().results) {
    const bool quotient = reading.model()[layout.sort].kind == semantic::Sort::Kind::kKey;
    if (layout.period != PeriodKind::kOnce && !quotient) reader.ReadHistory(layout);
  }
  for (const auto& [policy, layout] : reading.layout().imports) reader.ReadImports(policy, layout);
}

}  // namespace heng::data
