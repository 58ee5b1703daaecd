// Lines that go the direct way against the same lines through the readers and the interpreter: the same bytes, whatever is in them.
#include "engine/direct/lines.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/direct/request.h"
#include "engine/evaluate/evaluate.h"
#include "engine/evaluate/plans.h"
#include "tests/unit/subject_lines.h"

namespace heng::direct {
namespace {

struct Subject {
  const char* policy;  // empty: as DeployForLines says
  const char* period;
  std::vector<std::pair<std::string, std::string>> sets;
  // So many of a hundred good lines (requests of up to three subjects) go the direct way at least: not those that lack a past that is read.
  size_t lines, requests;
};

class DirectLines : public testing::TestWithParam<Subject> {
 protected:
  void SetUp() override {
    const Subject& subject = GetParam();
    deployment_ = test::DeployForLines(subject.policy, subject.sets);
    ASSERT_TRUE(deployment_.graph);
    period_ = *ParsePeriod(subject.period);
    plan_ = MakePlan(deployment_, period_);
    ASSERT_TRUE(plan_);
  }

  // The answer to the line, after making sure that both ways agree.
  LinesAnswer Answer(std::string line) {
    const size_t size = line.size();
    line.resize(size + kPadding, '"');
    LinesAnswer ours, theirs;
    LineAnswerer(deployment_, period_, plan_).Answer(std::string_view(line).substr(0, size), 7, ours);
    LineAnswerer(deployment_, period_, nullptr).Answer(std::string_view(line).substr(0, size), 7, theirs);
    EXPECT_EQ(ours.lines, theirs.lines) << line;
    EXPECT_EQ(ours.findings, theirs.findings) << line;
    EXPECT_EQ(ours.errors.size(), theirs.errors.size()) << line;
    EXPECT_EQ(theirs.direct, 0U);
    return ours;
  }

  data::Deployment deployment_;
  Period period_;
  std::shared_ptr<const Plan> plan_;
};

TEST_P(DirectLines, EqualThoseOfTheInterpreter) {
  test::SubjectLines lines(*deployment_.graph->model, period_);
  size_t good = 0, direct = 0, refused = 0;
  constexpr size_t kLines = 3000;
  for (size_t i = 0; i < kLines && !HasFailure(); ++i) {
    const LinesAnswer answer = Answer(lines.Good());
    good += answer.findings ? 0 : 1;
    direct += answer.findings ? 0 : answer.direct;
  }
  // Most lines of a policy with many 校验 break one.
  EXPECT_GT(good, kLines / 20);
  EXPECT_GE(100 * direct, GetParam().lines * good) << direct << " of " << good;
  for (size_t i = 0; i < kLines && !HasFailure(); ++i) refused += Answer(lines.Damaged()).findings ? 1 : 0;
  EXPECT_GT(refused, kLines / 4);
}

// An id that looks like another one, and attributes that are rows, are for the other way.
TEST_P(DirectLines, LeavesOddIdsAndRowsOfAttributes) {
  test::SubjectLines lines(*deployment_.graph->model, period_);
  size_t rows = 0;
  for (size_t i = 0; i < 200 && !HasFailure(); ++i) {
    const std::string good = lines.Good();
    for (const char* odd : {" ", "\u200B", "\u00A0", "\\u0000", "\\n"}) {
      std::string line = good;
      line.insert(line.find('"', line.find(':', line.find("\"id\""))) + 1, odd);
      const LinesAnswer answer = Answer(line);
      EXPECT_TRUE(answer.findings) << line;
      EXPECT_EQ(answer.direct, 0U) << line;
    }
    const size_t begin = good.find('{', good.find("\"attributes\""));
    if (good.find("\"attributes\"") == std::string::npos || begin == std::string::npos) continue;
    std::string line = good;
    line.insert(line.find('}', begin) + 1, "]").insert(begin, "[");
    EXPECT_EQ(Answer(line).direct, 0U) << line;
    line = good;
    line.replace(begin, line.find('}', begin) + 1 - begin, "[]");
    const LinesAnswer none = Answer(line);
    EXPECT_TRUE(none.findings) << line;
    EXPECT_EQ(none.direct, 0U) << line;
    ++rows;
  }
  EXPECT_GT(rows, 10U);
}

// Whole requests: with what is kept between them, and without.
TEST_P(DirectLines, RequestsHaveTheSameAnswers) {
  test::SubjectLines lines(*deployment_.graph->model, period_);
  evaluate::Plans plans;
  const bool possible = plans.Of(deployment_, period_)->plan != nullptr;
  RequestAnswerer answerer;
  size_t answered = 0, direct = 0;
  for (size_t i = 0; i < 1000 && !HasFailure(); ++i) {
    std::string subjects = lines.Good();
    for (size_t more = lines.Below(3); more > 0; --more) subjects += "," + lines.Good();
    if (i % 4 == 3) subjects = lines.Damaged();
    std::string body = fmt::format("{{\"period\":\"{}\",\"subjects\":[{}]}}", period_.ToString(), subjects);
    if (i % 8 == 5) body.insert(1, fmt::format("\"policy\": \"{}\", ", deployment_.graph->model->policy.id));
    if (i % 16 == 6) body.insert(1, "\"explain\":false,");
    const evaluate::AnswerOptions plain{"here", "01J00000000000000000000000"};
    evaluate::AnswerOptions kept = plain;
    kept.plans = &plans;
    const auto ours = evaluate::AnswerRequest(deployment_, body, kept);
    const auto theirs = evaluate::AnswerRequest(deployment_, body, plain);
    ASSERT_EQ(ours.has_value(), theirs.has_value()) << body;
    if (!ours) {
      EXPECT_EQ(ours.error().code + ours.error().at, theirs.error().code + theirs.error().at) << body;
      continue;
    }
    EXPECT_EQ(ours->text, theirs->text) << body;
    EXPECT_EQ(ours->deployment, theirs->deployment);
    EXPECT_EQ(ours->period, theirs->period);
    if (ours->text.find("\"errors\"") != std::string::npos || i % 16 == 6) continue;
    ++answered;
    std::string out;
    direct += answerer.Answer(
                  body, [&](const Head&) { return plans.Of(deployment_, period_)->plan; }, out) != nullptr
                  ? 1
                  : 0;
  }
  EXPECT_GT(answered, 10U);
  if (possible) {
    EXPECT_GE(100 * direct, GetParam().requests * answered) << direct << " of " << answered;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Policies, DirectLines,
    testing::Values(Subject{"", "2024Q3", {{"上限", "88.8"}}, 45, 25},
                    Subject{"policies/gallery/declining_subsidy.heng", "2025", {{"年计发次数", "12"}}, 95, 90},
                    Subject{"policies/gallery/contract_payment.heng", "2024Q3", {}, 95, 90},
                    Subject{"policies/gallery/collection_award.heng", "2024H2", {{"低分兑现比例", "50%"}}, 95, 90}));

}  // namespace
}  // namespace heng::direct
