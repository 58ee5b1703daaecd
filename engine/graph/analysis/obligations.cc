#include "engine/graph/analysis/obligations.h"

#include <optional>
#include <set>
#include <unordered_set>
#include <vector>

#include <fmt/format.h>

#include "engine/graph/analysis/case_coverage.h"
#include "engine/graph/analysis/monotone.h"

namespace heng::graph {
namespace {

class Discharger {
 public:
  Discharger(const Graph& graph, const Ranges& ranges, const Grids& grids, DiagnosticSink& sink)
      : graph_(graph), ranges_(ranges), grids_(grids), sink_(sink), source_(graph.model->tree->source) {}

  void Run() {
    for (const Obligation& obligation : graph_.obligations) {
      if (obligation.kind == Obligation::Kind::kNonNegative) NonNegative(obligation);
    }
    for (const Obligation& obligation : graph_.obligations) {
      switch (obligation.kind) {
        case Obligation::Kind::kNonNegative: break;
        case Obligation::Kind::kWithin: Within(obligation); break;
        case Obligation::Kind::kNonZero:
          if (ranges_.MayDivideByZero(obligation.node)) NonZero(obligation);
          break;
        case Obligation::Kind::kSomeApply:
          if (ranges_.MayDivideByZero(obligation.node))
            sink_.Add<DiagnosticKind::kAllExempt>(At(obligation.span), obligation.name);
          break;
        case Obligation::Kind::kNoGap: NoGap(obligation); break;
        case Obligation::Kind::kNoOverlap: NoOverlap(obligation); break;
        case Obligation::Kind::kFinite:
          if (!grids_.Of(obligation.node).places()) Finite(obligation);
          break;
        case Obligation::Kind::kMatters: Matters(obligation); break;
        case Obligation::Kind::kQuota:
          if (Quotas().count(obligation.node) > 0)
            sink_.Add<DiagnosticKind::kQuotaTies>(At(obligation.span), obligation.name);
          break;
      }
    }
    Decided();
    for (const Root& root : graph_.roots) {
      if (root.kind != Root::Kind::kGuarantee && root.kind != Root::Kind::kMonotone) continue;
      if (root.kind != Root::Kind::kMonotone || !ProvesMonotone(graph_, ranges_, root))
        sink_.Add<DiagnosticKind::kGuaranteeUnproved>(At(root.span), root.name);
    }
  }

 private:
  Place At(Span span) const { return {source_, span}; }

  std::string Number(const Rational& value, const Unit& unit) const {
    return semantic::Describe(*graph_.model, {TypeKind::kNumber, unit, {}, false, false}, value);
  }
  std::string Text(const Interval& interval, const Unit& unit) const {
    return Text(interval, {TypeKind::kNumber, unit, {}, false, false});
  }
  std::string Text(const Interval& interval, const Type& type) const {
    const auto end = [&](const std::optional<Rational>& value, const char* unbounded) {
      return value ? semantic::Describe(*graph_.model, type, *value) : std::string(unbounded);
    };
    return end(interval.low, "−∞") + "–" + end(interval.high, "+∞");
  }

  void NonNegative(const Obligation& o) {
    const Interval& found = ranges_.Of(o.node);
    if (found.low && found.low->sign() >= 0) return;
    sink_.Add<DiagnosticKind::kNegativeAmount>(At(o.span), o.name, found.low ? Number(*found.low, o.unit) : "−∞");
    negative_.insert(o.node);
  }

  // Whether an amount that is refused as negative goes into it.
  bool HoldsNegative(NodeId id) const {
    if (negative_.empty()) return false;
    std::unordered_set<NodeId> seen;
    std::vector<NodeId> open = {id};
    while (!open.empty()) {
      const NodeId one = open.back();
      open.pop_back();
      if (negative_.contains(one)) return true;
      if (!seen.insert(one).second) continue;
      const Node& node = graph_[one];
      open.insert(open.end(), node.operands.begin(), node.operands.end());
      if (node.form == Form::kName) open.push_back(graph_[node.definition].body);
    }
    return false;
  }

  void Within(const Obligation& o) {
    const Interval& found = ranges_.Of(o.node);
    const bool low_holds = !o.bounded_below || (found.low && *found.low >= o.low);
    if (low_holds && found.high && *found.high <= o.high) return;
    if (HoldsNegative(o.node)) return;
    const bool below = o.bounded_below && found.low && *found.low < o.low;
    const std::string witness = below        ? Number(*found.low, o.unit)
                                : found.high ? Number(*found.high, o.unit)
                                             : Text(found, o.unit);
    sink_.Add<DiagnosticKind::kExceedsMarks>(
        At(o.span), o.name, witness, (o.bounded_below ? Number(o.low, o.unit) : "−∞") + "–" + Number(o.high, o.unit));
  }

  void NonZero(const Obligation& o) {
    const NodeId divisor = graph_[o.node].operands[1];
    const Interval& found = ranges_.Of(divisor);
    const bool below = !found.low || found.low->sign() < 0;
    // The same quotient may stand elsewhere without its case.
    if (o.guarded && !below) return;
    Diagnostic& d = sink_.Add<DiagnosticKind::kDivisionByZero>(At(o.span), o.name);
    if (!below) return;
    const std::string least = found.low ? Number(*found.low, graph_[divisor].type.unit) : "−∞";
    d.advice = {
        fmt::format("它还可能小于 0（最小 {}）：先用“保底”写明不小于 0，再用“占比(a, b, 无则 …)”", least),
        fmt::format("it can even be below 0 (down to {}): keep it at 0 with 保底, then use 占比(a, b, 无则 …)", least)};
  }

  void Finite(const Obligation& o) {
    const Type& type = graph_[o.node].type;
    const std::string step = semantic::Describe(*graph_.model, type, Rational(1, type.percent ? 10000 : 100));
    sink_.Add<DiagnosticKind::kUnroundedResult>(At(o.span), o.name).advice = {
        fmt::format("在定义末尾写明，例如：四舍五入到 {}", step),
        fmt::format("say how at the end of its definition, for example: 四舍五入到 {}", step)};
  }

  void NoGap(const Obligation& o) {
    const Node& node = graph_[o.node];
    const CaseCoverage coverage = AnalyseCase(graph_, ranges_, grids_, o.node);
    if (!node.has_else) {
      if (!coverage.exact) {
        sink_.Add<DiagnosticKind::kGapUnproved>(At(o.span), o.name);
      } else if (coverage.gap) {
        Diagnostic& d = sink_.Add<DiagnosticKind::kGap>(At(o.span), o.name, *coverage.gap);
        if (o.arms.size() >= 2) {
          d.related.push_back({At(o.arms[o.arms.size() - 2]), {"这一条不适用", "this case does not apply"}});
        }
        if (!o.arms.empty()) d.related.push_back({At(o.arms.back()), {"这一条也不适用", "nor does this one"}});
      }
    }
    if (!coverage.exact) return;
    for (size_t i = 0; i < coverage.reachable.size(); ++i) {
      if (coverage.reachable[i]) continue;
      const auto& hidden = coverage.hidden[i];
      if (!hidden) {
        sink_.Add<DiagnosticKind::kNeverApplies>(At(o.arms[i]), o.arm_names[i]);
        continue;
      }
      Diagnostic& d = sink_.Add<DiagnosticKind::kUnreachable>(At(o.arms[i]), o.arm_names[i]);
      const Bilingual& at = hidden->witness;
      d.related.push_back(
          {At(o.arms[hidden->by]),
           {at.zh.empty() ? "先适用的是这一条" : fmt::format("{} 时先适用的是这一条", at.zh),
            at.en.empty() ? "this one applies first" : fmt::format("when {}, this one applies first", at.en)}});
    }
    if (node.has_else && !coverage.gap) sink_.Add<DiagnosticKind::kUnreachable>(At(o.arms.back()), o.arm_names.back());
  }

  void NoOverlap(const Obligation& o) {
    const CaseCoverage coverage = AnalyseCase(graph_, ranges_, grids_, o.node);
    const bool several = graph_[o.node].operands.size() / 2 >= 2;
    if (!coverage.exact && several) {
      sink_.Add<DiagnosticKind::kOverlapUnproved>(At(o.span), o.arm_names[0], o.arm_names[1]);
      return;
    }
    for (const CaseCoverage::Overlap& overlap : coverage.overlaps) {
      Diagnostic& d = sink_.Add<DiagnosticKind::kOverlap>(At(o.arms[overlap.second]), o.arm_names[overlap.first],
                                                          o.arm_names[overlap.second], overlap.witness);
      d.related.push_back({At(o.arms[overlap.first]), {"另一行在这里", "the other row is here"}});
    }
  }

  // True if the value never passes the bound.
  static bool Bounds(const Ranges& ranges, const Node& node) {
    const Interval& value = ranges.Of(node.operands[0]);
    const Interval& bound = ranges.Of(node.operands[1]);
    if (node.op == Op::kMin) return value.high && bound.low && *value.high <= *bound.low;
    return value.low && bound.high && *value.low >= *bound.high;
  }

  void Matters(const Obligation& o) {
    const Node& node = graph_[o.node];
    const Unit& unit = node.type.unit;
    if (node.op == Op::kMin || node.op == Op::kMax) {
      // A bound that only matters where a 校验 is broken is prudent.
      if (!Bounds(ranges_, node)) return;
      if (!without_checks_) without_checks_.emplace(graph_, false);
      if (Bounds(*without_checks_, node))
        sink_.Add<DiagnosticKind::kNeverMatters>(At(o.span), o.name, Text(ranges_.Of(node.operands[0]), unit));
    } else {
      // Where a division only happens to cancel, the rounding is prudent.
      const Grid& grid = grids_.Of(node.operands[0]);
      if (!grid.ends || !grids_.RoundsNothing(o.node)) return;
      sink_.Add<DiagnosticKind::kNeverMatters>(
          At(o.span), o.name,
          Bilingual(fmt::format("{} 位小数", *grid.places()), fmt::format("{} decimal places", *grid.places())));
    }
  }

  // Comparisons that the ranges alone decide. Of cases and rows, whether they can apply says more.
  void Decided() {
    std::set<std::pair<uint32_t, uint32_t>> told;
    for (const Occurrence& o : graph_.occurrences) {
      const Node& node = graph_[o.node];
      if (node.form != Form::kOp || !o.definition.valid()) continue;
      const Definition& in = graph_[o.definition];
      if (in.kind == Definition::Kind::kArm || in.kind == Definition::Kind::kRow ||
          in.kind == Definition::Kind::kGuarantee)
        continue;
      const std::optional<bool> always = ranges_.Decides(o.node);
      if (!always || !told.insert({o.span.begin, o.span.end}).second) continue;
      const bool left = ranges_.ConstantOf(node.operands[1]).has_value();
      const NodeId value = node.operands[left ? 0 : 1];
      sink_.Add<DiagnosticKind::kDecided>(At(o.span), std::string(source_->Text(o.span)),
                                          *always ? Bilingual("成立", "holds") : Bilingual("不成立", "fails"),
                                          Text(ranges_.Of(value), graph_[value].type));
    }
  }

  // The ranks that are compared with a constant where published money depends on it.
  const std::unordered_set<NodeId>& Quotas() {
    if (quotas_) return *quotas_;
    quotas_.emplace();
    std::vector<NodeId> pending;
    for (const Root& root : graph_.roots) {
      const Type& type = graph_[root.definition].type;
      if (root.kind == Root::Kind::kResult && type.is_number() && type.unit.is_money())
        pending.push_back(graph_[root.definition].body);
    }
    std::unordered_set<NodeId> seen;
    while (!pending.empty()) {
      const NodeId id = pending.back();
      pending.pop_back();
      if (!seen.insert(id).second) continue;
      const Node& node = graph_[id];
      if (node.form == Form::kName) pending.push_back(graph_[node.definition].body);
      pending.insert(pending.end(), node.operands.begin(), node.operands.end());
      if (node.form != Form::kOp || (node.op != Op::kLess && node.op != Op::kAtMost && node.op != Op::kEqual)) continue;
      for (const size_t side : {0, 1}) {
        const NodeId rank = RankIn(node.operands[side]);
        if (rank.valid() && ranges_.ConstantOf(node.operands[1 - side])) quotas_->insert(rank);
      }
    }
    return *quotas_;
  }

  // The rank that the node is, or is a share of; invalid if it is none.
  NodeId RankIn(NodeId id) const {
    for (;;) {
      const Node& node = graph_[id];
      if (node.form == Form::kRank) return id;
      if (node.form == Form::kName) {
        id = graph_[node.definition].body;
      } else if (node.form == Form::kPull || node.form == Form::kElse ||
                 (node.form == Form::kOp && node.op == Op::kDivide)) {
        id = node.operands[0];
      } else if (node.form == Form::kCase && node.operands.size() == 2) {
        id = node.operands[1];
      } else {
        return {};
      }
    }
  }

  const Graph& graph_;
  const Ranges& ranges_;
  const Grids& grids_;
  DiagnosticSink& sink_;
  std::optional<std::unordered_set<NodeId>> quotas_;
  std::unordered_set<NodeId> negative_;  // amounts that are refused as negative
  std::optional<Ranges> without_checks_;
  SourcePtr source_;
};

}  // namespace

void Discharge(const Graph& graph, const Ranges& ranges, const Grids& grids, DiagnosticSink& sink) {
  Discharger(graph, ranges, grids, sink).Run();
}

}  // namespace heng::graph
