#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "engine/semantic/checker.h"

namespace heng::semantic {
namespace {

enum class BuiltinKind : unsigned char { kAggregate, kValue };
struct BuiltinInfo {
  std::string_view zh, en;
  size_t least, most;
  BuiltinKind kind;
};
constexpr std::array kBuiltins = {
#define BUILTIN(name, zh, en, least, most, kind) BuiltinInfo{zh, en, least, most, BuiltinKind::k##kind},
#include "engine/semantic/builtins.def"
#undef BUILTIN
};

const Unit kRows = Unit::Base("条");
const Unit kPlaces = Unit::Base("名");

}  // namespace

Type Checker::CheckCall(ExprId id, const Expr& expr, const Scope& scope, const Type*) {
  const auto found = std::find_if(kBuiltins.begin(), kBuiltins.end(), [&](const BuiltinInfo& b) {
    return b.zh == expr.name.text || b.en == expr.name.text;
  });
  if (found == kBuiltins.end() || !expr.qualifier.text.empty()) {
    std::vector<std::string> names;
    for (const BuiltinInfo& builtin : kBuiltins)
      names.insert(names.end(), {std::string(builtin.zh), std::string(builtin.en)});
    ReportUnknown(expr.name, {"函数", "function"}, names);
    return {};
  }
  const auto builtin = static_cast<Builtin>(found - kBuiltins.begin());
  ExprInfo& info = model_->exprs[id.index()];
  info.referent.kind = Referent::Kind::kBuiltin;
  info.referent.builtin = builtin;
  const size_t count = expr.arguments.size();
  if (count < found->least || count > found->most) {
    const std::string wanted =
        found->least == found->most ? std::to_string(found->least) : fmt::format("{}–{}", found->least, found->most);
    sink_.Add<DiagnosticKind::kArgumentCount>(At(id), expr.name.text, wanted, std::to_string(count));
    return {};
  }
  const bool aggregates = found->kind == BuiltinKind::kAggregate &&
                          !((builtin == Builtin::kHighest || builtin == Builtin::kLowest) && count > 1);
  for (size_t i = 0; i < count; ++i) {
    const syntax::Argument& argument = expr.arguments[i];
    const char* clause = argument.if_none && !(builtin == Builtin::kShare && i == 2) ? "无则"
                         : argument.where.valid() && !(aggregates && i == 0)         ? "其中"
                         : !argument.within.text.empty() && !(aggregates && i == 0)  ? "在 … 内"
                                                                                     : nullptr;
    if (clause != nullptr) sink_.Add<DiagnosticKind::kMisplacedClause>(At(argument.span), expr.name.text, clause);
  }
  if (aggregates) return CheckAggregation(id, expr, scope, builtin);
  switch (builtin) {
    case Builtin::kShare: return CheckShare(expr, scope);
    case Builtin::kPrevious: return CheckPrevious(expr, scope);
    case Builtin::kIsAbsent: Check(expr.arguments[0].value, scope); return {TypeKind::kBool, Unit(), {}, false, false};
    default: return CheckOverValues(expr, scope);
  }
}

Type Checker::CheckOverValues(const Expr& expr, const Scope& scope) {
  const Type first = Check(expr.arguments[0].value, scope);
  Demand(expr.arguments[0].value, first, TypeKind::kNumber);
  DemandPresent(expr.arguments[0].value, first);
  for (size_t i = 1; i < expr.arguments.size(); ++i) {
    const Type other = Check(expr.arguments[i].value, scope);
    Demand(expr.arguments[i].value, other, TypeKind::kNumber, first.is_number() ? &first.unit : nullptr);
    DemandPresent(expr.arguments[i].value, other);
  }
  return first;
}

Type Checker::CheckShare(const Expr& expr, const Scope& scope) {
  const Type part = Check(expr.arguments[0].value, scope);
  const Type whole = Check(expr.arguments[1].value, scope);
  for (size_t i = 0; i < 2; ++i) {
    const Type& type = i == 0 ? part : whole;
    Demand(expr.arguments[i].value, type, TypeKind::kNumber);
    DemandPresent(expr.arguments[i].value, type);
  }
  Type type{TypeKind::kNumber, Unit(), {}, false, true};
  if (part.is_number() && whole.is_number()) {
    type.unit = part.unit / whole.unit;
    type.percent = type.unit.dimensionless();
  }
  if (expr.arguments.size() == 3) {
    const syntax::Argument& fallback = expr.arguments[2];
    if (!fallback.if_none)
      sink_.Add<DiagnosticKind::kTypeMismatch>(At(fallback.span), Bilingual("“无则 …”", "'无则 …' (ifnone)"),
                                               TextOf(fallback.value));
    const Type none = Check(fallback.value, scope, &type);
    Demand(fallback.value, none, TypeKind::kNumber, &type.unit);
    type.optional = none.optional;
  }
  return type;
}

Type Checker::CheckPrevious(const Expr& expr, const Scope& scope) {
  const ExprId argument = expr.arguments[0].value;
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

// The records that an aggregation's argument names: `计数(打分 …)`, `平均(打分.得分 …)`.
std::optional<SortId> Checker::RowsNamedIn(ExprId root) const {
  std::vector<ExprId> pending = {root};
  while (!pending.empty()) {
    const ExprId id = pending.back();
    pending.pop_back();
    if (!id.valid()) continue;
    const Expr& expr = (*tree_)[id];
    if (expr.kind == ExprKind::kName) {
      const auto symbol = symbols_.find(expr.name.text);
      const bool rows = symbol != symbols_.end() && symbol->second.kind == Symbol::Kind::kSort &&
                        model_->sorts[symbol->second.index].kind == Sort::Kind::kRecords;
      if (rows) return SortId(symbol->second.index);
    }
    pending.insert(pending.end(), expr.operands.begin(), expr.operands.end());
  }
  return std::nullopt;
}

bool Checker::ResolveScope(ExprId id, const syntax::Argument& argument) {
  Referent& referent = model_->exprs[id.index()].referent;
  const syntax::Name& name = argument.within;
  if (name.text.empty()) return false;
  if (name.text == "全体" || name.text == "whole") {
    referent.scope = Referent::Scope::kWhole;
    return true;
  }
  const auto symbol = symbols_.find(name.text);
  if (symbol == symbols_.end() || symbol->second.kind == Symbol::Kind::kSort) {
    ReportUnknown(name, {"分组依据", "key to group by"}, ValueNames());
    return true;
  }
  used_.insert(name.text);
  referent.scope = Referent::Scope::kKey;
  referent.key = symbol->second.index;
  referent.key_is_field = symbol->second.kind == Symbol::Kind::kField;
  const Type& type = referent.key_is_field ? model_->fields[referent.key].type : model_->definitions[referent.key].type;
  if (type.optional) sink_.Add<DiagnosticKind::kMaybeAbsent>(At(name.span), name.text);
  return true;
}

bool Checker::MaybeEmpty(const Expr& expr, const ExprInfo& info, const Scope& scope, Builtin builtin) const {
  if (expr.arguments[0].where.valid()) return true;
  if (info.referent.scope != Referent::Scope::kNone) return false;  // the subject itself is among its peers
  if (info.grain.sort == info.target.sort) return false;            // the months of a quarter
  const auto rows = scope.narrowing.least_rows.find(info.grain.sort.index());
  const int64_t known = rows == scope.narrowing.least_rows.end() ? 0 : rows->second;
  int64_t wanted = 1;
  if (builtin == Builtin::kTrimmedMean) {
    const Expr& cut = (*tree_)[expr.arguments[1].value];
    wanted = 2 * cut.quantity.number.value.ToInt64().value_or(1) + 1;
  }
  return known < wanted;
}

Type Checker::CheckAggregation(ExprId id, const Expr& expr, const Scope& scope, Builtin builtin) {
  const syntax::Argument& argument = expr.arguments[0];
  if (scope.inside_aggregation) {
    sink_.Add<DiagnosticKind::kNestedAggregation>(At(id), TextOf(id));
    return {};
  }
  Scope inner = scope;
  inner.inside_aggregation = true;
  inner.narrowing = {};
  inner.rows = RowsNamedIn(argument.value);
  const bool peers = ResolveScope(id, argument);
  Type type;
  if (argument.where.valid()) {
    CheckCondition(argument.where, inner);
    type = Check(argument.value, Within(inner, Narrow(argument.where, true)));
  } else {
    type = Check(argument.value, inner);
  }
  const bool rows = (*model_)[argument.value].referent.kind == Referent::Kind::kRecords;
  if (!rows || builtin != Builtin::kCount) DemandPresent(argument.value, type);

  const std::optional<Grain> finest = FinestOf({argument.value, argument.where});
  ExprInfo& info = model_->exprs[id.index()];
  info.target = scope.at;
  info.grain = peers ? scope.at : finest.value_or(scope.at);
  if (builtin == Builtin::kRank && !peers) {
    sink_.Add<DiagnosticKind::kMissingScope>(At(id), TextOf(id));
  } else if (!peers && type.known() && (!finest || Readable(*model_, scope.at, *finest))) {
    sink_.Add<DiagnosticKind::kNothingToAggregate>(At(id), TextOf(id));
    return {};
  } else if (!peers && finest && scope.at.period == PeriodKind::kOnce && finest->period != PeriodKind::kOnce) {
    sink_.Add<DiagnosticKind::kMissingPeriod>(At(argument.value), TextOf(argument.value), PeriodAdverb(finest->period));
    return {};
  } else if (!peers && finest && !Readable(*model_, *finest, scope.at)) {
    sink_.Add<DiagnosticKind::kNoCommonGrain>(At(id), TextOf(argument.value), (*model_)[scope.at.sort].name);
    return {};
  }
  const bool averages = builtin == Builtin::kMean || builtin == Builtin::kMedian || builtin == Builtin::kTrimmedMean;
  if (averages && info.grain.sort != info.target.sort && info.grain.period != info.target.period) {
    sink_.Add<DiagnosticKind::kBothAxes>(At(id), TextOf(id));
  }
  CheckReadable(argument.value, info.grain);
  CheckReadable(argument.where, info.grain);
  return AggregateType(expr, builtin, type, MaybeEmpty(expr, info, scope, builtin));
}

Type Checker::AggregateType(const Expr& expr, Builtin builtin, const Type& argument, bool maybe_empty) {
  const ExprId value = expr.arguments[0].value;
  if (builtin == Builtin::kCount) return {TypeKind::kNumber, kRows, {}, false, false};
  if (builtin == Builtin::kAnyOf || builtin == Builtin::kAllOf) {
    Demand(value, argument, TypeKind::kBool);
    return {TypeKind::kBool, Unit(), {}, builtin == Builtin::kAllOf && maybe_empty, false};
  }
  if ((*model_)[value].referent.kind == Referent::Kind::kRecords) {
    sink_.Add<DiagnosticKind::kWrongKindOfName>(
        At(value), TextOf(value),
        Bilingual("明细的一个栏目，如“明细.栏目”", "a field of the records, as records.field"));
    return {};
  }
  Demand(value, argument, TypeKind::kNumber);
  if (builtin == Builtin::kTrimmedMean) {
    const Expr& cut = (*tree_)[expr.arguments[1].value];
    const auto n = cut.kind == ExprKind::kQuantity && cut.quantity.unit.empty() ? cut.quantity.number.value.ToInt64()
                                                                                : std::nullopt;
    model_->exprs[expr.arguments[1].value.index()].type = {TypeKind::kNumber, Unit(), {}, false, false};
    if (!n || *n < 1 || *n > 1000) sink_.Add<DiagnosticKind::kNotConstant>(At(expr.arguments[1].value));
  }
  if (builtin == Builtin::kRank) return {TypeKind::kNumber, kPlaces, {}, expr.arguments[0].where.valid(), false};
  if (!argument.is_number()) return {};
  Type type = argument;
  type.optional = builtin != Builtin::kSum && maybe_empty;
  return type;
}

}  // namespace heng::semantic
