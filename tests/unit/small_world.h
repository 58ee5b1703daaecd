// A small policy with facts made by hand, for tests of the graph and the interpreter.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/eval/evaluation.h"

namespace heng::tests {

// The text behind a policy's first lines (id t.p, version 1, in force from 2020). Lines of the text count from 5.
std::string WithHeader(const std::string& text);
// Compiles `WithHeader(text)`. An error fails the test and ends the program.
graph::GraphPtr CompilePolicy(const std::string& text);
// The graph before its obligations are looked at: for policies with gaps and the like.
graph::GraphPtr BuildPolicy(const std::string& text);

Period PeriodOf(const std::string& text);

class World {
 public:
  explicit World(const std::string& text) : World(CompilePolicy(text)) {}
  explicit World(graph::GraphPtr graph);

  // Values are written as in the language, without unit: `59.995`, `95%`, `绿牌`, `是`, `缺`. Subjects come to be as they are named.
  World& Set(const std::string& subject, const std::string& field, const std::string& period, const std::string& value);
  // One value for each month (or other period) from the first on.
  World& Months(const std::string& subject, const std::string& field, const std::string& first,
                const std::vector<std::string>& values);
  World& Row(const std::string& subject, const std::string& records, const std::string& period,
             const std::vector<std::string>& values);
  World& Past(const std::string& subject, const std::string& definition, const std::string& period,
              const std::string& value);
  World& Bind(const std::string& parameter, const std::string& value);
  World& Refuse(const std::string& subject);
  World& Incomplete();

  // The value of the definition: `90`, `1/3`, `绿牌`, `是`, `缺`; of a failure `!code`. Evaluates the period once.
  std::string Of(const std::string& definition, const std::string& subject, const std::string& period);
  // REQUIRES: Of or Run was called.
  const eval::Evaluation& evaluation() const { return *evaluation_; }
  semantic::SortId subject_sort() const { return graph_->model->subject(); }
  World& Run(const std::string& period);
  const graph::Graph& graph() const { return *graph_; }
  std::shared_ptr<const eval::Facts> facts() const { return facts_; }
  uint32_t Subject(const std::string& id);
  const Value& Raw() const { return last_; }

 private:
  Value Read(const semantic::Type& type, const std::string& text) const;

  graph::GraphPtr graph_;
  std::shared_ptr<eval::Facts> facts_;
  std::optional<eval::Evaluation> evaluation_;
  Period settled_;
  Value last_;
};

// `!code`, or the value without its unit.
std::string ValueText(const graph::Graph& graph, const semantic::Type& type, const Value& value);

}  // namespace heng::tests
