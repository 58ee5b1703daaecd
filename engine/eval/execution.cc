#include "engine/eval/execution.h"

#include <algorithm>
#include <thread>

#include "engine/base/check.h"
#include "engine/eval/columns.h"

namespace heng::eval {

using program::Code;
using program::Instruction;
using program::kChunk;
using program::Place;
using program::Program;
using program::Storage;

namespace {

// From so many rows on a further thread earns its start.
constexpr size_t kRowsForThreads = 32768;

size_t OffsetOf(const Program& program, const Place& place) {
  size_t offset = 0;
  for (size_t s = 0; s < static_cast<size_t>(place.storage); ++s)
    offset += program.scratch[s] * program::BytesOf(static_cast<Storage>(s)) * kChunk;
  // The widest stand last, so that each kind is aligned.
  return offset + place.index * program::BytesOf(place.storage) * kChunk;
}

size_t ScratchBytes(const Program& program) {
  size_t bytes = 0;
  for (size_t s = 0; s < 4; ++s) bytes += program.scratch[s] * program::BytesOf(static_cast<Storage>(s)) * kChunk;
  return bytes;
}

}  // namespace

std::shared_ptr<const Executable> Prepare(std::shared_ptr<const Program> program) {
  auto out = std::make_shared<Executable>();
  for (const program::Stage& stage : program->stages) {
    Executable::Stage kernels;
    for (const Instruction& instruction : stage.rows) kernels.rows.push_back(FindKernel(instruction));
    out->stages.push_back(std::move(kernels));
  }
  out->program = std::move(program);
  return out;
}

Execution::Execution(std::shared_ptr<const Executable> executable)
    : executable_(std::move(executable)), columns_(executable_->program->columns.size()) {}
Execution::~Execution() = default;
Execution::Execution(Execution&&) noexcept = default;

void Execution::Resize(size_t column, size_t rows) {
  // One row more, so that nothing is read beyond an empty column.
  const size_t bytes = (rows + 1) * program::BytesOf(program().columns[column].storage);
  columns_[column].resize(bytes / sizeof(Int) + 1);
}

const void* Execution::Base(const Place& place) const {
  switch (place.kind) {
    case Place::Kind::kColumn: return columns_[place.index].data();
    case Place::Kind::kSlot: return batch_->inputs[place.index].values;
    case Place::Kind::kPresent: {
      const uint8_t* bits = batch_->inputs[place.index].present;
      return bits != nullptr ? bits : ones_.data();
    }
    case Place::Kind::kUnknown: {
      const uint8_t* bits = batch_->inputs[place.index].unknown;
      return bits != nullptr ? bits : zeros_.data();
    }
    case Place::Kind::kBad: {
      const uint8_t* bits = batch_->bad[place.index];
      return bits != nullptr ? bits : zeros_.data();
    }
    default: return nullptr;
  }
}

void Execution::RunRows(size_t stage, size_t begin, size_t end, std::vector<uint8_t>& scratch) const {
  const program::Stage& s = program().stages[stage];
  const Executable::Stage& kernels = executable_->stages[stage];
  const auto at = [&](const Place& place, size_t row) -> const void* {
    if (place.kind == Place::Kind::kConstant) return nullptr;
    if (place.kind == Place::Kind::kScratch) return scratch.data() + OffsetOf(program(), place);
    return static_cast<const uint8_t*>(Base(place)) + row * program::BytesOf(place.storage);
  };
  for (size_t row = begin; row < end; row += kChunk) {
    const size_t rows = std::min(kChunk, end - row);
    for (size_t i = 0; i < s.rows.size(); ++i) {
      const Instruction& in = s.rows[i];
      void* out = const_cast<void*>(at(in.out, row));
      if (kernels.rows[i] != nullptr) {
        KernelArguments arguments;
        arguments.out = out;
        arguments.rows = rows;
        for (size_t o = 0; o < in.operands.size(); ++o) {
          arguments.operands[o] = at(in.operands[o], row);
          arguments.constants[o] = in.operands[o].constant;
        }
        kernels.rows[i](arguments);
        continue;
      }
      std::vector<std::pair<const void*, Storage>> columns;
      for (const Place& place : in.operands) columns.emplace_back(at(place, row), place.storage);
      const program::CodeBuilder& code = program().lowered->code;
      for (size_t r = 0; r < rows; ++r) {
        const Int value =
            in.code == Code::kFind
                ? static_cast<Int>(code.finders()[in.index].Find(
                      [&](size_t c) { return LoadInteger(columns[c].first, columns[c].second, r); }))
                : code.tables()[in.index][static_cast<size_t>(LoadInteger(columns[0].first, columns[0].second, r))];
        StoreInteger(out, in.out.storage, r, value);
      }
    }
  }
}

void Execution::RunColumns(const Instruction& in) {
  const size_t rows = RowsOf(in.domain);
  Resize(in.out.index, rows);
  std::vector<ColumnView> operands;
  for (const Place& place : in.operands) operands.push_back({Base(place), place.storage, place.constant});
  const program::Lowered& lowered = *program().lowered;
  void* out = columns_[in.out.index].data();
  switch (in.code) {
    case Code::kGather: Gather(operands, rows, {out, in.out.storage}); return;
    case Code::kBroadcast: Broadcast(operands, rows, {out, in.out.storage}); return;
    case Code::kRank: RankRows(lowered.code.rankings()[in.index], operands, rows, {out, in.out.storage}); return;
    case Code::kGroup: {
      const size_t groups = GroupRows(operands, rows, {out, in.out.storage});
      for (size_t d = 0; d < lowered.domains.size(); ++d) {
        if (lowered.domains[d].group == in.value) rows_[d] = groups;
      }
      return;
    }
    default: FoldRows(in.code, operands, RowsOf(program::DomainId(in.index)), rows, {out, in.out.storage}); return;
  }
}

void Execution::Run(const Batch& batch, int threads) {
  batch_ = &batch;
  rows_ = batch.rows;
  const size_t most = *std::max_element(rows_.begin(), rows_.end());
  CHECK(most < kMostRows);
  zeros_.assign(most + 1, 0);
  ones_.assign(most + 1, 1);
  for (size_t s = 0; s < program().stages.size(); ++s) {
    const program::Stage& stage = program().stages[s];
    for (const Instruction& instruction : stage.columns) RunColumns(instruction);
    const size_t rows = RowsOf(stage.domain);
    for (const Instruction& instruction : stage.rows) {
      if (instruction.out.kind == Place::Kind::kColumn) Resize(instruction.out.index, rows);
    }
    const auto parts = std::clamp<size_t>(rows / kRowsForThreads, 1, static_cast<size_t>(threads));
    while (scratch_.size() < parts) scratch_.emplace_back(ScratchBytes(program()) + 64);
    const size_t chunks = (rows + kChunk - 1) / kChunk;
    std::vector<std::thread> others;
    for (size_t p = 1; p < parts; ++p) {
      others.emplace_back([&, p] {
        RunRows(s, chunks * p / parts * kChunk, std::min(rows, chunks * (p + 1) / parts * kChunk), scratch_[p]);
      });
    }
    RunRows(s, 0, std::min(rows, chunks / parts * kChunk), scratch_[0]);
    for (std::thread& thread : others) thread.join();
  }
}

size_t Execution::rows(size_t output) const { return RowsOf(program().lowered->outputs[output].domain); }

bool Execution::deferred(size_t output, size_t row) const {
  const auto& place = program().outputs[output].deferred;
  if (!place) return false;
  return place->kind == Place::Kind::kConstant ? place->constant != 0
                                               : LoadInteger(Base(*place), place->storage, row) != 0;
}

bool Execution::present(size_t output, size_t row) const {
  const auto& place = program().outputs[output].present;
  if (!place) return true;
  return place->kind == Place::Kind::kConstant ? place->constant != 0
                                               : LoadInteger(Base(*place), place->storage, row) != 0;
}

Int Execution::integer(size_t output, size_t row) const {
  const Place& place = program().outputs[output].value;
  return place.kind == Place::Kind::kConstant ? place.constant : LoadInteger(Base(place), place.storage, row);
}

Rational Execution::number(size_t output, size_t row) const {
  Rational value = Rational::Of({integer(output, row), program().lowered->outputs[output].scale});
  for (const Place& place : program().outputs[output].denominators) {
    const Int divisor =
        place.kind == Place::Kind::kConstant ? place.constant : LoadInteger(Base(place), place.storage, row);
    value = value / Rational::Of({divisor, 1});
  }
  return value;
}

const void* Execution::values(size_t output) const { return Base(program().outputs[output].value); }

}  // namespace heng::eval
