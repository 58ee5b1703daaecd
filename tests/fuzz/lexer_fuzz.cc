// Our lexer gives the tokens of the runtime's own, whatever the text, also where it forgets what it has learned, and on any thread.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "engine/base/text.h"
#include "engine/syntax/antlr/parser.h"
#include "tests/fuzz/stock_lexer.h"

namespace heng::tests {
namespace {

namespace fs = std::filesystem;

// Kind and span of each, and that they cover the text without a gap.
void ExpectSameTokens(const std::string& text) {
  const SourceFile source("fuzz.heng", text);
  const std::vector<syntax::Token> ours = syntax::Lex(source);
  const std::vector<syntax::Token> expected = LexByRuntime(source);
  ASSERT_EQ(ours.size(), expected.size());
  uint32_t end = 0;
  for (size_t i = 0; i < ours.size(); ++i) {
    ASSERT_EQ(ours[i].kind, expected[i].kind) << source.Text(expected[i].span);
    ASSERT_EQ(ours[i].span, expected[i].span) << source.Text(expected[i].span);
    ASSERT_EQ(ours[i].span.begin, end);
    end = ours[i].span.end;
  }
  ASSERT_EQ(end, text.size());
}

std::string ReadText(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<fs::path> TextsOfTheRepository() {
  std::vector<fs::path> out;
  for (const char* folder : {"policies", "tests/data"}) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(HENG_SOURCE_DIR) / folder)) {
      const fs::path extension = entry.path().extension();
      if (extension == ".heng" || extension == ".test" || extension == ".md") out.push_back(entry.path());
    }
  }
  return out;
}

TEST(LexerFuzz, EveryTextOfTheRepository) {
  const std::vector<fs::path> paths = TextsOfTheRepository();
  EXPECT_GT(paths.size(), 100U);
  for (const fs::path& path : paths) {
    SCOPED_TRACE(path);
    const std::string text = ReadText(path);
    ExpectSameTokens(text);
    ExpectSameTokens("\xEF\xBB\xBF" + text);
  }
}

TEST(LexerFuzz, Empty) { ExpectSameTokens(""); }

// Random characters of all planes: most of them new to the lexer's table, so that it is full again and again.
TEST(LexerFuzz, AnyCharacters) {
  std::mt19937_64 random(20240701);
  const std::vector<std::pair<char32_t, char32_t>> ranges = {{0x20, 0x7E},     {0x4E00, 0x9FFF},   {0x3000, 0x303F},
                                                             {0xFF00, 0xFFEF}, {0x20000, 0x3134F}, {0xE000, 0x10FFFF},
                                                             {0x0, 0xD7FF}};
  const std::vector<std::string> marks = {"“", "”", "「", "」", "\"", "#", "\n"};
  for (int round = 0; round < 3; ++round) {
    std::string text;
    for (int i = 0; i < 100000; ++i) {
      const auto [low, high] = ranges[random() % ranges.size()];
      AppendUtf8(static_cast<char32_t>(low + random() % (high - low + 1)), text);
      // Strings, quoted names and comments take in whatever follows: each is a state with edges of its own.
      if (random() % 50 == 0) text += marks[random() % marks.size()];
    }
    ExpectSameTokens(text);
  }
}

TEST(LexerFuzz, OnSeveralThreadsAtOnce) {
  const std::string text = ReadText(fs::path(HENG_SOURCE_DIR) / "policies/shiliuzhuang/plates.heng");
  ASSERT_FALSE(text.empty());
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&text] {
      for (int round = 0; round < 3; ++round) ExpectSameTokens(text);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace heng::tests
