#include "tests/unit/small_expressions.h"

#include <fmt/format.h>

namespace heng::tests {
namespace {

// Each gives a number; {0} and {1} are its operands. What may fail at run time must say so to the compiler, so that division is by 占比.
const std::vector<std::string> kOperators = {
    "({0} + {1})",
    "({0} - {1})",
    "({0} × {1})",
    "(占比({0}, {1}, 无则 2))",
    "({0} ÷ 3 + {1})",
    "最高({0}, {1})",
    "最低({0}, {1})",
    "(如果 {0} < {1} 则 {0} 否则 {1} + 1)",
    "(如果 {0} = {1} 或 {0} > 2 则 1 否则 {1})",
    "(如果 非 ({0} ≥ {1}) 且 {1} ≤ 1 则 {0} 否则 0)",
    "(({0} 四舍五入到 0.1) + {1})",
    "(({0} 四舍六入五成双到 1) - {1})",
    "(({0} 舍去到 0.5) × {1})",
    "(({0} 进一到 2) + {1})",
    "({0} 封顶 2 保底 {1})",
};
const std::vector<std::string> kOperands = {"甲", "乙", "丙", "(丁 缺按 甲)", "2.5"};

}  // namespace

std::string SmallPolicy(const std::vector<std::string>& expressions) {
  std::string text = R"(对象 项目 { 名称 : 文本 }
填报 每月 {
  甲 : 小数, -3 至 3, 2 位小数
  乙 : 整数, 0 至 5
  丙 : 小数, -1000000000 至 1000000000, 3 位小数
  丁 : 小数, -2 至 2, 1 位小数, 可缺
}
)";
  std::string names;
  for (size_t i = 0; i < expressions.size(); ++i) {
    text += fmt::format("公式 式_{} 每月 = {} 四舍五入到 0.001   自定\n", i, expressions[i]);
    names += fmt::format("{}式_{}", i == 0 ? "" : ", ", i);
  }
  return text + "结果 每月 " + names + "\n";
}

std::vector<std::string> SmallExpressions() {
  std::vector<std::string> level;
  for (const std::string& op : kOperators) {
    for (const std::string& a : kOperands) {
      for (const std::string& b : kOperands) level.push_back(fmt::format(fmt::runtime(op), a, b));
    }
  }
  // Every operator over pairs of those: each with a further operand on either side, from a stride that reaches all of them.
  std::vector<std::string> all = level;
  for (size_t i = 0; i < level.size(); ++i) {
    const std::string& op = kOperators[(i * 7 + i / kOperators.size()) % kOperators.size()];
    all.push_back(fmt::format(fmt::runtime(op), level[i], kOperands[i % kOperands.size()]));
    all.push_back(fmt::format(fmt::runtime(op), kOperands[(i / 5) % kOperands.size()], level[i]));
    all.push_back(fmt::format(fmt::runtime(op), level[i], level[(i * 31 + 17) % level.size()]));
  }
  return all;
}

}  // namespace heng::tests
