// 评分, 等级, 对照表 and 保证 of ANTLR's parse tree as ours. The base of TreeBuilder; used in this folder alone.
#pragma once

#include <vector>

#include "engine/syntax/antlr/expression_builder.h"

namespace heng::syntax {

class RuleBuilder : protected ExpressionBuilder {
 protected:
  using ExpressionBuilder::ExpressionBuilder;

  ScoreDecl Score(P::ScoreContext* s);
  ScoreLines LinesOf(const std::vector<P::ScoreModeContext*>& modes, P::ScoreLinesContext* body,
                     const std::vector<P::ClauseContext*>& clauses);
  Criterion CriterionOf(P::CriterionContext* c);
  Adjustments AdjustmentsOf(P::AdjustmentsContext* a);
  GradeDecl Grade(P::GradeContext* g);
  GradeStep StepOf(P::GradeStepContext* s);
  TableDecl Table(P::TableContext* t);
  GuaranteeDecl Guarantee(P::GuaranteeContext* g);
};

}  // namespace heng::syntax
