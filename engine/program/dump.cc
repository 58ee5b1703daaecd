#include <fmt/format.h>

#include "engine/graph/analysis/grids.h"
#include "engine/graph/analysis/normal_forms.h"
#include "engine/graph/dump.h"
#include "engine/program/program.h"

namespace heng::program {
namespace {

constexpr std::string_view kStorage[] = {"bit", "int32", "int64", "int128"};

std::string Text(Int value) { return Rational::Of({value, 1}).ToString(); }

std::string SlotName(const Program& program, const Slot& slot) {
  static constexpr std::string_view kKinds[] = {"",         "past ",      "interpreted ", "row-in ", "row-not-after ",
                                                "ordinal ", "first-day ", "last-day ",    "number ", "row ",
                                                "owner "};
  std::string name(kKinds[static_cast<size_t>(slot.kind)]);
  if (slot.field.valid()) name += (*program.graph().model)[slot.field].name;
  if (slot.definition.valid()) name += program.graph()[slot.definition].name;
  if (slot.kind == Slot::Kind::kOwner)
    name += program.graph().sort_name(program.lowered->domains[slot.domain.index()].sort);
  const std::string period = slot.period.ordinal == INT32_MIN ? "" : slot.period.ToString();
  return name + (period.empty() ? "" : "(" + period + ")");
}

std::string PlaceName(const Program& program, const Place& place) {
  const auto slot = [&] { return SlotName(program, program.lowered->slots[place.index]); };
  switch (place.kind) {
    case Place::Kind::kConstant: return Text(place.constant);
    case Place::Kind::kScratch:
      return fmt::format("{}r{}", kStorage[static_cast<size_t>(place.storage)][0], place.index) +
             (place.storage == Storage::kBit ? "" : fmt::format(":{}", 8 * BytesOf(place.storage)));
    case Place::Kind::kColumn: return fmt::format("c{}", place.index);
    case Place::Kind::kSlot: return slot();
    case Place::Kind::kPresent: return "has " + slot();
    case Place::Kind::kUnknown: return "unknown " + slot();
    case Place::Kind::kBad: return "bad";
  }
  return "";
}

int BitsOf(const Bounds& bounds) {
  int bits = 2;
  while (!bounds.fits(bits)) ++bits;
  return bits;
}

// Nothing where nothing narrower is kept anyway.
std::string WhyNotNarrower(const Program& program, const Instruction& in) {
  if (in.out.storage <= Storage::k32) return "";
  const CodeBuilder& code = program.lowered->code;
  const Operation& o = code[in.value];
  const int bits = BitsOf(o.bounds);
  if (bits <= (in.out.storage == Storage::k64 ? 32 : 64)) return ", as wide as its operands";
  std::string why = fmt::format(", needs {} bits:", bits);
  if (o.code == Code::kSum) return why + " a sum of up to 2^24 rows";
  for (size_t i = o.code == Code::kSelect ? 1 : 0; i < o.operands.size(); ++i)
    why += fmt::format(" {}{}", i == 0 || why.ends_with(':') ? "of " : "and ", BitsOf(code[o.operands[i]].bounds));
  return why;
}

// By node of the policy: its numbers as they are represented, and what the analyses made of it.
std::string DumpNodes(const Program& program) {
  const Lowered& lowered = *program.lowered;
  const graph::Graph& graph = program.graph();
  const graph::Ranges ranges(graph);
  const graph::Grids grids(graph, ranges);
  const graph::NormalForms forms(graph, ranges);
  std::unordered_map<graph::NodeId, std::string> texts;
  for (const graph::Occurrence& o : graph.occurrences)
    texts.try_emplace(o.node, graph.model->tree->source->Text(o.span));
  std::string out = "nodes\n";
  for (const Lowering& l : lowered.nodes) {
    const graph::Node& node = graph[l.node];
    if (!node.type.is_number()) continue;
    out += fmt::format("  {}#{}", graph::NameOf(node.form), l.node.index());
    if (l.period.kind != PeriodKind::kOnce && l.period.ordinal != INT32_MIN) out += "(" + l.period.ToString() + ")";
    const auto text = texts.find(l.node);
    if (text != texts.end() && text->second.find('\n') == std::string::npos) out += " " + text->second;
    const Bounds bounds = lowered.code[l.value].bounds;
    out +=
        fmt::format(": {} bits in [{}, {}] ÷ {}", BitsOf(bounds), Text(bounds.low), Text(bounds.high), Text(l.scale));
    for (const ValueId divisor : l.denominators) {
      const Bounds of = lowered.code[divisor].bounds;
      out += fmt::format(" ÷ a column in [{}, {}]", Text(of.low), Text(of.high));
    }
    const graph::Grid& grid = grids.Of(l.node);
    if (grid.step) out += ", multiples of " + grid.step->ToString();
    const bool rounds = node.op >= graph::Op::kRoundHalfUp && node.op <= graph::Op::kRoundUp;
    if (rounds && grids.RoundsNothing(l.node)) out += ", not rounded: it lies on the step already";
    if (forms[forms.Of(l.node)].terms.size() > 1) out += ", = " + forms.Text(l.node);
    if (forms.FirstEqual(l.node) != l.node) out += fmt::format(", computed as #{}", forms.FirstEqual(l.node).index());
    out += "\n";
  }
  return out;
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
    out +=
        fmt::format("  {} {} in [{}, {}] ÷ {}\n", SlotName(program, slot), kStorage[static_cast<size_t>(slot.storage)],
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
        line += WhyNotNarrower(program, instruction);
        if (const auto found = meaning.find(instruction.value); found != meaning.end()) {
          const Lowering& l = *found->second;
          line += fmt::format("  # {} {}", graph::NameOf(graph[l.node].form),
                              l.period.ordinal == INT32_MIN ? "" : l.period.ToString());
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
  out += DumpNodes(program);
  for (const Interpreted& one : lowered.interpreted)
    out += fmt::format("interpreted {}: {}\n", graph[one.definition].name, one.reason);
  return out;
}

}  // namespace heng::program
