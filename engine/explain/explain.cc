#include "engine/explain/explain.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "engine/explain/numbers.h"
#include "engine/explain/phrase.h"

namespace heng::explain {
namespace {

using data::Explanation;
using eval::Trace;
using graph::DefId;
using graph::Definition;
using graph::Form;
using graph::Node;
using graph::NodeId;

constexpr int kDepth = 8;

class Explainer {
 public:
  explicit Explainer(const eval::Evaluation& evaluation)
      : evaluation_(evaluation), graph_(evaluation.graph()), traces_(evaluation), phrases_(graph_, traces_) {}

  // Each value is explained once; where it is read again, it is only named.
  Explanation Of(DefId id, uint32_t subject, Period period, int depth) {
    const auto known = named_.find({id, subject, period});
    if (known != named_.end()) return known->second;
    const Definition& definition = graph_[id];
    const Value value = evaluation_.Of(id, subject, period);
    Explanation out;
    out.output = definition.name;
    out.rule = definition.name;
    out.source = phrases_.SourceOf(definition.mark);
    const std::string name = Named(definition, period);
    if (const Failure* failure = FailureOf(value)) {
      out.text = {fmt::format("{}不能给出：{}", name, failure->message.zh),
                  fmt::format("{} cannot be given: {}", name, failure->message.en)};
      return out;
    }
    const Trace& trace = traces_.Of(id, subject, period);
    const std::string text = phrases_.ValueText(definition.type, value, definition.places);
    out.text = {fmt::format("{}：{}", name, text), fmt::format("{}: {}", name, text)};
    switch (definition.kind) {
      case Definition::Kind::kScore: Score(id, subject, period, out); break;
      case Definition::Kind::kGrade: Grade(id, trace, out); break;
      case Definition::Kind::kColumn: Column(id, trace, out); break;
      default: Formula(id, trace, out); break;
    }
    AddNumbers(phrases_, traces_, trace, id, out.numbers);
    const bool first = expanded_.insert({id.value, period}).second;
    std::vector<Explanation> because = std::exchange(out.because, {});
    named_.emplace(std::tuple(id, subject, period), out);
    if (!first) return out;
    out.because = std::move(because);
    if (depth < kDepth) Because(trace, id, depth, out);
    return out;
  }

 private:
  static void Add(Explanation& out, const Bilingual& sentence, bool first = false) {
    out.text.zh += (first ? "。" : "；") + sentence.zh;
    out.text.en += (first ? ". " : "; ") + sentence.en;
  }

  std::string Named(const Definition& definition, Period period) const {
    const bool finer = period.kind != evaluation_.period().kind && period.kind != PeriodKind::kOnce;
    return definition.label + (finer ? fmt::format("（{}）", period.ToString()) : "");
  }

  // ---- 评分: what each criterion gave, what was deducted and why.
  void Score(DefId id, uint32_t subject, Period period, Explanation& out) {
    Rational lines;
    Rational earned;
    Rational weights;
    bool exempt = false;
    for (size_t i = 0; i < id.index(); ++i) {
      const DefId part(i);
      const Definition& d = graph_[part];
      const bool ours = d.owner == id || (d.owner.valid() && graph_[d.owner].owner == id);
      if (!ours) continue;
      const Value value = evaluation_.Of(part, subject, period);
      if (FailureOf(value) != nullptr) continue;
      if (d.kind == Definition::Kind::kCriterion) {
        out.because.push_back(Criterion(part, value, subject, period));
        exempt = exempt || IsAbsent(value);
        if (!IsAbsent(value)) {
          earned += d.weighted ? std::get<Rational>(value) * *d.weight : std::get<Rational>(value);
          weights += *d.weight;
        }
      }
      if (d.kind == Definition::Kind::kAdjustment && !std::get<Rational>(value).is_zero()) {
        const Trace& trace = traces_.Of(part, subject, period);
        // Of a line without 当 there is no condition to tell.
        const bool conditional = graph_[trace.node].form == Form::kCase;
        const Bilingual why = conditional ? phrases_.Condition(trace.operands.front(), part) : Bilingual();
        const std::string amount = phrases_.ValueText(d.type, value);
        Explanation line;
        line.output = d.label;
        line.rule = d.name;
        line.source = phrases_.SourceOf(d.mark);
        const bool bonus = d.name.find("·加分") != std::string::npos;
        line.text = {fmt::format("{} {}：{}", bonus ? "加" : "扣", amount, d.label),
                     fmt::format("{} {}: {}", bonus ? "added" : "deducted", amount, d.label)};
        if (conditional) {
          line.text.zh += "（" + why.zh + "）";
          line.text.en += " (" + why.en + ")";
        }
        out.because.push_back(std::move(line));
      }
      if (d.kind == Definition::Kind::kAdjustment) lines += std::get<Rational>(value);
      if (d.kind == Definition::Kind::kSubtotal || d.kind == Definition::Kind::kAdjustments) {
        const std::string text = phrases_.ValueText(d.type, value);
        const std::string label_en = d.kind == Definition::Kind::kSubtotal ? "criteria"
                                     : d.label == "扣分"                   ? "deductions"
                                                                           : "bonus";
        Bilingual sentence(d.label + " " + text, label_en + " " + text);
        if (d.kind == Definition::Kind::kAdjustments && lines != std::get<Rational>(value)) {
          const std::string all = phrases_.ValueText(d.type, lines);
          sentence.zh += "（各条共 " + all + "，封顶）";
          sentence.en += " (" + all + " in all, capped)";
        }
        if (d.kind == Definition::Kind::kSubtotal && exempt) {
          const graph::Type share{semantic::TypeKind::kNumber, Unit(), {}, false, true};
          const std::string sum = phrases_.ValueText(d.type, earned);
          const std::string applied =
              weights <= Rational(1) ? phrases_.ValueText(share, weights) : phrases_.ValueText(d.type, weights);
          sentence.zh += "（适用各项共 " + sum + "，按其权重 " + applied + " 折算）";
          sentence.en += " (" + sum + " from the criteria that apply, whose weights are " + applied + ")";
        }
        if (d.kind == Definition::Kind::kAdjustments) lines = 0;
        Add(out, sentence, d.kind == Definition::Kind::kSubtotal);
      }
    }
  }

  Explanation Criterion(DefId part, const Value& value, uint32_t subject, Period period) {
    const Definition& d = graph_[part];
    Explanation line;
    line.output = d.label;
    line.rule = d.name;
    line.source = phrases_.SourceOf(d.mark);
    const Trace& trace = traces_.Of(part, subject, period);
    if (IsAbsent(value)) {
      const Bilingual why = trace.operands.empty() ? Bilingual() : phrases_.Condition(trace.operands.front(), part);
      line.text = {fmt::format("{}：合理缺项，不计（{}）", d.label, why.zh),
                   fmt::format("{}: does not apply ({})", d.label, why.en)};
      return line;
    }
    const std::string text = phrases_.ValueText(d.type, value);
    if (d.weighted) {
      const std::string weight = (*d.weight * Rational(100)).ToString() + "%";
      const std::string share = phrases_.ValueText(d.type, std::get<Rational>(value) * *d.weight);
      line.text = {fmt::format("{}：{} × {} = {}", d.label, text, weight, share),
                   fmt::format("{}: {} × {} = {}", d.label, text, weight, share)};
    } else {
      const std::string marks = phrases_.ValueText(d.type, *d.weight);
      line.text = {fmt::format("{}：{}（满分 {}）", d.label, text, marks),
                   fmt::format("{}: {} (of {})", d.label, text, marks)};
    }
    AddNumbers(phrases_, traces_, trace, part, line.numbers);
    // What it was computed from, unless it is a fact as it stands.
    std::string from;
    for (const auto& [name, number] : line.numbers) {
      if (name != d.label) from += (from.empty() ? "" : "，") + name + " " + number;
    }
    if (!from.empty()) {
      line.text.zh += "（" + from + "）";
      line.text.en += " (" + from + ")";
    }
    return line;
  }

  // ---- 等级: which case applied, which better ones did not and by how much, which steps changed it.
  void Grade(DefId id, const Trace& trace, Explanation& out) {
    const Definition& definition = graph_[id];
    const Trace* last = &trace;
    DefId within = id;
    std::vector<Bilingual> steps;
    // From the last step down to the first case.
    for (;;) {
      const Node& node = graph_[last->node];
      const bool is_step = node.form == Form::kCase && node.operands.size() == 3 && node.has_else &&
                           graph_[node.operands[0]].form != Form::kName;
      if (!is_step || graph_[node.operands[2]].form != Form::kName) break;
      const DefId below = graph_[node.operands[2]].definition;
      const Value before = evaluation_.Of(below, last->instance.entity, last->instance.period);
      if (std::get<bool>(last->operands.front().value)) steps.push_back(Step(*last, within, before));
      last = &traces_.Of(below, last->instance.entity, last->instance.period);
      within = below;
    }
    const Trace& at = *last;
    const std::string base = semantic::Describe(*graph_.model, definition.type, at.value);
    bool first = true;
    std::optional<Bilingual> missed;
    for (size_t i = 0; i < at.operands.size(); ++i) {
      const Trace& operand = at.operands[i];
      if (graph_[operand.node].type.kind != semantic::TypeKind::kBool) continue;
      const std::string arm =
          graph_[operand.node].form == Form::kName ? graph_[graph_[operand.node].definition].label : "";
      const Bilingual why = phrases_.Condition(operand, within);
      if (std::get<bool>(operand.value)) {
        Add(out, {why.zh, why.en}, first);
        first = false;
      } else {
        missed = Bilingual(fmt::format("没有到 {}：{}", arm, why.zh), fmt::format("not {}: {}", arm, why.en));
        if (i + 1 == at.operands.size() || !std::holds_alternative<bool>(at.operands[i + 1].value)) {
          Add(out, {fmt::format("其余情形为 {}", base), fmt::format("otherwise {}", base)}, first);
          first = false;
        }
      }
    }
    if (missed) Add(out, *missed, first);
    for (auto it = steps.rbegin(); it != steps.rend(); ++it) {
      if (it == steps.rbegin()) Add(out, {fmt::format("初评为 {}", base), fmt::format("at first {}", base)}, first);
      Add(out, *it);
      first = false;
    }
  }

  // A step that applied: what it did, and to what.
  Bilingual Step(const Trace& at, DefId within, const Value& before) {
    const Node& node = graph_[at.node];
    const Bilingual why = phrases_.Condition(at.operands.front(), within);
    const std::string to = semantic::Describe(*graph_.model, node.type, at.value);
    const Node* action = &graph_[node.operands[1]];
    if (action->form == Form::kLiteral) {
      return {fmt::format("因 {}，定为 {}", why.zh, to), fmt::format("because {}, it becomes {}", why.en, to)};
    }
    while (action->op == graph::Op::kMin || action->op == graph::Op::kMax) action = &graph_[action->operands[0]];
    Bilingual moved("调整", "adjusted");
    if (action->op == graph::Op::kShift) {
      const Rational levels = std::get<Rational>(graph_[action->operands[1]].literal);
      const std::string count = (levels.sign() < 0 ? -levels : levels).ToString();
      moved = levels.sign() < 0 ? Bilingual("降 " + count + " 级", "lowered by " + count)
                                : Bilingual("升 " + count + " 级", "raised by " + count);
    }
    const bool stays = before == at.value;
    return {fmt::format("因 {}，{}，{} {}", why.zh, moved.zh, stays ? "仍为" : "为", to),
            fmt::format("because {}, {}: {} {}", why.en, moved.en, stays ? "still" : "now", to)};
  }

  // ---- 对照表: which row, and where its amount comes from.
  void Column(DefId id, const Trace& trace, Explanation& out) {
    for (const Trace& operand : trace.operands) {
      const Node& node = graph_[operand.node];
      const bool condition = node.form == Form::kName && node.type.kind == semantic::TypeKind::kBool &&
                             graph_[node.definition].kind == Definition::Kind::kRow;
      if (condition && std::get<bool>(operand.value)) {
        const Definition& row = graph_[node.definition];
        const Bilingual why = phrases_.Condition(operand, id);
        Add(out, {fmt::format("{}：{}", row.name, why.zh), fmt::format("{}: {}", row.name, why.en)}, true);
        out.rule = row.name;
        for (const graph::Occurrence& o : graph_.occurrences) {
          const bool in_row = o.definition == id && o.span.begin >= row.span.begin && o.span.end <= row.span.end;
          if (in_row && o.mark.provenance != syntax::Provenance::kUnmarked) out.source = phrases_.SourceOf(o.mark);
        }
      }
    }
  }

  // ---- any other: its text in the policy.
  void Formula(DefId id, const Trace& trace, Explanation& out) {
    const Node& node = graph_[trace.node];
    if (node.form == Form::kRank) {
      const bool rows = (*graph_.model)[node.grain.sort].kind == semantic::Sort::Kind::kRecords;
      const size_t count = rows ? evaluation_.facts().rows.at(node.grain.sort).size()
                                : evaluation_.facts().roster(node.grain.sort).ids.size();
      // Who is left out has shown only the condition.
      const auto shown = std::find_if(trace.operands.begin(), trace.operands.end(),
                                      [&](const Trace& operand) { return operand.node == node.operands[0]; });
      const Value own = shown == trace.operands.end() ? Value(Absent{}) : shown->value;
      const std::string key = phrases_.ValueText(graph_[node.operands[0]].type, own);
      const std::string name = phrases_.NameOf(node.operands[0], id);
      const auto& steps = graph_[node.path].steps;
      const bool group = !steps.empty() && steps.back().kind == graph::Step::Kind::kKey;
      const std::string scope = group              ? "同" + graph_.quotient(steps.back().quotient).name
                                : node.conditional ? "参加排列的全体"
                                                   : fmt::format("全体 {} 个", count);
      Add(out,
          {fmt::format("{} {}，在{}中从{}排列", name, key, scope, node.descending ? "高到低" : "低到高"),
           fmt::format("{} {}, ranked within {}", name, key, group ? "its group" : "all")},
          true);
      return;
    }
    if (node.form == Form::kElse) {
      const bool given = trace.operands.size() == 1;
      const std::string first = phrases_.NameOf(node.operands[0], id);
      const std::string second = phrases_.NameOf(node.operands[1], id);
      Add(out,
          given ? Bilingual(fmt::format("取 {}", first), fmt::format("taken from {}", first))
                : Bilingual(fmt::format("没有 {}，取 {}", first, second), fmt::format("no {}, so {}", first, second)),
          true);
      return;
    }
    for (const graph::Occurrence& o : graph_.occurrences) {
      if (o.definition == id && o.node == trace.node) {
        Add(out, {"算法：" + phrases_.TextOf(o.span), "computed as: " + phrases_.TextOf(o.span)}, true);
        return;
      }
    }
  }

  // A parameter: its value, and whether it is sourced, chosen, or open and bound by the district.
  Explanation Standard(const Node& node, const Value& value) const {
    const semantic::Field& field = (*graph_.model)[node.field];
    const std::string text = phrases_.ValueText(field.type, value);
    Explanation out;
    out.output = field.name;
    out.rule = field.name;
    out.source = phrases_.SourceOf(field.mark);
    out.text = {fmt::format("{}：{}{}", field.name, text, field.open ? "，由区县确定" : ""),
                fmt::format("{}: {}{}", field.name, text, field.open ? ", bound by the district" : "")};
    return out;
  }

  // The declared definitions that it rests on, explained in their turn.
  void Because(const Trace& trace, DefId self, int depth, Explanation& out) {
    std::set<std::pair<uint32_t, Period>> done;
    std::set<uint32_t> standards;
    std::vector<const Trace*> pending = {&trace};
    constexpr int kParts = 64;
    int parts = 0;
    while (!pending.empty() && done.size() < 32) {
      const Trace* at = pending.back();
      pending.pop_back();
      const Node& node = graph_[at->node];
      const bool standard =
          node.form == Form::kField && (*graph_.model)[node.field].kind == semantic::Field::Kind::kParameter;
      if (standard && standards.insert(node.field.value).second && FailureOf(at->value) == nullptr) {
        out.because.push_back(Standard(node, at->value));
      }
      if (node.form == Form::kName) {
        const Definition& d = graph_[node.definition];
        if (d.declared.valid() && node.definition != self) {
          const bool shown = d.kind == Definition::Kind::kScore || d.kind == Definition::Kind::kGrade ||
                             d.kind == Definition::Kind::kColumn || d.kind == Definition::Kind::kFormula;
          if (shown && done.insert({node.definition.value, at->instance.period}).second) {
            out.because.push_back(Of(node.definition, at->instance.entity, at->instance.period, depth + 1));
          }
        } else if (parts < kParts && graph_[self].kind != Definition::Kind::kScore) {
          ++parts;
          pending.push_back(&traces_.Of(*at));
        }
        continue;
      }
      for (auto it = at->operands.rbegin(); it != at->operands.rend(); ++it) pending.push_back(&*it);
    }
  }

  const eval::Evaluation& evaluation_;
  const graph::Graph& graph_;
  Traces traces_;
  Phrases phrases_;
  std::set<std::pair<uint32_t, Period>> expanded_;
  std::map<std::tuple<DefId, uint32_t, Period>, Explanation> named_;  // without what they rest on
};

void Render(const Explanation& explanation, Language language, size_t depth, std::string& out) {
  out += std::string(depth * 2, ' ') + (depth == 0 ? "" : "· ") + explanation.text.In(language);
  if (!explanation.source.empty()) out += "  [" + explanation.source + "]";
  out += "\n";
  for (const Explanation& because : explanation.because) Render(because, language, depth + 1, out);
}

}  // namespace

std::vector<Explanation> Explain(const eval::Evaluation& evaluation, data::SortId sort, uint32_t subject) {
  std::vector<Explanation> out;
  Explainer explainer(evaluation);
  for (const graph::Root& root : evaluation.graph().roots) {
    if (root.kind != graph::Root::Kind::kResult) continue;
    const Definition& definition = evaluation.graph()[root.definition];
    if (definition.grain.sort != sort) continue;
    if (definition.grain.period != evaluation.period().kind && definition.grain.period != PeriodKind::kOnce) continue;
    const Period at = definition.grain.period == PeriodKind::kOnce ? Period{} : evaluation.period();
    out.push_back(explainer.Of(root.definition, subject, at, 0));
  }
  return out;
}

std::string RenderText(const std::vector<Explanation>& explanations, Language language) {
  std::string out;
  for (const Explanation& explanation : explanations) Render(explanation, language, 0, out);
  return out;
}

}  // namespace heng::explain
