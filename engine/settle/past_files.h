// The files of the past that a settlement is fed: `历史.每季.结算.csv`, `引用.POLICY.每季.结算.csv`. Internal to past.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/data/fact_layout.h"
#include "engine/settle/past_settlement.h"

namespace heng::settle {

// `settlements`: of the policy, before `period`, the earliest first. REQUIRES: `period` is one that the policy settles.
void AddHistory(const data::Deployment& deployment, Period period, const std::vector<PastSettlementPtr>& settlements,
                store::Bundle& facts);

// `imported`: settlements of other policies that ended before `period` does, the earliest first.
void AddImports(const data::Deployment& deployment, Period period,
                const std::map<std::string, std::vector<PastSettlementPtr>>& imported, store::Bundle& facts);

// What counts in `period` of another policy's results, of these subjects: by subject and period a cell for each member of the layout.
// Before the period only the last one counts. `settlements`: the policy's that ended before `period` does, the earliest first.
std::map<PastTable::Row, std::vector<std::string>> ImportedRows(const semantic::Model& model,
                                                                const data::PeriodLayout<data::FieldId>& layout,
                                                                Period period,
                                                                const std::vector<PastSettlementPtr>& settlements,
                                                                const std::set<std::string>& roster);

}  // namespace heng::settle
