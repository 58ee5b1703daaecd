#include <algorithm>

#include "engine/base/check.h"
#include "engine/graph/builder.h"

namespace heng::graph {
namespace {

void Append(std::string& key, uint64_t number) { key.append(reinterpret_cast<const char*>(&number), sizeof number); }

void Append(std::string& key, const Value& value) {
  Append(key, value.index());
  if (const auto* number = std::get_if<Rational>(&value)) key += number->ToString();
  if (const auto* truth = std::get_if<bool>(&value)) key += *truth ? '1' : '0';
  if (const auto* code = std::get_if<EnumCode>(&value)) Append(key, code->index);
  if (const auto* text = std::get_if<std::string>(&value)) key += *text;
  if (const auto* date = std::get_if<Date>(&value)) key += date->ToString();
  key += '\0';
}

std::string KeyOf(const Node& node) {
  std::string key;
  for (const uint64_t part :
       {uint64_t(node.form), uint64_t(node.op), uint64_t(node.fold), uint64_t(node.ties), uint64_t(node.unique),
        uint64_t(node.has_else), uint64_t(node.descending), uint64_t(node.type.kind),
        uint64_t(node.type.enumeration.value), uint64_t(node.type.optional), uint64_t(node.type.percent),
        uint64_t(node.grain.sort.value), uint64_t(node.grain.period), uint64_t(node.source.sort.value),
        uint64_t(node.source.period), uint64_t(node.field.value), uint64_t(node.definition.value),
        uint64_t(node.path.value), uint64_t(node.back)}) {
    Append(key, part);
  }
  key += node.type.unit.ToString();
  key += '\0';
  Append(key, node.literal);
  for (const NodeId operand : node.operands) Append(key, operand.value);
  return key;
}

}  // namespace

NodeId Builder::Intern(Node node) {
  const auto [at, added] = interned_.emplace(KeyOf(node), NodeId(graph_->nodes.size()));
  if (added) graph_->nodes.push_back(std::move(node));
  return at->second;
}

NodeId Builder::Literal(Value value, Type type) {
  Node node;
  node.form = Form::kLiteral;
  node.type = std::move(type);
  node.literal = std::move(value);
  return Intern(std::move(node));
}

NodeId Builder::Number(Rational value, Unit unit) { return Literal(std::move(value), NumberType(std::move(unit))); }

NodeId Builder::Apply(Op op, std::vector<NodeId> operands, Type type, Grain grain) {
  Node node;
  node.form = Form::kOp;
  node.op = op;
  node.operands = std::move(operands);
  node.type = std::move(type);
  node.type.optional = false;
  node.grain = grain;
  return Intern(std::move(node));
}

NodeId Builder::Case(std::vector<NodeId> operands, bool has_else, Type type, Grain grain, bool unique) {
  Node node;
  node.form = Form::kCase;
  node.operands = std::move(operands);
  node.has_else = has_else;
  node.unique = unique;
  node.type = std::move(type);
  node.grain = grain;
  return Intern(std::move(node));
}

NodeId Builder::None(Type type) {
  Node node;
  node.form = Form::kNone;
  node.type = std::move(type);
  node.type.optional = true;
  return Intern(std::move(node));
}

NodeId Builder::Fold(FoldOp fold, NodeId value, NodeId condition, PathId path, Grain source, Grain target, Type type) {
  Node node;
  node.form = Form::kFold;
  node.fold = fold;
  node.operands = {value};
  if (condition.valid()) node.operands.push_back(condition);
  node.path = path;
  node.source = source;
  node.grain = target;
  node.type = std::move(type);
  return Intern(std::move(node));
}

NodeId Builder::Pull(NodeId operand, PathId path, Grain at) {
  Node node;
  node.form = Form::kPull;
  node.operands = {operand};
  node.path = path;
  node.grain = at;
  node.type = (*graph_)[operand].type;
  return Intern(std::move(node));
}

NodeId Builder::Read(DefId definition, Grain at) {
  const Definition& d = (*graph_)[definition];
  Node node;
  node.form = Form::kName;
  node.definition = definition;
  node.type = d.type;
  node.grain = d.grain;
  const NodeId name = Intern(std::move(node));
  return d.grain == at ? name : Pull(name, PathBetween(at, d.grain), at);
}

NodeId Builder::ReadField(FieldId field, Grain at) {
  const semantic::Field& f = (*model_)[field];
  Node node;
  node.form = Form::kField;
  node.field = field;
  node.type = f.type;
  node.grain = f.grain;
  const NodeId id = Intern(std::move(node));
  return f.grain == at ? id : Pull(id, PathBetween(at, f.grain), at);
}

NodeId Builder::NameOfPast(semantic::DefinitionId declared) {
  const auto known =
      std::find_if(past_names_.begin(), past_names_.end(), [&](const auto& entry) { return entry.second == declared; });
  if (known != past_names_.end()) return known->first;
  Node node;
  node.form = Form::kName;
  node.type = (*model_)[declared].type;
  node.grain = (*model_)[declared].grain;
  // Not interned: as long as it is not bound, it would be equal to the names of other definitions.
  past_names_.emplace_back(NodeId(graph_->nodes.size()), declared);
  graph_->nodes.push_back(std::move(node));
  return past_names_.back().first;
}

void Builder::BindPastNames() {
  for (const auto& [node, declared] : past_names_)
    graph_->nodes[node.index()].definition = by_declared_.at(declared.index());
}

PathId Builder::InternPath(Path path) {
  const auto at = std::find(graph_->paths.begin(), graph_->paths.end(), path);
  if (at != graph_->paths.end()) return PathId(static_cast<size_t>(at - graph_->paths.begin()));
  graph_->paths.push_back(std::move(path));
  return PathId(graph_->paths.size() - 1);
}

PathId Builder::PathBetween(Grain fine, Grain coarse) {
  Path path;
  SortId sort = fine.sort;
  while (sort != coarse.sort) {
    CHECK(sort != semantic::kWholeSort);
    const SortId parent = (*model_)[sort].parent;
    path.steps.push_back(
        {parent == semantic::kWholeSort ? Step::Kind::kWhole : Step::Kind::kParent, {}, PeriodKind::kOnce});
    sort = parent;
  }
  if (fine.period != coarse.period) path.steps.push_back({Step::Kind::kCalendar, {}, coarse.period});
  return InternPath(std::move(path));
}

SortId Builder::QuotientOf(SortId base, NodeId key, const std::string& name) {
  const auto at = std::find_if(graph_->quotients.begin(), graph_->quotients.end(),
                               [&](const Quotient& q) { return q.base == base && q.key == key; });
  const size_t index = static_cast<size_t>(at - graph_->quotients.begin());
  if (at == graph_->quotients.end()) graph_->quotients.push_back({base, key, name});
  return SortId(model_->sorts.size() + index);
}

// ---- what everybody may ask of a graph

std::optional<DefId> Graph::Find(std::string_view name_or_code) const {
  for (size_t i = 0; i < definitions.size(); ++i) {
    if (definitions[i].name == name_or_code) return DefId(i);
    if (!definitions[i].declared.valid()) continue;
    const std::string& code = (*model)[definitions[i].declared].code;
    if (!code.empty() && code == name_or_code) return DefId(i);
  }
  return std::nullopt;
}

std::string Graph::sort_name(SortId sort) const {
  return is_quotient(sort) ? (*model)[quotient(sort).base].name + "/" + quotient(sort).name : (*model)[sort].name;
}

namespace {

// Visits every node that the definition's value may depend on, through names and keys.
template <typename Visit>
void ForEachNodeBelow(const Graph& graph, DefId definition, const Visit& visit) {
  std::vector<bool> seen(graph.nodes.size(), false);
  std::vector<NodeId> pending = {graph[definition].body};
  while (!pending.empty()) {
    const NodeId id = pending.back();
    pending.pop_back();
    if (seen[id.index()]) continue;
    seen[id.index()] = true;
    const Node& node = graph[id];
    visit(node);
    if (node.form == Form::kName) pending.push_back(graph[node.definition].body);
    if (node.form == Form::kPast) continue;  // the past is read as recorded
    pending.insert(pending.end(), node.operands.begin(), node.operands.end());
    if (!node.path.valid()) continue;
    for (const Step& step : graph[node.path].steps) {
      if (step.kind == Step::Kind::kKey) pending.push_back(graph.quotient(step.quotient).key);
    }
  }
}

}  // namespace

std::vector<FieldId> Graph::OpenParametersOf(DefId definition) const {
  std::vector<FieldId> open;
  ForEachNodeBelow(*this, definition, [&](const Node& node) {
    if (node.form == Form::kField && (*model)[node.field].open &&
        std::find(open.begin(), open.end(), node.field) == open.end())
      open.push_back(node.field);
  });
  std::sort(open.begin(), open.end());
  return open;
}

bool Graph::NeedsPeers(DefId definition) const {
  bool needs = false;
  ForEachNodeBelow(*this, definition, [&](const Node& node) {
    if (node.form != Form::kRank && node.form != Form::kFold) return;
    for (const Step& step : (*this)[node.path].steps) {
      const bool leaves_subject = step.kind == Step::Kind::kKey || step.kind == Step::Kind::kWhole;
      needs = needs || leaves_subject;
    }
  });
  return needs;
}

}  // namespace heng::graph
