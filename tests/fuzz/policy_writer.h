// Writes the declarations of a random policy, one after the other, and keeps the world that they make. Part of the policy generator.
#pragma once

#include <set>
#include <string>

#include "tests/fuzz/expression_writer.h"
#include "tests/fuzz/policy_generator.h"

namespace heng::tests {

class PolicyWriter {
 public:
  PolicyWriter(uint64_t seed, Random& random, const GeneratorOptions& options);
  std::string Write();
  World& world() { return world_; }

 private:
  // ---- declaration_writer.cc: what there is
  void Header(uint64_t seed);
  void Types();
  void Subjects();
  void Inputs();
  void Input(const Place& place, size_t fields);
  void Records();
  void Checks();
  void Parameters();
  void KeyedParameter();
  void Imported();
  // Declares a name, and returns its line in a block of fields; `plain`: of a kind that always suits.
  std::string Field(Named::Role role, const Place& place, bool may_lack);
  std::string NumberType(Named& named);
  Named& Declare(Named named);
  // ---- rule_writer.cc: what is decided
  void Definition();
  void RowDefinition();
  void Formula(const Place& at);
  void FormulaOfKind(const Place& at, Kind kind);
  void KeyedFormula(const Place& at);
  void Score(const Place& at);
  std::string ScoreLines(const Place& at, const Rational& full, size_t depth, bool deductions_only);
  std::string Criterion(const Place& at, const std::string& weight, const Rational& full, size_t depth);
  std::string Adjustments(const Place& at, bool bonus);
  std::string ScoreModes();
  void Grade(const Place& at);
  std::string GradeSteps(const Enumeration& scale, const Place& at);
  void Table(const Place& at);
  void Results();
  void Guarantees();
  void Example();

  Place AnyPlace();
  // `企业.` where something belongs to another sort than the first.
  std::string Prefix(const Place& at) const { return at.sort == kProject ? "" : world_[at.sort].name + "."; }
  std::string Every(const Place& at) const { return PeriodAdverb(at.period).zh; }
  std::string NewName();
  std::string AnyUnit();

  Random& random_;
  const GeneratorOptions& options_;
  uint64_t seed_;
  World world_;
  ExpressionWriter expressions_;
  std::string out_;
  size_t counter_ = 0;
  std::set<std::string> used_criteria_;  // of the score that is written
};

}  // namespace heng::tests
