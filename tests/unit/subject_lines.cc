#include "tests/unit/subject_lines.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/base/file.h"
#include "engine/base/limits.h"
#include "engine/diagnostics/render.h"
#include "engine/graph/analysis/compile.h"

namespace heng::test {

using semantic::TypeKind;

namespace {

constexpr std::string_view kEverything = R"heng(政策 test.everything "各种事实和结果"
  版本 "1"
  施行 2024-01-01 起   自定 "测试"
对象 店 [shop] "门店" {
  店名 [name]   : 文本
  别名 [alias]  : 文本, 可缺
  开业 [opened] : 日期
  星级 [stars]  : { 一星、二星、三星 }
  连锁 [chain]  : 是否
  面积 [area]   : 平方米, 1 至 1000万, 2 位小数
}
填报 每月 {
  口碑 [rating]   : 分, 0 至 100, 1 位小数
  达标率 [rate]   : %, 0 至 100, 1 位小数
  盈亏 [balance]  : 元, -1000000 至 1000000, 2 位小数
  频次 [visits]   : 整数 次/月, 0 至 30, 可缺
  停业 [closed]   : 是否
}
填报 每季 { 抽检 [audit] : 整数 分, 0 至 10 }
校验 每月 口碑 ≤ 90 分 或 达标率 ≥ 50%  "口碑高的达标率不能低"
校验 每季 抽检 ≥ 1 分 或 连锁  "不连锁的要抽检"
参数 上限 [cap] : 分, 0 至 100, 1 位小数   待定 "测试"
参数 未定 [later] : 分, 0 至 100   待定 "测试"
公式 月分 [points] 每月 = 口碑 封顶 上限 四舍五入到 0.1 分   自定 "测试"
公式 盈 每月 = 盈亏 × 0.5
公式 率 [share] 每月 = 达标率 四舍五入到 0.1%   自定 "测试"
公式 访 [calls] 每月 = 频次 缺按 0 次/月
公式 没访 每月 = 缺(频次)
公式 满月 每季 = 开业 + 1 个月
公式 名 每季 = 如果 连锁 则 “连锁” 否则 店名
公式 又名 每季 = 别名
公式 季分 [score] 每季 = 平均(月分) 四舍五入到 0.01 分   自定 "测试"
公式 每平米 每季 = 季分 ÷ 面积 四舍五入到 0.0001 分/平方米   自定 "测试"
公式 未知 每季 = 季分 + 未定
公式 名次表 [place] 每季 = 名次(季分 在 全体 内)
等级 档 [grade] 每季 : 甲档 > 乙档 > 丙档   自定 "测试" {
  丙档 当 计数(停业) ≥ 2 次
  甲档 当 季分 ≥ 80 分
  乙档 当 季分 ≥ 60 分 或 星级 = 三星
  丙档 其余
}
公式 上季档 每季 = 上期(档) 缺按 丙档
公式 升了 每季 = 季分 > (上期(季分) 缺按 0 分)
结果 每月 月分, 盈, 率, 访, 没访
结果 每季 季分, 每平米, 档, 满月, 名, 又名, 未知, 名次表, 上季档, 升了
)heng";

}  // namespace

data::Deployment DeployForLines(const std::string& policy,
                                const std::vector<std::pair<std::string, std::string>>& sets) {
  std::string text(kEverything);
  if (!policy.empty()) text = ReadFile(std::string(HENG_SOURCE_DIR) + "/" + policy, limits::kSourceBytes).value();
  graph::Compiled compiled = graph::Compile(policy, std::move(text));
  EXPECT_TRUE(compiled.graph) << RenderText(compiled.diagnostics, Language::kChinese, false);
  data::Deployment deployment{compiled.graph, {}, {}};
  for (const auto& [parameter, value] : sets)
    deployment.parameters.insert(*data::Bind(*deployment.graph, parameter, value));
  return deployment;
}

SubjectLines::SubjectLines(const semantic::Model& model, Period period, uint32_t layouts, uint32_t first)
    : model_(model), layout_(data::LayOut(model)), period_(period), layouts_(layouts), first_(first) {}

std::string SubjectLines::Good() {
  layout_random_.seed(static_cast<uint32_t>(layouts_ == 0 ? random_() : first_ + Below(layouts_)));
  std::string out = fmt::format("{{\"id\":\"甲-{}\"", Below(1000));
  out += ",\"attributes\":" + Object(layout_.AttributesOf(model_.subject()));
  std::vector<std::string> inputs;
  for (const auto& [sort, kind, fields] : layout_.periodic) {
    for (const Period at : data::PeriodsRead(period_, kind))
      inputs.push_back(fmt::format("\"{}\":{}", at.ToString(), Object(fields)));
  }
  if (LayoutBelow(2) == 0) std::shuffle(inputs.begin(), inputs.end(), layout_random_);
  out += fmt::format(",{}\"inputs\":{{{}}}", Blank(), fmt::join(inputs, ","));
  if (LayoutBelow(3) != 0) out += fmt::format(",\"history\":{{\"{}\":{}}}", period_.Back(1).ToString(), Past());
  return out + "}";
}

std::string SubjectLines::Damaged() {
  std::string line = Good();
  const auto insert = [&](std::string_view what) { line.insert(Below(line.size() + 1), what); };
  static constexpr std::string_view kOdd[] = {
      "\"",   "{", "}",  ",",    "\\",          "\\u4e00",        "e1",
      "-",    "0", ".",  ".5",   "1",           "null",           "\x01",
      "\xff", " ", "\t", "[]",   ":",           "\"id\":\"乙\",", "\"attributes\":{},",
      "９",   "%", "万", "true", "\xef\xbb\xbf"};
  switch (Below(8)) {
    case 0: line.erase(Below(line.size()), 1 + Below(6)); break;
    case 1: line[Below(line.size())] = static_cast<char>(Below(256)); break;
    case 2: line.resize(Below(line.size())); break;
    case 3: {  // a member twice, or in a strange place
      const size_t from = line.find('"', Below(line.size()));
      if (from == std::string::npos) break;
      insert(line.substr(from, Below(40)) + ",");
      break;
    }
    case 4: {  // a number that is something else
      const size_t at = line.find_first_of("123456789", Below(line.size()));
      static constexpr std::string_view kNumbers[] = {"1000000001",           "0.00001", "1e3", "-5", "00", "0.5",
                                                      "12345678901234567890", "-0",      "50%", "3万"};
      if (at != std::string::npos) line.replace(at, 1, kNumbers[Below(std::size(kNumbers))]);
      break;
    }
    default: insert(kOdd[Below(std::size(kOdd))]);
  }
  return line;
}

std::string SubjectLines::Object(const std::vector<semantic::FieldId>& fields) {
  std::vector<std::string> members;
  for (const semantic::FieldId id : fields) {
    const semantic::Field& field = model_[id];
    if (field.type.optional && LayoutBelow(3) == 0) continue;
    const std::string& name = field.code.empty() || LayoutBelow(3) != 0 ? field.name : field.code;
    const std::string value =
        field.type.optional && Below(4) == 0 ? "null" : Fact(field.type, field.range, field.places.value_or(0));
    members.push_back(fmt::format("\"{}\"{}:{}{}", name, Blank(), Blank(), value));
  }
  if (LayoutBelow(3) == 0) std::shuffle(members.begin(), members.end(), layout_random_);
  return fmt::format("{{{}}}", fmt::join(members, ","));
}

// What was recorded: not of all results, some of them absent.
std::string SubjectLines::Past() {
  if (LayoutBelow(10) == 0) return "null";
  std::vector<std::string> members;
  for (const semantic::DefinitionId id : layout_.ResultsOf(model_.subject(), period_.kind)) {
    const semantic::Definition& definition = model_[id];
    if (LayoutBelow(8) == 0) continue;
    const std::string value =
        Below(8) == 0 ? "null" : Fact(definition.type, std::nullopt, std::min(2, definition.places.value_or(0)));
    members.push_back(fmt::format("\"{}\":{}", definition.name, value));
  }
  return fmt::format("{{{}}}", fmt::join(members, ","));
}

std::string SubjectLines::Fact(const semantic::Type& type, const std::optional<std::pair<Rational, Rational>>& range,
                               int places) {
  switch (type.kind) {
    case TypeKind::kBool: {
      static constexpr const char* kTruths[] = {"true", "false", "\"是\"", "\"否\""};
      return kTruths[Below(4)];
    }
    case TypeKind::kEnum: {
      const auto& values = model_[type.enumeration].values;
      return "\"" + values[Below(values.size())] + "\"";
    }
    case TypeKind::kDate: return fmt::format("\"{}-{:02}-{:02}\"", 1990 + Below(40), 1 + Below(12), 1 + Below(28));
    case TypeKind::kText:
      return fmt::format("\"{}{}\"", Below(2) == 0 ? "店" : "连锁", Below(2) == 0 ? "" : "shop / 7");
    default: break;
  }
  Rational low = range ? range->first : Rational(0);
  Rational high = range ? range->second : Rational(100);
  if (type.percent) {
    low = low * Rational(100);
    high = range ? high * Rational(100) : high;
  }
  const Rational at = low + (high - low) * Rational(static_cast<int64_t>(Below(1001)), 1000);
  Rational step = 1;
  for (int i = 0; i < places; ++i) step = step / Rational(10);
  Rational value = at.RoundTo(step, Rounding::kDown);
  if (value < low) value = low;
  const std::string text = Below(3) == 0 ? value.ToFixed(places) : value.ToString();
  return Below(3) == 0 ? "\"" + text + "\"" : text;
}

}  // namespace heng::test
