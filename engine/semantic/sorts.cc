// Who and what has facts: subjects, catalogues, records, and the facts of each.
#include <algorithm>

#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "engine/semantic/checker.h"

namespace heng::semantic {

SortId Checker::DeclareSort(Sort::Kind kind, const syntax::Declared& declared, SortId parent) {
  const SortId id(model_->sorts.size());
  model_->sorts.push_back({kind, declared.name.text, declared.code, declared.title, parent, declared.name.span});
  AddSymbol(declared.name.text, {Symbol::Kind::kSort, id.index(), declared.name.span});
  AddCode(declared.code, declared.code_span, kWholeSort);
  return id;
}

void Checker::DeclareFields(Field::Kind kind, Grain grain, const std::vector<syntax::Field>& fields) {
  for (const syntax::Field& declared : fields) {
    for (const syntax::Declared& name : declared.names) DeclareField(kind, grain, declared, name);
  }
}

void Checker::DeclareField(Field::Kind kind, Grain grain, const syntax::Field& declared, const syntax::Declared& name) {
  Field field;
  field.kind = kind;
  field.name = name.name.text;
  field.code = name.code;
  field.grain = grain;
  field.mark = declared.mark;
  field.span = name.name.span;
  field.type = ReadType(declared.type, field.name);
  ReadClauses(declared.clauses, declared.type.kind == syntax::TypeExpr::Kind::kInteger, field);
  if (field.type.is_number() && !declared.clauses.range)
    sink_.Add<DiagnosticKind::kMissingRange>(At(field.span), field.name);
  const auto [at, added] = record_fields_.emplace(std::pair(grain.sort.index(), field.name), field.span);
  if (!added) {
    Diagnostic& diagnostic = sink_.Add<DiagnosticKind::kDuplicateName>(At(field.span), field.name);
    diagnostic.related.push_back({At(at->second), {"先在这里声明", "first declared here"}});
  } else if (kind != Field::Kind::kRecord) {
    AddSymbol(field.name, {Symbol::Kind::kField, model_->fields.size(), field.span, {}, grain.sort});
  }
  AddCode(field.code, name.code_span, grain.sort);
  model_->fields.push_back(std::move(field));
}

// Whether a subject has facts for a period; made once for each kind of period that has facts.
void Checker::DeclarePresence(SortId sort, PeriodKind period) {
  const bool known = std::any_of(model_->fields.begin(), model_->fields.end(), [&](const Field& f) {
    return f.kind == Field::Kind::kPresence && f.grain == Grain{sort, period};
  });
  if (known) return;
  Field field;
  field.kind = Field::Kind::kPresence;
  field.name = PeriodAdverb(period).zh + "·有填报";
  field.grain = {sort, period};
  field.type.kind = TypeKind::kBool;
  model_->fields.push_back(std::move(field));
}

void Checker::DeclareSubject(const syntax::SubjectDecl& subject) {
  const SortId sort = DeclareSort(Sort::Kind::kSubject, subject.declared, kWholeSort);
  model_->sorts.back().file = subject.file;
  if (!subject_) subject_ = sort;
}

void Checker::DeclareRecords(const syntax::RecordsDecl& records) {
  DeclareSort(Sort::Kind::kRecords, records.declared, subject_.value_or(kWholeSort));
}

// Parents are known now, whatever the order.
void Checker::FinishRecords(const syntax::RecordsDecl& records) {
  const auto sort = model_->FindRecords(records.declared.name.text);
  if (!sort) return;
  const auto parent = FindPlace(records.parent, {"对象或明细", "subject or records"});
  if (!parent) return;
  Sort& own = model_->sorts[sort->index()];
  own.parent = *parent;
  const bool in_rows = (*model_)[*parent].kind == Sort::Kind::kRecords;
  const bool dated = !records.date.text.empty();
  own.period = dated ? PeriodKind::kDay : records.period.value_or(PeriodKind::kOnce);
  if (in_rows && !dated && !records.period) {
    own.period = RecordsPeriodOf(*parent);
  } else if (!dated && !records.period) {
    sink_.Add<DiagnosticKind::kRecordsWithoutPeriod>(At(records.declared.name.span), records.declared.name.text);
  }
  DeclareFields(Field::Kind::kRecord, {*sort, own.period}, records.fields);
  if (!dated) return;
  const auto date = model_->FindField(*sort, records.date.text);
  if (!date || (*model_)[*date].type.kind != TypeKind::kDate || (*model_)[*date].type.optional) {
    sink_.Add<DiagnosticKind::kWrongKindOfName>(
        At(records.date.span), records.date.text,
        Bilingual("这份明细的一个日期栏目（不可缺）", "a date field of these records that is not optional"));
    return;
  }
  model_->sorts[sort->index()].date = *date;
}

// Records in records have the period of those they belong to; these may be declared further on.
PeriodKind Checker::RecordsPeriodOf(SortId sort) const {
  for (int depth = 0; depth < 8; ++depth) {
    for (const syntax::Declaration& declaration : tree_->declarations) {
      const auto* records = std::get_if<syntax::RecordsDecl>(&declaration.body);
      if (records == nullptr || records->declared.name.text != (*model_)[sort].name) continue;
      if (!records->date.text.empty()) return PeriodKind::kDay;
      if (records->period) return *records->period;
      const auto parent = model_->FindRecords(records->parent.text);
      if (!parent || *parent == sort) return PeriodKind::kMonth;
      sort = *parent;
    }
  }
  return PeriodKind::kMonth;
}

void Checker::DeclareInput(const syntax::InputDecl& input) {
  const auto sort = FindPlace(input.subject, {"对象", "subject"});
  if (sort && (*model_)[*sort].kind == Sort::Kind::kRecords) {
    sink_.Add<DiagnosticKind::kWrongKindOfName>(At(input.subject.span), input.subject.text,
                                                Bilingual("一种对象，或“全体”", "a kind of subject, or 全体 (whole)"));
  } else if (sort) {
    DeclareFields(Field::Kind::kFact, {*sort, input.period}, input.fields);
    DeclarePresence(*sort, input.period);
  }
}

std::optional<SortId> Checker::FindPlace(const syntax::Name& name, const Bilingual& kind) {
  if (name.text.empty()) return subject_.value_or(kWholeSort);
  if (const auto sort = model_->FindSort(name.text)) {
    used_.insert(name.text);
    return sort;
  }
  std::vector<std::string> names;
  for (const Sort& sort : model_->sorts) names.push_back(sort.name);
  ReportUnknown(name, kind, names);
  return std::nullopt;
}

// The subjects of a kind that come with the policy. Their rows are lines as those of an example.
void Checker::ReadCatalogue(const syntax::SubjectDecl& subject) {
  const auto sort = model_->FindSort(subject.declared.name.text);
  if (subject.file.empty() || !sort) return;
  Catalogue catalogue{*sort, {}, {}, {}};
  for (size_t i = 0; i < model_->fields.size(); ++i) {
    if (model_->fields[i].grain.sort == *sort) catalogue.fields.emplace_back(i);
  }
  for (const syntax::ExampleLine& line : subject.rows) {
    if (std::find(catalogue.ids.begin(), catalogue.ids.end(), line.id) != catalogue.ids.end() || line.id.empty()) {
      sink_.Add<DiagnosticKind::kDuplicateName>(At(line.span), line.id);
      continue;
    }
    std::vector<Value> row(catalogue.fields.size());
    for (const syntax::ExampleFact& fact : line.facts) {
      const auto field = model_->FindField(*sort, fact.name.text);
      if (!field) continue;
      const Field& declared = (*model_)[*field];
      const auto value = ReadConstant(fact.value, declared.type, true);
      if (!value) continue;
      if (IsAbsent(*value) && !declared.type.optional)
        sink_.Add<DiagnosticKind::kMaybeAbsent>(At(fact.span), declared.name);
      CheckInRange(declared, *value, fact.span);
      const auto column = std::find(catalogue.fields.begin(), catalogue.fields.end(), *field);
      row[static_cast<size_t>(column - catalogue.fields.begin())] = *value;
    }
    catalogue.ids.push_back(line.id);
    catalogue.rows.push_back(std::move(row));
  }
  model_->catalogues.push_back(std::move(catalogue));
}

}  // namespace heng::semantic
