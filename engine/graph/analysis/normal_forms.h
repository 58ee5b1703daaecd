// The normal form of each node: a number as Σ c · a ÷ d, with exact coefficients c over atoms a (what is not linear: fields, cases, folds,
// roundings, products) and divisors d that are such sums themselves. Two nodes with one normal form have one value wherever both are
// reached, and are absent or fail alike; different forms say nothing. Lowering computes such nodes once; proofs compare by them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/graph/analysis/ranges.h"

namespace heng::graph {

struct Atom;
struct NormalForm;
using AtomId = Id<Atom>;
using FormId = Id<NormalForm>;

struct NormalForm {
  // Of a linear part: its atom (invalid: the number 1) over its divisor (invalid: 1).
  using Part = std::pair<FormId, AtomId>;
  std::map<Part, Rational> terms;  // no coefficient is 0
  // All that must be there for the value to be there, and divisors that must not be 0: also where it cancels. Ascending.
  std::vector<AtomId> needs;

  friend bool operator==(const NormalForm&, const NormalForm&) = default;
  friend auto operator<=>(const NormalForm&, const NormalForm&) = default;
};

class NormalForms {
 public:
  NormalForms(const Graph& graph, const Ranges& ranges);

  FormId Of(NodeId node) const { return of_[node.index()]; }
  const NormalForm& operator[](FormId id) const { return forms_[id.index()]->first; }
  // Nothing is claimed where it is false.
  bool Equal(NodeId a, NodeId b) const { return Of(a) == Of(b) && graph_[a].grain == graph_[b].grain; }
  // The first node that is equal: the node itself if there is none before it.
  NodeId FirstEqual(NodeId node) const { return first_[node.index()]; }
  // `0.4·环境 + 35·解决件数÷(诉求件数 + 1)`; atoms without a name by their node, `fold#17`.
  std::string Text(NodeId node) const;

 private:
  using Key = std::vector<uint32_t>;

  FormId Intern(NormalForm form);
  AtomId AtomOf(Key key, NodeId node);
  FormId FormOf(AtomId atom);
  FormId Compute(NodeId id);
  Key KeyOf(NodeId id) const;
  FormId Opaque(NodeId id);
  FormId Linear(NodeId id, std::optional<NormalForm> form);
  NormalForm Plus(const NormalForm& a, const NormalForm& b, const Rational& factor) const;
  NormalForm Scaled(const NormalForm& form, const Rational& factor) const;
  std::pair<FormId, Rational> Primitive(const NormalForm& form);
  std::optional<NormalForm> Product(NodeId id);
  std::optional<NormalForm> Quotient(NodeId id);
  std::string Text(FormId form) const;
  std::string TextOf(AtomId atom) const;

  const Graph& graph_;
  const Ranges& ranges_;
  std::map<NormalForm, FormId> ids_;
  std::vector<std::map<NormalForm, FormId>::const_iterator> forms_;
  std::map<Key, AtomId> atom_ids_;
  // The node that the atom is (of a product: one that has it); invalid where it says that a divisor is not 0.
  std::vector<NodeId> atoms_;
  std::vector<FormId> of_;
  std::vector<NodeId> first_;
};

}  // namespace heng::graph
