#include <algorithm>

#include "engine/semantic/checker.h"

namespace heng::semantic {

void Checker::CheckExamples() {
  std::set<std::string> titles;
  for (const syntax::Declaration& declaration : tree_->declarations) {
    const auto* example = std::get_if<syntax::ExampleDecl>(&declaration.body);
    if (example == nullptr) continue;
    if (!titles.insert(example->title).second)
      sink_.Add<DiagnosticKind::kDuplicateName>(At(declaration.span), example->title);
    CheckExample(*example, declaration.span);
  }
}

void Checker::CheckExample(const syntax::ExampleDecl& declared, Span span) {
  Example example;
  example.title = declared.title;
  example.span = span;
  for (const syntax::ExampleLine& line : declared.lines) CheckExampleLine(line, example);
  model_->examples.push_back(std::move(example));
}

std::optional<DefinitionId> Checker::ExampleDefinition(const syntax::Name& name) {
  if (const auto id = model_->FindDefinition(name.text)) return id;
  std::vector<std::string> names;
  for (const Definition& definition : model_->definitions) names.push_back(definition.name);
  ReportUnknown(name, {"算出的值", "computed value"}, names);
  return std::nullopt;
}

void Checker::CheckExampleLine(const syntax::ExampleLine& line, Example& example) {
  using Kind = syntax::ExampleLine::Kind;
  const SortId subject = subject_.value_or(kWholeSort);
  const bool known = std::any_of(example.subjects.begin(), example.subjects.end(),
                                 [&](const ExampleSubject& s) { return s.id == line.id; });
  if (line.kind != Kind::kSubject && line.kind != Kind::kGiven && !known) {
    sink_.Add<DiagnosticKind::kUnknownName>(
        At(line.span), line.id,
        Bilingual("对象（先写：" + (*model_)[subject].name + " \"" + line.id + "\" { … }）",
                  "subject (declare it first)"));
  }
  switch (line.kind) {
    case Kind::kSubject: {
      if (line.name.text != (*model_)[subject].name)
        ReportUnknown(line.name, {"对象", "subject"}, {(*model_)[subject].name});
      if (known) sink_.Add<DiagnosticKind::kDuplicateName>(At(line.span), line.id);
      ExampleSubject out{line.id, {}, line.span};
      for (const syntax::ExampleFact& fact : line.facts) {
        const auto field = model_->FindField(subject, fact.name.text);
        if (!field || (*model_)[*field].kind != Field::Kind::kAttribute || fact.is_rows) {
          std::vector<std::string> names;
          for (const Field& f : model_->fields)
            if (f.kind == Field::Kind::kAttribute) names.push_back(f.name);
          ReportUnknown(fact.name, {"属性", "attribute"}, names);
          continue;
        }
        if (const auto value = ReadConstant(fact.value, (*model_)[*field].type, true))
          out.attributes.emplace_back(*field, *value);
      }
      example.subjects.push_back(std::move(out));
      break;
    }
    case Kind::kFacts: CheckExampleFacts(line, example); break;
    case Kind::kExpect:
    case Kind::kHistory:
      for (const syntax::ExampleFact& fact : line.facts) {
        const auto id = ExampleDefinition(fact.name);
        if (!id || fact.is_rows) continue;
        const Definition& definition = (*model_)[*id];
        const auto value = ReadConstant(fact.value, definition.type, line.kind == Kind::kHistory);
        const Period period = fact.period.value_or(line.from);
        if (definition.grain.period != period.kind && definition.grain.period != PeriodKind::kOnce) {
          sink_.Add<DiagnosticKind::kPeriodMismatch>(At(fact.span), definition.name,
                                                     PeriodAdverb(definition.grain.period), period.ToText());
        }
        if (!value) continue;
        if (line.kind == Kind::kExpect)
          example.expectations.push_back({line.id, period, *id, *value, fact.span});
        else
          example.history.push_back({line.id, period, *id, *value, fact.span});
      }
      break;
    case Kind::kReject: example.rejections.push_back({line.id, line.from, line.message, line.span}); break;
    case Kind::kGiven: {
      const auto parameter = model_->FindParameter(line.name.text);
      if (!parameter) {
        std::vector<std::string> names;
        for (const Field& f : model_->fields)
          if (f.kind == Field::Kind::kParameter) names.push_back(f.name);
        ReportUnknown(line.name, {"参数", "parameter"}, names);
        break;
      }
      if (const auto value = ReadConstant(line.value, (*model_)[*parameter].type, false)) {
        CheckInRange((*model_)[*parameter], *value, line.span);
        example.given.emplace_back(*parameter, *value);
      }
      break;
    }
  }
}

void Checker::CheckExampleFacts(const syntax::ExampleLine& line, Example& example) {
  const SortId subject = subject_.value_or(kWholeSort);
  if (line.from.kind != line.to.kind || line.to < line.from) {
    sink_.Add<DiagnosticKind::kEmptyRange>(At(line.span), line.from.ToString(), line.to.ToString());
    return;
  }
  for (const syntax::ExampleFact& fact : line.facts) {
    if (fact.is_rows) {
      CheckExampleRows(line, fact, example);
      continue;
    }
    const auto field = model_->FindField(subject, fact.name.text);
    if (!field || (*model_)[*field].kind != Field::Kind::kFact) {
      std::vector<std::string> names;
      for (const Field& f : model_->fields)
        if (f.kind == Field::Kind::kFact) names.push_back(f.name);
      ReportUnknown(fact.name, {"填报的事实", "fact"}, names);
      continue;
    }
    if ((*model_)[*field].grain.period != line.from.kind) {
      sink_.Add<DiagnosticKind::kPeriodMismatch>(At(fact.span), fact.name.text,
                                                 PeriodAdverb((*model_)[*field].grain.period), line.from.ToText());
      continue;
    }
    const auto value = ReadConstant(fact.value, (*model_)[*field].type, true);
    if (!value) continue;
    for (Period p = line.from; p <= line.to; p = p.Back(-1)) {
      const auto twice = std::find_if(example.values.begin(), example.values.end(), [&](const ExampleValue& v) {
        return v.id == line.id && v.period == p && v.field == *field;
      });
      if (twice != example.values.end()) {
        sink_.Add<DiagnosticKind::kDuplicateName>(At(fact.span), fact.name.text)
            .related.push_back({At(twice->span), {"先在这里写过", "first given here"}});
        break;
      }
      example.values.push_back({line.id, p, *field, *value, fact.span});
    }
  }
}

void Checker::CheckExampleRows(const syntax::ExampleLine& line, const syntax::ExampleFact& fact, Example& example) {
  const auto sort = model_->FindRecords(fact.name.text);
  if (!sort) {
    std::vector<std::string> names;
    for (const Sort& s : model_->sorts)
      if (s.kind == Sort::Kind::kRecords) names.push_back(s.name);
    ReportUnknown(fact.name, {"明细", "records (明细)"}, names);
    return;
  }
  ExampleRows out{line.id, line.from, *sort, {}, fact.span};
  std::vector<std::optional<FieldId>> columns;
  for (size_t r = 0; r < fact.rows.size(); ++r) {
    const auto& cells = fact.rows[r];
    if (r > 0 && cells.size() != columns.size()) {
      sink_.Add<DiagnosticKind::kCellCount>(At((*tree_)[cells[0]].span), std::to_string(cells.size()),
                                            std::to_string(columns.size()));
      continue;
    }
    std::vector<std::pair<FieldId, Value>> row;
    for (size_t c = 0; c < cells.size(); ++c) {
      const Expr& cell = (*tree_)[cells[c]];
      if (r == 0) {
        columns.push_back(cell.kind == ExprKind::kName ? model_->FindField(*sort, cell.name.text) : std::nullopt);
        if (!columns.back()) ReportUnknown({TextOf(cells[c]), cell.span}, {"栏目", "field"}, {});
      } else if (columns[c]) {
        if (const auto value = ReadConstant(cells[c], (*model_)[*columns[c]].type, true))
          row.emplace_back(*columns[c], *value);
      }
    }
    if (r > 0) out.rows.push_back(std::move(row));
  }
  for (Period p = line.from; p <= line.to; p = p.Back(-1)) {
    out.period = p;
    example.rows.push_back(out);
  }
}

}  // namespace heng::semantic
