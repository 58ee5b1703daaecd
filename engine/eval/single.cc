#include "engine/eval/single.h"

#include <algorithm>
#include <bit>
#include <map>
#include <optional>
#include <set>
#include <type_traits>

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
    // From the outputs back: which operations are steps, and of what form; what the forms take in is none.
    for (auto at = all.rbegin(); at != all.rend(); ++at) {
      const ValueId id = (*at)->value;
      if (needed_.count(id) > 0) Form(id);
    }
    for (const program::Instruction* instruction : all) {
      if (needed_.count(instruction->value) > 0) Emit(*instruction);
    }
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
      computed_.insert(instruction->value);
    }
    const auto give = [&](ValueId id) {
      if (!id.valid()) return;
      uses_[id] += 2;
      needed_.insert(id);
    };
    for (const program::Output& output : plan_.program->lowered->outputs) {
      give(output.value);
      for (const ValueId denominator : output.denominators) give(denominator);
      give(output.present);
      give(output.deferred);
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
    const bool once = uses != uses_.end() && uses->second == 1 && computed_.count(id) > 0;
    return once && std::find(codes.begin(), codes.end(), code()[id].code) != codes.end();
  }

  // What a step does: its operands, in which those of an operation that it takes in stand first.
  struct Shape {
    Step step = Step::kCopy;
    std::vector<ValueId> operands;
    std::vector<int64_t> numbers;  // kLinear: the factors; kChoose: the values, of 0 first
  };

  void Form(ValueId id) {
    const program::Operation& o = code()[id];
    Shape shape;
    if (o.code == Code::kFind || o.code == Code::kBroadcast) {
      shape = {o.code == Code::kFind ? Step::kFind : Step::kCopy, o.operands, {}};
    } else if (!AsChoice(id, shape) && !AsSum(id, shape) && !AsPair(o, shape)) {
      static const std::map<Code, Step> kSteps = {{Code::kAdd, Step::kAdd},
                                                  {Code::kSubtract, Step::kSubtract},
                                                  {Code::kMultiply, Step::kMultiply},
                                                  {Code::kMin, Step::kMin},
                                                  {Code::kMax, Step::kMax},
                                                  {Code::kSelect, Step::kSelect},
                                                  {Code::kDivideHalfUp, Step::kDivideHalfUp},
                                                  {Code::kDivideHalfEven, Step::kDivideHalfEven},
                                                  {Code::kDivideDown, Step::kDivideDown},
                                                  {Code::kDivideUp, Step::kDivideUp},
                                                  {Code::kEqual, Step::kEqual},
                                                  {Code::kLess, Step::kLess},
                                                  {Code::kAtMost, Step::kAtMost},
                                                  {Code::kAnd, Step::kAnd},
                                                  {Code::kOr, Step::kOr},
                                                  {Code::kNot, Step::kNot},
                                                  {Code::kAddMonths, Step::kAddMonths},
                                                  {Code::kMonthsBetween, Step::kMonthsBetween},
                                                  {Code::kTable, Step::kTable}};
      shape = {kSteps.at(o.code), o.operands, {}};
    }
    needed_.insert(shape.operands.begin(), shape.operands.end());
    shapes_[id] = std::move(shape);
  }

  // Selections of constants by what one small number is equal to.
  bool AsChoice(ValueId id, Shape& out) const {
    constexpr Int kMost = 64;
    const auto tests = [&](ValueId select) -> const program::Operation* {
      const program::Operation& o = code()[select];
      if (o.code != Code::kSelect || !code().IsConstant(o.operands[1])) return nullptr;
      const program::Operation& test = code()[o.operands[0]];
      return test.code == Code::kEqual && code().IsConstant(test.operands[1]) ? &test : nullptr;
    };
    const program::Operation* const first = tests(id);
    if (first == nullptr || tests(code()[id].operands[2]) == nullptr) return false;
    const ValueId number = first->operands[0];
    const program::Bounds bounds = code()[number].bounds;
    if (bounds.low < 0 || bounds.high >= kMost) return false;
    std::vector<std::optional<int64_t>> values(static_cast<size_t>(bounds.high) + 1);
    const auto fits = [&](ValueId constant) { return program::Bounds::Point(code()[constant].immediate).fits(64); };
    ValueId rest = id;
    for (const program::Operation* test = first; test != nullptr && test->operands[0] == number; test = tests(rest)) {
      const program::Operation& select = code()[rest];
      const Int equal = code()[test->operands[1]].immediate;
      if (!fits(select.operands[1])) return false;
      if (equal >= 0 && equal <= bounds.high && !values[static_cast<size_t>(equal)])
        values[static_cast<size_t>(equal)] = static_cast<int64_t>(code()[select.operands[1]].immediate);
      rest = select.operands[2];
    }
    if (!code().IsConstant(rest) || !fits(rest)) return false;
    out = {Step::kChoose, {number}, {}};
    for (const auto& value : values)
      out.numbers.push_back(value.value_or(static_cast<int64_t>(code()[rest].immediate)));
    return true;
  }

  // A sum of more than two terms, each times a constant.
  bool AsSum(ValueId id, Shape& out) const {
    const program::Operation& o = code()[id];
    if (o.code != Code::kAdd && o.code != Code::kSubtract) return false;
    out = {Step::kLinear, {}, {}};
    if (Gather(id, 1, true, out) && out.operands.size() > 2) return true;
    out = {};
    return false;
  }

  bool Gather(ValueId id, Int factor, bool root, Shape& out) const {
    const program::Operation& o = code()[id];
    const bool into = root || Absorbs(id, {Code::kAdd, Code::kSubtract, Code::kMultiply});
    if (into && (o.code == Code::kAdd || o.code == Code::kSubtract))
      return Gather(o.operands[0], factor, false, out) &&
             Gather(o.operands[1], o.code == Code::kAdd ? factor : -factor, false, out);
    if (into && o.code == Code::kMultiply && code().IsConstant(o.operands[1])) {
      const auto product = program::Times(factor, code()[o.operands[1]].immediate);
      return product && Gather(o.operands[0], *product, false, out);
    }
    if (!program::Bounds::Point(factor).fits(64)) return false;
    out.operands.push_back(id);
    out.numbers.push_back(static_cast<int64_t>(factor));
    return true;
  }

  // A comparison and a selection, or a product and a sum, in one step.
  bool AsPair(const program::Operation& o, Shape& out) const {
    if (o.code == Code::kSelect && Absorbs(o.operands[0], {Code::kEqual, Code::kLess, Code::kAtMost})) {
      const program::Operation& c = code()[o.operands[0]];
      const Step step = c.code == Code::kEqual  ? Step::kSelectEqual
                        : c.code == Code::kLess ? Step::kSelectLess
                                                : Step::kSelectAtMost;
      out = {step, {c.operands[0], c.operands[1], o.operands[1], o.operands[2]}, {}};
      return true;
    }
    if (o.code != Code::kAdd && o.code != Code::kSubtract) return false;
    for (const size_t i : {size_t{1}, size_t{0}}) {
      if (!Absorbs(o.operands[i], {Code::kMultiply}) || (o.code == Code::kSubtract && i == 0)) continue;
      const program::Operation& product = code()[o.operands[i]];
      out = {o.code == Code::kAdd ? Step::kMultiplyAdd : Step::kMultiplySubtract,
             {product.operands[0], product.operands[1], o.operands[1 - i]},
             {}};
      return true;
    }
    return false;
  }

  void Emit(const program::Instruction& instruction) {
    const Shape& shape = shapes_.at(instruction.value);
    plan_.wide = plan_.wide || instruction.out.storage == Storage::k128;
    SinglePlan::Instruction out;
    out.step = shape.step;
    out.index = static_cast<uint32_t>(code()[instruction.value].index);
    std::vector<uint32_t> registers;
    for (const ValueId operand : shape.operands) registers.push_back(RegisterOf(operand));
    if (shape.step == Step::kFind) {
      out.a = static_cast<uint32_t>(plan_.columns.size());
      plan_.columns.insert(plan_.columns.end(), registers.begin(), registers.end());
    } else if (shape.step == Step::kLinear) {
      out.a = static_cast<uint32_t>(plan_.terms.size());
      out.b = static_cast<uint32_t>(registers.size());
      for (size_t i = 0; i < registers.size(); ++i) plan_.terms.push_back({shape.numbers[i], registers[i]});
    } else {
      registers.resize(4);
      out.a = registers[0];
      out.b = registers[1];
      out.c = registers[2];
      out.d = registers[3];
      if (shape.step == Step::kChoose) {
        out.b = static_cast<uint32_t>(plan_.chosen.size());
        out.c = static_cast<uint32_t>(shape.numbers.size());
        plan_.chosen.insert(plan_.chosen.end(), shape.numbers.begin(), shape.numbers.end());
      }
    }
    out.out = New(0);
    registers_[instruction.value] = out.out;
    if (instruction.out.kind == Place::Kind::kColumn) columns_[instruction.out.index] = out.out;
    plan_.instructions.push_back(out);
  }

  SinglePlan plan_;
  std::map<ValueId, int> uses_;
  std::set<ValueId> computed_, needed_;
  std::map<ValueId, Shape> shapes_;
  std::map<ValueId, uint32_t> registers_;
  std::map<size_t, uint32_t> columns_;
  std::map<Int, uint32_t> constants_;
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
      case Step::kMonthsBetween:
        out = MonthsBetween(static_cast<int64_t>(r[in.a]), static_cast<int64_t>(r[in.b]));
        break;
      case Step::kTable: out = static_cast<T>(code.tables()[in.index][static_cast<size_t>(r[in.a])]); break;
      case Step::kFind: {
        const uint32_t* columns = plan.columns.data() + in.a;
        out = static_cast<T>(code.finders()[in.index].Find([&](size_t c) { return static_cast<Int>(r[columns[c]]); }));
        break;
      }
      case Step::kCopy: out = r[in.a]; break;
      // Where the decision is deferred the number may be any.
      case Step::kChoose: out = plan.chosen[in.b + std::min<size_t>(static_cast<size_t>(r[in.a]), in.c - 1)]; break;
      case Step::kLinear: {
        // The sum fits; what it passes on the way may not, and wraps.
        using Wrapping = std::conditional_t<sizeof(T) == 8, uint64_t, program::UnsignedInt>;
        const SinglePlan::Product* term = plan.terms.data() + in.a;
        const SinglePlan::Product* const end = term + in.b;
        Wrapping sum = 0;
        for (; term != end; ++term) sum += static_cast<Wrapping>(term->factor) * static_cast<Wrapping>(r[term->of]);
        out = static_cast<T>(sum);
        break;
      }
    }
  }
}

}  // namespace

std::shared_ptr<const SinglePlan> PlanSingle(std::shared_ptr<const Program> program) {
  CHECK(program->single);
  return Planner(std::move(program)).Run();
}

Single::Single(std::shared_ptr<const SinglePlan> plan) : plan_(std::move(plan)), is_wide_(plan_->wide) {
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
