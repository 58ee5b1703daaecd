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
  std::map<size_t, Grain> tables;
  for (const Definition& definition : model_->definitions) {
    if (const auto* column = std::get_if<ColumnRef>(&definition.body))
      tables.emplace(column->declaration, definition.grain);
  }
  for (const auto& [table, grain] : tables) CheckTable(DeclarationAt<syntax::TableDecl>(table), grain);
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
    if (const auto step = Read(rounding->quantity, *model_))
      return (step->percent ? step->value * Rational(100) : step->value).decimal_places();
  }
  return type.unit.is_money() ? std::optional<int>(2) : std::nullopt;
}

void Checker::CheckFormula(Definition& definition, const syntax::FormulaDecl& formula) {
  definition.type = Check(formula.value, ScopeAt(definition.grain));
  CheckReadable(formula.value, definition.grain);
  definition.places = PlacesOf(formula.value, definition.type);
}

void Checker::CheckGradeName(const syntax::Name& name, EnumId scale) {
  if (!name.text.empty() && !FindEnumValue(scale, name.text))
    ReportUnknown(name, {"等级", "grade"}, (*model_)[scale].values);
}

void Checker::CheckGradeStep(const syntax::GradeStep& step, const Definition& definition) {
  CheckCondition(step.when, ScopeAt(definition.grain));
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
  const Scope scope = ScopeAt(definition.grain);
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

// Of whom a 校验 or 保证 speaks: the finest that its names belong to, of the first 对象 if they are parameters alone.
std::optional<Grain> Checker::GrainOfClaim(const std::vector<ExprId>& roots, PeriodKind period) {
  std::optional<SortId> finest;
  for (const ExprId root : roots) {
    if (!root.valid()) continue;
    std::vector<ExprId> pending = {root};
    while (!pending.empty()) {
      const ExprId id = pending.back();
      pending.pop_back();
      if (!id.valid()) continue;
      const Expr& expr = (*tree_)[id];
      std::optional<SortId> sort;
      const auto symbol = expr.kind == ExprKind::kName ? symbols_.find(expr.name.text) : symbols_.end();
      if (symbol != symbols_.end()) {
        const size_t index = symbol->second.index;
        sort = symbol->second.kind == Symbol::Kind::kSort    ? SortId(index)
               : symbol->second.kind == Symbol::Kind::kField ? model_->fields[index].grain.sort
                                                             : model_->definitions[index].grain.sort;
        if (!symbol->second.others.empty()) sort.reset();
      }
      if (sort && *sort != kWholeSort && (!finest || WayBetween(*model_, *sort, *finest))) finest = *sort;
      // An aggregation speaks of what it gives, not of what it folds.
      if (IsAggregation(expr)) continue;
      syntax::ForEachChild(expr, [&](ExprId child) { pending.push_back(child); });
    }
  }
  const SortId sort = finest.value_or(subject_.value_or(kWholeSort));
  if ((*model_)[sort].kind != Sort::Kind::kRecords) return Grain{sort, period};
  const PeriodKind own = (*model_)[sort].period;
  if (period != PeriodKind::kOnce && period != own) {
    sink_.Add<DiagnosticKind::kPeriodMismatch>(At(roots[0]), (*model_)[sort].name, PeriodAdverb(own),
                                               PeriodAdverb(period));
    return std::nullopt;
  }
  return Grain{sort, own};
}

void Checker::CheckChecks() {
  for (size_t i = 0; i < tree_->declarations.size(); ++i) {
    const auto* check = std::get_if<syntax::CheckDecl>(&tree_->declarations[i].body);
    if (check == nullptr) continue;
    const std::optional<Grain> found = GrainOfClaim({check->condition}, check->period);
    if (!found) continue;
    const Grain at = *found;
    CheckCondition(check->condition, ScopeAt(at));
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
      if ((*model_)[definition.grain.sort].kind == Sort::Kind::kRecords) {
        sink_.Add<DiagnosticKind::kWrongKindOfName>(
            At(name.span), name.text,
            Bilingual("一个对象或全体的值（明细各行的值不单独公布）",
                      "a value of a subject or of the whole (rows are not published)"));
        continue;
      }
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
  for (size_t i = 0; i < tree_->declarations.size(); ++i) {
    const auto* guarantee = std::get_if<syntax::GuaranteeDecl>(&tree_->declarations[i].body);
    if (guarantee == nullptr) continue;
    const std::optional<Grain> found =
        GrainOfClaim({guarantee->claim, guarantee->along, guarantee->when}, guarantee->period);
    if (!found) continue;
    const Grain at = *found;
    Scope scope = ScopeAt(at);
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
