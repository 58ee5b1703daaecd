// Operations on whole columns: gathering along references, folding into coarser instances, ranks, groups. Used by execution.cc alone.
#pragma once

#include <vector>

#include "engine/eval/kernels.h"

namespace heng::eval {

// A column to read; a constant has no data.
struct ColumnView {
  const void* data = nullptr;
  program::Storage storage = program::Storage::k64;
  Int constant = 0;

  Int operator[](size_t row) const { return data == nullptr ? constant : LoadInteger(data, storage, row); }
};
// A column to write.
struct ColumnTarget {
  void* data = nullptr;
  program::Storage storage = program::Storage::k64;
};

// Each as its code says (program/code.h), over `rows` rows of the result.
void Gather(const std::vector<ColumnView>& operands, size_t rows, ColumnTarget out);
void Broadcast(const std::vector<ColumnView>& operands, size_t rows, ColumnTarget out);
void FoldRows(program::Code code, const std::vector<ColumnView>& operands, size_t from, size_t rows, ColumnTarget out);
void RankRows(const program::Ranking& ranking, const std::vector<ColumnView>& operands, size_t rows, ColumnTarget out);
// The number of groups.
size_t GroupRows(const std::vector<ColumnView>& operands, size_t rows, ColumnTarget out);

}  // namespace heng::eval
