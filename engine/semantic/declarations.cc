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

void Checker::Declare() {
  const auto* first =
      tree_->declarations.empty() ? nullptr : std::get_if<syntax::PolicyDecl>(&tree_->declarations.front().body);
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

}  // namespace heng::semantic
