#include "engine/semantic/advice.h"

#include <algorithm>
#include <utility>

namespace heng::semantic {

std::string_view FunctionCalled(std::string_view name) {
  static constexpr std::pair<std::string_view, std::string_view> kCalled[] = {
      {"排名", "名次"},   {"排序", "名次"},   {"求和", "合计"},         {"总和", "合计"},     {"平均值", "平均"},
      {"均值", "平均"},   {"最大", "最高"},   {"最大值", "最高"},       {"最小", "最低"},     {"最小值", "最低"},
      {"个数", "计数"},   {"数量", "计数"},   {"上季", "上期"},         {"上月", "上期"},     {"上季度", "上期"},
      {"上年", "上年同期"}, {"去年同期", "上年同期"}, {"sum", "合计"},  {"average", "平均"},  {"avg", "平均"},
      {"max", "最高"},    {"min", "最低"},    {"count", "计数"},        {"rank", "名次"},
  };
  const auto at = std::find_if(std::begin(kCalled), std::end(kCalled), [&](const auto& c) { return c.first == name; });
  return at == std::end(kCalled) ? std::string_view() : at->second;
}

}  // namespace heng::semantic
