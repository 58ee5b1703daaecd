// The text of a fact as a value, or why not: one table for each type.
#include "engine/data/read_value.h"

#include <gtest/gtest.h>

#include "engine/data/deployment.h"
#include "tests/unit/data_policy.h"

namespace heng::data {
namespace {

using tests::ShopPolicy;

// What is expected: the value as it is described, or the code of the refusal (in angle brackets).
std::string Show(const Reading& reading, const semantic::Field& field) {
  if (!reading) return "<" + reading.error().code + ">";
  return semantic::Describe(*ShopPolicy()->model, field.type, *reading);
}

const semantic::Field& FieldOf(const char* name) {
  for (const semantic::Field& field : ShopPolicy()->model->fields) {
    if (field.name == name) return field;
  }
  ADD_FAILURE() << name;
  return ShopPolicy()->model->fields.front();
}

struct Case {
  const char* field;
  const char* text;
  const char* wanted;
};

class ReadValueText : public testing::TestWithParam<Case> {};

TEST_P(ReadValueText, IsJudgedByWhatItIs) {
  const auto& [name, text, wanted] = GetParam();
  const semantic::Field& field = FieldOf(name);
  const Reading reading = ReadText(Expected(*ShopPolicy()->model, field), text);
  EXPECT_EQ(Show(reading, field), wanted) << name << " " << text;
  if (reading) return;
  EXPECT_FALSE(reading.error().message.zh.empty());
  EXPECT_FALSE(reading.error().message.en.empty());
  EXPECT_EQ(reading.error().value, text);
}

INSTANTIATE_TEST_SUITE_P(
    Numbers, ReadValueText,
    testing::Values(
        Case{"口碑", "91.5", "91.5 分"}, Case{"口碑", "91.50", "91.5 分"}, Case{"口碑", "91.500000", "91.5 分"},
        Case{"口碑", "91.55", "<too-many-places>"}, Case{"口碑", "100", "100 分"},
        Case{"口碑", "100.1", "<out-of-range>"}, Case{"口碑", "-0.1", "<out-of-range>"}, Case{"口碑", "-0", "0 分"},
        Case{"口碑", " 91.5 ", "91.5 分"}, Case{"口碑", "91.5分", "91.5 分"}, Case{"口碑", "91.5 points", "91.5 分"},
        Case{"口碑", "91.5 件", "<wrong-unit>"}, Case{"口碑", "91.5%", "<wrong-unit>"},
        Case{"口碑", "91.5 分分", "<wrong-unit>"}, Case{"口碑", "1e1", "<not-a-number>"},
        Case{"口碑", "1E+1", "<not-a-number>"}, Case{"口碑", "1,000", "<not-a-number>"},
        Case{"口碑", "+5", "<not-a-number>"}, Case{"口碑", "05", "<not-a-number>"},
        Case{"口碑", "00", "<not-a-number>"}, Case{"口碑", ".5", "<not-a-number>"},
        Case{"口碑", "5.", "<not-a-number>"}, Case{"口碑", "--5", "<not-a-number>"},
        Case{"口碑", "5.5.5", "<not-a-number>"}, Case{"口碑", "\xEF\xBC\x99\xEF\xBC\x91", "<not-a-number>"},
        Case{"口碑", "9\xEF\xBC\x91", "<not-a-number>"}, Case{"口碑", "九十", "<not-a-number>"},
        Case{"口碑", "-", "<not-a-number>"}, Case{"口碑", "   ", "<not-a-number>"}, Case{"口碑", "", "<missing-fact>"},
        Case{"口碑", "NaN", "<not-a-number>"}, Case{"口碑", "2024-07-01", "<not-a-number>"},
        Case{"口碑", "12345678901234567890123456789012345678901234567890", "<not-a-number>"}, Case{"频次", "", "缺"},
        Case{"频次", "5", "5 次/月"}, Case{"频次", "5 次/月", "5 次/月"}, Case{"频次", "5.0", "5 次/月"},
        Case{"频次", "5次 / 月", "5 次/月"}, Case{"频次", "5 次", "<wrong-unit>"},
        Case{"频次", "5.5", "<too-many-places>"}, Case{"频次", "31", "<out-of-range>"},
        Case{"营业额", "3万元", "30000 元"}, Case{"营业额", "0.5万", "5000 元"},
        Case{"营业额", "0.00001万元", "<too-many-places>"}, Case{"营业额", "0.01亿", "1000000 元"},
        Case{"营业额", "12.30", "<too-many-places>"}, Case{"营业额", "12.00", "12 元"}));

INSTANTIATE_TEST_SUITE_P(
    Percentages, ReadValueText,
    testing::Values(Case{"达标率", "95", "95%"}, Case{"达标率", "95%", "95%"}, Case{"达标率", "95.5 %", "95.5%"},
                    Case{"达标率", "95\xEF\xBC\x85", "95%"}, Case{"达标率", "0.9", "<ambiguous-percent>"},
                    Case{"达标率", "0.9%", "0.9%"}, Case{"达标率", "0", "0%"}, Case{"达标率", "1", "1%"},
                    Case{"达标率", "0.95", "<ambiguous-percent>"}, Case{"达标率", "0.95%", "<too-many-places>"},
                    Case{"达标率", "100.5", "<out-of-range>"}, Case{"达标率", "95 分", "<wrong-unit>"},
                    Case{"达标率", "95 百分点", "<wrong-unit>"}));

INSTANTIATE_TEST_SUITE_P(Others, ReadValueText,
                         testing::Values(Case{"星级", "二星", "二星"}, Case{"星级", " 二星 ", "二星"},
                                         Case{"星级", "四星", "<unknown-value>"}, Case{"星级", "2", "<unknown-value>"},
                                         Case{"星级", "", "<missing-fact>"}, Case{"连锁", "是", "是"},
                                         Case{"连锁", "false", "否"}, Case{"连锁", "1", "<not-yes-or-no>"},
                                         Case{"连锁", "Y", "<not-yes-or-no>"}, Case{"开业", "2024-07-01", "2024-07-01"},
                                         Case{"开业", "2024年7月1日", "2024-07-01"},
                                         Case{"开业", "45474", "<not-a-date>"},
                                         Case{"开业", "2024/7/1", "<not-a-date>"},
                                         Case{"开业", "2023-02-29", "<not-a-date>"}, Case{"店名", "甲店", "“甲店”"},
                                         Case{"店名", " ", "<blank-text>"}, Case{"店名", "", "<missing-fact>"}));

struct JsonCase {
  const char* field;
  const char* json;
  const char* wanted;
};
class ReadValueJson : public testing::TestWithParam<JsonCase> {};

TEST_P(ReadValueJson, IsReadFromItsText) {
  const auto& [name, json, wanted] = GetParam();
  const semantic::Field& field = FieldOf(name);
  const auto value = ParseJson(json, 1000);
  ASSERT_TRUE(value);
  EXPECT_EQ(Show(ReadJson(Expected(*ShopPolicy()->model, field), *value), field), wanted) << name << " " << json;
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, ReadValueJson,
    testing::Values(JsonCase{"口碑", "91.5", "91.5 分"}, JsonCase{"口碑", "\"91.50\"", "91.5 分"},
                    JsonCase{"口碑", "91.50", "91.5 分"}, JsonCase{"口碑", "9.15e1", "<not-a-number>"},
                    JsonCase{"口碑", "-0", "0 分"}, JsonCase{"口碑", "true", "<wrong-type>"},
                    JsonCase{"口碑", "[5]", "<wrong-type>"}, JsonCase{"口碑", "null", "<missing-fact>"},
                    JsonCase{"频次", "null", "缺"}, JsonCase{"频次", "1.0", "1 次/月"},
                    JsonCase{"频次", "\"\"", "<blank-text>"},
                    JsonCase{"口碑", "0.1000000000000000055", "<too-many-places>"}, JsonCase{"连锁", "true", "是"},
                    JsonCase{"连锁", "\"否\"", "否"}, JsonCase{"连锁", "1", "<wrong-type>"},
                    JsonCase{"店名", "5", "<wrong-type>"}, JsonCase{"店名", "{}", "<wrong-type>"},
                    JsonCase{"店名", "\"\"", "<blank-text>"}, JsonCase{"星级", "\"一星\"", "一星"},
                    JsonCase{"星级", "1", "<wrong-type>"}, JsonCase{"开业", "20240701", "<wrong-type>"}));

TEST(ReadValue, SaysWhatToWrite) {
  const auto message = [](const char* field, const char* text) {
    return ReadText(Expected(*ShopPolicy()->model, FieldOf(field)), text).error().message;
  };
  EXPECT_EQ(message("口碑", "1,000").en, "'1,000' cannot be read as a number: no thousands separators, write 1000");
  EXPECT_NE(message("口碑", "101").zh.find("0 至 100 分"), std::string::npos);
  EXPECT_NE(message("星级", "二型").zh.find("是不是“二星”？"), std::string::npos);
  EXPECT_NE(message("开业", "45474").en.find("Excel"), std::string::npos);
  EXPECT_NE(message("达标率", "100.5").zh.find("0 至 100 %"), std::string::npos);
}

TEST(Bind, TakesOpenParametersOnly) {
  const graph::Graph& graph = *ShopPolicy();
  const auto bound = Bind(graph, "上限", "95.5 分");
  ASSERT_TRUE(bound);
  EXPECT_EQ(PrintParameter(*graph.model, bound->first, bound->second), "95.5 分");
  EXPECT_TRUE(Bind(graph, "cap", "95"));
  EXPECT_EQ(Bind(graph, "上线", "95").error().code, "unknown-parameter");
  EXPECT_NE(Bind(graph, "上线", "95").error().message.zh.find("“上限”"), std::string::npos);
  EXPECT_EQ(Bind(graph, "加成", "2").error().code, "parameter-not-open");
  EXPECT_EQ(Bind(graph, "上限", "101").error().code, "out-of-range");
  EXPECT_EQ(Bind(graph, "上限", "5 件").error().code, "wrong-unit");
  EXPECT_EQ(Bind(graph, "上限", "").error().code, "missing-fact");
  EXPECT_EQ(Bind(graph, "口碑", "5").error().code, "unknown-parameter");
}

TEST(Deployment, DigestDependsOnEveryPart) {
  Deployment deployment{ShopPolicy(), {}, {}};
  const std::string bare = deployment.digest();
  deployment.parameters.insert(*Bind(*ShopPolicy(), "上限", "95"));
  const std::string with_value = deployment.digest();
  deployment.columns["分数"] = "口碑";
  const std::string with_column = deployment.digest();
  EXPECT_NE(bare, with_value);
  EXPECT_NE(with_value, with_column);
  EXPECT_EQ(deployment.digest(), with_column);
  EXPECT_EQ(bare.substr(0, 7), "sha256:");
}

}  // namespace
}  // namespace heng::data
