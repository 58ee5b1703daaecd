#include "tests/fuzz/policy_generator.h"

#include <algorithm>
#include <set>
#include <string_view>

#include <nlohmann/json.hpp>

#include "engine/data/request.h"
#include "engine/format/format.h"
#include "engine/graph/analysis/compile.h"
#include "engine/syntax/antlr/parser.h"
#include "engine/syntax/open_source.h"
#include "tests/fuzz/fact_writer.h"
#include "tests/fuzz/policy_writer.h"

namespace heng::tests {
namespace {

// The same policy with English keywords.
std::string InEnglish(const std::string& text) {
  DiagnosticSink sink;
  const syntax::OpenedSource opened = syntax::OpenSource("generated.heng", text, sink);
  const syntax::TokenList tokens = syntax::Tokenize(opened.source, sink);
  syntax::Parse(tokens, sink);
  return sink.has_errors() ? text : format::Format(tokens, {Language::kEnglish});
}

struct Lines {
  std::vector<std::string> all;

  explicit Lines(const std::string& text) {
    for (size_t at = 0; at < text.size();) {
      const size_t end = std::min(text.find('\n', at), text.size());
      all.push_back(text.substr(at, end - at));
      at = end + 1;
    }
  }
  std::string Text() const {
    std::string text;
    for (const std::string& line : all) text += line + "\n";
    return text;
  }
  static bool Begins(const std::string& line) { return !line.empty() && line[0] != ' ' && line[0] != '}'; }
};

// What is published: the names behind 结果.
std::vector<std::string> NamesOf(const std::string& line) {
  std::vector<std::string> names;
  for (size_t at = line.find(' ', line.find(' ') + 1); at != std::string::npos;) {
    const size_t end = line.find(", ", at);
    names.push_back(
        line.substr(at + (names.empty() ? 1 : 2), end == std::string::npos ? end : end - at - (names.empty() ? 1 : 2)));
    at = end;
  }
  return names;
}

// Without the declaration that stands around `offset`; of a 结果 only the name there goes.
std::string Without(const std::string& text, size_t offset) {
  Lines lines(text);
  size_t line = 0;
  for (size_t at = 0; line + 1 < lines.all.size() && at + lines.all[line].size() < offset; ++line)
    at += lines.all[line].size() + 1;
  size_t first = line;
  while (first > 0 && !Lines::Begins(lines.all[first])) --first;
  size_t last = first + 1;
  while (last < lines.all.size() && !Lines::Begins(lines.all[last])) ++last;
  if (first == 0) return "";  // the policy as a whole
  const std::string head = lines.all[first].substr(0, lines.all[first].find(' '));
  if (head == "结果") {
    size_t before = 0;
    for (size_t i = 0; i < first; ++i) before += lines.all[i].size() + 1;
    std::string& result = lines.all[first];
    const size_t in = offset - before;
    size_t begin = result.rfind(", ", in);
    size_t end = result.find(", ", in);
    if (begin != std::string::npos && begin > result.find(' ', result.find(' ') + 1)) {
      result.erase(begin, end == std::string::npos ? end : end - begin);
      return lines.Text();
    }
    begin = result.find(' ', result.find(' ') + 1) + 1;
    if (end != std::string::npos) {
      result.erase(begin, end + 2 - begin);
      return lines.Text();
    }
  }
  lines.all.erase(lines.all.begin() + static_cast<std::ptrdiff_t>(first),
                  lines.all.begin() + static_cast<std::ptrdiff_t>(last));
  return lines.Text();
}

// Types, units and grains are right by construction; what the ranges decide (a condition that never holds, a score beyond its marks) is
// found by the compiler, and such a declaration is left out with those that name it.
std::string WhatCompiles(std::string text) {
  for (int times = 0; times < 40; ++times) {
    const graph::Compiled compiled = graph::Compile("generated.heng", text);
    const auto error = std::find_if(compiled.diagnostics.begin(), compiled.diagnostics.end(),
                                    [](const Diagnostic& d) { return d.severity() == Severity::kError; });
    if (compiled.graph != nullptr || error == compiled.diagnostics.end()) break;
    std::string less = Without(text, error->place.span.begin);
    if (less.empty()) break;
    text = std::move(less);
  }
  return text;
}

// Constructs that random choice alone would seldom reach, with facts of their own (AddSupplement).
std::string Supplement(Random& random, PeriodKind settled) {
  if (!random.OneIn(5)) return "";
  std::string text =
      "填报 每月 { 补报 : 整数 件, 0 至 9, 可缺 }\n明细 补录 每月 {\n  号 : 文本\n  值 : 分, 0 至 10\n}\n"
      "校验 每月 缺(补报) 或 补报 ≤ 9 件  \"不能多于\"\n"
      "公式 补和 每月 = 合计(补录.值 去重 号)\n结果 每月 补和\n"
      "公式 补位 每月 = 名次(补和 在 全体 内 不并列 按 补和 由低到高)\n结果 每月 补位\n"
      "公式 补累 每月 = 合计(补录.值 至今)\n结果 每月 补累\n";
  if (settled != PeriodKind::kMonth) {
    static const std::vector<std::string> kMissing = {"缺月不计", "缺期不计", "缺月按 1 件", "缺期按 1 件"};
    text += "公式 补数 每季 = 合计(补报 缺按 0 件 " + random.OneOf(kMissing) + ")   自定\n结果 每季 补数\n";
  }
  if (settled >= PeriodKind::kHalf) {
    text += std::string("公式 季补 每半年 = 合计(季报 缺按 0 件 ") + (random.OneIn(2) ? "缺季不计" : "缺季按 1 件") +
            ")   自定\n结果 每半年 季补\n填报 每季 { 季报 : 整数 件, 0 至 9, 可缺 }\n";
  }
  const std::string period = settled == PeriodKind::kMonth     ? "2024-04"
                             : settled == PeriodKind::kQuarter ? "2024Q1"
                             : settled == PeriodKind::kHalf    ? "2023H2"
                                                               : "2023年";
  return text + "算例 \"有历史\" {\n  项目 \"甲\" {}\n  历史 " + period + " \"甲\" { 一分 = 1 分 }\n}\n";
}

std::string AddSupplement(const std::string& request, Random& random) {
  auto document = nlohmann::json::parse(request);
  for (auto& subject : document["subjects"]) {
    if (subject.contains("kind") && subject["kind"] != "项目") continue;
    auto rows = nlohmann::json::array();
    for (size_t i = random.Below(4); i > 0; --i)
      rows.push_back({{"期间", "2024-05"}, {"号", random.OneIn(2) ? "a" : "b"}, {"值", random.Below(11)}});
    subject["records"]["补录"] = rows;
  }
  return document.dump();
}

// What is not published any more has no past.
World Published(World world, const std::string& text) {
  std::set<std::string> names;
  for (const std::string& line : Lines(text).all) {
    if (!line.starts_with("结果")) continue;
    for (const std::string& name : NamesOf(line)) names.insert(name);
  }
  for (Named& named : world.names) named.published = named.published && names.count(named.name) > 0;
  return world;
}

// The middle of its range, for each open parameter.
data::Bindings BindOpen(const graph::Graph& graph) {
  data::Bindings bindings;
  for (size_t i = 0; i < graph.model->fields.size(); ++i) {
    const semantic::Field& field = graph.model->fields[i];
    if (field.open && field.range)
      bindings[semantic::FieldId(i)] = (field.range->first + field.range->second) * Rational(1, 2);
  }
  return bindings;
}

}  // namespace

GeneratedPolicy Generate(uint64_t seed, const GeneratorOptions& options) {
  Random random(seed);
  PolicyWriter writer(seed, random, options);
  GeneratedPolicy policy;
  // One result is sure to stay.
  const std::string written = writer.Write();
  const std::string every = PeriodAdverb(writer.world().settled).zh;
  policy.text = WhatCompiles(written + Supplement(random, writer.world().settled) + "公式 一分 " + every +
                             " = 1 分   自定\n结果 " + every + " 一分\n");
  const World world = Published(writer.world(), policy.text);
  static const std::vector<std::string> kDays = {"2024-05-01", "2024-05-01", "2024-02-29", "2025-12-31"};
  policy.period = Period::Of(*ParseDate(random.OneOf(kDays))).In(world.settled);
  policy.request = WriteFacts(world, policy.period, options.subjects, random);
  // In data a name has no corner brackets.
  for (const std::string_view bracket : {"「", "」"}) {
    for (size_t at = 0; (at = policy.request.find(bracket, at)) != std::string::npos;)
      policy.request.erase(at, bracket.size());
  }
  if (policy.text.find("明细 补录") != std::string::npos) policy.request = AddSupplement(policy.request, random);
  policy.open = world.bound;
  if (random.OneIn(5)) policy.text = InEnglish(policy.text);
  return policy;
}

PreparedPolicy Prepare(const GeneratedPolicy& policy) {
  PreparedPolicy out;
  out.period = policy.period;
  graph::Compiled compiled = graph::Compile("generated.heng", policy.text);
  out.graph = std::move(compiled.graph);
  out.diagnostics = std::move(compiled.diagnostics);
  if (out.graph == nullptr) return out;
  const auto request = data::ParseRequest(policy.request);
  if (!request) {
    out.refusal = request.error().code + " " + request.error().at + " " + request.error().message.zh;
    return out;
  }
  auto reading = data::ReadFacts(out.graph, *request, BindOpen(*out.graph));
  if (!reading) {
    out.refusal = reading.error().code + " " + reading.error().at + " " + reading.error().message.zh;
    return out;
  }
  out.facts = reading->facts;
  out.refused = reading->refusals.total;
  for (const data::Refusal& refusal : reading->refusals.shown) {
    if (refusal.code != "check-failed")
      out.refusal += refusal.code + " " + refusal.at + " " + refusal.message.zh + "\n";
  }
  return out;
}

}  // namespace heng::tests
