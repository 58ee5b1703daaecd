// From the DAG to stages: what is needed, when, and where each value is kept.
#include <algorithm>
#include <map>
#include <set>

#include "engine/base/check.h"
#include "engine/program/program.h"

namespace heng::program {
namespace {

bool IsDivision(Code code) { return code >= Code::kDivideHalfUp && code <= Code::kDivideUp; }
bool IsInput(Code code) {
  return code == Code::kInput || code == Code::kPresent || code == Code::kUnknown || code == Code::kBad;
}
Storage StorageFor(const Bounds& bounds) {
  return bounds.fits(32) ? Storage::k32 : bounds.fits(64) ? Storage::k64 : Storage::k128;
}

class Scheduler {
 public:
  explicit Scheduler(std::shared_ptr<const Lowered> lowered) : lowered_(std::move(lowered)), code_(lowered_->code) {}

  std::shared_ptr<const Program> Run() {
    const size_t count = code_.operations().size();
    needed_.resize(count);
    level_.resize(count);
    stage_.resize(count);
    storage_.resize(count);
    last_use_.resize(count);
    kept_.resize(count);
    places_.resize(count);
    for (const Output& output : lowered_->outputs) {
      for (const ValueId value : ValuesOf(output)) Need(value);
    }
    // Operands stand before their operation.
    for (size_t i = 0; i < count; ++i) {
      if (needed_[i]) Assign(ValueId(i));
    }
    for (size_t i = 0; i < count; ++i) {
      if (needed_[i]) MarkUses(ValueId(i));
    }
    for (const Output& output : lowered_->outputs) {
      for (const ValueId value : ValuesOf(output)) kept_[value.index()] = true;
    }
    for (size_t i = 0; i < count; ++i) {
      const Operation& o = code_[ValueId(i)];
      if (needed_[i] && o.code != Code::kConstant && !IsInput(o.code))
        stages_[StageOf(ValueId(i))].push_back(ValueId(i));
    }
    program_.lowered = lowered_;
    for (const auto& [key, values] : stages_) Emit(key, values);
    for (const Output& output : lowered_->outputs) program_.outputs.push_back(GivenOf(output));
    program_.single = IsSingle();
    return std::make_shared<const Program>(std::move(program_));
  }

 private:
  using Key = std::pair<size_t, DomainId>;  // level, domain

  static std::vector<ValueId> ValuesOf(const Output& output) {
    std::vector<ValueId> out = output.denominators;
    out.push_back(output.value);
    if (output.present.valid()) out.push_back(output.present);
    if (output.deferred.valid()) out.push_back(output.deferred);
    return out;
  }

  void Need(ValueId root) {
    std::vector<ValueId> pending = {root};
    while (!pending.empty()) {
      const ValueId id = pending.back();
      pending.pop_back();
      if (needed_[id.index()]) continue;
      needed_[id.index()] = true;
      const Operation& o = code_[id];
      pending.insert(pending.end(), o.operands.begin(), o.operands.end());
      for (const ValueId group : GroupsBefore(id)) pending.push_back(group);
    }
  }

  // The instances of a key are known once each member has its group: those that are computed, and those that are folded.
  std::vector<ValueId> GroupsBefore(ValueId id) const {
    const Operation& o = code_[id];
    if (!LooksAtColumns(o.code)) return {};
    const bool folds = o.code >= Code::kSum && o.code <= Code::kMost;
    std::vector<ValueId> out;
    for (const DomainId domain : {o.domain, folds ? DomainId(o.index) : DomainId{}}) {
      const ValueId group = domain.valid() ? lowered_->domains[domain.index()].group : ValueId{};
      if (!group.valid() || group == id) continue;
      CHECK(group.value < id.value);
      out.push_back(group);
    }
    return out;
  }

  Key StageOf(ValueId id) const { return {level_[id.index()], code_[id].domain}; }

  void Assign(ValueId id) {
    const Operation& o = code_[id];
    size_t level = 0;
    for (const ValueId operand : o.operands) level = std::max(level, level_[operand.index()]);
    for (const ValueId group : GroupsBefore(id)) level = std::max(level, level_[group.index()]);
    if (LooksAtColumns(o.code)) ++level;
    level_[id.index()] = level;
    Storage storage = StorageFor(o.bounds);
    if (IsInput(o.code)) storage = o.code == Code::kInput ? lowered_->slots[o.index].storage : Storage::kBit;
    // Within one operation all is done at the width of the widest.
    const bool uniform = o.code >= Code::kAdd && o.code <= Code::kSelect && !o.bit;
    if (uniform) {
      for (size_t i = o.code == Code::kSelect ? 1 : 0; i < o.operands.size(); ++i) {
        const ValueId operand = o.operands[i];
        if (!code_.IsConstant(operand)) storage = std::max(storage, storage_[operand.index()]);
        if (code_.IsConstant(operand)) storage = std::max(storage, StorageFor(code_[operand].bounds));
      }
    }
    storage_[id.index()] = o.bit ? Storage::kBit : std::max(storage, IsInput(o.code) ? storage : Storage::k32);
  }

  void MarkUses(ValueId id) {
    const Operation& o = code_[id];
    for (const ValueId operand : o.operands) {
      if (LooksAtColumns(o.code) || StageOf(operand) != StageOf(id)) kept_[operand.index()] = true;
      last_use_[operand.index()] = std::max(last_use_[operand.index()], id.value);
    }
    if (LooksAtColumns(o.code)) kept_[id.index()] = true;
  }

  Place PlaceOf(ValueId id) const {
    const Operation& o = code_[id];
    switch (o.code) {
      case Code::kConstant:
        return {Place::Kind::kConstant, o.bit ? Storage::kBit : StorageFor(o.bounds), 0, o.immediate};
      case Code::kInput: return {Place::Kind::kSlot, storage_[id.index()], o.index, 0};
      case Code::kPresent: return {Place::Kind::kPresent, Storage::kBit, o.index, 0};
      case Code::kUnknown: return {Place::Kind::kUnknown, Storage::kBit, o.index, 0};
      case Code::kBad: return {Place::Kind::kBad, Storage::kBit, o.domain.index(), 0};
      default: return places_[id.index()];
    }
  }

  void Emit(const Key& key, const std::vector<ValueId>& values) {
    Stage stage;
    stage.domain = key.second;
    std::vector<size_t> free[4];
    for (const ValueId id : values) {
      const Operation& o = code_[id];
      const Storage storage = storage_[id.index()];
      const auto s = static_cast<size_t>(storage);
      Instruction instruction;
      instruction.code = o.code;
      instruction.index = o.index;
      instruction.domain = o.domain;
      instruction.value = id;
      std::set<ValueId> ending;
      for (const ValueId operand : o.operands) {
        instruction.operands.push_back(PlaceOf(operand));
        const Place& place = instruction.operands.back();
        if (place.kind == Place::Kind::kScratch && last_use_[operand.index()] == id.value) ending.insert(operand);
      }
      if (kept_[id.index()]) {
        places_[id.index()] = {Place::Kind::kColumn, storage, program_.columns.size(), 0};
        program_.columns.push_back({o.domain, storage});
      } else {
        // Not the register of an operand: kernels may assume that what they write is read nowhere else.
        const size_t index = free[s].empty() ? program_.scratch[s]++ : free[s].back();
        if (!free[s].empty()) free[s].pop_back();
        places_[id.index()] = {Place::Kind::kScratch, storage, index, 0};
      }
      for (const ValueId operand : ending) {
        const Place place = PlaceOf(operand);
        free[static_cast<size_t>(place.storage)].push_back(place.index);
      }
      instruction.out = places_[id.index()];
      if (IsDivision(o.code)) {
        constexpr Int kSmall = Int{1} << 51;
        const Bounds n = code_[o.operands[0]].bounds;
        const Bounds d = code_[o.operands[1]].bounds;
        instruction.small = n.low > -kSmall / 2 && n.high < kSmall / 2 && d.high < kSmall / 2;
        instruction.negative = n.low < 0;
      }
      (LooksAtColumns(o.code) ? stage.columns : stage.rows).push_back(std::move(instruction));
    }
    // A register freed in one stage may be taken in the next: chunks of different stages never mix.
    program_.stages.push_back(std::move(stage));
  }

  Given GivenOf(const Output& output) const {
    Given given;
    given.value = PlaceOf(output.value);
    for (const ValueId denominator : output.denominators) given.denominators.push_back(PlaceOf(denominator));
    if (output.present.valid()) given.present = PlaceOf(output.present);
    if (output.deferred.valid()) given.deferred = PlaceOf(output.deferred);
    return given;
  }

  bool IsSingle() const {
    for (const Stage& stage : program_.stages) {
      for (const Instruction& instruction : stage.columns) {
        if (instruction.code != Code::kBroadcast) return false;
      }
    }
    return std::all_of(lowered_->domains.begin(), lowered_->domains.end(), [&](const Domain& domain) {
      if (lowered_->graph->is_quotient(domain.sort)) return false;
      return (*lowered_->graph->model)[domain.sort].kind != semantic::Sort::Kind::kRecords;
    });
  }

  std::shared_ptr<const Lowered> lowered_;
  const CodeBuilder& code_;
  Program program_;
  std::vector<bool> needed_;
  std::vector<size_t> level_;
  std::vector<Key> stage_;
  std::vector<Storage> storage_;
  std::vector<uint32_t> last_use_;
  std::vector<bool> kept_;
  std::vector<Place> places_;
  std::map<Key, std::vector<ValueId>> stages_;
};

}  // namespace

size_t Program::instructions() const {
  size_t count = 0;
  for (const Stage& stage : stages) count += stage.columns.size() + stage.rows.size();
  return count;
}

std::shared_ptr<const Program> Schedule(std::shared_ptr<const Lowered> lowered) {
  return Scheduler(std::move(lowered)).Run();
}

}  // namespace heng::program
