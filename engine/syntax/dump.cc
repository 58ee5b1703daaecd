// The tree as text: every node and every field that carries meaning, no places.
#include <utility>

#include <fmt/format.h>

#include "engine/syntax/dump_expressions.h"

namespace heng::syntax {
namespace {

std::string PeriodKindWord(PeriodKind kind) {
  constexpr std::string_view kWords[] = {"day", "month", "quarter", "half", "year", "once"};
  return std::string(kWords[static_cast<size_t>(kind)]);
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

// Nothing if it was not written.
std::string Of(std::string_view word, const Name& name) {
  return name.text.empty() ? "" : std::string(word) + Word(name);
}
std::string File(const std::string& path) { return path.empty() ? "" : " file " + Quoted(path); }

class Dumper final : private ExpressionDumper {
 public:
  explicit Dumper(const Tree& tree) : ExpressionDumper(tree) {}

  std::string Run() {
    for (const Declaration& declaration : tree_.declarations) {
      std::visit([&](const auto& body) { Dump(body); }, declaration.body);
    }
    return std::move(out_);
  }

 private:
  using ExpressionDumper::Dump;

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
    Line(0, (policy.is_module ? "module " : "policy ") + Quoted(policy.id) +
                (policy.title.empty() ? "" : " " + Quoted(policy.title)));
    if (!policy.version.empty()) Line(1, "version " + Quoted(policy.version));
    if (policy.first_day) {
      const std::string last = policy.last_day ? policy.last_day->ToString() : "onward";
      Line(1, "effective " + policy.first_day->ToString() + " " + last);
      Dump(policy.effective_mark, 2);
    }
    for (const PolicyDecl::Source& source : policy.sources) {
      Line(1, "source " + Word(source.name) + " " + Quoted(source.title));
    }
    if (policy.trial_until) {
      Line(1, "trial " + policy.trial_until->ToString());
      Dump(policy.trial_mark, 2);
    }
  }

  void Dump(const UseDecl& use) {
    if (use.policy.empty()) {
      Line(0, "use " + Quoted(use.path));
      return;
    }
    Line(0, "use " + PeriodKindWord(use.period) + " " + Text(use.result) + " of " + Quoted(use.policy));
    Line(1, "type " + Text(use.type));
    Dump(use.clauses, 1);
    Dump(use.mark, 1);
  }

  void Dump(const TypeDecl& type) {
    constexpr std::string_view kKinds[] = {"enumeration", "scale", "unit"};
    Line(0, "type " + Word(type.name) + " " + std::string(kKinds[static_cast<size_t>(type.kind)]));
    for (const Name& value : type.values) Line(1, "value " + Word(value));
    for (const Name& state : type.states) Line(1, "state " + Word(state));
    Dump(type.mark, 1);
  }

  void Dump(const SubjectDecl& subject) {
    Line(0, "subject " + Text(subject.declared) + File(subject.file));
    Dump(subject.mark, 1);
    Dump(subject.fields);
  }

  void Dump(const InputDecl& input) {
    Line(0, "input " + PeriodKindWord(input.period) + Of(" of ", input.subject));
    Dump(input.mark, 1);
    Dump(input.fields);
  }

  void Dump(const RecordsDecl& records) {
    const std::string period = records.period ? PeriodKindWord(*records.period) + " " : "";
    Line(0, "records " + period + Text(records.declared) + Of(" in ", records.parent) + Of(" by ", records.date));
    Dump(records.mark, 1);
    Dump(records.fields);
  }

  void Dump(const CheckDecl& check) {
    Line(0, "check " + PeriodKindWord(check.period) + " " + Quoted(check.message));
    Dump(check.mark, 1);
    Dump(check.condition, 1);
  }

  void Dump(const ParameterDecl& parameter) {
    Line(0, "parameter " + Text(parameter.declared) + Of(" by ", parameter.key) + File(parameter.file));
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

  void Dump(const FormulaDecl& formula) {
    Line(0, "formula " + PeriodKindWord(formula.period) + " " + Text(formula.declared) + Of(" of ", formula.place) +
                Of(" by ", formula.key));
    Dump(formula.mark, 1);
    Dump(formula.value, 1);
  }

  void Dump(const ScoreDecl& score) {
    Line(0, "score " + PeriodKindWord(score.period) + " " + Text(score.declared) + Of(" of ", score.place));
    Line(1, "full " + Text(score.full) + Modes(score.lines));
    Dump(score.mark, 1);
    Dump(score.lines, 1);
  }

  static std::string Modes(const ScoreLines& lines) {
    std::string out;
    if (lines.floor_at_zero) out += " floor-at-zero";
    if (lines.stop_at_full) out += " stop-at-full";
    if (lines.may_be_negative) out += " may-be-negative";
    return out;
  }

  void Dump(const ScoreLines& lines, size_t depth) {
    for (const Criterion& criterion : lines.criteria) {
      Line(depth, "criterion " + Word(criterion.name) + " weight " + Text(criterion.weight));
      Dump(criterion.mark, depth + 1);
      Labelled(depth + 1, "value", criterion.value);
      Labelled(depth + 1, "exempt when", criterion.exempt_when);
      if (!criterion.section) continue;
      Line(depth + 1, "section" + Modes(*criterion.section));
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
    Line(0, "grade " + PeriodKindWord(grade.period) + " " + Text(grade.declared) + Of(" of ", grade.place));
    Line(1, "scale " + Words(grade.scale, " > "));
    for (const Name& state : grade.states) Line(1, "state " + Word(state));
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

  void Dump(const TableDecl& table) {
    Line(0,
         "table " + PeriodKindWord(table.period) + " " + Word(table.name) + Of(" of ", table.place) + File(table.file));
    Dump(table.mark, 1);
    for (const TableRow& row : table.rows) {
      Line(1, "row");
      for (const Cell& cell : row.conditions) Dump(cell, "condition", 2);
      for (const Cell& cell : row.results) Dump(cell, "result", 2);
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
      if (line.kind == ExampleLine::Kind::kGiven) {
        text += Of(" for ", line.key);
      } else {
        text += named || line.name.text.empty() ? " " + Quoted(line.id) : " whole " + Word(line.name);
      }
      if (!line.message.empty()) text += " " + Quoted(line.message);
      Line(1, text);
      if (line.value.valid()) Dump(line.value, 2);
      for (const ExampleFact& fact : line.facts) Dump(fact);
    }
  }
};

}  // namespace

std::string Dump(const Tree& tree) { return Dumper(tree).Run(); }

}  // namespace heng::syntax
