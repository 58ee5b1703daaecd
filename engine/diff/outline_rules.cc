// The outline of what computes: formulas, scores, grades, tables; and of examples.
#include <algorithm>

#include <fmt/format.h>

#include "engine/diff/outliner.h"

namespace heng::diff {
namespace {

using syntax::Expr;
using syntax::ExprId;
using syntax::ExprKind;

void Join(Pieces& to, const Pieces& more) { to.insert(to.end(), more.begin(), more.end()); }

const Bilingual kOtherwise = {"其余", "otherwise"};

}  // namespace

// `分段 … 四舍五入到 1 元`: the rows are below the roundings and limits.
void Outliner::SetValue(Item& to, ExprId id) const {
  ExprId inner = id;
  const auto wraps = [&](const Expr& e) {
    return (e.kind == ExprKind::kRound || e.kind == ExprKind::kCap || e.kind == ExprKind::kFloor) &&
           !e.operands.empty();
  };
  while (wraps(tree_[inner])) inner = tree_[inner].operands[0];
  const Expr& rows = tree_[inner];
  const bool has_rows = !rows.bands.empty() || !rows.cases.empty();
  to.value = canon_.Of(id, has_rows ? inner : ExprId());
  to.shown = canon_.Shown(tree_[id].span);
  if (!has_rows) return;
  for (const syntax::BandRow& band : rows.bands) {
    Item row = Fixed("band", canon_.Shown(tree_[band.value].span), band.span);
    row.aspect = "value";
    row.nameless = true;
    row.value = canon_.Of(band.value);
    row.name = canon_.Shown(band.band.span);
    row.id = Text(canon_.Of(band.band));
    row.origin = to.origin;
    if (band.mark.provenance != syntax::Provenance::kUnmarked) row.origin = canon_.Of(band.mark);
    Item limit = Fixed("condition", row.name, band.band.span);
    limit.value = canon_.Of(band.band);
    limit.origin = row.origin;
    row.children.push_back(std::move(limit));
    to.children.push_back(std::move(row));
  }
  for (const syntax::ChooseLine& line : rows.cases) {
    Item row = Fixed("case", canon_.Shown(tree_[line.value].span), line.span);
    row.aspect = "value";
    row.nameless = true;
    row.ordered = true;
    row.value = canon_.Of(line.value);
    Item when = Fixed("condition", kOtherwise, line.span);
    if (line.when.valid()) when.value = canon_.Of(line.when);
    if (line.when.valid()) when.shown = canon_.Shown(tree_[line.when].span);
    row.name = when.shown.zh;
    row.id = Text(when.value);
    row.origin = to.origin;
    if (line.mark.provenance != syntax::Provenance::kUnmarked) row.origin = canon_.Of(line.mark);
    when.origin = row.origin;
    row.children.push_back(std::move(when));
    to.children.push_back(std::move(row));
  }
}

Item Outliner::Definition(const std::string& kind, const syntax::Declared& declared, const syntax::Name& place,
                          PeriodKind period, const Mark& mark, Span span) const {
  Item item;
  item.kind = kind;
  item.name = declared.name.text;
  item.reference = "definition:" + item.name;
  item.id = canon_.Mapped(item.reference);
  item.feeds = {item.reference};
  item.span = span;
  SetMark(item, mark, {});
  AddCommon(item, declared);
  AddFixed(item, "place", place.text.empty() ? "" : canon_.Mapped("sort:" + place.text).substr(5), span);
  AddFixed(item, "period", PeriodAdverb(period), span);
  return item;
}

void Outliner::Add(const syntax::FormulaDecl& formula, Span span) {
  Item item = Definition("formula", formula.declared, formula.place, formula.period, formula.mark, span);
  if (!formula.key.text.empty()) AddFixed(item, "key", formula.key.text, span);
  SetValue(item, formula.value);
  items_.push_back(std::move(item));
}

void Outliner::Add(const syntax::ScoreDecl& score, Span span) {
  Item item = Definition("score", score.declared, score.place, score.period, score.mark, span);
  item.aspect = "full";
  item.value = canon_.Of(score.full);
  item.shown = canon_.Shown(score.full.span);
  AddLines(item, score.lines, score.mark);
  items_.push_back(std::move(item));
}

void Outliner::AddLines(Item& to, const syntax::ScoreLines& lines, const Mark& around) const {
  const auto mode = [&](const char* kind, bool is) {
    if (is) AddFixed(to, kind, {"是", "yes"}, to.span);
  };
  mode("floor_at_zero", lines.floor_at_zero);
  mode("stop_at_full", lines.stop_at_full);
  mode("may_be_negative", lines.may_be_negative);
  for (const syntax::Criterion& criterion : lines.criteria) to.children.push_back(Criterion(criterion, around));
  for (const syntax::Adjustments& block : lines.adjustments) AddAdjustments(to, block, around);
  for (const ExprId clause : lines.clauses) {
    // A chain, the innermost without an operand: one rounding or limit after the other.
    std::vector<ExprId> chain;
    for (ExprId id = clause; id.valid();) {
      chain.push_back(id);
      const Expr& expr = tree_[id];
      const size_t wanted = expr.kind == ExprKind::kRound ? 1 : 2;
      id = expr.operands.size() < wanted ? ExprId() : expr.operands[0];
    }
    AddExpr(to, "rounding", chain.front());
  }
}

Item Outliner::Criterion(const syntax::Criterion& criterion, const Mark& around) const {
  Item item;
  item.kind = "criterion";
  item.aspect = "weight";
  item.name = item.id = criterion.name.text;
  item.span = criterion.span;
  SetMark(item, criterion.mark, around);
  const Mark& inner = criterion.mark.provenance == syntax::Provenance::kUnmarked ? around : criterion.mark;
  item.value = canon_.Of(criterion.weight);
  item.shown = canon_.Shown(criterion.weight.span);
  if (criterion.value.valid()) {
    AddExpr(item, "value", criterion.value);
  } else if (!criterion.section) {
    // Without a value it takes the fact or formula of its name.
    const auto definition = model_.FindDefinition(item.name);
    std::string named = definition ? canon_.NameOf(*definition) : "";
    for (size_t i = 0; named.empty() && i < model_.sorts.size(); ++i) {
      if (const auto field = model_.FindField(semantic::SortId(i), item.name)) named = canon_.NameOf(*field);
    }
    Item value = Fixed("value", named, item.span);
    value.shown = item.name;
    value.origin = item.origin;
    item.children.push_back(std::move(value));
    // Renamed with what it takes.
    if (!named.empty()) item.id = named.substr(named.find_last_of(":.") + 1);
  }
  AddExpr(item, "exempt", criterion.exempt_when);
  if (criterion.section) AddLines(item, *criterion.section, inner);
  return item;
}

void Outliner::AddAdjustments(Item& to, const syntax::Adjustments& block, const Mark& around) const {
  const Mark& inner = block.mark.provenance == syntax::Provenance::kUnmarked ? around : block.mark;
  Item item;
  item.kind = block.bonus ? "bonus" : "deduction";
  item.span = block.span;
  SetMark(item, block.mark, around);
  if (block.cap) AddQuantity(item, "cap", *block.cap);
  for (const syntax::Adjustment& line : block.lines) {
    Item part;
    part.kind = "adjustment";
    part.aspect = "amount";
    part.name = part.id = line.name.text;
    part.span = line.span;
    SetMark(part, line.mark, inner);
    SetValue(part, line.amount);
    AddExpr(part, "condition", line.when);
    item.children.push_back(std::move(part));
  }
  to.children.push_back(std::move(item));
}

void Outliner::Add(const syntax::GradeDecl& grade, Span span) {
  Item item = Definition("grade", grade.declared, grade.place, grade.period, grade.mark, span);
  const auto definition = model_.FindDefinition(item.name);
  const bool own = grade.scale.size() > 1;
  if (definition && own) AddValues(item, model_[model_[*definition].type.enumeration], span);
  if (!own && !grade.scale.empty())
    AddFixed(item, "type", canon_.Mapped("type:" + grade.scale[0].text).substr(5), span);
  for (const syntax::GradeCase& line : grade.cases) {
    Item part;
    part.kind = "case";
    part.aspect = "condition";
    part.name = line.grade.text;
    part.id = canon_.Mapped("value:" + part.name);
    part.ordered = true;
    part.span = line.span;
    SetMark(part, line.mark, grade.mark);
    part.value = line.when.valid() ? canon_.Of(line.when) : Fixed("condition", kOtherwise, line.span).value;
    part.shown = line.when.valid() ? Bilingual(canon_.Shown(tree_[line.when].span)) : kOtherwise;
    item.children.push_back(std::move(part));
  }
  for (const syntax::GradeStep& step : grade.steps) item.children.push_back(Step(step, grade.mark));
  items_.push_back(std::move(item));
}

Item Outliner::Step(const syntax::GradeStep& step, const Mark& around) const {
  using Action = syntax::GradeStep::Action;
  Item item;
  item.kind = "step";
  item.aspect = "action";
  item.nameless = true;
  item.ordered = true;
  item.span = step.span;
  SetMark(item, step.mark, around);
  const std::string raised = step.levels.number.value.ToString();
  const auto value = [&](const syntax::Name& name) { return canon_.Mapped("value:" + name.text); };
  const auto say = [&](const std::string& canon, const std::string& zh, const std::string& en) {
    Join(item.value, Fixed("", canon, step.span).value);
    item.shown = {item.shown.zh + (item.shown.zh.empty() ? "" : " ") + zh,
                  item.shown.en + (item.shown.en.empty() ? "" : " ") + en};
  };
  switch (step.action) {
    case Action::kSet: say("set " + value(step.grade), "定为 " + step.grade.text, "set to " + step.grade.text); break;
    case Action::kRaise: say("raise", "升 " + raised + " 级", "up " + raised + " levels"); break;
    case Action::kLower: say("lower", "降 " + raised + " 级", "down " + raised + " levels"); break;
    case Action::kBoundOnly: break;
  }
  if (step.action == Action::kRaise || step.action == Action::kLower) Join(item.value, canon_.Of(step.levels));
  if (!step.at_least.text.empty())
    say("at-least " + value(step.at_least), "不低于 " + step.at_least.text, "at least " + step.at_least.text);
  if (!step.at_most.text.empty())
    say("at-most " + value(step.at_most), "不高于 " + step.at_most.text, "at most " + step.at_most.text);
  item.name = item.shown.zh;
  item.id = Text(item.value);
  AddExpr(item, "condition", step.when);
  return item;
}

std::string Outliner::ColumnName(const syntax::Cell& cell) const {
  const bool named = !cell.items.empty() && cell.items[0].value.valid();
  return named ? tree_[cell.items[0].value].name.text : canon_.Shown(cell.span);
}

void Outliner::Add(const syntax::TableDecl& table, Span span) {
  Item item;
  item.kind = "table";
  item.name = item.id = table.name.text;
  item.span = span;
  SetMark(item, table.mark, {});
  AddFixed(item, "place", table.place.text.empty() ? "" : canon_.Mapped("sort:" + table.place.text).substr(5), span);
  AddFixed(item, "period", PeriodAdverb(table.period), span);
  if (table.rows.empty()) {
    items_.push_back(std::move(item));
    return;
  }
  const syntax::TableRow& header = table.rows.front();
  const auto column = [&](const char* kind, const syntax::Cell& cell) {
    Item part;
    part.kind = part.aspect = kind;
    part.name = ColumnName(cell);
    part.span = cell.span;
    part.origin = item.origin;
    return part;
  };
  for (const syntax::Cell& cell : header.conditions) {
    Item part = column("condition_column", cell);
    part.id = Text(canon_.Of(cell));
    item.children.push_back(std::move(part));
  }
  for (const syntax::Cell& cell : header.results) {
    Item part = column("result_column", cell);
    part.reference = "definition:" + part.name;
    part.id = canon_.Mapped(part.reference);
    part.feeds = {part.reference};
    if (!cell.items.empty()) AddFixed(part, "code", cell.items[0].code, cell.span);
    item.feeds.push_back(part.reference);
    item.children.push_back(std::move(part));
  }
  for (size_t r = 1; r < table.rows.size(); ++r) item.children.push_back(Row(table, table.rows[r]));
  items_.push_back(std::move(item));
}

Item Outliner::Row(const syntax::TableDecl& table, const syntax::TableRow& row) const {
  const syntax::TableRow& header = table.rows.front();
  Item item;
  item.kind = "row";
  item.nameless = true;
  item.span = row.span;
  std::vector<std::string> ids;
  const auto add = [&](const char* kind, const syntax::Cell& head, const syntax::Cell& cell) -> Item& {
    Item part = Fixed(kind, canon_.Shown(cell.span), cell.span);
    part.aspect = "value";
    part.name = ColumnName(head);
    part.value = canon_.Of(cell);
    SetMark(part, cell.mark, table.mark);
    // The span of a cell ends before its mark or behind it; what counts is what was written for the value.
    if (cell.items.size() == 1) part.shown = canon_.Shown(cell.items[0].span);
    item.children.push_back(std::move(part));
    return item.children.back();
  };
  for (size_t c = 0; c < std::min(row.conditions.size(), header.conditions.size()); ++c) {
    Item& cell = add("condition", header.conditions[c], row.conditions[c]);
    cell.id = Text(canon_.Of(header.conditions[c]));
    ids.push_back(cell.id + " " + Text(cell.value));
    item.name += (c == 0 ? "" : " | ") + cell.shown.zh;
  }
  std::sort(ids.begin(), ids.end());
  for (const std::string& id : ids) item.id += id + "; ";
  for (size_t c = 0; c < std::min(row.results.size(), header.results.size()); ++c) {
    Item& cell = add("cell", header.results[c], row.results[c]);
    const std::string reference = "definition:" + cell.name;
    cell.id = canon_.Mapped(reference);
    cell.feeds = {reference};
    item.shown = {item.shown.zh + (c == 0 ? "" : "，") + cell.name + " " + cell.shown.zh,
                  item.shown.en + (c == 0 ? "" : ", ") + cell.name + " " + cell.shown.en};
  }
  return item;
}

// Examples are compared whole: they compute nothing.
void Outliner::Add(const syntax::ExampleDecl& example, Span span) {
  Item item;
  item.kind = "example";
  item.aspect = "content";
  item.name = item.id = example.title;
  item.span = span;
  for (const syntax::ExampleLine& line : example.lines) Join(item.value, Of(line));
  // Numbers in an example are not compared one by one.
  const std::string text = Text(item.value);
  item.value = Fixed("content", text, span).value;
  items_.push_back(std::move(item));
}

Pieces Outliner::Of(const syntax::ExampleLine& line) const {
  Pieces out;
  const auto say = [&](const std::string& text) { Join(out, Fixed("", text, line.span).value); };
  const auto name = [&](const std::string& text) { say(canon_.Plain(text)); };
  say(fmt::format("line:{} {} {} {} {}", static_cast<int>(line.kind), line.id, line.from.ToString(), line.to.ToString(),
                  line.message));
  name(line.name.text);
  name(line.key.text);
  Join(out, canon_.Of(line.value));
  for (const syntax::ExampleFact& fact : line.facts) {
    name(fact.name.text);
    say(fact.period ? fact.period->ToString() : "");
    Join(out, canon_.Of(fact.value));
    for (const auto& row : fact.rows) {
      say("row");
      for (const ExprId cell : row) Join(out, canon_.Of(cell));
    }
  }
  return out;
}

}  // namespace heng::diff
