// Our side of each comparison: plates_monthly.heng in the engine, called as its users call it. What the engine cannot do yet is
// empty, and the table says so.
#include <memory>

#include "engine/base/check.h"
#include "engine/base/file.h"
#include "engine/base/limits.h"
#include "engine/direct/lines.h"
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

// The typed handle and the columns are the executor's.
std::optional<Side> OurSingle() { return std::nullopt; }
std::optional<Side> OurColumns(unsigned /*threads*/) { return std::nullopt; }

std::optional<std::function<int32_t(int32_t)>> OurTable() { return std::nullopt; }

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
            auto answerer = std::make_shared<direct::LineAnswerer>(OurPolicy(), period, direct::MakePlan(OurPolicy(), period));
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
