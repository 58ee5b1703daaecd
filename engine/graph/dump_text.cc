#include <fmt/format.h>

#include "engine/graph/dump.h"

namespace heng::graph {

std::string_view NameOf(Form form) {
  static constexpr std::string_view kNames[] = {"literal", "field", "name", "pull", "op",   "case", "none",
                                                "has",     "else",  "fold", "rank", "past", "fail"};
  return kNames[static_cast<size_t>(form)];
}

std::string_view NameOf(Op op) {
  static constexpr std::string_view kNames[] = {
      "none",       "+",        "−", "×", "÷", "neg", "min", "max", "round_half_up", "round_half_even",
      "round_down", "round_up", "=", "<", "≤", "and", "or",  "not", "shift"};
  return kNames[static_cast<size_t>(op)];
}

std::string_view NameOf(FoldOp fold) {
  static constexpr std::string_view kNames[] = {"sum", "count", "any", "min", "max", "all", "only"};
  return kNames[static_cast<size_t>(fold)];
}

std::string_view NameOf(Definition::Kind kind) {
  static constexpr std::string_view kNames[] = {"formula",   "score",    "grade",      "column",      "criterion",
                                                "exemption", "subtotal", "adjustment", "adjustments", "arm",
                                                "base",      "step",     "row",        "check",       "guarantee"};
  return kNames[static_cast<size_t>(kind)];
}

namespace {

class TextDumper {
 public:
  explicit TextDumper(const Graph& graph) : graph_(graph) {}

  std::string Line(const Definition& definition) const {
    return fmt::format("{} @ {} = {}\n", definition.name, GrainText(definition.grain), Expression(definition.body));
  }

  std::string Line(const Root& root) const {
    static constexpr std::string_view kKinds[] = {"result", "check", "guarantee", "monotone", "example"};
    std::string out = fmt::format("{} {}", kKinds[static_cast<size_t>(root.kind)], root.name);
    if (root.kind == Root::Kind::kMonotone) {
      out += fmt::format(": {} {} {}", Expression(graph_[root.definition].body),
                         root.decreasing ? "falls with" : "rises with", Expression(root.along));
      if (root.when.valid()) out += " when " + Expression(root.when);
    }
    return out + "\n";
  }

 private:
  std::string GrainText(Grain grain) const {
    const std::string sort = graph_.sort_name(grain.sort);
    return grain.period == PeriodKind::kOnce ? sort : sort + "×" + PeriodNoun(grain.period).zh;
  }

  std::string PathText(PathId id) const {
    std::string out;
    for (const Step& step : graph_[id].steps) {
      if (!out.empty()) out += ", ";
      switch (step.kind) {
        case Step::Kind::kParent: out += "parent"; break;
        case Step::Kind::kReference: out += "along " + (*graph_.model)[step.reference].name; break;
        case Step::Kind::kKey: out += "key " + graph_.quotient(step.quotient).name; break;
        case Step::Kind::kWhole: out += "whole"; break;
        case Step::Kind::kCalendar:
          out += step.period == PeriodKind::kOnce ? "once" : PeriodNoun(step.period).zh;
          break;
      }
    }
    return out;
  }

  std::string FieldText(FieldId id) const {
    const semantic::Field& field = (*graph_.model)[id];
    return field.kind == semantic::Field::Kind::kRecord ? graph_.sort_name(field.grain.sort) + "." + field.name
                                                        : field.name;
  }

  std::string Condition(const Node& node) const {
    return node.operands.size() > 1 ? " if " + Expression(node.operands[1]) : "";
  }

  std::string Operation(const Node& node) const {
    const std::string_view name = NameOf(node.op);
    switch (node.op) {
      case Op::kAdd:
      case Op::kSubtract:
      case Op::kMultiply:
      case Op::kDivide:
      case Op::kEqual:
      case Op::kLess:
      case Op::kAtMost:
      case Op::kAnd:
      case Op::kOr: {
        std::string out;
        for (const NodeId operand : node.operands)
          out += (out.empty() ? "(" : fmt::format(" {} ", name)) + Expression(operand);
        return out + ")";
      }
      default: {
        std::string out;
        for (const NodeId operand : node.operands) out += (out.empty() ? "" : ", ") + Expression(operand);
        return fmt::format("{}({})", name, out);
      }
    }
  }

  std::string CaseText(const Node& node) const {
    std::string out;
    for (size_t i = 0; i + 1 < node.operands.size(); i += 2) {
      out += fmt::format("{}{} → {}", out.empty() ? "" : "; ", Expression(node.operands[i]),
                         Expression(node.operands[i + 1]));
    }
    if (node.has_else) out += "; else " + Expression(node.operands.back());
    return fmt::format("{}{{{}}}", node.unique ? "unique" : "first", out);
  }

  std::string Expression(NodeId id) const {
    const Node& node = graph_[id];
    switch (node.form) {
      case Form::kLiteral: return semantic::Describe(*graph_.model, node.type, node.literal);
      case Form::kField: return FieldText(node.field);
      case Form::kName: return graph_[node.definition].name;
      case Form::kPull: {
        const Node& operand = graph_[node.operands[0]];
        const bool plain = operand.form == Form::kField && operand.grain.period == PeriodKind::kOnce;
        if (plain) return FieldText(operand.field) + "↑";
        return fmt::format("pull({} via {})", Expression(node.operands[0]), PathText(node.path));
      }
      case Form::kOp: return Operation(node);
      case Form::kCase: return CaseText(node);
      case Form::kNone: return "none";
      case Form::kHas: return fmt::format("has({})", Expression(node.operands[0]));
      case Form::kElse: return fmt::format("({} else {})", Expression(node.operands[0]), Expression(node.operands[1]));
      case Form::kFold:
        return fmt::format("{}({}{} via {})", NameOf(node.fold), Expression(node.operands[0]), Condition(node),
                           PathText(node.path));
      case Form::kRank:
        return fmt::format("rank({}{} via {}{}{})", Expression(node.operands[0]), Condition(node), PathText(node.path),
                           node.descending ? "" : ", ascending", node.ties == Ties::kDistinct ? ", distinct" : "");
      case Form::kPast: return fmt::format("past({}, {})", Expression(node.operands[0]), node.back);
      case Form::kFail: return fmt::format("fail(\"{}\")", std::get<std::string>(node.literal));
    }
    return "";
  }

  const Graph& graph_;
};

}  // namespace

std::string DumpText(const Graph& graph) {
  const TextDumper dumper(graph);
  std::string out;
  for (const Definition& definition : graph.definitions) out += dumper.Line(definition);
  for (const Root& root : graph.roots) out += dumper.Line(root);
  return out;
}

}  // namespace heng::graph
