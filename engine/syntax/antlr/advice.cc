#include "engine/syntax/antlr/advice.h"

#include "engine/syntax/antlr/token_types.h"

namespace heng::syntax {
namespace {

using heng::antlr::HengParser;
using K = TokenKind;

bool Wants(const Stumble& s, K kind) { return s.expected.contains(TypeOf(kind)); }

// The rule, or one of the rules around it up to `levels`, is a Context.
template <typename Context>
bool In(const Stumble& s, int levels = 0) {
  auto* at = s.rule;
  for (int i = 0; at != nullptr && i <= levels; ++i, at = dynamic_cast<antlr4::ParserRuleContext*>(at->parent)) {
    if (dynamic_cast<Context*>(at) != nullptr) return true;
  }
  return false;
}

// What is declared: the heads of declarations, types and fields.
Bilingual OnDeclaration(const Stumble& s) {
  if (In<HengParser::RecordsContext>(s, 1) && Wants(s, K::kLeftBrace) && (s.found == K::kName || s.found == K::kDot))
    return {"明细属于另一种对象时写：明细 名称 属于 企业 每月 { … }",
            "rows of another subject: 明细 name 属于 subject 每月 { … }"};
  if (In<HengParser::TypeContext>(s) && In<HengParser::ParameterContext>(s, 1) && s.found == K::kNumber)
    return {"值写在“=”后面：参数 上限 = 8000 元", "a value stands behind '=': 参数 limit = 8000 元"};
  if (In<HengParser::TypeContext>(s) && (s.found == K::kYes || s.found == K::kNo))
    return {"写：是否", "write 是否 (yesno)"};
  if (In<HengParser::FieldClauseContext>(s, 1) && s.found == K::kMinus)
    return {"范围写：0 至 100", "a range is written 0 至 100"};
  if (In<HengParser::FieldsContext>(s, 2) && (s.found == K::kPipe || s.found == K::kSlash))
    return {"几种之一写：{ 高档、普通 }", "one of several is written { a、b }"};
  if (In<HengParser::CheckContext>(s) && Wants(s, K::kString))
    return {"条件后面用引号写上拒绝时给人看的话", "write behind the condition, in quotes, what people are told"};
  return {};
}

// The lines of scores, grades and tables.
Bilingual OnRule(const Stumble& s) {
  if (In<HengParser::GradeContext>(s) && s.found == K::kComma)
    return {"等级从高到低用“>”隔开：优 > 良 > 差", "grades stand from the highest to the lowest: a > b > c"};
  if (In<HengParser::GradeLineContext>(s) && (Wants(s, K::kWhen) || s.found == K::kOtherwise))
    return {"先写等级，再写条件：优 当 得分 达到 90 分；最后一行：差 其余",
            "the grade first, then its condition: a 当 score 达到 90 分; in the end: c 其余"};
  if (In<HengParser::GradeContext>(s) && s.found == K::kOtherwise)
    return {"先写等级：差 其余", "the grade first: c 其余"};
  if (In<HengParser::CriterionContext>(s, 1) && s.found == K::kColon && Wants(s, K::kNumber))
    return {"权重或分值写在名称后面：诉求 60% : …", "the weight or marks stand behind the name: requests 60% : …"};
  if (In<HengParser::ChoosePrimaryContext>(s) && (s.found == K::kWhen || s.found == K::kOtherwise))
    return {"先写值，再写条件：1万元 当 挂牌 = 绿牌；最后一行：0 元 其余",
            "the value first, then its condition: 1万元 当 plate = green; in the end: 0 元 其余"};
  if (In<HengParser::TableContext>(s, 3) && Wants(s, K::kArrow))
    return {"条件列写在“→”左边，结果列写在右边", "conditions stand left of '→', results right of it"};
  return {};
}

// Inside an expression.
Bilingual OnExpression(const Stumble& s) {
  if (Wants(s, K::kElse) && In<HengParser::ExpressionContext>(s))
    return {"三段都要写：如果 … 则 … 否则 …", "all three parts: 如果 … 则 … 否则 …"};
  if (Wants(s, K::kPeers) && !Wants(s, K::kName)) return {"写：在 类别 内", "write 在 key 内"};
  if (!Wants(s, K::kNewline) && !Wants(s, K::kRightBrace)) return {};
  if (s.found == K::kWithin)
    return {"两头都写成比较：环境 80 分以上 不超过 90 分", "write both ends as comparisons: x 80 分 以上 不超过 90 分"};
  if (s.found == K::kYes || s.found == K::kNo) return {"“是”写作“=”，“不是”写作“≠”", "write '=' or '≠'"};
  if (s.found == K::kEarlier)
    return {"前百分之几写成：位次(…) ≤ 10%；前几名写成：名次(…) ≤ 3 名",
            "a first share is 位次(…) ≤ 10%, the first few 名次(…) ≤ 3 名"};
  if (s.found == K::kDecimals || s.text.starts_with("保留") || s.text.starts_with("取整"))
    return {"写明进到哪一位：四舍五入到 0.01 分", "say the step: 四舍五入到 0.01 分"};
  return {};
}

}  // namespace

Bilingual AdviceOn(const Stumble& stumble) {
  for (const auto& part : {OnDeclaration, OnRule, OnExpression}) {
    if (Bilingual advice = part(stumble); !advice.zh.empty()) return advice;
  }
  return {};
}

}  // namespace heng::syntax
