#include "tests/unit/small_world.h"

#include <algorithm>
#include <cstdio>

#include <gtest/gtest.h>

#include "engine/base/check.h"
#include "engine/diagnostics/render.h"
#include "engine/graph/analysis/compile.h"
#include "engine/syntax/antlr/parser.h"

namespace heng::tests {

std::string WithHeader(const std::string& text) {
  return "政策 t.p \"测试\"\n  版本 \"1\"\n  施行 2020-01-01 起   自定\n  来源 甲 = \"办法\"\n" + text;
}

graph::GraphPtr CompilePolicy(const std::string& text) {
  graph::Compiled compiled = graph::Compile("small.heng", WithHeader(text));
  if (!compiled.graph) std::fputs(RenderText(compiled.diagnostics, Language::kChinese, false).c_str(), stderr);
  CHECK(compiled.graph != nullptr);
  return compiled.graph;
}

graph::GraphPtr BuildPolicy(const std::string& text) {
  DiagnosticSink sink;
  const auto source = std::make_shared<const SourceFile>("small.heng", WithHeader(text));
  const auto tree = std::make_shared<const syntax::Tree>(syntax::Parse(syntax::Tokenize(source, sink), sink));
  const auto model = semantic::Analyse(tree, sink);
  if (sink.has_errors()) std::fputs(RenderText(sink.Sorted(), Language::kChinese, false).c_str(), stderr);
  CHECK(!sink.has_errors());
  return graph::Build(model);
}

Period PeriodOf(const std::string& text) {
  if (text.empty()) return {};
  const std::optional<Period> period = ParsePeriod(text);
  CHECK(period);
  return *period;
}

World::World(graph::GraphPtr graph) : graph_(std::move(graph)), facts_(std::make_shared<eval::Facts>()) {
  facts_->roster_complete = true;
  for (size_t i = 0; i < graph_->model->sorts.size(); ++i) {
    if (graph_->model->sorts[i].kind == semantic::Sort::Kind::kRecords) facts_->rows[semantic::SortId(i)];
  }
}

uint32_t World::Subject(const std::string& id) {
  auto& ids = facts_->rosters[graph_->model->subject()].ids;
  const auto at = std::find(ids.begin(), ids.end(), id);
  if (at != ids.end()) return static_cast<uint32_t>(at - ids.begin());
  ids.push_back(id);
  return static_cast<uint32_t>(ids.size() - 1);
}

Value World::Read(const semantic::Type& type, const std::string& text) const {
  if (text == "缺") return Absent{};
  switch (type.kind) {
    case semantic::TypeKind::kNumber: {
      const bool percent = text.ends_with("%");
      const auto number = ParseDecimal(percent ? text.substr(0, text.size() - 1) : text);
      CHECK(number);
      return percent ? number->value / Rational(100) : number->value;
    }
    case semantic::TypeKind::kBool: return text == "是";
    case semantic::TypeKind::kEnum: {
      const auto& values = (*graph_->model)[type.enumeration].values;
      const auto at = std::find(values.begin(), values.end(), text);
      CHECK(at != values.end());
      return EnumCode{static_cast<uint32_t>(at - values.begin())};
    }
    case semantic::TypeKind::kDate: return *ParseDate(text);
    default: return text;
  }
}

World& World::Set(const std::string& subject, const std::string& name, const std::string& period,
                  const std::string& value) {
  const auto field = graph_->model->FindField(graph_->model->subject(), name);
  CHECK(field);
  facts_->values[*field].Set({Subject(subject), PeriodOf(period)}, Read((*graph_->model)[*field].type, value));
  return *this;
}

World& World::Months(const std::string& subject, const std::string& field, const std::string& first,
                     const std::vector<std::string>& values) {
  Period period = PeriodOf(first);
  for (const std::string& value : values) {
    Set(subject, field, period.ToString(), value);
    period = period.Back(-1);
  }
  return *this;
}

World& World::Row(const std::string& subject, const std::string& records, const std::string& period,
                  const std::vector<std::string>& values) {
  const auto sort = graph_->model->FindRecords(records);
  CHECK(sort);
  eval::RecordRow row{Subject(subject), PeriodOf(period), {}};
  for (const semantic::Field& field : graph_->model->fields) {
    if (field.grain.sort == *sort) row.values.push_back(Read(field.type, values.at(row.values.size())));
  }
  facts_->rows[*sort].push_back(std::move(row));
  return *this;
}

World& World::Past(const std::string& subject, const std::string& name, const std::string& period,
                   const std::string& value) {
  const auto definition = graph_->model->FindDefinition(name);
  CHECK(definition);
  const Value recorded = Read((*graph_->model)[*definition].type, value);
  facts_->history[*definition].Set({Subject(subject), PeriodOf(period)}, recorded);
  return *this;
}

World& World::Bind(const std::string& parameter, const std::string& value) {
  const auto field = graph_->model->FindParameter(parameter);
  CHECK(field);
  facts_->parameters[*field] = Read((*graph_->model)[*field].type, value);
  return *this;
}

World& World::Refuse(const std::string& subject) {
  auto failure = std::make_shared<Failure>();
  failure->code = "refused";
  const uint32_t refused = Subject(subject);
  facts_->rosters[graph_->model->subject()].refused[refused] = failure;
  return *this;
}

World& World::Incomplete() {
  facts_->roster_complete = false;
  return *this;
}

World& World::Run(const std::string& period) {
  settled_ = PeriodOf(period);
  evaluation_.emplace(graph_, facts_, settled_);
  return *this;
}

std::string World::Of(const std::string& name, const std::string& subject, const std::string& period) {
  const auto definition = graph_->Find(name);
  CHECK(definition);
  const Period at = PeriodOf(period);
  if (!evaluation_) Run(at.In(std::max(at.kind, graph_->model->settlement_period())).ToString());
  last_ = evaluation_->Of(*definition, Subject(subject), at);
  return ValueText(*graph_, (*graph_)[*definition].type, last_);
}

std::string ValueText(const graph::Graph& graph, const semantic::Type& type, const Value& value) {
  if (const Failure* failure = FailureOf(value)) return "!" + failure->code;
  if (const auto* number = std::get_if<Rational>(&value)) return number->ToString();
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return semantic::Describe(*graph.model, type, value);
}

}  // namespace heng::tests
