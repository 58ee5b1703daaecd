#include "engine/semantic/advice.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace heng::semantic {

std::string_view FunctionCalled(std::string_view name) {
  static constexpr std::pair<std::string_view, std::string_view> kCalled[] = {
      {"排名", "名次"},     {"排序", "名次"},         {"求和", "合计"},   {"总和", "合计"},    {"平均值", "平均"},
      {"均值", "平均"},     {"最大", "最高"},         {"最大值", "最高"}, {"最小", "最低"},    {"最小值", "最低"},
      {"个数", "计数"},     {"数量", "计数"},         {"上季", "上期"},   {"上月", "上期"},    {"上季度", "上期"},
      {"上年", "上年同期"}, {"去年同期", "上年同期"}, {"sum", "合计"},    {"average", "平均"}, {"avg", "平均"},
      {"max", "最高"},      {"min", "最低"},          {"count", "计数"},  {"rank", "名次"},
  };
  const auto at = std::find_if(std::begin(kCalled), std::end(kCalled), [&](const auto& c) { return c.first == name; });
  return at == std::end(kCalled) ? std::string_view() : at->second;
}

Bilingual AdviceOnUnits(const Unit& left, const Unit& right) {
  const auto is = [&](const char* name) { return left == Unit::Base(name) || right == Unit::Base(name); };
  const bool bare = left.dimensionless() || right.dimensionless();
  if (is("名") && bare)
    return {"名次与名额比，写“3 名”；前百分之几，写“位次(…) ≤ 10%”",
            "compare a rank with '3 名'; a first share is 位次(…) ≤ 10%"};
  if (is("条") && !bare) {
    const std::string other = (left == Unit::Base("条") ? right : left).ToString();
    return {fmt::format("计数得到的是“条”；一条就是一{0}的，写：计数(…) × 1 {0} ÷ 1 条", other),
            fmt::format("a count of rows is in 条; if a row is one {0}, write 计数(…) × 1 {0} ÷ 1 条", other)};
  }
  return {};
}

Bilingual AdviceOnTypes(const Type& wanted, const Type& found) {
  if (wanted.kind == TypeKind::kEnum && found.kind == TypeKind::kText)
    return {"取值不加引号", "the names of values stand without quotes"};
  if (wanted.kind != TypeKind::kNumber || found.kind != TypeKind::kNumber || wanted.unit.dimensionless()) return {};
  const std::string unit = wanted.unit.ToString();
  if (found.unit.dimensionless())
    return {fmt::format("数后面写上单位：{}", unit), fmt::format("write the unit behind the number: {}", unit)};
  // A unit that is made of others seldom is what was meant.
  const std::string other = found.unit.ToString();
  for (const char* sign : {"/", "·"}) {
    if ((unit + other).find(sign) != std::string::npos) return {};
  }
  return {fmt::format("乘上标准换成“{0}”，例如：1 {0}/{1} × …", unit, other),
          fmt::format("multiply by a rate, for example 1 {0}/{1} × …", unit, other)};
}

}  // namespace heng::semantic
