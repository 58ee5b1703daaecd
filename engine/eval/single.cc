#include "engine/eval/single.h"

#include <algorithm>
#include <bit>
#include <map>
#include <set>

#include "engine/base/check.h"
#include "engine/eval/kernels.h"

namespace heng::eval {

using program::Code;
using program::Place;
using program::Program;
using program::Storage;
using program::ValueId;
using Step = SinglePlan::Step;

namespace {

class Planner {
 public:
  explicit Planner(std::shared_ptr<const Program> program) {
    plan_.program = std::move(program);
    const program::Lowered& lowered = *plan_.program->lowered;
    plan_.present = lowered.slots.size();
    plan_.unknown = plan_.present + lowered.slots.size();
    plan_.bad = plan_.unknown + lowered.slots.size();
    plan_.initial.assign(plan_.bad + lowered.domains.size(), 0);
    std::fill(plan_.initial.begin() + static_cast<std::ptrdiff_t>(plan_.present),
              plan_.initial.begin() + static_cast<std::ptrdiff_t>(plan_.unknown), Int{1});
  }

  std::shared_ptr<const SinglePlan> Run() {
    std::vector<const program::Instruction*> all;
    for (const program::Stage& stage : plan_.program->stages) {
      for (const auto* list : {&stage.columns, &stage.rows}) {
        for (const program::Instruction& instruction : *list) all.push_back(&instruction);
      }
    }
    CountUses(all);
    Merge(all);
    for (const program::Instruction* instruction : all) Emit(*instruction);
    for (const program::Given& given : plan_.program->outputs) {
      SinglePlan::Given out;
      out.value = Register(given.value);
      for (const Place& place : given.denominators) out.denominators.push_back(Register(place));
      if (given.present) out.present = Register(*given.present);
      if (given.deferred) out.deferred = Register(*given.deferred);
      plan_.outputs.push_back(std::move(out));
    }
    return std::make_shared<const SinglePlan>(std::move(plan_));
  }

 private:
  const program::CodeBuilder& code() const { return plan_.program->lowered->code; }

  void CountUses(const std::vector<const program::Instruction*>& all) {
    for (const program::Instruction* instruction : all) {
      for (const ValueId operand : code()[instruction->value].operands) ++uses_[operand];
      defined_[instruction->value] = instruction;
    }
    for (const program::Output& output : plan_.program->lowered->outputs) {
      uses_[output.value] += 2;
      for (const ValueId denominator : output.denominators) uses_[denominator] += 2;
      if (output.present.valid()) uses_[output.present] += 2;
      if (output.deferred.valid()) uses_[output.deferred] += 2;
    }
  }

  uint32_t New(Int initial) {
    plan_.initial.push_back(initial);
    return static_cast<uint32_t>(plan_.initial.size() - 1);
  }

  uint32_t Constant(Int value) {
    plan_.wide = plan_.wide || !program::Bounds::Point(value).fits(64);
    const auto [at, added] = constants_.try_emplace(value, 0);
    if (added) at->second = New(value);
    return at->second;
  }

  // Where a place of the batch program is, for outputs.
  uint32_t Register(const Place& place) {
    switch (place.kind) {
      case Place::Kind::kConstant: return Constant(place.constant);
      case Place::Kind::kSlot: return static_cast<uint32_t>(place.index);
      case Place::Kind::kPresent: return static_cast<uint32_t>(plan_.present + place.index);
      case Place::Kind::kUnknown: return static_cast<uint32_t>(plan_.unknown + place.index);
      case Place::Kind::kBad: return static_cast<uint32_t>(plan_.bad + place.index);
      case Place::Kind::kColumn: return columns_.at(place.index);
      default: CHECK(false); return 0;
    }
  }

  uint32_t RegisterOf(ValueId id) {
    const program::Operation& o = code()[id];
    switch (o.code) {
      case Code::kConstant: return Constant(o.immediate);
      case Code::kInput: return static_cast<uint32_t>(o.index);
      case Code::kPresent: return static_cast<uint32_t>(plan_.present + o.index);
      case Code::kUnknown: return static_cast<uint32_t>(plan_.unknown + o.index);
      case Code::kBad: return static_cast<uint32_t>(plan_.bad + o.domain.index());
      default: return registers_.at(id);
    }
  }

  // True if the operand is computed for this one use by an operation of that code, which the step can take in.
  bool Absorbs(ValueId id, std::initializer_list<Code> codes) const {
    const auto uses = uses_.find(id);
    const bool once = uses != uses_.end() && uses->second == 1 && defined_.count(id) > 0;
    return once && std::find(codes.begin(), codes.end(), code()[id].code) != codes.end();
  }

  void Emit(const program::Instruction& instruction) {
    const ValueId id = instruction.value;
    const program::Operation& o = code()[id];
    plan_.wide = plan_.wide || instruction.out.storage == Storage::k128;
    if (merged_.count(id) > 0) return;
    SinglePlan::Instruction out;
    out.index = static_cast<uint32_t>(o.index);
    if (o.code == Code::kFind) {
      out.step = Step::kFind;
      out.a = static_cast<uint32_t>(plan_.columns.size());
      for (const ValueId operand : o.operands) plan_.columns.push_back(RegisterOf(operand));
    } else if (o.code == Code::kBroadcast) {
      out.a = RegisterOf(o.operands[0]);
    } else {
      static const std::map<Code, Step> kSteps = {
          {Code::kAdd, Step::kAdd},           {Code::kSubtract, Step::kSubtract},     {Code::kMultiply, Step::kMultiply},
          {Code::kMin, Step::kMin},           {Code::kMax, Step::kMax},               {Code::kSelect, Step::kSelect},
          {Code::kDivideHalfUp, Step::kDivideHalfUp}, {Code::kDivideHalfEven, Step::kDivideHalfEven},
          {Code::kDivideDown, Step::kDivideDown},     {Code::kDivideUp, Step::kDivideUp},
          {Code::kEqual, Step::kEqual},       {Code::kLess, Step::kLess},             {Code::kAtMost, Step::kAtMost},
          {Code::kAnd, Step::kAnd},           {Code::kOr, Step::kOr},                 {Code::kNot, Step::kNot},
          {Code::kAddMonths, Step::kAddMonths}, {Code::kMonthsBetween, Step::kMonthsBetween}, {Code::kTable, Step::kTable}};
      out.step = kSteps.at(o.code);
      std::vector<uint32_t> registers;
      for (const ValueId operand : Operands(o, out.step)) registers.push_back(RegisterOf(operand));
      registers.resize(4);
      out.a = registers[0];
      out.b = registers[1];
      out.c = registers[2];
      out.d = registers[3];
    }
    out.out = New(0);
    registers_[id] = out.out;
    if (instruction.out.kind == Place::Kind::kColumn) columns_[instruction.out.index] = out.out;
    plan_.instructions.push_back(out);
  }

  // The operands of a step, in which those of an operation that it takes in stand first.
  std::vector<ValueId> Operands(const program::Operation& o, Step& step) {
    if (o.code == Code::kSelect && merged_.count(o.operands[0]) > 0) {
      const program::Operation& c = code()[o.operands[0]];
      step = c.code == Code::kEqual ? Step::kSelectEqual : c.code == Code::kLess ? Step::kSelectLess : Step::kSelectAtMost;
      return {c.operands[0], c.operands[1], o.operands[1], o.operands[2]};
    }
    if (o.code == Code::kAdd || o.code == Code::kSubtract) {
      for (const size_t i : {size_t{1}, size_t{0}}) {
        if (merged_.count(o.operands[i]) == 0 || (o.code == Code::kSubtract && i == 0)) continue;
        const program::Operation& product = code()[o.operands[i]];
        step = o.code == Code::kAdd ? Step::kMultiplyAdd : Step::kMultiplySubtract;
        return {product.operands[0], product.operands[1], o.operands[1 - i]};
      }
    }
    return o.operands;
  }

  // Which operations are taken in by the one that uses them.
  void Merge(const std::vector<const program::Instruction*>& all) {
    for (const program::Instruction* instruction : all) {
      const program::Operation& o = code()[instruction->value];
      if (o.code == Code::kSelect && Absorbs(o.operands[0], {Code::kEqual, Code::kLess, Code::kAtMost}))
        merged_.insert(o.operands[0]);
      if (o.code != Code::kAdd && o.code != Code::kSubtract) continue;
      for (const size_t i : {size_t{1}, size_t{0}}) {
        if (!Absorbs(o.operands[i], {Code::kMultiply}) || (o.code == Code::kSubtract && i == 0)) continue;
        merged_.insert(o.operands[i]);
        break;
      }
    }
  }

  SinglePlan plan_;
  std::map<ValueId, int> uses_;
  std::map<ValueId, const program::Instruction*> defined_;
  std::map<ValueId, uint32_t> registers_;
  std::map<size_t, uint32_t> columns_;
  std::map<Int, uint32_t> constants_;
  std::set<ValueId> merged_;
};

template <typename T>
void Run(const SinglePlan& plan, T* r) {
  const program::CodeBuilder& code = plan.program->lowered->code;
  for (const SinglePlan::Instruction& in : plan.instructions) {
    T& out = r[in.out];
    switch (in.step) {
      case Step::kAdd: out = r[in.a] + r[in.b]; break;
      case Step::kSubtract: out = r[in.a] - r[in.b]; break;
      case Step::kMultiply: out = r[in.a] * r[in.b]; break;
      case Step::kMultiplyAdd: out = r[in.a] * r[in.b] + r[in.c]; break;
      case Step::kMultiplySubtract: out = r[in.c] - r[in.a] * r[in.b]; break;
      case Step::kMin: out = std::min(r[in.a], r[in.b]); break;
      case Step::kMax: out = std::max(r[in.a], r[in.b]); break;
      case Step::kSelect: out = r[r[in.a] != 0 ? in.b : in.c]; break;
      case Step::kSelectEqual: out = r[r[in.a] == r[in.b] ? in.c : in.d]; break;
      case Step::kSelectLess: out = r[r[in.a] < r[in.b] ? in.c : in.d]; break;
      case Step::kSelectAtMost: out = r[r[in.a] <= r[in.b] ? in.c : in.d]; break;
      // Where the decision is deferred the divisor may be anything.
      case Step::kDivideHalfUp: out = DivideWhole<T>(Code::kDivideHalfUp, r[in.a], std::max<T>(r[in.b], 1)); break;
      case Step::kDivideHalfEven: out = DivideWhole<T>(Code::kDivideHalfEven, r[in.a], std::max<T>(r[in.b], 1)); break;
      case Step::kDivideDown: out = DivideWhole<T>(Code::kDivideDown, r[in.a], std::max<T>(r[in.b], 1)); break;
      case Step::kDivideUp: out = DivideWhole<T>(Code::kDivideUp, r[in.a], std::max<T>(r[in.b], 1)); break;
      case Step::kEqual: out = r[in.a] == r[in.b]; break;
      case Step::kLess: out = r[in.a] < r[in.b]; break;
      case Step::kAtMost: out = r[in.a] <= r[in.b]; break;
      case Step::kAnd: out = r[in.a] & r[in.b]; break;
      case Step::kOr: out = r[in.a] | r[in.b]; break;
      case Step::kNot: out = r[in.a] ^ 1; break;
      case Step::kAddMonths: out = AddMonths(static_cast<int64_t>(r[in.a]), static_cast<int64_t>(r[in.b])); break;
      case Step::kMonthsBetween: out = MonthsBetween(static_cast<int64_t>(r[in.a]), static_cast<int64_t>(r[in.b])); break;
      case Step::kTable: out = static_cast<T>(code.tables()[in.index][static_cast<size_t>(r[in.a])]); break;
      case Step::kFind: {
        const uint32_t* columns = plan.columns.data() + in.a;
        out = static_cast<T>(code.finders()[in.index].Find([&](size_t c) { return static_cast<Int>(r[columns[c]]); }));
        break;
      }
      case Step::kCopy: out = r[in.a]; break;
    }
  }
}

}  // namespace

std::shared_ptr<const SinglePlan> PlanSingle(std::shared_ptr<const Program> program) {
  CHECK(program->single);
  return Planner(std::move(program)).Run();
}

Single::Single(std::shared_ptr<const SinglePlan> plan) : plan_(std::move(plan)) {
  if (plan_->wide) {
    wide_ = plan_->initial;
  } else {
    for (const Int value : plan_->initial) narrow_.push_back(static_cast<int64_t>(value));
  }
}

void Single::Decide() {
  if (plan_->wide) {
    Run(*plan_, wide_.data());
  } else {
    Run(*plan_, narrow_.data());
  }
}

Rational Single::number(size_t output) const {
  Rational value = Rational::Of({integer(output), plan_->program->lowered->outputs[output].scale});
  for (const uint32_t divisor : plan_->outputs[output].denominators) value = value / Rational::Of({Get(divisor), 1});
  return value;
}

}  // namespace heng::eval
