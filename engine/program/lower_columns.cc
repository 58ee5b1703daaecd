// What looks beyond one instance: paths, groups, folds, ranks. Over the calendar everything is written out, period by period; from rows
// to subjects and among peers whole columns are folded.
#include <algorithm>

#include "engine/base/check.h"
#include "engine/program/lowerer.h"

namespace heng::program {

using graph::FoldOp;
using graph::Step;
using graph::Ties;

namespace {

constexpr Bounds kBit{0, 1};

}  // namespace

// ---- paths and groups

DomainId Lowerer::GroupDomain(SortId quotient, Period at) {
  const bool rows = IsRows(graph().quotient(quotient).base);
  const std::pair key{quotient, rows ? Period{} : at};
  const auto known = domains_.find(key);
  if (known != domains_.end()) return known->second;
  const DomainId id(out_.domains.size());
  domains_.emplace(key, id);
  out_.domains.push_back({quotient, key.second, {}});
  return id;
}

ValueId Lowerer::GroupOf(SortId sort, Period at, DomainId base) {
  const graph::Quotient& quotient = graph().quotient(sort);
  // The keys of rows are read on the rows' own days.
  if (IsRows(quotient.base) && !IsRowPeriod(at)) at = RowPeriod(at.kind);
  const DomainId domain = GroupDomain(sort, at);
  if (out_.domains[domain.index()].group.valid()) return out_.domains[domain.index()].group;
  std::vector<ValueId> columns;
  if (quotient.owner.valid()) {
    ValueId owner;
    for (SortId of = quotient.base; of != quotient.owner; of = model()[of].parent) {
      Slot slot;
      slot.kind = Slot::Kind::kOwner;
      slot.domain = DomainOf(of);
      slot.type = TypeKind::kSubject;
      const ValueId up = OfSlot(std::move(slot)).value;
      owner = owner.valid() ? code().Gather(owner, up, base) : up;
    }
    columns.push_back(owner);
  }
  ValueId doubtful;
  ValueId valid = code().Bit(true);
  for (const NodeId node : quotient.keys) {
    const Term key = LowerNode(node, at);
    if (!key.ok()) return {};
    if (!key.denominators.empty()) return Unable("a key that is a fraction").value;
    columns.push_back(key.value);
    if (key.present.valid()) valid = code().And(valid, key.present);
    doubtful = Either(doubtful, key.deferred);
  }
  if (doubtful.valid()) return Unable("a key that may fail").value;
  columns.push_back(valid);
  const ValueId group = code().Group(std::move(columns), base, {-1, kRows});
  out_.domains[domain.index()].group = group;
  return group;
}

// Rows that read a reference of what they belong to, each on its own day.
bool Lowerer::FollowOnItsDay(FieldId reference, bool owners, DomainId rows, Landing& landing) {
  const semantic::Field& field = model()[reference];
  if (!owners || field.kind != semantic::Field::Kind::kAttribute) {
    Unable("a reference behind another that rows read in their own periods");
    return false;
  }
  Slot slot;
  slot.kind = Slot::Kind::kRowAttribute;
  slot.field = reference;
  slot.domain = rows;
  slot.type = field.type.kind;
  slot.optional = field.type.optional;
  slot.period = {landing.at.kind, 0};
  const Term to = OfSlot(std::move(slot));
  if (to.present.valid()) landing.none = Either(landing.none, code().Not(to.present));
  landing.index = to.value;
  landing.sort = field.type.subject;
  landing.domain = DomainOf(landing.sort);
  return true;
}

std::optional<Lowerer::Landing> Lowerer::Follow(const graph::Path& path, SortId sort, Period at) {
  const DomainId from = DomainOf(sort, at);
  Landing l;
  l.sort = sort;
  l.at = at;
  l.domain = from;
  const auto step_to = [&](ValueId index, ValueId none) {
    if (l.whole) return false;
    if (none.valid()) l.none = Either(l.none, MoveValue(none, l, from));
    l.index = l.index.valid() ? code().Gather(l.index, index, from) : index;
    return l.index.valid();
  };
  bool owners = true;  // so far only what the row belongs to
  for (const Step& step : path.steps) {
    owners = owners && (step.kind == Step::Kind::kCalendar || step.kind == Step::Kind::kParent ||
                        step.kind == Step::Kind::kReference);
    switch (step.kind) {
      case Step::Kind::kCalendar:
        if (IsRowPeriod(l.at)) {
          l.at = RowPeriod(step.period);
        } else {
          l.at = step.period == PeriodKind::kOnce ? Period{} : l.at.In(step.period);
        }
        break;
      case Step::Kind::kWhole:
        l.whole = true;
        l.sort = semantic::kWholeSort;
        l.domain = DomainOf(l.sort);
        break;
      case Step::Kind::kParent: {
        Slot slot;
        slot.kind = Slot::Kind::kOwner;
        slot.domain = l.domain;
        slot.type = TypeKind::kSubject;
        if (!step_to(OfSlot(std::move(slot)).value, {})) return std::nullopt;
        l.sort = model()[l.sort].parent;
        l.domain = DomainOf(l.sort);
        break;
      }
      case Step::Kind::kReference: {
        const semantic::Field& field = model()[step.reference];
        if (IsRowPeriod(l.at) && field.kind != semantic::Field::Kind::kRecord) {
          if (!FollowOnItsDay(step.reference, owners, from, l)) return std::nullopt;
          break;
        }
        Node node;
        node.form = Form::kField;
        node.field = step.reference;
        node.type = field.type;
        const Term to = Field(node, l.at);
        if (!to.ok()) return std::nullopt;
        const ValueId none = to.present.valid() ? code().Not(to.present) : ValueId{};
        if (!step_to(to.value, none)) return std::nullopt;
        owners = false;
        l.sort = field.type.subject;
        l.domain = DomainOf(l.sort);
        break;
      }
      case Step::Kind::kKey: {
        const ValueId group = GroupOf(step.quotient, l.at, l.domain);
        if (!group.valid()) return std::nullopt;
        if (!step_to(group, code().Less(group, code().Constant(0)))) return std::nullopt;
        l.sort = step.quotient;
        l.domain = GroupDomain(step.quotient, l.at);
        break;
      }
    }
  }
  return l;
}

ValueId Lowerer::MoveValue(ValueId value, const Landing& landing, DomainId to) {
  if (!value.valid() || code().IsConstant(value)) return value;
  if (landing.whole) return code().Broadcast(value, to);
  return landing.index.valid() ? code().Gather(landing.index, value, to) : value;
}

Term Lowerer::Moved(const Term& term, const Landing& landing, DomainId to) {
  if (!term.ok()) return {};
  Term out = term;
  out.value = MoveValue(term.value, landing, to);
  for (ValueId& denominator : out.denominators) denominator = MoveValue(denominator, landing, to);
  std::sort(out.denominators.begin(), out.denominators.end());
  out.present = MoveValue(term.present, landing, to);
  out.deferred = Either(MoveValue(term.deferred, landing, to), landing.none);
  const bool elsewhere = landing.domain != to && !graph().is_quotient(landing.sort);
  if (elsewhere && !code().IsConstant(term.value)) {
    const ValueId bad = code().Input(Code::kBad, 0, landing.domain, kBit, true);
    out.deferred = Either(out.deferred, MoveValue(bad, landing, to));
  }
  return out;
}

Term Lowerer::Pull(const Node& node, Period at) {
  const auto landing = Follow(graph()[node.path], node.grain.sort, at);
  if (!landing) return {};
  const DomainId to = DomainOf(node.grain.sort, at);
  if (!IsRowPeriod(landing->at) || IsRows(landing->sort))
    return Moved(LowerNode(node.operands[0], landing->at), *landing, to);
  // The rows lie in different periods: one after the other.
  const PeriodKind kind = landing->at.kind;
  if (kind == PeriodKind::kOnce) return Moved(LowerNode(node.operands[0], {}), *landing, to);
  const Period settled = out_.options.period;
  const std::vector<Period> periods =
      kind <= settled.kind ? settled.Split(kind) : std::vector<Period>{settled.In(kind)};
  Term out;
  for (const Period period : periods) {
    const Term here = Moved(LowerNode(node.operands[0], period), *landing, to);
    if (!here.ok()) return {};
    if (!out.ok()) {
      out = here;
      out.present = {};
      out.deferred = code().Bit(true);
    }
    Slot in;
    in.kind = Slot::Kind::kRowIn;
    in.domain = to;
    in.period = period;
    in.type = TypeKind::kBool;
    out = SelectTerm(OfSlot(std::move(in)).value, here, out);
    if (!out.ok()) return {};
  }
  return out;
}

ValueId Lowerer::AnyBad(SortId sort, DomainId to) {
  while (IsRows(sort)) sort = model()[sort].parent;
  if (graph().is_quotient(sort)) sort = graph().quotient(sort).base;
  while (IsRows(sort)) sort = model()[sort].parent;
  const DomainId from = DomainOf(sort);
  const DomainId whole = DomainOf(semantic::kWholeSort);
  const ValueId bad = code().Input(Code::kBad, 0, from, kBit, true);
  if (from == whole) return code().Broadcast(bad, to);
  return code().Broadcast(code().Fold(Code::kAny, {code().Constant(0), bad}, from, whole, kBit), to);
}

// ---- folds

Term Lowerer::Fold(const Node& node, Period at) {
  const bool in_time = InTime(graph()[node.path]) && !IsRows(node.source.sort) && at.kind != PeriodKind::kOnce;
  return in_time ? FoldInTime(node, at) : FoldColumns(node, at);
}

// Puts together what stands in a few columns; each part's `present` says whether it counts.
Term Lowerer::Finish(const Node& node, std::vector<Term> parts) {
  Term out;
  std::vector<Term*> numbers;
  for (Term& part : parts) numbers.push_back(&part);
  if (node.fold != FoldOp::kCount && parts[0].is_number()) Align(numbers);
  ValueId some = code().Bit(false);
  const bool smallest = (node.fold == FoldOp::kMin) != (parts[0].type == TypeKind::kEnum);
  for (const Term& part : parts) {
    if (!part.ok()) return {};
    const ValueId counts = part.present.valid() ? part.present : code().Bit(true);
    Term next = part;
    next.present = {};
    switch (node.fold) {
      case FoldOp::kSum:
        next.value = code().Select(counts, part.value, code().Constant(0));
        if (out.ok()) next.value = code().Add(out.value, next.value);
        break;
      case FoldOp::kAny:
        next.value = code().And(counts, part.value);
        if (out.ok()) next.value = code().Or(out.value, next.value);
        break;
      case FoldOp::kAll:
        next.value = code().Or(code().Not(counts), part.value);
        if (out.ok()) next.value = code().And(out.value, next.value);
        break;
      default:
        if (!out.ok()) break;
        if (node.fold == FoldOp::kOnly) {
          next.deferred = Either(next.deferred, code().And(some, counts));
          next.value = code().Select(counts, part.value, out.value);
          break;
        }
        next.value = smallest ? code().Least(out.value, part.value) : code().Greatest(out.value, part.value);
        next.value = code().Select(some, code().Select(counts, next.value, out.value), part.value);
    }
    next.deferred = Either(out.deferred, next.deferred);
    some = code().Or(some, counts);
    out = next;
    if (!out.ok()) return {};
  }
  if (node.fold != FoldOp::kSum && node.fold != FoldOp::kAny && !code().IsBit(some, true)) out.present = some;
  if (node.fold == FoldOp::kSum) Reduce(out);
  return out;
}

Term Lowerer::FoldInTime(const Node& node, Period at) {
  std::vector<Period> targets = {at};
  for (int back = 1; back < node.window; ++back) targets.push_back(at.Back(back));
  std::vector<Term> parts;
  for (const Period target : targets) {
    for (const Period period : target.Split(node.source.period)) {
      Term value = LowerNode(node.operands[0], period);
      if (!value.ok()) return {};
      value.deferred = Needed(value);
      value.present = {};
      if (node.conditional) {
        const Term condition = LowerNode(node.operands.back(), period);
        if (!condition.ok()) return {};
        if (value.deferred.valid()) value.deferred = code().And(condition.value, value.deferred);
        value.deferred = Either(Needed(condition), value.deferred);
        value.present = condition.value;
      }
      if (node.fold == FoldOp::kCount) {
        value.type = TypeKind::kNumber;
        value.denominators.clear();
        value.scale = 1;
        value.value = code().Constant(1);
      }
      parts.push_back(std::move(value));
    }
  }
  Node total = node;
  if (node.fold == FoldOp::kCount) total.fold = FoldOp::kSum;
  return Finish(total, std::move(parts));
}

// The row with the rank that the fold asks for, so that numerator and denominators are of one and the same: a bit; and whether a row that
// counts has no key.
std::pair<ValueId, ValueId> Lowerer::PickRow(const Node& node, const Term& value, const Landing& landing, Period at,
                                             ValueId index, ValueId counts) {
  const bool nth = node.fold == FoldOp::kNth;
  const Term key = nth ? LowerNode(node.operands[1], at) : value;
  if (!key.ok()) return {};
  Ranking ranking;
  ranking.ties = static_cast<unsigned char>(nth ? Ties::kCompetition : Ties::kDistinct);
  ranking.descending = {nth ? node.descending : node.fold == FoldOp::kMax};
  std::vector<ValueId> operands = {InOrder(key, landing), counts};
  if (!operands[0].valid()) {
    Unable("the greatest of fractions that do not fit 127 bits");
    return {};
  }
  if (!code().IsConstant(index)) operands.push_back(index);
  const DomainId source = DomainOf(node.source.sort, at);
  const ValueId rank = code().Rank(std::move(ranking), std::move(operands), source, {-1, 2 * kRows});
  const ValueId undated = nth ? Needed(key) : ValueId{};
  return {code().And(counts, code().Equal(rank, code().Constant(nth ? node.back : 1))),
          undated.valid() ? code().And(counts, undated) : undated};
}

Term Lowerer::FoldColumns(const Node& node, Period at) {
  const bool rows = IsRows(node.source.sort);
  const bool leaves = graph().LeavesSubject(node.path);
  if (!rows && node.window != 1) return Unable("a window over other subjects");
  if (leaves && !out_.options.peers) return Unable("it needs peers");
  if (IsRowPeriod(at) && node.window != 1) return Unable("a window of rows");
  const DomainId target = DomainOf(node.grain.sort, at);
  const std::vector<Period> periods =
      rows ? std::vector<Period>{RowPeriod(node.source.period)} : PeriodsOf(node.source.period);
  std::vector<Term> parts;
  for (const Period period : periods) {
    // Even where nothing of the members is read: how many keys there are.
    const SortId sort = node.source.sort;
    if (graph().is_quotient(sort) && !GroupOf(sort, period, DomainOf(graph().quotient(sort).base)).valid()) return {};
    const auto landing = Follow(graph()[node.path], sort, period);
    if (!landing) return {};
    if (!rows && landing->at != at) continue;
    if (!landing->whole && !landing->index.valid()) return Unable("a fold that stays where it is");
    const DomainId source = DomainOf(node.source.sort, period);
    ValueId counts = code().Bit(true);
    if (rows) {
      ValueId in = code().Bit(false);
      for (int back = 0; back < std::max(node.window, 1); ++back) {
        Slot slot;
        slot.kind = node.window == 0 ? Slot::Kind::kRowNotAfter : Slot::Kind::kRowIn;
        slot.domain = source;
        // From rows to rows: their periods are the same.
        slot.period = at.kind == PeriodKind::kOnce || IsRowPeriod(at) ? Period{} : at.Back(back);
        slot.type = TypeKind::kBool;
        in = code().Or(in, OfSlot(std::move(slot)).value);
      }
      counts = in;
    }
    ValueId index = landing->whole ? code().Constant(0) : landing->index;
    if (landing->none.valid()) index = code().Select(landing->none, code().Constant(-1), index);
    Term value = LowerNode(node.operands[0], period);
    if (!value.ok()) return {};
    if (node.fold == FoldOp::kCount) value.denominators.clear();
    ValueId deferred = Needed(value);
    if (node.conditional) {
      const Term condition = LowerNode(node.operands.back(), period);
      if (!condition.ok()) return {};
      if (deferred.valid()) deferred = code().And(condition.value, deferred);
      deferred = Either(Needed(condition), deferred);
      if (deferred.valid()) deferred = code().And(counts, deferred);
      counts = code().And(counts, condition.value);
    } else if (deferred.valid()) {
      deferred = code().And(counts, deferred);
    }
    const bool fractions = !value.denominators.empty();
    const bool extreme = node.fold == FoldOp::kMin || node.fold == FoldOp::kMax;
    ValueId total;  // of 最近, 最早: how many there are
    if (node.fold == FoldOp::kNth || (extreme && fractions)) {
      if (node.fold == FoldOp::kNth) total = code().Fold(Code::kCount, {index, counts}, source, target, {0, kRows});
      const auto [picked, undated] = PickRow(node, value, *landing, period, index, counts);
      if (!picked.valid()) return {};
      deferred = Either(deferred, undated);
      counts = picked;
    }
    const auto fold = [&](Code op, ValueId of, Bounds bounds) {
      std::vector<ValueId> operands = {index};
      if (op != Code::kCount && op != Code::kAny) operands.push_back(of);
      operands.push_back(op == Code::kAny ? of : counts);
      return code().Fold(op, std::move(operands), source, target, bounds);
    };
    const Bounds own = code()[value.value].bounds;
    const auto sums = Product({std::min<Int>(own.low, 0), std::max<Int>(own.high, 0)}, Bounds::Point(kRows));
    const bool smallest = (node.fold == FoldOp::kMin) != (value.type == TypeKind::kEnum);
    Term part = value;
    part.present = {};
    if (node.fold == FoldOp::kSum) {
      for (const ValueId denominator : part.denominators) {
        if (!SameInGroup(denominator, *landing)) return Unable("a sum of fractions with many denominators");
      }
    }
    // That of the one row that counts, or the one that all have.
    for (ValueId& denominator : part.denominators) {
      const ValueId of = fold(Code::kMost, denominator, code()[denominator].bounds.Hull(Bounds::Point(0)));
      denominator = code().Greatest(of, code().Constant(1));
    }
    std::sort(part.denominators.begin(), part.denominators.end());
    switch (node.fold) {
      case FoldOp::kSum: part.value = sums ? fold(Code::kSum, value.value, *sums) : ValueId{}; break;
      case FoldOp::kCount:
        part.type = TypeKind::kNumber;
        part.scale = 1;
        part.value = fold(Code::kCount, {}, {0, kRows});
        break;
      case FoldOp::kAny: part.value = fold(Code::kAny, code().And(counts, value.value), kBit); break;
      case FoldOp::kAll:
        part.value = code().Not(fold(Code::kAny, code().And(counts, code().Not(value.value)), kBit));
        break;
      default: {
        const bool least = smallest && extreme && !fractions;
        part.value = fold(least ? Code::kFewest : Code::kMost, value.value, own.Hull(Bounds::Point(0)));
        if (value.type == TypeKind::kBool) part.value = code().Equal(part.value, code().Constant(1));
      }
    }
    part.deferred = deferred.valid() ? fold(Code::kAny, deferred, kBit) : ValueId{};
    const bool empty_is_absent = node.fold != FoldOp::kSum && node.fold != FoldOp::kCount && node.fold != FoldOp::kAny;
    if (empty_is_absent) {
      const ValueId count = fold(Code::kCount, {}, {0, kRows});
      part.present = code().Less(code().Constant(0), count);
      if (node.fold == FoldOp::kOnly) part.deferred = Either(part.deferred, code().Less(code().Constant(1), count));
      if (node.fold == FoldOp::kNth) {
        // Several of one date: none or more than one has that rank.
        const ValueId enough = code().AtMost(code().Constant(node.back), total);
        part.present = enough;
        part.deferred = Either(part.deferred, code().And(enough, code().Not(code().Equal(count, code().Constant(1)))));
      }
    }
    parts.push_back(std::move(part));
  }
  if (parts.empty()) return Unable("a fold over no period");
  Node total = node;
  if (node.fold == FoldOp::kCount) total.fold = FoldOp::kSum;
  Term out = Finish(total, std::move(parts));
  if (out.ok() && leaves) out.deferred = Either(out.deferred, AnyBad(node.source.sort, target));
  return out;
}

}  // namespace heng::program
