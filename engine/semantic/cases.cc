// Bands, 分段, 累进, 分情形, and what counts past periods: 连续, 前 N 期, 近 N 期.
#include <algorithm>

#include "engine/semantic/checker.h"

namespace heng::semantic {

bool Checker::IsOrdered(const Type& type) const {
  return type.is_number() || type.kind == TypeKind::kDate ||
         (type.kind == TypeKind::kEnum && (*model_)[type.enumeration].ordered);
}

Type Checker::CheckBand(const Expr& expr, const Scope& scope) {
  const Type value = Check(expr.operands[0], scope);
  DemandPresent(expr.operands[0], value);
  if (value.known() && !IsOrdered(value))
    sink_.Add<DiagnosticKind::kUnordered>(At(expr.span), Describe(*model_, value));
  for (const syntax::Limit& limit : expr.limits) {
    const Type bound = Check(limit.value, scope, &value);
    DemandPresent(limit.value, bound);
    if (!Unify(value, bound))
      sink_.Add<DiagnosticKind::kTypeMismatch>(At(limit.value), Describe(*model_, value), Describe(*model_, bound));
  }
  return {TypeKind::kBool, Unit(), {}, false, false};
}

std::optional<Type> Checker::UnifyBranch(const std::optional<Type>& type, const Type& more, ExprId at) {
  if (!type) return more;
  if (const std::optional<Type> unified = Unify(*type, more)) return unified;
  sink_.Add<DiagnosticKind::kTypeMismatch>(At(at), Describe(*model_, *type), Describe(*model_, more));
  return type;
}

Type Checker::CheckBands(const Expr& expr, const Scope& scope, const Type* expected) {
  const Type head = Check(expr.operands[0], scope);
  if (expr.bands.empty()) sink_.Add<DiagnosticKind::kEmptyRule>(At(expr.span), "分段");
  std::optional<Type> type;
  for (size_t i = 0; i < expr.bands.size(); ++i) {
    const syntax::BandRow& row = expr.bands[i];
    const bool otherwise = row.band.kind != syntax::Cell::Kind::kItems;
    if (otherwise && i + 1 < expr.bands.size()) sink_.Add<DiagnosticKind::kMisplacedOtherwise>(At(row.span));
    CheckConditionCell(row.band, head, scope);
    type = UnifyBranch(type, Check(row.value, scope, type ? &*type : expected), row.value);
  }
  return type.value_or(Type{});
}

// The bands must join, from 0 on, with constant bounds: 0 至 100, 超过 100 至 200, 超过 200.
Type Checker::CheckProgressive(const Expr& expr, const Scope& scope) {
  const Type head = Check(expr.operands[0], scope);
  Demand(expr.operands[0], head, TypeKind::kNumber);
  DemandPresent(expr.operands[0], head);
  std::optional<Type> rate;
  std::optional<Rational> low = Rational(0);
  const auto bad = [&](Span span) {
    sink_.Add<DiagnosticKind::kBadProgressive>(At(span), std::string(tree_->source->Text(span)));
  };
  if (expr.bands.empty()) sink_.Add<DiagnosticKind::kEmptyRule>(At(expr.span), "累进");
  for (size_t i = 0; i < expr.bands.size(); ++i) {
    const syntax::BandRow& row = expr.bands[i];
    CheckConditionCell(row.band, head, scope);
    const Type found = Check(row.value, scope, rate ? &*rate : nullptr);
    Demand(row.value, found, TypeKind::kNumber);
    DemandPresent(row.value, found);
    rate = UnifyBranch(rate, found, row.value);
    std::optional<Rational> from;
    std::optional<Rational> to;
    for (const syntax::CellItem& item : row.band.items) {
      if (item.kind != syntax::CellItem::Kind::kBand) bad(row.span);
      for (const syntax::Limit& limit : item.limits) {
        const Expr& bound = (*tree_)[limit.value];
        const auto value = bound.kind == ExprKind::kQuantity ? ReadMarked(bound.quantity) : std::nullopt;
        if (!value) {
          sink_.Add<DiagnosticKind::kNotConstant>(At(limit.value));
          return {};
        }
        const bool above = limit.op == Operator::kAtLeast || limit.op == Operator::kGreater;
        (above ? from : to) = value->value;
      }
    }
    const bool joins = low && (from ? *from == *low : i == 0 || row.band.kind == syntax::Cell::Kind::kOtherwise);
    const bool last = i + 1 == expr.bands.size();
    if (!joins || (!last && !to) || (to && *to <= *low)) bad(row.span);
    low = to;
  }
  if (!rate || !rate->is_number() || !head.is_number()) return {};
  return {TypeKind::kNumber, head.unit * rate->unit, {}, false, false};
}

Type Checker::CheckChoose(const Expr& expr, const Scope& scope, const Type* expected) {
  if (expr.cases.empty()) sink_.Add<DiagnosticKind::kEmptyRule>(At(expr.span), "分情形");
  std::optional<Type> type;
  Scope inner = scope;
  for (size_t i = 0; i < expr.cases.size(); ++i) {
    const syntax::ChooseLine& line = expr.cases[i];
    if (line.otherwise && i + 1 < expr.cases.size()) sink_.Add<DiagnosticKind::kMisplacedOtherwise>(At(line.span));
    Scope here = inner;
    if (line.when.valid()) {
      CheckCondition(line.when, inner);
      here = Within(inner, Narrow(line.when, true));
      inner = Within(inner, Narrow(line.when, false));
    }
    type = UnifyBranch(type, Check(line.value, here, type ? &*type : expected), line.value);
  }
  return type.value_or(Type{});
}

namespace {

int MonthsIn(PeriodKind kind) {
  switch (kind) {
    case PeriodKind::kMonth: return 1;
    case PeriodKind::kQuarter: return 3;
    case PeriodKind::kHalf: return 6;
    case PeriodKind::kYear: return 12;
    default: return 0;
  }
}

// The unit of a count of periods; 0 for 期, the period that is computed.
std::optional<int> MonthsOfUnit(const std::string& unit) {
  if (unit == "期" || unit == "periods") return 0;
  const auto known = heng::FindUnit(unit);
  if (!known) return std::nullopt;
  const std::string base = known->unit.ToString();
  if (base == "月") return 1;
  if (base == "季") return 3;
  if (base == "半年") return 6;
  return base == "年" ? std::optional<int>(12) : std::nullopt;
}

}  // namespace

std::optional<int> Checker::ReadPeriods(const syntax::Quantity& quantity, PeriodKind at) {
  const std::string text(tree_->source->Text(quantity.span));
  if (at == PeriodKind::kOnce || at == PeriodKind::kDay) {
    sink_.Add<DiagnosticKind::kNoPeriodHere>(At(quantity.span), text);
    return std::nullopt;
  }
  const auto count = (quantity.number.value * quantity.scale).ToInt64();
  const auto months = quantity.unit.size() == 1 ? MonthsOfUnit(quantity.unit[0].text) : std::nullopt;
  const int own = MonthsIn(at);
  const bool fits =
      count && months && *count >= 1 && *count <= 1200 && *count * (*months == 0 ? own : *months) % own == 0;
  if (!fits) {
    sink_.Add<DiagnosticKind::kBadPeriodCount>(At(quantity.span), text, PeriodNoun(at));
    return std::nullopt;
  }
  return static_cast<int>(*count * (*months == 0 ? own : *months) / own);
}

Type Checker::CheckStreak(ExprId id, const Expr& expr, const Scope& scope) {
  CheckCondition(expr.operands[0], scope);
  if (const auto count = ReadPeriods(expr.quantity, scope.at.period)) model_->exprs[id.index()].window = *count;
  CheckRecorded(expr.operands[0]);
  return {TypeKind::kBool, Unit(), {}, false, false};
}

// Only facts and published results have a past.
void Checker::CheckRecorded(ExprId root) {
  if (!root.valid()) return;
  ForEachLeaf(root, [&](ExprId leaf, const Expr&) {
    const Referent& referent = (*model_)[leaf].referent;
    if (referent.kind == Referent::Kind::kBuiltin) {
      sink_.Add<DiagnosticKind::kNotPast>(At(leaf), TextOf(leaf));
      return;
    }
    if (referent.kind != Referent::Kind::kDefinition || published_.count(referent.index) > 0) return;
    const Grain grain = model_->definitions[referent.index].grain;
    const bool rows = (*model_)[grain.sort].kind == Sort::Kind::kRecords;
    if (!rows && grain.period != PeriodKind::kOnce) sink_.Add<DiagnosticKind::kNotPast>(At(leaf), TextOf(leaf));
  });
}

// The value of a fact or published result, so many periods ago.
Type Checker::CheckPast(ExprId argument, const Scope& scope) {
  Type type = Check(argument, scope);
  const Referent& referent = (*model_)[argument].referent;
  const bool fact =
      referent.kind == Referent::Kind::kField && model_->fields[referent.index].kind == Field::Kind::kFact;
  const bool result = referent.kind == Referent::Kind::kDefinition && published_.count(referent.index) > 0;
  if (result && !type.known()) past_of_unknown_.insert(referent.index);
  const bool definition = referent.kind == Referent::Kind::kDefinition;
  past_leaves_.insert(argument);
  if (!fact && !result && (type.known() || definition))
    sink_.Add<DiagnosticKind::kNotPast>(At(argument), TextOf(argument));
  type.optional = true;
  return type;
}

PeriodKind Checker::PeriodOfPast(ExprId argument) const {
  const Referent& referent = (*model_)[argument].referent;
  if (referent.kind == Referent::Kind::kField) return model_->fields[referent.index].grain.period;
  if (referent.kind == Referent::Kind::kDefinition) return model_->definitions[referent.index].grain.period;
  return PeriodKind::kOnce;
}

}  // namespace heng::semantic
