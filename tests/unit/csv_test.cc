// CSV in and out: quotes, line ends, lines, encodings, what a spreadsheet would run as a formula.
#include "engine/data/csv.h"

#include <iconv.h>

#include <gtest/gtest.h>

namespace heng::data {
namespace {

using Cells = std::vector<std::string>;

CsvTable Parse(const std::string& bytes) {
  auto table = ParseCsv(bytes, "a.csv");
  EXPECT_TRUE(table) << (table ? "" : table.error().ToText().en);
  return table ? *table : CsvTable{};
}

std::string ToGb18030(std::string text) {
  const iconv_t converter = iconv_open("GB18030", "UTF-8");
  std::string out(text.size() * 4, '\0');
  char* from = text.data();
  char* to = out.data();
  size_t left = text.size();
  size_t room = out.size();
  iconv(converter, &from, &left, &to, &room);
  iconv_close(converter);
  out.resize(out.size() - room);
  return out;
}

TEST(Csv, ReadsQuotesLineEndsAndTheirLines) {
  const CsvTable table = Parse("\xEF\xBB\xBFid,note\r\n1,\"a \"\"b\"\", c\"\r\n\r\n2,\"two\nlines\"\n3,\n4,\"\"");
  EXPECT_EQ(table.header.cells, (Cells{"id", "note"}));
  ASSERT_EQ(table.rows.size(), 4U);
  EXPECT_EQ(table.rows[0].cells, (Cells{"1", "a \"b\", c"}));
  EXPECT_EQ(table.rows[0].line, 2U);
  EXPECT_EQ(table.rows[1].cells, (Cells{"2", "two\nlines"}));
  EXPECT_EQ(table.rows[1].line, 4U);
  EXPECT_EQ(table.rows[2].cells, (Cells{"3", ""}));
  EXPECT_EQ(table.rows[2].line, 6U);
  EXPECT_EQ(table.rows[3].cells, (Cells{"4", ""}));
}

TEST(Csv, RefusesWithTheLine) {
  struct Case {
    std::string bytes;
    const char* code;
    size_t line;
  };
  const Case cases[] = {{"", "empty-file", 0},
                        {"\xEF\xBB\xBF", "empty-file", 0},
                        {"\n\n", "empty-file", 0},
                        {"a,b\n1,2\n3\n", "bad-csv", 3},
                        {"a,b\n1,2,3\n", "bad-csv", 2},
                        {"a,b\n1,\"x\n\ny\n", "bad-csv", 2},
                        {"a,b\n1,x\"y\n", "bad-csv", 2},
                        {"a,b\n1,\"x\"y\n", "bad-csv", 2},
                        {"a,b\r1,2\r", "bad-csv", 1},
                        {std::string("a,b\n1,\0\n", 8), "bad-encoding", 2},
                        {"\xFF\xFE"
                         "a\n",
                         "bad-encoding", 1},
                        {"编号\n1\n\xFF\xFF\n", "bad-encoding", 3},
                        {"\xEF\xBB\xBF"
                         "a\n\xB1\xE0\n",
                         "bad-encoding", 2}};
  for (const Case& one : cases) {
    const auto table = ParseCsv(one.bytes, "a.csv");
    ASSERT_FALSE(table) << one.bytes;
    EXPECT_EQ(table.error().code, one.code) << one.bytes;
    EXPECT_EQ(table.error().line, one.line) << one.bytes;
    EXPECT_EQ(table.error().file, "a.csv");
    EXPECT_TRUE(table.error().subject.empty());
  }
}

TEST(Csv, ReadsGb18030AsUtf8) {
  // 㐀 and 𠀀 need four bytes in GB18030.
  const std::string text = "编号,名称\nslz-01,石榴庄“样例”㐀𠀀\n";
  const CsvTable table = Parse(ToGb18030(text));
  EXPECT_EQ(table.header.cells, (Cells{"编号", "名称"}));
  EXPECT_EQ(table.rows[0].cells, (Cells{"slz-01", "石榴庄“样例”㐀𠀀"}));
  std::string much = "编号,名称\n";
  for (int i = 0; i < 5000; ++i) much += std::to_string(i) + ",样例小区\n";
  EXPECT_EQ(Parse(ToGb18030(much)).rows.back().cells, (Cells{"4999", "样例小区"}));
}

TEST(Csv, WritesWhatItReads) {
  const Cells texts = {"plain", "a,b", "say \"x\"", "two\r\nlines", "",     "=1+1", "+1",
                       "-1",    "@x",  "\tx",       "'=1",          "''=1", "'x",   "中文"};
  CsvWriter writer;
  for (size_t i = 0; i < texts.size(); ++i) writer.Plain("c" + std::to_string(i));
  writer.EndRow();
  for (const std::string& text : texts) writer.Text(text);
  writer.EndRow();
  const std::string bytes = writer.Take();
  EXPECT_EQ(bytes.substr(0, 3), "\xEF\xBB\xBF");
  EXPECT_EQ(bytes.substr(bytes.size() - 2), "\r\n");
  const CsvTable table = Parse(bytes);
  ASSERT_EQ(table.rows.size(), 1U);
  for (size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(WithoutApostrophe(table.rows[0].cells[i]), texts[i]);
  EXPECT_EQ(table.rows[0].cells[5], "'=1+1");
  EXPECT_EQ(table.rows[0].cells[12], "'x");
}

TEST(Csv, NumbersAreNotEscaped) {
  CsvWriter writer;
  writer.Plain("-5.00");
  writer.Text("-5");
  writer.EndRow();
  EXPECT_EQ(writer.Take(), "\xEF\xBB\xBF-5.00,'-5\r\n");
}

}  // namespace
TEST(Csv, AnotherSeparatorIsSaidOnce) {
  for (const char* text : {"编号;期间\n甲;2024-01\n", "编号\t期间\n", "编号\xEF\xBC\x8C期间\n"}) {
    const auto table = ParseCsv(text, "每月.csv");
    ASSERT_FALSE(table.has_value());
    EXPECT_EQ(table.error().code, "wrong-separator");
    EXPECT_EQ(table.error().line, 1U);
  }
}

TEST(Csv, RowsOfNothingButSeparatorsAreLeftOut) {
  const auto table = ParseCsv("编号,期间\n甲,2024-01\n,\n , \n", "每月.csv");
  ASSERT_TRUE(table.has_value());
  EXPECT_EQ(table->rows.size(), 1U);
}

}  // namespace heng::data
