#include "engine/diff/canon.h"

#include <algorithm>

#include <fmt/format.h>

namespace heng::diff {
namespace {

using semantic::ExprInfo;
using semantic::Referent;
using syntax::Expr;
using syntax::ExprId;
using syntax::ExprKind;
using syntax::Operator;

Piece Word(std::string text) {
  Piece piece;
  piece.text = std::move(text);
  return piece;
}

void Append(Pieces& out, const Pieces& more) { out.insert(out.end(), more.begin(), more.end()); }

Pieces Form(const std::string& head, const std::vector<Pieces>& parts) {
  Pieces out = {Word("(" + head)};
  for (const Pieces& part : parts) Append(out, part);
  out.push_back(Word(")"));
  return out;
}

// The text with every number the same, then the text: so a number that changes keeps its place among its fellows.
std::pair<std::string, std::string> SortKey(const Pieces& pieces) {
  std::string shape;
  for (const Piece& piece : pieces) shape += (piece.is_number ? "#" + piece.unit.ToString() : piece.text) + " ";
  return {shape, Text(pieces)};
}

std::vector<Pieces> Sorted(std::vector<Pieces> parts) {
  std::stable_sort(parts.begin(), parts.end(),
                   [](const Pieces& a, const Pieces& b) { return SortKey(a) < SortKey(b); });
  return parts;
}

std::string OperatorWord(Operator op) {
  constexpr std::string_view kWords[] = {"none", "+", "-", "*", "/", "<", "<=", ">", ">=", "=", "!="};
  return std::string(kWords[static_cast<size_t>(op)]);
}

std::string RoundingWord(Rounding rounding) {
  constexpr std::string_view kWords[] = {"half-away-from-zero", "half-to-even", "down", "up"};
  return "round-" + std::string(kWords[static_cast<size_t>(rounding)]);
}

bool IsChain(const Expr& expr, bool sum) {
  if (expr.kind != ExprKind::kArithmetic) return false;
  return sum == (expr.op == Operator::kAdd || expr.op == Operator::kSubtract);
}

}  // namespace

std::string Text(const Pieces& pieces) {
  std::string out;
  for (const Piece& piece : pieces) out += (out.empty() ? "" : " ") + piece.text;
  return out;
}

bool SameShape(const Pieces& a, const Pieces& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Piece& x, const Piece& y) {
    return x.is_number == y.is_number && (x.is_number || x.text == y.text);
  });
}

Canon::Canon(const semantic::Model& model, const Renames& renames)
    : model_(model), tree_(*model.tree), renames_(renames) {
  for (const syntax::Declaration& declaration : tree_.declarations) {
    const auto* policy = std::get_if<syntax::PolicyDecl>(&declaration.body);
    if (policy == nullptr) continue;
    const size_t part = tree_.source->PartOf(declaration.span.begin);
    for (const auto& source : policy->sources) titles_[{part, source.name.text}] = source.title;
  }
}

std::string Canon::Mapped(const std::string& reference) const {
  const auto found = renames_.find(reference);
  return found == renames_.end() ? reference : found->second;
}

std::string Canon::Plain(const std::string& name) const {
  for (const auto& [from, to] : renames_) {
    if (from.substr(from.find_last_of(":.") + 1) == name) return to.substr(to.find_last_of(":.") + 1);
  }
  return name;
}

std::string ReferenceOf(const semantic::Model& model, semantic::FieldId id) {
  const semantic::Field& field = model[id];
  using Kind = semantic::Field::Kind;
  if (field.kind == Kind::kParameter) return "parameter:" + field.name;
  if (field.kind == Kind::kImported) return "imported:" + field.name;
  return "field:" + model[field.grain.sort].name + "." + field.name;
}

std::string Canon::NameOf(semantic::FieldId id) const {
  const std::string reference = ReferenceOf(model_, id);
  const std::string mapped = Mapped(reference);
  if (mapped != reference || !reference.starts_with("field:")) return mapped;
  const semantic::Field& field = model_[id];
  return "field:" + NameOf(field.grain.sort).substr(5) + "." + field.name;
}
std::string Canon::NameOf(semantic::DefinitionId id) const { return Mapped("definition:" + model_[id].name); }
std::string Canon::NameOf(semantic::SortId id) const { return Mapped("sort:" + model_[id].name); }

std::string Canon::Key(size_t index, bool is_field) const {
  return is_field ? NameOf(semantic::FieldId(index)) : NameOf(semantic::DefinitionId(index));
}

Pieces Canon::Number(const Rational& value, const Unit& unit, bool percent, Span span) const {
  Piece piece;
  piece.is_number = true;
  piece.value = value;
  piece.unit = unit;
  piece.percent = percent;
  piece.span = span;
  piece.text = value.ToString() + (unit.dimensionless() ? "" : " " + unit.ToString());
  return {piece};
}

Pieces Canon::Of(const syntax::Quantity& quantity) const {
  const auto read = semantic::Read(quantity, model_);
  if (!read) return Number(quantity.number.value * quantity.scale, Unit(), false, quantity.span);
  return Number(read->value, read->unit, read->percent, quantity.span);
}

Pieces Canon::Compare(Operator op, const Pieces& left, const Pieces& right) const {
  switch (op) {
    case Operator::kGreater: return Form("<", {right, left});
    case Operator::kAtLeast: return Form("<=", {right, left});
    case Operator::kEqual:
    case Operator::kNotEqual: return Form(OperatorWord(op), Sorted({left, right}));
    default: return Form(OperatorWord(op), {left, right});
  }
}

Pieces Canon::Limits(const Pieces& value, const std::vector<syntax::Limit>& limits) const {
  std::vector<Pieces> parts;
  for (const syntax::Limit& limit : limits) parts.push_back(Compare(limit.op, value, Of(limit.value)));
  return parts.size() == 1 ? parts[0] : Form("and", Sorted(parts));
}

// A sum or a product of any length; exact numbers may be added and multiplied in any order.
Pieces Canon::Chain(ExprId id) const {
  const bool sum = IsChain(tree_[id], true);
  std::vector<Pieces> parts;
  ExprId left = id;
  while (IsChain(tree_[left], sum)) {
    const Expr& expr = tree_[left];
    const bool inverse = expr.op == Operator::kSubtract || expr.op == Operator::kDivide;
    const Pieces right = Of(expr.operands[1]);
    parts.push_back(inverse ? Form(sum ? "minus" : "per", {right}) : right);
    left = expr.operands[0];
  }
  parts.push_back(Of(left));
  return Form(sum ? "+" : "*", Sorted(parts));
}

Pieces Canon::Name(const Expr& expr, const ExprInfo& info) const {
  const Referent& referent = info.referent;
  switch (referent.kind) {
    case Referent::Kind::kField: {
      const std::string name = NameOf(semantic::FieldId(referent.index));
      if (!referent.via.valid()) return {Word(name)};
      return Form("via", {{Word(NameOf(referent.via))}, {Word(name)}});
    }
    case Referent::Kind::kDefinition: {
      const std::string name = NameOf(semantic::DefinitionId(referent.index));
      if (!referent.via.valid()) return {Word(name)};
      return Form("via", {{Word(NameOf(referent.via))}, {Word(name)}});
    }
    case Referent::Kind::kRecords: return {Word(NameOf(semantic::SortId(referent.index)))};
    case Referent::Kind::kEnumValue: return {Word(Mapped("value:" + expr.name.text))};
    case Referent::Kind::kAbsent: return {Word("absent")};
    case Referent::Kind::kBuiltin: return {Word(fmt::format("builtin:{}", static_cast<int>(referent.builtin)))};
    case Referent::Kind::kNone: break;
  }
  // Where names are not resolved (in examples).
  const std::string text = expr.qualifier.text.empty() ? expr.name.text : expr.name.text + "." + expr.qualifier.text;
  return {Word(Plain(text))};
}

Pieces Canon::Of(const syntax::Argument& argument, const ExprInfo& call) const {
  std::vector<Pieces> parts = {Of(argument.value)};
  const auto flag = [&](bool is, const std::string& word) {
    if (is) parts.push_back({Word(word)});
  };
  flag(argument.if_none, "if-none");
  flag(argument.ascending, "ascending");
  if (argument.where.valid()) parts.push_back(Form("where", {Of(argument.where)}));
  if (argument.distinct.valid()) parts.push_back(Form("distinct", {Of(argument.distinct)}));
  if (argument.recent) parts.push_back(Form("recent", {Of(*argument.recent)}));
  flag(argument.so_far, "so-far");
  const Referent& referent = call.referent;
  if (!argument.within.text.empty()) {
    parts.push_back(
        {Word("within"),
         Word(referent.scope == Referent::Scope::kKey ? Key(referent.key, referent.key_is_field) : "whole")});
  }
  if (argument.at_least) {
    const std::string otherwise = call.otherwise_whole ? "whole" : Key(call.otherwise_key, call.otherwise_is_field);
    parts.push_back(Form("at-least", {Of(*argument.at_least), {Word(otherwise)}}));
  }
  flag(argument.skip_missing, "skip-missing");
  if (argument.missing_as) parts.push_back(Form("missing-as", {Of(*argument.missing_as)}));
  const auto ties = argument.ties == syntax::TieRule::kUnwritten ? syntax::TieRule::kSkip : argument.ties;
  if (ties != syntax::TieRule::kSkip) parts.push_back({Word(fmt::format("ties:{}", static_cast<int>(ties)))});
  for (const syntax::TieKey& key : argument.tie_keys)
    parts.push_back(Form(key.ascending ? "key-ascending" : "key", {Of(key.value)}));
  return parts.size() == 1 ? parts[0] : Form("argument", parts);
}

Pieces Canon::Call(const Expr& expr, const ExprInfo& info) const {
  std::string head = fmt::format("builtin:{}", static_cast<int>(info.referent.builtin));
  if (info.referent.builtin == semantic::Builtin::kParameterOf && info.referent.index < model_.keyed.size())
    head = Mapped("parameter:" + model_.keyed[info.referent.index].name);
  std::vector<Pieces> parts;
  for (const syntax::Argument& argument : expr.arguments) parts.push_back(Of(argument, info));
  return Form(head, parts);
}

Pieces Canon::Rows(const Expr& expr) const {
  std::vector<Pieces> rows;
  for (const syntax::BandRow& row : expr.bands) rows.push_back(Form("row", {Of(row.band), Of(row.value)}));
  if (expr.kind != ExprKind::kChoose) rows = Sorted(rows);
  for (const syntax::ChooseLine& line : expr.cases)
    rows.push_back(Form("case", {Of(line.value), line.when.valid() ? Of(line.when) : Pieces{Word("otherwise")}}));
  return Form("rows", rows);
}

Pieces Canon::Of(ExprId id, ExprId without) const {
  if (!id.valid()) return {};
  const Expr& expr = tree_[id];
  const ExprInfo& info = model_[id];
  const auto operands = [&] {
    std::vector<Pieces> parts;
    for (const ExprId operand : expr.operands) parts.push_back(Of(operand, without));
    return parts;
  };
  const auto then = [](std::vector<Pieces> parts, Pieces more) {
    parts.push_back(std::move(more));
    return parts;
  };
  switch (expr.kind) {
    case ExprKind::kQuantity: return Of(expr.quantity);
    case ExprKind::kText: return {Word("“" + expr.text + "”")};
    case ExprKind::kDate: return {Word(expr.date.ToString())};
    case ExprKind::kBool: return {Word(expr.truth ? "true" : "false")};
    case ExprKind::kName: return Name(expr, info);
    case ExprKind::kCall: return Call(expr, info);
    case ExprKind::kNegate: {
      const Pieces inner = Of(expr.operands[0]);
      if (inner.size() != 1 || !inner[0].is_number) return Form("negate", {inner});
      return Number(-inner[0].value, inner[0].unit, inner[0].percent, expr.span);
    }
    case ExprKind::kNot: return Form("not", operands());
    case ExprKind::kArithmetic: return Chain(id);
    case ExprKind::kCompare: return Compare(expr.op, Of(expr.operands[0]), Of(expr.operands[1]));
    // What stands behind the deciding operand is not looked at: the order can matter where a value is absent.
    case ExprKind::kAnd: return Form("and", operands());
    case ExprKind::kOr: return Form("or", operands());
    case ExprKind::kIn: {
      std::vector<Pieces> set = operands();
      const Pieces value = set[0];
      set.erase(set.begin());
      return Form("in", {value, Form("set", Sorted(set))});
    }
    case ExprKind::kIf: return Form("if", operands());
    case ExprKind::kDefault: return Form("default", operands());
    case ExprKind::kRound: return Form(RoundingWord(expr.rounding), then(operands(), Of(expr.quantity)));
    case ExprKind::kCap: return Form("cap", operands());
    case ExprKind::kFloor: return Form("floor", operands());
    case ExprKind::kBand: return Limits(Of(expr.operands[0]), expr.limits);
    case ExprKind::kBands:
    case ExprKind::kProgressive:
    case ExprKind::kChoose: {
      const std::string head = expr.kind == ExprKind::kBands         ? "bands"
                               : expr.kind == ExprKind::kProgressive ? "progressive"
                                                                     : "choose";
      return Form(head, id == without ? operands() : then(operands(), Rows(expr)));
    }
    case ExprKind::kStreak: return Form("streak", then(operands(), Of(expr.quantity)));
    case ExprKind::kEarlier: break;
  }
  return Form("earlier", then(operands(), Of(expr.quantity)));
}

Pieces Canon::Of(const syntax::Cell& cell) const {
  if (cell.kind == syntax::Cell::Kind::kAny) return {Word("any")};
  if (cell.kind == syntax::Cell::Kind::kOtherwise) return {Word("otherwise")};
  std::vector<Pieces> items;
  for (const syntax::CellItem& item : cell.items) {
    const bool band = item.kind == syntax::CellItem::Kind::kBand;
    items.push_back(band ? Limits({Word("cell")}, item.limits) : Of(item.value));
  }
  return items.size() == 1 ? items[0] : Form("set", Sorted(items));
}

Origin Canon::Of(const syntax::Mark& mark) const {
  Origin out;
  out.provenance = mark.provenance;
  out.remark = mark.remark;
  const std::string quoted = mark.remark.empty() ? "" : " “" + mark.remark + "”";
  switch (mark.provenance) {
    case syntax::Provenance::kUnmarked: out.shown = {"未注明来由", "unmarked"}; return out;
    case syntax::Provenance::kChosen: out.shown = {"自定" + quoted, "chosen" + quoted}; break;
    case syntax::Provenance::kOpen: out.shown = {"待定" + quoted, "open" + quoted}; break;
    case syntax::Provenance::kSourced: {
      const std::string& name = mark.source.text;
      const auto found = titles_.find({tree_.source->PartOf(mark.span.begin), name});
      out.source = found == titles_.end() ? "" : found->second;
      for (auto it = titles_.begin(); out.source.empty() && it != titles_.end(); ++it) {
        if (it->first.second == name) out.source = it->second;
      }
      out.shown = {"依据 " + name + quoted, "source " + name + quoted};
      out.canon = Mapped("source:" + name);
      break;
    }
  }
  out.canon = fmt::format("{} {} {}", static_cast<int>(mark.provenance), out.canon, mark.remark);
  return out;
}

std::string Shown(const syntax::Tree& tree, Span span) {
  const std::string_view text = tree.source->Text(span);
  std::string out;
  bool straight = false;
  bool curled = false;
  bool comment = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') comment = straight = curled = false;
    if (c == '"' && !curled) straight = !straight;
    if (!straight && text.substr(i).starts_with("“")) curled = true;
    if (text.substr(i).starts_with("”")) curled = false;
    comment = comment || (c == '#' && !straight && !curled);
    if (comment) continue;
    const bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!blank) out += c;
    if (blank && !out.empty() && out.back() != ' ') out += ' ';
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace heng::diff
