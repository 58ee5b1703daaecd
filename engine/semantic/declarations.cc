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
  if (has_policy_) {
    sink_.Add<DiagnosticKind::kSecondOfKind>(At(span), "政策");
    return;
  }
  has_policy_ = true;
  model_->policy = policy;
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
  if (kind == Field::Kind::kRecord) {
    const auto [at, added] = record_fields_.emplace(std::pair(grain.sort.index(), field.name), field.span);
    if (!added) {
      Diagnostic& diagnostic = sink_.Add<DiagnosticKind::kDuplicateName>(At(field.span), field.name);
      diagnostic.related.push_back({At(at->second), {"先在这里声明", "first declared here"}});
    }
    AddCode(field.code, name.code_span, grain.sort);
  } else {
    AddSymbol(field.name, {Symbol::Kind::kField, model_->fields.size(), field.span});
    AddCode(field.code, name.code_span, kWholeSort);
  }
  model_->fields.push_back(std::move(field));
}

void Checker::DeclareParameter(const syntax::ParameterDecl& parameter) {
  Field field;
  field.kind = Field::Kind::kParameter;
  field.name = parameter.declared.name.text;
  field.code = parameter.declared.code;
  field.mark = parameter.mark;
  field.span = parameter.declared.name.span;
  field.open = parameter.mark.provenance == syntax::Provenance::kOpen;
  if (parameter.type) {
    field.type = ReadType(*parameter.type, field.name);
    ReadClauses(parameter.clauses, parameter.type->kind == syntax::TypeExpr::Kind::kInteger, field);
    if (!parameter.clauses.places && parameter.type->kind != syntax::TypeExpr::Kind::kInteger &&
        parameter.value.valid())
      field.places.reset();
  }
  if (parameter.value.valid()) {
    if (field.open) sink_.Add<DiagnosticKind::kOpenWithValue>(At(field.span), field.name);
    field.open = false;
    if (!parameter.type) {
      // Without a declared type the parameter has that of its value.
      const Expr& value = (*tree_)[parameter.value];
      const Expr& inner = value.kind == ExprKind::kNegate ? (*tree_)[value.operands[0]] : value;
      if (inner.kind == ExprKind::kQuantity) {
        if (const auto read = Read(inner.quantity))
          field.type = {TypeKind::kNumber, read->unit, {}, false, read->percent};
      } else if (inner.kind == ExprKind::kText || inner.kind == ExprKind::kBool || inner.kind == ExprKind::kDate) {
        field.type.kind = inner.kind == ExprKind::kText   ? TypeKind::kText
                          : inner.kind == ExprKind::kBool ? TypeKind::kBool
                                                          : TypeKind::kDate;
      }
    }
    field.value = ReadConstant(parameter.value, field.type, false);
    if (field.value) CheckInRange(field, *field.value, (*tree_)[parameter.value].span);
  } else if (!field.open) {
    sink_.Add<DiagnosticKind::kValueMissing>(At(field.span), field.name);
  } else if (field.type.is_number() && !parameter.clauses.range) {
    sink_.Add<DiagnosticKind::kMissingRange>(At(field.span), field.name);
  }
  field.type.optional = false;
  AddSymbol(field.name, {Symbol::Kind::kField, model_->fields.size(), field.span});
  AddCode(field.code, parameter.declared.code_span, kWholeSort);
  model_->fields.push_back(std::move(field));
}

void Checker::DeclareDefinition(Definition definition, Span span) {
  AddSymbol(definition.name, {Symbol::Kind::kDefinition, model_->definitions.size(), span});
  if (model_->definitions.size() == limits::kDefinitions)
    sink_.Add<DiagnosticKind::kTooManyDefinitions>(At(span), std::to_string(limits::kDefinitions));
  model_->definitions.push_back(std::move(definition));
}

void Checker::DeclareGradeScale(size_t declaration, const syntax::GradeDecl& grade) {
  const EnumId id(model_->enumerations.size());
  Enumeration scale{grade.declared.name.text, {}, true};
  for (const syntax::Name& name : grade.scale) {
    if (std::count(scale.values.begin(), scale.values.end(), name.text) > 0)
      sink_.Add<DiagnosticKind::kDuplicateName>(At(name.span), name.text);
    enum_values_[name.text].emplace_back(id, scale.values.size());
    scale.values.push_back(name.text);
  }
  model_->enumerations.push_back(std::move(scale));
  Definition definition{grade.declared.name.text,
                        grade.declared.code,
                        grade.declared.title,
                        {subject_.value_or(kWholeSort), grade.period},
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
                       {subject_.value_or(kWholeSort), table.period},
                       {},
                       ColumnRef{declaration, column},
                       std::nullopt,
                       cell.mark,
                       name.span},
                      name.span);
  }
}

void Checker::Declare() {
  for (const syntax::Declaration& declaration : tree_->declarations) {
    const auto* subject = std::get_if<syntax::SubjectDecl>(&declaration.body);
    if (subject == nullptr) continue;
    if (subject_) {
      sink_.Add<DiagnosticKind::kSecondOfKind>(At(subject->declared.name.span), "对象");
      continue;
    }
    subject_ = DeclareSort(Sort::Kind::kSubject, subject->declared, kWholeSort);
    DeclareFields(Field::Kind::kAttribute, {*subject_, PeriodKind::kOnce}, subject->fields);
  }
  const SortId subject = subject_.value_or(kWholeSort);
  for (size_t i = 0; i < tree_->declarations.size(); ++i) {
    const syntax::Declaration& declaration = tree_->declarations[i];
    if (const auto* d = std::get_if<syntax::PolicyDecl>(&declaration.body)) {
      DeclarePolicy(*d, declaration.span);
    } else if (const auto* input = std::get_if<syntax::InputDecl>(&declaration.body)) {
      DeclareFields(Field::Kind::kFact, {subject, input->period}, input->fields);
    } else if (const auto* records = std::get_if<syntax::RecordsDecl>(&declaration.body)) {
      const SortId sort = DeclareSort(Sort::Kind::kRecords, records->declared, subject);
      DeclareFields(Field::Kind::kRecord, {sort, records->period}, records->fields);
    } else if (const auto* parameter = std::get_if<syntax::ParameterDecl>(&declaration.body)) {
      DeclareParameter(*parameter);
    } else if (const auto* formula = std::get_if<syntax::FormulaDecl>(&declaration.body)) {
      AddCode(formula->declared.code, formula->declared.code_span, kWholeSort);
      DeclareDefinition({formula->declared.name.text,
                         formula->declared.code,
                         formula->declared.title,
                         {subject, formula->period},
                         {},
                         FormulaRef{i},
                         std::nullopt,
                         formula->mark,
                         formula->declared.name.span},
                        formula->declared.name.span);
    } else if (const auto* score = std::get_if<syntax::ScoreDecl>(&declaration.body)) {
      AddCode(score->declared.code, score->declared.code_span, kWholeSort);
      DeclareDefinition({score->declared.name.text,
                         score->declared.code,
                         score->declared.title,
                         {subject, score->period},
                         {},
                         ScoreRef{i},
                         std::nullopt,
                         score->mark,
                         score->declared.name.span},
                        score->declared.name.span);
    } else if (const auto* grade = std::get_if<syntax::GradeDecl>(&declaration.body)) {
      DeclareGradeScale(i, *grade);
    } else if (const auto* table = std::get_if<syntax::TableDecl>(&declaration.body)) {
      DeclareTable(i, *table);
    }
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
  // Beside errors it would often be said of a name that is only misspelt elsewhere.
  if (!lost_.empty() || sink_.has_errors()) return;
  for (const Field& field : model_->fields) {
    if (field.kind == Field::Kind::kParameter && used_.count(field.name) == 0)
      sink_.Add<DiagnosticKind::kUnusedName>(At(field.span), field.name);
  }
  for (size_t i = 0; i < model_->definitions.size(); ++i) {
    const Definition& definition = model_->definitions[i];
    if (used_.count(definition.name) == 0 && published_.count(i) == 0)
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
