// Execution: runs a program over a batch of columns. Values that the program defers (Output::deferred) are not decided here; whoever needs
// them asks the reference interpreter. The results do not depend on the number of threads.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/eval/kernels.h"
#include "engine/program/program.h"

namespace heng::eval {

// A program with the kernels of its instructions. Immutable, shared between threads.
struct Executable {
  std::shared_ptr<const program::Program> program;
  struct Stage {
    std::vector<Kernel> rows;  // as program::Stage::rows
  };
  std::vector<Stage> stages;
};
std::shared_ptr<const Executable> Prepare(std::shared_ptr<const program::Program> program);

// Sums over rows stay within what is proved of them (program/lower_columns.cc).
inline constexpr size_t kMostRows = size_t{1} << 24;

// What a program reads. The columns belong to the caller and outlive the execution.
struct Batch {
  struct Input {
    const void* values =
        nullptr;  // of the slot's storage (a bit: a byte, 0 or 1), within its bounds in every row, with a value or not
    const uint8_t* present = nullptr;  // a byte a row, 0 or 1; null: all are
    const uint8_t* unknown = nullptr;  // likewise; null: none is
  };
  std::vector<size_t> rows;         // by domain; of the values of keys it is found out
  std::vector<Input> inputs;        // by slot
  std::vector<const uint8_t*> bad;  // by domain, likewise; null: none is
};

// Columns of one run; can be used again for further batches without allocating anew.
class Execution {
 public:
  explicit Execution(std::shared_ptr<const Executable> executable);
  ~Execution();
  Execution(Execution&&) noexcept;

  // REQUIRES: less than kMostRows rows in each domain. `threads` ≥ 1.
  void Run(const Batch& batch, int threads = 1);

  const program::Program& program() const { return *executable_->program; }
  // After a run. By number of the output in Lowered::outputs.
  size_t rows(size_t output) const;
  bool deferred(size_t output, size_t row) const;
  bool present(size_t output, size_t row) const;
  // REQUIRES: present, and not deferred. A bool, an enumeration's code, a date's days, a subject's position, a text's code as integers.
  Int integer(size_t output, size_t row) const;
  Rational number(size_t output, size_t row) const;
  // For callers that read many: the first row, or null where the output is a constant.
  const void* values(size_t output) const;

 private:
  const void* Base(const program::Place& place) const;
  size_t RowsOf(program::DomainId domain) const { return rows_[domain.index()]; }
  void RunColumns(const program::Instruction& instruction);
  void RunRows(size_t stage, size_t begin, size_t end, std::vector<uint8_t>& scratch) const;
  void Resize(size_t column, size_t rows);

  std::shared_ptr<const Executable> executable_;
  const Batch* batch_ = nullptr;
  std::vector<size_t> rows_;
  std::vector<std::vector<Int>> columns_;      // Int for alignment; used as the storage says
  std::vector<std::vector<uint8_t>> scratch_;  // by thread
  std::vector<uint8_t> zeros_, ones_;
};

}  // namespace heng::eval
