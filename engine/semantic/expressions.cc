#include <algorithm>

#include "engine/base/text.h"
#include "engine/semantic/advice.h"
#include "engine/semantic/checker.h"

namespace heng::semantic {
namespace {

bool IsOrdering(Operator op) {
  return op == Operator::kLess || op == Operator::kAtMost || op == Operator::kGreater || op == Operator::kAtLeast;
}

Bilingual UnitText(const Unit& unit) {
  return unit.dimensionless() ? Bilingual("没有单位", "no unit") : Bilingual(unit.ToString());
}

Type Bool() { return {TypeKind::kBool, Unit(), {}, false, false}; }

}  // namespace

Type Checker::Check(ExprId id, const Scope& scope, const Type* expected) {
  Type type = CheckKind(id, (*tree_)[id], scope, expected);
  if (type.optional && scope.narrowing.present_texts.count(TextOf(id)) > 0) type.optional = false;
  model_->exprs[id.index()].type = type;
  return type;
}

Type Checker::CheckKind(ExprId id, const Expr& expr, const Scope& scope, const Type* expected) {
  switch (expr.kind) {
    case ExprKind::kQuantity: {
      const auto read = ReadMarked(expr.quantity);
      if (!read) return {};
      return {TypeKind::kNumber, read->unit, {}, false, read->percent};
    }
    case ExprKind::kText: return {TypeKind::kText, Unit(), {}, false, false};
    case ExprKind::kDate: return {TypeKind::kDate, Unit(), {}, false, false};
    case ExprKind::kBool: return Bool();
    case ExprKind::kName: return CheckName(id, expr, scope, expected);
    case ExprKind::kCall: return CheckCall(id, expr, scope, expected);
    case ExprKind::kNegate: {
      const Type type = Check(expr.operands[0], scope);
      Demand(expr.operands[0], type, TypeKind::kNumber);
      DemandPresent(expr.operands[0], type);
      return type;
    }
    case ExprKind::kNot: CheckCondition(expr.operands[0], scope); return Bool();
    case ExprKind::kArithmetic: return CheckArithmetic(expr, scope);
    case ExprKind::kCompare: return CheckCompare(expr, scope);
    case ExprKind::kAnd:
    case ExprKind::kOr: {
      // Each operand is read knowing that those before it did not decide already.
      Scope inner = scope;
      for (const ExprId operand : expr.operands) {
        CheckCondition(operand, inner);
        inner = Within(inner, Narrow(operand, expr.kind == ExprKind::kAnd));
      }
      return Bool();
    }
    case ExprKind::kIn: return CheckMembership(expr, scope);
    case ExprKind::kIf: return CheckIf(expr, scope, expected);
    case ExprKind::kDefault: {
      const Type value = Check(expr.operands[0], scope, expected);
      const Type fallback = Check(expr.operands[1], scope, &value);
      std::optional<Type> type = Unify(value, fallback);
      if (!type) {
        sink_.Add<DiagnosticKind::kTypeMismatch>(At(expr.operands[1]), Describe(*model_, value),
                                                 Describe(*model_, fallback));
        return value;
      }
      type->optional = fallback.optional;
      return *type;
    }
    case ExprKind::kRound:
    case ExprKind::kCap:
    case ExprKind::kFloor: return CheckClause(expr, scope, Check(expr.operands[0], scope));
    case ExprKind::kBand: return CheckBand(expr, scope);
    case ExprKind::kBands: return CheckBands(expr, scope, expected);
    case ExprKind::kProgressive: return CheckProgressive(expr, scope);
    case ExprKind::kChoose: return CheckChoose(expr, scope, expected);
    case ExprKind::kStreak: return CheckStreak(id, expr, scope);
    case ExprKind::kEarlier: {
      const Type type = CheckPast(expr.operands[0], scope);
      const PeriodKind period = PeriodOfPast(expr.operands[0]);
      if (const auto back = ReadPeriods(expr.quantity, period)) model_->exprs[id.index()].window = *back;
      return type;
    }
  }
  return {};
}

void Checker::Demand(ExprId id, const Type& found, TypeKind kind, const Unit* unit) {
  if (!found.known()) return;
  if (found.kind != kind) {
    Type wanted{kind, unit != nullptr ? *unit : Unit(), {}, false, false};
    sink_.Add<DiagnosticKind::kTypeMismatch>(
        At(id), kind == TypeKind::kNumber && unit == nullptr ? Bilingual("数", "a number") : Describe(*model_, wanted),
        Describe(*model_, found));
  } else if (unit != nullptr && found.unit != *unit) {
    const Type wanted{kind, *unit, {}, false, false};
    sink_.Add<DiagnosticKind::kTypeMismatch>(At(id), Describe(*model_, wanted), Describe(*model_, found)).advice =
        AdviceOnTypes(wanted, found);
  }
}

void Checker::DemandPresent(ExprId id, const Type& found) {
  if (found.optional) sink_.Add<DiagnosticKind::kMaybeAbsent>(At(id), TextOf(id));
}

void Checker::CheckCondition(ExprId id, const Scope& scope) {
  const Type type = Check(id, scope);
  Demand(id, type, TypeKind::kBool);
  DemandPresent(id, type);
}

void Checker::ReportUnknown(const syntax::Name& name, const Bilingual& kind,
                            const std::vector<std::string>& candidates) {
  if (IsLost(name.text)) return;
  const std::string called(FunctionCalled(name.text));
  if (std::find(candidates.begin(), candidates.end(), called) != candidates.end()) {
    sink_.Add<DiagnosticKind::kUnknownNameNear>(At(name.span), name.text, kind, called);
  } else if (const std::optional<std::string> nearest = NearestName(name.text, candidates)) {
    sink_.Add<DiagnosticKind::kUnknownNameNear>(At(name.span), name.text, kind, *nearest);
  } else {
    sink_.Add<DiagnosticKind::kUnknownName>(At(name.span), name.text, kind);
  }
}

std::vector<std::string> Checker::ValueNames() const {
  std::vector<std::string> names;
  for (const auto& [name, symbol] : symbols_) names.push_back(name);
  for (const auto& [name, places] : enum_values_) names.push_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

std::optional<size_t> Checker::FindEnumValue(EnumId id, const std::string& name) const {
  if (!id.valid()) return std::nullopt;
  const auto& values = (*model_)[id].values;
  const auto at = std::find(values.begin(), values.end(), name);
  return at == values.end() ? std::nullopt : std::optional<size_t>(static_cast<size_t>(at - values.begin()));
}

Type Checker::CheckName(ExprId id, const Expr& expr, const Scope& scope, const Type* expected) {
  if (!expr.qualifier.text.empty()) return CheckQualified(id, expr, scope);
  ExprInfo& info = model_->exprs[id.index()];
  const std::string& name = expr.name.text;
  if (scope.rows) {
    if (const auto field = model_->FindField(*scope.rows, name)) {
      if (symbols_.count(name) > 0) {
        sink_.Add<DiagnosticKind::kWrongKindOfName>(
            At(id), name,
            Bilingual("写明是哪一个：“" + (*model_)[*scope.rows].name + "." + name + "”，或把另一个改名",
                      "'" + (*model_)[*scope.rows].name + "." + name + "', or another name for the other"));
        return {};
      }
      return CheckField(id, field->index(), scope);
    }
  }
  if (const auto symbol = symbols_.find(name); symbol != symbols_.end()) {
    used_.insert(name);
    const size_t index = symbol->second.index;
    switch (symbol->second.kind) {
      case Symbol::Kind::kSort:
        // Inside an aggregation the name of rows, or of a kind of subject, stands for each of them.
        if (!scope.inside_aggregation) {
          sink_.Add<DiagnosticKind::kWrongKindOfName>(At(id), name, Bilingual("一个值", "a value"));
          return {};
        }
        info.referent = {Referent::Kind::kRecords, index};
        return Bool();
      case Symbol::Kind::kField: {
        const std::optional<size_t> meant = Meant(symbol->second, scope);
        if (meant) return CheckField(id, *meant, scope);
        const Field& first = model_->fields[index];
        sink_.Add<DiagnosticKind::kWrongKindOfName>(
            At(id), name,
            Bilingual("写明是哪一个，如“" + (*model_)[first.grain.sort].name + "." + name + "”",
                      "which one is meant, such as '" + (*model_)[first.grain.sort].name + "." + name + "'"));
        return {};
      }
      case Symbol::Kind::kDefinition: {
        info.referent = {Referent::Kind::kDefinition, index};
        Type type = model_->definitions[index].type;
        if (scope.narrowing.present.count({Referent::Kind::kDefinition, index}) > 0) type.optional = false;
        return type;
      }
    }
  }
  if (expected != nullptr && expected->kind == TypeKind::kEnum) {
    if (const auto value = FindEnumValue(expected->enumeration, name)) {
      info.referent = {Referent::Kind::kEnumValue, *value};
      return {TypeKind::kEnum, Unit(), expected->enumeration, false, false};
    }
  }
  if (const auto places = enum_values_.find(name); places != enum_values_.end() && places->second.size() == 1) {
    info.referent = {Referent::Kind::kEnumValue, places->second[0].second};
    return {TypeKind::kEnum, Unit(), places->second[0].first, false, false};
  }
  if (const auto date = CheckPeriodName(id, name, scope)) return *date;
  if (name == "缺" || name == "absent") {
    info.referent = {Referent::Kind::kAbsent};
    Type type = expected != nullptr ? *expected : Type{};
    type.optional = true;
    return type;
  }
  const bool value_wanted = expected != nullptr && expected->kind == TypeKind::kEnum;
  ReportUnknown(expr.name,
                value_wanted ? Bilingual("取值", "value") : Bilingual("事实、参数或公式", "fact, parameter or formula"),
                value_wanted ? (*model_)[expected->enumeration].values : ValueNames());
  return {};
}

// 期初, 期末, 期次: of the period that is computed.
std::optional<Type> Checker::CheckPeriodName(ExprId id, const std::string& name, const Scope& scope) {
  const bool start = name == "期初" || name == "period_start";
  const bool end = name == "期末" || name == "period_end";
  if (!start && !end && name != "期次" && name != "period_number") return std::nullopt;
  Referent& referent = model_->exprs[id.index()].referent;
  referent.kind = Referent::Kind::kBuiltin;
  referent.builtin = start ? Builtin::kPeriodStart : end ? Builtin::kPeriodEnd : Builtin::kPeriodNumber;
  if (scope.at.period == PeriodKind::kOnce) sink_.Add<DiagnosticKind::kNoPeriodHere>(At(id), name);
  return Type{start || end ? TypeKind::kDate : TypeKind::kNumber, Unit(), {}, false, false};
}

Type Checker::CheckField(ExprId id, size_t index, const Scope& scope) {
  model_->exprs[id.index()].referent = {Referent::Kind::kField, index};
  Type type = model_->fields[index].type;
  if (scope.narrowing.present.count({Referent::Kind::kField, index}) > 0) type.optional = false;
  return type;
}

std::optional<size_t> Checker::Meant(const Symbol& symbol, const Scope& scope) const {
  if (symbol.others.empty()) return symbol.index;
  std::vector<size_t> readable;
  std::vector<size_t> all = symbol.others;
  all.insert(all.begin(), symbol.index);
  for (const size_t index : all) {
    const Grain grain = model_->fields[index].grain;
    if (grain.sort == scope.at.sort) return index;
    if (WayBetween(*model_, scope.at.sort, grain.sort)) readable.push_back(index);
  }
  return readable.size() == 1 ? std::optional(readable[0]) : std::nullopt;
}

Scope Checker::ScopeAt(Grain at) const {
  Scope scope;
  scope.at = at;
  if ((*model_)[at.sort].kind == Sort::Kind::kRecords) scope.rows = at.sort;
  return scope;
}

// `打分.得分`, `企业.均分`: of each of the sort; `所属企业.均分`: of the one that the field refers to.
Type Checker::CheckQualified(ExprId id, const Expr& expr, const Scope& scope) {
  if (scope.rows) {
    const auto own = model_->FindField(*scope.rows, expr.name.text);
    if (own && (*model_)[*own].type.kind == TypeKind::kSubject) {
      model_->exprs[id.index()].referent.via = *own;
      return CheckMember(id, expr, scope, (*model_)[*own].type.subject);
    }
  }
  const auto symbol = symbols_.find(expr.name.text);
  const bool sort = symbol != symbols_.end() && symbol->second.kind == Symbol::Kind::kSort;
  const bool reference = symbol != symbols_.end() && symbol->second.kind == Symbol::Kind::kField &&
                         model_->fields[symbol->second.index].type.kind == TypeKind::kSubject;
  const bool whole = expr.name.text == "全体" || expr.name.text == "whole";
  if (!sort && !reference && !whole) {
    std::vector<std::string> names;
    for (const Sort& s : model_->sorts) {
      if (s.kind != Sort::Kind::kKey) names.push_back(s.name);
    }
    ReportUnknown(expr.name, {"明细或对象", "records (明细) or subject"}, names);
    return {};
  }
  used_.insert(expr.name.text);
  if (whole) return CheckMember(id, expr, scope, kWholeSort);
  if (sort) return CheckMember(id, expr, scope, SortId(symbol->second.index));
  model_->exprs[id.index()].referent.via = FieldId(symbol->second.index);
  return CheckMember(id, expr, scope, model_->fields[symbol->second.index].type.subject);
}

Type Checker::CheckMember(ExprId id, const Expr& expr, const Scope& scope, SortId sort) {
  Referent& referent = model_->exprs[id.index()].referent;
  const FieldId via = referent.via;
  // What is read along a reference that may be absent may be absent.
  const bool maybe_absent = via.valid() && (*model_)[via].type.optional &&
                            scope.narrowing.present.count({Referent::Kind::kField, via.index()}) == 0;
  if (const auto field = model_->FindField(sort, expr.qualifier.text)) {
    referent.kind = Referent::Kind::kField;
    referent.index = field->index();
    Type type = (*model_)[*field].type;
    if (!via.valid() && scope.narrowing.present.count({Referent::Kind::kField, referent.index}) > 0)
      type.optional = false;
    type.optional = type.optional || maybe_absent;
    return type;
  }
  const auto definition = model_->FindDefinition(expr.qualifier.text);
  if (definition && (*model_)[*definition].grain.sort == sort) {
    used_.insert(expr.qualifier.text);
    referent.kind = Referent::Kind::kDefinition;
    referent.index = definition->index();
    Type type = (*model_)[*definition].type;
    type.optional = type.optional || maybe_absent;
    return type;
  }
  std::vector<std::string> names;
  for (const Field& field : model_->fields) {
    if (field.grain.sort == sort) names.push_back(field.name);
  }
  for (const Definition& d : model_->definitions) {
    if (d.grain.sort == sort) names.push_back(d.name);
  }
  const std::string& of = (*model_)[sort].name;
  ReportUnknown(expr.qualifier, {"“" + of + "”的栏目", "field of '" + of + "'"}, names);
  return {};
}

Type Checker::CheckArithmetic(const Expr& expr, const Scope& scope) {
  const Type left = Check(expr.operands[0], scope);
  const Type right = Check(expr.operands[1], scope);
  DemandPresent(expr.operands[0], left);
  DemandPresent(expr.operands[1], right);
  const bool sum = expr.op == Operator::kAdd || expr.op == Operator::kSubtract;
  if (left.kind == TypeKind::kDate && sum) return CheckDateShift(expr, right);
  Demand(expr.operands[0], left, TypeKind::kNumber);
  Demand(expr.operands[1], right, TypeKind::kNumber);
  if (!left.is_number() || !right.is_number()) return {};
  Type type{TypeKind::kNumber, left.unit, {}, false, false};
  if (expr.op == Operator::kMultiply || expr.op == Operator::kDivide) {
    type.unit = expr.op == Operator::kMultiply ? left.unit * right.unit : left.unit / right.unit;
    // 7 percentage points of 35%: a fifth.
    if (expr.op == Operator::kDivide && left.unit == Unit::Base("百分点") && right.percent) type.unit = Unit();
    return type;
  }
  // 95% less 92% is 3 percentage points.
  if (expr.op == Operator::kSubtract && left.percent && right.percent) {
    type.unit = Unit::Base("百分点");
    return type;
  }
  if (left.unit != right.unit) {
    sink_.Add<DiagnosticKind::kUnitMismatch>(
        At(expr.span), UnitText(left.unit), UnitText(right.unit),
        expr.op == Operator::kAdd ? Bilingual("相加", "added") : Bilingual("相减", "subtracted"));
    return {};
  }
  type.percent = left.percent && right.percent;
  return type;
}

// A date and a whole number of months, years or days.
Type Checker::CheckDateShift(const Expr& expr, const Type& right) {
  const bool fits = right.is_number() && (right.unit == Unit::Base("月") || right.unit == Unit::Base("年") ||
                                          right.unit == Unit::Base("天"));
  if (right.known() && !fits) {
    sink_
        .Add<DiagnosticKind::kTypeMismatch>(
            At(expr.operands[1]), Bilingual("几个月、几年或几天", "months, years or days"), Describe(*model_, right))
        .advice = {"两个日期相距几天，写：天数(前, 后)", "the days between two dates are 天数(from, to)"};
  }
  return {TypeKind::kDate, Unit(), {}, false, false};
}

Type Checker::CheckCompare(const Expr& expr, const Scope& scope) {
  const ExprId a = expr.operands[0];
  const ExprId b = expr.operands[1];
  // The name of an enumeration's value is understood by the other side.
  const auto is_value_name = [&](ExprId id) {
    const Expr& e = (*tree_)[id];
    return e.kind == ExprKind::kName && e.qualifier.text.empty() && symbols_.count(e.name.text) == 0;
  };
  Type left;
  Type right;
  if (is_value_name(a) && !is_value_name(b)) {
    right = Check(b, scope);
    left = Check(a, scope, &right);
  } else {
    left = Check(a, scope);
    right = Check(b, scope, &left);
  }
  DemandPresent(a, left);
  DemandPresent(b, right);
  if (!left.known() || !right.known()) return Bool();
  if (left.is_number() && right.is_number() && left.unit != right.unit) {
    sink_
        .Add<DiagnosticKind::kUnitMismatch>(At(expr.span), UnitText(left.unit), UnitText(right.unit),
                                            Bilingual("比较", "compared"))
        .advice = AdviceOnUnits(left.unit, right.unit);
  } else if (!Unify(left, right)) {
    sink_.Add<DiagnosticKind::kTypeMismatch>(At(b), Describe(*model_, left), Describe(*model_, right)).advice =
        AdviceOnTypes(left, right);
  } else if (IsOrdering(expr.op)) {
    const bool ordered = left.is_number() || left.kind == TypeKind::kDate ||
                         (left.kind == TypeKind::kEnum && (*model_)[left.enumeration].ordered);
    if (!ordered) sink_.Add<DiagnosticKind::kUnordered>(At(expr.span), Describe(*model_, left));
  }
  return Bool();
}

Type Checker::CheckMembership(const Expr& expr, const Scope& scope) {
  const Type value = Check(expr.operands[0], scope);
  DemandPresent(expr.operands[0], value);
  for (size_t i = 1; i < expr.operands.size(); ++i) {
    const Type member = Check(expr.operands[i], scope, &value);
    DemandPresent(expr.operands[i], member);
    if (value.known() && member.known() && !Unify(value, member)) {
      sink_.Add<DiagnosticKind::kTypeMismatch>(At(expr.operands[i]), Describe(*model_, value),
                                               Describe(*model_, member));
    }
  }
  return Bool();
}

Type Checker::CheckIf(const Expr& expr, const Scope& scope, const Type* expected) {
  CheckCondition(expr.operands[0], scope);
  const Type yes = Check(expr.operands[1], Within(scope, Narrow(expr.operands[0], true)), expected);
  const Type no =
      Check(expr.operands[2], Within(scope, Narrow(expr.operands[0], false)), yes.known() ? &yes : expected);
  const std::optional<Type> type = Unify(yes, no);
  if (!type)
    sink_.Add<DiagnosticKind::kTypeMismatch>(At(expr.operands[2]), Describe(*model_, yes), Describe(*model_, no));
  return type.value_or(yes);
}

Type Checker::CheckClause(const Expr& expr, const Scope& scope, const Type& operand) {
  if (expr.operands[0].valid()) {
    Demand(expr.operands[0], operand, TypeKind::kNumber);
    DemandPresent(expr.operands[0], operand);
  }
  if (!operand.is_number()) return operand;
  if (expr.kind == ExprKind::kRound) {
    const auto step = ReadMarked(expr.quantity);
    if (!step) return operand;
    if (step->unit != operand.unit) {
      sink_.Add<DiagnosticKind::kUnitMismatch>(At(expr.quantity.span), UnitText(operand.unit), UnitText(step->unit),
                                               Bilingual("用在同一个进位里", "used in one rounding"));
    }
    if (step->value.sign() <= 0) sink_.Add<DiagnosticKind::kBadStep>(At(expr.quantity.span));
    // A ratio that is rounded to a step of percent is a percentage.
    Type rounded = operand;
    rounded.percent = operand.percent || step->percent;
    return rounded;
  }
  const Type bound = Check(expr.operands[1], scope);
  Demand(expr.operands[1], bound, TypeKind::kNumber, &operand.unit);
  DemandPresent(expr.operands[1], bound);
  return operand;
}

namespace {
void Add(const Narrowing& more, Narrowing& to) {
  to.present.insert(more.present.begin(), more.present.end());
  to.present_texts.insert(more.present_texts.begin(), more.present_texts.end());
  for (const auto& [sort, rows] : more.least_rows) to.least_rows[sort] = std::max(to.least_rows[sort], rows);
}
}  // namespace

Scope Checker::Within(const Scope& scope, const Narrowing& more) const {
  Scope out = scope;
  Add(more, out.narrowing);
  return out;
}

Narrowing Checker::Narrow(ExprId condition, bool truth) const {
  const Expr& expr = (*tree_)[condition];
  Narrowing out;
  if (expr.kind == ExprKind::kNot) return Narrow(expr.operands[0], !truth);
  // 且 that holds says what both say; 或 that does not hold says what the denials say.
  if ((expr.kind == ExprKind::kAnd && truth) || (expr.kind == ExprKind::kOr && !truth)) {
    for (const ExprId operand : expr.operands) {
      Add(Narrow(operand, truth), out);
    }
    return out;
  }
  if (expr.kind == ExprKind::kCall && (*model_)[condition].referent.builtin == Builtin::kIsAbsent &&
      (*model_)[condition].referent.kind == Referent::Kind::kBuiltin && !truth) {
    const Referent& referent = (*model_)[expr.arguments[0].value].referent;
    if (referent.kind == Referent::Kind::kField || referent.kind == Referent::Kind::kDefinition)
      out.present.insert({referent.kind, referent.index});
    out.present_texts.insert(TextOf(expr.arguments[0].value));
  }
  if (expr.kind == ExprKind::kCompare) {
    const Referent& count = (*model_)[expr.operands[0]].referent;
    const Expr& call = (*tree_)[expr.operands[0]];
    const Expr& bound = (*tree_)[expr.operands[1]];
    if (count.kind == Referent::Kind::kBuiltin && count.builtin == Builtin::kCount &&
        bound.kind == ExprKind::kQuantity && call.arguments.size() == 1 && !call.arguments[0].where.valid() &&
        !call.arguments[0].distinct.valid() && (*model_)[expr.operands[0]].window == 1) {
      const Referent& rows = (*model_)[call.arguments[0].value].referent;
      const std::optional<int64_t> n = bound.quantity.number.value.ToInt64();
      const bool at_least = (truth && expr.op == Operator::kAtLeast) || (!truth && expr.op == Operator::kLess);
      const bool more = (truth && expr.op == Operator::kGreater) || (!truth && expr.op == Operator::kAtMost);
      const bool some = n == 0 && expr.op == (truth ? Operator::kNotEqual : Operator::kEqual);
      if (rows.kind == Referent::Kind::kRecords && n && (at_least || more || some))
        out.least_rows[rows.index] = *n + (more || some ? 1 : 0);
    }
  }
  return out;
}

}  // namespace heng::semantic
