#include "engine/eval/columns.h"

#include <algorithm>
#include <numeric>
#include <type_traits>
#include <unordered_map>

#include "engine/base/check.h"
#include "engine/graph/graph.h"

namespace heng::eval {

using graph::Ties;
using program::Code;
using program::Storage;

namespace {

template <typename With>
void WithType(Storage storage, With with) {
  switch (storage) {
    case Storage::kBit: with(uint8_t{}); break;
    case Storage::k32: with(int32_t{}); break;
    case Storage::k64: with(int64_t{}); break;
    case Storage::k128: with(Int{}); break;
  }
}

struct KeyHash {
  size_t operator()(const std::vector<Int>& key) const noexcept {
    size_t hash = 0;
    for (const Int part : key)
      hash = (hash ^ static_cast<size_t>(part) ^ static_cast<size_t>(part >> 64)) * 0x9E3779B97F4A7C15;
    return hash;
  }
};

}  // namespace

// A column may be wider than the values that are read of it: it was computed at the width of its operands.
void Gather(const std::vector<ColumnView>& operands, size_t rows, ColumnTarget out) {
  const auto copy = [&](auto* to, const auto* from) {
    for (size_t i = 0; i < rows; ++i)
      to[i] =
          static_cast<std::remove_pointer_t<decltype(to)>>(from[static_cast<size_t>(std::max<Int>(operands[0][i], 0))]);
  };
  WithType(out.storage, [&](auto to) {
    WithType(operands[1].storage, [&](auto from) {
      copy(static_cast<decltype(to)*>(out.data), static_cast<const decltype(from)*>(operands[1].data));
    });
  });
}

void Broadcast(const std::vector<ColumnView>& operands, size_t rows, ColumnTarget out) {
  WithType(out.storage, [&](auto type) {
    auto* to = static_cast<decltype(type)*>(out.data);
    std::fill(to, to + rows, static_cast<decltype(type)>(operands[0][0]));
  });
}

void FoldRows(Code code, const std::vector<ColumnView>& operands, size_t from, size_t rows, ColumnTarget out) {
  const ColumnView& counts = operands.back();
  WithType(out.storage, [&](auto type) {
    using T = decltype(type);
    auto* to = static_cast<T*>(out.data);
    std::fill(to, to + rows + 1, T{0});
    std::vector<uint8_t> seen(code == Code::kFewest || code == Code::kMost ? rows : 0);
    for (size_t i = 0; i < from; ++i) {
      if (counts[i] == 0) continue;
      const Int target = operands[0][i];
      if (target < 0) continue;
      T& at = to[static_cast<size_t>(target)];
      switch (code) {
        case Code::kAny: at = T{1}; break;
        case Code::kCount: at = static_cast<T>(at + 1); break;
        case Code::kSum: at = static_cast<T>(at + static_cast<T>(operands[1][i])); break;
        default: {
          const auto value = static_cast<T>(operands[1][i]);
          uint8_t& some = seen[static_cast<size_t>(target)];
          if (some == 0 || (code == Code::kFewest ? value < at : value > at)) at = value;
          some = 1;
        }
      }
    }
  });
}

// Sorted by group, then by keys, the best first; equal rows stay in their order.
void RankRows(const program::Ranking& ranking, const std::vector<ColumnView>& operands, size_t rows, ColumnTarget out) {
  const size_t keys = ranking.descending.size();
  const ColumnView& counts = operands[keys];
  std::vector<uint32_t> order;
  for (size_t i = 0; i < rows; ++i) {
    StoreInteger(out.data, out.storage, i, 0);
    if (counts[i] != 0) order.push_back(static_cast<uint32_t>(i));
  }
  // Columns as they are compared: groups ascending, keys with the better below.
  std::vector<std::vector<Int>> columns;
  for (size_t g = keys + 1; g < operands.size(); ++g) {
    columns.emplace_back(rows);
    for (const uint32_t row : order) columns.back()[row] = operands[g][row];
  }
  const size_t groups = columns.size();
  for (size_t k = 0; k < keys; ++k) {
    columns.emplace_back(rows);
    for (const uint32_t row : order) columns.back()[row] = ranking.descending[k] ? -operands[k][row] : operands[k][row];
  }
  const auto compare = [&](uint32_t a, uint32_t b, size_t first, size_t last) {
    for (size_t c = first; c < last; ++c) {
      if (columns[c][a] != columns[c][b]) return columns[c][a] < columns[c][b] ? -1 : 1;
    }
    return 0;
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](uint32_t a, uint32_t b) { return compare(a, b, 0, columns.size()) < 0; });
  const auto ties = static_cast<Ties>(ranking.ties);
  size_t group = 0;  // where the group begins
  int64_t dense = 0;
  for (size_t first = 0; first < order.size();) {
    if (first > 0 && compare(order[first - 1], order[first], 0, groups) != 0) {
      group = first;
      dense = 0;
    }
    size_t last = first + 1;
    while (last < order.size() && compare(order[first], order[last], 0, columns.size()) == 0) ++last;
    ++dense;
    const auto better = static_cast<int64_t>(first - group);
    const auto equal = static_cast<int64_t>(last - first);
    for (size_t i = first; i < last; ++i) {
      int64_t rank = better + 1;
      switch (ties) {
        case Ties::kCompetition: break;
        case Ties::kDistinct: rank = static_cast<int64_t>(i - group) + 1; break;
        case Ties::kDense: rank = dense; break;
        case Ties::kLow: rank = better + equal; break;
        case Ties::kMean: rank = 2 * better + equal + 1; break;
        case Ties::kError: rank = equal > 1 ? -1 : better + 1; break;
      }
      StoreInteger(out.data, out.storage, order[i], rank);
    }
    first = last;
  }
}

size_t GroupRows(const std::vector<ColumnView>& operands, size_t rows, ColumnTarget out) {
  std::unordered_map<std::vector<Int>, size_t, KeyHash> groups;
  std::vector<Int> key(operands.size() - 1);
  for (size_t i = 0; i < rows; ++i) {
    if (operands.back()[i] == 0) {
      StoreInteger(out.data, out.storage, i, -1);
      continue;
    }
    for (size_t k = 0; k < key.size(); ++k) key[k] = operands[k][i];
    const auto [at, added] = groups.try_emplace(key, groups.size());
    StoreInteger(out.data, out.storage, i, static_cast<Int>(at->second));
  }
  return groups.size();
}

}  // namespace heng::eval
