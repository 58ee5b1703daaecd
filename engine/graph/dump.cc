#include "engine/graph/dump.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/base/text.h"

namespace heng::graph {
namespace {

using Json = nlohmann::ordered_json;

// On one line, blanks run together, at most `most` characters.
std::string OneLine(std::string_view text, size_t most) {
  std::string out;
  size_t count = 0;
  for (size_t at = 0; at < text.size();) {
    const char32_t c = DecodeUtf8(text, at);
    const bool blank = c == U' ' || c == U'\n' || c == U'\r' || c == U'\t';
    if (blank && (out.empty() || out.back() == ' ')) continue;
    if (++count > most) return out + "…";
    AppendUtf8(blank ? U' ' : c, out);
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

// What the pictures show: fields and definitions, and which of them a definition reads by itself.
struct Reads {
  std::set<FieldId> fields;
  std::set<DefId> definitions;
};

Reads ReadsOf(const Graph& graph, NodeId root) {
  Reads reads;
  std::set<NodeId> seen;
  std::vector<NodeId> pending = {root};
  while (!pending.empty()) {
    const NodeId id = pending.back();
    pending.pop_back();
    if (!seen.insert(id).second) continue;
    const Node& node = graph[id];
    if (node.form == Form::kField) reads.fields.insert(node.field);
    if (node.form == Form::kName) reads.definitions.insert(node.definition);
    pending.insert(pending.end(), node.operands.begin(), node.operands.end());
    if (!node.path.valid()) continue;
    for (const Step& step : graph[node.path].steps) {
      if (step.kind == Step::Kind::kKey) {
        for (const NodeId key : graph.quotient(step.quotient).keys) pending.push_back(key);
      }
    }
  }
  return reads;
}

std::string FieldLabel(const Graph& graph, FieldId id) {
  const semantic::Field& field = (*graph.model)[id];
  std::string label =
      field.kind == semantic::Field::Kind::kRecord ? graph.sort_name(field.grain.sort) + "." + field.name : field.name;
  if (field.value) label += "\n" + semantic::Describe(*graph.model, field.type, *field.value);
  if (field.open) label += "\n待定";
  return label;
}

// The name, the period, and what the text says.
std::string DefinitionLabel(const Graph& graph, DefId id) {
  const Definition& definition = graph[id];
  const bool part = definition.owner.valid();
  std::string label = part ? definition.label : definition.name;
  if (!part && definition.grain.period != PeriodKind::kOnce) label += " " + PeriodAdverb(definition.grain.period).zh;
  const std::string text = OneLine(TextOf(graph, id), 48);
  if (part && text.starts_with(definition.label)) return text;
  if (!text.empty()) label += "\n" + text;
  return label;
}

std::string EscapeDot(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out;
}

std::string EscapeMermaid(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '"': out += "#quot;"; break;
      case '#': out += "#35;"; break;
      case '<': out += "#lt;"; break;
      case '>': out += "#gt;"; break;
      case '&': out += "#amp;"; break;
      case '`': out += "#96;"; break;
      case '\\': out += "#92;"; break;
      case '\n': out += "<br/>"; break;
      default: out += c;
    }
  }
  return out;
}

// The picture of the definitions, in one of two languages.
class Picture {
 public:
  Picture(const Graph& graph, bool dot) : graph_(graph), dot_(dot) {
    for (const Root& root : graph.roots) {
      if (root.kind == Root::Kind::kResult) results_.insert(root.definition);
    }
  }

  std::string Draw() {
    out_ = dot_ ? "digraph policy {\n  rankdir=LR;\n  node [fontname=\"sans-serif\", shape=box];\n" : "flowchart LR\n";
    for (size_t i = 0; i < graph_.definitions.size(); ++i) {
      const Reads reads = ReadsOf(graph_, graph_.definitions[i].body);
      fields_.insert(reads.fields.begin(), reads.fields.end());
      reads_.push_back(reads);
    }
    for (const FieldId field : fields_) DrawField(field);
    for (size_t i = 0; i < graph_.definitions.size(); ++i) {
      if (!graph_.definitions[i].owner.valid()) DrawWhole(DefId(i));
    }
    for (size_t i = 0; i < reads_.size(); ++i) {
      for (const FieldId field : reads_[i].fields) Edge(fmt::format("f{}", field.index()), i);
      for (const DefId read : reads_[i].definitions) Edge(fmt::format("d{}", read.index()), i);
    }
    if (dot_) out_ += "}\n";
    return std::move(out_);
  }

 private:
  void DrawField(FieldId id) {
    const bool parameter = (*graph_.model)[id].kind == semantic::Field::Kind::kParameter;
    const std::string label = FieldLabel(graph_, id);
    if (dot_) {
      out_ += fmt::format("  f{} [label=\"{}\", shape={}];\n", id.index(), EscapeDot(label),
                          parameter ? "note" : "ellipse");
    } else {
      out_ += fmt::format("  f{}{}\"{}\"{}\n", id.index(), parameter ? "{{" : "([", EscapeMermaid(label),
                          parameter ? "}}" : "])");
    }
  }

  void DrawDefinition(DefId id, std::string_view indent) {
    const bool result = results_.count(id) > 0;
    const std::string label = DefinitionLabel(graph_, id);
    if (dot_) {
      out_ += fmt::format("{}d{} [label=\"{}\"{}];\n", indent, id.index(), EscapeDot(label),
                          result ? ", peripheries=2" : "");
    } else {
      out_ += fmt::format("{}d{}{}\"{}\"{}\n", indent, id.index(), result ? "[[" : "[", EscapeMermaid(label),
                          result ? "]]" : "]");
    }
  }

  // A definition with its parts around it, if it has any.
  void DrawWhole(DefId id) {
    std::vector<DefId> parts;
    for (size_t i = 0; i < graph_.definitions.size(); ++i) {
      if (graph_.definitions[i].owner == id) parts.push_back(DefId(i));
    }
    if (parts.empty()) return DrawDefinition(id, "  ");
    const std::string& name = graph_[id].name;
    if (dot_) {
      out_ += fmt::format("  subgraph cluster_{} {{\n    label=\"{}\";\n", id.index(), EscapeDot(name));
    } else {
      out_ += fmt::format("  subgraph s{}[\"{}\"]\n", id.index(), EscapeMermaid(name));
    }
    for (const DefId part : parts) DrawDefinition(part, "    ");
    DrawDefinition(id, "    ");
    out_ += dot_ ? "  }\n" : "  end\n";
  }

  void Edge(const std::string& from, size_t to) {
    out_ += dot_ ? fmt::format("  {} -> d{};\n", from, to) : fmt::format("  {} --> d{}\n", from, to);
  }

  const Graph& graph_;
  bool dot_;
  std::set<DefId> results_;
  std::set<FieldId> fields_;
  std::vector<Reads> reads_;
  std::string out_;
};

std::string LiteralText(const Graph& graph, const Node& node) {
  return semantic::Describe(*graph.model, node.type, node.literal);
}

std::string FullDot(const Graph& graph) {
  std::string out = "digraph kernel {\n  rankdir=BT;\n  node [fontname=\"sans-serif\", shape=box];\n";
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    std::string label(NameOf(node.form));
    if (node.form == Form::kOp) label = NameOf(node.op);
    if (node.form == Form::kFold) label += " " + std::string(NameOf(node.fold));
    if (node.form == Form::kLiteral || node.form == Form::kFail) label = LiteralText(graph, node);
    if (node.form == Form::kField) label = (*graph.model)[node.field].name;
    if (node.form == Form::kName) label = graph[node.definition].name;
    out += fmt::format("  n{} [label=\"{}\"];\n", i, EscapeDot(label));
    for (const NodeId operand : node.operands) out += fmt::format("  n{} -> n{};\n", operand.index(), i);
  }
  for (size_t i = 0; i < graph.definitions.size(); ++i) {
    const Definition& definition = graph.definitions[i];
    out += fmt::format("  d{} [label=\"{}\", shape=oval];\n  n{} -> d{};\n", i, EscapeDot(definition.name),
                       definition.body.index(), i);
  }
  return out + "}\n";
}

// ---- JSON

Json GrainJson(const Graph& graph, Grain grain) {
  return {{"sort", graph.sort_name(grain.sort)}, {"period", PeriodAdverb(grain.period).en}};
}

Json TypeJson(const Graph& graph, const Type& type) {
  static constexpr std::string_view kKinds[] = {"unknown", "number", "bool", "text", "enum", "date"};
  Json out = {{"kind", kKinds[static_cast<size_t>(type.kind)]}};
  if (type.is_number()) out["unit"] = type.percent ? "%" : type.unit.ToString();
  if (type.kind == TypeKind::kEnum && type.enumeration.valid()) out["values"] = (*graph.model)[type.enumeration].values;
  if (type.optional) out["optional"] = true;
  return out;
}

Json StepsJson(const Graph& graph, PathId path) {
  Json out = Json::array();
  for (const Step& step : graph[path].steps) {
    switch (step.kind) {
      case Step::Kind::kParent: out.push_back("parent"); break;
      case Step::Kind::kReference: out.push_back("along " + (*graph.model)[step.reference].name); break;
      case Step::Kind::kKey: out.push_back("key " + graph.quotient(step.quotient).name); break;
      case Step::Kind::kWhole: out.push_back("whole"); break;
      case Step::Kind::kCalendar: out.push_back(PeriodAdverb(step.period).en); break;
    }
  }
  return out;
}

Json NodeJson(const Graph& graph, size_t id) {
  const Node& node = graph.nodes[id];
  Json out = {{"id", id}, {"form", NameOf(node.form)}};
  if (node.form == Form::kOp) out["op"] = NameOf(node.op);
  if (node.form == Form::kFold) out["op"] = NameOf(node.fold);
  if (node.form == Form::kRank) out["op"] = node.ties == Ties::kDistinct ? "distinct" : "competition";
  if (node.form == Form::kRank) out["descending"] = node.descending;
  if (node.form == Form::kCase) out["unique"] = node.unique;
  if (node.form == Form::kCase) out["else"] = node.has_else;
  out["type"] = TypeJson(graph, node.type);
  out["grain"] = GrainJson(graph, node.grain);
  if (node.form == Form::kFold) out["source"] = GrainJson(graph, node.source);
  Json operands = Json::array();
  for (const NodeId operand : node.operands) operands.push_back(operand.index());
  if (!node.operands.empty()) out["operands"] = std::move(operands);
  if (node.path.valid()) out["path"] = StepsJson(graph, node.path);
  if (node.form == Form::kLiteral || node.form == Form::kFail) {
    const auto* number = std::get_if<Rational>(&node.literal);
    const auto* text = std::get_if<std::string>(&node.literal);
    out["literal"] = number != nullptr ? number->ToString() : text != nullptr ? *text : LiteralText(graph, node);
  }
  if (node.form == Form::kField) out["field"] = (*graph.model)[node.field].name;
  if (node.form == Form::kName) out["definition"] = node.definition.index();
  if (node.form == Form::kPast) out["back"] = node.back;
  return out;
}

Json PlaceJson(const Graph& graph, Span span) {
  const SourceFile& source = *graph.model->tree->source;
  const LineColumn begin = source.Locate(span.begin);
  const LineColumn end = source.Locate(span.end);
  return {{"line", begin.line}, {"column", begin.column}, {"end_line", end.line}, {"end_column", end.column}};
}

Json DefinitionJson(const Graph& graph, size_t id) {
  static constexpr std::string_view kProvenance[] = {"unmarked", "sourced", "chosen", "open"};
  const Definition& definition = graph.definitions[id];
  Json out = {{"id", id}, {"name", definition.name}, {"label", definition.label}, {"kind", NameOf(definition.kind)}};
  out["type"] = TypeJson(graph, definition.type);
  out["grain"] = GrainJson(graph, definition.grain);
  out["body"] = definition.body.index();
  if (definition.owner.valid()) out["owner"] = definition.owner.index();
  if (definition.weight)
    out["weight"] =
        definition.weighted ? (*definition.weight * Rational(100)).ToString() + "%" : definition.weight->ToString();
  out["span"] = PlaceJson(graph, definition.span);
  Json mark = {{"kind", kProvenance[static_cast<size_t>(definition.mark.provenance)]}};
  if (!definition.mark.source.text.empty()) mark["source"] = definition.mark.source.text;
  if (!definition.mark.remark.empty()) mark["remark"] = definition.mark.remark;
  if (!definition.mark.note.empty()) mark["note"] = definition.mark.note;
  out["provenance"] = std::move(mark);
  return out;
}

Json RootJson(const Root& root) {
  static constexpr std::string_view kKinds[] = {"result", "check", "guarantee", "monotone", "example"};
  Json out = {{"kind", kKinds[static_cast<size_t>(root.kind)]}, {"name", root.name}};
  if (root.definition.valid()) out["definition"] = root.definition.index();
  if (root.along.valid()) out["along"] = root.along.index();
  if (root.kind == Root::Kind::kMonotone) out["decreasing"] = root.decreasing;
  if (root.when.valid()) out["when"] = root.when.index();
  return out;
}

std::string DumpJson(const Graph& graph) {
  Json out = {
      {"policy", {{"id", graph.model->policy.id}, {"version", graph.model->policy.version}, {"digest", graph.digest}}}};
  Json& nodes = out["nodes"] = Json::array();
  for (size_t i = 0; i < graph.nodes.size(); ++i) nodes.push_back(NodeJson(graph, i));
  Json& definitions = out["definitions"] = Json::array();
  for (size_t i = 0; i < graph.definitions.size(); ++i) definitions.push_back(DefinitionJson(graph, i));
  Json& occurrences = out["occurrences"] = Json::array();
  for (const Occurrence& o : graph.occurrences) {
    occurrences.push_back({{"definition", o.definition.index()},
                           {"position", o.position},
                           {"node", o.node.index()},
                           {"span", PlaceJson(graph, o.span)}});
  }
  Json& roots = out["roots"] = Json::array();
  for (const Root& root : graph.roots) roots.push_back(RootJson(root));
  return out.dump(2) + "\n";
}

}  // namespace

std::string TextOf(const Graph& graph, DefId id) {
  const Definition& definition = graph[id];
  const SourceFile& source = *graph.model->tree->source;
  if (definition.owner.valid() && definition.kind != Definition::Kind::kSubtotal &&
      definition.kind != Definition::Kind::kBase) {
    const std::string_view text = source.Text(definition.span);
    // Of a block its head: the lines are definitions of their own.
    return std::string(definition.kind == Definition::Kind::kAdjustments ? Trim(text.substr(0, text.find('{'))) : text);
  }
  if (definition.kind != Definition::Kind::kFormula) return "";
  for (const Occurrence& occurrence : graph.occurrences) {
    if (occurrence.definition == id && occurrence.node == definition.body)
      return std::string(source.Text(occurrence.span));
  }
  return "";
}

std::string DumpGraph(const Graph& graph, GraphFormat format, bool full) {
  switch (format) {
    case GraphFormat::kJson: return DumpJson(graph);
    case GraphFormat::kDot: return full ? FullDot(graph) : Picture(graph, true).Draw();
    case GraphFormat::kMermaid: return Picture(graph, false).Draw();
  }
  return "";
}

}  // namespace heng::graph
