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

const BuiltinInfo* FindBuiltin(const std::string& name) {
  const auto found = std::find_if(kBuiltins.begin(), kBuiltins.end(),
                                  [&](const BuiltinInfo& b) { return b.zh == name || b.en == name; });
  return found == kBuiltins.end() ? nullptr : &*found;
}

}  // namespace

bool Checker::IsAggregation(const Expr& expr) const {
  if (expr.kind != ExprKind::kCall) return false;
  const BuiltinInfo* builtin = FindBuiltin(expr.name.text);
  return builtin != nullptr && builtin->kind == BuiltinKind::kAggregate && expr.arguments.size() <= builtin->most &&
         (expr.arguments.size() == 1 || builtin->least > 1);
}

bool Checker::IsPast(const std::string& builtin) {
  const BuiltinInfo* found = FindBuiltin(builtin);
  if (found == nullptr) return false;
  const auto which = static_cast<Builtin>(found - kBuiltins.data());
  return which == Builtin::kPrevious || which == Builtin::kYearAgo;
}

Type Checker::CheckCall(ExprId id, const Expr& expr, const Scope& scope, const Type*) {
  if (const auto keyed = keyed_.find(expr.name.text); keyed != keyed_.end() && expr.qualifier.text.empty())
    return CheckKeyed(id, expr, scope, keyed->second);
  const BuiltinInfo* found = FindBuiltin(expr.name.text);
  if (found == nullptr || !expr.qualifier.text.empty()) {
    std::vector<std::string> names;
    for (const BuiltinInfo& builtin : kBuiltins)
      names.insert(names.end(), {std::string(builtin.zh), std::string(builtin.en)});
    for (const auto& [name, index] : keyed_) names.push_back(name);
    ReportUnknown(expr.name, {"函数", "function"}, names);
    return {};
  }
  const auto builtin = static_cast<Builtin>(found - kBuiltins.data());
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
  const bool several =
      (builtin == Builtin::kHighest || builtin == Builtin::kLowest || builtin == Builtin::kCount) && count > 1;
  const bool aggregates = found->kind == BuiltinKind::kAggregate && !several;
  CheckClauses(id, expr, builtin, aggregates);
  if (aggregates) return CheckAggregation(id, expr, scope, builtin);
  switch (builtin) {
    case Builtin::kShare: return CheckShare(expr, scope);
    case Builtin::kPrevious: return CheckPast(expr.arguments[0].value, scope);
    case Builtin::kYearAgo: {
      const Type type = CheckPast(expr.arguments[0].value, scope);
      static constexpr int kPerYear[] = {0, 12, 4, 2, 1, 0};
      model_->exprs[id.index()].window = kPerYear[static_cast<size_t>(PeriodOfPast(expr.arguments[0].value))];
      return type;
    }
    case Builtin::kIsAbsent: Check(expr.arguments[0].value, scope); return {TypeKind::kBool, Unit(), {}, false, false};
    case Builtin::kShareOut: return CheckShareOut(expr, scope);
    case Builtin::kMonths: return CheckDates(expr, scope, Unit::Base("月"));
    case Builtin::kDays: return CheckDates(expr, scope, Unit::Base("天"));
    case Builtin::kGrowth: return CheckGrowth(expr, scope);
    case Builtin::kCount: return CheckCountOf(expr, scope);
    default: return CheckOverValues(expr, scope);
  }
}

// Which clauses may stand behind an argument of the function.
void Checker::CheckClauses(ExprId, const Expr& expr, Builtin builtin, bool aggregates) {
  const bool ranks = builtin == Builtin::kRank || builtin == Builtin::kRankShare;
  const bool picks = builtin == Builtin::kMedian || builtin == Builtin::kTrimmedMean || ranks;
  for (size_t i = 0; i < expr.arguments.size(); ++i) {
    const syntax::Argument& a = expr.arguments[i];
    const bool folds = aggregates && i == 0;
    const char* clause = a.if_none && !(builtin == Builtin::kShare && i == 2)         ? "无则"
                         : a.where.valid() && !folds                                  ? "其中"
                         : !a.within.text.empty() && !folds                           ? "在 … 内"
                         : a.ascending && !(folds && ranks)                           ? "由低到高"
                         : a.ties != syntax::TieRule::kUnwritten && !(folds && ranks) ? "并列"
                         : a.distinct.valid() && (!folds || picks)                    ? "去重"
                         : (a.recent || a.so_far) && (!folds || picks)                ? "近 … 期"
                         : (a.skip_missing || a.missing_as) && (!folds || ranks)      ? "缺月"
                         : a.recent && a.distinct.valid()                             ? "去重 … 近 … 期"
                                                                                      : nullptr;
    if (clause != nullptr) sink_.Add<DiagnosticKind::kMisplacedClause>(At(a.span), expr.name.text, clause);
  }
}

Type Checker::CheckKeyed(ExprId id, const Expr& expr, const Scope& scope, size_t index) {
  used_.insert(expr.name.text);
  const KeyedParameter& keyed = model_->keyed[index];
  ExprInfo& info = model_->exprs[id.index()];
  info.referent.kind = Referent::Kind::kBuiltin;
  info.referent.builtin = Builtin::kParameterOf;
  info.referent.index = index;
  const Type result = keyed.values.empty() ? Type{} : (*model_)[keyed.values[0]].type;
  if (expr.arguments.size() != 1) {
    sink_.Add<DiagnosticKind::kArgumentCount>(At(id), expr.name.text, "1", std::to_string(expr.arguments.size()));
    return result;
  }
  const Type wanted{TypeKind::kEnum, Unit(), keyed.key, false, false};
  const ExprId argument = expr.arguments[0].value;
  const Type found = Check(argument, scope, &wanted);
  DemandPresent(argument, found);
  if (found.known() && !Unify(wanted, found))
    sink_.Add<DiagnosticKind::kTypeMismatch>(At(argument), Describe(*model_, wanted), Describe(*model_, found));
  return result;
}

Type Checker::CheckShareOut(const Expr& expr, const Scope& scope) {
  const Type pool = Check(expr.arguments[0].value, scope);
  Demand(expr.arguments[0].value, pool, TypeKind::kNumber);
  const Type weight = Check(expr.arguments[1].value, scope);
  Demand(expr.arguments[1].value, weight, TypeKind::kNumber);
  const Type step = Check(expr.arguments[2].value, scope);
  Demand(expr.arguments[2].value, step, TypeKind::kNumber, pool.is_number() ? &pool.unit : nullptr);
  if ((*tree_)[expr.arguments[2].value].kind != ExprKind::kQuantity)
    sink_.Add<DiagnosticKind::kNotConstant>(At(expr.arguments[2].value));
  for (const syntax::Argument& argument : expr.arguments) DemandPresent(argument.value, (*model_)[argument.value].type);
  return pool;
}

Type Checker::CheckDates(const Expr& expr, const Scope& scope, const Unit& unit) {
  for (const syntax::Argument& argument : expr.arguments) {
    const Type type = Check(argument.value, scope);
    Demand(argument.value, type, TypeKind::kDate);
    DemandPresent(argument.value, type);
  }
  return {TypeKind::kNumber, unit, {}, false, false};
}

Type Checker::CheckGrowth(const Expr& expr, const Scope& scope) {
  CheckOverValues(expr, scope);
  return {TypeKind::kNumber, Unit(), {}, false, true};
}

Type Checker::CheckCountOf(const Expr& expr, const Scope& scope) {
  for (const syntax::Argument& argument : expr.arguments) CheckCondition(argument.value, scope);
  return {TypeKind::kNumber, Unit::Base("项"), {}, false, false};
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
    syntax::ForEachChild(expr, [&](ExprId child) { pending.push_back(child); });
  }
  return std::nullopt;
}

std::optional<std::pair<size_t, bool>> Checker::FindKey(const syntax::Name& name, const Scope& scope) {
  std::optional<std::pair<size_t, bool>> key;
  if ((*model_)[scope.at.sort].kind == Sort::Kind::kRecords) {
    if (const auto field = model_->FindField(scope.at.sort, name.text)) key = {field->index(), true};
  }
  const auto symbol = symbols_.find(name.text);
  if (!key && symbol != symbols_.end() && symbol->second.kind != Symbol::Kind::kSort) {
    used_.insert(name.text);
    const bool is_field = symbol->second.kind == Symbol::Kind::kField;
    key = {is_field ? Meant(symbol->second, scope).value_or(symbol->second.index) : symbol->second.index, is_field};
  }
  if (!key) {
    ReportUnknown(name, {"分组依据", "key to group by"}, ValueNames());
    return std::nullopt;
  }
  const Type& type = key->second ? model_->fields[key->first].type : model_->definitions[key->first].type;
  if (type.optional) sink_.Add<DiagnosticKind::kMaybeAbsent>(At(name.span), name.text);
  return key;
}

bool Checker::ResolveScope(ExprId id, const syntax::Argument& argument, const Scope& scope) {
  ExprInfo& info = model_->exprs[id.index()];
  const auto whole = [](const syntax::Name& name) { return name.text == "全体" || name.text == "whole"; };
  if (argument.within.text.empty()) return false;
  if (argument.at_least) {
    info.otherwise_whole = whole(argument.otherwise);
    const auto count = argument.at_least->number.value.ToInt64();
    if (!count || *count < 1 || argument.at_least->unit.size() > 1)
      sink_.Add<DiagnosticKind::kNotConstant>(At(argument.at_least->span));
    if (!info.otherwise_whole) {
      if (const auto key = FindKey(argument.otherwise, scope))
        std::tie(info.otherwise_key, info.otherwise_is_field) = *key;
    }
  }
  if (whole(argument.within)) {
    info.referent.scope = Referent::Scope::kWhole;
    return true;
  }
  if (const auto key = FindKey(argument.within, scope)) {
    info.referent.scope = Referent::Scope::kKey;
    std::tie(info.referent.key, info.referent.key_is_field) = *key;
  }
  return true;
}

bool Checker::MaybeEmpty(const Expr& expr, const ExprInfo& info, const Scope& scope, Builtin builtin) const {
  const syntax::Argument& argument = expr.arguments[0];
  if (argument.where.valid() || argument.skip_missing || builtin == Builtin::kLatest || builtin == Builtin::kEarliest)
    return true;
  if (info.referent.scope != Referent::Scope::kNone) return false;  // the subject itself is among its peers
  if (info.grain.sort == info.target.sort) return false;            // the months of a quarter
  // Each value of a key is some subject's.
  if ((*model_)[info.target.sort].kind == Sort::Kind::kKey) return false;
  const auto rows = scope.narrowing.least_rows.find(info.grain.sort.index());
  const int64_t known = rows == scope.narrowing.least_rows.end() ? 0 : rows->second;
  int64_t wanted = 1;
  if (builtin == Builtin::kTrimmedMean) {
    const Expr& cut = (*tree_)[expr.arguments[1].value];
    wanted = 2 * cut.quantity.number.value.ToInt64().value_or(1) + 1;
  }
  return known < wanted;
}

// Of the argument: 去重, 近, 缺月, 并列 and what a second argument must be.
void Checker::CheckAggregationClauses(ExprId id, const Expr& expr, const Scope& inner, Builtin builtin) {
  const syntax::Argument& argument = expr.arguments[0];
  ExprInfo& info = model_->exprs[id.index()];
  if (argument.distinct.valid()) {
    const Type type = Check(argument.distinct, inner);
    DemandPresent(argument.distinct, type);
  }
  for (const syntax::TieKey& key : argument.tie_keys) {
    const Type type = Check(key.value, inner);
    DemandPresent(key.value, type);
    if (type.known() && !IsOrdered(type)) sink_.Add<DiagnosticKind::kUnordered>(At(key.value), Describe(*model_, type));
  }
  if (argument.recent) {
    if (const auto count = ReadPeriods(*argument.recent, inner.at.period)) info.window = *count;
  } else if (argument.so_far) {
    info.window = 0;
  }
  if (expr.arguments.size() < 2) return;
  const ExprId second = expr.arguments[1].value;
  if (builtin == Builtin::kWeightedMean) {
    const Type weight = Check(second, inner);
    Demand(second, weight, TypeKind::kNumber);
    DemandPresent(second, weight);
    return;
  }
  // How many are cut off at each end; which one from the last or the first.
  const Expr& number = (*tree_)[second];
  const auto n = number.kind == ExprKind::kQuantity && number.quantity.unit.empty()
                     ? number.quantity.number.value.ToInt64()
                     : std::nullopt;
  model_->exprs[second.index()].type = {TypeKind::kNumber, Unit(), {}, false, false};
  if (!n || *n < 1 || *n > 1000) sink_.Add<DiagnosticKind::kNotConstant>(At(second));
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
  if (const auto rows = RowsNamedIn(argument.value)) inner.rows = rows;
  const bool peers = ResolveScope(id, argument, scope);
  Type type;
  if (argument.where.valid()) {
    CheckCondition(argument.where, inner);
    type = Check(argument.value, Within(inner, Narrow(argument.where, true)));
  } else {
    type = Check(argument.value, inner);
  }
  const bool rows = (*model_)[argument.value].referent.kind == Referent::Kind::kRecords;
  if (!rows || builtin != Builtin::kCount) DemandPresent(argument.value, type);
  CheckAggregationClauses(id, expr, inner, builtin);

  const bool weighted = builtin == Builtin::kWeightedMean;
  std::optional<Grain> finest =
      FinestOf({argument.value, argument.where, argument.distinct, weighted ? expr.arguments[1].value : ExprId{}});
  // What has no period of its own is read in the period of the result.
  if (finest && finest->sort != scope.at.sort) finest->period = std::min(finest->period, scope.at.period);
  ExprInfo& info = model_->exprs[id.index()];
  info.target = scope.at;
  info.grain = peers ? scope.at : finest.value_or(scope.at);
  const bool ranks = builtin == Builtin::kRank || builtin == Builtin::kRankShare;
  const bool past = info.window != 1;
  if (ranks && !peers) {
    sink_.Add<DiagnosticKind::kMissingScope>(At(id), TextOf(id));
  } else if (!peers && !past && type.known() && (!finest || Readable(*model_, scope.at, *finest))) {
    sink_.Add<DiagnosticKind::kNothingToAggregate>(At(id), TextOf(id));
    return {};
  } else if (!peers && finest && scope.at.period == PeriodKind::kOnce && finest->period != PeriodKind::kOnce) {
    sink_.Add<DiagnosticKind::kMissingPeriod>(At(argument.value), TextOf(argument.value), PeriodAdverb(finest->period));
    return {};
  } else if (!peers && finest && !Readable(*model_, *finest, scope.at)) {
    sink_.Add<DiagnosticKind::kNoCommonGrain>(At(id), TextOf(argument.value), (*model_)[scope.at.sort].name);
    return {};
  }
  // Rows are all there, whenever they were; of periods nothing says which was the first.
  if (argument.so_far && (*model_)[info.grain.sort].kind != Sort::Kind::kRecords) {
    sink_.Add<DiagnosticKind::kMisplacedClause>(At(argument.span), expr.name.text, "至今").advice = {
        "“至今”只用于明细的行；各期的值写“近 N 期”，或者用“上期(…)”逐期累计",
        "至今 is for rows (明细); of values of periods write 近 N 期, or carry a total on with 上期(…)"};
    return {};
  }
  if (past) {
    if (finest && finest->period == PeriodKind::kOnce) info.grain.period = scope.at.period;
    CheckRecorded(argument.value);
    CheckRecorded(argument.where);
  }
  const bool latest = builtin == Builtin::kLatest || builtin == Builtin::kEarliest;
  if (latest && type.known() && !(*model_)[info.grain.sort].date.valid())
    sink_.Add<DiagnosticKind::kNotDated>(At(id), TextOf(argument.value));
  if (argument.skip_missing || argument.missing_as) CheckMissing(id, argument);
  const bool averages = builtin == Builtin::kMean || builtin == Builtin::kMedian || builtin == Builtin::kTrimmedMean;
  // Dated rows stand in one period each: over a window they are averaged once.
  const bool dated = (*model_)[info.grain.sort].date.valid();
  if (averages && !dated && info.grain.sort != info.target.sort && info.grain.period != info.target.period) {
    sink_.Add<DiagnosticKind::kBothAxes>(At(id), TextOf(id));
  }
  CheckReadable(argument.value, info.grain);
  CheckReadable(argument.where, info.grain);
  CheckReadable(argument.distinct, info.grain);
  for (const syntax::TieKey& key : argument.tie_keys) CheckReadable(key.value, info.grain);
  if (weighted) CheckReadable(expr.arguments[1].value, info.grain);
  return AggregateType(id, expr, builtin, type, MaybeEmpty(expr, info, scope, builtin));
}

// 缺月不计, 缺月按: the periods for which the subject has no row of facts.
void Checker::CheckMissing(ExprId id, const syntax::Argument& argument) {
  ExprInfo& info = model_->exprs[id.index()];
  for (size_t i = 0; i < model_->fields.size(); ++i) {
    const Field& field = model_->fields[i];
    if (field.kind == Field::Kind::kPresence && field.grain == info.grain) info.presence = FieldId(i);
  }
  const bool finer = info.grain.sort == info.target.sort && info.grain.period < info.target.period;
  if (!info.presence.valid() || !finer) {
    sink_.Add<DiagnosticKind::kMisplacedClause>(At(argument.span), TextOf(argument.value), "缺月");
    return;
  }
  model_->may_miss.insert({info.grain.sort, info.grain.period});
  if (!argument.missing_as) return;
  const auto instead = ReadMarked(*argument.missing_as);
  const Type& type = (*model_)[argument.value].type;
  if (instead && type.is_number() && instead->unit != type.unit)
    sink_.Add<DiagnosticKind::kUnitMismatch>(At(argument.missing_as->span), type.unit.ToString(),
                                             instead->unit.ToString(), Bilingual("混用", "mixed"));
}

Type Checker::AggregateType(ExprId id, const Expr& expr, Builtin builtin, const Type& argument, bool maybe_empty) {
  const ExprId value = expr.arguments[0].value;
  const ExprInfo& info = (*model_)[id];
  if (builtin == Builtin::kCount) {
    // Rows, subjects, or the periods of one subject.
    const Sort::Kind kind = (*model_)[info.grain.sort].kind;
    const bool periods = info.grain.sort == info.target.sort && info.referent.scope == Referent::Scope::kNone;
    const Unit unit = kind == Sort::Kind::kRecords ? kRows : periods ? Unit::Base("次") : Unit::Base("个");
    return {TypeKind::kNumber, unit, {}, false, false};
  }
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
  const bool latest = builtin == Builtin::kLatest || builtin == Builtin::kEarliest;
  if (latest) {
    Type type = argument;
    type.optional = true;
    return type;
  }
  const bool ranks = builtin == Builtin::kRank || builtin == Builtin::kRankShare;
  if (ranks || builtin == Builtin::kHighest || builtin == Builtin::kLowest) {
    if (argument.known() && !IsOrdered(argument))
      sink_.Add<DiagnosticKind::kUnordered>(At(value), Describe(*model_, argument));
  } else {
    Demand(value, argument, TypeKind::kNumber);
  }
  const bool conditional = expr.arguments[0].where.valid();
  if (builtin == Builtin::kRank) return {TypeKind::kNumber, kPlaces, {}, conditional, false};
  if (builtin == Builtin::kRankShare) return {TypeKind::kNumber, Unit(), {}, conditional, true};
  if (builtin == Builtin::kWeightedMean) maybe_empty = true;
  if (!argument.known()) return {};
  if (!argument.is_number()) {
    Type type = argument;
    type.optional = maybe_empty;
    return type;
  }
  if (!argument.is_number()) return {};
  Type type = argument;
  type.optional = builtin != Builtin::kSum && maybe_empty;
  return type;
}

}  // namespace heng::semantic
