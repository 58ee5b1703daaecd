// The outline of what is given: parameters, facts and attributes, with their types and values.
#include <algorithm>

#include "engine/diff/outliner.h"

namespace heng::diff {

using semantic::TypeKind;

void Outliner::AddValues(Item& to, const semantic::Enumeration& enumeration, Span span) const {
  const size_t grades = enumeration.grades();
  for (size_t i = 0; i < enumeration.values.size(); ++i) {
    Item value;
    value.kind = value.aspect = i < grades ? "option" : "state";
    value.name = enumeration.values[i];
    value.reference = "value:" + value.name;
    value.id = canon_.Mapped(value.reference);
    value.ordered = enumeration.ordered && i < grades;
    value.span = span;
    to.children.push_back(std::move(value));
  }
}

void Outliner::Add(const syntax::ParameterDecl& parameter, Span span) {
  Item item;
  item.kind = "parameter";
  item.name = parameter.declared.name.text;
  item.reference = "parameter:" + item.name;
  item.id = canon_.Mapped(item.reference);
  item.feeds = {item.reference};
  item.span = span;
  SetMark(item, parameter.mark, {});
  if (parameter.value.valid()) SetValue(item, parameter.value);
  const auto open = [&](Item& at) {
    if (at.value.empty()) at.value = Fixed("value", "open", at.span).value;
    if (at.shown.zh.empty()) at.shown = {"待定", "open"};
  };
  if (parameter.lines.empty()) open(item);
  AddCommon(item, parameter.declared);
  for (const semantic::Field& field : model_.fields) {
    const bool found = field.kind == semantic::Field::Kind::kParameter && parameter.type &&
                       (field.name == item.name || field.name.starts_with(item.name + "."));
    if (!found) continue;
    AddType(item, field);
    break;
  }
  AddFixed(item, "key", parameter.key.text, span);
  for (const syntax::ParameterLine& line : parameter.lines) {
    Item entry;
    entry.kind = line.since ? "since" : "entry";
    entry.name = line.since ? line.since->ToString() : line.key.text;
    entry.id = line.since ? entry.name : canon_.Mapped("value:" + entry.name);
    entry.nameless = line.since.has_value();
    entry.span = line.span;
    SetMark(entry, line.mark, parameter.mark);
    if (line.value.valid()) SetValue(entry, line.value);
    open(entry);
    if (line.since) AddFixed(entry, "day", entry.name, line.span);
    if (!line.since) {
      entry.feeds = {item.reference + "." + entry.name};
      // In a CSV the unit is that of the column.
      const auto field = model_.FindParameter(item.name + "." + entry.name);
      const auto* number = field && model_[*field].value ? std::get_if<Rational>(&*model_[*field].value) : nullptr;
      if (number != nullptr) {
        const semantic::Type& type = model_[*field].type;
        entry.value = canon_.Number(*number, type.unit, type.percent, entry.span);
        entry.shown = semantic::Describe(model_, type, *number);
      }
    }
    item.children.push_back(std::move(entry));
  }
  items_.push_back(std::move(item));
}

void Outliner::AddType(Item& to, const semantic::Field& field) const {
  const semantic::Type& type = field.type;
  const Bilingual kTypes[] = {"?",
                              {"数", "number"},
                              {"是否", "yes or no"},
                              {"文本", "text"},
                              {"取值", "one of several"},
                              {"日期", "date"},
                              {"对象", "subject"}};
  Bilingual name = kTypes[static_cast<size_t>(type.kind)];
  if (type.kind == TypeKind::kSubject) name = canon_.NameOf(type.subject).substr(5);
  const auto declares = [&](const syntax::Declaration& d) {
    const auto* decl = std::get_if<syntax::TypeDecl>(&d.body);
    return decl != nullptr && decl->name.text == model_[type.enumeration].name;
  };
  if (type.kind == TypeKind::kEnum) {
    const auto& all = tree_.declarations;
    if (std::any_of(all.begin(), all.end(), declares)) {
      name = canon_.Mapped("type:" + model_[type.enumeration].name).substr(5);
    } else {
      AddValues(to, model_[type.enumeration], field.span);
    }
  }
  AddFixed(to, "type", name, field.span);
  if (type.is_number()) AddFixed(to, "unit", type.percent ? "%" : type.unit.ToString(), field.span);
  if (field.range) {
    Item range = Fixed("range",
                       semantic::Describe(model_, type, field.range->first) + " 至 " +
                           semantic::Describe(model_, type, field.range->second),
                       field.span);
    range.value = canon_.Number(field.range->first, type.unit, type.percent, field.span);
    const Pieces high = canon_.Number(field.range->second, type.unit, type.percent, field.span);
    range.value.insert(range.value.end(), high.begin(), high.end());
    to.children.push_back(std::move(range));
  }
  if (field.places) {
    Item places = Fixed("places", std::to_string(*field.places), field.span);
    places.value = canon_.Number(*field.places, Unit(), false, field.span);
    to.children.push_back(std::move(places));
  }
  AddFixed(to, "optional", type.optional ? Bilingual("可缺", "optional") : Bilingual("不可缺", "required"), field.span);
}

void Outliner::AddFields() {
  for (size_t i = 0; i < model_.fields.size(); ++i) {
    const semantic::Field& field = model_.fields[i];
    using Kind = semantic::Field::Kind;
    if (field.kind != Kind::kAttribute && field.kind != Kind::kFact && field.kind != Kind::kRecord) continue;
    const semantic::FieldId id(i);
    Item item;
    item.kind = "field";
    const semantic::Sort& sort = model_[field.grain.sort];
    const bool plain = sort.kind == semantic::Sort::Kind::kSubject && field.grain.sort == model_.subject();
    item.name = plain ? field.name : sort.name + "." + field.name;
    item.reference = ReferenceOf(model_, id);
    item.id = canon_.NameOf(id);
    item.feeds = {item.reference};
    item.span = field.span;
    SetMark(item, field.mark, {});
    AddFixed(item, "code", field.code, field.span);
    AddType(item, field);
    AddFixed(item, "period", PeriodAdverb(field.grain.period), field.span);
    for (const Item& part : item.children) {
      if (part.kind == "type" || (part.kind == "unit" && !field.range) || part.kind == "range")
        item.shown = item.shown.zh.empty()
                         ? part.shown
                         : Bilingual(item.shown.zh + "，" + part.shown.zh, item.shown.en + ", " + part.shown.en);
    }
    items_.push_back(std::move(item));
  }
}

}  // namespace heng::diff
