#include <algorithm>

#include "engine/semantic/checker.h"

namespace heng::semantic {

void Checker::CheckBodies() {
  // What is published must be known before bodies: only published results have a past.
  for (const syntax::Declaration& declaration : tree_->declarations) {
    const auto* result = std::get_if<syntax::ResultDecl>(&declaration.body);
    if (result == nullptr) continue;
    for (const syntax::Name& name : result->names) {
      const auto symbol = symbols_.find(name.text);
      if (symbol != symbols_.end() && symbol->second.kind == Symbol::Kind::kDefinition)
        published_.insert(symbol->second.index);
    }
  }
  for (const DefinitionId id : model_->order) CheckDefinition(id);
  // The past of a definition may be read in its own body, or before it: its type is known only now.
  if (!past_of_unknown_.empty()) {
    for (const DefinitionId id : model_->order) CheckDefinition(id);
    for (const size_t index : past_of_unknown_) {
      const Definition& definition = model_->definitions[index];
      if (!definition.type.known() && !sink_.has_errors()) {
        sink_.Add<DiagnosticKind::kCycle>(At(definition.span), definition.name + " → 上期(" + definition.name + ")");
      }
    }
  }
  std::set<size_t> tables;
  for (const Definition& definition : model_->definitions) {
    if (const auto* column = std::get_if<ColumnRef>(&definition.body)) tables.insert(column->declaration);
  }
  for (const size_t table : tables) CheckTable(DeclarationAt<syntax::TableDecl>(table));
}

void Checker::CheckDefinition(DefinitionId id) {
  Definition& definition = model_->definitions[id.index()];
  if (const auto* formula = std::get_if<FormulaRef>(&definition.body)) {
    CheckFormula(definition, DeclarationAt<syntax::FormulaDecl>(formula->declaration));
  } else if (const auto* score = std::get_if<ScoreRef>(&definition.body)) {
    CheckScore(definition, DeclarationAt<syntax::ScoreDecl>(score->declaration));
  } else if (const auto* grade = std::get_if<GradeRef>(&definition.body)) {
    CheckGrade(definition, DeclarationAt<syntax::GradeDecl>(grade->declaration));
  } else {
    const auto& column = std::get<ColumnRef>(definition.body);
    definition.type =
        CheckResultColumn(DeclarationAt<syntax::TableDecl>(column.declaration), column.column, definition.grain);
    if (definition.type.is_number() && definition.type.unit.is_money()) definition.places = 2;
  }
}

// The rounding that closes an expression, through clamps and parentheses.
const Expr* Checker::OutermostRounding(ExprId body) const {
  while (body.valid()) {
    const Expr& expr = (*tree_)[body];
    if (expr.kind == ExprKind::kRound) return &expr;
    if (expr.kind != ExprKind::kCap && expr.kind != ExprKind::kFloor) return nullptr;
    body = expr.operands[0];
  }
  return nullptr;
}

std::optional<int> Checker::PlacesOf(ExprId body, const Type& type) const {
  if (!type.is_number()) return std::nullopt;
  if (const Expr* rounding = OutermostRounding(body)) {
    if (const auto step = Read(rounding->quantity))
      return (step->percent ? step->value * Rational(100) : step->value).decimal_places();
  }
  return type.unit.is_money() ? std::optional<int>(2) : std::nullopt;
}

void Checker::CheckFormula(Definition& definition, const syntax::FormulaDecl& formula) {
  definition.type = Check(formula.value, {definition.grain, {}, false});
  CheckReadable(formula.value, definition.grain);
  definition.places = PlacesOf(formula.value, definition.type);
}

void Checker::CheckCriterion(const syntax::Criterion& criterion, const Definition& definition, const Unit& unit) {
  const Scope scope{definition.grain, {}, false};
  Scope narrowed = scope;
  if (criterion.exempt_when.valid()) {
    CheckCondition(criterion.exempt_when, scope);
    CheckReadable(criterion.exempt_when, definition.grain);
    narrowed = Within(scope, Narrow(criterion.exempt_when, false));
  }
  if (criterion.value.valid()) {
    const Type type = Check(criterion.value, narrowed);
    Demand(criterion.value, type, TypeKind::kNumber, &unit);
    DemandPresent(criterion.value, type);
    CheckReadable(criterion.value, definition.grain);
    return;
  }
  const auto symbol = symbols_.find(criterion.name.text);
  if (symbol == symbols_.end() || symbol->second.kind == Symbol::Kind::kSort) {
    ReportUnknown(criterion.name, {"事实或公式", "fact or formula"}, ValueNames());
    return;
  }
  used_.insert(criterion.name.text);
  const bool is_field = symbol->second.kind == Symbol::Kind::kField;
  const size_t index = symbol->second.index;
  const Type& type = is_field ? model_->fields[index].type : model_->definitions[index].type;
  const Grain grain = is_field ? model_->fields[index].grain : model_->definitions[index].grain;
  if (type.known() && (!type.is_number() || type.unit != unit)) {
    sink_.Add<DiagnosticKind::kTypeMismatch>(At(criterion.name.span),
                                             Describe(*model_, Type{TypeKind::kNumber, unit, {}, false, false}),
                                             Describe(*model_, type));
  }
  const bool present =
      narrowed.narrowing.present.count({is_field ? Referent::Kind::kField : Referent::Kind::kDefinition, index}) > 0;
  if (type.optional && !present) sink_.Add<DiagnosticKind::kMaybeAbsent>(At(criterion.name.span), criterion.name.text);
  if (!Readable(*model_, definition.grain, grain)) {
    sink_.Add<DiagnosticKind::kNeedsAggregation>(At(criterion.name.span), criterion.name.text, Describe(*model_, grain),
                                                 Describe(*model_, definition.grain));
  } else if (!is_field && grain.period != definition.grain.period && grain.period != PeriodKind::kOnce) {
    sink_.Add<DiagnosticKind::kCoarserComputed>(At(criterion.name.span), criterion.name.text,
                                                PeriodAdverb(grain.period), PeriodAdverb(definition.grain.period));
  }
}

void Checker::CheckWeights(const syntax::ScoreDecl& score, const Rational& full, const Unit& unit) {
  Rational sum;
  std::string terms;
  const syntax::Criterion& first = score.criteria.front();
  const auto first_weight = ReadMarked(first.weight);
  if (!first_weight) return;
  const bool percents = first_weight->percent;
  const auto text = [&](const Rational& value) {
    return percents ? (value * Rational(100)).ToString() + "%" : value.ToString() + " " + unit.ToString();
  };
  for (const syntax::Criterion& criterion : score.criteria) {
    const auto weight = ReadMarked(criterion.weight);
    if (!weight) return;
    if (!weight->percent && weight->unit != unit) {
      sink_.Add<DiagnosticKind::kUnitMismatch>(
          At(criterion.weight.span), unit.ToString(),
          weight->unit.dimensionless() ? Bilingual("没有单位", "no unit") : Bilingual(weight->unit.ToString()),
          Bilingual("用在同一个评分里", "used in one score"));
      return;
    }
    if (weight->percent != percents) {
      Diagnostic& diagnostic = sink_.Add<DiagnosticKind::kMixedCriteria>(At(criterion.weight.span));
      diagnostic.related.push_back({At(first.weight.span), percents
                                                               ? Bilingual("这一项按权重", "this one is by weight")
                                                               : Bilingual("这一项按分值", "this one is by marks")});
      return;
    }
    sum += weight->value;
    terms += (terms.empty() ? "" : " + ") + text(weight->value);
  }
  const Rational wanted = percents ? Rational(1) : full;
  if (sum != wanted)
    sink_.Add<DiagnosticKind::kWeightSum>(At(score.declared.name.span), terms + " = " + text(sum), text(wanted));
}

void Checker::CheckScore(Definition& definition, const syntax::ScoreDecl& score) {
  const auto full = ReadMarked(score.full);
  if (!full) return;
  if (score.criteria.empty()) {
    sink_.Add<DiagnosticKind::kEmptyRule>(At(score.declared.name.span), score.declared.name.text);
    return;
  }
  definition.type = {TypeKind::kNumber, full->unit, {}, false, false};
  std::map<std::string, Span> names;
  const auto once = [&](const syntax::Name& name) {
    const auto [at, added] = names.emplace(name.text, name.span);
    if (added) return;
    sink_.Add<DiagnosticKind::kDuplicateName>(At(name.span), name.text)
        .related.push_back({At(at->second), {"先在这里声明", "first declared here"}});
  };
  for (const syntax::Criterion& criterion : score.criteria) {
    once(criterion.name);
    CheckCriterion(criterion, definition, full->unit);
  }
  CheckWeights(score, full->value, full->unit);
  const Scope scope{definition.grain, {}, false};
  for (const syntax::Adjustments& block : score.adjustments) {
    if (block.lines.empty()) sink_.Add<DiagnosticKind::kEmptyRule>(At(block.span), block.bonus ? "加分" : "扣分");
    if (block.cap) {
      const auto cap = ReadMarked(*block.cap);
      if (cap && cap->unit != full->unit)
        sink_.Add<DiagnosticKind::kUnitMismatch>(At(block.cap->span), full->unit.ToString(), cap->unit.ToString(),
                                                 Bilingual("用在同一个评分里", "used in one score"));
    }
    for (const syntax::Adjustment& line : block.lines) {
      once(line.name);
      CheckCondition(line.when, scope);
      CheckReadable(line.when, definition.grain);
      const Type amount = Check(line.amount, Within(scope, Narrow(line.when, true)));
      Demand(line.amount, amount, TypeKind::kNumber, &full->unit);
      DemandPresent(line.amount, amount);
      CheckReadable(line.amount, definition.grain);
    }
  }
  for (const ExprId clause : score.clauses) {
    const Expr& expr = (*tree_)[clause];
    model_->exprs[clause.index()].type = CheckClause(expr, scope, definition.type);
    if (expr.kind == ExprKind::kRound) {
      if (const auto step = Read(expr.quantity)) definition.places = step->value.decimal_places();
    }
  }
}

void Checker::CheckGradeName(const syntax::Name& name, EnumId scale) {
  if (!name.text.empty() && !FindEnumValue(scale, name.text))
    ReportUnknown(name, {"等级", "grade"}, (*model_)[scale].values);
}

void Checker::CheckGradeStep(const syntax::GradeStep& step, const Definition& definition) {
  CheckCondition(step.when, {definition.grain, {}, false});
  CheckReadable(step.when, definition.grain);
  for (const syntax::Name* name : {&step.grade, &step.at_least, &step.at_most})
    CheckGradeName(*name, definition.type.enumeration);
  const bool shifts =
      step.action == syntax::GradeStep::Action::kRaise || step.action == syntax::GradeStep::Action::kLower;
  if (!shifts) return;
  const bool levels =
      step.levels.unit.size() == 1 &&
      (step.levels.unit[0].text == "级" || step.levels.unit[0].text == "levels" || step.levels.unit[0].text == "level");
  const auto count = step.levels.number.value.ToInt64();
  if (!levels || !count || *count < 1)
    sink_.Add<DiagnosticKind::kTypeMismatch>(At(step.levels.span), Bilingual("“N 级”", "'N 级' (levels)"),
                                             std::string(tree_->source->Text(step.levels.span)));
}

void Checker::CheckGrade(Definition& definition, const syntax::GradeDecl& grade) {
  const Scope scope{definition.grain, {}, false};
  if (grade.cases.empty())
    sink_.Add<DiagnosticKind::kEmptyRule>(At(grade.declared.name.span), grade.declared.name.text);
  for (size_t i = 0; i < grade.cases.size(); ++i) {
    const syntax::GradeCase& arm = grade.cases[i];
    CheckGradeName(arm.grade, definition.type.enumeration);
    if (arm.otherwise && i + 1 < grade.cases.size()) sink_.Add<DiagnosticKind::kMisplacedOtherwise>(At(arm.span));
    if (!arm.when.valid()) continue;
    CheckCondition(arm.when, scope);
    CheckReadable(arm.when, definition.grain);
  }
  bool set = false;
  for (const syntax::GradeStep& step : grade.steps) {
    CheckGradeStep(step, definition);
    const bool sets = step.action == syntax::GradeStep::Action::kSet;
    if (set && !sets) sink_.Add<DiagnosticKind::kStepAfterSet>(At(step.span));
    set = set || sets;
  }
}

// ---- checks, results, guarantees

void Checker::CheckChecks() {
  const SortId subject = subject_.value_or(kWholeSort);
  for (size_t i = 0; i < tree_->declarations.size(); ++i) {
    const auto* check = std::get_if<syntax::CheckDecl>(&tree_->declarations[i].body);
    if (check == nullptr) continue;
    const Grain at{subject, check->period};
    CheckCondition(check->condition, {at, {}, false});
    CheckReadable(check->condition, at);
    ForEachLeaf(check->condition, [&](ExprId leaf, const Expr&) {
      if ((*model_)[leaf].referent.kind == Referent::Kind::kDefinition) {
        sink_.Add<DiagnosticKind::kWrongKindOfName>(
            At(leaf), TextOf(leaf), Bilingual("一个填报的事实（校验只看事实）", "a fact (checks look at facts only)"));
      }
    });
    model_->checks.push_back({i, at});
  }
}

void Checker::CheckResults() {
  for (const syntax::Declaration& declaration : tree_->declarations) {
    const auto* result = std::get_if<syntax::ResultDecl>(&declaration.body);
    if (result == nullptr) continue;
    for (const syntax::Name& name : result->names) {
      const auto symbol = symbols_.find(name.text);
      if (symbol == symbols_.end()) {
        std::vector<std::string> names;
        for (const Definition& definition : model_->definitions) names.push_back(definition.name);
        ReportUnknown(name, {"公式、评分、等级或对照表列", "formula, score, grade or table column"}, names);
        continue;
      }
      if (symbol->second.kind != Symbol::Kind::kDefinition) {
        sink_.Add<DiagnosticKind::kWrongKindOfName>(At(name.span), name.text,
                                                    Bilingual("算出的值", "a computed value"));
        continue;
      }
      const Definition& definition = model_->definitions[symbol->second.index];
      if (definition.grain.period != result->period) {
        sink_.Add<DiagnosticKind::kPeriodMismatch>(At(name.span), name.text, PeriodAdverb(definition.grain.period),
                                                   PeriodAdverb(result->period));
        continue;
      }
      const bool twice = std::any_of(model_->results.begin(), model_->results.end(), [&](const PublishedResult& r) {
        return r.definition.index() == symbol->second.index;
      });
      if (twice) {
        sink_.Add<DiagnosticKind::kDuplicateName>(At(name.span), name.text);
        continue;
      }
      model_->results.push_back({result->period, DefinitionId(symbol->second.index), name.span});
    }
  }
  if (model_->results.empty() && lost_.empty() && has_policy_ && !sink_.has_errors())
    sink_.Add<DiagnosticKind::kMissingResult>(At(model_->policy.id_span));
}

void Checker::CheckGuarantees() {
  const SortId subject = subject_.value_or(kWholeSort);
  for (size_t i = 0; i < tree_->declarations.size(); ++i) {
    const auto* guarantee = std::get_if<syntax::GuaranteeDecl>(&tree_->declarations[i].body);
    if (guarantee == nullptr) continue;
    const Grain at{subject, guarantee->period};
    Scope scope{at, {}, false};
    if (guarantee->when.valid()) {
      CheckCondition(guarantee->when, scope);
      CheckReadable(guarantee->when, at);
      scope = Within(scope, Narrow(guarantee->when, true));
    }
    if (!guarantee->monotone) {
      CheckCondition(guarantee->claim, scope);
    } else {
      for (const ExprId side : {guarantee->claim, guarantee->along}) {
        const Type type = Check(side, scope);
        DemandPresent(side, type);
        const bool ordered = type.is_number() || (type.kind == TypeKind::kEnum && (*model_)[type.enumeration].ordered);
        if (type.known() && !ordered) sink_.Add<DiagnosticKind::kUnordered>(At(side), Describe(*model_, type));
      }
      if ((*model_)[guarantee->along].referent.kind != Referent::Kind::kDefinition &&
          (*model_)[guarantee->along].referent.kind != Referent::Kind::kField) {
        sink_.Add<DiagnosticKind::kWrongKindOfName>(At(guarantee->along), TextOf(guarantee->along),
                                                    Bilingual("一个有名称的值", "a named value"));
      }
      CheckReadable(guarantee->along, at);
    }
    CheckReadable(guarantee->claim, at);
    model_->guarantees.push_back({i, at});
  }
}

}  // namespace heng::semantic
