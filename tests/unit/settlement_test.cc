// Settlements of the sample of 石榴庄: equal to the independent oracle in every cell, refused where they must be, written
// so that they can be read again.
#include "engine/settle/settlement.h"

#include <cstdio>
#include <functional>
#include <map>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/base/file.h"
#include "engine/base/limits.h"
#include "engine/data/csv.h"
#include "engine/data/request.h"
#include "engine/settle/board.h"
#include "engine/settle/write.h"
#include "tests/unit/data_policy.h"

namespace heng::settle {
namespace {

using nlohmann::json;
using tests::PlatesPolicy;
using tests::SampleFolder;
using tests::TemporaryFolder;

data::Deployment Plates(const char* red) {
  data::Deployment deployment{PlatesPolicy(), {}, {}};
  if (red != nullptr) deployment.parameters.insert(*data::Bind(*deployment.graph, "红牌检查频次", red));
  return deployment;
}

Result<Settlement> SettleSample(const data::Deployment& deployment, const std::string& folder,
                                const char* period = "2024Q3", bool accept_valid = false) {
  return Settle({deployment, folder, *ParsePeriod(period), accept_valid});
}

data::CsvTable Table(const std::string& bytes) { return data::ParseCsv(bytes, "").value(); }

data::CsvTable Oracle(const std::string& arguments) {
  const std::string command = std::string(HENG_PYTHON) + " " + HENG_SOURCE_DIR + "/tests/oracle/shiliuzhuang.py " +
                              SampleFolder() + " 2024Q3 --red 5 " + arguments;
  std::string bytes;
  FILE* pipe = popen(command.c_str(), "r");
  char buffer[4096];
  for (size_t n = 0; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) bytes.append(buffer, n);
  EXPECT_EQ(pclose(pipe), 0) << command;
  return Table(bytes);
}

// Every cell of `wanted` stands in `found`, row by row, in the column of the same name.
void ExpectSameCells(const data::CsvTable& found, const data::CsvTable& wanted) {
  ASSERT_EQ(found.rows.size(), wanted.rows.size());
  for (size_t column = 0; column < wanted.header.cells.size(); ++column) {
    const std::string& name = wanted.header.cells[column];
    const auto at = std::find(found.header.cells.begin(), found.header.cells.end(), name);
    ASSERT_NE(at, found.header.cells.end()) << name;
    for (size_t row = 0; row < wanted.rows.size(); ++row) {
      EXPECT_EQ(found.rows[row].cells[static_cast<size_t>(at - found.header.cells.begin())],
                wanted.rows[row].cells[column])
          << wanted.rows[row].cells[0] << " " << name;
    }
  }
}

TEST(Settlement, EqualsTheOracleInEveryCell) {
  const data::Deployment deployment = Plates("5 次/月");
  const auto settlement = SettleSample(deployment, SampleFolder());
  ASSERT_TRUE(settlement);
  EXPECT_TRUE(settlement->writable(false));
  const auto files = Render(*settlement, deployment, "", "out.csv");
  ASSERT_TRUE(files);
  ASSERT_EQ(files->size(), 2U);
  EXPECT_EQ((*files)[1].path, "out.每月.csv");
  ExpectSameCells(Table((*files)[0].bytes), Oracle(""));
  ExpectSameCells(Table((*files)[1].bytes), Oracle("--monthly"));
}

TEST(Settlement, IsReadAgainAsThePast) {
  const data::Deployment deployment = Plates("5");
  const auto settlement = SettleSample(deployment, SampleFolder());
  ASSERT_TRUE(settlement);
  TemporaryFolder folder;
  folder.CopyFrom(SampleFolder());
  const auto files = Render(*settlement, deployment, "", "历史.csv");
  for (const OutputFile& file : *files) {
    folder.Write(file.path == "历史.csv" ? "历史.每季.csv" : file.path, file.bytes);
  }
  const auto reading = data::ReadFacts(deployment.graph, {folder.path(), *ParsePeriod("2024Q3"), {}, {}});
  ASSERT_TRUE(reading);
  EXPECT_TRUE(reading->refusals.empty()) << reading->refusals.shown[0].ToText().zh;
  for (const data::SubjectOutputs& subject : settlement->subjects) {
    const auto index = static_cast<uint32_t>(&subject - settlement->subjects.data());
    for (const data::Output& output : subject.outputs)
      EXPECT_EQ(*reading->facts->history.at(output.definition).Find({index, output.period}), output.value);
    for (const auto& [period, outputs] : subject.periods) {
      for (const data::Output& output : outputs)
        EXPECT_EQ(*reading->facts->history.at(output.definition).Find({index, period}), output.value);
    }
  }
}

TEST(Settlement, NeedsItsOpenParametersBound) {
  const auto settlement = SettleSample(Plates(nullptr), SampleFolder());
  ASSERT_FALSE(settlement);
  EXPECT_EQ(settlement.error().code, "open-parameter");
  EXPECT_EQ(settlement.error().kind, ErrorKind::kFindings);
  EXPECT_NE(settlement.error().message.zh.find("--set 红牌检查频次=\"N 次/月\""), std::string::npos)
      << settlement.error().message.zh;
  EXPECT_NE(settlement.error().message.zh.find("公开材料只写了绿、蓝、黄"), std::string::npos);
}

TEST(Settlement, NamesThePeriodsThatCanBeSettled) {
  for (const auto& [period, code] : {std::pair("2024-08", "not-a-settlement-period"),
                                     {"2024", "not-a-settlement-period"},
                                     {"2024Q2", "not-in-force"}}) {
    const auto settlement = SettleSample(Plates("5"), SampleFolder(), period);
    ASSERT_FALSE(settlement);
    EXPECT_EQ(settlement.error().code, code);
    EXPECT_NE(settlement.error().message.zh.find("可以结算的是 2024Q3"), std::string::npos)
        << settlement.error().message.zh;
    EXPECT_EQ(settlement.error().message.zh.find("2024Q1"), std::string::npos);
  }
}

TEST(Settlement, StopsAtRefusalsUnlessTheValidAreAccepted) {
  TemporaryFolder folder;
  folder.CopyFrom(SampleFolder());
  folder.Replace("每月.csv", "93.33", "101");
  const data::Deployment deployment = Plates("5");
  const auto stopped = SettleSample(deployment, folder.path());
  ASSERT_TRUE(stopped);
  EXPECT_EQ(stopped->evaluation, nullptr);
  EXPECT_EQ(stopped->refusals.total, 1U);
  EXPECT_FALSE(stopped->writable(true));

  const auto accepted = SettleSample(deployment, folder.path(), "2024Q3", true);
  ASSERT_TRUE(accepted);
  ASSERT_NE(accepted->evaluation, nullptr);
  EXPECT_EQ(accepted->subjects.size(), 22U);
  EXPECT_TRUE(accepted->writable(true));
  EXPECT_FALSE(accepted->writable(false));
  // A peer is missing, so nobody has the overall rank.
  const data::CsvTable table = Table(Render(*accepted, deployment, "", "out.csv").value().front().bytes);
  for (const data::CsvRow& row : table.rows) EXPECT_TRUE(row.cells[4].starts_with("#错误:")) << row.cells[0];
}

// The rows of a file of the sample, with the columns of which `behind` stand before the facts.
void Objects(const std::string& file,
             const std::function<void(const std::string& id, const std::string& period, json facts)>& take,
             size_t behind) {
  const data::CsvTable table = Table(ReadFile(SampleFolder() + "/" + file, limits::kCsvBytes).value());
  for (const data::CsvRow& row : table.rows) {
    json facts = json::object();
    for (size_t i = behind; i < row.cells.size(); ++i)
      facts[table.header.cells[i]] = row.cells[i].empty() ? json() : json(row.cells[i]);
    take(row.cells[0], behind > 1 ? row.cells[1] : "", std::move(facts));
  }
}

// The facts of the sample's third quarter as a request.
json SampleRequest() {
  json request = {{"period", "2024Q3"}, {"roster", "complete"}, {"subjects", json::array()}};
  std::map<std::string, size_t> at;
  const auto subject = [&](const std::string& id) -> json& { return request["subjects"][at.at(id)]; };
  Objects(
      "项目.csv",
      [&](const std::string& id, const std::string&, json facts) {
        at[id] = request["subjects"].size();
        request["subjects"].push_back({{"id", id},
                                       {"attributes", std::move(facts)},
                                       {"inputs", json::object()},
                                       {"records", {{"评委打分", json::array()}}}});
      },
      1);
  for (const char* file : {"每月.csv", "每季.csv"}) {
    Objects(
        file,
        [&](const std::string& id, const std::string& period, json facts) {
          subject(id)["inputs"][period] = std::move(facts);
        },
        2);
  }
  Objects(
      "评委打分.csv",
      [&](const std::string& id, const std::string& period, json facts) {
        facts["期间"] = period;
        subject(id)["records"]["评委打分"].push_back(std::move(facts));
      },
      2);
  return request;
}

std::vector<data::SubjectOutputs> AnswerTo(const json& document, const data::Deployment& deployment) {
  const auto request = data::ParseRequest(document.dump());
  const auto reading = data::ReadFacts(deployment.graph, *request, deployment.parameters);
  EXPECT_TRUE(reading && reading->refusals.empty());
  return data::OutputsOf(eval::Evaluate(deployment.graph, reading->facts, request->period), reading->refusals);
}

TEST(Settlement, EqualsTheAnswerToARequestByteForByte) {
  const data::Deployment deployment = Plates("5");
  const auto settlement = SettleSample(deployment, SampleFolder());
  ASSERT_TRUE(settlement);
  const semantic::Model& model = *deployment.graph->model;
  const json request = SampleRequest();
  const auto whole = AnswerTo(request, deployment);
  ASSERT_EQ(whole.size(), 23U);
  for (size_t i = 0; i < whole.size(); ++i) {
    const std::string settled = data::ToJson(model, settlement->subjects[i], false);
    EXPECT_EQ(data::ToJson(model, whole[i], false), settled);
    // One project alone: all but the two ranks is the same, and these are refused by name.
    json alone = {{"period", "2024Q3"}, {"subjects", {request["subjects"][i]}}};
    json answer = json::parse(data::ToJson(model, AnswerTo(alone, deployment).front(), false));
    json expected = json::parse(settled);
    for (const char* rank : {"组内名次", "总名次"}) {
      EXPECT_EQ(answer["outputs"][rank]["error"]["code"], "needs-roster");
      EXPECT_EQ(answer["outputs"][rank]["error"]["rule"], rank);
      answer["outputs"].erase(rank);
      expected["outputs"].erase(rank);
    }
    EXPECT_EQ(answer, expected);
  }
}

TEST(Render, RefusesAnUnknownExtension) {
  const data::Deployment deployment = Plates("5");
  const auto settlement = SettleSample(deployment, SampleFolder());
  EXPECT_EQ(Render(*settlement, deployment, "", "out.doc").error().code, "unknown-format");
}

TEST(Board, ShowsRowsInTheOrderOfTheOverallRankAndTheTotals) {
  const auto settlement = SettleSample(Plates("5"), SampleFolder());
  ASSERT_TRUE(settlement);
  const std::string board = Board(*settlement, {Language::kChinese, false});
  EXPECT_NE(board.find("石榴庄街道物业管理四色挂牌考核  2024年第3季度  23 个项目"), std::string::npos) << board;
  EXPECT_LT(board.find("slz-23"), board.find("slz-03"));
  EXPECT_NE(board.find("挂牌：绿牌 6，蓝牌 7，黄牌 6，红牌 4"), std::string::npos) << board;
  EXPECT_NE(board.find("季度奖励合计：250000.00 元"), std::string::npos) << board;
  EXPECT_NE(board.find("下季检查频次合计：44 次/月"), std::string::npos) << board;
  EXPECT_EQ(board.find('\x1b'), std::string::npos);
  EXPECT_NE(Board(*settlement, {Language::kEnglish, true}).find("\x1b[42;97m绿牌\x1b[0m"), std::string::npos);
}

}  // namespace
}  // namespace heng::settle
