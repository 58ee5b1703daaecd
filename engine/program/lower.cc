#include "engine/program/lower.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/program/lowerer.h"

namespace heng::program {
namespace {

constexpr Bounds kBit{0, 1};
// Positions in a roster, codes of texts.
constexpr Bounds kPosition{0, INT32_MAX};
// Days of the years 1000 to 9999.
constexpr Bounds kDays{-354285, 2932896};
// What is recorded or imported may be of another version, with other ranges. Whatever is greater the interpreter looks at.
constexpr Int kRecorded = Int{1} << 46;
constexpr Int kRecordedAsInteger = Int{1} << 56;

Int PowerOfTen(int places) {
  Int power = 1;
  for (int i = 0; i < places; ++i) power *= 10;
  return power;
}

}  // namespace

size_t BytesOf(Storage storage) {
  static constexpr size_t kBytes[] = {1, 4, 8, 16};
  return kBytes[static_cast<size_t>(storage)];
}

bool InTime(const graph::Path& path) {
  return std::all_of(path.steps.begin(), path.steps.end(),
                     [](const graph::Step& step) { return step.kind == graph::Step::Kind::kCalendar; });
}

std::vector<NodeId> ConditionsOf(const Node& node) {
  std::vector<NodeId> out;
  for (size_t i = 0; i + 1 < node.operands.size(); i += 2) out.push_back(node.operands[i]);
  return out;
}

Lowerer::Lowerer(graph::GraphPtr graph, LowerOptions options)
    : ranges_(*graph), grids_(*graph, ranges_), forms_(*graph, ranges_) {
  out_.graph = std::move(graph);
  out_.options = std::move(options);
  DomainOf(semantic::kWholeSort);
  // A policy with a gap has no graph.
  for (const graph::Obligation& owed : this->graph().obligations) {
    if (owed.kind == graph::Obligation::Kind::kNoGap) without_gap_.insert(ConditionsOf(this->graph()[owed.node]));
  }
}

Term Lowerer::Unable(std::string reason) {
  if (reason_.empty()) reason_ = std::move(reason);
  return {};
}

std::vector<Period> Lowerer::PeriodsOf(PeriodKind kind) const {
  if (kind == PeriodKind::kOnce) return {Period{}};
  if (kind > out_.options.period.kind) return {};
  return out_.options.period.Split(kind);
}

Date Lowerer::DayOf(Period at) const { return (at.kind == PeriodKind::kOnce ? out_.options.period : at).first_day(); }

bool Lowerer::IsRows(SortId sort) const {
  return !graph().is_quotient(sort) && model()[sort].kind == semantic::Sort::Kind::kRecords;
}

DomainId Lowerer::DomainOf(SortId sort, Period period) {
  if (graph().is_quotient(sort)) return GroupDomain(sort, period);
  const auto [at, added] = domains_.try_emplace({sort, Period{}}, DomainId(out_.domains.size()));
  if (added) out_.domains.push_back({sort, {}, {}});
  return at->second;
}

// ---- leaves

size_t Lowerer::PlaceSlot(Slot slot) {
  for (size_t i = 0; i < out_.slots.size(); ++i) {
    const Slot& s = out_.slots[i];
    if (s.kind == slot.kind && s.domain == slot.domain && s.field == slot.field && s.definition == slot.definition &&
        s.period == slot.period)
      return i;
  }
  out_.slots.push_back(std::move(slot));
  return out_.slots.size() - 1;
}

void Lowerer::Fits(Slot& slot) {
  if (slot.type == TypeKind::kBool) slot.bounds = kBit;
  if (slot.type == TypeKind::kText || slot.type == TypeKind::kSubject) slot.bounds = kPosition;
  if (slot.type == TypeKind::kDate) slot.bounds = kDays;
  slot.storage = slot.type == TypeKind::kBool ? Storage::kBit : slot.bounds.fits(32) ? Storage::k32 : Storage::k64;
}

std::optional<Slot> Lowerer::NumberSlot(Slot slot, const graph::Interval& interval, std::optional<int> places) {
  const int digits = places && *places <= 12 ? *places : 6;
  slot.scale = PowerOfTen(digits);
  const Int most = std::min(kRecorded * slot.scale, kRecordedAsInteger);
  slot.bounds = {-most, most};
  const auto end = [&](const std::optional<Rational>& value, Int& bound) {
    if (!value) return;
    const auto scaled = (*value * Rational::Of({slot.scale, 1})).ToFraction();
    if (scaled) bound = scaled->numerator / scaled->denominator + (scaled->denominator == 1 ? 0 : bound < 0 ? -1 : 1);
  };
  end(interval.low, slot.bounds.low);
  end(interval.high, slot.bounds.high);
  if (!slot.bounds.fits(64)) return std::nullopt;
  return slot;
}

Term Lowerer::OfSlot(Slot slot) {
  Fits(slot);
  Term term;
  term.type = slot.type;
  term.scale = slot.scale;
  const bool bit = slot.type == TypeKind::kBool;
  const bool optional = slot.optional;
  const bool may_lack = slot.kind == Slot::Kind::kPast || slot.kind == Slot::Kind::kInterpreted;
  const DomainId domain = slot.domain;
  const Bounds bounds = slot.bounds;
  const size_t index = PlaceSlot(std::move(slot));
  term.value = code().Input(Code::kInput, index, domain, bounds, bit);
  if (optional) term.present = code().Input(Code::kPresent, index, domain, kBit, true);
  if (may_lack) term.deferred = code().Input(Code::kUnknown, index, domain, kBit, true);
  return term;
}

Term Lowerer::OfValue(TypeKind type, const Value& value) {
  Term term;
  term.type = type;
  if (IsAbsent(value)) {
    term.value = type == TypeKind::kBool ? code().Bit(false) : code().Constant(0);
    term.present = code().Bit(false);
  } else if (const auto* number = std::get_if<Rational>(&value)) {
    const auto fraction = number->ToFraction();
    if (!fraction) return Unable("a constant does not fit 127 bits");
    term.value = code().Constant(fraction->numerator);
    term.scale = fraction->denominator;
  } else if (const auto* truth = std::get_if<bool>(&value)) {
    term.value = code().Bit(*truth);
  } else if (const auto* one = std::get_if<EnumCode>(&value)) {
    term.value = code().Constant(one->index);
  } else if (const auto* date = std::get_if<Date>(&value)) {
    term.value = code().Constant(date->days());
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    const auto [at, added] = texts_.try_emplace(*text, static_cast<Int>(out_.texts.size()));
    if (added) out_.texts.push_back(*text);
    term.value = code().Constant(at->second);
  } else if (const auto* entity = std::get_if<EntityId>(&value)) {
    term.value = code().Constant(entity->index);
  } else {
    return Unable("a constant that is a failure");
  }
  return term;
}

Term Lowerer::Literal(const Node& node) { return OfValue(node.type.kind, node.literal); }

Term Lowerer::Field(const Node& node, Period at) {
  using Kind = semantic::Field::Kind;
  const semantic::Field& field = model()[node.field];
  if (field.kind == Kind::kParameter) {
    if (!field.since.empty()) {
      if (IsRowPeriod(at)) return Unable("a parameter with history is read on rows");
      Term out;
      for (const auto& [since, value] : field.since) {
        if (since <= DayOf(at)) out = OfValue(field.type.kind, value);
      }
      if (out.ok()) return out;
    } else if (field.value) {
      return OfValue(field.type.kind, *field.value);
    } else if (const auto bound = out_.options.parameters.find(node.field); bound != out_.options.parameters.end()) {
      return OfValue(field.type.kind, bound->second);
    }
    Term none = OfValue(field.type.kind, Absent{});
    none.present = {};
    none.deferred = code().Bit(true);
    return none;
  }
  Slot slot;
  slot.field = node.field;
  slot.domain = DomainOf(field.grain.sort);
  slot.type = field.type.kind;
  slot.optional = field.type.optional;
  slot.period = at;
  if (field.kind == Kind::kAttribute || field.kind == Kind::kImported) slot.period = Period::Of(DayOf(at));
  if (field.kind == Kind::kRecord) slot.period = {};
  if (field.kind == Kind::kImported) slot.optional = true;
  if (slot.type == TypeKind::kEnum)
    slot.bounds = {0, static_cast<Int>(model()[field.type.enumeration].values.size()) - 1};
  if (slot.type == TypeKind::kNumber) {
    graph::Interval interval;
    if (field.range) interval = {field.range->first, field.range->second, false, false};
    const int places = field.places.value_or(field.kind == Kind::kImported ? 6 : 0) + (field.type.percent ? 2 : 0);
    auto number = NumberSlot(std::move(slot), interval, places);
    if (!number) return Unable("the declared range does not fit 64 bits");
    slot = std::move(*number);
  }
  return OfSlot(std::move(slot));
}

Term Lowerer::Past(const Node& node, Period at) {
  const Period past = at.Back(node.back);
  const Period settled = out_.options.period;
  if (IsRowPeriod(at)) return Unable("the past of rows");
  const bool present = past.kind == PeriodKind::kOnce ||
                       (past.kind <= settled.kind ? past.In(settled.kind) == settled : settled.In(past.kind) == past);
  if (node.back == 0 && present) return LowerNode(node.operands[0], past);
  const Node& of = graph()[node.operands[0]];
  if (of.form == Form::kField) {
    Term term = Field(of, past);
    // That there is no such fact is an error, and not an absence.
    if (term.present.valid()) term.deferred = Either(term.deferred, code().Not(term.present));
    return term;
  }
  const graph::Definition& definition = graph()[of.definition];
  const std::optional<Date>& trial = model().policy.trial_until;
  if (trial && past.last_day() <= *trial) return OfValue(definition.type.kind, Absent{});
  Slot slot;
  slot.kind = Slot::Kind::kPast;
  slot.definition = of.definition;
  slot.domain = DomainOf(definition.grain.sort);
  slot.type = definition.type.kind;
  slot.optional = true;
  slot.period = past;
  if (graph().is_quotient(definition.grain.sort)) return Unable("the past of a key");
  if (slot.type == TypeKind::kEnum)
    slot.bounds = {0, static_cast<Int>(model()[definition.type.enumeration].values.size()) - 1};
  if (slot.type == TypeKind::kNumber) {
    auto number = NumberSlot(std::move(slot), ranges_.Of(definition.body), grids_.Of(definition.body).places());
    if (!number) return Unable("what is recorded may not fit 64 bits");
    slot = std::move(*number);
  }
  return OfSlot(std::move(slot));
}

// ---- nodes

void Lowerer::Tighten(NodeId id, Term& term) {
  if (!term.ok() || !term.is_number() || !term.denominators.empty() || code().IsConstant(term.value)) return;
  // Where there is no value something stands in its place, and the same operation may stand for another node elsewhere.
  if (term.present.valid() || term.deferred.valid()) return;
  const graph::Interval& interval = ranges_.Of(id);
  Bounds bounds = code()[term.value].bounds;
  const auto end = [&](const std::optional<Rational>& value, Int& bound, bool low) {
    if (!value) return;
    const auto scaled = (*value * Rational::Of({term.scale, 1})).ToFraction();
    if (!scaled) return;
    // Inward to whole numbers.
    Int whole = scaled->numerator / scaled->denominator;
    const bool exact = whole * scaled->denominator == scaled->numerator;
    if (!exact && low && scaled->numerator > 0) ++whole;
    if (!exact && !low && scaled->numerator < 0) --whole;
    bound = low ? std::max(bound, whole) : std::min(bound, whole);
  };
  end(interval.low, bounds.low, true);
  end(interval.high, bounds.high, false);
  code().Tighten(term.value, bounds);
}

Term Lowerer::LowerNode(NodeId id, Period at) {
  const Node& node = graph()[id];
  if (node.grain.period == PeriodKind::kOnce && node.form != Form::kLiteral && !IsRowPeriod(at)) at = {};
  const std::pair key{id, at};
  if (const auto known = terms_.find(key); known != terms_.end()) {
    if (!known->second.ok()) Unable(unable_[key]);
    return known->second;
  }
  // What is equal is computed once.
  const NodeId first = forms_.FirstEqual(id);
  Term term = first == id ? Term{} : LowerNode(first, at);
  if (!term.ok()) term = Compute(id, at);
  // Where ranks are strict a tie is told by a value that no rank has.
  if (node.form != Form::kRank || node.ties != graph::Ties::kError) Tighten(id, term);
  if (term.ok() && node.form != Form::kLiteral && node.form != Form::kName)
    out_.nodes.push_back({id, at, term.value, term.denominators, term.scale});
  if (!term.ok()) unable_[key] = reason_;
  return terms_[key] = term;
}

Term Lowerer::Compute(NodeId id, Period at) {
  const Node& node = graph()[id];
  switch (node.form) {
    case Form::kLiteral: return Literal(node);
    case Form::kField: return Field(node, at);
    case Form::kName: return Name(node.definition, at);
    case Form::kPull: return Pull(node, at);
    case Form::kOp: return node.op == Op::kAnd || node.op == Op::kOr ? Logic(node, at) : Operation(node, id, at);
    case Form::kCase: return Case(node, at);
    case Form::kNone: return OfValue(node.type.kind, Absent{});
    case Form::kHas: {
      const Term of = LowerNode(node.operands[0], at);
      if (!of.ok()) return {};
      Term term;
      term.type = TypeKind::kBool;
      term.value = of.present.valid() ? of.present : code().Bit(true);
      term.deferred = of.deferred;
      return term;
    }
    case Form::kElse: return Else(node, at);
    case Form::kFold: return Fold(node, at);
    case Form::kRank: return Rank(node, at);
    case Form::kPast: return Past(node, at);
    case Form::kFail: {
      Term term = OfValue(node.type.kind, Absent{});
      term.present = {};
      term.deferred = code().Bit(true);
      return term;
    }
  }
  CHECK(false);
  return {};
}

Term Lowerer::Name(DefId id, Period at) {
  const graph::Definition& definition = graph()[id];
  Term term = LowerNode(definition.body, at);
  if (term.ok()) return term;
  // The interpreter gives its values, as if they were facts.
  interpreted_.try_emplace(id, reason_.empty() ? "it does not fit 127 bits" : reason_);
  reason_.clear();
  if (graph().is_quotient(definition.grain.sort)) return Unable("values of a key come from the interpreter");
  if (IsRowPeriod(at)) return Unable("values of rows come from the interpreter");
  Slot slot;
  slot.kind = Slot::Kind::kInterpreted;
  slot.definition = id;
  slot.domain = DomainOf(definition.grain.sort);
  slot.type = graph()[definition.body].type.kind;
  slot.optional = true;
  slot.period = at;
  if (slot.type == TypeKind::kEnum)
    slot.bounds = {0, static_cast<Int>(model()[graph()[definition.body].type.enumeration].values.size()) - 1};
  if (slot.type == TypeKind::kNumber) {
    auto number = NumberSlot(std::move(slot), ranges_.Of(definition.body), grids_.Of(definition.body).places());
    if (!number) return Unable("values from the interpreter do not fit 64 bits");
    slot = std::move(*number);
  }
  return OfSlot(std::move(slot));
}

// ---- outputs

void Lowerer::AddOutput(DefId id, Period period) {
  const graph::Definition& definition = graph()[id];
  // Of the values of a key: in the order in which they appear, as the interpreter counts them.
  const bool quotient = graph().is_quotient(definition.grain.sort);
  const bool grouped =
      !quotient ||
      GroupOf(definition.grain.sort, period, DomainOf(graph().quotient(definition.grain.sort).base)).valid();
  Term term = grouped ? LowerNode(definition.body, period) : Term{};
  if (!term.ok()) {
    interpreted_.try_emplace(id, reason_.empty() ? "it does not fit 127 bits" : reason_);
    reason_.clear();
    return;
  }
  Output output;
  output.definition = id;
  output.period = period;
  output.domain = DomainOf(definition.grain.sort, period);
  output.type = term.type;
  // Published numbers are finite decimals: what the denominators hide cancels, but not as written here.
  output.value = term.value;
  output.denominators = term.denominators;
  output.scale = term.scale;
  output.present = term.present;
  output.deferred =
      quotient ? term.deferred : Either(term.deferred, code().Input(Code::kBad, 0, output.domain, kBit, true));
  out_.outputs.push_back(std::move(output));
}

void Lowerer::AddChecks() {
  for (const graph::Root& root : graph().roots) {
    if (root.kind != graph::Root::Kind::kCheck) continue;
    const semantic::Grain grain = graph()[root.definition].grain;
    if (IsRows(grain.sort)) {
      // Whether a row can be read is known of its subject.
      SortId subject = grain.sort;
      while (IsRows(subject)) subject = model()[subject].parent;
      DomainOf(subject);
      AddOutput(root.definition, RowPeriod(grain.period));
      continue;
    }
    std::set<Period> periods;
    for (const Period period : PeriodsOf(grain.period)) periods.insert(period);
    if (grain.period != PeriodKind::kOnce && grain.period > out_.options.period.kind)
      periods.insert(out_.options.period.In(grain.period));
    for (const Period period : out_.options.checked_periods) {
      if (period.kind == grain.period) periods.insert(period);
    }
    for (const Period period : periods) AddOutput(root.definition, period);
  }
}

Lowered Lowerer::Run() && {
  std::vector<DefId> wanted;
  for (const graph::Root& root : graph().roots) {
    if ((root.kind == graph::Root::Kind::kResult && out_.options.results) ||
        (root.kind == graph::Root::Kind::kGuarantee && out_.options.guarantees))
      wanted.push_back(root.definition);
  }
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  for (const DefId id : wanted) {
    if (!out_.options.peers && graph().NeedsPeers(id)) continue;
    for (const Period period : PeriodsOf(graph()[id].grain.period)) AddOutput(id, period);
  }
  if (out_.options.checks) AddChecks();
  for (auto& [definition, reason] : interpreted_) out_.interpreted.push_back({definition, reason});
  return std::move(out_);
}

std::shared_ptr<const Lowered> Lower(graph::GraphPtr graph, LowerOptions options) {
  return std::make_shared<const Lowered>(Lowerer(std::move(graph), std::move(options)).Run());
}

}  // namespace heng::program
