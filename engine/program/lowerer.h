// The state of one lowering: nodes of the graph, each for one period, as terms over code. Used by lower*.cc alone.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/graph/analysis/grids.h"
#include "engine/graph/analysis/normal_forms.h"
#include "engine/program/lower.h"

namespace heng::program {

using graph::DefId;
using graph::FieldId;
using graph::Form;
using graph::Node;
using graph::NodeId;
using graph::Op;
using graph::SortId;
using graph::TypeKind;

// A lowered node. A number is value ÷ (scale × the product of the denominators, each positive); others are codes.
struct Term {
  TypeKind type = TypeKind::kUnknown;
  ValueId value;  // invalid: it cannot be lowered
  std::vector<ValueId> denominators;
  Int scale = 1;
  ValueId present;   // a bit; invalid: always
  ValueId deferred;  // a bit; invalid: never

  bool ok() const { return value.valid(); }
  bool is_number() const { return type == TypeKind::kNumber; }
};

// More rows than this are not folded by a program (see eval/execution.h): sums stay within what is proved.
inline constexpr Int kRows = Int{1} << 24;

// True if the path only goes from periods to coarser ones.
bool InTime(const graph::Path& path);
// The conditions of a case, in order.
std::vector<NodeId> ConditionsOf(const Node& node);

class Lowerer {
 public:
  Lowerer(graph::GraphPtr graph, LowerOptions options);
  Lowered Run() &&;

 private:
  const graph::Graph& graph() const { return *out_.graph; }
  const semantic::Model& model() const { return *out_.graph->model; }
  CodeBuilder& code() { return out_.code; }

  // lower.cc
  std::vector<Period> PeriodsOf(PeriodKind kind) const;
  Date DayOf(Period at) const;
  bool IsRows(SortId sort) const;
  DomainId DomainOf(SortId sort, Period period = {});
  Term LowerNode(NodeId id, Period at);
  Term Compute(NodeId id, Period at);
  Term Name(DefId definition, Period at);
  Term Field(const Node& node, Period at);
  Term Past(const Node& node, Period at);
  Term Literal(const Node& node);
  Term OfValue(TypeKind type, const Value& value);
  Term OfSlot(Slot slot);
  size_t PlaceSlot(Slot slot);
  std::optional<Slot> NumberSlot(Slot slot, const graph::Interval& interval, std::optional<int> places);
  void Fits(Slot& slot);
  void Tighten(NodeId id, Term& term);
  Term Unable(std::string reason);
  void AddOutput(DefId definition, Period period);
  void AddChecks();

  // lower_numbers.cc
  Term Operation(const Node& node, NodeId id, Period at);
  Term Logic(const Node& node, Period at);
  Term Compare(Op op, const Term& a, const Term& b);
  Term AddUp(const Term& a, const Term& b, bool subtract);
  // The terms by their denominators, that add up to it.
  std::vector<Term> PartsOf(const Term& sum) const;
  Term MultiplyTerms(const Term& a, const Term& b);
  Term DivideTerms(const Term& a, const Term& b, bool may_be_zero);
  Term RoundTerm(Op op, const Term& a, const Term& step);
  Term Extreme(const Term& a, const Term& b, bool greatest);
  Term Shift(const Node& node, const Term& grade, const Term& levels);
  Term Dates(const Node& node, const Term& a, const Term& b);
  void Align(std::vector<Term*> terms);
  void Reduce(Term& term);
  ValueId Together(const std::vector<ValueId>& factors);
  // Either; an invalid one is never.
  ValueId Either(ValueId a, ValueId b);
  // Deferred, or absent where a value is needed.
  ValueId Needed(const Term& term);
  // Fills what the value selected at `bit` says of presence and deferral.
  Term SelectTerm(ValueId bit, Term yes, Term no);

  // lower_cases.cc
  Term Case(const Node& node, Period at);
  Term ByFinder(const std::vector<ValueId>& conditions, std::vector<Term> arms, ValueId deferred);
  Term Else(const Node& node, Period at);

  // lower_columns.cc
  // Where an instance of the source lands along the path: its index there, the sort and period.
  struct Landing {
    ValueId index;  // invalid: the instance itself
    bool whole = false;
    ValueId none;  // a bit: there is no such instance
    SortId sort;
    Period at;
    DomainId domain;
  };
  std::optional<Landing> Follow(const graph::Path& path, SortId sort, Period at);
  bool FollowOnItsDay(FieldId reference, bool owners, DomainId rows, Landing& landing);
  std::pair<ValueId, ValueId> PickRow(const Node& node, const Term& value, const Landing& landing, Period at,
                                      ValueId index, ValueId counts);
  bool SameInGroup(ValueId value, const Landing& landing) const;
  ValueId InOrder(const Term& key, const Landing& landing);
  Term Pull(const Node& node, Period at);
  Term Moved(const Term& term, const Landing& landing, DomainId to);
  ValueId MoveValue(ValueId value, const Landing& landing, DomainId to);
  ValueId GroupOf(SortId quotient, Period at, DomainId base);
  DomainId GroupDomain(SortId quotient, Period at);
  Term Fold(const Node& node, Period at);
  Term FoldInTime(const Node& node, Period at);
  Term FoldColumns(const Node& node, Period at);
  Term Finish(const Node& node, std::vector<Term> parts);
  Term Rank(const Node& node, Period at);
  Term RankInTime(const Node& node, Period at);
  ValueId AnyBad(SortId sort, DomainId to);

  Lowered out_;
  graph::Ranges ranges_;
  graph::Grids grids_;
  graph::NormalForms forms_;
  std::map<std::pair<NodeId, Period>, Term> terms_;
  std::map<DefId, std::string> interpreted_;
  std::map<std::pair<SortId, Period>, DomainId> domains_;
  std::map<std::string, Int> texts_;
  // Of numerators that are sums of terms with several denominators: at which scale and denominators they are, and the terms.
  struct Sum {
    Int scale = 1;
    std::vector<ValueId> denominators;
    std::vector<Term> parts;
  };
  std::map<ValueId, Sum> sums_;
  std::set<std::vector<NodeId>> without_gap_;  // the conditions of cases of which it is proved that one holds
  std::string reason_;
  std::map<std::pair<NodeId, Period>, std::string> unable_;  // why a node has no term
};

// The period of an instance of rows: each has its own.
inline Period RowPeriod(PeriodKind kind) { return {kind, INT32_MIN}; }
inline bool IsRowPeriod(Period period) { return period.ordinal == INT32_MIN; }

}  // namespace heng::program
