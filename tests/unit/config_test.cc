// The configuration of the service and of a district: every mistake has its code and its place, and all of them are found.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "server/config/district.h"
#include "server/config/service.h"
#include "tests/unit/data_policy.h"

namespace heng::config {
namespace {

struct BadFile {
  const char* name;
  std::string text;
  const char* code;
  uint32_t line;
  uint32_t column;
};

void PrintTo(const BadFile& file, std::ostream* out) { *out << file.name; }

std::string CaseName(const testing::TestParamInfo<BadFile>& test) { return test.param.name; }

const std::string& PolicyFolder() {
  static const std::string folder = HENG_SOURCE_DIR "/policies/shiliuzhuang";
  return folder;
}

// A district's file that is right but for what is added to it; its first three lines.
std::string DistrictFile(const std::string& rest) {
  return "name: 石榴庄街道\npolicy: " + PolicyFolder() + "\n" + rest;
}

void ExpectMistake(const std::vector<Mistake>& mistakes, const BadFile& wanted, const std::string& file) {
  ASSERT_EQ(mistakes.size(), 1U) << RenderText(mistakes, Language::kEnglish);
  EXPECT_EQ(mistakes[0].code, wanted.code) << mistakes[0].message.en;
  EXPECT_EQ(mistakes[0].line, wanted.line) << mistakes[0].message.en;
  EXPECT_EQ(mistakes[0].column, wanted.column) << mistakes[0].message.en;
  EXPECT_EQ(mistakes[0].file, file);
  EXPECT_FALSE(mistakes[0].message.zh.empty());
  EXPECT_NE(mistakes[0].message.zh, mistakes[0].message.en);
}

class BadService : public testing::TestWithParam<BadFile> {};

TEST_P(BadService, HasOneMistakeInItsPlace) {
  const tests::TemporaryFolder folder;
  folder.Write("districts/none.txt", "");
  folder.Write("heng.yaml", GetParam().text);
  const std::string file = folder.path() + "/heng.yaml";
  const auto config = LoadService(file);
  ASSERT_FALSE(config);
  ExpectMistake(config.error(), GetParam(), file);
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadService,
    testing::Values(
        BadFile{"UnknownKey", "districts: districts\nlisten_on: 127.0.0.1:80\n", "unknown-key", 2, 1},
        BadFile{"MissingDistricts", "listen: 127.0.0.1:8080\n", "missing-key", 1, 1},
        BadFile{"NoFolder", "districts: nowhere\n", "no-such-folder", 1, 12},
        BadFile{"DuplicateKey", "districts: districts\nthreads: 4\nthreads: 5\n", "duplicate-key", 3, 1},
        BadFile{"LeadingZero", "districts: districts\nthreads: 012\n", "leading-zero", 2, 10},
        BadFile{"ThreadsAsText", "districts: districts\nthreads: many\n", "wrong-type", 2, 10},
        BadFile{"ThreadsQuoted", "districts: districts\nthreads: \"4\"\n", "wrong-type", 2, 10},
        BadFile{"ThreadsHexadecimal", "districts: districts\nthreads: 0x10\n", "wrong-type", 2, 10},
        BadFile{"ThreadsNone", "districts: districts\nthreads: 0\n", "out-of-range", 2, 10},
        BadFile{"ThreadsTooMany", "districts: districts\nthreads: 99999999999999999999\n", "out-of-range", 2, 10},
        BadFile{"LimitTooLarge", "districts: districts\nrequest_limit_bytes: 1000000000\n", "out-of-range", 2, 22},
        BadFile{"ListenWithoutPort", "districts: districts\nlisten: localhost\n", "bad-listen", 2, 9},
        BadFile{"ListenPortTooLarge", "districts: districts\nlisten: 127.0.0.1:70000\n", "bad-listen", 2, 9},
        BadFile{"ListenBareAddress6", "districts: districts\nlisten: ::1:8080\n", "bad-listen", 2, 9},
        BadFile{"ListenMissing", "listen:\ndistricts: districts\n", "missing-value", 1, 1},
        BadFile{"DistrictsAsList", "districts: [districts]\n", "wrong-type", 1, 12},
        BadFile{"DistrictsAsTruth", "districts: yes\n", "truth-word", 1, 12},
        BadFile{"DistrictsAsNumber", "districts: 12\n", "wrong-type", 1, 12},
        BadFile{"Anchor", "districts: &d districts\n", "yaml-anchor", 1, 12},
        BadFile{"Tag", "districts: !!str districts\n", "yaml-tag", 1, 12},
        BadFile{"SecondDocument", "districts: districts\n---\nthreads: 4\n", "second-document", 2, 1},
        BadFile{"NoMap", "districts\n", "wrong-type", 1, 1}, BadFile{"Empty", "", "empty-file", 1, 1},
        BadFile{"CommentOnly", "# districts: districts\n", "empty-file", 1, 1},
        BadFile{"NotYaml", "districts: [a, b\nthreads: 4\n", "text-over-lines", 1, 16},
        BadFile{"TwoColons", "districts: a: b\n", "bad-yaml", 1, 13},
        BadFile{"NotUtf8", "districts: districts\n# \xB0\xA1\n", "bad-encoding", 2, 1},
        BadFile{"QuoteOpenToTheEnd", "districts: districts\nstore: \"sqlite:heng.db\nsigning_key: nokey.pem\n",
                "unclosed-quote", 2, 8},
        BadFile{"QuoteOpenToTheNext", "districts: 'districts\nstore: 'sqlite:heng.db\n", "unclosed-quote", 1, 12},
        BadFile{"QuotedOverLines", "districts: \"dis\\\n  tricts\"\n", "unclosed-quote", 1, 12},
        BadFile{"QuoteOpenInFlow", "{ districts: districts, log: \"none }\n", "unclosed-quote", 1, 30},
        BadFile{"QuoteOpenKey", "districts: districts\n\"threads: 4\n", "unclosed-quote", 2, 1},
        BadFile{"TextBehindQuote", "districts: \"districts\"/x\n", "text-after-quote", 1, 23},
        BadFile{"PlainOverLines", "districts: districts\n  threads\n", "text-over-lines", 1, 12},
        BadFile{"PlainOverLinesInFlow", "{ districts: districts\n  more, threads: 4 }\n", "text-over-lines", 1, 14},
        BadFile{"TextBlock", "districts: districts\nstore: |\n  sqlite:heng.db\n", "text-block", 2, 8},
        BadFile{"FullWidthColon", "districts: districts\nthreads：4\n", "full-width-colon", 2, 8},
        BadFile{"FullWidthColonFirst", "districts：districts\nthreads: 4\n", "full-width-colon", 1, 10},
        BadFile{"FullWidthColonWithSpace", "districts: districts\nthreads： 4\n", "full-width-colon", 2, 8},
        BadFile{"FullWidthColonBelow", "districts: districts\nlimits:\n  queued：4\n", "full-width-colon", 3, 9},
        BadFile{"FullWidthColonInFlow", "districts: districts\nlimits: { queued：4 }\n", "full-width-colon", 2, 17},
        BadFile{"FullWidthColonOfQuotedKey", "\"districts\"：districts\n", "full-width-colon", 1, 12},
        BadFile{"NoSpaceAfterColon", "districts: districts\nlisten:127.0.0.1:8080\n", "no-space-after-colon", 2, 7},
        BadFile{"NoSpaceAfterColonAlone", "districts:districts\n", "no-space-after-colon", 1, 10},
        BadFile{"NoSpaceAfterColonInFlow", "districts: districts\nlimits: { queued:4 }\n", "no-space-after-colon", 2,
                17},
        BadFile{"QuoteOpenInALineOfOldMacs", "districts: \"districts\rthreads: 4\"\r", "unclosed-quote", 1, 12},
        BadFile{"FullWidthCommaInFlow", "districts: districts\nlimits: { queued: 4，idle_seconds: 5 }\n",
                "full-width-comma", 2, 20},
        BadFile{"ChineseQuotes", "districts: “districts”\n", "full-width-quote", 1, 12},
        BadFile{"FullWidthSpaceAfterColon", "districts:　districts\n", "odd-space", 1, 11},
        BadFile{"FullWidthSpaceBeforeKey", "districts: districts\n　threads: 4\n", "odd-space", 2, 1},
        BadFile{"FullWidthSpaceBehindValue", "districts: districts　# 文件夹\n", "odd-space", 1, 21},
        BadFile{"NoBreakSpaceBeforeValue", "districts: \u00A0districts\n", "odd-space", 1, 12},
        BadFile{"TabFirst", "districts: districts\nlimits:\n\tqueued: 4\n", "tab", 3, 1},
        BadFile{"ZeroInPath", "districts: \"districts\\0\"\n", "bad-character", 1, 12},
        BadFile{"ListenNumber", "districts: districts\nlisten: 127.0.0.1\n", "bad-listen", 2, 9},
        BadFile{"ListenPortAlone", "districts: districts\nlisten: 8080\n", "bad-listen", 2, 9},
        BadFile{"ListenNoSuchNumber", "districts: districts\nlisten: 256.1.1.1:80\n", "bad-listen", 2, 9},
        BadFile{"StoreOfAnotherKind", "districts: districts\nstore: mysql://x\n", "bad-store-url", 2, 8},
        BadFile{"StoreWithoutFile", "districts: districts\nstore: \"sqlite:\"\n", "bad-store-url", 2, 8},
        BadFile{"SocketTooLong", "districts: districts\nsocket: /" + std::string(107, 's') + "\n", "bad-socket", 2, 9},
        BadFile{"SocketIsAFolder", "districts: districts\nsocket: districts\n", "bad-socket", 2, 9},
        BadFile{"StoreVariableUnset", "districts: districts\nstore: ${HENG_NOT_SET}\n", "missing-variable", 2, 8},
        BadFile{"StoreVariableOldForm", "districts: districts\nstore: $HENG_NOT_SET\n", "missing-variable", 2, 8},
        BadFile{"KeyVariableUnset", "districts: districts\nsigning_key: keys/${HENG_NOT_SET}.pem\n", "missing-variable",
                2, 14},
        BadFile{"VariableOpen", "districts: districts\nstore: sqlite:${PATH\n", "bad-variable", 2, 8},
        BadFile{"VariableName", "districts: districts\nsocket: ${1 2}\n", "bad-variable", 2, 9},
        BadFile{"CheckpointNever", "districts: districts\ncheckpoint_every: 0\n", "out-of-range", 2, 19},
        BadFile{"RetentionWithoutUnit", "districts: districts\nretention: \"36\"\n", "bad-retention", 2, 12},
        BadFile{"RetentionAsNumber", "districts: districts\nretention: 36\n", "wrong-type", 2, 12},
        BadFile{"RetentionOfWeeks", "districts: districts\nretention: 6 weeks\n", "bad-retention", 2, 12},
        BadFile{"RetentionOfNothing", "districts: districts\nretention: 0 天\n", "bad-retention", 2, 12},
        BadFile{"RetentionTooLong", "districts: districts\nretention: 10000 years\n", "bad-retention", 2, 12},
        BadFile{"RetentionUnsigned", "districts: districts\nretention: 3 年\n", "unsigned-retention", 2, 12},
        BadFile{"ColumnsCountCodePoints", "{ districts: districts, 线程: 4 }\n", "unknown-key", 1, 25}),
    CaseName);

class BadDistrict : public testing::TestWithParam<BadFile> {};

TEST_P(BadDistrict, HasOneMistakeInItsPlace) {
  const tests::TemporaryFolder folder;
  folder.Write("slz.yaml", GetParam().text);
  const std::string file = folder.path() + "/slz.yaml";
  const config::District district = LoadDistrict(file);
  EXPECT_TRUE(district.broken());
  ExpectMistake(district.mistakes, GetParam(), file);
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadDistrict,
    testing::Values(
        BadFile{"UnknownKeyNear", DistrictFile("parameter:\n  红牌检查频次: 5 次/月\n"), "unknown-key", 3, 1},
        BadFile{"MissingName", "policy: " + PolicyFolder() + "\n", "missing-key", 1, 1},
        BadFile{"MissingPolicy", "name: 石榴庄街道\n", "missing-key", 1, 1},
        BadFile{"NoPolicyThere", "name: 甲\npolicy: nowhere\n", "no-policy", 2, 9},
        BadFile{"NameAsNumber", "name: 12\npolicy: " + PolicyFolder() + "\n", "wrong-type", 1, 7},
        BadFile{"NameAsTruth", "name: on\npolicy: " + PolicyFolder() + "\n", "truth-word", 1, 7},
        BadFile{"UnknownParameter", DistrictFile("parameters:\n  红牌频次: 5 次/月\n"), "unknown-parameter", 4, 3},
        BadFile{"ParameterNotOpen", DistrictFile("parameters:\n  绿牌线: 90 分\n"), "parameter-not-open", 4, 3},
        BadFile{"ParameterOutOfRange", DistrictFile("parameters:\n  红牌检查频次: 31 次/月\n"), "out-of-range", 4, 11},
        BadFile{"ParameterWrongUnit", DistrictFile("parameters:\n  红牌检查频次: 5 元\n"), "wrong-unit", 4, 11},
        BadFile{"ParameterLeadingZero", DistrictFile("parameters:\n  红牌检查频次: 05 次/月\n"), "leading-zero", 4, 11},
        BadFile{"ParameterAsTruth", DistrictFile("parameters:\n  红牌检查频次: no\n"), "truth-word", 4, 11},
        BadFile{"ParameterWithoutValue", DistrictFile("parameters:\n  红牌检查频次:\n"), "missing-value", 4, 3},
        BadFile{"ParameterTwice", DistrictFile("parameters:\n  红牌检查频次: 5 次/月\n  red_inspections: 6 次/月\n"),
                "duplicate-key", 5, 3},
        BadFile{"ParameterKeyTwice", DistrictFile("parameters:\n  红牌检查频次: 5 次/月\n  红牌检查频次: 6 次/月\n"),
                "duplicate-key", 5, 3},
        BadFile{"ParametersAsList", DistrictFile("parameters:\n  - 红牌检查频次\n"), "wrong-type", 4, 3},
        BadFile{"Alias", DistrictFile("parameters:\n  红牌检查频次: *x\n"), "bad-yaml", 4, 11},
        BadFile{"MergeKey", DistrictFile("parameters:\n  <<: { 红牌检查频次: 5 次/月 }\n"), "yaml-merge-key", 4, 3},
        BadFile{"ComplexKey", DistrictFile("parameters:\n  ? [a, b]\n  : 5 次/月\n"), "yaml-key", 4, 5},
        BadFile{"UnknownColumn", DistrictFile("columns: { 投诉: 诉求数 }\n"), "unknown-name", 3, 16},
        BadFile{"ColumnAsMap", DistrictFile("columns: { 每月: { 投诉: 诉求件数 } }\n"), "wrong-type", 3, 16},
        BadFile{"RetentionHalf", DistrictFile("retention: 1.5 years\n"), "bad-retention", 3, 12},
        BadFile{"CheckpointNever", DistrictFile("checkpoint_every: 0\n"), "out-of-range", 3, 19},
        BadFile{"CheckpointTooSeldom", DistrictFile("checkpoint_every: 1000001\n"), "out-of-range", 3, 19},
        BadFile{"CheckpointAsText", DistrictFile("checkpoint_every: often\n"), "wrong-type", 3, 19},
        BadFile{"NameSwallowsTheNextKey", "name: \"石榴庄街道\npublication: store\npolicy: " + PolicyFolder() + "\n",
                "unclosed-quote", 1, 7},
        BadFile{"NameTurned", "name: 甲\u202E乙\npolicy: " + PolicyFolder() + "\n", "bad-character", 1, 7},
        BadFile{"NameWithZero", "name: \"甲\\0乙\"\npolicy: " + PolicyFolder() + "\n", "bad-character", 1, 7},
        BadFile{"NameTooLong", "name: " + std::string(101, 'a') + "\npolicy: " + PolicyFolder() + "\n", "name-too-long",
                1, 7},
        BadFile{"ParameterWithNoBreakSpace", DistrictFile("parameters:\n  红牌检查频次: 5\u00A0次/月\n"), "odd-space",
                4, 11},
        BadFile{"ParameterWithFullWidthColon", DistrictFile("parameters:\n  红牌检查频次：5 次/月\n"),
                "full-width-colon", 4, 9}),
    CaseName);

// What looks like a slip of the keyboard and is none.
TEST(ConfigTest, TheLookAtLinesAcceptsWhatIsRight) {
  const tests::TemporaryFolder folder;
  folder.Write("districts/none.txt", "");
  folder.Write("heng.yaml",
               "# 说明：这里的“全角冒号”和\"引号都没有关系\r\n"
               "\"districts\": 'districts' # it's\r\n"
               "store: sqlite:甲：乙's.db\r\n"
               "socket: \"a \\\" # b\"\r\n"
               "limits: { queued: 4,\r\n"
               "\tidle_seconds: 5, # }\r\n"
               "  \"head_seconds\":6 }\r\n"
               "log: 'none'   \r\n");
  const auto config = LoadService(folder.path() + "/heng.yaml");
  ASSERT_TRUE(config) << RenderText(config.error(), Language::kEnglish);
  EXPECT_EQ(config->store, "sqlite:" + folder.path() + "/甲：乙's.db");
  EXPECT_EQ(config->socket, folder.path() + "/a \" # b");
  EXPECT_EQ(std::tuple(config->limits.queued, config->limits.idle_seconds, config->limits.head_seconds),
            std::tuple(4, 5, 6));
}

struct Said {
  const char* text;
  const char* zh;
};

TEST(ConfigTest, ChineseSaysWhatToWrite) {
  const tests::TemporaryFolder folder;
  for (const Said& said :
       {Said{"districts：d\n", "写成“districts: …”"}, Said{"districts:d\n", "写成“districts: …”"},
        Said{"listen: 127.0.0.1\n", "没有端口，请写成 127.0.0.1:8080"},
        Said{"listen: 8080\n", "没有地址，请写成 127.0.0.1:8080"}, Said{"districts: a: b\n", "一行只能写一个“键: 值”"},
        Said{"limits: { queued: 4\n", "没有配对的 }"}, Said{"districts: !x d\n", "标签（!）"},
        Said{"districts: *d\n", "不能以 * 开头"}, Said{"districts: `d\n", "不能以这个符号开头"},
        Said{"districts: \"C:\\data\"\n", "反斜线"}, Said{"districts: nowhere\n", "没有这个文件夹：“nowhere”，即 /"}}) {
    folder.Write("heng.yaml", said.text);
    const auto config = LoadService(folder.path() + "/heng.yaml");
    ASSERT_FALSE(config) << said.text;
    const std::string text = RenderText(config.error(), Language::kChinese);
    EXPECT_NE(text.find(said.zh), std::string::npos) << text;
  }
}

// A district without its data evaluates.
TEST(ConfigTest, MissingDataBreaksNothingElse) {
  const tests::TemporaryFolder folder;
  folder.Write("facts.xls", "");
  folder.Write("folder/none.txt", "");
  struct Case {
    const char* data;
    const char* code;
  };
  for (const Case& one : {Case{"nowhere", "no-such-path"}, Case{"facts.xls", "not-a-workbook"}, Case{"folder", ""}}) {
    folder.Write("slz.yaml", DistrictFile(std::string("data: ") + one.data + "\n"));
    const config::District district = LoadDistrict(folder.path() + "/slz.yaml");
    EXPECT_FALSE(district.broken());
    EXPECT_EQ(district.deployments.size(), 1U);
    EXPECT_EQ(district.faulty(), *one.code != '\0');
    if (*one.code == '\0') continue;
    ASSERT_EQ(district.data_mistakes.size(), 1U);
    EXPECT_EQ(std::tie(district.data_mistakes[0].line, district.data_mistakes[0].column), std::tuple(3U, 7U));
    EXPECT_EQ(district.data_mistakes[0].code, one.code);
  }
}

TEST(ConfigTest, WhatNeedsARestartIsNamed) {
  const tests::TemporaryFolder folder;
  folder.Write("heng.yaml", "districts: .\nstore: sqlite:heng.db\nsigning_key: a.pem\nretention: 3 年\n");
  folder.Write("now.yaml",
               "districts: ..\nlisten: 127.0.0.1:81\nsigning_key: b.pem\nlog: none\nthreads: 3\nretention: 2 年\n"
               "checkpoint_every: 5\nrequest_limit_bytes: 4096\nsocket: s\nlimits: { queued: 5, idle_seconds: 60 }\n");
  const auto started = LoadService(folder.path() + "/heng.yaml");
  const auto now = LoadService(folder.path() + "/now.yaml");
  ASSERT_TRUE(now) << RenderText(now.error(), Language::kEnglish);
  EXPECT_EQ(ChangedForRestart(*started, *now),
            (std::vector<std::string>{"listen", "socket", "store", "signing_key", "log", "threads",
                                      "request_limit_bytes", "limits.queued"}));
  EXPECT_TRUE(ChangedForRestart(*started, *started).empty());
}

TEST(ConfigTest, EveryMistakeOfAFileIsFound) {
  const tests::TemporaryFolder folder;
  folder.Write("slz.yaml", "name: yes\npolicy: nowhere\nrules: 1\ncolumns: 5\n");
  const config::District district = LoadDistrict(folder.path() + "/slz.yaml");
  std::vector<std::string> codes;
  for (const Mistake& mistake : district.mistakes) codes.push_back(mistake.code);
  EXPECT_EQ(codes, (std::vector<std::string>{"truth-word", "no-policy", "unknown-key", "wrong-type"}));
  const std::string text = RenderText(district.mistakes, Language::kEnglish);
  EXPECT_NE(text.find("/slz.yaml:2:9: error no-policy: "), std::string::npos) << text;
}

TEST(ConfigTest, TheCommittedConfigurationLoads) {
  const auto service = LoadService(HENG_SOURCE_DIR "/policies/heng.yaml");
  ASSERT_TRUE(service) << RenderText(service.error(), Language::kEnglish);
  EXPECT_EQ(service->listen.ToString(), "127.0.0.1:8080");
  EXPECT_TRUE(service->listen.loopback());
  const auto districts = LoadDistricts(*service);
  ASSERT_FALSE(districts.empty());
  for (const config::District& district : districts) {
    EXPECT_FALSE(district.broken()) << RenderText(district.mistakes, Language::kEnglish);
  }
}

TEST(ConfigTest, ADistrictMayKeepItsDecisionsLonger) {
  const tests::TemporaryFolder folder;
  folder.Write("heng.yaml", "districts: districts\nsigning_key: log.pem\nretention: 36 个月\ncheckpoint_every: 50\n");
  folder.Write("districts/aa.yaml", DistrictFile(""));
  folder.Write("districts/bb.yaml", DistrictFile("retention: 90 days\ncheckpoint_every: 1000000\n"));
  folder.Write("districts/cc.yaml", DistrictFile("retention: 永久\n"));
  auto service = LoadService(folder.path() + "/heng.yaml");
  ASSERT_TRUE(service) << RenderText(service.error(), Language::kEnglish);
  EXPECT_EQ(service->checkpoint_every, 50);
  const auto districts = LoadDistricts(*service);
  ASSERT_EQ(districts.size(), 3U);
  EXPECT_EQ(std::tie(districts[0].retention->unit, districts[0].retention->count),
            std::tuple(Retention::Unit::kMonths, 36));
  EXPECT_EQ(std::tie(districts[1].retention->unit, districts[1].retention->count),
            std::tuple(Retention::Unit::kDays, 90));
  EXPECT_TRUE(districts[2].retention->forever());
  EXPECT_EQ(districts[0].checkpoint_every, 50);
  EXPECT_EQ(districts[1].checkpoint_every, 1000000);
  // Nothing is removed that no key signs for.
  service->signing_key.clear();
  service->retention.reset();
  const auto unsigned_districts = LoadDistricts(*service);
  EXPECT_FALSE(unsigned_districts[0].broken());
  ASSERT_EQ(unsigned_districts[1].mistakes.size(), 1U);
  EXPECT_EQ(unsigned_districts[1].mistakes[0].code, "unsigned-retention");
  EXPECT_EQ(unsigned_districts[1].mistakes[0].line, 3U);
  EXPECT_FALSE(unsigned_districts[2].broken());
}

TEST(ConfigTest, WhatIsSecretComesFromTheEnvironment) {
  ::setenv("HENG_TEST_SECRET", "pass:word", 1);
  const tests::TemporaryFolder folder;
  folder.Write(
      "heng.yaml",
      "districts: .\nstore: postgresql://heng:${HENG_TEST_SECRET}@db/${HENG_TEST_SECRET}\nsigning_key: /run/${HENG_TEST_SECRET}\n");
  const auto service = LoadService(folder.path() + "/heng.yaml");
  ASSERT_TRUE(service) << RenderText(service.error(), Language::kEnglish);
  EXPECT_EQ(service->store, "postgresql://heng:pass:word@db/pass:word");
  EXPECT_EQ(service->signing_key, "/run/pass:word");
  folder.Write("old.yaml", "districts: .\nstore: $HENG_TEST_SECRET\n");
  EXPECT_EQ(LoadService(folder.path() + "/old.yaml")->store, "pass:word");
}

TEST(ConfigTest, ADistrictIsCompiledAndBound) {
  const tests::TemporaryFolder folder;
  folder.Write("slz.yaml",
               "\xEF\xBB\xBF" +
                   DistrictFile("parameters: { 红牌检查频次: 5 次/月 }\ncolumns:\n  投诉: 诉求件数\n  小区: 编号\n"));
  const config::District district = LoadDistrict(folder.path() + "/slz.yaml");
  ASSERT_FALSE(district.broken()) << RenderText(district.mistakes, Language::kEnglish);
  EXPECT_EQ(district.id, "slz");
  EXPECT_EQ(district.name, "石榴庄街道");
  ASSERT_EQ(district.deployments.size(), 1U);
  EXPECT_EQ(district.deployments[0].parameters.size(), 1U);
  EXPECT_EQ(district.deployments[0].columns, (data::ColumnMap{{"投诉", "诉求件数"}, {"小区", "编号"}}));
}

TEST(ConfigTest, ABrokenPolicyBreaksItsDistrictOnly) {
  const tests::TemporaryFolder folder;
  folder.Write("heng.yaml", "districts: districts\n");
  folder.Write("bad/bad.heng", "政策 bad.x \"错\"\n  版本 \"1\"\n公式 甲 每月 = 1 分 + 1 元\n");
  folder.Write("districts/bad.yaml", "name: 甲\npolicy: ../bad\n");
  folder.Write("districts/good.yaml", DistrictFile(""));
  folder.Write("districts/Upper.yaml", DistrictFile(""));
  folder.Write("districts/other.yml", DistrictFile(""));
  const auto service = LoadService(folder.path() + "/heng.yaml");
  ASSERT_TRUE(service);
  const auto districts = LoadDistricts(*service);
  ASSERT_EQ(districts.size(), 4U);
  EXPECT_EQ(districts[0].mistakes.at(0).code, "bad-district-id");
  EXPECT_TRUE(districts[1].mistakes.empty());
  EXPECT_TRUE(districts[1].broken());
  EXPECT_FALSE(districts[1].diagnostics.empty());
  EXPECT_FALSE(districts[2].broken());
  EXPECT_EQ(districts[3].mistakes.at(0).code, "bad-file-name");
}

TEST(ConfigTest, NoDistrictFileIsPassedOverButHiddenOnes) {
  const tests::TemporaryFolder folder;
  folder.Write("heng.yaml", "districts: districts\n");
  for (const char* name :
       {"aa.yaml", "aa.yml", "bb.YAML", "cc.yaml", ".#cc.yaml", ".dd.yaml", "ee.yaml.bak", "ff.yaml~"})
    folder.Write(std::string("districts/") + name, DistrictFile(""));
  const auto districts = LoadDistricts(*LoadService(folder.path() + "/heng.yaml"));
  ASSERT_EQ(districts.size(), 3U);
  ASSERT_EQ(districts[0].mistakes.size(), 1U);
  EXPECT_EQ(districts[0].id, "aa");
  EXPECT_TRUE(districts[0].broken());
  EXPECT_EQ(districts[0].mistakes[0].code, "duplicate-district");
  EXPECT_NE(districts[0].mistakes[0].message.zh.find("aa.yaml、aa.yml "), std::string::npos);
  EXPECT_TRUE(districts[0].deployments.empty());
  ASSERT_EQ(districts[1].mistakes.size(), 1U);
  EXPECT_EQ(districts[1].mistakes[0].code, "bad-file-name");
  EXPECT_EQ(districts[2].id, "cc");
  EXPECT_FALSE(districts[2].broken());
}

TEST(ConfigTest, TwoFilesOfOneVersionAreRefused) {
  const tests::TemporaryFolder folder;
  folder.CopyFrom(tests::SampleFolder());
  folder.Write("slz.yaml", "name: 甲\npolicy: policies\n");
  const auto plates = std::string(tests::PlatesPolicy()->model->tree->source->text());
  folder.Write("policies/a.heng", plates);
  folder.Write("policies/b.heng", plates);
  const config::District district = LoadDistrict(folder.path() + "/slz.yaml");
  ASSERT_EQ(district.mistakes.size(), 1U);
  EXPECT_EQ(district.mistakes[0].code, "duplicate-version");
}

TEST(ConfigTest, DistrictIds) {
  for (const char* good : {"ab", "shiliuzhuang", "a-1", "a2345678901234567890123456789012345678901"}) {
    EXPECT_TRUE(IsDistrictId(good)) << good;
  }
  for (const char* bad : {"", "a", "A1", "1a", "-a", "a_b", "石榴庄", "a2345678901234567890123456789012345678901x"}) {
    EXPECT_FALSE(IsDistrictId(bad)) << bad;
  }
}

TEST(ConfigTest, Listen) {
  EXPECT_EQ(ParseListen("127.0.0.1:0")->port, 0);
  EXPECT_EQ(ParseListen("[::1]:8080")->host, "::1");
  EXPECT_EQ(ParseListen("[::1]:8080")->ToString(), "[::1]:8080");
  EXPECT_TRUE(ParseListen("[::1]:8080")->loopback());
  EXPECT_FALSE(ParseListen("0.0.0.0:80")->loopback());
  for (const char* bad : {"", ":80", "a:", "a:b", "a:08", "a:-1", "a b:80", "[]:80", "http://a:80"}) {
    EXPECT_FALSE(ParseListen(bad)) << bad;
  }
}

}  // namespace
}  // namespace heng::config
