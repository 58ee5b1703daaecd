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
  for (const uint64_t part : {uint64_t(node.form),
                              uint64_t(node.op),
                              uint64_t(node.fold),
                              uint64_t(node.ties),
                              uint64_t(node.unique),
                              uint64_t(node.has_else),
                              uint64_t(node.descending),
                              uint64_t(node.type.kind),
                              uint64_t(node.type.enumeration.value),
                              uint64_t(node.type.optional),
                              uint64_t(node.type.percent),
                              uint64_t(node.grain.sort.value),
                              uint64_t(node.grain.period),
                              uint64_t(node.source.sort.value),
                              uint64_t(node.source.period),
                              uint64_t(node.field.value),
                              uint64_t(node.definition.value),
                              uint64_t(node.path.value),
                              uint64_t(node.back),
                              uint64_t(node.window),
                              uint64_t(node.type.subject.value)}) {
    Append(key, part);
  }
  key += node.type.unit.ToString();
  key += '\0';
  Append(key, node.literal);
  Append(key, node.conditional);
  for (const bool descending : node.further) Append(key, descending);
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
  node.conditional = condition.valid();
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
  // What has history is read on the first day of the period that it is read in.
  const bool as_of =
      f.kind == semantic::Field::Kind::kAttribute || f.kind == semantic::Field::Kind::kImported || !f.since.empty();
  if (as_of) node.grain.period = at.period;
  const Grain own = node.grain;
  const NodeId id = Intern(std::move(node));
  return own == at ? id : Pull(id, PathBetween(at, own), at);
}

NodeId Builder::ReadVia(FieldId reference, Grain at, const std::function<NodeId(Grain)>& read) {
  const semantic::Field& f = (*model_)[reference];
  // The reference itself may have to be reached first.
  const Grain holder{f.grain.sort, at.period};
  const Grain referred{f.type.subject, at.period};
  const NodeId there = read(referred);
  const NodeId pulled = Pull(there, InternPath({{Step::Reference(reference)}}), holder);
  return holder == at ? pulled : Pull(pulled, PathBetween(at, holder), at);
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
  const std::optional<std::vector<semantic::Hop>> way = semantic::WayBetween(*model_, fine.sort, coarse.sort);
  CHECK(way);
  Path path;
  for (const semantic::Hop& hop : *way) {
    switch (hop.kind) {
      case semantic::Hop::Kind::kParent: path.steps.push_back(Step::Parent()); break;
      case semantic::Hop::Kind::kWhole: path.steps.push_back(Step::Whole()); break;
      case semantic::Hop::Kind::kReference: path.steps.push_back(Step::Reference(hop.reference)); break;
      case semantic::Hop::Kind::kKey: path.steps.push_back(Step::Key(DeclaredQuotient(hop.to))); break;
    }
  }
  if (fine.period != coarse.period) path.steps.push_back(Step::Calendar(coarse.period));
  return InternPath(std::move(path));
}

SortId Builder::QuotientOf(SortId base, std::vector<NodeId> keys, SortId owner, const std::string& name) {
  const auto at = std::find_if(graph_->quotients.begin(), graph_->quotients.end(), [&](const Quotient& q) {
    return q.base == base && q.keys == keys && q.owner == owner && q.sort.index() >= model_->sorts.size();
  });
  if (at != graph_->quotients.end()) return at->sort;
  const SortId sort(model_->sorts.size() + graph_->quotients.size());
  graph_->quotients.push_back({sort, base, std::move(keys), owner, name});
  return sort;
}

// The key of a declared quotient has the period of the definition that is declared by it.
SortId Builder::DeclaredQuotient(SortId sort) {
  const bool known = std::any_of(graph_->quotients.begin(), graph_->quotients.end(),
                                 [&](const Quotient& q) { return q.sort == sort; });
  if (known) return sort;
  const semantic::Sort& s = (*model_)[sort];
  const Grain base{s.base, s.period};
  const NodeId key = s.key_is_field ? ReadField(FieldId(s.key), base) : Read(by_declared_.at(s.key), base);
  graph_->quotients.push_back({sort, s.base, {key}, SortId{}, s.name});
  return sort;
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
  if (!is_quotient(sort)) return (*model)[sort].name;
  const Quotient& q = quotient(sort);
  return (*model)[q.base].name + "/" + (q.owner.valid() ? (*model)[q.owner].name + "+" : "") + q.name;
}

const Quotient& Graph::quotient(SortId sort) const {
  const auto found =
      std::find_if(quotients.begin(), quotients.end(), [&](const Quotient& q) { return q.sort == sort; });
  CHECK(found != quotients.end());
  return *found;
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
      if (step.kind != Step::Kind::kKey) continue;
      const std::vector<NodeId>& keys = graph.quotient(step.quotient).keys;
      pending.insert(pending.end(), keys.begin(), keys.end());
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

bool Graph::LeavesSubject(PathId path) const {
  const std::vector<Step>& steps = (*this)[path].steps;
  return std::any_of(steps.begin(), steps.end(), [&](const Step& step) {
    return step.kind == Step::Kind::kWhole || step.kind == Step::Kind::kReference ||
           (step.kind == Step::Kind::kKey && !quotient(step.quotient).owner.valid());
  });
}

bool Graph::NeedsPeers(DefId definition) const {
  bool needs = false;
  ForEachNodeBelow(*this, definition, [&](const Node& node) {
    if (node.form != Form::kRank && node.form != Form::kFold) return;
    needs = needs || LeavesSubject(node.path);
  });
  return needs;
}

}  // namespace heng::graph
