// Evaluation: the values of a policy's definitions for one settled period. Many subjects are computed by a program on columns
// (execution.h); what it leaves undecided, and all explanations, come from the reference interpreter, which evaluates the graph with
// exact rationals, one instance at a time, with no cleverness, and is the oracle for the program.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/eval/facts.h"
#include "engine/graph/graph.h"

namespace heng::eval {

using graph::DefId;
using graph::GraphPtr;
using graph::NodeId;

// One instance of a sort in one period. `entity` counts subjects, rows, or the values of a key.
struct Instance {
  uint32_t entity = 0;
  Period period;
  friend bool operator==(const Instance&, const Instance&) = default;
};

// What was computed at one node, with what it was computed from. Operands that were not looked at (behind the deciding arm of a
// case) are not in it. A definition that is read is a leaf here: ask for its own trace.
struct Trace {
  NodeId node;
  Instance instance;
  Value value;
  std::vector<Trace> operands;
};

// A guarantee that does not hold for a subject in a period.
struct Violation {
  std::string guarantee;
  std::string subject;  // its id; empty for the whole
  Period period;
  Bilingual message;
};

class Interpreter;
struct Executable;

// With which engine: the interpreter, the program, or the program from kManySubjects subjects on.
enum class Engine : unsigned char { kInterpreter, kProgram, kBySize };
inline constexpr size_t kManySubjects = 256;

// The values of all definitions for one settled period. Holds on to the graph and the facts; not thread-safe.
class Evaluation {
 public:
  // `executable`: of the graph, the period and the parameters of the facts; made here if it is needed and null.
  Evaluation(GraphPtr graph, std::shared_ptr<const Facts> facts, Period period, Engine engine = Engine::kBySize,
             std::shared_ptr<const Executable> executable = nullptr);
  ~Evaluation();
  Evaluation(Evaluation&&) noexcept;

  const graph::Graph& graph() const;
  const Facts& facts() const;
  Period period() const;
  // What there is of the sort in the period, by id: subjects; the one whole (an empty id); the values of a key, in their order.
  // REQUIRES: the sort is not one of records.
  std::vector<std::string> IdsOf(SortId sort, Period period) const;
  // `entity` counts the instances of the definition's sort. REQUIRES: the period lies within the settled one and is of the
  // definition's kind (kOnce for a definition without a period; of a definition on rows: that of the row).
  Value Of(DefId definition, uint32_t entity, Period at) const;
  // What the program says of it; nothing if it leaves it to the interpreter, or there is none.
  std::optional<Value> Computed(DefId definition, uint32_t entity, Period at) const;
  // The periods of the kind within the settled one; one period without ordinal for kOnce, none if the kind is coarser.
  std::vector<Period> PeriodsOf(PeriodKind kind) const;
  // How many instances there are of the sort in the period: subjects, rows (of all periods), values of a key.
  size_t CountOf(SortId sort, Period period) const;
  // True if some instance of a kCase or kElse was decided by that arm (behind the last condition: otherwise). What guarantees only
  // suppose does not count.
  bool Reached(NodeId node, size_t arm) const;
  // How that value came about.
  Trace Explain(DefId definition, uint32_t entity, Period at) const;
  // The 校验 that the facts of a subject of that sort (or its rows) break in the given periods (any, not only those of the settled
  // one), each with the period of the check. A check that cannot be evaluated because a fact is absent counts as broken.
  struct BrokenCheck {
    DefId check;
    Period period;
    std::optional<uint32_t> row;  // of a check on rows
    FailurePtr failure;           // why it cannot be evaluated; null: it does not hold
  };
  std::vector<BrokenCheck> BrokenChecks(SortId sort, uint32_t subject, const std::vector<Period>& periods) const;
  // Asserts every guarantee for every subject that was not refused.
  std::vector<Violation> Violations() const;

 private:
  struct Fast;

  Interpreter& Ready() const;
  std::optional<Bilingual> TurnsBack(const graph::Root& root, uint32_t subject, Period at,
                                     const std::vector<Value>& probes) const;

  std::unique_ptr<Interpreter> interpreter_;
  std::unique_ptr<Fast> fast_;
  mutable bool ready_ = false;
};

// Evaluates. REQUIRES: period.kind is at least the graph's settlement period.
inline Evaluation Evaluate(GraphPtr graph, std::shared_ptr<const Facts> facts, Period period) {
  return Evaluation(std::move(graph), std::move(facts), period);
}

}  // namespace heng::eval
