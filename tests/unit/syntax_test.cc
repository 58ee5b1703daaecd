// What holds for all of the syntax: the keywords of the grammar and of keywords.def are the same, the formatter keeps the
// meaning and is a fixed point, limits are kept.
#include <fstream>
#include <regex>
#include <set>
#include <utility>

#include <gtest/gtest.h>

#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "engine/format/format.h"
#include "engine/syntax/antlr/parser.h"
#include "engine/syntax/open_source.h"
#include "tests/unit/file_test.h"

namespace heng::tests {
namespace {

namespace fs = std::filesystem;

struct Parsed {
  DiagnosticSink sink;
  syntax::TokenList tokens;
  syntax::Tree tree;
};

Parsed ParseText(const std::string& text) {
  Parsed parsed;
  const syntax::OpenedSource opened = syntax::OpenSource("test.heng", text, parsed.sink);
  if (!opened.usable) return parsed;
  parsed.tokens = syntax::Tokenize(opened.source, parsed.sink);
  parsed.tree = syntax::Parse(parsed.tokens, parsed.sink);
  return parsed;
}

std::vector<std::string> CodesOf(const DiagnosticSink& sink) {
  std::vector<std::string> codes;
  for (const Diagnostic& d : sink.Sorted()) codes.emplace_back(InfoOf(d.kind).code);
  return codes;
}

std::string FormatText(const std::string& text, std::optional<Language> keywords) {
  Parsed parsed = ParseText(text);
  EXPECT_FALSE(parsed.sink.has_errors()) << text << RenderBoth(parsed.sink);
  return format::Format(parsed.tokens, {keywords});
}

// ---- keywords

// Rule and spelling.
using Spellings = std::set<std::pair<std::string, std::string>>;

bool IsWord(const std::string& spelling) {
  size_t at = 0;
  const char32_t first = DecodeUtf8(spelling, at);
  return (first >= 'a' && first <= 'z') || (first >= 0x3400 && first <= 0x9FFF);
}

// The words among the alternatives of the lexer's rules, but for the parts of dates and periods.
Spellings GrammarKeywords() {
  const std::string grammar = ReadText(fs::path(HENG_SOURCE_DIR) / "grammar" / "HengLexer.g4");
  Spellings out;
  const std::regex rule("\n([A-Z_]+)\\s*:([^;]*);");
  const std::regex literal("'((?:[^'\\\\]|\\\\.)+)'");
  for (std::sregex_iterator r(grammar.begin(), grammar.end(), rule), end; r != end; ++r) {
    const std::string name = (*r)[1];
    if (name == "DATE" || name == "PERIOD") continue;
    const std::string body = (*r)[2];
    for (std::sregex_iterator l(body.begin(), body.end(), literal); l != end; ++l) {
      if (IsWord((*l)[1])) out.emplace(name, (*l)[1]);
    }
  }
  return out;
}

TEST(Keywords, GrammarAndListAreTheSame) {
  constexpr const char* kRules[] = {
#define TOKEN(name, grammar) #grammar,
#include "engine/syntax/tokens.def"
#undef TOKEN
  };
  Spellings listed;
  for (const syntax::Keyword& keyword : syntax::Keywords()) {
    const std::string rule = kRules[static_cast<size_t>(keyword.kind)];
    EXPECT_TRUE(listed.emplace(rule, keyword.zh).second) << keyword.zh << " is listed twice";
    EXPECT_TRUE(listed.emplace(rule, keyword.en).second) << keyword.en << " is listed twice";
  }
  const Spellings grammar = GrammarKeywords();
  EXPECT_GT(grammar.size(), 100U);
  for (const auto& [rule, spelling] : grammar) {
    EXPECT_TRUE(listed.contains({rule, spelling})) << spelling << " stands only in the grammar";
  }
  for (const auto& [rule, spelling] : listed) {
    EXPECT_TRUE(grammar.contains({rule, spelling})) << spelling << " stands only in keywords.def";
  }
}

TEST(Keywords, EachIsOneTokenOfItsKind) {
  for (const syntax::Keyword& keyword : syntax::Keywords()) {
    for (const std::string_view spelling : {keyword.zh, keyword.en}) {
      const Parsed parsed = ParseText(std::string(spelling));
      ASSERT_EQ(parsed.tokens.tokens.size(), 1U) << spelling;
      EXPECT_EQ(parsed.tokens.tokens[0].kind, keyword.kind) << spelling;
      EXPECT_EQ(syntax::FindKeyword(spelling)->kind, keyword.kind) << spelling << " stands for two things";
    }
  }
}

// ---- the formatter, on every policy and every input of a file test that has no errors

std::vector<std::pair<std::string, std::string>> Corpus() {
  std::vector<std::pair<std::string, std::string>> texts;
  for (const fs::path& path : FilesUnder("policies", ".heng")) texts.emplace_back(path.string(), ReadText(path));
  for (const char* stage : {"tests/data/tree", "tests/data/format"}) {
    for (const fs::path& path : FilesUnder(stage, ".test")) {
      texts.emplace_back(path.string(), ReadFileTest(path).input.text);
    }
  }
  std::erase_if(texts, [](const auto& entry) { return ParseText(entry.second).sink.has_errors(); });
  return texts;
}

TEST(Formatter, KeepsTheMeaningAndIsAFixedPoint) {
  const auto corpus = Corpus();
  EXPECT_GT(corpus.size(), 20U);
  for (const auto& [path, text] : corpus) {
    SCOPED_TRACE(path);
    const std::string meaning = syntax::Dump(ParseText(text).tree);
    for (const std::optional<Language> keywords :
         {std::optional<Language>(), {Language::kChinese}, {Language::kEnglish}}) {
      const std::string formatted = FormatText(text, keywords);
      EXPECT_EQ(syntax::Dump(ParseText(formatted).tree), meaning);
      EXPECT_EQ(FormatText(formatted, keywords), formatted);
      EXPECT_EQ(FormatText(formatted, std::nullopt), formatted);
    }
  }
}

TEST(Formatter, KeywordsThereAndBackAreTheSameText) {
  for (const auto& [path, text] : Corpus()) {
    SCOPED_TRACE(path);
    const std::string zh = FormatText(text, Language::kChinese);
    const std::string en = FormatText(text, Language::kEnglish);
    EXPECT_EQ(FormatText(en, Language::kChinese), zh);
    EXPECT_EQ(FormatText(zh, Language::kEnglish), en);
  }
}

TEST(Formatter, LosesNoWordOfATextWithErrors) {
  const Parsed parsed = ParseText("公式 a = ( 1 + + b 政策\n} 结果 ? c # d\n");
  EXPECT_TRUE(parsed.sink.has_errors());
  std::string dense = format::Format(parsed.tokens, {});
  std::erase_if(dense, [](char c) { return c == ' ' || c == '\n'; });
  EXPECT_EQ(dense, "公式a=(1++b政策}结果?c#d");
}

TEST(Formatter, LineEndsAndByteOrderMark) {
  EXPECT_EQ(FormatText("\xEF\xBB\xBF参数 a=1\r\n\r\n\r\n参数 b=2\r参数 c=3 # d\t", std::nullopt),
            "参数 a = 1\n\n参数 b = 2\n参数 c = 3  # d\n");
  EXPECT_EQ(FormatText("", std::nullopt), "");
  EXPECT_EQ(FormatText("\n\n", std::nullopt), "");
  EXPECT_EQ(FormatText("# a", std::nullopt), "# a\n");
}

// ---- bytes and limits

TEST(OpenSource, RefusesWhatIsNotUtf8AtItsPlace) {
  const Parsed parsed = ParseText("参数 a = 1\n参数 \xB2\xCE = 2\n");
  ASSERT_EQ(parsed.sink.size(), 1U);
  EXPECT_EQ(RenderBoth(parsed.sink),
            "---- zh\n"
            "test.heng:2:4: 错误 H1001: 文件不是有效的 UTF-8 文本\n"
            "    2 | 参数 \n"
            "      |      ^\n"
            "      = 怎么办：请在编辑器中把文件另存为 UTF-8 编码\n"
            "---- en\n"
            "test.heng:2:4: error H1001: the file is not valid UTF-8 text\n"
            "    2 | 参数 \n"
            "      |      ^\n"
            "      = what to do: save the file in the encoding UTF-8\n");
}

TEST(OpenSource, RefusesWhatIsTooLarge) {
  EXPECT_EQ(CodesOf(ParseText(std::string(limits::kSourceBytes + 1, ' ')).sink), std::vector<std::string>{"H1002"});
  EXPECT_EQ(CodesOf(ParseText(std::string(limits::kSourceBytes, ' ')).sink), std::vector<std::string>{});
  EXPECT_EQ(RenderBoth(ParseText(std::string(limits::kSourceBytes + 1, ' ')).sink),
            "---- zh\n"
            "test.heng:1:1: 错误 H1002: 文件超过 4194304 字节的上限\n"
            "    1 | \n"
            "      | ^\n"
            "      = 怎么办：把政策拆成几个文件\n"
            "---- en\n"
            "test.heng:1:1: error H1002: the file is larger than the limit of 4194304 bytes\n"
            "    1 | \n"
            "      | ^\n"
            "      = what to do: split the policy into several files\n");
}

std::string Repeat(std::string_view text, size_t count) {
  std::string out;
  for (size_t i = 0; i < count; ++i) out += text;
  return out;
}

TEST(Nesting, IsReportedOnceAndNeverOverflows) {
  const std::vector<std::string> deep = {"H1008"};
  const auto formula = [](const std::string& value) { return "公式 a = " + value + "\n"; };
  EXPECT_EQ(CodesOf(ParseText(formula(Repeat("(", 100000) + "1" + Repeat(")", 100000))).sink), deep);
  EXPECT_EQ(CodesOf(ParseText(formula(Repeat("(", 100000))).sink), deep);
  EXPECT_EQ(CodesOf(ParseText(formula(Repeat("f(", 100000) + "1" + Repeat(")", 100000))).sink), deep);
  EXPECT_EQ(CodesOf(ParseText(formula(Repeat("-", 100000) + "1")).sink), deep);
  EXPECT_EQ(CodesOf(ParseText(formula(Repeat("非 ", 100000) + "b")).sink), deep);
  EXPECT_EQ(CodesOf(ParseText(formula(Repeat("如果 b 则 1 否则 ", 100000) + "2")).sink), deep);
  // 分段 opens its braces only behind what it parts, which may be another 分段.
  EXPECT_EQ(CodesOf(ParseText(formula(Repeat("分段 ", 100000) + "1")).sink), deep);
  EXPECT_EQ(CodesOf(ParseText("评分 a 每月 满分 1 {\n" + Repeat("b 1 {\n", 100000)).sink), deep);
  // A newline that counts inside braces forgets nothing of what stands around them.
  const std::string ifs = Repeat("如果 b 则 1 否则 ", 150);
  EXPECT_EQ(CodesOf(ParseText(formula(Repeat("分情形 {\n" + ifs, 150) + "1")).sink), deep);
  // Signs before brackets count together: 199 × 199 frames would be too many.
  EXPECT_EQ(CodesOf(ParseText(formula(Repeat("(" + Repeat("- ", 199), 199) + "1" + Repeat(")", 199))).sink), deep);
}

TEST(Nesting, SaysWhatToDo) {
  const std::string rendered = RenderBoth(ParseText("公式 a = " + Repeat("(", 300) + "\n").sink);
  EXPECT_NE(rendered.find("test.heng:1:208: 错误 H1008: 嵌套超过 200 层的上限\n"), std::string::npos) << rendered;
  EXPECT_NE(rendered.find("= 怎么办：用“公式”给中间结果起名字，分开写\n"), std::string::npos);
  EXPECT_NE(rendered.find("test.heng:1:208: error H1008: the nesting is deeper than the limit of 200\n"),
            std::string::npos);
  EXPECT_NE(rendered.find("= what to do: name intermediate results with 公式 and write them apart\n"),
            std::string::npos);
}

TEST(Nesting, UpToTheLimitIsRead) {
  const auto formula = [](const std::string& value) { return "公式 a = " + value + "\n"; };
  const size_t n = limits::kNesting;
  EXPECT_EQ(CodesOf(ParseText(formula(Repeat("(", n) + "1" + Repeat(")", n))).sink), std::vector<std::string>{});
  EXPECT_EQ(CodesOf(ParseText(formula(Repeat("-", n) + "1")).sink), std::vector<std::string>{});
  EXPECT_EQ(CodesOf(ParseText(formula(Repeat("(- ", n) + "1" + Repeat(")", n) + " + " + Repeat("-", n) + "1")).sink),
            std::vector<std::string>{});
  EXPECT_EQ(CodesOf(ParseText(formula(Repeat("如果 b 则 1 否则 ", n) + "2")).sink), std::vector<std::string>{});
  EXPECT_EQ(CodesOf(ParseText(formula(Repeat("分情形 {\n", n) + "1" + Repeat(" 其余\n}", n))).sink),
            std::vector<std::string>{});
  EXPECT_EQ(CodesOf(ParseText(formula(Repeat("分段 x { 1 → ", n) + "1" + Repeat(" }", n))).sink),
            std::vector<std::string>{});
  EXPECT_EQ(CodesOf(ParseText(formula(Repeat("分段 x { ", n) + "1" + Repeat(" → 1 }", n))).sink),
            std::vector<std::string>{});
}

// None of these may take time that grows faster than the text; ctest's time limit is the judge.
TEST(Long, TextsAreReadInLinearTime) {
  const auto errors = [](const std::string& text) { return ParseText(text).sink.has_errors(); };
  const Parsed sum = ParseText("公式 a = " + Repeat("1 + ", 50000) + "1\n");
  EXPECT_FALSE(sum.sink.has_errors());
  EXPECT_GT(syntax::Dump(sum.tree).size(), 100000U);
  EXPECT_FALSE(errors("公式 a = (" + Repeat("\n", 1000000) + "1)\n"));
  EXPECT_FALSE(errors("公式 a = f(" + Repeat("c, ", 50000) + "c)\n"));
  EXPECT_TRUE(errors(Repeat("x y\n", 100000)));
  EXPECT_TRUE(errors(Repeat("参数 a = (\n", 50000)));
  EXPECT_TRUE(errors(Repeat("(", 1000000) + Repeat("\n", 1000000)));
  EXPECT_TRUE(errors("填报 每月 {\n" + Repeat("a b\n", 50000) + "}\n"));
  EXPECT_TRUE(errors(Repeat(")", 1000000)));
  EXPECT_TRUE(errors(Repeat("?", 1000000)));
}

TEST(Parse, OnlyTheFirstErrorsAreListed) {
  const std::vector<std::string> codes = CodesOf(ParseText(Repeat("参数 a 1\n", 60)).sink);
  EXPECT_EQ(codes.size(), limits::kSyntaxErrors);
  EXPECT_EQ(codes.back(), "H1015");
  const std::string rendered = RenderBoth(ParseText(Repeat("参数 a 1\n", 60)).sink);
  EXPECT_NE(rendered.find("test.heng:50:6: 错误 H1015: 错误太多，只列出前 50 个\n"), std::string::npos);
  EXPECT_NE(rendered.find("= 怎么办：先改正上面的错误\n"), std::string::npos);
  EXPECT_NE(rendered.find("test.heng:50:6: error H1015: too many errors: only the first 50 are listed\n"),
            std::string::npos);
  EXPECT_NE(rendered.find("= what to do: mend those above first\n"), std::string::npos);
  // The pass over the tokens keeps to the same limit.
  EXPECT_EQ(CodesOf(ParseText(Repeat("? ", 60)).sink).back(), "H1015");
}

}  // namespace
}  // namespace heng::tests
