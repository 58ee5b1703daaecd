// Our side of each comparison: plates_monthly.heng in the engine, called as its users call it.
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "engine/base/check.h"
#include "engine/base/file.h"
#include "engine/base/limits.h"
#include "engine/direct/lines.h"
#include "engine/eval/execution.h"
#include "engine/eval/single.h"
#include "engine/evaluate/evaluate.h"
#include "engine/load/load.h"
#include "tests/bench/plates.h"

namespace heng::bench {

const data::Deployment& OurPolicy() {
  static const data::Deployment kDeployment = [] {
    const std::string path = std::string(HENG_SOURCE_DIR) + "/tests/bench/plates_monthly.heng";
    Result<std::string> bytes = ReadFile(path, limits::kSourceBytes);
    CHECK(bytes);
    const graph::Compiled compiled = load::Load(path, std::move(*bytes));
    CHECK(compiled.graph != nullptr);
    return data::Deployment{compiled.graph, {}, {}};
  }();
  return kDeployment;
}

namespace {

constexpr std::pair<std::string_view, int32_t Record::*> kFields[] = {
    {"complaints", &Record::complaints},
    {"responded", &Record::responded},
    {"resolved", &Record::resolved},
    {"satisfied", &Record::satisfied},
    {"owners", &Record::owners},
    {"environment", &Record::environment},
    {"city", &Record::city},
    {"sanitation", &Record::sanitation},
    {"safety", &Record::safety},
    {"standards", &Record::standards},
    {"incident", &Record::incident},
    {"previous", &Record::previous},
    {"group", &Record::group},
    {"households", &Record::households},
    {"area", &Record::area},
};

// Member of a record that a slot holds, as it stands there: scores in hundredths, enumerations by code.
int32_t Record::*MemberOf(const program::Lowered& lowered, const program::Slot& slot) {
  CHECK(slot.kind == program::Slot::Kind::kField);
  const std::string& code = (*lowered.graph->model)[slot.field].code;
  for (const auto& [name, member] : kFields) {
    if (name == code) return member;
  }
  CHECK(false);
}

struct Outputs {
  size_t total, colour, award, inspections;
};
Outputs OutputsOf(const program::Lowered& lowered) {
  const auto find = [&](std::string_view code) {
    const semantic::Model& model = *lowered.graph->model;
    for (size_t i = 0; i < lowered.outputs.size(); ++i) {
      const auto declared = (*lowered.graph)[lowered.outputs[i].definition].declared;
      if (declared.valid() && model[declared].code == code) return i;
    }
    CHECK(false);
  };
  const Outputs out{find("total"), find("colour"), find("award"), find("inspections")};
  CHECK(lowered.outputs[out.total].scale == 100 && lowered.outputs[out.award].scale == 1);
  return out;
}

std::shared_ptr<const program::Program> OurProgram() {
  static const std::shared_ptr<const program::Program> kProgram = [] {
    program::LowerOptions options{*ParsePeriod("2024-07"), {}};
    auto lowered = program::Lower(OurPolicy().graph, std::move(options));
    CHECK(lowered->interpreted.empty());
    return program::Schedule(std::move(lowered));
  }();
  return kProgram;
}

}  // namespace

// The typed handle: slots and outputs are looked up once.
std::optional<Side> OurSingle() {
  return Side{"heng", [](const Records& records) -> Prepared {
                auto single = std::make_shared<eval::Single>(eval::PlanSingle(OurProgram()));
                const program::Lowered& lowered = *OurProgram()->lowered;
                std::vector<int32_t Record::*> members;
                for (const program::Slot& slot : lowered.slots) members.push_back(MemberOf(lowered, slot));
                auto out = std::make_shared<Decisions>(records.size());
                return {[&records, single, members, out, at = OutputsOf(lowered)] {
                          for (size_t i = 0; i < records.size(); ++i) {
                            for (size_t s = 0; s < members.size(); ++s) single->Set(s, records[i].*members[s]);
                            single->Decide();
                            CHECK(!single->deferred(at.total) && !single->deferred(at.colour));
                            (*out)[i] = {static_cast<int32_t>(single->integer(at.total)),
                                         static_cast<int32_t>(single->integer(at.colour)),
                                         static_cast<int32_t>(single->integer(at.award)),
                                         static_cast<int32_t>(single->integer(at.inspections))};
                          }
                        },
                        [out] { return *out; }};
              }};
}

namespace {

// A slot's column as the caller lays it out.
std::vector<std::byte> ColumnOf(const Records& records, int32_t Record::*member, program::Storage storage) {
  const size_t bytes = program::BytesOf(storage);
  std::vector<std::byte> out(records.size() * bytes + 64);
  for (size_t i = 0; i < records.size(); ++i) {
    const int32_t value = records[i].*member;
    if (storage == program::Storage::kBit) {
      out[i] = static_cast<std::byte>(value);
    } else if (storage == program::Storage::k32) {
      std::memcpy(&out[i * 4], &value, 4);
    } else {
      CHECK(storage == program::Storage::k64);
      const int64_t wide = value;
      std::memcpy(&out[i * 8], &wide, 8);
    }
  }
  return out;
}

Decisions TakeDecisions(const eval::Execution& execution, const Outputs& at, size_t rows) {
  Decisions out;
  out.reserve(rows);
  for (size_t i = 0; i < rows; ++i) {
    CHECK(!execution.deferred(at.total, i) && !execution.deferred(at.colour, i));
    const auto value = [&](size_t output) { return static_cast<int32_t>(execution.integer(output, i)); };
    out.push_back({value(at.total), value(at.colour), value(at.award), value(at.inspections)});
  }
  return out;
}

}  // namespace

// Columns in, columns out; both lie where they are used.
std::optional<Side> OurColumns(unsigned threads) {
  return Side{fmt::format("heng, {} thread{}", threads, threads > 1 ? "s" : ""),
              [threads](const Records& records) -> Prepared {
                const program::Lowered& lowered = *OurProgram()->lowered;
                auto columns = std::make_shared<std::vector<std::vector<std::byte>>>();
                auto batch = std::make_shared<eval::Batch>();
                for (const program::Slot& slot : lowered.slots)
                  columns->push_back(ColumnOf(records, MemberOf(lowered, slot), slot.storage));
                for (const auto& column : *columns) batch->inputs.push_back({column.data(), nullptr, nullptr});
                batch->rows.assign(lowered.domains.size(), records.size());
                batch->bad.assign(lowered.domains.size(), nullptr);
                auto execution = std::make_shared<eval::Execution>(eval::Prepare(OurProgram()));
                return {[columns, batch, execution, threads] { execution->Run(*batch, static_cast<int>(threads)); },
                        [columns, batch, execution, count = records.size(), at = OutputsOf(lowered)] {
                          return TakeDecisions(*execution, at, count);
                        }};
              }};
}

// The policy of a table whose rows stand in a CSV file beside it.
std::optional<std::function<int32_t(int32_t)>> OurTable(const std::filesystem::path& scratch) {
  std::string rows = "数,值\n";
  for (int32_t row = 0; row < kTableRows; ++row)
    rows += fmt::format("{} 分 以上 不满 {} 分,{} 分\n", row, row + 1, TableResult(row));
  const std::string policy = fmt::format(R"(政策 bench.table "大表"
  版本 "1"
  施行 2024-01-01 起   自定 "性能测试用"

对象 项目 {{
  户数 : 整数 户, 1 至 20000
}}

填报 每月 {{
  数 : 分, 0 至 {}.99, 2 位小数
}}

对照表 大表 每月 取自 "table.csv"   自定 {{
  数 → 值
}}

结果 每月 值
)",
                                         kTableRows - 1);
  const std::string path = (scratch / "table.heng").string();
  CHECK(WriteFile((scratch / "table.csv").string(), rows) && WriteFile(path, policy));
  const graph::Compiled compiled = load::Load(path, policy);
  CHECK(compiled.graph != nullptr);
  program::LowerOptions options{*ParsePeriod("2024-07"), {}};
  auto lowered = program::Lower(compiled.graph, std::move(options));
  CHECK(lowered->interpreted.empty() && lowered->slots.size() == 1 && lowered->slots[0].scale == 100 &&
        lowered->outputs[0].scale == 1);
  auto single = std::make_shared<eval::Single>(eval::PlanSingle(program::Schedule(std::move(lowered))));
  return [single](int32_t hundredths) {
    single->Set(0, hundredths);
    single->Decide();
    CHECK(!single->deferred(0));
    return static_cast<int32_t>(single->integer(0));
  };
}

namespace {

// As `heng run` answers, on one thread.
Side OurDirectText(bool by_line) {
  return {"heng", [by_line](const Records& records) -> Prepared {
            auto lines = std::make_shared<std::vector<std::string>>();
            if (by_line) {
              for (size_t i = 0; i < records.size(); ++i) lines->push_back(ToJsonLine(records[i], i));
            } else {
              lines->push_back(ToNdjson(records));
            }
            for (std::string& line : *lines) line.reserve(line.size() + direct::kPadding);
            const Period period = *ParsePeriod("2024-07");
            auto answerer =
                std::make_shared<direct::LineAnswerer>(OurPolicy(), period, direct::MakePlan(OurPolicy(), period));
            auto answer = std::make_shared<direct::LinesAnswer>();
            return {[lines, answerer, answer] {
                      answer->Clear();
                      for (const std::string& line : *lines) answerer->Answer(line, 1, *answer);
                      CHECK(answer->direct == answer->count);
                    },
                    [answer] { return ReadAnswers(answer->lines); }};
          }};
}

}  // namespace

std::optional<Side> OurText(bool by_line, bool explain) {
  if (!explain) return OurDirectText(by_line);
  return Side{"heng", [by_line, explain](const Records& records) -> Prepared {
                auto lines = std::make_shared<std::vector<std::string>>();
                if (by_line) {
                  for (size_t i = 0; i < records.size(); ++i) lines->push_back(ToJsonLine(records[i], i));
                } else {
                  lines->push_back(ToNdjson(records));
                }
                auto out = std::make_shared<std::string>();
                return {[lines, out, explain] {
                          out->clear();
                          evaluate::BatchHead head;
                          head.period = "2024-07";
                          head.explain = explain;
                          for (const std::string& line : *lines) {
                            const auto answer = evaluate::AnswerBatch({&OurPolicy(), 1}, head, line, {});
                            CHECK(answer);
                            *out += answer->lines;
                          }
                        },
                        [out] { return ReadAnswers(*out); }};
              }};
}

}  // namespace heng::bench
