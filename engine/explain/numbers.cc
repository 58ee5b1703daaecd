#include "engine/explain/numbers.h"

#include <optional>
#include <set>

namespace heng::explain {

using graph::Form;

namespace {

class Collector {
 public:
  Collector(const Phrases& phrases, Traces& traces, Period own,
            std::vector<std::pair<std::string, std::string>>& numbers)
      : phrases_(phrases), traces_(traces), graph_(phrases.graph()), own_(own), numbers_(numbers) {}

  void Collect(const eval::Trace& trace, graph::DefId within) {
    const graph::Node& node = graph_[trace.node];
    const bool of_row = node.form == Form::kField && (*graph_.model)[node.field].kind == semantic::Field::Kind::kRecord;
    if (of_row) return;  // one row's value would pass for all
    const bool declared = node.form == Form::kName && graph_[node.definition].declared.valid();
    const bool named = node.form == Form::kField || (declared && node.type.kind != semantic::TypeKind::kBool);
    if (named && FailureOf(trace.value) == nullptr) {
      std::string name = phrases_.NameOf(trace.node, within);
      const bool finer = trace.instance.period.kind != PeriodKind::kOnce && trace.instance.period != own_;
      if (finer) name += "(" + trace.instance.period.ToString() + ")";
      if (!seen_.insert(name).second) return;
      const std::optional<int> places = node.form == Form::kName ? graph_[node.definition].places : std::nullopt;
      numbers_.emplace_back(std::move(name), phrases_.ValueText(node.type, trace.value, places));
      return;
    }
    if (node.form == Form::kName && !declared) return Collect(traces_.Of(trace), node.definition);
    for (const eval::Trace& operand : trace.operands) Collect(operand, within);
  }

 private:
  const Phrases& phrases_;
  Traces& traces_;
  const graph::Graph& graph_;
  Period own_;
  std::vector<std::pair<std::string, std::string>>& numbers_;
  std::set<std::string> seen_;
};

}  // namespace

void AddNumbers(const Phrases& phrases, Traces& traces, const eval::Trace& trace, graph::DefId within,
                std::vector<std::pair<std::string, std::string>>& numbers) {
  Collector(phrases, traces, trace.instance.period, numbers).Collect(trace, within);
}

}  // namespace heng::explain
