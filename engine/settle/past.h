// Past: what the store says of earlier periods to a settlement or evaluation: the results of the policy, and of the policies that it
// refers to, in the settlements that hold. A settlement is fed from it; history that is given must not contradict it. Used by the
// server's settlements and evaluations.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/data/deployment.h"
#include "engine/data/json_value.h"
#include "engine/data/refusal.h"
#include "engine/settle/past_settlement.h"
#include "engine/store/store.h"

namespace heng::settle {

class Past {
 public:
  // As a settlement of `period` may know it: of the policy itself the periods before it, of others what ended before it ends. Errors:
  // the store's. `deployment` must outlast it.
  static Result<Past> Read(store::Store& store, PastSettlements& settlements, const std::string& district,
                           const data::Deployment& deployment, Period period);

  // Adds `历史.每季.结算.csv` and `引用.POLICY.每季.结算.csv`: of the subjects in the roster, what is recorded of the periods that the policy
  // can look back to. Who was not in the roster of a settlement had no result then: its cells are empty. Who was, but was left out, is
  // left out here. For periods before the first settlement, the history that settlements were given counts; it contradicts nothing.
  void AddTo(store::Bundle& facts) const;
  // Where the bundle's own files of the past differ: history-differs, by file, line and column, or by the cell if they are `sheets` of a
  // workbook. What cannot be read is left to who reads it.
  std::vector<data::Refusal> Differences(const store::Bundle& facts, bool sheets) const;
  // The same of a request (contract.md), by JSON pointer. What other policies settled and the request leaves out differs as well: it would
  // be read as absent.
  std::vector<data::Refusal> Differences(const data::JsonValue& request) const;

 private:
  using Settlements = std::vector<PastSettlementPtr>;
  struct Known;  // a result, or a result of another policy, with where it is recorded

  Past(const data::Deployment& deployment, Period period) : deployment_(deployment), period_(period) {}
  const semantic::Model& model() const { return *deployment_.graph->model; }
  std::optional<Known> ResultNamed(const std::string& name) const;
  std::optional<Known> ImportNamed(const std::string& policy, const std::string& name) const;
  std::optional<data::Refusal> Contradiction(const std::optional<Known>& known, const PastTable::Row& row,
                                             const std::string& given) const;
  // A subject of a request, and its place there.
  struct Whose {
    std::string id;
    data::SortId sort;
    std::string at;
  };
  data::SortId SortOf(const data::JsonValue& subject) const;
  void CompareHistory(const data::JsonValue& history, const Whose& whose, std::vector<data::Refusal>& out) const;
  void CompareImports(const data::JsonValue& imports, const Whose& whose, std::vector<data::Refusal>& out) const;
  // `imports`: null if the subject has none.
  void FindLeftOut(const data::JsonValue* imports, const Whose& whose, std::vector<data::Refusal>& out) const;

  const data::Deployment& deployment_;
  Period period_;
  Settlements own_;                              // the earliest first
  std::map<std::string, Settlements> imported_;  // by policy
};

}  // namespace heng::settle
