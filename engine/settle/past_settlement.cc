#include "engine/settle/past_settlement.h"

#include <algorithm>

#include "engine/base/text.h"
#include "engine/data/csv.h"
#include "engine/data/csv_files.h"
#include "engine/data/csv_header.h"
#include "engine/data/fact_layout.h"

namespace heng::settle {
namespace {

// A cell takes more in memory than in its file.
constexpr size_t kBytesPerByte = 6;

PastSettlement Read(const store::Settlement& settlement, const data::Deployment* own) {
  PastSettlement out{settlement.id, settlement.period, {}, {}};
  const auto take = [&](const store::File& file, const data::ColumnMap& columns, std::vector<PastTable>& tables) {
    auto table = ReadPastTable(file, columns);
    if (!table) return;
    tables.push_back(std::move(*table));
    out.bytes += kBytesPerByte * file.bytes.size();
  };
  for (const store::File& file : settlement.outputs) {
    if (file.path.starts_with(kResultsName)) take(file, {}, out.results);
  }
  if (own == nullptr) return out;
  for (const store::File& file : settlement.inputs) {
    const std::string stem = data::CsvStem(file.path);
    if (IsHistory(stem) && !stem.ends_with(data::kSettledSuffix)) take(file, own->columns, out.given);
  }
  const semantic::Model& model = *own->graph->model;
  for (const data::SortId sort : data::LayOut(model).subjects) {
    auto roster = RosterIn(settlement.inputs, model[sort], own->columns);
    if (!roster) continue;
    for (const std::string& id : *roster) out.bytes += sizeof(std::string) + kBytesPerByte * id.size();
    out.rosters.emplace(model[sort].name, std::move(*roster));
  }
  return out;
}

}  // namespace

std::optional<size_t> PastTable::Column(const std::string& result) const {
  const auto found = std::find(names.begin(), names.end(), result);
  if (found == names.end()) return std::nullopt;
  return static_cast<size_t>(found - names.begin());
}

bool IsHistory(const std::string& stem) { return stem.starts_with("历史.") || stem.starts_with("history."); }

std::optional<PastTable> ReadPastTable(const store::File& file, const data::ColumnMap& columns, bool sheet) {
  const std::string stem = data::CsvStem(file.path);
  const auto read = stem.empty() ? tl::unexpected(data::Refusal()) : data::ParseCsv(file.bytes, file.path, sheet);
  if (!read) return std::nullopt;
  PastTable table{stem, {}, {}};
  std::optional<size_t> subject;
  std::optional<size_t> period;
  for (size_t i = 0; i < read->header.cells.size(); ++i) {
    table.names.push_back(data::ColumnName(read->header.cells[i], columns));
    std::string& name = table.names.back();
    const bool is_subject = data::IsIdColumn(name);
    if (!is_subject && !data::IsPeriodColumn(name)) continue;
    (is_subject ? subject : period) = i;
    name.clear();
  }
  if (!period) return std::nullopt;
  for (const data::CsvRow& row : read->rows) {
    const auto of = ParsePeriod(Trim(FoldFullWidth(row.cells[*period])));
    if (!of) continue;
    std::vector<std::string> cells;
    for (const std::string& cell : row.cells) cells.emplace_back(Trim(data::WithoutApostrophe(cell)));
    const PastTable::Row key(subject ? cells[*subject] : "", *of);
    table.lines.insert_or_assign(key, row.line);
    table.rows.insert_or_assign(key, std::move(cells));
  }
  return table;
}

std::optional<std::set<std::string>> RosterIn(const store::Bundle& facts, const semantic::Sort& sort,
                                              const data::ColumnMap& columns) {
  for (const store::File& file : facts) {
    const std::string stem = data::CsvStem(file.path);
    if (stem.empty() || (stem != sort.name && stem != sort.code)) continue;
    const auto table = data::ParseCsv(file.bytes, file.path);
    if (!table) return std::nullopt;
    const auto& header = table->header.cells;
    const auto column = std::find_if(header.begin(), header.end(), [&](const std::string& cell) {
      return data::IsIdColumn(data::ColumnName(cell, columns));
    });
    if (column == header.end()) return std::nullopt;
    std::set<std::string> ids;
    for (const data::CsvRow& row : table->rows)
      ids.emplace(Trim(row.cells[static_cast<size_t>(column - header.begin())]));
    return ids;
  }
  return std::nullopt;
}

const std::string* PastSettlement::Find(const std::string& result, const PastTable::Row& row) const {
  for (const PastTable& table : results) {
    const auto column = table.Column(result);
    const auto found = column ? table.rows.find(row) : table.rows.end();
    if (found != table.rows.end()) return &found->second[*column];
  }
  return nullptr;
}

Result<std::vector<PastSettlementPtr>> PastSettlements::Holding(store::Store& store, const std::string& district,
                                                                const std::string& policy, Date before,
                                                                const data::Deployment* own) {
  auto all = store.Settlements(district, policy);
  if (!all) return tl::unexpected(all.error());
  std::set<std::string> superseded;
  for (const store::Settlement& one : *all) superseded.insert(one.supersedes);
  for (const std::string& id : superseded) Forget(id);
  std::erase_if(*all, [&](const store::Settlement& one) {
    return superseded.contains(one.id) || !(one.period.last_day() < before);
  });
  std::sort(all->begin(), all->end(), [](const store::Settlement& a, const store::Settlement& b) {
    return std::pair(a.period.first_day(), a.id) < std::pair(b.period.first_day(), b.id);
  });
  const std::string digest = own == nullptr ? "" : own->digest();
  std::vector<PastSettlementPtr> out;
  for (const store::Settlement& one : *all) {
    out.push_back(Kept({one.id, digest}));
    if (out.back() != nullptr) continue;
    const auto whole = store.FindSettlement(district, one.id);
    if (!whole) return tl::unexpected(whole.error());
    out.back() = std::make_shared<const PastSettlement>(Read(*whole, own));
    Keep({one.id, digest}, out.back());
  }
  return out;
}

size_t PastSettlements::read() const {
  const std::lock_guard lock(mutex_);
  return read_;
}

PastSettlementPtr PastSettlements::Kept(const Key& key) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(kept_.begin(), kept_.end(), [&](const auto& one) { return one.first == key; });
  if (found == kept_.end()) return nullptr;
  kept_.splice(kept_.begin(), kept_, found);
  return kept_.front().second;
}

void PastSettlements::Keep(const Key& key, PastSettlementPtr settlement) {
  const std::lock_guard lock(mutex_);
  ++read_;
  // Another request may have read it meanwhile.
  if (std::any_of(kept_.begin(), kept_.end(), [&](const auto& one) { return one.first == key; })) return;
  bytes_ += settlement->bytes;
  kept_.emplace_front(key, std::move(settlement));
  while (bytes_ > limit_ && !kept_.empty()) {
    bytes_ -= kept_.back().second->bytes;
    kept_.pop_back();
  }
}

void PastSettlements::Forget(const std::string& id) {
  if (id.empty()) return;
  const std::lock_guard lock(mutex_);
  std::erase_if(kept_, [&](const auto& one) {
    if (one.first.first != id) return false;
    bytes_ -= one.second->bytes;
    return true;
  });
}

}  // namespace heng::settle
