// Grains: of which instances and periods an expression reads values, and whether it may.
#include "engine/semantic/checker.h"

namespace heng::semantic {

void Checker::ForEachLeaf(ExprId root, const std::function<void(ExprId, const Expr&)>& visit) const {
  std::vector<ExprId> pending = {root};
  while (!pending.empty()) {
    const ExprId id = pending.back();
    pending.pop_back();
    if (!id.valid()) continue;
    const Expr& expr = (*tree_)[id];
    const Referent& referent = (*model_)[id].referent;
    const bool aggregation = referent.kind == Referent::Kind::kBuiltin && (*model_)[id].target != Grain{};
    if (expr.kind == ExprKind::kName || aggregation) visit(id, expr);
    if (aggregation) continue;
    for (auto it = expr.arguments.rbegin(); it != expr.arguments.rend(); ++it)
      pending.insert(pending.end(), {it->where, it->value});
    pending.insert(pending.end(), expr.operands.rbegin(), expr.operands.rend());
  }
}

Grain Checker::GrainOf(ExprId leaf) const {
  const ExprInfo& info = (*model_)[leaf];
  Grain grain;
  switch (info.referent.kind) {
    case Referent::Kind::kField: grain = model_->fields[info.referent.index].grain; break;
    case Referent::Kind::kDefinition: grain = model_->definitions[info.referent.index].grain; break;
    case Referent::Kind::kRecords: return {SortId(info.referent.index), model_->sorts[info.referent.index].period};
    case Referent::Kind::kBuiltin: return info.target;
    default: return {};
  }
  // Along a reference it is a value of who refers.
  if (info.referent.via.valid()) {
    const Grain holder = (*model_)[info.referent.via].grain;
    grain.sort = holder.sort;
    if ((*model_)[holder.sort].kind == Sort::Kind::kRecords) grain.period = std::min(grain.period, holder.period);
  }
  return grain;
}

std::optional<Grain> Checker::FinestOf(const std::vector<ExprId>& roots) {
  std::optional<Grain> finest;
  ExprId first;
  bool clash = false;
  for (const ExprId root : roots) {
    if (!root.valid()) continue;
    ForEachLeaf(root, [&](ExprId leaf, const Expr&) {
      const Referent::Kind kind = (*model_)[leaf].referent.kind;
      if (kind == Referent::Kind::kNone || kind == Referent::Kind::kEnumValue || kind == Referent::Kind::kAbsent)
        return;
      const Grain grain = GrainOf(leaf);
      if (!finest || Readable(*model_, grain, *finest)) {
        finest = grain;
        first = leaf;
      } else if (!Readable(*model_, *finest, grain) && !clash) {
        // Neither is the finer: two kinds of rows, or rows of a quarter beside facts of a month.
        sink_.Add<DiagnosticKind::kNoCommonGrain>(At(leaf), TextOf(first), TextOf(leaf));
        clash = true;
        clashed_.insert(leaf);
      }
    });
  }
  return finest;
}

void Checker::CheckReadable(ExprId root, Grain at) {
  if (!root.valid()) return;
  ForEachLeaf(root, [&](ExprId leaf, const Expr&) {
    const ExprInfo& info = (*model_)[leaf];
    const Referent::Kind kind = info.referent.kind;
    if (kind != Referent::Kind::kField && kind != Referent::Kind::kDefinition) return;
    const Grain grain = GrainOf(leaf);
    if (!Readable(*model_, at, grain)) {
      const bool finer = Readable(*model_, grain, at);
      if (finer && at.period == PeriodKind::kOnce && grain.period != PeriodKind::kOnce) {
        sink_.Add<DiagnosticKind::kMissingPeriod>(At(leaf), TextOf(leaf), PeriodAdverb(grain.period));
      } else if (finer) {
        sink_.Add<DiagnosticKind::kNeedsAggregation>(At(leaf), TextOf(leaf), Describe(*model_, grain),
                                                     Describe(*model_, at));
      } else if (clashed_.count(leaf) == 0) {
        sink_.Add<DiagnosticKind::kNoCommonGrain>(At(leaf), TextOf(leaf), (*model_)[at.sort].name);
      }
    } else if (kind == Referent::Kind::kDefinition && grain.period != at.period && grain.period != PeriodKind::kOnce &&
               past_leaves_.count(leaf) == 0) {
      sink_.Add<DiagnosticKind::kCoarserComputed>(At(leaf), TextOf(leaf), PeriodAdverb(grain.period),
                                                  PeriodAdverb(at.period));
    }
  });
}

}  // namespace heng::semantic
