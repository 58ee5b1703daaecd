// Kernels: the loops behind the instructions of a program, one for each operation and width, without a call or a branch per row where the
// operation has none. There are two builds of the same source, for every x86-64 and for those with AVX2; which one runs is found out
// once. Used by execution.cc alone.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/program/program.h"

namespace heng::eval {

using program::Int;

// What a kernel works on: pointers to the first row of the chunk. Of a constant operand the pointer is null and the constant stands here.
struct KernelArguments {
  void* out = nullptr;
  const void* operands[3] = {nullptr, nullptr, nullptr};
  Int constants[3] = {0, 0, 0};
  size_t rows = 0;
};
using Kernel = void (*)(const KernelArguments&);

// The kernel of a row-wise instruction; null for kFind and kTable, which execution.cc runs itself.
Kernel FindKernel(const program::Instruction& instruction);

// The same integer, whatever it is stored as.
Int LoadInteger(const void* column, program::Storage storage, size_t row);
void StoreInteger(void* column, program::Storage storage, size_t row, Int value);

// Calendar arithmetic on days since 1970-01-01; the result lies in the years 1000 to 9999.
int64_t AddMonths(int64_t days, int64_t months);
int64_t MonthsBetween(int64_t from, int64_t to);

// n ÷ d to a whole number. REQUIRES: d > 0.
template <typename T>
T DivideWhole(program::Code rounding, T n, T d) {
  const bool negative = n < 0;
  const T magnitude = negative ? -n : n;
  T whole = magnitude / d;
  const T rest = magnitude - whole * d;
  bool up = false;
  if (rounding == program::Code::kDivideHalfUp) up = rest >= d - rest;
  if (rounding == program::Code::kDivideHalfEven) up = rest > d - rest || (rest == d - rest && (whole & 1) != 0);
  if (rounding == program::Code::kDivideUp) up = rest != 0;
  whole += up ? 1 : 0;
  return negative ? -whole : whole;
}

}  // namespace heng::eval
