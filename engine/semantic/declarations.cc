#include <algorithm>

#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "engine/semantic/checker.h"

namespace heng::semantic {

Checker::Checker(std::shared_ptr<const syntax::Tree> tree, DiagnosticSink& sink)
    : tree_(std::move(tree)),
      sink_(sink),
      model_(std::make_shared<Model>()),
      lost_(tree_->lost_names.begin(), tree_->lost_names.end()) {
  model_->tree = tree_;
  model_->exprs.resize(tree_->exprs.size());
  model_->sorts.push_back({Sort::Kind::kWhole, "全体", "whole", "", kWholeSort, {}});
}

std::shared_ptr<const Model> Checker::Run() {
  if (!CheckDepth()) return model_;
  Declare();
  CheckHeader();
  OrderDefinitions();
  CheckBodies();
  CheckChecks();
  CheckResults();
  CheckGuarantees();
  CheckExamples();
  CollectProvenance();
  WarnUnused();
  return model_;
}

std::shared_ptr<const Model> Analyse(std::shared_ptr<const syntax::Tree> tree, DiagnosticSink& sink) {
  return Checker(std::move(tree), sink).Run();
}

// Every later walk over an expression may recurse: the depth is bounded here, before the first of them.
bool Checker::CheckDepth() {
  std::vector<size_t> depth(tree_->exprs.size(), 1);
  for (size_t i = 0; i < depth.size(); ++i) {
    const Expr& expr = tree_->exprs[i];
    const auto under = [&](ExprId id) {
      if (id.valid()) depth[i] = std::max(depth[i], depth[id.index()] + 1);
    };
    for (const ExprId operand : expr.operands) under(operand);
    for (const syntax::Argument& argument : expr.arguments) {
      under(argument.value);
      under(argument.where);
    }
    if (depth[i] <= limits::kExpressionDepth) continue;
    sink_.Add<DiagnosticKind::kNestingTooDeep>(At(expr.span), std::to_string(limits::kExpressionDepth));
    return false;
  }
  return true;
}

bool Checker::AddSymbol(const std::string& name, Symbol symbol) {
  const auto [at, added] = symbols_.emplace(name, symbol);
  if (added) return true;
  // Fields of different subjects may have one name.
  if (at->second.kind == Symbol::Kind::kField && symbol.kind == Symbol::Kind::kField) {
    const Field& first = model_->fields[at->second.index];
    if (first.kind != Field::Kind::kParameter && symbol.field_sort.valid() && symbol.field_sort != first.grain.sort) {
      at->second.others.push_back(symbol.index);
      return true;
    }
  }
  Diagnostic& diagnostic = sink_.Add<DiagnosticKind::kDuplicateName>(At(symbol.span), name);
  diagnostic.related.push_back({At(at->second.span), {"先在这里声明", "first declared here"}});
  return false;
}

void Checker::AddCode(const std::string& code, Span span, SortId sort) {
  if (code.empty()) return;
  const auto [at, added] = codes_.emplace(std::pair(sort.index(), code), span);
  if (added) return;
  Diagnostic& diagnostic = sink_.Add<DiagnosticKind::kDuplicateName>(At(span), code);
  diagnostic.related.push_back({At(at->second), {"先在这里声明", "first declared here"}});
}

void Checker::DeclarePolicy(const syntax::PolicyDecl& policy, Span span) {
  // Sources are named for the file that they stand in.
  sources_[tree_->source->PartOf(span.begin)] = policy.sources;
  if (policy.is_module) {
    if (policy.first_day) sink_.Add<DiagnosticKind::kNotInModule>(At(policy.effective_span), "施行");
    if (policy.trial_until) sink_.Add<DiagnosticKind::kNotInModule>(At(policy.trial_span), "试评");
    // A module that is read for itself stands for the policy.
    if (span.begin == tree_->declarations.front().span.begin) model_->policy = policy;
  } else if (has_policy_) {
    sink_.Add<DiagnosticKind::kSecondOfKind>(At(span), "政策");
    return;
  } else {
    has_policy_ = true;
    model_->policy = policy;
  }
  std::set<std::string> sources;
  for (const auto& source : policy.sources) {
    if (!sources.insert(source.name.text).second)
      sink_.Add<DiagnosticKind::kDuplicateName>(At(source.name.span), source.name.text);
  }
}

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

void Checker::DeclareDefinition(Definition definition, Span span) {
  AddSymbol(definition.name, {Symbol::Kind::kDefinition, model_->definitions.size(), span});
  if (model_->definitions.size() == limits::kDefinitions)
    sink_.Add<DiagnosticKind::kTooManyDefinitions>(At(span), std::to_string(limits::kDefinitions));
  model_->definitions.push_back(std::move(definition));
}

EnumId Checker::DeclareEnumeration(const std::string& name, const std::vector<syntax::Name>& values, bool ordered,
                                   const std::vector<syntax::Name>& states) {
  const EnumId id(model_->enumerations.size());
  Enumeration enumeration{name, {}, ordered};
  for (const auto* names : {&values, &states}) {
    for (const syntax::Name& value : *names) {
      if (std::count(enumeration.values.begin(), enumeration.values.end(), value.text) > 0) {
        sink_.Add<DiagnosticKind::kDuplicateName>(At(value.span), value.text);
        continue;
      }
      enum_values_[value.text].emplace_back(id, enumeration.values.size());
      enumeration.values.push_back(value.text);
      if (names == &states) ++enumeration.states;
    }
  }
  model_->enumerations.push_back(std::move(enumeration));
  return id;
}

void Checker::DeclareType(const syntax::TypeDecl& type) {
  if (type.kind == syntax::TypeDecl::Kind::kUnit) {
    if (FindUnit(type.name.text)) sink_.Add<DiagnosticKind::kDuplicateName>(At(type.name.span), type.name.text);
    model_->units.push_back(type.name.text);
    return;
  }
  const bool scale = type.kind == syntax::TypeDecl::Kind::kScale;
  const EnumId id = DeclareEnumeration(type.name.text, type.values, scale, type.states);
  const auto [at, added] = types_.emplace(type.name.text, id);
  if (!added) {
    sink_.Add<DiagnosticKind::kDuplicateName>(At(type.name.span), type.name.text)
        .related.push_back({At(type_places_[type.name.text]), {"先在这里声明", "first declared here"}});
  }
  type_places_.emplace(type.name.text, type.name.span);
}

// A result of another policy is absent as long as that has none.
void Checker::DeclareImported(const syntax::UseDecl& use) {
  Field field;
  field.kind = Field::Kind::kImported;
  field.name = use.result.name.text;
  field.code = use.result.code;
  field.grain = {subject_.value_or(kWholeSort), PeriodKind::kOnce};
  field.mark = use.mark;
  field.span = use.result.name.span;
  field.type = ReadType(use.type, field.name);
  ReadClauses(use.clauses, use.type.kind == syntax::TypeExpr::Kind::kInteger, field);
  field.type.optional = true;
  field.policy = use.policy;
  field.imported = use.period;
  AddSymbol(field.name, {Symbol::Kind::kField, model_->fields.size(), field.span, {}, field.grain.sort});
  AddCode(field.code, use.result.code_span, field.grain.sort);
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

void Checker::DeclareGradeScale(size_t declaration, const syntax::GradeDecl& grade) {
  EnumId id;
  if (grade.scale.size() == 1) {
    // One name: the 类型 that declares the scale.
    const auto named = types_.find(grade.scale[0].text);
    const bool scale = named != types_.end() && (*model_)[named->second].ordered;
    if (!scale) {
      std::vector<std::string> names;
      for (const auto& [name, type] : types_) names.push_back(name);
      ReportUnknown(grade.scale[0], {"等级的类型（类型 名称 : 甲 > 乙）", "type of grades (类型 name : best > next)"}, names);
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
    sink_.Add<DiagnosticKind::kWrongKindOfName>(At(records.date.span), records.date.text,
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

void Checker::Declare() {
  const auto* first = tree_->declarations.empty()
                          ? nullptr
                          : std::get_if<syntax::PolicyDecl>(&tree_->declarations.front().body);
  is_module_ = first != nullptr && first->is_module;
  for (const syntax::Declaration& declaration : tree_->declarations) {
    if (const auto* type = std::get_if<syntax::TypeDecl>(&declaration.body)) DeclareType(*type);
  }
  // Sorts before fields: one may refer to a subject that is declared further on.
  for (const syntax::Declaration& declaration : tree_->declarations) {
    if (const auto* subject = std::get_if<syntax::SubjectDecl>(&declaration.body)) DeclareSubject(*subject);
  }
  // A module does not say whom it is used for: by itself, it is read for an 项目.
  if (is_module_ && !subject_) {
    syntax::Declared declared;
    declared.name.text = "项目";
    subject_ = DeclareSort(Sort::Kind::kSubject, declared, kWholeSort);
  }
  for (const syntax::Declaration& declaration : tree_->declarations) {
    if (const auto* records = std::get_if<syntax::RecordsDecl>(&declaration.body)) DeclareRecords(*records);
  }
  for (size_t i = 0; i < tree_->declarations.size(); ++i) {
    const syntax::Declaration& declaration = tree_->declarations[i];
    if (const auto* d = std::get_if<syntax::PolicyDecl>(&declaration.body)) {
      DeclarePolicy(*d, declaration.span);
    } else if (const auto* kind = std::get_if<syntax::SubjectDecl>(&declaration.body)) {
      if (const auto sort = model_->FindSort(kind->declared.name.text))
        DeclareFields(Field::Kind::kAttribute, {*sort, PeriodKind::kOnce}, kind->fields);
    } else if (const auto* input = std::get_if<syntax::InputDecl>(&declaration.body)) {
      DeclareInput(*input);
    } else if (const auto* records = std::get_if<syntax::RecordsDecl>(&declaration.body)) {
      FinishRecords(*records);
    } else if (const auto* use = std::get_if<syntax::UseDecl>(&declaration.body)) {
      if (!use->policy.empty()) DeclareImported(*use);
    }
  }
  // What is computed is declared when every field is: its key may be one.
  for (size_t i = 0; i < tree_->declarations.size(); ++i) {
    const syntax::Declaration& declaration = tree_->declarations[i];
    if (const auto* formula = std::get_if<syntax::FormulaDecl>(&declaration.body)) {
      DeclareFormula(i, *formula);
    } else if (const auto* score = std::get_if<syntax::ScoreDecl>(&declaration.body)) {
      DeclareScore(i, *score);
    } else if (const auto* grade = std::get_if<syntax::GradeDecl>(&declaration.body)) {
      DeclareGradeScale(i, *grade);
    } else if (const auto* table = std::get_if<syntax::TableDecl>(&declaration.body)) {
      DeclareTable(i, *table);
    }
  }
  for (const syntax::Declaration& declaration : tree_->declarations) {
    if (const auto* kind = std::get_if<syntax::SubjectDecl>(&declaration.body)) ReadCatalogue(*kind);
  }
  // A parameter may be keyed by any enumeration, that of a grade included.
  for (const syntax::Declaration& declaration : tree_->declarations) {
    if (const auto* parameter = std::get_if<syntax::ParameterDecl>(&declaration.body)) DeclareParameter(*parameter);
  }
  // A value that has the name of something declared could mean either.
  for (const auto& [value, places] : enum_values_) {
    const auto symbol = symbols_.find(value);
    if (symbol != symbols_.end()) {
      Diagnostic& diagnostic = sink_.Add<DiagnosticKind::kDuplicateName>(At(symbol->second.span), value);
      diagnostic.related.push_back({At(PlaceOf(places[0].first)),
                                    {"它也是“" + (*model_)[places[0].first].name + "”的一个取值",
                                     "it is a value of '" + (*model_)[places[0].first].name + "' too"}});
    }
  }
}

Span Checker::PlaceOf(EnumId enumeration) const {
  for (const Field& field : model_->fields) {
    if (field.type.enumeration == enumeration) return field.span;
  }
  for (const Definition& definition : model_->definitions) {
    if (definition.type.enumeration == enumeration) return definition.span;
  }
  return {};
}

void Checker::CheckHeader() {
  const bool broken = !lost_.empty();
  if (is_module_) return;
  if (!has_policy_) {
    if (!broken) sink_.Add<DiagnosticKind::kMissingPolicy>(At(Span{0, 0}));
  } else {
    const syntax::PolicyDecl& policy = model_->policy;
    if (policy.version.empty())
      sink_.Add<DiagnosticKind::kMissingHeader>(At(policy.id_span), Bilingual("版本", "版本 (version)"));
    if (!policy.first_day)
      sink_.Add<DiagnosticKind::kMissingHeader>(At(policy.id_span), Bilingual("施行", "施行 (effective)"));
    if (policy.first_day && policy.last_day && *policy.last_day < *policy.first_day) {
      sink_.Add<DiagnosticKind::kEmptyRange>(At(policy.effective_span), policy.first_day->ToString(),
                                             policy.last_day->ToString());
    }
  }
  if (!subject_ && !broken) sink_.Add<DiagnosticKind::kMissingSubject>(At(Span{0, 0}));
}

void Checker::WarnUnused() {
  // What a module gives need not be taken.
  const auto in_module = [&](Span span) { return is_module_ || tree_->source->PartOf(span.begin) > 0; };
  // Beside errors it would often be said of a name that is only misspelt elsewhere.
  if (!lost_.empty() || sink_.has_errors()) return;
  for (const Field& field : model_->fields) {
    const std::string read = field.name.substr(0, field.name.find('.'));
    if (field.kind == Field::Kind::kParameter && used_.count(field.name) == 0 && used_.count(read) == 0 &&
        !in_module(field.span))
      sink_.Add<DiagnosticKind::kUnusedName>(At(field.span), field.name);
  }
  for (size_t i = 0; i < model_->definitions.size(); ++i) {
    const Definition& definition = model_->definitions[i];
    if (used_.count(definition.name) == 0 && published_.count(i) == 0 && !in_module(definition.span))
      sink_.Add<DiagnosticKind::kUnusedName>(At(definition.span), definition.name);
  }
}

// ---- Model look-ups

namespace {
template <typename Id, typename Table, typename Match>
std::optional<Id> FindIn(const Table& table, std::string_view name, const Match& match) {
  for (size_t i = 0; i < table.size(); ++i) {
    if (match(table[i]) && (table[i].name == name || (!table[i].code.empty() && table[i].code == name))) return Id(i);
  }
  return std::nullopt;
}
}  // namespace

std::optional<FieldId> Model::FindField(SortId sort, std::string_view name) const {
  return FindIn<FieldId>(fields, name,
                         [&](const Field& f) { return f.grain.sort == sort && f.kind != Field::Kind::kParameter; });
}
std::optional<SortId> Model::FindSort(std::string_view name) const {
  if (name == "全体" || name == "whole") return kWholeSort;
  return FindIn<SortId>(sorts, name, [](const Sort& s) { return s.kind != Sort::Kind::kKey; });
}
std::optional<FieldId> Model::FindParameter(std::string_view name) const {
  return FindIn<FieldId>(fields, name, [](const Field& f) { return f.kind == Field::Kind::kParameter; });
}
std::optional<DefinitionId> Model::FindDefinition(std::string_view name) const {
  return FindIn<DefinitionId>(definitions, name, [](const Definition&) { return true; });
}
std::optional<SortId> Model::FindRecords(std::string_view name) const {
  return FindIn<SortId>(sorts, name, [](const Sort& s) { return s.kind == Sort::Kind::kRecords; });
}
SortId Model::subject() const {
  for (size_t i = 0; i < sorts.size(); ++i) {
    if (sorts[i].kind == Sort::Kind::kSubject) return SortId(i);
  }
  return kWholeSort;
}
PeriodKind Model::settlement_period() const {
  PeriodKind coarsest = PeriodKind::kMonth;
  for (const PublishedResult& result : results) {
    if (result.period != PeriodKind::kOnce) coarsest = std::max(coarsest, result.period);
  }
  return coarsest;
}

}  // namespace heng::semantic
