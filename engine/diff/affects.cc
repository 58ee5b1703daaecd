#include "engine/diff/affects.h"

#include <algorithm>

#include "engine/diff/canon.h"

namespace heng::diff {
namespace {

using graph::Form;
using graph::NodeId;

// All that the definition reads, the past included: what was changed reaches the next period through it.
std::set<std::string> Reads(const graph::Graph& graph, graph::DefId definition) {
  std::set<std::string> reads;
  std::vector<bool> seen(graph.nodes.size(), false);
  std::vector<NodeId> pending;
  const auto enter = [&](graph::DefId id) {
    if (graph[id].declared.valid()) reads.insert("definition:" + (*graph.model)[graph[id].declared].name);
    pending.push_back(graph[id].body);
  };
  enter(definition);
  while (!pending.empty()) {
    const NodeId id = pending.back();
    pending.pop_back();
    if (seen[id.index()]) continue;
    seen[id.index()] = true;
    const graph::Node& node = graph[id];
    if (node.form == Form::kName) enter(node.definition);
    if (node.form == Form::kField) {
      const std::string name = ReferenceOf(*graph.model, node.field);
      reads.insert(name);
      if (name.starts_with("parameter:")) reads.insert(name.substr(0, name.find('.')));
    }
    if (node.type.enumeration.valid()) reads.insert("type:" + (*graph.model)[node.type.enumeration].name);
    for (const graph::SortId sort : {node.grain.sort, node.source.sort}) {
      if (sort.valid() && !graph.is_quotient(sort)) reads.insert("sort:" + (*graph.model)[sort].name);
    }
    pending.insert(pending.end(), node.operands.begin(), node.operands.end());
    if (!node.path.valid()) continue;
    for (const graph::Step& step : graph[node.path].steps) {
      if (step.reference.valid()) reads.insert(ReferenceOf(*graph.model, step.reference));
      if (step.kind != graph::Step::Kind::kKey) continue;
      const std::vector<NodeId>& keys = graph.quotient(step.quotient).keys;
      pending.insert(pending.end(), keys.begin(), keys.end());
    }
  }
  return reads;
}

}  // namespace

Dependence::Dependence(const graph::Graph& graph) {
  for (const graph::Root& root : graph.roots) {
    if (root.kind == graph::Root::Kind::kResult) results_.push_back({root.name, Reads(graph, root.definition)});
  }
}

std::vector<std::string> Dependence::On(const std::vector<std::string>& references) const {
  std::vector<std::string> out;
  for (const Result& result : results_) {
    const bool depends = std::any_of(references.begin(), references.end(),
                                     [&](const std::string& r) { return result.reads.count(r) > 0; });
    if (depends) out.push_back(result.name);
  }
  return out;
}

std::vector<std::string> Dependence::InOrder(const std::set<std::string>& names) const {
  std::vector<std::string> out;
  for (const Result& result : results_) {
    if (names.count(result.name) > 0) out.push_back(result.name);
  }
  return out;
}

}  // namespace heng::diff
