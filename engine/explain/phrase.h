// Words for values, names, sources and conditions. Used within explain/ alone.
#pragma once

#include <map>
#include <string>
#include <tuple>

#include "engine/eval/evaluation.h"

namespace heng::explain {

// How values came about, each worked out once: conditions, numbers and reasons all look at the same ones.
class Traces {
 public:
  explicit Traces(const eval::Evaluation& evaluation) : evaluation_(evaluation) {}

  const eval::Trace& Of(graph::DefId definition, uint32_t entity, Period at);
  // Of the definition that is read there.
  const eval::Trace& Of(const eval::Trace& read) {
    return Of(evaluation_.graph()[read.node].definition, read.instance.entity, read.instance.period);
  }

 private:
  const eval::Evaluation& evaluation_;
  std::map<std::tuple<graph::DefId, uint32_t, Period>, eval::Trace> traces_;
};

class Phrases {
 public:
  Phrases(const graph::Graph& graph, Traces& traces) : graph_(graph), traces_(traces) {}

  // `90.00 分`, `绿牌`, `缺`: with the definition's places if there are any.
  std::string ValueText(const graph::Type& type, const Value& value, std::optional<int> places = std::nullopt) const;
  // `季度成绩`, `合计(重大安全事故)`: the name in the policy, or the text of the expression.
  std::string NameOf(graph::NodeId node, graph::DefId within) const;
  // True for a literal or a parameter: a standard, not a fact.
  bool IsStandard(graph::NodeId node) const;
  // Why the condition holds or does not, from its trace: `季度成绩 89.99 分，不满绿牌线 90 分，差 0.01 分`.
  Bilingual Condition(const eval::Trace& trace, graph::DefId within) const;
  std::string TextOf(Span span) const;
  // `依据《…》第三条`, `自定`; empty if nothing is said.
  std::string SourceOf(const syntax::Mark& mark) const;
  const graph::Graph& graph() const { return graph_; }

 private:
  Bilingual Comparison(const eval::Trace& trace, graph::DefId within, bool holds) const;
  std::string Side(const eval::Trace& trace, graph::DefId within) const;

  const graph::Graph& graph_;
  Traces& traces_;
};

}  // namespace heng::explain
