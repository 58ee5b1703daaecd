#include "engine/explain/phrase.h"

#include <algorithm>

#include <fmt/format.h>

namespace heng::explain {

using graph::Form;
using graph::Node;
using graph::Op;

const eval::Trace& Traces::Of(graph::DefId definition, uint32_t entity, Period at) {
  const auto known = traces_.find({definition, entity, at});
  if (known != traces_.end()) return known->second;
  return traces_.emplace(std::tuple(definition, entity, at), evaluation_.Explain(definition, entity, at)).first->second;
}

std::string Phrases::TextOf(Span span) const { return std::string(graph_.model->tree->source->Text(span)); }

std::string Phrases::SourceOf(const syntax::Mark& mark) const {
  const std::string remark = mark.remark.empty() ? "" : "：" + mark.remark;
  switch (mark.provenance) {
    case syntax::Provenance::kSourced: {
      for (const auto& source : graph_.model->policy.sources) {
        if (source.name.text == mark.source.text) return "依据《" + source.title + "》" + remark;
      }
      return "依据 " + mark.source.text + remark;
    }
    case syntax::Provenance::kChosen: return "自定" + remark;
    case syntax::Provenance::kOpen: return "待定" + remark;
    case syntax::Provenance::kUnmarked: break;
  }
  return "";
}

std::string Phrases::ValueText(const graph::Type& type, const Value& value, std::optional<int> places) const {
  const auto* number = std::get_if<Rational>(&value);
  if (number == nullptr) return semantic::Describe(*graph_.model, type, value);
  const Rational shown = type.percent ? *number * Rational(100) : *number;
  const std::optional<int> finite = shown.decimal_places();
  // A ratio without end is shown to four places for people; the value itself stays exact.
  std::string text = places && finite && *finite <= *places ? shown.ToFixed(*places)
                     : finite                               ? shown.ToString()
                              : "≈" + shown.RoundTo(Rational(1, 10000), Rounding::kHalfAwayFromZero).ToString();
  if (type.percent) return text + "%";
  if (type.unit == Unit::Base("名") && finite && *finite == 0) return "第 " + text + " 名";
  return type.unit.dimensionless() ? text : text + " " + type.unit.ToString();
}

bool Phrases::IsStandard(graph::NodeId id) const {
  const Node& node = graph_[id];
  if (node.form == Form::kPull) return IsStandard(node.operands[0]);
  if (node.form == Form::kField) return (*graph_.model)[node.field].kind == semantic::Field::Kind::kParameter;
  return node.form == Form::kLiteral;
}

std::string Phrases::NameOf(graph::NodeId id, graph::DefId within) const {
  const Node& node = graph_[id];
  switch (node.form) {
    case Form::kField: return (*graph_.model)[node.field].name;
    case Form::kName: return graph_[node.definition].label;
    case Form::kLiteral: return "";
    case Form::kPull:
      if (graph_[node.operands[0]].form == Form::kField || graph_[node.operands[0]].form == Form::kName)
        return NameOf(node.operands[0], within);
      break;
    default: break;
  }
  const auto at = std::find_if(graph_.occurrences.begin(), graph_.occurrences.end(),
                               [&](const graph::Occurrence& o) { return o.definition == within && o.node == id; });
  return at == graph_.occurrences.end() ? "" : TextOf(at->span);
}

std::string Phrases::Side(const eval::Trace& trace, graph::DefId within) const {
  const Node& node = graph_[trace.node];
  const std::string name = NameOf(trace.node, within);
  const Node& read = node.form == Form::kPull ? graph_[node.operands[0]] : node;
  const std::string value =
      ValueText(node.type, trace.value, read.form == Form::kName ? graph_[read.definition].places : std::nullopt);
  return name.empty() ? value : name + " " + value;
}

Bilingual Phrases::Comparison(const eval::Trace& trace, graph::DefId within, bool holds) const {
  const Node& node = graph_[trace.node];
  // Say it of the fact, against the standard: `l ≤ r` with the standard on the left says that r reaches l.
  const bool about_right = IsStandard(node.operands[0]) && !IsStandard(node.operands[1]);
  const eval::Trace& subject = trace.operands[about_right ? 1 : 0];
  const eval::Trace& standard = trace.operands[about_right ? 0 : 1];
  const std::string left = Side(subject, within);
  const std::string right = Side(standard, within);
  if (node.op == Op::kEqual) {
    const std::string value = ValueText(graph_[standard.node].type, standard.value);
    const std::string name = NameOf(subject.node, within);
    const std::string own = ValueText(graph_[subject.node].type, subject.value);
    if (holds) return {name + " 是 " + value, name + " is " + value};
    return {fmt::format("{} 是 {}，不是 {}", name, own, value), fmt::format("{} is {}, not {}", name, own, value)};
  }
  const bool strict = node.op == Op::kLess;
  Bilingual word;
  if (about_right) {
    word = strict ? (holds ? Bilingual("超过", "exceeds") : Bilingual("不超过", "does not exceed"))
                  : (holds ? Bilingual("达到", "reaches") : Bilingual("不满", "is below"));
  } else {
    word = strict ? (holds ? Bilingual("不满", "is below") : Bilingual("达到", "reaches"))
                  : (holds ? Bilingual("不超过", "does not exceed") : Bilingual("超过", "exceeds"));
  }
  Bilingual out(fmt::format("{} {} {}", left, word.zh, right), fmt::format("{} {} {}", left, word.en, right));
  const auto* a = std::get_if<Rational>(&subject.value);
  const auto* b = std::get_if<Rational>(&standard.value);
  const bool falls_short = word.zh == "不满";
  if (a != nullptr && b != nullptr && falls_short) {
    graph::Type type = graph_[subject.node].type;
    Rational lacking = *b - *a;
    if (type.percent) {
      // 59% is one percentage point below 60%.
      type.percent = false;
      type.unit = Unit::Base("百分点");
      lacking = lacking * Rational(100);
    }
    const std::string missing = ValueText(type, lacking);
    out.zh += "，差 " + missing;
    out.en += ", short by " + missing;
  }
  return out;
}

Bilingual Phrases::Condition(const eval::Trace& trace, graph::DefId within) const {
  const Node& node = graph_[trace.node];
  const bool* truth = std::get_if<bool>(&trace.value);
  const bool holds = truth != nullptr && *truth;
  if (node.form == Form::kName) return Condition(traces_.Of(trace), node.definition);
  if (node.form == Form::kLiteral)
    return holds ? Bilingual("总是如此", "always so") : Bilingual("从不如此", "never so");
  if (node.form == Form::kHas) {
    const std::string name = NameOf(node.operands[0], within);
    return holds ? Bilingual(name + " 已填", name + " is given") : Bilingual(name + " 缺", name + " is absent");
  }
  if (node.form == Form::kOp && node.op == Op::kNot) {
    const Node& inner = graph_[node.operands[0]];
    const bool comparison =
        inner.form == Form::kOp && (inner.op == Op::kEqual || inner.op == Op::kLess || inner.op == Op::kAtMost);
    if (comparison && trace.operands[0].operands.size() == 2) return Comparison(trace.operands[0], within, !holds);
    return Condition(trace.operands[0], within);
  }
  if (node.form == Form::kOp && (node.op == Op::kAnd || node.op == Op::kOr)) {
    // What decides: of 且 that fails and 或 that holds the last operand looked at; else all of them.
    const bool one = node.op == Op::kAnd ? !holds : holds;
    Bilingual out;
    for (const eval::Trace& operand : trace.operands) {
      if (one && &operand != &trace.operands.back()) continue;
      const Bilingual part = Condition(operand, within);
      out.zh += (out.zh.empty() ? "" : "；") + part.zh;
      out.en += (out.en.empty() ? "" : "; ") + part.en;
    }
    return out;
  }
  if (node.form == Form::kOp && trace.operands.size() == 2) return Comparison(trace, within, holds);
  const std::string name = NameOf(trace.node, within);
  return {name + (holds ? "：是" : "：否"), name + (holds ? ": yes" : ": no")};
}

}  // namespace heng::explain
