// One decision: a program on single integers, with nothing of a batch about it – no chunks, no columns, no allocation. For programs
// without rows of records, groups and peers (program::Program::single).
#pragma once

#include <memory>
#include <variant>
#include <vector>

#include "engine/program/program.h"

namespace heng::eval {

using program::Int;

// A program as a list of steps over registers. Immutable, shared between threads.
struct SinglePlan {
  enum class Step : unsigned char {
    kAdd,
    kSubtract,
    kMultiply,
    kMultiplyAdd,
    kMultiplySubtract,
    kMin,
    kMax,
    kSelect,
    kSelectEqual,
    kSelectLess,
    kSelectAtMost,
    kDivideHalfUp,
    kDivideHalfEven,
    kDivideDown,
    kDivideUp,
    kEqual,
    kLess,
    kAtMost,
    kAnd,
    kOr,
    kNot,
    kAddMonths,
    kMonthsBetween,
    kFind,
    kTable,
    kCopy,
    kLinear,
    kChoose,
  };
  struct Instruction {
    Step step = Step::kCopy;
    uint32_t out = 0;
    uint32_t a = 0;  // registers; of kFind, kLinear: where its columns, its terms begin in `columns`, `terms`
    uint32_t b = 0;  // of kLinear: how many terms; of kChoose: where its values begin in `chosen`, and
    uint32_t c = 0;  // how many they are
    uint32_t d = 0;
    uint32_t index = 0;  // of the finder or the table
  };
  std::shared_ptr<const program::Program> program;
  bool wide = false;         // some register needs more than 64 bits
  std::vector<Int> initial;  // the registers before a decision: constants, all bits of presence set
  std::vector<Instruction> instructions;
  std::vector<uint32_t> columns;
  struct Product {
    int64_t factor = 1;
    uint32_t of = 0;
  };
  std::vector<Product> terms;   // of sums
  std::vector<int64_t> chosen;  // constants chosen by a small number
  size_t present = 0;           // where the bits of the slots begin: values stand first
  size_t unknown = 0;
  size_t bad = 0;  // of the domains
  struct Given {
    uint32_t value = 0;
    std::vector<uint32_t> denominators;
    std::optional<uint32_t> present, deferred;
  };
  std::vector<Given> outputs;
};

// REQUIRES: the program is single.
std::shared_ptr<const SinglePlan> PlanSingle(std::shared_ptr<const program::Program> program);

// The registers of one decision after the other; for one thread at a time.
class Single {
 public:
  explicit Single(std::shared_ptr<const SinglePlan> plan);

  const SinglePlan& plan() const { return *plan_; }
  // What the slot holds. REQUIRES: within the slot's bounds; where there is no value, the bound nearest to 0.
  void Set(size_t slot, int64_t value) { Put(slot, value); }
  void SetPresent(size_t slot, bool present) { Put(plan_->present + slot, present ? 1 : 0); }
  void SetUnknown(size_t slot, bool unknown) { Put(plan_->unknown + slot, unknown ? 1 : 0); }
  // The facts of the domain's instance are not complete: everything is deferred.
  void SetBad(size_t domain, bool bad) { Put(plan_->bad + domain, bad ? 1 : 0); }
  void Decide();

  // Of the last decision, as in Execution.
  bool deferred(size_t output) const {
    const auto& at = plan_->outputs[output].deferred;
    return at && Get(*at) != 0;
  }
  bool present(size_t output) const {
    const auto& at = plan_->outputs[output].present;
    return !at || Get(*at) != 0;
  }
  Int integer(size_t output) const { return Get(plan_->outputs[output].value); }
  Rational number(size_t output) const;

 private:
  void Put(size_t at, int64_t value) {
    if (is_wide_) {
      wide_[at] = value;
    } else {
      narrow_[at] = value;
    }
  }
  Int Get(size_t at) const { return is_wide_ ? wide_[at] : narrow_[at]; }

  std::shared_ptr<const SinglePlan> plan_;
  bool is_wide_;
  std::vector<int64_t> narrow_;  // one of the two is used
  std::vector<Int> wide_;
};

}  // namespace heng::eval
