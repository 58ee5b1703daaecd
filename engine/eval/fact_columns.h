// Facts as the columns that a program reads. What a program cannot take as it is – a missing fact, a recorded value outside the ranges of
// this version – is marked, so that the program defers it.
#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/eval/execution.h"
#include "engine/eval/facts.h"

namespace heng::eval {

class FactColumns {
 public:
  // The value of a definition that is left to the interpreter.
  using Interpret = std::function<Value(graph::DefId definition, uint32_t entity, Period period)>;

  FactColumns(const program::Lowered& lowered, const Facts& facts, const Interpret& interpret);

  const Batch& batch() const { return batch_; }
  // The text with that code.
  const std::string& text(Int code) const { return texts_[static_cast<size_t>(code)]; }

 private:
  struct Bits {
    std::vector<uint8_t> present, unknown;
  };

  void Fill(size_t slot, const Interpret& interpret);
  void FillRows(size_t slot);
  void Put(size_t slot, size_t row, const Value* value);
  std::optional<Int> Encode(const program::Slot& slot, const Value& value);
  const Value* FieldValue(graph::FieldId field, uint32_t entity, Period period) const;
  void MarkBad(graph::SortId sort, uint32_t entity);
  size_t CountOf(graph::SortId sort) const;

  const program::Lowered& lowered_;
  const Facts& facts_;
  Batch batch_;
  std::vector<std::vector<int64_t>> columns_;
  std::vector<Bits> bits_;
  std::vector<std::vector<uint8_t>> bad_;
  std::vector<std::string> texts_;
  std::unordered_map<std::string, Int> codes_;
  std::unordered_map<graph::FieldId, size_t> places_;  // of a field of rows: its place in the row
};

}  // namespace heng::eval
