#include "engine/eval/kernels.h"

#include <cstring>

namespace heng::eval {

using program::Storage;

namespace any {
Kernel Find(const program::Instruction& instruction);
}
namespace avx2 {
Kernel Find(const program::Instruction& instruction);
}

Kernel FindKernel(const program::Instruction& instruction) {
#if defined(__x86_64__)
  static const bool wide = __builtin_cpu_supports("avx2") != 0;
  if (wide) return avx2::Find(instruction);
#endif
  return any::Find(instruction);
}

Int LoadInteger(const void* column, Storage storage, size_t row) {
  switch (storage) {
    case Storage::kBit: return static_cast<const uint8_t*>(column)[row];
    case Storage::k32: return static_cast<const int32_t*>(column)[row];
    case Storage::k64: return static_cast<const int64_t*>(column)[row];
    case Storage::k128: return static_cast<const Int*>(column)[row];
  }
  return 0;
}

void StoreInteger(void* column, Storage storage, size_t row, Int value) {
  switch (storage) {
    case Storage::kBit: static_cast<uint8_t*>(column)[row] = static_cast<uint8_t>(value); break;
    case Storage::k32: static_cast<int32_t*>(column)[row] = static_cast<int32_t>(value); break;
    case Storage::k64: static_cast<int64_t*>(column)[row] = static_cast<int64_t>(value); break;
    case Storage::k128: static_cast<Int*>(column)[row] = value; break;
  }
}

int64_t AddMonths(int64_t days, int64_t months) {
  const Date date = Date{1970, 1, 1}.AddDays(static_cast<int>(days)).AddMonths(static_cast<int>(months));
  constexpr Date kEarliest{1000, 1, 1};
  constexpr Date kLatest{9999, 12, 31};
  return std::clamp(date, kEarliest, kLatest).days();
}

int64_t MonthsBetween(int64_t from, int64_t to) {
  const Date epoch{1970, 1, 1};
  return WholeMonths(epoch.AddDays(static_cast<int>(from)), epoch.AddDays(static_cast<int>(to)));
}

}  // namespace heng::eval
