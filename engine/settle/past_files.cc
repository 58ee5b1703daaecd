#include "engine/settle/past_files.h"

#include <algorithm>

#include "engine/data/csv.h"
#include "engine/data/fact_layout.h"

namespace heng::settle {
namespace {

using Rows = std::map<PastTable::Row, std::vector<std::string>>;

// Of a result that nobody has said: read as if it were not there.
const std::string kUnsaid = std::string(data::kFailedCell) + "missing-past";

// How many periods back results are read as they were recorded; 0: from the beginning.
std::map<data::DefinitionId, int> ReachOf(const graph::Graph& graph) {
  std::map<data::DefinitionId, int> reach;
  for (const graph::Node& node : graph.nodes) {
    if (node.form != graph::Form::kPast) continue;
    const graph::Node& of = graph[node.operands[0]];
    if (of.form != graph::Form::kName) continue;
    const auto [at, added] = reach.emplace(graph[of.definition].declared, node.back);
    if (!added) at->second = at->second == 0 || node.back == 0 ? 0 : std::max(at->second, node.back);
  }
  return reach;
}

std::string Write(bool whole, const std::vector<std::string>& results, const Rows& rows) {
  data::CsvWriter csv;
  if (!whole) csv.Plain("编号");
  csv.Plain("期间");
  for (const std::string& result : results) csv.Text(result);
  csv.EndRow();
  for (const auto& [row, cells] : rows) {
    if (!whole) csv.Text(row.first);
    csv.Plain(row.second.ToString());
    for (const std::string& cell : cells) csv.Text(cell);
    csv.EndRow();
  }
  return csv.Take();
}

// In the place of one of that name, as there is in facts that were settled before.
void Put(store::Bundle& facts, const std::string& stem, std::string bytes) {
  const std::string path = stem + data::kSettledSuffix + ".csv";
  std::erase_if(facts, [&](const store::File& file) { return file.path == path; });
  facts.push_back({path, std::move(bytes)});
}

// Who has a past of that kind of subject; nothing if it cannot be known.
std::optional<std::set<std::string>> RosterOf(const data::Deployment& deployment, data::SortId sort,
                                              const store::Bundle& facts) {
  const semantic::Model& model = *deployment.graph->model;
  if (sort == semantic::kWholeSort) return std::set<std::string>{""};
  for (const semantic::Catalogue& catalogue : model.catalogues) {
    if (catalogue.sort == sort) return std::set<std::string>(catalogue.ids.begin(), catalogue.ids.end());
  }
  return RosterIn(facts, model[sort], deployment.columns);
}

// The history of one kind of subject and period.
class History {
 public:
  History(const semantic::Model& model, const data::PeriodLayout<data::DefinitionId>& layout,
          const std::vector<PastSettlementPtr>& settlements, const std::set<std::string>& roster)
      : model_(model), layout_(layout), settlements_(settlements), roster_(roster) {}

  // From `earliest` (nothing: the beginning) to before `end`.
  const Rows& Gather(std::optional<Period> earliest, Period end) {
    earliest_ = earliest;
    end_ = end;
    for (const PastSettlementPtr& one : settlements_) TakeSettled(*one);
    for (auto one = settlements_.rbegin(); one != settlements_.rend(); ++one) TakeGiven(**one);
    for (const PastSettlementPtr& one : settlements_) TakeUnknown(*one);
    return rows_;
  }

 private:
  bool Asked(Period period) const {
    return period.kind == layout_.period && period < end_ && (!earliest_ || !(period < *earliest_));
  }
  bool Knew(const PastSettlement& settlement, const std::string& subject) const {
    const auto roster = settlement.rosters.find(model_[layout_.sort].name);
    return roster != settlement.rosters.end() && roster->second.contains(subject);
  }
  // Whose roster can be told: those that come with the policy are as it says.
  bool KnowsRoster(const PastSettlement& settlement) const {
    return model_[layout_.sort].kind != semantic::Sort::Kind::kSubject || !model_[layout_.sort].file.empty() ||
           settlement.rosters.contains(model_[layout_.sort].name);
  }

  std::string FileOf(const PastSettlement& settlement) const {
    std::string name = kResultsName;
    if (layout_.sort != model_.subject()) name += "." + model_[layout_.sort].name;
    if (layout_.period != settlement.period.kind) name += "." + PeriodAdverb(layout_.period).zh;
    return name;
  }

  void TakeSettled(const PastSettlement& settlement) {
    if (settlement.period.kind < layout_.period) return;
    const std::string file = FileOf(settlement);
    const auto table = std::find_if(settlement.results.begin(), settlement.results.end(),
                                    [&](const PastTable& one) { return one.stem == file; });
    for (const Period period : settlement.period.Split(layout_.period)) {
      settled_.insert(period);
      if (!Asked(period)) continue;
      for (const std::string& subject : roster_) {
        const PastTable::Row row(subject, period);
        const auto found = table == settlement.results.end() ? Rows::const_iterator() : table->rows.find(row);
        if (table != settlement.results.end() && found == table->rows.end()) {
          // It had no result: it was not there, unless its facts were refused.
          if (KnowsRoster(settlement) && !Knew(settlement, subject)) rows_[row].assign(layout_.members.size(), "");
          continue;
        }
        std::vector<std::string>& cells = rows_[row];
        cells.clear();
        for (const data::DefinitionId result : layout_.members) {
          const auto column = table == settlement.results.end() ? std::nullopt : table->Column(model_[result].name);
          cells.push_back(column ? found->second[*column] : "");
        }
      }
    }
  }

  bool IsHistoryFile(const PastTable& table) const {
    const std::vector<std::string> stems = data::HistoryStems(model_, layout_.sort, layout_.period);
    return std::find(stems.begin(), stems.end(), table.stem) != stems.end();
  }

  // Of periods that no settlement holds for: what the latest one was told.
  void TakeGiven(const PastSettlement& settlement) {
    for (const PastTable& table : settlement.given) {
      if (!IsHistoryFile(table)) continue;
      for (const auto& [row, given] : table.rows) {
        if (!Asked(row.second) || settled_.contains(row.second) || !roster_.contains(row.first)) continue;
        std::vector<std::string>& cells = rows_[row];
        cells.resize(layout_.members.size(), kUnsaid);
        for (size_t i = 0; i < cells.size(); ++i) {
          const semantic::Definition& result = model_[layout_.members[i]];
          auto column = table.Column(result.name);
          if (!column && !result.code.empty()) column = table.Column(result.code);
          if (column && cells[i] == kUnsaid) cells[i] = given[*column];
        }
      }
    }
  }

  // Of these periods too: who was not in the roster then had no result.
  void TakeUnknown(const PastSettlement& settlement) {
    std::set<Period> periods;
    for (const PastTable& table : settlement.given) {
      if (!IsHistoryFile(table)) continue;
      for (const auto& [row, given] : table.rows) periods.insert(row.second);
    }
    for (const Period period : periods) {
      if (!Asked(period) || settled_.contains(period) || !KnowsRoster(settlement)) continue;
      for (const std::string& subject : roster_) {
        if (!Knew(settlement, subject))
          rows_.emplace(PastTable::Row(subject, period), std::vector<std::string>(layout_.members.size()));
      }
    }
  }

  const semantic::Model& model_;
  const data::PeriodLayout<data::DefinitionId>& layout_;
  const std::vector<PastSettlementPtr>& settlements_;
  const std::set<std::string>& roster_;
  std::optional<Period> earliest_;
  Period end_;
  std::set<Period> settled_;
  Rows rows_;
};

}  // namespace

void AddHistory(const data::Deployment& deployment, Period period, const std::vector<PastSettlementPtr>& settlements,
                store::Bundle& facts) {
  const semantic::Model& model = *deployment.graph->model;
  const std::map<data::DefinitionId, int> reach = ReachOf(*deployment.graph);
  const data::FactLayout layouts = data::LayOut(model);
  for (const auto& layout : layouts.results) {
    const auto& [sort, kind, results] = layout;
    if (kind > period.kind || model[sort].kind == semantic::Sort::Kind::kKey) continue;
    std::optional<int> back;
    std::vector<std::string> names;
    for (const data::DefinitionId result : results) {
      names.push_back(model[result].name);
      const auto read = reach.find(result);
      if (read != reach.end())
        back = !back ? read->second : *back == 0 || read->second == 0 ? 0 : std::max(*back, read->second);
    }
    const auto roster = back ? RosterOf(deployment, sort, facts) : std::nullopt;
    if (!roster) continue;
    const Period first = period.Split(kind).front();
    const auto earliest = *back == 0 ? std::optional<Period>() : first.Back(*back);
    History history(model, layout, settlements, *roster);
    const Rows& rows = history.Gather(earliest, first);
    if (rows.empty()) continue;
    Put(facts, data::HistoryStems(model, sort, kind).front(), Write(sort == semantic::kWholeSort, names, rows));
  }
}

std::map<PastTable::Row, std::vector<std::string>> ImportedRows(const semantic::Model& model,
                                                                const data::PeriodLayout<data::FieldId>& layout,
                                                                Period period,
                                                                const std::vector<PastSettlementPtr>& settlements,
                                                                const std::set<std::string>& roster) {
  Rows rows;
  std::map<std::string, PastTable::Row> last;
  for (const PastSettlementPtr& one : settlements) {
    if (one->period.kind < layout.period) continue;
    for (const Period of : one->period.Split(layout.period)) {
      for (const std::string& subject : roster) {
        const PastTable::Row row(subject, of);
        std::vector<std::string> cells;
        bool recorded = false;
        for (const data::FieldId member : layout.members) {
          const std::string* cell = one->Find(model[member].name, row);
          recorded = recorded || cell != nullptr;
          cells.push_back(cell == nullptr ? "" : *cell);
        }
        if (!recorded) continue;
        rows.insert_or_assign(row, std::move(cells));
        if (!(of.last_day() < period.first_day())) continue;
        if (const auto [before, added] = last.emplace(subject, row); !added) {
          rows.erase(before->second);
          before->second = row;
        }
      }
    }
  }
  return rows;
}

void AddImports(const data::Deployment& deployment, Period period,
                const std::map<std::string, std::vector<PastSettlementPtr>>& imported, store::Bundle& facts) {
  const semantic::Model& model = *deployment.graph->model;
  for (const auto& [policy, layout] : data::LayOut(model).imports) {
    const auto roster = RosterOf(deployment, layout.sort, facts);
    const auto settlements = imported.find(policy);
    if (!roster || settlements == imported.end()) continue;
    const Rows rows = ImportedRows(model, layout, period, settlements->second, *roster);
    if (rows.empty()) continue;
    std::vector<std::string> names;
    for (const data::FieldId field : layout.members) names.push_back(model[field].name);
    Put(facts, data::ImportStems(policy, layout.period).front(), Write(false, names, rows));
  }
}

}  // namespace heng::settle
