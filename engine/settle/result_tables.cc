#include "engine/settle/result_tables.h"

#include <algorithm>
#include <set>

#include "engine/data/csv.h"

namespace heng::settle {
namespace {

using Kind = ResultCell::Kind;

ResultCell CellOf(const semantic::Model& model, const data::Output& output) {
  const semantic::Type& type = model[output.definition].type;
  if (const Failure* failure = FailureOf(output.value))
    return {std::string(data::kFailedCell) + failure->code, Kind::kPlain};
  if (type.kind == semantic::TypeKind::kText) return {output.text, Kind::kText};
  return {output.text, type.is_number() ? Kind::kNumber : Kind::kPlain};
}

// The results of one kind of subject and of period, one row a subject and period.
class TableMaker {
 public:
  TableMaker(const Settlement& settlement, data::SortId sort, PeriodKind kind)
      : settlement_(settlement), model_(*settlement.graph->model), sort_(sort), kind_(kind) {}

  ResultTable Make() {
    PutHeaders();
    for (const data::SubjectOutputs& subject : settlement_.subjects) {
      if (subject.sort != sort_) continue;
      if (kind_ == settlement_.period.kind) PutRow(subject, settlement_.period, subject.outputs);
      for (const auto& [period, outputs] : subject.periods) {
        if (period.kind == kind_) PutRow(subject, period, outputs);
      }
    }
    return std::move(table_);
  }

 private:
  void PutHeaders() {
    table_.part = sort_ == model_.subject() ? "" : "." + model_[sort_].name;
    if (kind_ != settlement_.period.kind) table_.part += "." + PeriodAdverb(kind_).zh;
    auto& headers = table_.rows.emplace_back();
    if (sort_ != semantic::kWholeSort) headers.push_back({"编号", Kind::kPlain});
    headers.push_back({"期间", Kind::kPlain});
    for (const semantic::PublishedResult& result : model_.results) {
      const bool own =
          result.period == kind_ || (kind_ == settlement_.period.kind && result.period == PeriodKind::kOnce);
      if (own && model_[result.definition].grain.sort == sort_)
        headers.push_back({model_[result.definition].name, Kind::kText});
    }
  }

  void PutRow(const data::SubjectOutputs& subject, Period period, const std::vector<data::Output>& outputs) {
    auto& row = table_.rows.emplace_back();
    if (sort_ != semantic::kWholeSort) row.push_back({subject.id, Kind::kText});
    row.push_back({period.ToString(), Kind::kPlain});
    for (const data::Output& output : outputs) row.push_back(CellOf(model_, output));
  }

  const Settlement& settlement_;
  const semantic::Model& model_;
  data::SortId sort_;
  PeriodKind kind_;
  ResultTable table_;
};

}  // namespace

std::vector<ResultTable> TablesOf(const Settlement& settlement) {
  const semantic::Model& model = *settlement.graph->model;
  std::vector<ResultTable> tables;
  for (const data::SortId sort : data::SortsOfResults(model)) {
    std::set<PeriodKind> kinds;
    for (const semantic::PublishedResult& result : model.results) {
      if (model[result.definition].grain.sort == sort) kinds.insert(std::min(result.period, settlement.period.kind));
    }
    if (sort == model.subject()) kinds.insert(settlement.period.kind);
    for (auto kind = kinds.rbegin(); kind != kinds.rend(); ++kind)
      tables.push_back(TableMaker(settlement, sort, *kind).Make());
  }
  return tables;
}

}  // namespace heng::settle
