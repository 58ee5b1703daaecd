// Every diagnostic has a test: a file under tests/data whose expected output shows it, or one of those below, whose policies are too
// large to be written down.
#include <filesystem>
#include <fstream>
#include <set>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/base/limits.h"
#include "engine/diagnostics/render.h"
#include "engine/graph/analysis/compile.h"
#include "engine/graph/dump.h"
#include "tests/unit/small_world.h"

namespace heng::tests {
namespace {

namespace fs = std::filesystem;

const std::string kFacts = "对象 项目 { 类别 : { 老、新 } }\n填报 每月 { 件数 : 整数 件, 0 至 10 }\n";

std::string Repeat(size_t times, const std::string& text) {
  std::string out;
  for (size_t i = 0; i < times; ++i) out += text;
  return out;
}

// The limits, each passed by one; and what is no text.
std::vector<std::string> NotToBeWritten() {
  std::string definitions;
  for (size_t i = 0; i <= limits::kDefinitions; ++i) definitions += "公式 a_" + std::to_string(i) + " = 1 自定\n";
  return {
      "# " + std::string(limits::kSourceBytes, 'x') + "\n",
      kFacts + "公式 a 每月 = \xFF\n",
      kFacts + Repeat(limits::kSyntaxErrors + 1, "公式 = = =\n"),
      kFacts + "公式 a 每月 = 件数" + Repeat(limits::kExpressionDepth, " + 件数") + "\n结果 每月 a\n",
      kFacts + definitions + "结果 a_0\n",
      kFacts + "对照表 t 每月 自定 {\n  件数 → a\n" + Repeat(limits::kTableRows, "  0 件 → 0 元\n") +
          "  其余 → 0 元\n}\n结果 每月 a\n",
  };
}

TEST(DiagnosticsCoverage, EveryKindHasATest) {
  std::set<std::string> shown;
  for (const std::string& text : NotToBeWritten()) {
    for (const Diagnostic& d : graph::Compile("large.heng", WithHeader(text)).diagnostics)
      shown.emplace(InfoOf(d.kind).code);
  }
  for (const fs::directory_entry& entry :
       fs::recursive_directory_iterator(fs::path(HENG_SOURCE_DIR) / "tests" / "data")) {
    if (entry.path().extension() != ".test") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const size_t output = text.find("==== output");
    if (output == std::string::npos) continue;
    for (const DiagnosticKindInfo& info : kDiagnosticKinds) {
      if (text.find(std::string(info.code) + ": ", output) != std::string::npos) shown.emplace(info.code);
    }
  }
  for (const DiagnosticKindInfo& info : kDiagnosticKinds) {
    EXPECT_TRUE(shown.count(std::string(info.code)) > 0)
        << info.code << " " << info.name << " has no test under tests/data";
  }
}

TEST(DiagnosticsCoverage, FilesShowTheCodeThatTheyAreNamedAfter) {
  const fs::path folder = fs::path(HENG_SOURCE_DIR) / "tests" / "data" / "diagnostics";
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(".test")) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const bool clean = name.starts_with("clean");
    EXPECT_NE(text.find(clean ? "no diagnostics" : " " + name.substr(0, 5) + ": "), std::string::npos) << name;
  }
}

// A policy officer reads Chinese with Chinese punctuation; the codes name the letter H and four digits, each once.
TEST(DiagnosticsCoverage, TextsAreWellFormed) {
  std::set<std::string_view> codes;
  for (const DiagnosticKindInfo& info : kDiagnosticKinds) {
    EXPECT_TRUE(codes.insert(info.code).second) << info.code;
    EXPECT_EQ(info.code.size(), 5U) << info.code;
    for (size_t i = 0; i < info.arity; ++i) {
      const std::string hole = "{" + std::to_string(i) + "}";
      EXPECT_TRUE(info.zh.find(hole) != std::string_view::npos || info.hint_zh.find(hole) != std::string_view::npos)
          << info.code;
      EXPECT_TRUE(info.en.find(hole) != std::string_view::npos || info.hint_en.find(hole) != std::string_view::npos)
          << info.code;
    }
    EXPECT_EQ(info.hint_zh.empty(), info.hint_en.empty()) << info.code;
    EXPECT_FALSE(info.zh.ends_with("。")) << info.code;
    EXPECT_FALSE(info.en.ends_with(".")) << info.code;
  }
}

// ---- the graph's JSON, which file tests do not show in full

TEST(GraphJson, HoldsWholeGraphsAndIsDeterministic) {
  const std::string text = kFacts + "公式 a 每月 = 件数 × 0.1 自定 \"试\"\n结果 每月 a\n";
  const graph::GraphPtr graph = CompilePolicy(text);
  const std::string dumped = graph::DumpGraph(*graph, graph::GraphFormat::kJson);
  EXPECT_EQ(dumped, graph::DumpGraph(*CompilePolicy(text), graph::GraphFormat::kJson));
  const auto json = nlohmann::json::parse(dumped);
  EXPECT_EQ(json["policy"]["id"], "t.p");
  EXPECT_EQ(json["policy"]["digest"], graph->digest);
  ASSERT_EQ(json["nodes"].size(), graph->nodes.size());
  ASSERT_EQ(json["definitions"].size(), 1U);
  const auto& a = json["definitions"][0];
  EXPECT_EQ(a["name"], "a");
  EXPECT_EQ(a["span"]["line"], 7);
  EXPECT_EQ(a["span"]["column"], 4);
  EXPECT_EQ(a["provenance"]["kind"], "chosen");
  EXPECT_EQ(a["provenance"]["remark"], "试");
  const auto& body = json["nodes"][a["body"].get<size_t>()];
  EXPECT_EQ(body["form"], "op");
  EXPECT_EQ(body["op"], "×");
  EXPECT_EQ(json["nodes"][body["operands"][1].get<size_t>()]["literal"], "0.1");
  EXPECT_EQ(json["occurrences"].size(), graph->occurrences.size());
  EXPECT_EQ(json["roots"][0]["kind"], "result");
}

}  // namespace
}  // namespace heng::tests
