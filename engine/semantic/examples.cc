#include <algorithm>

#include "engine/semantic/checker.h"

namespace heng::semantic {

void Checker::CheckExamples() {
  std::set<std::string> titles;
  for (const syntax::Declaration& declaration : tree_->declarations) {
    const auto* example = std::get_if<syntax::ExampleDecl>(&declaration.body);
    if (example == nullptr) continue;
    // Those of a module are for itself.
    if (tree_->source->PartOf(declaration.span.begin) > 0) continue;
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

// The sort of the subject that the line is about; nothing (and reported) if it is not declared. Of a per-key value the id is the key.
std::optional<SortId> Checker::ExampleSort(const syntax::ExampleLine& line, const Example& example) {
  if (line.id.empty() && !line.name.text.empty()) {
    if (line.name.text == "全体" || line.name.text == "whole") return kWholeSort;
    ReportUnknown(line.name, {"“全体”，或引号里的编号", "whole, or an id in quotes"}, {"全体"});
    return std::nullopt;
  }
  for (const ExampleSubject& subject : example.subjects) {
    if (subject.id == line.id) return subject.sort;
  }
  const bool keyed = std::any_of(line.facts.begin(), line.facts.end(), [&](const syntax::ExampleFact& fact) {
    const auto id = model_->FindDefinition(fact.name.text);
    return id && (*model_)[(*model_)[*id].grain.sort].kind == Sort::Kind::kKey;
  });
  if (keyed) return kWholeSort;
  const std::string& kind = (*model_)[subject_.value_or(kWholeSort)].name;
  sink_.Add<DiagnosticKind::kUnknownName>(
      At(line.span), line.id,
      Bilingual("对象（先写：" + kind + " \"" + line.id + "\" { … }）", "subject (declare it first)"));
  return std::nullopt;
}

void Checker::CheckExampleSubject(const syntax::ExampleLine& line, Example& example) {
  const auto sort = model_->FindSort(line.name.text);
  if (!sort || (*model_)[*sort].kind != Sort::Kind::kSubject) {
    std::vector<std::string> names;
    for (const Sort& s : model_->sorts) {
      if (s.kind == Sort::Kind::kSubject) names.push_back(s.name);
    }
    ReportUnknown(line.name, {"对象", "subject"}, names);
    return;
  }
  const bool known = std::any_of(example.subjects.begin(), example.subjects.end(),
                                 [&](const ExampleSubject& s) { return s.id == line.id; });
  if (known) sink_.Add<DiagnosticKind::kDuplicateName>(At(line.span), line.id);
  ExampleSubject out{*sort, line.id, {}, line.span};
  for (const syntax::ExampleFact& fact : line.facts) {
    const auto field = model_->FindField(*sort, fact.name.text);
    if (!field || (*model_)[*field].kind != Field::Kind::kAttribute || fact.is_rows) {
      std::vector<std::string> names;
      for (const Field& f : model_->fields)
        if (f.kind == Field::Kind::kAttribute && f.grain.sort == *sort) names.push_back(f.name);
      ReportUnknown(fact.name, {"属性", "attribute"}, names);
      continue;
    }
    if (const auto value = ReadConstant(fact.value, (*model_)[*field].type, true))
      out.attributes.emplace_back(*field, *value);
  }
  example.subjects.push_back(std::move(out));
}

void Checker::CheckExampleLine(const syntax::ExampleLine& line, Example& example) {
  using Kind = syntax::ExampleLine::Kind;
  const bool about = line.kind != Kind::kSubject && line.kind != Kind::kGiven;
  if (about && !ExampleSort(line, example) && line.kind == Kind::kFacts) return;
  switch (line.kind) {
    case Kind::kSubject: CheckExampleSubject(line, example); break;
    case Kind::kFacts: CheckExampleFacts(line, example); break;
    case Kind::kExpect:
    case Kind::kHistory: CheckExampleResults(line, example); break;
    case Kind::kReject: example.rejections.push_back({line.id, line.from, line.message, line.span}); break;
    case Kind::kGiven: {
      const std::string name = line.key.text.empty() ? line.name.text : line.name.text + "." + line.key.text;
      const auto parameter = model_->FindParameter(name);
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

// What is expected, or was published: in every period of the line.
void Checker::CheckExampleResults(const syntax::ExampleLine& line, Example& example) {
  const bool past = line.kind == syntax::ExampleLine::Kind::kHistory;
  if (!CheckExamplePeriods(line)) return;
  for (const syntax::ExampleFact& fact : line.facts) {
    if (past && CheckExampleImport(line, fact, example)) continue;
    const auto id = ExampleDefinition(fact.name);
    if (!id || fact.is_rows) continue;
    const Definition& definition = (*model_)[*id];
    const auto value = ReadConstant(fact.value, definition.type, past);
    const Period from = fact.period.value_or(line.from);
    const Period to = fact.period.value_or(line.to);
    if (definition.grain.period != from.kind && definition.grain.period != PeriodKind::kOnce) {
      sink_.Add<DiagnosticKind::kPeriodMismatch>(At(fact.span), definition.name, PeriodAdverb(definition.grain.period),
                                                 from.ToText());
    }
    if (!value) continue;
    if (!past) example.expectations.push_back({line.id, from, *id, *value, fact.span});
    for (Period p = from; past && p <= to; p = p.Back(-1))
      example.history.push_back({line.id, p, *id, FieldId{}, *value, fact.span});
  }
}

bool Checker::CheckExamplePeriods(const syntax::ExampleLine& line) {
  if (line.from.kind == line.to.kind && line.from <= line.to) return true;
  sink_.Add<DiagnosticKind::kEmptyRange>(At(line.span), line.from.ToString(), line.to.ToString());
  return false;
}

// A result of another policy, as it was settled in that period.
bool Checker::CheckExampleImport(const syntax::ExampleLine& line, const syntax::ExampleFact& fact, Example& example) {
  for (size_t i = 0; i < model_->fields.size(); ++i) {
    const Field& field = model_->fields[i];
    if (field.kind != Field::Kind::kImported || field.name != fact.name.text) continue;
    if (line.from.kind != field.imported)
      sink_.Add<DiagnosticKind::kPeriodMismatch>(At(fact.span), field.name, PeriodAdverb(field.imported),
                                                 line.from.ToText());
    if (const auto value = ReadConstant(fact.value, field.type, true)) {
      for (Period p = line.from; p <= line.to; p = p.Back(-1))
        example.history.push_back({line.id, p, DefinitionId{}, FieldId(i), *value, fact.span});
    }
    return true;
  }
  return false;
}

void Checker::CheckExampleFacts(const syntax::ExampleLine& line, Example& example) {
  const SortId subject = ExampleSort(line, example).value_or(kWholeSort);
  if (!CheckExamplePeriods(line)) return;
  for (const syntax::ExampleFact& fact : line.facts) {
    if (fact.is_rows) {
      CheckExampleRows(line, fact, example);
      continue;
    }
    const auto field = model_->FindField(subject, fact.name.text);
    if (!field || (*model_)[*field].kind != Field::Kind::kFact) {
      std::vector<std::string> names;
      for (const Field& f : model_->fields)
        if (f.kind == Field::Kind::kFact && f.grain.sort == subject) names.push_back(f.name);
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
  // Beside the fields: 行号, and the 行号 of the row that a row belongs to.
  enum class Special : unsigned char { kNone, kKey, kParent };
  std::vector<std::pair<std::optional<FieldId>, Special>> columns;
  const Sort& own = (*model_)[*sort];
  for (size_t r = 0; r < fact.rows.size(); ++r) {
    const auto& cells = fact.rows[r];
    if (r > 0 && cells.size() != columns.size()) {
      sink_.Add<DiagnosticKind::kCellCount>(At((*tree_)[cells[0]].span), std::to_string(cells.size()),
                                            std::to_string(columns.size()));
      continue;
    }
    ExampleRow row;
    for (size_t c = 0; c < cells.size(); ++c) {
      const Expr& cell = (*tree_)[cells[c]];
      if (r == 0) {
        const bool named = cell.kind == ExprKind::kName;
        const auto field = named ? model_->FindField(*sort, cell.name.text) : std::nullopt;
        const bool in_rows = (*model_)[own.parent].kind == Sort::Kind::kRecords;
        const Special special = field || !named                                           ? Special::kNone
                                : cell.name.text == "行号" || cell.name.text == "row"     ? Special::kKey
                                : in_rows && cell.name.text == (*model_)[own.parent].name ? Special::kParent
                                                                                          : Special::kNone;
        columns.emplace_back(field, special);
        if (!field && special == Special::kNone) ReportUnknown({TextOf(cells[c]), cell.span}, {"栏目", "field"}, {});
      } else if (columns[c].second != Special::kNone) {
        (columns[c].second == Special::kKey ? row.key : row.parent) =
            cell.kind == ExprKind::kText ? cell.text : TextOf(cells[c]);
      } else if (columns[c].first) {
        if (const auto value = ReadConstant(cells[c], (*model_)[*columns[c].first].type, true))
          row.cells.emplace_back(*columns[c].first, *value);
      }
    }
    if (r > 0) out.rows.push_back(std::move(row));
  }
  if (own.date.valid()) {
    // Dated rows are given once, whatever periods the line names.
    example.rows.push_back(std::move(out));
    return;
  }
  for (Period p = line.from; p <= line.to; p = p.Back(-1)) {
    out.period = p;
    example.rows.push_back(out);
  }
}

}  // namespace heng::semantic
