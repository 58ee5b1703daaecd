#include "engine/data/csv_header.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/data/table_place.h"

namespace heng::data {
namespace {

class HeaderReader {
 public:
  HeaderReader(const semantic::Model& model, const CsvTable& table, const ColumnsWanted& wanted)
      : model_(model), table_(table), wanted_(wanted) {
    out_.columns.fields.resize(wanted.fields.size());
    out_.columns.results.resize(wanted.results.size());
  }

  void Take(size_t column, const std::string& name) {
    std::optional<size_t>* slot = SlotOf(name);
    if (slot == nullptr) {
      if (!wanted_.others) RefuseUnknown(column, name);
    } else if (slot->has_value()) {
      Refuse("duplicate-column",
             {fmt::format("“{}”已经是第 {} 列", name, slot->value() + 1),
              fmt::format("'{}' is column {} already", name, slot->value() + 1)},
             {name, column});
    } else {
      *slot = column;
    }
  }

  HeaderReading Finish() {
    if (!id_ && !wanted_.whole) RefuseMissing("编号");
    if (wanted_.row && !out_.columns.row) RefuseMissing("行号");
    if (!wanted_.parent.empty() && !out_.columns.parent) RefuseMissing(wanted_.parent);
    out_.columns.id = id_.value_or(0);
    if (wanted_.period && !out_.columns.period) RefuseMissing("期间");
    for (size_t i = 0; i < wanted_.fields.size(); ++i) {
      const semantic::Field& field = model_[wanted_.fields[i]];
      if (!out_.columns.fields[i] && !field.type.optional) RefuseMissing(field.name);
    }
    return std::move(out_);
  }

 private:
  std::optional<size_t>* SlotOf(const std::string& name) {
    for (size_t i = 0; i < wanted_.fields.size(); ++i) {
      const semantic::Field& field = model_[wanted_.fields[i]];
      if (name == field.name || (!field.code.empty() && name == field.code)) return &out_.columns.fields[i];
    }
    for (size_t i = 0; i < wanted_.results.size(); ++i) {
      const semantic::Definition& result = model_[wanted_.results[i]];
      if (name == result.name || (!result.code.empty() && name == result.code)) return &out_.columns.results[i];
    }
    if (IsIdColumn(name) && !wanted_.whole) return &id_;
    if (wanted_.row && IsRowColumn(name)) return &out_.columns.row;
    if (!wanted_.parent.empty() && name == wanted_.parent) return &out_.columns.parent;
    if (wanted_.period && IsPeriodColumn(name)) return &out_.columns.period;
    if (wanted_.since && IsSinceColumn(name)) return &out_.columns.since;
    return nullptr;
  }

  void Refuse(std::string code, Bilingual message, TableColumn column) {
    Refusal refusal;
    refusal.code = std::move(code);
    refusal.message = std::move(message);
    out_.refusals.push_back(PlaceIn(table_, table_.header.line, std::move(column), std::move(refusal)));
  }

  void RefuseMissing(const std::string& name) {
    Refuse("missing-column", {fmt::format("缺少列“{}”", name), fmt::format("the column '{}' is missing", name)}, {});
  }

  void RefuseUnknown(size_t column, const std::string& name) {
    if (name.empty()) {
      Refuse("unknown-column",
             {fmt::format("第 {} 列没有列名", column + 1), fmt::format("column {} has no name", column + 1)},
             {"", column});
      return;
    }
    std::vector<std::string> known;
    if (!wanted_.whole) known.emplace_back("编号");
    if (wanted_.row) known.emplace_back("行号");
    known.push_back(wanted_.parent);
    if (wanted_.period) known.emplace_back("期间");
    for (const FieldId field : wanted_.fields) known.insert(known.end(), {model_[field].name, model_[field].code});
    for (const DefinitionId result : wanted_.results)
      known.insert(known.end(), {model_[result].name, model_[result].code});
    std::erase(known, "");
    Bilingual message{"没有声明过这一列", "no such column is declared"};
    if (const auto nearest = NearestName(name, known)) {
      message.zh += fmt::format("，是不是“{}”？", *nearest);
      message.en += fmt::format(", did you mean '{}'?", *nearest);
    }
    Refuse("unknown-column", std::move(message), {name, column});
  }

  const semantic::Model& model_;
  const CsvTable& table_;
  const ColumnsWanted& wanted_;
  std::optional<size_t> id_;
  HeaderReading out_;
};

}  // namespace

std::string ColumnName(const std::string& cell, const std::map<std::string, std::string>& column_map) {
  const std::string folded = FoldFullWidth(cell);
  std::string name(Trim(folded));
  for (const std::string& written : {std::string(Trim(cell)), name}) {
    if (const auto mapped = column_map.find(written); mapped != column_map.end()) return mapped->second;
  }
  return name;
}

HeaderReading ReadHeader(const semantic::Model& model, const CsvTable& table, const ColumnsWanted& wanted,
                         const std::map<std::string, std::string>& column_map) {
  HeaderReader reader(model, table, wanted);
  const std::vector<std::string>& cells = table.header.cells;
  for (size_t i = 0; i < cells.size(); ++i) reader.Take(i, ColumnName(cells[i], column_map));
  return reader.Finish();
}

}  // namespace heng::data
