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
  constexpr std::string_view kWords[] = {"day", "month", "quarter", "half", "year", "once"};
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

  static std::vector<std::string> Lines(const Mark& mark) {
    constexpr std::string_view kWords[] = {"", "sourced", "chosen", "open"};
    std::vector<std::string> lines;
    if (mark.provenance != Provenance::kUnmarked) {
      std::string text = "mark " + std::string(kWords[static_cast<size_t>(mark.provenance)]);
      if (mark.provenance == Provenance::kSourced) text += " " + Word(mark.source);
      if (!mark.remark.empty()) text += " " + Quoted(mark.remark);
      lines.push_back(std::move(text));
    }
    if (!mark.note.empty()) lines.push_back("note " + Quoted(mark.note));
    return lines;
  }
  void Dump(const Mark& mark, size_t depth) {
    for (const std::string& line : Lines(mark)) Line(depth, line);
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
      case ExprKind::kBand: return fmt::format("band{}", LimitOperators(expr.limits));
      case ExprKind::kBands: return fmt::format("bands {}", expr.bands.size());
      case ExprKind::kProgressive: return fmt::format("progressive {}", expr.bands.size());
      case ExprKind::kChoose: return fmt::format("choose {}", expr.cases.size());
      case ExprKind::kStreak: return "streak " + Text(expr.quantity);
      case ExprKind::kEarlier: return "earlier " + Text(expr.quantity);
      case ExprKind::kFloor: break;
    }
    return "floor";
  }

  static std::string Qualified(const Expr& expr) {
    return expr.qualifier.text.empty() ? Word(expr.name) : Word(expr.name) + "." + Word(expr.qualifier);
  }

  static constexpr std::string_view kCellKinds[] = {"items", "any", "otherwise"};

  static std::string LimitOperators(const std::vector<Limit>& limits) {
    std::string out;
    for (const Limit& limit : limits) out += " " + OperatorWord(limit.op);
    return out;
  }

  static void AddParts(const Mark& mark, size_t depth, std::vector<Pending>& parts) {
    for (std::string& line : Lines(mark)) parts.push_back({{}, depth, std::move(line)});
  }

  static void AddParts(const Argument& argument, size_t depth, std::vector<Pending>& parts) {
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
    constexpr std::string_view kTies[] = {"", " ties-skip", " ties-dense", " ties-low", " ties-mean", " ties-broken"};
    line += kTies[static_cast<size_t>(argument.ties)];
    for (const TieKey& key : argument.tie_keys) line += key.ascending ? " by-ascending" : " by";
    parts.push_back({{}, depth, std::move(line)});
    parts.push_back({argument.value, depth + 1, ""});
    if (argument.where.valid()) parts.push_back({argument.where, depth + 1, ""});
    if (argument.distinct.valid()) parts.push_back({argument.distinct, depth + 1, ""});
    for (const TieKey& key : argument.tie_keys) parts.push_back({key.value, depth + 1, ""});
  }

  static std::vector<Pending> Parts(const Expr& expr, size_t depth) {
    std::vector<Pending> parts;
    for (const ExprId operand : expr.operands) parts.push_back({operand, depth, ""});
    for (const Argument& argument : expr.arguments) AddParts(argument, depth, parts);
    for (const Limit& limit : expr.limits) parts.push_back({limit.value, depth, ""});
    for (const BandRow& row : expr.bands) {
      parts.push_back({{}, depth, "row " + std::string(kCellKinds[static_cast<size_t>(row.band.kind)])});
      AddParts(row.band.mark, depth + 1, parts);
      for (const CellItem& item : row.band.items) {
        parts.push_back({{}, depth + 1, item.kind == CellItem::Kind::kValue ? "value" : "band" + LimitOperators(item.limits)});
        if (item.kind == CellItem::Kind::kValue) parts.push_back({item.value, depth + 2, ""});
        for (const Limit& limit : item.limits) parts.push_back({limit.value, depth + 2, ""});
      }
      parts.push_back({{}, depth + 1, "gives"});
      parts.push_back({row.value, depth + 2, ""});
      AddParts(row.mark, depth + 1, parts);
    }
    for (const ChooseLine& line : expr.cases) {
      parts.push_back({{}, depth, line.otherwise ? "otherwise" : "case"});
      parts.push_back({line.value, depth + 1, ""});
      if (line.when.valid()) parts.push_back({line.when, depth + 1, ""});
      AddParts(line.mark, depth + 1, parts);
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
    Line(0, (policy.is_module ? "module " : "policy ") + Quoted(policy.id) + (policy.title.empty() ? "" : " " + Quoted(policy.title)));
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

  void Dump(const UseDecl& use) {
    if (!use.path.empty() || use.policy.empty()) {
      Line(0, "use " + Quoted(use.path));
      return;
    }
    Line(0, "use " + PeriodKindWord(use.period) + " " + Quoted(use.policy) + " " + Text(use.result) + " " + Text(use.type));
    Dump(use.clauses, 1);
    Dump(use.mark, 1);
  }

  void Dump(const TypeDecl& type) {
    constexpr std::string_view kKinds[] = {"enum", "scale", "unit"};
    std::string text = "type " + std::string(kKinds[static_cast<size_t>(type.kind)]) + " " + Word(type.name);
    if (!type.values.empty()) text += " { " + Words(type.values, ", ") + " }";
    if (!type.states.empty()) text += " states { " + Words(type.states, ", ") + " }";
    Line(0, text);
    Dump(type.mark, 1);
  }

  void Dump(const SubjectDecl& subject) {
    Line(0, "subject " + Text(subject.declared) + (subject.file.empty() ? "" : " from " + Quoted(subject.file)));
    Dump(subject.mark, 1);
    Dump(subject.fields);
  }

  void Dump(const InputDecl& input) {
    Line(0, "input " + PeriodKindWord(input.period) + (input.subject.text.empty() ? "" : " " + Word(input.subject)));
    Dump(input.mark, 1);
    Dump(input.fields);
  }

  void Dump(const RecordsDecl& records) {
    std::string text = "records " + (records.period ? PeriodKindWord(*records.period) + " " : "") + Text(records.declared);
    if (!records.parent.text.empty()) text += " in " + Word(records.parent);
    if (!records.date.text.empty()) text += " by " + Word(records.date);
    Line(0, text);
    Dump(records.mark, 1);
    Dump(records.fields);
  }

  void Dump(const CheckDecl& check) {
    Line(0, "check " + PeriodKindWord(check.period) + " " + Quoted(check.message));
    Dump(check.mark, 1);
    Dump(check.condition, 1);
  }

  void Dump(const ParameterDecl& parameter) {
    std::string text = "parameter " + Text(parameter.declared);
    if (!parameter.key.text.empty()) text += " by " + Word(parameter.key);
    if (!parameter.file.empty()) text += " from " + Quoted(parameter.file);
    Line(0, text);
    Dump(parameter.mark, 1);
    if (parameter.type) Line(1, "type " + Text(*parameter.type));
    Dump(parameter.clauses, 1);
    Labelled(1, "value", parameter.value);
    for (const ParameterLine& line : parameter.lines) {
      Line(1, line.since ? "since " + line.since->ToString() : "key " + Word(line.key));
      Dump(line.mark, 2);
      Labelled(2, "value", line.value);
    }
  }

  // `企业.均分`
  static std::string Placed(const Name& place, const Declared& declared) {
    return (place.text.empty() ? "" : Word(place) + " . ") + Text(declared);
  }

  void Dump(const FormulaDecl& formula) {
    Line(0, "formula " + PeriodKindWord(formula.period) + " " + Placed(formula.place, formula.declared) +
                (formula.key.text.empty() ? "" : " by " + Word(formula.key)));
    Dump(formula.mark, 1);
    Dump(formula.value, 1);
  }

  void Dump(const ScoreDecl& score) {
    Line(0, "score " + PeriodKindWord(score.period) + " " + Placed(score.place, score.declared));
    Line(1, "full " + Text(score.full));
    Dump(score.mark, 1);
    Dump(score.lines, 1);
  }

  void Dump(const ScoreLines& lines, size_t depth) {
    if (lines.floor_at_zero) Line(depth, "floor-at-zero");
    if (lines.stop_at_full) Line(depth, "stop-at-full");
    if (lines.may_be_negative) Line(depth, "may-be-negative");
    for (const Criterion& criterion : lines.criteria) {
      Line(depth, "criterion " + Word(criterion.name) + " weight " + Text(criterion.weight));
      Dump(criterion.mark, depth + 1);
      Labelled(depth + 1, "value", criterion.value);
      Labelled(depth + 1, "exempt when", criterion.exempt_when);
      if (!criterion.section) continue;
      Line(depth + 1, "section");
      Dump(*criterion.section, depth + 2);
    }
    for (const Adjustments& adjustments : lines.adjustments) {
      const std::string cap = adjustments.cap ? " cap " + Text(*adjustments.cap) : "";
      Line(depth, (adjustments.bonus ? "bonus" : "deduct") + cap);
      Dump(adjustments.mark, depth + 1);
      for (const Adjustment& line : adjustments.lines) {
        Line(depth + 1, "adjustment " + Word(line.name));
        Dump(line.mark, depth + 2);
        Labelled(depth + 2, "amount", line.amount);
        Labelled(depth + 2, "when", line.when);
      }
    }
    for (const ExprId clause : lines.clauses) Labelled(depth, "clause", clause);
  }

  void Dump(const GradeDecl& grade) {
    Line(0, "grade " + PeriodKindWord(grade.period) + " " + Placed(grade.place, grade.declared));
    Line(1, "scale " + Words(grade.scale, " > "));
    if (!grade.states.empty()) Line(1, "states " + Words(grade.states, ", "));
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
    Line(2, std::string(side) + " " + std::string(kCellKinds[static_cast<size_t>(cell.kind)]));
    Dump(cell.mark, 3);
    for (const CellItem& item : cell.items) {
      const bool value = item.kind == CellItem::Kind::kValue;
      Line(3, value ? item.code.empty() ? "value" : "value [" + item.code + "]" : "band" + LimitOperators(item.limits));
      if (value) Dump(item.value, 4);
      for (const Limit& limit : item.limits) Dump(limit.value, 4);
    }
  }

  void Dump(const TableDecl& table) {
    Line(0, "table " + PeriodKindWord(table.period) + " " + (table.place.text.empty() ? "" : Word(table.place) + " . ") +
                Word(table.name) + (table.file.empty() ? "" : " from " + Quoted(table.file)));
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
      const bool whole = !named && !line.name.text.empty();
      if (line.kind == ExampleLine::Kind::kGiven) {
        if (!line.key.text.empty()) text += " " + Word(line.key);
      } else {
        text += " " + (whole ? Word(line.name) : Quoted(line.id));
      }
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
