// The files of the past that a settlement is fed: `历史.每季.结算.csv`, `引用.POLICY.每季.结算.csv`. Internal to past.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/settle/past_settlement.h"

namespace heng::settle {

// `settlements`: of the policy, before `period`, the earliest first. REQUIRES: `period` is one that the policy settles.
void AddHistory(const data::Deployment& deployment, Period period, const std::vector<PastSettlementPtr>& settlements,
                store::Bundle& facts);

// `imported`: settlements of other policies that ended before `period` does, the earliest first.
void AddImports(const data::Deployment& deployment, Period period,
                const std::map<std::string, std::vector<PastSettlementPtr>>& imported, store::Bundle& facts);

}  // namespace heng::settle
