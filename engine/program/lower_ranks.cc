// Ranks: among peers and rows by a column operation, among periods written out.
#include <algorithm>

#include "engine/program/lowerer.h"

namespace heng::program {

using graph::Step;
using graph::Ties;

namespace {

constexpr Bounds kBit{0, 1};

}  // namespace

// True if all instances that land together have the same value there.
bool Lowerer::SameInGroup(ValueId value, const Landing& landing) const {
  const program::Operation& o = out_.code[value];
  if (o.code == Code::kConstant || o.code == Code::kBroadcast) return true;
  if (o.code == Code::kGather) return landing.index.valid() && o.operands[0] == landing.index;
  if (LooksAtColumns(o.code) || o.operands.empty()) return false;
  return std::all_of(o.operands.begin(), o.operands.end(),
                     [&](ValueId operand) { return SameInGroup(operand, landing); });
}

// An integer for each fraction, in their order. With denominators up to d two of them differ by 1/d² or more: times d² they differ as whole
// numbers too.
ValueId Lowerer::InOrder(const Term& key, const Landing& landing) {
  const bool one = std::all_of(key.denominators.begin(), key.denominators.end(),
                               [&](ValueId denominator) { return SameInGroup(denominator, landing); });
  if (one) return key.value;
  const ValueId divisor = Together(key.denominators);
  if (!divisor.valid()) return {};
  const auto square = Times(code()[divisor].bounds.high, code()[divisor].bounds.high);
  return square ? code().Divide(Code::kDivideDown, code().Scale(key.value, *square), divisor) : ValueId{};
}

Term Lowerer::Rank(const Node& node, Period at) {
  const bool rows = IsRows(node.grain.sort);
  if (InTime(graph()[node.path]) && !rows) return RankInTime(node, at);
  const bool leaves = graph().LeavesSubject(node.path);
  if (leaves && !out_.options.peers) return Unable("it needs peers");
  const auto landing = Follow(graph()[node.path], node.grain.sort, at);
  if (!landing) return {};
  if (!rows && landing->at != at) return Unable("a rank across subjects and periods");
  const DomainId domain = DomainOf(node.grain.sort, at);
  Ranking ranking;
  ranking.ties = static_cast<unsigned char>(node.ties);
  std::vector<ValueId> operands;
  ValueId deferred;
  for (size_t i = 0; i <= node.further.size(); ++i) {
    const Term key = LowerNode(node.operands[i], at);
    if (!key.ok()) return {};
    if (key.type == TypeKind::kText) return Unable("a rank by texts");
    // On a scale the better value is the greater, and has the smaller code.
    operands.push_back(key.type == TypeKind::kEnum ? code().Scale(key.value, -1) : InOrder(key, *landing));
    if (!operands.back().valid()) return Unable("a rank by fractions that do not fit 127 bits");
    ranking.descending.push_back(i == 0 ? node.descending : node.further[i - 1]);
    deferred = Either(deferred, Needed(key));
  }
  ValueId counts = code().Bit(true);
  Term out;
  if (node.conditional) {
    const Term condition = LowerNode(node.operands.back(), at);
    if (!condition.ok()) return {};
    if (deferred.valid()) deferred = code().And(condition.value, deferred);
    deferred = Either(Needed(condition), deferred);
    counts = condition.value;
    out.present = condition.value;
  }
  if (rows) {
    Slot slot;
    slot.kind = Slot::Kind::kRowIn;
    slot.domain = domain;
    slot.type = TypeKind::kBool;
    const ValueId in = OfSlot(std::move(slot)).value;
    counts = code().And(counts, in);
    if (deferred.valid()) deferred = code().And(in, deferred);
  }
  if (landing->none.valid()) counts = code().And(counts, code().Not(landing->none));
  operands.push_back(counts);
  if (!landing->whole) operands.push_back(landing->index);
  if (rows && landing->at.kind != PeriodKind::kOnce) {
    Slot slot;
    slot.kind = Slot::Kind::kRowOrdinal;
    slot.domain = domain;
    slot.period = {landing->at.kind, 0};
    slot.type = TypeKind::kNumber;
    slot.bounds = {-1000000, 10000000};
    operands.push_back(OfSlot(std::move(slot)).value);
  }
  out.type = TypeKind::kNumber;
  out.scale = node.ties == Ties::kMean ? 2 : 1;
  out.value = code().Rank(std::move(ranking), std::move(operands), domain, {-1, 2 * kRows});
  if (!out.ok()) return {};
  if (node.ties == Ties::kError) out.deferred = code().Less(out.value, code().Constant(0));
  out.deferred = Either(out.deferred, landing->none);
  // One peer without a value, and there is no order: the interpreter says whose it is.
  if (deferred.valid()) {
    const DomainId whole = DomainOf(semantic::kWholeSort);
    const ValueId any = code().Fold(Code::kAny, {code().Constant(0), deferred}, domain, whole, kBit);
    out.deferred = Either(out.deferred, code().Broadcast(any, domain));
  }
  if (leaves) out.deferred = Either(out.deferred, AnyBad(node.grain.sort, domain));
  return out;
}

// Among the periods of one coarser period: written out.
Term Lowerer::RankInTime(const Node& node, Period at) {
  if (node.ties == Ties::kDense || node.ties == Ties::kError) return Unable("dense or strict ranks among periods");
  Period target = at;
  for (const Step& step : graph()[node.path].steps)
    target = step.period == PeriodKind::kOnce ? Period{} : target.In(step.period);
  const std::vector<Period> members = target.kind == PeriodKind::kOnce ? PeriodsOf(at.kind) : target.Split(at.kind);
  Term out;
  out.type = TypeKind::kNumber;
  ValueId better = code().Constant(0);
  ValueId equal = code().Constant(0);
  ValueId before = code().Constant(0);
  const ValueId one = code().Constant(1);
  const ValueId zero = code().Constant(0);
  for (const Period other : members) {
    ValueId counts = code().Bit(true);
    if (node.conditional) {
      const Term condition = LowerNode(node.operands.back(), other);
      if (!condition.ok()) return {};
      counts = condition.value;
      out.deferred = Either(out.deferred, Needed(condition));
      if (other == at) out.present = condition.value;
    }
    ValueId wins = code().Bit(false);
    ValueId ties = code().Bit(true);
    for (size_t i = 0; i <= node.further.size(); ++i) {
      const Term mine = LowerNode(node.operands[i], at);
      const Term theirs = LowerNode(node.operands[i], other);
      if (!mine.ok() || !theirs.ok()) return {};
      if (mine.type == TypeKind::kText) return Unable("a rank by texts");
      out.deferred = Either(out.deferred, code().And(counts, Either(Needed(theirs), code().Bit(false))));
      const bool descending = i == 0 ? node.descending : node.further[i - 1];
      const Term above = descending ? Compare(Op::kLess, mine, theirs) : Compare(Op::kLess, theirs, mine);
      const Term same = Compare(Op::kEqual, mine, theirs);
      if (!above.ok() || !same.ok()) return {};
      wins = code().Or(wins, code().And(ties, above.value));
      ties = code().And(ties, same.value);
    }
    better = code().Add(better, code().Select(code().And(counts, wins), one, zero));
    const ValueId tied = code().Select(code().And(counts, ties), one, zero);
    equal = code().Add(equal, tied);
    if (other < at) before = code().Add(before, tied);
  }
  switch (node.ties) {
    case Ties::kLow: out.value = code().Add(better, equal); break;
    case Ties::kMean:
      out.value = code().Add(code().Add(code().Scale(better, 2), equal), one);
      out.scale = 2;
      break;
    case Ties::kDistinct: out.value = code().Add(code().Add(better, before), one); break;
    default: out.value = code().Add(better, one);
  }
  return out;
}

}  // namespace heng::program
