// The code that lowering builds: values multiplied once, conditions that follow left out. Expected bounds and shapes are worked out by hand.
#include "engine/program/code.h"

#include <gtest/gtest.h>

namespace heng::program {
namespace {

class CodeTest : public testing::Test {
 protected:
  ValueId Input(Int low, Int high, bool bit = false) {
    return code_.Input(Code::kInput, slots_++, DomainId(0), {low, high}, bit);
  }
  CodeBuilder code_;
  size_t slots_ = 0;
};

TEST_F(CodeTest, SumsAreMultipliedOnce) {
  const ValueId a = Input(0, 5);
  const ValueId b = Input(0, 3);
  // 20 a + 40 b = 20 (a + 2 b), in [0, 220]; 20 a − 40 b = 20 (a − 2 b), in [−120, 100]
  const ValueId sum = code_.Add(code_.Scale(a, 20), code_.Scale(b, 40));
  EXPECT_EQ(code_[sum].bounds, (Bounds{0, 220}));
  EXPECT_EQ(sum, code_.Scale(code_.Add(a, code_.Scale(b, 2)), 20));
  const ValueId difference = code_.Subtract(code_.Scale(a, 20), code_.Scale(b, 40));
  EXPECT_EQ(code_[difference].bounds, (Bounds{-120, 100}));
  EXPECT_EQ(difference, code_.Scale(code_.Subtract(a, code_.Scale(b, 2)), 20));
  // 6 − 4 b = 2 (3 − 2 b), in [−6, 6]; with a factor below 0 too: −6 a + 4 b, in [−30, 12]
  EXPECT_EQ(code_[code_.Subtract(code_.Constant(6), code_.Scale(b, 4))].bounds, (Bounds{-6, 6}));
  EXPECT_EQ(code_[code_.Add(code_.Scale(a, -6), code_.Scale(b, 4))].bounds, (Bounds{-30, 12}));
}

TEST_F(CodeTest, WhatAnEarlierArmDecidedIsLeftOut) {
  const ValueId a = Input(0, 100);
  const ValueId one = code_.Constant(1);
  const ValueId two = code_.Constant(2);
  const ValueId three = code_.Constant(3);
  const ValueId low = code_.AtMost(a, code_.Constant(5));
  const ValueId middle = code_.AtMost(a, code_.Constant(10));
  // a ≤ 5 → 1; a > 5 and a ≤ 10 → 2; else 3: behind the first arm a > 5 holds.
  const ValueId above = code_.And(code_.Less(code_.Constant(5), a), middle);
  EXPECT_EQ(code_.Select(low, one, code_.Select(above, two, three)),
            code_.Select(low, one, code_.Select(middle, two, three)));
  // What holds is known where it holds: a ≤ 5 → (a > 5 → 1; else 2); else 3.
  EXPECT_EQ(code_.Select(low, code_.Select(code_.Less(code_.Constant(5), a), one, two), three),
            code_.Select(low, two, three));
}

}  // namespace
}  // namespace heng::program
