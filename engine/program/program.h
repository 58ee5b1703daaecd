// Program: code in the order in which it runs, in stages. Within a stage instructions run chunk by chunk over the rows of one domain,
// their values in scratch that fits the cache; what another stage or the caller reads is a whole column. Before the rows of a stage
// come the operations that look at whole columns. Immutable, shared between threads; run by eval/execution.h.
#pragma once

#include <memory>
#include <vector>

#include "engine/program/lower.h"

namespace heng::program {

// Rows of a chunk: a few hundred values of 8 bytes each fit the second-level cache.
inline constexpr size_t kChunk = 1024;

// Where a value is.
struct Place {
  enum class Kind : unsigned char { kConstant, kScratch, kColumn, kSlot, kPresent, kUnknown, kBad };
  Kind kind = Kind::kConstant;
  Storage storage = Storage::k64;
  size_t index = 0;  // of the scratch register (by storage), the column, the slot, the domain
  Int constant = 0;

  friend bool operator==(const Place&, const Place&) = default;
};

struct Instruction {
  Code code = Code::kConstant;
  Place out;
  std::vector<Place> operands;
  size_t index = 0;  // as in Operation
  DomainId domain;
  // A division all of whose numbers lie below 2^51 in magnitude: doubles hold them exactly.
  bool small = false;
  bool negative = true;  // a division: the dividend may be negative
  ValueId value;
};

struct Stage {
  DomainId domain;
  std::vector<Instruction> columns;
  std::vector<Instruction> rows;
};

struct Column {
  DomainId domain;
  Storage storage = Storage::k64;
};

// An output of the layout, with where its values are.
struct Given {
  Place value;
  std::vector<Place> denominators;
  std::optional<Place> present, deferred;
};

struct Program {
  std::shared_ptr<const Lowered> lowered;
  std::vector<Stage> stages;
  std::vector<Column> columns;
  size_t scratch[4] = {0, 0, 0, 0};  // registers by storage
  std::vector<Given> outputs;        // in the order of Lowered::outputs
  // One row decides: no rows of records, groups or peers; all domains have one row, so the instructions can run on single integers.
  bool single = false;

  const graph::Graph& graph() const { return *lowered->graph; }
  size_t instructions() const;
};

std::shared_ptr<const Program> Schedule(std::shared_ptr<const Lowered> lowered);

// One line an instruction, with its storage, bounds and why it is no narrower; then what is left to the interpreter.
std::string DumpProgram(const Program& program);

}  // namespace heng::program
