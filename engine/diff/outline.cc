#include "engine/diff/outline.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "engine/diff/outliner.h"

namespace heng::diff {
namespace {

// Fellows of one kind and id are told apart by their number.
void Distinguish(std::vector<Item>& items) {
  std::map<std::pair<std::string, std::string>, int> seen;
  for (Item& item : items) {
    const int nth = ++seen[{item.kind, item.id}];
    if (nth > 1 && !item.nameless) item.id += fmt::format(" #{}", nth);
    Distinguish(item.children);
  }
}

}  // namespace

std::string Content(const Item& item) {
  std::string out = item.kind + " " + Text(item.value) + " [" + item.origin.canon + "] {";
  std::vector<std::string> children;
  for (const Item& child : item.children)
    children.push_back((child.nameless ? "" : child.id) + " " + Content(child) + "\n");
  // What is ordered keeps its order; it is told by its number.
  for (size_t i = 0; i < children.size(); ++i) {
    if (item.children[i].ordered) children[i] = fmt::format("{:06} ", i) + children[i];
  }
  std::sort(children.begin(), children.end());
  for (const std::string& child : children) out += child;
  return out + "}";
}

std::vector<Item> OutlineOf(const graph::Graph& graph, const Renames& renames) {
  return Outliner(graph, renames).Run();
}

std::vector<Item> Outliner::Run() {
  for (const syntax::Declaration& declaration : tree_.declarations) {
    std::visit([&](const auto& body) { Add(body, declaration.span); }, declaration.body);
  }
  AddFields();
  AddResults();
  Distinguish(items_);
  return std::move(items_);
}

Item Outliner::Fixed(std::string kind, const Bilingual& text, Span span) {
  Item item;
  item.aspect = kind;
  item.kind = std::move(kind);
  Piece piece;
  piece.text = text.zh;
  item.value = {piece};
  item.shown = text;
  item.span = span;
  return item;
}

void Outliner::AddFixed(Item& to, const std::string& kind, const Bilingual& text, Span span) {
  if (!text.zh.empty()) to.children.push_back(Fixed(kind, text, span));
}

void Outliner::AddExpr(Item& to, const std::string& kind, syntax::ExprId id) const {
  if (!id.valid()) return;
  Item item = Fixed(kind, canon_.Shown(tree_[id].span), tree_[id].span);
  item.value = canon_.Of(id);
  item.origin = to.origin;
  to.children.push_back(std::move(item));
}

void Outliner::AddQuantity(Item& to, const std::string& kind, const syntax::Quantity& quantity) const {
  Item item = Fixed(kind, canon_.Shown(quantity.span), quantity.span);
  item.value = canon_.Of(quantity);
  item.origin = to.origin;
  to.children.push_back(std::move(item));
}

void Outliner::AddCommon(Item& to, const syntax::Declared& declared) const {
  AddFixed(to, "code", declared.code, declared.name.span);
  AddFixed(to, "title", declared.title.empty() ? "" : "“" + declared.title + "”", declared.name.span);
}

void Outliner::SetMark(Item& to, const Mark& mark, const Mark& around) const {
  const bool own = mark.provenance != syntax::Provenance::kUnmarked;
  to.origin = canon_.Of(own ? mark : around);
  if (!mark.note.empty()) AddFixed(to, "note", "“" + mark.note + "”", mark.span);
}

void Outliner::Add(const syntax::PolicyDecl& policy, Span span) {
  Item item;
  item.kind = policy.is_module ? "module" : "policy";
  item.name = item.id = policy.id;
  // There is one policy; that it has another name is a difference of its own.
  if (!policy.is_module) item.id = "";
  item.span = span;
  item.shown = policy.title.empty() ? policy.id : "“" + policy.title + "”";
  AddFixed(item, "id", policy.id, policy.id_span);
  AddFixed(item, "title", policy.title.empty() ? "" : "“" + policy.title + "”", policy.id_span);
  AddFixed(item, "version", policy.version, policy.version_span);
  const auto marked = [&](const char* kind, const std::string& text, Span at, const Mark& mark) {
    Item part = Fixed(kind, text, at);
    SetMark(part, mark, {});
    item.children.push_back(std::move(part));
  };
  if (policy.first_day) {
    marked("first_day", policy.first_day->ToString(), policy.effective_span, policy.effective_mark);
    if (policy.last_day) marked("last_day", policy.last_day->ToString(), policy.effective_span, policy.effective_mark);
  }
  if (policy.trial_until) marked("trial", policy.trial_until->ToString(), policy.trial_span, policy.trial_mark);
  for (const auto& source : policy.sources) {
    Item part = Fixed("source", "“" + source.title + "”", source.name.span);
    part.aspect = "title";
    part.name = source.name.text;
    part.reference = "source:" + source.name.text;
    part.id = canon_.Mapped(part.reference);
    item.children.push_back(std::move(part));
  }
  // The version and the period of a module mean nothing to the policy that uses it.
  if (policy.is_module) {
    std::erase_if(item.children, [](const Item& part) { return part.kind != "source"; });
    if (item.children.empty()) return;
    const auto into = std::find_if(items_.begin(), items_.end(), [](const Item& i) { return i.kind == "policy"; });
    if (into != items_.end()) {
      into->children.insert(into->children.end(), item.children.begin(), item.children.end());
      return;
    }
  }
  items_.push_back(std::move(item));
}

// A module's declarations are those of the policy; the file in which they stand is no difference.
void Outliner::Add(const syntax::UseDecl& use, Span span) {
  if (use.policy.empty()) return;
  Item item;
  item.kind = "imported";
  item.name = use.result.name.text;
  item.reference = "imported:" + item.name;
  item.id = canon_.Mapped(item.reference);
  item.feeds = {item.reference};
  item.span = span;
  item.shown = canon_.Shown(span);
  SetMark(item, use.mark, {});
  AddCommon(item, use.result);
  AddFixed(item, "policy", use.policy, span);
  for (const semantic::Field& field : model_.fields) {
    if (field.kind == semantic::Field::Kind::kImported && field.name == item.name) AddType(item, field);
  }
  AddFixed(item, "period", PeriodAdverb(use.period), span);
  items_.push_back(std::move(item));
}

void Outliner::Add(const syntax::TypeDecl& type, Span span) {
  Item item;
  item.kind = type.kind == syntax::TypeDecl::Kind::kUnit ? "unit_of_its_own" : "enumeration";
  item.name = type.name.text;
  item.reference = "type:" + item.name;
  item.id = canon_.Mapped(item.reference);
  item.feeds = {item.reference};
  item.span = span;
  item.shown = canon_.Shown(span);
  SetMark(item, type.mark, {});
  for (const semantic::Enumeration& enumeration : model_.enumerations) {
    if (type.kind != syntax::TypeDecl::Kind::kUnit && enumeration.name == item.name) {
      AddValues(item, enumeration, span);
      break;
    }
  }
  if (type.kind != syntax::TypeDecl::Kind::kUnit)
    AddFixed(
        item, "scale",
        type.kind == syntax::TypeDecl::Kind::kScale ? Bilingual("有序", "ordered") : Bilingual("无序", "unordered"),
        span);
  items_.push_back(std::move(item));
}

void Outliner::Add(const syntax::SubjectDecl& subject, Span span) {
  Item item;
  item.kind = "subject";
  item.name = subject.declared.name.text;
  item.reference = "sort:" + item.name;
  item.id = canon_.Mapped(item.reference);
  item.feeds = {item.reference};
  item.span = span;
  item.shown = canon_.Shown(subject.declared.name.span);
  SetMark(item, subject.mark, {});
  AddCommon(item, subject.declared);
  for (const syntax::ExampleLine& line : subject.rows) {
    Item row;
    row.kind = "entry";
    row.name = row.id = line.id;
    row.span = line.span;
    row.origin = item.origin;
    for (const syntax::ExampleFact& fact : line.facts) {
      Item cell = Fixed("cell", canon_.Shown(tree_[fact.value].span), tree_[fact.value].span);
      cell.name = fact.name.text;
      cell.id = canon_.Mapped("field:" + item.name + "." + cell.name);
      if (const auto sort = model_.FindSort(item.name)) {
        if (const auto field = model_.FindField(*sort, cell.name)) {
          cell.feeds = {ReferenceOf(model_, *field)};
          cell.id = canon_.NameOf(*field);
        }
      }
      cell.value = canon_.Of(fact.value);
      cell.origin = item.origin;
      row.shown = {row.shown.zh + (row.shown.zh.empty() ? "" : "，") + cell.name + " " + cell.shown.zh,
                   row.shown.en + (row.shown.en.empty() ? "" : ", ") + cell.name + " " + cell.shown.en};
      row.children.push_back(std::move(cell));
    }
    item.children.push_back(std::move(row));
  }
  items_.push_back(std::move(item));
}

void Outliner::Add(const syntax::RecordsDecl& records, Span span) {
  Item item;
  item.kind = "records";
  item.name = records.declared.name.text;
  item.reference = "sort:" + item.name;
  item.id = canon_.Mapped(item.reference);
  item.feeds = {item.reference};
  item.span = span;
  item.shown = canon_.Shown(records.declared.name.span);
  SetMark(item, records.mark, {});
  AddCommon(item, records.declared);
  if (const auto sort = model_.FindRecords(item.name)) {
    const semantic::Sort& found = model_[*sort];
    if (found.parent.valid()) AddFixed(item, "parent", canon_.NameOf(found.parent).substr(5), span);
    AddFixed(item, "period", PeriodAdverb(found.period), span);
    if (found.date.valid()) {
      const std::string name = canon_.NameOf(found.date);
      AddFixed(item, "date", name.substr(name.find('.') + 1), span);
    }
  }
  items_.push_back(std::move(item));
}

void Outliner::Add(const syntax::CheckDecl& check, Span span) {
  Item item;
  item.kind = "check";
  item.aspect = "condition";
  item.name = item.id = check.message;
  item.span = span;
  SetMark(item, check.mark, {});
  SetValue(item, check.condition);
  AddFixed(item, "period", PeriodAdverb(check.period), span);
  items_.push_back(std::move(item));
}

void Outliner::Add(const syntax::GuaranteeDecl& guarantee, Span span) {
  Item item;
  item.kind = "guarantee";
  item.aspect = "claim";
  item.name = item.id = guarantee.title;
  item.span = span;
  SetMark(item, guarantee.mark, {});
  SetValue(item, guarantee.claim);
  AddFixed(item, "period", PeriodAdverb(guarantee.period), span);
  AddExpr(item, "along", guarantee.along);
  if (guarantee.monotone)
    AddFixed(item, "direction",
             guarantee.decreasing ? Bilingual("不增", "not increasing") : Bilingual("不减", "not decreasing"), span);
  AddExpr(item, "condition", guarantee.when);
  items_.push_back(std::move(item));
}

void Outliner::AddResults() {
  for (const semantic::PublishedResult& result : model_.results) {
    Item item;
    item.kind = "result";
    item.name = model_[result.definition].name;
    item.id = canon_.NameOf(result.definition);
    item.feeds = {"definition:" + item.name};
    item.span = result.span;
    item.shown = PeriodAdverb(result.period);
    item.aspect = "period";
    item.value = Fixed("period", item.shown, result.span).value;
    items_.push_back(std::move(item));
  }
}

}  // namespace heng::diff
