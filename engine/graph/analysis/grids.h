// On which grid the numbers of each node lie: the coarsest step of which every value is known to be a multiple. So it is known what needs
// no rounding, whose decimals end, and which value is the next. What is not there (absent, or a failure) is on every grid.
#pragma once

#include <optional>
#include <vector>

#include "engine/graph/analysis/ranges.h"

namespace heng::graph {

// More places than any declaration can have: of a decimal that ends, it is not known where.
inline constexpr int kFinitePlaces = 1000;

struct Grid {
  // ≥ 0; of 0 only 0 is a multiple. Nothing: it is not known.
  std::optional<Rational> step;
  // The decimals end, and without what cancels: nothing was divided by a number whose reciprocal does not end.
  bool ends = false;

  // Whether every value is a multiple of `step`.
  bool LiesOn(const Rational& step) const;
  // The most decimal places that a value can have; nothing if they may have no end.
  std::optional<int> places() const;
};

// What is no number has no value here but 0.
class Grids {
 public:
  Grids(const Graph& graph, const Ranges& ranges);

  const Grid& Of(NodeId node) const { return grids_[node.index()]; }
  // A rounding that changes no value: what it rounds lies on its step already.
  bool RoundsNothing(NodeId rounding) const;

 private:
  Grid Compute(const Node& node) const;
  Grid ComputeOp(const Node& node) const;
  Grid OfField(const semantic::Field& field) const;

  const Graph& graph_;
  const Ranges& ranges_;
  std::vector<Grid> grids_;
};

}  // namespace heng::graph
