#include "engine/syntax/dump_expressions.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace heng::syntax {
namespace {

// Deeper than this the indentation grows no more: a sum of a million terms would be a dump of terabytes. Each node says
// how many operands follow wherever its kind does not fix it, so the dump stays unambiguous without indentation.
constexpr size_t kDeepestIndent = 300;

std::string OperatorWord(Operator op) {
  constexpr std::string_view kWords[] = {"none", "+", "-", "*", "/", "<", "<=", ">", ">=", "=", "!="};
  return std::string(kWords[static_cast<size_t>(op)]);
}

std::string RoundingWord(Rounding rounding) {
  constexpr std::string_view kWords[] = {"half-away-from-zero", "half-to-even", "down", "up"};
  return std::string(kWords[static_cast<size_t>(rounding)]);
}

std::string Qualified(const Expr& expr) {
  return expr.qualifier.text.empty() ? Word(expr.name) : Word(expr.name) + "." + Word(expr.qualifier);
}

}  // namespace

std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string Word(const std::string& name) {
  const auto plain = [](char c) { return static_cast<unsigned char>(c) >= 0x80 || std::isalnum(c) != 0 || c == '_'; };
  return !name.empty() && std::all_of(name.begin(), name.end(), plain) ? name : Quoted(name);
}
std::string Word(const Name& name) { return Word(name.text); }

std::string Words(const std::vector<Name>& names, std::string_view separator) {
  std::string out;
  for (const Name& name : names) out += (out.empty() ? "" : std::string(separator)) + Word(name);
  return out;
}

std::string Text(const Quantity& quantity) {
  std::string out = quantity.number.value.ToFixed(quantity.number.places);
  if (quantity.scale != Rational(1)) out += " * " + quantity.scale.ToString();
  if (!quantity.unit.empty()) out += " " + Words(quantity.unit, "/");
  return out;
}

void ExpressionDumper::Line(size_t depth, std::string_view text) {
  out_.append(2 * std::min(depth, kDeepestIndent), ' ');
  out_ += text;
  out_ += '\n';
}

void ExpressionDumper::Dump(const Mark& mark, size_t depth) {
  std::vector<Pending> lines;
  Add(lines, mark, depth);
  Run(std::move(lines));
}

void ExpressionDumper::Labelled(size_t depth, std::string_view label, ExprId id) {
  if (!id.valid()) return;
  Line(depth, label);
  Dump(id, depth + 1);
}

void ExpressionDumper::Dump(ExprId root, size_t depth) { Run({{root, depth, ""}}); }

void ExpressionDumper::Dump(const Cell& cell, std::string_view label, size_t depth) {
  std::vector<Pending> parts;
  Add(parts, cell, label, depth);
  Run(std::move(parts));
}

// Iterative: a chain of operators is as deep as it is long.
void ExpressionDumper::Run(std::vector<Pending> pending) {
  std::reverse(pending.begin(), pending.end());
  while (!pending.empty()) {
    const Pending now = std::move(pending.back());
    pending.pop_back();
    if (!now.line.empty()) {
      Line(now.depth, now.line);
      continue;
    }
    if (!now.id.valid()) {
      Line(now.depth, "nothing");
      continue;
    }
    const Expr& expr = tree_[now.id];
    Line(now.depth, Head(expr));
    std::vector<Pending> parts = Parts(expr, now.depth + 1);
    pending.insert(pending.end(), std::make_move_iterator(parts.rbegin()), std::make_move_iterator(parts.rend()));
  }
}

std::string ExpressionDumper::Head(const Expr& expr) {
  const size_t count = expr.operands.size();
  switch (expr.kind) {
    case ExprKind::kQuantity: return "number " + Text(expr.quantity);
    case ExprKind::kText: return "text " + Quoted(expr.text);
    case ExprKind::kDate: return "date " + expr.date.ToString();
    case ExprKind::kBool: return expr.truth ? "true" : "false";
    case ExprKind::kName: return "name " + Qualified(expr);
    case ExprKind::kCall: return fmt::format("call {} arguments {}", Qualified(expr), expr.arguments.size());
    case ExprKind::kNegate: return "negate";
    case ExprKind::kNot: return "not";
    case ExprKind::kArithmetic: return OperatorWord(expr.op);
    case ExprKind::kCompare: return OperatorWord(expr.op);
    case ExprKind::kAnd: return fmt::format("and {}", count);
    case ExprKind::kOr: return fmt::format("or {}", count);
    case ExprKind::kIn: return fmt::format("in {}", count - 1);
    case ExprKind::kIf: return "if";
    case ExprKind::kDefault: return "default";
    case ExprKind::kRound: return "round " + RoundingWord(expr.rounding) + " to " + Text(expr.quantity);
    case ExprKind::kCap: return "cap";
    case ExprKind::kFloor: return "floor";
    case ExprKind::kBand: return fmt::format("band {}", expr.limits.size());
    case ExprKind::kBands: return fmt::format("bands {}", expr.bands.size());
    case ExprKind::kProgressive: return fmt::format("progressive {}", expr.bands.size());
    case ExprKind::kChoose: return fmt::format("choose {}", expr.cases.size());
    case ExprKind::kStreak: return "streak " + Text(expr.quantity);
    case ExprKind::kEarlier: break;
  }
  return "earlier " + Text(expr.quantity);
}

std::vector<ExpressionDumper::Pending> ExpressionDumper::Parts(const Expr& expr, size_t depth) {
  std::vector<Pending> parts;
  for (const ExprId operand : expr.operands) parts.push_back({operand, depth, ""});
  for (const Argument& argument : expr.arguments) Add(parts, argument, depth);
  Add(parts, expr.limits, depth);
  for (const BandRow& row : expr.bands) {
    parts.push_back({{}, depth, "row"});
    Add(parts, row.mark, depth + 1);
    Add(parts, row.band, "band", depth + 1);
    Add(parts, "value", row.value, depth + 1);
  }
  for (const ChooseLine& line : expr.cases) {
    parts.push_back({{}, depth, line.otherwise ? "case otherwise" : "case"});
    Add(parts, line.mark, depth + 1);
    Add(parts, "value", line.value, depth + 1);
    Add(parts, "when", line.when, depth + 1);
  }
  return parts;
}

void ExpressionDumper::Add(std::vector<Pending>& parts, std::string_view label, ExprId id, size_t depth) {
  if (!id.valid()) return;
  parts.push_back({{}, depth, std::string(label)});
  parts.push_back({id, depth + 1, ""});
}

void ExpressionDumper::Add(std::vector<Pending>& parts, const Mark& mark, size_t depth) {
  constexpr std::string_view kWords[] = {"", "sourced", "chosen", "open"};
  if (mark.provenance != Provenance::kUnmarked) {
    std::string text = "mark " + std::string(kWords[static_cast<size_t>(mark.provenance)]);
    if (mark.provenance == Provenance::kSourced) text += " " + Word(mark.source);
    if (!mark.remark.empty()) text += " " + Quoted(mark.remark);
    parts.push_back({{}, depth, std::move(text)});
  }
  if (!mark.note.empty()) parts.push_back({{}, depth, "note " + Quoted(mark.note)});
}

void ExpressionDumper::Add(std::vector<Pending>& parts, const Argument& argument, size_t depth) {
  constexpr std::string_view kTies[] = {"", " ties-skip", " ties-dense", " ties-low", " ties-mean", " ties-broken"};
  std::string line = argument.if_none ? "argument if-none" : "argument";
  if (argument.ascending) line += " ascending";
  if (argument.where.valid()) line += " where";
  if (argument.distinct.valid()) line += " distinct";
  if (argument.recent) line += " recent " + Text(*argument.recent);
  if (argument.so_far) line += " so-far";
  if (!argument.within.text.empty()) line += " within " + Word(argument.within);
  if (argument.at_least) line += " at-least " + Text(*argument.at_least) + " else " + Word(argument.otherwise);
  if (argument.skip_missing) line += " skip-missing";
  if (argument.missing_as) line += " missing-as " + Text(*argument.missing_as);
  line += kTies[static_cast<size_t>(argument.ties)];
  parts.push_back({{}, depth, std::move(line)});
  parts.push_back({argument.value, depth + 1, ""});
  for (const ExprId part : {argument.where, argument.distinct}) {
    if (part.valid()) parts.push_back({part, depth + 1, ""});
  }
  for (const TieKey& key : argument.tie_keys) Add(parts, key.ascending ? "key ascending" : "key", key.value, depth + 1);
}

void ExpressionDumper::Add(std::vector<Pending>& parts, const std::vector<Limit>& limits, size_t depth) {
  for (const Limit& limit : limits) Add(parts, "limit " + OperatorWord(limit.op), limit.value, depth);
}

void ExpressionDumper::Add(std::vector<Pending>& parts, const Cell& cell, std::string_view label, size_t depth) {
  constexpr std::string_view kKinds[] = {"items", "any", "otherwise"};
  parts.push_back({{}, depth, std::string(label) + " " + std::string(kKinds[static_cast<size_t>(cell.kind)])});
  Add(parts, cell.mark, depth + 1);
  for (const CellItem& item : cell.items) {
    if (item.kind == CellItem::Kind::kValue) {
      Add(parts, item.code.empty() ? "value" : "value [" + item.code + "]", item.value, depth + 1);
    } else {
      parts.push_back({{}, depth + 1, fmt::format("band {}", item.limits.size())});
      Add(parts, item.limits, depth + 2);
    }
  }
}

}  // namespace heng::syntax
