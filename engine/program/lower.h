// Lowering: the evaluation graph of one policy, for one settled period and one binding of its open parameters, as code on columns of
// integers. Exact: a number is a numerator over a static denominator, or over a product of columns (sums of a÷n, b÷n share n;
// comparisons multiply crosswise; a rounding divides once). What cannot be lowered – too wide, or not of the fast kind – is left to
// the reference interpreter, definition by definition, and said so. A value that fails or would need a datum that is not there is
// *deferred*: the interpreter decides what it is, so that errors are the same to the letter.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/program/layout.h"

namespace heng::program {

using Bindings = std::unordered_map<graph::FieldId, Value>;

struct LowerOptions {
  Period period;
  Bindings parameters;
  // Only what needs no other subject of its kind: for streams and single decisions.
  bool peers = true;
  bool results = true;
  bool guarantees = true;
  // The 校验 too, for the periods that are read, and for further ones.
  bool checks = false;
  std::vector<Period> checked_periods;
};

// Why a definition is left to the interpreter.
struct Interpreted {
  graph::DefId definition;
  std::string reason;
};

// How a node of the graph was lowered, for `heng graph --program`.
struct Lowering {
  graph::NodeId node;
  Period period;
  ValueId value;
  std::vector<ValueId> denominators;
  Int scale = 1;
};

// The DAG, and what it reads and gives. Immutable, shared between threads.
struct Lowered {
  graph::GraphPtr graph;
  LowerOptions options;
  CodeBuilder code;
  std::vector<Domain> domains;
  std::vector<Slot> slots;
  std::vector<Output> outputs;
  std::vector<std::string> texts;
  std::vector<Interpreted> interpreted;
  std::vector<Lowering> nodes;
};

// REQUIRES: the period is of the graph's settlement period.
std::shared_ptr<const Lowered> Lower(graph::GraphPtr graph, LowerOptions options);

}  // namespace heng::program
