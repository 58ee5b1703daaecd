// The tree as text: every node and every field that carries meaning, no places. Words are fixed, so the language of the
// keywords does not show; texts are quoted and names with odd characters too, so that no text can pass for structure.
#include <algorithm>
#include <cctype>
#include <utility>

#include <fmt/format.h>

#include "engine/syntax/tree.h"

namespace heng::syntax {
namespace {

// Deeper than this the indentation grows no more: a sum of a million terms would be a dump of terabytes. Each node says
// how many operands follow wherever its kind does not fix it, so the dump stays unambiguous without indentation.
constexpr size_t kDeepestIndent = 300;

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

std::string PeriodKindWord(PeriodKind kind) {
  constexpr std::string_view kWords[] = {"month", "quarter", "half", "year", "once"};
  return std::string(kWords[static_cast<size_t>(kind)]);
}

std::string OperatorWord(Operator op) {
  constexpr std::string_view kWords[] = {"none", "+", "-", "*", "/", "<", "<=", ">", ">=", "=", "!="};
  return std::string(kWords[static_cast<size_t>(op)]);
}

std::string RoundingWord(Rounding rounding) {
  constexpr std::string_view kWords[] = {"half-away-from-zero", "half-to-even", "down", "up"};
  return std::string(kWords[static_cast<size_t>(rounding)]);
}

// The number with its written places, its scale, its unit: `3 * 10000 元`, `91.50`.
std::string Text(const Quantity& quantity) {
  std::string out = quantity.number.value.ToFixed(quantity.number.places);
  if (quantity.scale != Rational(1)) out += " * " + quantity.scale.ToString();
  if (!quantity.unit.empty()) out += " " + Words(quantity.unit, "/");
  return out;
}

std::string Text(const Declared& declared) {
  std::string out = Word(declared.name);
  if (!declared.code.empty()) out += " [" + declared.code + "]";
  if (!declared.title.empty()) out += " " + Quoted(declared.title);
  return out;
}

std::string Text(const TypeExpr& type) {
  constexpr std::string_view kKinds[] = {"enum", "text", "date", "bool", "integer", "decimal", "unit"};
  std::string out(kKinds[static_cast<size_t>(type.kind)]);
  if (!type.values.empty()) out += " { " + Words(type.values, ", ") + " }";
  if (!type.unit.empty()) out += " " + Words(type.unit, "/");
  return out;
}

class Dumper {
 public:
  explicit Dumper(const Tree& tree) : tree_(tree) {}

  std::string Run() {
    for (const Declaration& declaration : tree_.declarations) {
      std::visit([&](const auto& body) { Dump(body); }, declaration.body);
    }
    return std::move(out_);
  }

 private:
  void Line(size_t depth, std::string_view text) {
    out_.append(2 * std::min(depth, kDeepestIndent), ' ');
    out_ += text;
    out_ += '\n';
  }

  void Dump(const Mark& mark, size_t depth) {
    constexpr std::string_view kWords[] = {"", "sourced", "chosen", "open"};
    if (mark.provenance != Provenance::kUnmarked) {
      std::string text = "mark " + std::string(kWords[static_cast<size_t>(mark.provenance)]);
      if (mark.provenance == Provenance::kSourced) text += " " + Word(mark.source);
      if (!mark.remark.empty()) text += " " + Quoted(mark.remark);
      Line(depth, text);
    }
    if (!mark.note.empty()) Line(depth, "note " + Quoted(mark.note));
  }

  // ---- expressions

  // A labelled expression: the label on a line of its own, the expression one deeper. Nothing if there is none.
  void Labelled(size_t depth, std::string_view label, ExprId id) {
    if (!id.valid()) return;
    Line(depth, label);
    Dump(id, depth + 1);
  }

  // Iterative: a chain of operators is as deep as it is long.
  void Dump(ExprId root, size_t root_depth) {
    std::vector<Pending> pending = {{root, root_depth, ""}};
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

  // Either an expression still to be dumped or, if `line` is not empty, a line.
  struct Pending {
    ExprId id;
    size_t depth;
    std::string line;
  };

  static std::string Head(const Expr& expr) {
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
      case ExprKind::kFloor: break;
    }
    return "floor";
  }

  static std::string Qualified(const Expr& expr) {
    return expr.qualifier.text.empty() ? Word(expr.name) : Word(expr.name) + "." + Word(expr.qualifier);
  }

  static std::vector<Pending> Parts(const Expr& expr, size_t depth) {
    std::vector<Pending> parts;
    for (const ExprId operand : expr.operands) parts.push_back({operand, depth, ""});
    for (const Argument& argument : expr.arguments) {
      std::string line = argument.if_none ? "argument if-none" : "argument";
      if (argument.where.valid()) line += " where";
      if (!argument.within.text.empty()) line += " within " + Word(argument.within);
      parts.push_back({{}, depth, std::move(line)});
      parts.push_back({argument.value, depth + 1, ""});
      if (argument.where.valid()) parts.push_back({argument.where, depth + 1, ""});
    }
    return parts;
  }

  // ---- fields

  void Dump(const FieldClauses& clauses, size_t depth) {
    const auto bound = [](const Bound& b) { return (b.negative ? "-" : "") + Text(b.quantity); };
    if (clauses.range) Line(depth, "range " + bound(clauses.range->first) + " to " + bound(clauses.range->second));
    if (clauses.places) Line(depth, fmt::format("places {}", *clauses.places));
    if (clauses.optional) Line(depth, "optional");
  }

  void Dump(const std::vector<Field>& fields) {
    for (const Field& field : fields) {
      Line(1, "field " + Text(field.type));
      for (const Declared& name : field.names) Line(2, "name " + Text(name));
      Dump(field.clauses, 2);
      Dump(field.mark, 2);
    }
  }

  // ---- declarations

  void Dump(const PolicyDecl& policy) {
    Line(0, "policy " + Quoted(policy.id) + (policy.title.empty() ? "" : " " + Quoted(policy.title)));
    if (!policy.version.empty()) Line(1, "version " + Quoted(policy.version));
    if (policy.first_day) {
      const std::string last = policy.last_day ? policy.last_day->ToString() : "onward";
      Line(1, "effective " + policy.first_day->ToString() + " " + last);
      Dump(policy.effective_mark, 2);
    }
    for (const PolicyDecl::Source& source : policy.sources) {
      Line(1, "source " + Word(source.name) + " " + Quoted(source.title));
    }
  }

  void Dump(const SubjectDecl& subject) {
    Line(0, "subject " + Text(subject.declared));
    Dump(subject.mark, 1);
    Dump(subject.fields);
  }

  void Dump(const InputDecl& input) {
    Line(0, "input " + PeriodKindWord(input.period));
    Dump(input.mark, 1);
    Dump(input.fields);
  }

  void Dump(const RecordsDecl& records) {
    Line(0, "records " + PeriodKindWord(records.period) + " " + Text(records.declared));
    Dump(records.mark, 1);
    Dump(records.fields);
  }

  void Dump(const CheckDecl& check) {
    Line(0, "check " + PeriodKindWord(check.period) + " " + Quoted(check.message));
    Dump(check.mark, 1);
    Dump(check.condition, 1);
  }

  void Dump(const ParameterDecl& parameter) {
    Line(0, "parameter " + Text(parameter.declared));
    Dump(parameter.mark, 1);
    if (parameter.type) Line(1, "type " + Text(*parameter.type));
    Dump(parameter.clauses, 1);
    Labelled(1, "value", parameter.value);
  }

  void Dump(const FormulaDecl& formula) {
    Line(0, "formula " + PeriodKindWord(formula.period) + " " + Text(formula.declared));
    Dump(formula.mark, 1);
    Dump(formula.value, 1);
  }

  void Dump(const ScoreDecl& score) {
    Line(0, "score " + PeriodKindWord(score.period) + " " + Text(score.declared));
    Line(1, "full " + Text(score.full) + (score.floor_at_zero ? " floor-at-zero" : ""));
    Dump(score.mark, 1);
    for (const Criterion& criterion : score.criteria) {
      Line(1, "criterion " + Word(criterion.name) + " weight " + Text(criterion.weight));
      Dump(criterion.mark, 2);
      Labelled(2, "value", criterion.value);
      Labelled(2, "exempt when", criterion.exempt_when);
    }
    for (const Adjustments& adjustments : score.adjustments) {
      const std::string cap = adjustments.cap ? " cap " + Text(*adjustments.cap) : "";
      Line(1, (adjustments.bonus ? "bonus" : "deduct") + cap);
      Dump(adjustments.mark, 2);
      for (const Adjustment& line : adjustments.lines) {
        Line(2, "adjustment " + Word(line.name));
        Dump(line.mark, 3);
        Labelled(3, "amount", line.amount);
        Labelled(3, "when", line.when);
      }
    }
    for (const ExprId clause : score.clauses) Labelled(1, "clause", clause);
  }

  void Dump(const GradeDecl& grade) {
    Line(0, "grade " + PeriodKindWord(grade.period) + " " + Text(grade.declared));
    Line(1, "scale " + Words(grade.scale, " > "));
    Dump(grade.mark, 1);
    for (const GradeCase& c : grade.cases) {
      Line(1, "case " + Word(c.grade) + (c.otherwise ? " otherwise" : ""));
      Dump(c.mark, 2);
      Labelled(2, "when", c.when);
    }
    constexpr std::string_view kActions[] = {"set", "raise", "lower", "bound"};
    for (const GradeStep& step : grade.steps) {
      std::string text = "step " + std::string(kActions[static_cast<size_t>(step.action)]);
      if (step.action == GradeStep::Action::kSet) text += " " + Word(step.grade);
      if (step.action == GradeStep::Action::kRaise || step.action == GradeStep::Action::kLower) {
        text += " " + Text(step.levels);
      }
      if (!step.at_least.text.empty()) text += " at-least " + Word(step.at_least);
      if (!step.at_most.text.empty()) text += " at-most " + Word(step.at_most);
      Line(1, text);
      Dump(step.mark, 2);
      Labelled(2, "when", step.when);
    }
  }

  void Dump(const Cell& cell, std::string_view side) {
    constexpr std::string_view kKinds[] = {"items", "any", "otherwise"};
    Line(2, std::string(side) + " " + std::string(kKinds[static_cast<size_t>(cell.kind)]));
    Dump(cell.mark, 3);
    for (const CellItem& item : cell.items) {
      switch (item.kind) {
        case CellItem::Kind::kValue: Line(3, item.code.empty() ? "value" : "value [" + item.code + "]"); break;
        case CellItem::Kind::kBound: Line(3, "bound " + OperatorWord(item.op)); break;
        case CellItem::Kind::kRange: Line(3, "range"); break;
      }
      Dump(item.value, 4);
      if (item.kind == CellItem::Kind::kRange) Dump(item.upper, 4);
    }
  }

  void Dump(const TableDecl& table) {
    Line(0, "table " + PeriodKindWord(table.period) + " " + Word(table.name));
    Dump(table.mark, 1);
    for (const TableRow& row : table.rows) {
      Line(1, "row");
      for (const Cell& cell : row.conditions) Dump(cell, "condition");
      for (const Cell& cell : row.results) Dump(cell, "result");
    }
  }

  void Dump(const ResultDecl& result) {
    Line(0, "result " + PeriodKindWord(result.period));
    for (const Name& name : result.names) Line(1, "name " + Word(name));
  }

  void Dump(const GuaranteeDecl& guarantee) {
    const std::string claim = !guarantee.monotone ? "always" : guarantee.decreasing ? "nonincreasing" : "nondecreasing";
    Line(0, "guarantee " + PeriodKindWord(guarantee.period) + " " + claim + " " + Quoted(guarantee.title));
    Dump(guarantee.mark, 1);
    Labelled(1, "claim", guarantee.claim);
    Labelled(1, "along", guarantee.along);
    Labelled(1, "when", guarantee.when);
  }

  void Dump(const ExampleFact& fact) {
    std::string text = "fact " + Word(fact.name);
    if (fact.period) text += " " + fact.period->ToString();
    if (!fact.is_rows) {
      Line(2, text);
      Dump(fact.value, 3);
      return;
    }
    Line(2, text + " rows");
    for (const std::vector<ExprId>& row : fact.rows) {
      Line(3, "row");
      for (const ExprId cell : row) Dump(cell, 4);
    }
  }

  void Dump(const ExampleDecl& example) {
    Line(0, "example " + Quoted(example.title));
    constexpr std::string_view kKinds[] = {"subject", "facts", "expect", "reject", "history", "given"};
    for (const ExampleLine& line : example.lines) {
      std::string text(kKinds[static_cast<size_t>(line.kind)]);
      const bool named = line.kind == ExampleLine::Kind::kSubject || line.kind == ExampleLine::Kind::kGiven;
      text += " " + (named ? Word(line.name) : line.from.ToString());
      if (!named && line.to != line.from) text += " to " + line.to.ToString();
      if (line.kind != ExampleLine::Kind::kGiven) text += " " + Quoted(line.id);
      if (!line.message.empty()) text += " " + Quoted(line.message);
      Line(1, text);
      if (line.value.valid()) Dump(line.value, 2);
      for (const ExampleFact& fact : line.facts) Dump(fact);
    }
  }

  const Tree& tree_;
  std::string out_;
};

}  // namespace

std::string Dump(const Tree& tree) { return Dumper(tree).Run(); }

}  // namespace heng::syntax
