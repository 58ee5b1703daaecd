// What is computed: formulas, scores, grades, tables, each with its grain and the names that it gives.
#include <algorithm>

#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "engine/semantic/checker.h"

namespace heng::semantic {

void Checker::DeclareDefinition(Definition definition, Span span) {
  AddSymbol(definition.name, {Symbol::Kind::kDefinition, model_->definitions.size(), span});
  if (model_->definitions.size() == limits::kDefinitions)
    sink_.Add<DiagnosticKind::kTooManyDefinitions>(At(span), std::to_string(limits::kDefinitions));
  model_->definitions.push_back(std::move(definition));
}

void Checker::DeclareGradeScale(size_t declaration, const syntax::GradeDecl& grade) {
  EnumId id;
  if (grade.scale.size() == 1) {
    // One name: the 类型 that declares the scale.
    const auto named = types_.find(grade.scale[0].text);
    const bool scale = named != types_.end() && (*model_)[named->second].ordered;
    if (!scale) {
      std::vector<std::string> names;
      for (const auto& [name, type] : types_) names.push_back(name);
      ReportUnknown(grade.scale[0], {"等级的类型（类型 名称 : 甲 > 乙）", "type of grades (类型 name : best > next)"},
                    names);
      return;
    }
    used_.insert(named->first);
    id = named->second;
  } else {
    id = DeclareEnumeration(grade.declared.name.text, grade.scale, true, grade.states);
  }
  Definition definition{grade.declared.name.text,
                        grade.declared.code,
                        grade.declared.title,
                        GrainOfDeclared(grade.place, grade.period, grade.declared.name.span)
                            .value_or(Grain{subject_.value_or(kWholeSort), grade.period}),
                        {TypeKind::kEnum, Unit(), id, false, false},
                        GradeRef{declaration},
                        std::nullopt,
                        grade.mark,
                        grade.declared.name.span};
  AddCode(grade.declared.code, grade.declared.code_span, kWholeSort);
  DeclareDefinition(std::move(definition), grade.declared.name.span);
}

void Checker::DeclareTable(size_t declaration, const syntax::TableDecl& table) {
  if (table.rows.size() < 2) {
    sink_.Add<DiagnosticKind::kMissingHeaderRow>(At(table.name.span), table.name.text);
    return;
  }
  if (table.rows.size() - 1 > limits::kTableRows)
    sink_.Add<DiagnosticKind::kTooManyRows>(At(table.name.span), std::to_string(limits::kTableRows));
  const auto& header = table.rows.front().results;
  const Grain grain = GrainOfDeclared(table.place, table.period, table.name.span)
                          .value_or(Grain{subject_.value_or(kWholeSort), table.period});
  for (size_t column = 0; column < header.size(); ++column) {
    const syntax::Cell& cell = header[column];
    const bool plain = cell.kind == syntax::Cell::Kind::kItems && cell.items.size() == 1 &&
                       cell.items[0].kind == syntax::CellItem::Kind::kValue &&
                       (*tree_)[cell.items[0].value].kind == ExprKind::kName &&
                       (*tree_)[cell.items[0].value].qualifier.text.empty();
    if (!plain) {
      sink_.Add<DiagnosticKind::kWrongKindOfName>(At(cell.span), std::string(tree_->source->Text(cell.span)),
                                                  Bilingual("结果列的名称", "the name of a result column"));
      continue;
    }
    const syntax::Name& name = (*tree_)[cell.items[0].value].name;
    AddCode(cell.items[0].code, cell.span, kWholeSort);
    DeclareDefinition({name.text,
                       cell.items[0].code,
                       "",
                       grain,
                       {},
                       ColumnRef{declaration, column},
                       std::nullopt,
                       cell.mark,
                       name.span},
                      name.span);
  }
}

std::optional<Grain> Checker::GrainOfDeclared(const syntax::Name& place, PeriodKind period, Span span) {
  const auto sort = FindPlace(place, {"对象或明细", "subject or records"});
  if (!sort) return std::nullopt;
  const Sort& of = (*model_)[*sort];
  if (of.kind != Sort::Kind::kRecords) return Grain{*sort, period};
  if (period != PeriodKind::kOnce && period != of.period)
    sink_.Add<DiagnosticKind::kPeriodMismatch>(At(span), place.text, PeriodAdverb(of.period), PeriodAdverb(period));
  return Grain{*sort, of.period};
}

std::optional<SortId> Checker::DeclareKey(const syntax::Name& key, Grain at) {
  const auto symbol = symbols_.find(key.text);
  if (symbol == symbols_.end() || symbol->second.kind == Symbol::Kind::kSort) {
    ReportUnknown(key, {"分组依据", "key to group by"}, ValueNames());
    return std::nullopt;
  }
  used_.insert(key.text);
  const bool is_field = symbol->second.kind == Symbol::Kind::kField;
  for (size_t i = 0; i < model_->sorts.size(); ++i) {
    const Sort& sort = model_->sorts[i];
    if (sort.kind == Sort::Kind::kKey && sort.base == at.sort && sort.key == symbol->second.index &&
        sort.key_is_field == is_field && sort.period == at.period)
      return SortId(i);
  }
  Sort sort;
  sort.kind = Sort::Kind::kKey;
  sort.name = key.text;
  sort.span = key.span;
  sort.base = at.sort;
  sort.period = at.period;
  sort.key = symbol->second.index;
  sort.key_is_field = is_field;
  model_->sorts.push_back(std::move(sort));
  return SortId(model_->sorts.size() - 1);
}

void Checker::DeclareFormula(size_t declaration, const syntax::FormulaDecl& formula) {
  AddCode(formula.declared.code, formula.declared.code_span, kWholeSort);
  std::optional<Grain> grain = GrainOfDeclared(formula.place, formula.period, formula.declared.name.span);
  if (grain && !formula.key.text.empty()) {
    if (const auto key = DeclareKey(formula.key, *grain)) grain->sort = *key;
  }
  DeclareDefinition({formula.declared.name.text,
                     formula.declared.code,
                     formula.declared.title,
                     grain.value_or(Grain{subject_.value_or(kWholeSort), formula.period}),
                     {},
                     FormulaRef{declaration},
                     std::nullopt,
                     formula.mark,
                     formula.declared.name.span},
                    formula.declared.name.span);
}

void Checker::DeclareScore(size_t declaration, const syntax::ScoreDecl& score) {
  AddCode(score.declared.code, score.declared.code_span, kWholeSort);
  const auto grain = GrainOfDeclared(score.place, score.period, score.declared.name.span);
  DeclareDefinition({score.declared.name.text,
                     score.declared.code,
                     score.declared.title,
                     grain.value_or(Grain{subject_.value_or(kWholeSort), score.period}),
                     {},
                     ScoreRef{declaration},
                     std::nullopt,
                     score.mark,
                     score.declared.name.span},
                    score.declared.name.span);
}

}  // namespace heng::semantic
