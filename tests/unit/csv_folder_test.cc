// A folder of facts: what is read, and each mistake with its place.
#include "engine/data/csv_folder.h"

#include <gtest/gtest.h>

#include "engine/data/table_place.h"
#include "engine/eval/evaluation.h"
#include "tests/unit/data_policy.h"

namespace heng::data {
namespace {

using tests::PlatesPolicy;
using tests::SampleFolder;
using tests::ShopPolicy;
using tests::TemporaryFolder;

const Period kQuarter = *ParsePeriod("2024Q3");
const Period kJuly = *ParsePeriod("2024-07");

FactReading Read(const graph::GraphPtr& graph, const std::string& folder, Period period,
                 const ColumnMap& columns = {}) {
  auto reading = ReadFacts(graph, {folder, period, columns, {}});
  EXPECT_TRUE(reading) << (reading ? "" : reading.error().message.en);
  return reading ? *reading : FactReading{};
}

// `code file:line column` of each, one a line.
std::string Show(const Refusals& refusals) {
  std::string out;
  for (const Refusal& refusal : refusals.shown) {
    out += refusal.code + " " + refusal.file + (refusal.line > 0 ? ":" + std::to_string(refusal.line) : "") +
           (refusal.column_name.empty() ? "" : " " + refusal.column_name) + "\n";
    EXPECT_FALSE(refusal.message.zh.empty());
    EXPECT_FALSE(refusal.message.en.empty());
  }
  return out;
}

// A small folder for the shop policy; valid for July 2024.
class ShopFolder : public testing::Test {
 protected:
  void SetUp() override {
    folder_.Write("店.csv", "编号,店名,开业,星级,连锁\na,甲店,2020-01-01,一星,是\nb,乙店,2021-02-03,二星,否\n");
    folder_.Write(
        "每月.csv",
        "编号,期间,口碑,达标率,营业额,频次\na,2024-07,80.5,95%,3万元,\nb,2024-07,70,60,100,5\na,2024-06,60,60,0,\n");
    folder_.Write("抽查.csv", "编号,期间,得分\na,2024-07,90\na,2024-07,90\n");
  }
  FactReading ReadJuly(const ColumnMap& columns = {}) { return Read(ShopPolicy(), folder_.path(), kJuly, columns); }
  std::string RefusalsOfJuly() { return Show(ReadJuly().refusals); }

  TemporaryFolder folder_;
};

TEST_F(ShopFolder, IsReadWhole) {
  const FactReading reading = ReadJuly();
  EXPECT_EQ(Show(reading.refusals), "");
  const eval::Facts& facts = *reading.facts;
  EXPECT_EQ(facts.roster(ShopPolicy()->model->subject()).ids, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(facts.roster_complete);
  const semantic::Model& model = *ShopPolicy()->model;
  const auto value = [&](const char* name, uint32_t subject, Period period) {
    return *facts.values.at(*model.FindField(model.subject(), name)).Find({subject, period});
  };
  EXPECT_EQ(value("口碑", 0, kJuly), Value(Rational(161, 2)));
  EXPECT_EQ(value("达标率", 0, kJuly), Value(Rational(95, 100)));
  EXPECT_EQ(value("营业额", 0, kJuly), Value(Rational(30000)));
  EXPECT_EQ(value("频次", 0, kJuly), Value(Absent{}));
  EXPECT_EQ(value("口碑", 0, kJuly.Back(1)), Value(Rational(60)));
  EXPECT_EQ(value("开业", 1, Period{}), Value(Date{2021, 2, 3}));
  EXPECT_EQ(facts.rows.at(*model.FindRecords("抽查")).size(), 2U);
}

TEST_F(ShopFolder, TakesCodesEnglishNamesAndGb18030) {
  folder_.Remove("店.csv");
  folder_.Remove("每月.csv");
  folder_.Remove("抽查.csv");
  folder_.Write("shop.csv", "id,name,opened,stars,chain\na,\xBC\xD7\xB5\xEA,2020-01-01,\xD2\xBB\xD0\xC7,true\n");
  folder_.Write("monthly.csv",
                "id,period,rating,rate,sales\na,2024\xE5\xB9\xB4"
                "7\xE6\x9C\x88,80.5,95,30000\n");
  folder_.Write("spot.csv", "id,period,score\n");
  EXPECT_EQ(RefusalsOfJuly(), "");
  EXPECT_EQ(*ReadJuly().facts->values.at(FieldId(0)).Find({0, Period{}}), Value(std::string("甲店")));
}

TEST_F(ShopFolder, TakesTheDistrictsNamesOfColumns) {
  folder_.Replace("每月.csv", "口碑", "当月得分");
  EXPECT_EQ(RefusalsOfJuly(), "unknown-column 每月.csv:1 当月得分\nmissing-column 每月.csv:1\n");
  EXPECT_EQ(Show(ReadJuly({{"当月得分", "口碑"}}).refusals), "");
  EXPECT_EQ(Show(ReadJuly({{"当月得分", "rating"}}).refusals), "");
}

TEST_F(ShopFolder, AttributesWithHistoryHoldOnTheFirstDay) {
  folder_.Write(
      "店.csv",
      "编号,自,店名,开业,星级,连锁\na,2020-01-01,旧,2020-01-01,三星,是\na,2024-07-01,甲店,2020-01-01,一星,是\n"
      "a,2024-07-02,新,2020-01-01,二星,是\nb,2021-02-03,乙店,2021-02-03,二星,否\n");
  EXPECT_EQ(RefusalsOfJuly(), "");
  const FactReading reading = ReadJuly();
  const auto& names = reading.facts->since.at(FieldId(0)).at(0);
  ASSERT_EQ(names.size(), 3U);
  EXPECT_EQ(names[1], std::pair(Date{2024, 7, 1}, Value(std::string("甲店"))));
  folder_.Replace("店.csv", "b,2021-02-03", "b,2024-08-01");
  EXPECT_EQ(RefusalsOfJuly(), "missing-fact 店.csv:5 自\n");
  folder_.Replace("店.csv", "a,2024-07-02", "a,2024-07-01");
  EXPECT_EQ(RefusalsOfJuly(), "duplicate-row 店.csv:4 自\nmissing-fact 店.csv:5 自\n");
}

TEST_F(ShopFolder, RefusesFilesThatAreMissingDoubleOrUnknown) {
  folder_.Write("抽察.csv", "编号\n");
  folder_.Write("说明.md", "");
  folder_.Write(".隐.csv", "");
  folder_.Write("monthly.csv", "id\n");
  const FactReading reading = ReadJuly();
  EXPECT_EQ(Show(reading.refusals), "duplicate-file 每月.csv\nunknown-file 抽察.csv\n");
  EXPECT_TRUE(reading.refusals.whole);
  EXPECT_NE(reading.refusals.shown[1].message.zh.find("抽查.csv"), std::string::npos);
  folder_.Remove("抽察.csv");
  folder_.Remove("monthly.csv");
  folder_.Remove("抽查.csv");
  folder_.Remove("每月.csv");
  EXPECT_EQ(RefusalsOfJuly(), "missing-file \nmissing-file \n");
  folder_.Remove("店.csv");
  EXPECT_EQ(RefusalsOfJuly(), "missing-file \n");
  EXPECT_EQ(ReadFacts(ShopPolicy(), {folder_.path() + "/none", kJuly, {}, {}}).error().kind, ErrorKind::kEnvironment);
}

struct Spoilt {
  const char* file;
  const char* from;
  const char* to;
  const char* refusals;
};
class SpoiltShopFolder : public ShopFolder, public testing::WithParamInterface<Spoilt> {};

TEST_P(SpoiltShopFolder, IsRefusedWithThePlace) {
  const auto& [file, from, to, refusals] = GetParam();
  folder_.Replace(file, from, to);
  EXPECT_EQ(RefusalsOfJuly(), refusals) << file << ": " << from << " → " << to;
}

INSTANTIATE_TEST_SUITE_P(
    Table, SpoiltShopFolder,
    testing::Values(
        Spoilt{"店.csv", "编号", "编码", "unknown-column 店.csv:1 编码\nmissing-column 店.csv:1\n"},
        Spoilt{"店.csv", "星级", "店名", "duplicate-column 店.csv:1 店名\nmissing-column 店.csv:1\n"},
        Spoilt{"店.csv", "星级", "", "unknown-column 店.csv:1\nmissing-column 店.csv:1\n"},
        Spoilt{"店.csv", "一星", "五星级", "unknown-value 店.csv:2 星级\n"},
        Spoilt{"店.csv", "甲店", "", "missing-fact 店.csv:2 店名\n"},
        Spoilt{"店.csv", "\nb,", "\na,", "duplicate-row 店.csv:3 编号\nunknown-subject 每月.csv:3 编号\n"},
        Spoilt{"店.csv", "\na,", "\n,",
               "bad-id 店.csv:2 编号\nunknown-subject 每月.csv:2 编号\nunknown-subject 每月.csv:4 编号\n"
               "unknown-subject 抽查.csv:2 编号\nunknown-subject 抽查.csv:3 编号\n"},
        // Blanks around an id are no part of it; what nobody sees is refused.
        Spoilt{"店.csv", "\nb,", "\n b ,", ""},
        Spoilt{"店.csv", "\nb,", "\nb\u00A0,", "bad-id 店.csv:3 编号\nunknown-subject 每月.csv:3 编号\n"},
        Spoilt{"店.csv", "\nb,", "\n\u202Eb,", "bad-id 店.csv:3 编号\nunknown-subject 每月.csv:3 编号\n"},
        Spoilt{"店.csv", "\nb,乙店", "\nb", "bad-csv 店.csv:3\n"},
        Spoilt{"每月.csv", "80.5", "101", "out-of-range 每月.csv:2 口碑\n"},
        Spoilt{"每月.csv", "80.5", "80.55", "too-many-places 每月.csv:2 口碑\n"},
        Spoilt{"每月.csv", "80.5", "", "missing-fact 每月.csv:2 口碑\n"},
        Spoilt{"每月.csv", "80.5", "8O", "wrong-unit 每月.csv:2 口碑\n"},
        Spoilt{"每月.csv", "b,2024-07", "b,2024-08", "missing-period 每月.csv\n"},
        Spoilt{"每月.csv", "b,2024-07", "b,2024Q3", "bad-period 每月.csv:3 期间\nmissing-period 每月.csv\n"},
        Spoilt{"每月.csv", "b,2024-07", "b,Jul-24", "bad-period 每月.csv:3 期间\nmissing-period 每月.csv\n"},
        Spoilt{"每月.csv", "b,2024-07", "c,2024-07", "unknown-subject 每月.csv:3 编号\nmissing-period 每月.csv\n"},
        Spoilt{"每月.csv", "a,2024-06", "a,2024-07", "duplicate-row 每月.csv:4 期间\n"},
        Spoilt{"每月.csv", "80.5,95%", "90.5,49.9%", "check-failed 每月.csv:2\n"},
        Spoilt{"每月.csv", "a,2024-06,60,60", "a,2024-06,90.1,5", "check-failed 每月.csv:4\n"},
        Spoilt{"每月.csv", "a,2024-06,60,60", "a,2024-06,,60", "missing-fact 每月.csv:4 口碑\n"},
        Spoilt{"抽查.csv", "90\n", "90.5\n", "too-many-places 抽查.csv:2 得分\n"},
        Spoilt{"抽查.csv", "2024-07", "2024", "bad-period 抽查.csv:2 期间\n"}));

TEST_F(ShopFolder, ReportsAllRefusalsUpToTheLimitAndTheirNumber) {
  std::string rows = "编号,期间,口碑,达标率,营业额\n";
  for (int i = 0; i < 300; ++i) rows += "x,2024-07,1,1,1\n";
  folder_.Write("每月.csv", rows + "a,2024-07,80,95,1\nb,2024-07,80,101,1\n");
  const FactReading reading = ReadJuly();
  EXPECT_EQ(reading.refusals.shown.size(), 200U);
  EXPECT_EQ(reading.refusals.total, 301U);
  EXPECT_FALSE(reading.refusals.whole);
  ASSERT_EQ(reading.facts->roster(ShopPolicy()->model->subject()).refused.size(), 1U);
  EXPECT_EQ(reading.facts->roster(ShopPolicy()->model->subject()).refused.at(1)->code, "refused-facts");
}

TEST_F(ShopFolder, ReadsThePastAsItWasRecorded) {
  folder_.Write("历史.每月.csv", "编号,期间,月分,名次表\na,2024-06,88.0,2\nb,2024-06,,\ngone,2024-06,1,1\n");
  EXPECT_EQ(RefusalsOfJuly(), "");
  const semantic::Model& model = *ShopPolicy()->model;
  const FactReading reading = ReadJuly();
  const auto& history = reading.facts->history;
  EXPECT_EQ(*history.at(*model.FindDefinition("月分")).Find({0, kJuly.Back(1)}), Value(Rational(88)));
  EXPECT_EQ(*history.at(*model.FindDefinition("月分")).Find({1, kJuly.Back(1)}), Value(Absent{}));
  EXPECT_EQ(history.count(*model.FindDefinition("额")), 0U);
  folder_.Replace("历史.每月.csv", "b,2024-06,,", "a,2024-06,#错误:needs-roster,");
  EXPECT_EQ(RefusalsOfJuly(), "duplicate-row 历史.每月.csv:3 期间\n");
  folder_.Replace("历史.每月.csv", "88.0", "#错误:needs-roster");
  EXPECT_EQ(RefusalsOfJuly(), "failed-result 历史.每月.csv:2 月分\nduplicate-row 历史.每月.csv:3 期间\n");
}

// The table of issue 2: each mistake in the sample of 石榴庄, with file, line, column.
class SpoiltSample : public testing::TestWithParam<Spoilt> {};

TEST_P(SpoiltSample, IsRefusedWithThePlace) {
  const auto& [file, from, to, refusals] = GetParam();
  TemporaryFolder folder;
  folder.CopyFrom(SampleFolder());
  folder.Replace(file, from, to);
  EXPECT_EQ(Show(Read(PlatesPolicy(), folder.path(), kQuarter).refusals), refusals);
}

INSTANTIATE_TEST_SUITE_P(
    Table, SpoiltSample,
    testing::Values(Spoilt{"每月.csv", "业主评价", "业主评分",
                           "unknown-column 每月.csv:1 业主评分\nmissing-column 每月.csv:1\n"},
                    Spoilt{"每月.csv", "slz-02,2024-07", "slz-02,2023-07", "missing-period 每月.csv\n"},
                    Spoilt{"每月.csv", "93.33", "101", "out-of-range 每月.csv:2 业主评价\n"},
                    Spoilt{"每月.csv", "13,13,13,12", "13,13,14,12", "check-failed 每月.csv:2\n"},
                    Spoilt{"每月.csv", "slz-02,2024-01", "slz-01,2024-01", "duplicate-row 每月.csv:3 期间\n"},
                    Spoilt{"每月.csv", "93.33", "93.333", "too-many-places 每月.csv:2 业主评价\n"},
                    Spoilt{"每季.csv", "slz-01,2024Q3,,", "slz-01,2024Q3,5,", "check-failed 每季.csv:2\n"}));

TEST(Sample, NeedsNoQuarterlyFileBecauseAllInItIsOptional) {
  TemporaryFolder folder;
  folder.CopyFrom(SampleFolder());
  folder.Remove("每季.csv");
  EXPECT_EQ(Show(Read(PlatesPolicy(), folder.path(), kQuarter).refusals), "");
  EXPECT_EQ(PeriodsIn(folder.path(), PeriodKind::kQuarter, {}).size(), 3U);
}

TEST(Refusal, OfASheetNamesTheCell) {
  const std::pair<size_t, const char*> names[] = {{0, "A7"},    {25, "Z7"},    {26, "AA7"},
                                                  {701, "ZZ7"}, {702, "AAA7"}, {16383, "XFD7"}};
  for (const auto& [column, name] : names) EXPECT_EQ(CellName(column, 7), name);
  CsvTable table;
  table.file = "每月";
  EXPECT_EQ(PlaceIn(table, 7, {"投诉", 2}, {}).Place().zh, "每月:7，列 投诉");
  table.sheet = true;
  EXPECT_EQ(PlaceIn(table, 7, {"投诉", 2}, {}).Place().zh, "每月!C7，列 投诉");
  EXPECT_EQ(PlaceIn(table, 7, {"投诉", 2}, {}).Place().en, "每月!C7, column 投诉");
  EXPECT_EQ(PlaceIn(table, 7, {"", 2}, {}).Place().zh, "每月!C7");
  EXPECT_EQ(PlaceIn(table, 7, {"", {}}, {}).Place().zh, "每月:7");
}

TEST(Refusal, IsWrittenWithItsPlace) {
  Refusal refusal;
  refusal.message = {"不行", "no"};
  EXPECT_EQ(refusal.ToText().zh, "不行");
  refusal.file = "每月.csv";
  EXPECT_EQ(refusal.ToText().en, "每月.csv: no");
  refusal.line = 17;
  refusal.column_name = "业主评价";
  EXPECT_EQ(refusal.ToText().zh, "每月.csv:17，列 业主评价：不行");
  EXPECT_EQ(refusal.ToText().en, "每月.csv:17, column 业主评价: no");
}

}  // namespace
}  // namespace heng::data
