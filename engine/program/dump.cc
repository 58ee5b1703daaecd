#include <fmt/format.h>

#include "engine/graph/dump.h"
#include "engine/program/program.h"

namespace heng::program {
namespace {

constexpr std::string_view kStorage[] = {"bit", "int32", "int64", "int128"};

std::string Text(Int value) { return Rational::Of({value, 1}).ToString(); }

std::string SlotName(const Program& program, const Slot& slot) {
  static constexpr std::string_view kKinds[] = {"",        "past ",     "interpreted ", "row-in ",  "row-not-after ",
                                                "ordinal ", "first-day ", "last-day ",  "number ", "owner "};
  std::string name(kKinds[static_cast<size_t>(slot.kind)]);
  if (slot.field.valid()) name += (*program.graph().model)[slot.field].name;
  if (slot.definition.valid()) name += program.graph()[slot.definition].name;
  if (slot.kind == Slot::Kind::kOwner) name += program.graph().sort_name(program.lowered->domains[slot.domain.index()].sort);
  const std::string period = slot.period.ordinal == INT32_MIN ? "" : slot.period.ToString();
  return name + (period.empty() ? "" : "(" + period + ")");
}

std::string PlaceName(const Program& program, const Place& place) {
  const auto slot = [&] { return SlotName(program, program.lowered->slots[place.index]); };
  switch (place.kind) {
    case Place::Kind::kConstant: return Text(place.constant);
    case Place::Kind::kScratch: return fmt::format("{}r{}", kStorage[static_cast<size_t>(place.storage)][0], place.index) +
                                       (place.storage == Storage::kBit ? "" : fmt::format(":{}", 8 * BytesOf(place.storage)));
    case Place::Kind::kColumn: return fmt::format("c{}", place.index);
    case Place::Kind::kSlot: return slot();
    case Place::Kind::kPresent: return "has " + slot();
    case Place::Kind::kUnknown: return "unknown " + slot();
    case Place::Kind::kBad: return "bad";
  }
  return "";
}

}  // namespace

std::string DumpProgram(const Program& program) {
  const Lowered& lowered = *program.lowered;
  const graph::Graph& graph = program.graph();
  std::string out = fmt::format("program {} {}: {} instructions in {} stages, {}\n", graph.model->policy.id,
                                lowered.options.period.ToString(), program.instructions(), program.stages.size(),
                                program.single ? "single decisions too" : "batches");
  out += "reads\n";
  for (const Slot& slot : lowered.slots) {
    out += fmt::format("  {} {} in [{}, {}] ÷ {}\n", SlotName(program, slot), kStorage[static_cast<size_t>(slot.storage)],
                       Text(slot.bounds.low), Text(slot.bounds.high), Text(slot.scale));
  }
  // Which node of the policy a value stands for.
  std::unordered_map<ValueId, const Lowering*> meaning;
  for (const Lowering& lowering : lowered.nodes) meaning.try_emplace(lowering.value, &lowering);
  for (const Stage& stage : program.stages) {
    out += fmt::format("stage over {}\n", graph.sort_name(lowered.domains[stage.domain.index()].sort));
    for (const auto* list : {&stage.columns, &stage.rows}) {
      for (const Instruction& instruction : *list) {
        const Bounds bounds = lowered.code[instruction.value].bounds;
        std::string line = fmt::format("  {} = {}", PlaceName(program, instruction.out), NameOf(instruction.code));
        for (size_t i = 0; i < instruction.operands.size(); ++i)
          line += (i == 0 ? " " : ", ") + PlaceName(program, instruction.operands[i]);
        line += fmt::format("   {} in [{}, {}]", kStorage[static_cast<size_t>(instruction.out.storage)],
                            Text(bounds.low), Text(bounds.high));
        if (const auto found = meaning.find(instruction.value); found != meaning.end()) {
          const Lowering& l = *found->second;
          line += fmt::format("  # {} {}", graph::NameOf(graph[l.node].form), l.period.ordinal == INT32_MIN ? "" : l.period.ToString());
          if (l.scale != 1) line += fmt::format(" × {}", Text(l.scale));
          for (size_t i = 0; i < l.denominators.size(); ++i) line += " × divisor";
        }
        out += line + "\n";
      }
    }
  }
  out += "gives\n";
  for (size_t i = 0; i < lowered.outputs.size(); ++i) {
    const Output& output = lowered.outputs[i];
    const Given& given = program.outputs[i];
    out += fmt::format("  {}{} = {} ÷ {}", graph[output.definition].name,
                       output.period.kind == PeriodKind::kOnce ? "" : "(" + output.period.ToString() + ")",
                       PlaceName(program, given.value), Text(output.scale));
    for (const Place& place : given.denominators) out += " ÷ " + PlaceName(program, place);
    if (given.present) out += ", present " + PlaceName(program, *given.present);
    if (given.deferred) out += ", deferred " + PlaceName(program, *given.deferred);
    out += "\n";
  }
  for (const Interpreted& one : lowered.interpreted)
    out += fmt::format("interpreted {}: {}\n", graph[one.definition].name, one.reason);
  return out;
}

}  // namespace heng::program
