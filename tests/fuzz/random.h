// Random choices that are the same on every machine: the fuzz tests begin with a fixed seed.
#pragma once

#include <cstdint>
#include <iterator>
#include <random>

namespace heng::tests {

class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}
  // Below `bound`. Not std::uniform_int_distribution, whose numbers differ between libraries.
  size_t Below(size_t bound) { return static_cast<size_t>(engine_() % bound); }
  int64_t Between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(Below(static_cast<size_t>(high - low + 1)));
  }
  // True once in `n` times.
  bool OneIn(size_t n) { return Below(n) == 0; }
  template <typename List>
  const auto& OneOf(const List& list) {
    return list[Below(std::size(list))];
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace heng::tests
