#include "tests/unit/data_policy.h"

#include <gtest/gtest.h>

#include "engine/base/check.h"
#include "engine/base/file.h"
#include "engine/base/limits.h"
#include "engine/diagnostics/render.h"
#include "engine/graph/analysis/compile.h"

namespace heng::tests {
namespace {

constexpr const char* kShop = R"heng(政策 test.shop "各种填报"
  版本 "1"
  施行 2024-01-01 起   自定 "测试"

对象 店 [shop] "门店" {
  店名 [name]   : 文本
  开业 [opened] : 日期
  星级 [stars]  : { 一星、二星、三星 }
  连锁 [chain]  : 是否
}

填报 每月 {
  口碑 [rating]   : 分, 0 至 100, 1 位小数
  达标率 [rate]   : %, 0 至 100, 1 位小数
  营业额 [sales]  : 元, 0 至 1000000
  频次 [visits]   : 整数 次/月, 0 至 30, 可缺
}

明细 抽查 [spot] 每月 {
  得分 [score] : 分, 0 至 100
}

校验 每月 口碑 ≤ 90 分 或 达标率 ≥ 50%  "口碑高的达标率不能低"

参数 上限 [cap] : 分, 0 至 100, 1 位小数   待定 "测试"
参数 加成 = 1 分   自定 "测试"

公式 月分 [points] 每月 = 口碑 封顶 上限 四舍五入到 0.1 分   自定 "测试"
公式 名次表 [place] 每月 = 名次(口碑 在 全体 内)
公式 额 [amount] 每月 = 营业额
公式 率 [share] 每月 = 达标率 四舍五入到 0.1%   自定 "测试"

结果 每月 月分, 名次表, 额, 率
)heng";

graph::GraphPtr CompileOrDie(const std::string& path, std::string bytes) {
  graph::Compiled compiled = graph::Compile(path, std::move(bytes));
  if (!compiled.graph) ADD_FAILURE() << RenderText(compiled.diagnostics, Language::kChinese, false);
  CHECK(compiled.graph != nullptr);
  return compiled.graph;
}

}  // namespace

graph::GraphPtr ShopPolicy() {
  static const graph::GraphPtr kGraph = CompileOrDie("shop.heng", kShop);
  return kGraph;
}

graph::GraphPtr PlatesPolicy() {
  static const graph::GraphPtr kGraph = [] {
    const std::string path = std::string(HENG_SOURCE_DIR) + "/policies/shiliuzhuang/plates.heng";
    return CompileOrDie(path, ReadFile(path, limits::kSourceBytes).value());
  }();
  return kGraph;
}

std::string SampleFolder() { return std::string(HENG_SOURCE_DIR) + "/policies/shiliuzhuang/sample"; }

}  // namespace heng::tests
