#include "engine/examples/examples.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "engine/data/facts_builder.h"
#include "engine/data/read_value.h"
#include "engine/eval/evaluation.h"

namespace heng::examples {
namespace {

using semantic::Example;
using semantic::Model;

class Runner {
 public:
  Runner(const graph::GraphPtr& graph, const Example& example, Coverage* coverage)
      : graph_(graph), model_(*graph->model), example_(example), coverage_(coverage) {}

  Outcome Run() {
    outcome_.title = example_.title;
    outcome_.span = example_.span;
    outcome_.expectations = example_.expectations.size() + example_.rejections.size();
    std::set<Period> settled;
    // What is expected or refused of a coarser period than the policy publishes (in a module: of any) is settled too.
    PeriodKind kind = model_.settlement_period();
    const auto reach = [&](Period p) {
      if (p.kind != PeriodKind::kOnce) kind = std::max(kind, p.kind);
    };
    for (const auto& e : example_.expectations) reach(e.period);
    for (const auto& r : example_.rejections) reach(r.period);
    const auto add = [&](Period p) {
      if (p.kind <= kind) settled.insert(p.In(kind));
    };
    for (const auto& e : example_.expectations) add(e.period);
    for (const auto& r : example_.rejections) add(r.period);
    for (const auto& v : example_.values) add(v.period);
    for (const Period period : settled) Settle(period);
    for (size_t i = 0; i < example_.rejections.size(); ++i) {
      if (met_.count(i) == 0) {
        const auto& r = example_.rejections[i];
        Fail(r.span,
             {fmt::format("“{}”{} 的数据应当被拒绝{}，却没有", r.id, r.period.ToString(),
                          r.message.empty() ? "" : "（" + r.message + "）"),
              fmt::format("the facts of '{}' for {} should be refused and were not", r.id, r.period.ToString())});
      }
    }
    return std::move(outcome_);
  }

 private:
  void Fail(Span span, Bilingual message) { outcome_.failing.push_back({span, std::move(message)}); }

  // A refusal is either expected by 应拒, or the example fails.
  void Refused(const std::string& id, Period period, Span span, const Bilingual& message) {
    refused_.insert(id);
    for (size_t i = 0; i < example_.rejections.size(); ++i) {
      const auto& r = example_.rejections[i];
      // A dated row is refused on its day: the example names the period that it falls into. An attribute has no period.
      const bool dated = period.kind == PeriodKind::kDay && period.In(r.period.kind) == r.period;
      const bool in_period = r.period == period || dated || period.kind == PeriodKind::kOnce;
      if (r.id == id && in_period && (r.message.empty() || r.message == message.zh)) {
        met_.insert(i);
        return;
      }
    }
    Fail(span, {fmt::format("“{}”{} 的数据被拒绝：{}", id, period.ToString(), message.zh),
                fmt::format("the facts of '{}' for {} are refused: {}", id, period.ToString(), message.en)});
  }

  bool InRange(const semantic::Field& field, const Value& value) const {
    const auto* number = std::get_if<Rational>(&value);
    if (number == nullptr) return true;
    const Rational written = field.type.percent ? *number * Rational(100) : *number;
    const bool places = !field.places || written.decimal_places().value_or(99) <= *field.places;
    return places && (!field.range || (*number >= field.range->first && *number <= field.range->second));
  }

  void Settle(Period settled) {
    data::Bindings parameters;
    for (const auto& [field, value] : example_.given) parameters.emplace(field, value);
    data::FactsBuilder builder(graph_, settled, parameters);
    for (const auto& subject : example_.subjects) builder.AddSubject(subject.sort, subject.id);
    for (const auto& subject : example_.subjects) {
      const auto id = Find(builder, subject.id);
      for (const auto& [field, value] : subject.attributes)
        Set(builder, field, *id, Period{}, value, subject.id, settled, subject.span);
    }
    for (const auto& v : example_.values) {
      const auto id = Find(builder, v.id);
      if (!id) continue;
      builder.BeginRow(*id, v.period);
      Set(builder, v.field, *id, v.period, v.value, v.id, v.period, v.span);
    }
    // Rows behind those that they belong to.
    for (const data::RecordsLayout& records : builder.layout().records) {
      for (const auto& rows : example_.rows) {
        if (rows.sort == records.sort) AddRows(builder, rows);
      }
    }
    for (const auto& h : example_.history) {
      const auto id = Find(builder, h.id);
      if (!id) continue;
      if (h.imported.valid()) {
        builder.SetSince(h.imported, *id, h.period.last_day().AddDays(1), h.value);
      } else {
        builder.Record(h.definition, *id, h.period, h.value);
      }
    }
    const std::shared_ptr<eval::Facts> facts = builder.Finish(true).facts;
    // An example may leave facts out on purpose: what is missing shows in what it expects.
    const eval::Evaluation evaluation(graph_, facts, settled);
    Checks(evaluation, builder, settled);
    Expectations(evaluation, settled);
    if (coverage_ != nullptr) coverage_->Add(evaluation);
  }

  // By its id, whatever its kind.
  std::optional<uint32_t> Find(const data::FactsBuilder& builder, const std::string& id) const {
    if (id.empty()) return builder.FindSubject(semantic::kWholeSort, "");
    for (const auto& subject : example_.subjects) {
      if (subject.id == id) return builder.FindSubject(subject.sort, id);
    }
    return std::nullopt;
  }

  void Set(data::FactsBuilder& builder, semantic::FieldId field, uint32_t subject, Period period, Value value,
           const std::string& id, Period at, Span span) {
    const std::string& name = model_[field].name;
    if (const auto unknown = builder.Resolve(model_[field].type, value)) Fail(span, unknown->message);
    if (!InRange(model_[field], value))
      Refused(id, at, span, {name + " 不在声明的范围内", name + " is outside its range"});
    builder.Set(field, subject, period, std::move(value));
  }

  void AddRows(data::FactsBuilder& builder, const semantic::ExampleRows& rows) {
    const auto id = Find(builder, rows.id);
    if (!id) return;
    for (const semantic::ExampleRow& given : rows.rows) {
      Period period = rows.period;
      std::vector<Value> values;
      for (size_t f = 0; f < model_.fields.size(); ++f) {
        const semantic::Field& field = model_.fields[f];
        if (field.grain.sort != rows.sort || field.kind != semantic::Field::Kind::kRecord) continue;
        const auto cell =
            std::find_if(given.cells.begin(), given.cells.end(), [&](const auto& c) { return c.first.index() == f; });
        values.push_back(cell == given.cells.end() ? Value(Absent{}) : cell->second);
        if (const auto unknown = builder.Resolve(field.type, values.back())) Fail(rows.span, unknown->message);
        if (!InRange(field, values.back()))
          Refused(rows.id, rows.period, rows.span,
                  {field.name + " 不在声明的范围内", field.name + " is outside its range"});
        const bool dates = model_[rows.sort].date.valid() && model_[rows.sort].date.index() == f;
        if (dates && std::holds_alternative<Date>(values.back())) period = Period::Of(std::get<Date>(values.back()));
      }
      if (const auto refusal = builder.AddRecord(rows.sort, *id, given.key, given.parent, period, std::move(values)))
        Refused(rows.id, rows.period, rows.span, refusal->message);
    }
  }

  void Checks(const eval::Evaluation& evaluation, const data::FactsBuilder& builder, Period settled) {
    std::vector<std::pair<semantic::SortId, std::string>> all = {{semantic::kWholeSort, ""}};
    for (const auto& subject : example_.subjects) all.emplace_back(subject.sort, subject.id);
    for (const auto& [sort, id] : all) {
      std::set<Period> given;
      for (const auto& v : example_.values) {
        if (v.id == id && v.period.kind <= settled.kind && v.period.In(settled.kind) == settled) given.insert(v.period);
      }
      const uint32_t position = builder.PositionOf(*builder.FindSubject(sort, id));
      for (const auto& broken : evaluation.BrokenChecks(sort, position, {given.begin(), given.end()})) {
        Refused(id, broken.period, example_.span,
                broken.failure ? broken.failure->message : Bilingual(evaluation.graph()[broken.check].label));
      }
    }
    for (const eval::Violation& violation : evaluation.Violations()) {
      if (refused_.count(violation.subject) > 0) continue;
      Fail(example_.span,
           {fmt::format("保证“{}”对“{}”不成立：{}", violation.guarantee, violation.subject, violation.message.zh),
            fmt::format("the guarantee '{}' does not hold for '{}': {}", violation.guarantee, violation.subject,
                        violation.message.en)});
    }
  }

  void Expectations(const eval::Evaluation& evaluation, Period settled) {
    for (const auto& expected : example_.expectations) {
      if (refused_.count(expected.id) > 0) continue;
      const semantic::Definition& definition = model_[expected.definition];
      const bool once = definition.grain.period == PeriodKind::kOnce;
      if (expected.period.kind > settled.kind || expected.period.In(settled.kind) != settled) continue;
      const auto id = graph_->Find(definition.name);
      const Period at = once ? Period{} : expected.period;
      const std::vector<std::string> ids = evaluation.IdsOf(definition.grain.sort, at);
      const auto subject = std::find(ids.begin(), ids.end(), expected.id);
      if (subject == ids.end() || !id) {
        Fail(expected.span, {fmt::format("“{}”没有“{}”", expected.id, definition.name),
                             fmt::format("'{}' has no '{}'", expected.id, definition.name)});
        continue;
      }
      const Value found = evaluation.Of(*id, static_cast<uint32_t>(subject - ids.begin()), at);
      if (found == expected.value) continue;
      const std::string wanted = semantic::Describe(model_, definition.type, expected.value);
      if (const Failure* failure = FailureOf(found)) {
        Fail(expected.span, {fmt::format("{}（{}）应为 {}，却不能给出：{}（{}）", definition.name,
                                         expected.period.ToString(), wanted, failure->message.zh, failure->at),
                             fmt::format("{} ({}) should be {}, but cannot be given: {} ({})", definition.name,
                                         expected.period.ToString(), wanted, failure->message.en, failure->at)});
      } else {
        const std::string actual = semantic::Describe(model_, definition.type, found);
        Fail(expected.span,
             {fmt::format("{}（{}）应为 {}，算得 {}", definition.name, expected.period.ToString(), wanted, actual),
              fmt::format("{} ({}) should be {}, but is {}", definition.name, expected.period.ToString(), wanted,
                          actual)});
      }
    }
  }

  graph::GraphPtr graph_;
  const Model& model_;
  const Example& example_;
  Coverage* coverage_;
  Outcome outcome_;
  std::set<size_t> met_;
  std::set<std::string> refused_;  // ids: what they would get is not asked
};

std::string Escape(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '&': out += "&amp;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

}  // namespace

std::vector<Outcome> Run(const graph::GraphPtr& graph, Coverage* coverage) {
  std::vector<Outcome> out;
  for (const Example& example : graph->model->examples) out.push_back(Runner(graph, example, coverage).Run());
  return out;
}

std::string RenderJunit(const std::vector<std::pair<std::string, std::vector<Outcome>>>& policies, Language language) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (const auto& [path, outcomes] : policies) {
    const auto failures = std::count_if(outcomes.begin(), outcomes.end(), [](const Outcome& o) { return !o.passed(); });
    out += fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\">\n", Escape(path), outcomes.size(),
                       failures);
    for (const Outcome& outcome : outcomes) {
      out += fmt::format("    <testcase classname=\"{}\" name=\"{}\"{}>\n", Escape(path), Escape(outcome.title), "");
      for (const Failing& failing : outcome.failing)
        out += fmt::format("      <failure message=\"{}\"/>\n", Escape(failing.message.In(language)));
      out += "    </testcase>\n";
    }
    out += "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

}  // namespace heng::examples
