// Lines that are laid out as one before, read without simdjson: the same answers, and nothing that simdjson would refuse.
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/direct/lines.h"
#include "engine/direct/scalar.h"
#include "tests/unit/subject_lines.h"

namespace heng::direct {
namespace {

namespace ondemand = simdjson::ondemand;

// A text with something behind it that may be read and must not be taken.
class Padded {
 public:
  explicit Padded(std::string_view text, char behind = '7') : size_(text.size()), bytes_(text) {
    bytes_.resize(size_ + kPadding, behind);
  }
  std::string_view text() const { return std::string_view(bytes_).substr(0, size_); }

 private:
  size_t size_;
  std::string bytes_;
};

// ---- scalars

TEST(Scalars, DecimalsAreThoseOfTheirTokens) {
  std::mt19937 random(7);
  constexpr std::string_view kSigns = "0123456789012345678900.-.eE+, }\"x\x2f\x3a\xb5\x00";
  size_t taken = 0;
  for (size_t i = 0; i < 2'000'000; ++i) {
    std::string text;
    for (size_t size = random() % 20; size > 0; --size)
      text += kSigns[random() % (random() % 2 == 0 ? 10 : kSigns.size())];
    const Padded padded(text + ",");
    const int places = static_cast<int>(random() % 19);
    const char* at = padded.text().data();
    int64_t value = 0;
    if (!TakeDecimal(at, places, value)) continue;
    ++taken;
    const std::string_view token(padded.text().data(), static_cast<size_t>(at - padded.text().data()));
    ASSERT_EQ(ToInteger(token, places), std::optional(value)) << text << ' ' << places;
    ASSERT_FALSE(*at >= '0' && *at <= '9') << text;
  }
  EXPECT_GT(taken, 100'000U);
}

TEST(Scalars, PlainDecimalsAreTaken) {
  struct Case {
    const char* text;
    int places;
    int64_t value;
  };
  for (const Case& one : {Case{"0", 0, 0},
                          {"7", 2, 700},
                          {"-7.5", 1, -75},
                          {"82.17", 2, 8217},
                          {"100.00", 2, 10000},
                          {"1234567", 0, 1234567},
                          {"1234567.1234567", 7, 12345671234567},
                          {"0.5", 18, 500'000'000'000'000'000},
                          {"12345.67", 2, 1234567}}) {
    const Padded padded(one.text, ',');
    const char* at = padded.text().data();
    int64_t value = 0;
    EXPECT_TRUE(TakeDecimal(at, one.places, value)) << one.text;
    EXPECT_EQ(value, one.value) << one.text;
    EXPECT_EQ(at, padded.text().data() + padded.text().size()) << one.text;
  }
  for (const char* text :
       {"", "-", "-0", "00", "01.5", ".5", "1.", "1.x", "x", "1.005", "12345678", "1.00000000", "\xff", "9.99e"}) {
    const Padded padded(text, ',');
    const char* at = padded.text().data();
    int64_t value = 0;
    EXPECT_FALSE(TakeDecimal(at, 2, value) && at == padded.text().data() + padded.text().size()) << text;
  }
  // More than an integer holds.
  const Padded large("1234567", ',');
  const char* at = large.text().data();
  int64_t value = 0;
  EXPECT_FALSE(TakeDecimal(at, 18, value));
}

TEST(Scalars, TokensEndWhereTheyEnd) {
  struct Case {
    std::string_view text;
    std::string_view token;
  };
  using namespace std::string_view_literals;
  for (const Case& one : {Case{R"("", )", R"("")"},
                          {R"("abcdefg",)", R"("abcdefg")"},
                          {R"("abcdefgh")", R"("abcdefgh")"},
                          {R"("甲-1号店 / 7"})", R"("甲-1号店 / 7")"},
                          {R"("\"")", ""},
                          {R"("abc\u4e00")", ""},
                          {"\"ab\x01\"", ""},
                          {"\"ab\0\""sv, ""},
                          {"\"ab\x1f\"", ""},
                          {"\"ab\x7f\"", "\"ab\x7f\""},
                          {"\"\xff\xfe\"", "\"\xff\xfe\""},
                          {R"("open)", ""},
                          {R"(")", ""},
                          {"", ""},
                          {"true,", "true"},
                          {"12.5}", "12.5"},
                          {"null ]", "null"},
                          {"12\r", "12"},
                          {",", ""},
                          {"9", "9"}}) {
    // What is behind the text would close it.
    const Padded padded(one.text, '"');
    EXPECT_EQ(TokenAt(padded.text().data(), padded.text().data() + padded.text().size()), one.token) << one.text;
  }
}

// ---- one reader

struct Subject {
  const char* policy;  // empty: as DeployForLines says
  const char* period;
  std::vector<std::pair<std::string, std::string>> sets;
};

class Alike : public testing::TestWithParam<Subject> {
 protected:
  void SetUp() override {
    deployment_ = test::DeployForLines(GetParam().policy, GetParam().sets);
    ASSERT_TRUE(deployment_.graph);
    period_ = *ParsePeriod(GetParam().period);
    plan_ = MakePlan(deployment_, period_);
    ASSERT_TRUE(plan_);
  }
  test::SubjectLines Lines(uint32_t layouts, uint32_t first = 0) const {
    return {*deployment_.graph->model, period_, layouts, first};
  }

  data::Deployment deployment_;
  Period period_;
  std::shared_ptr<const Plan> plan_;
};

// A reader with the registers that it fills.
struct Reading {
  explicit Reading(const std::shared_ptr<const Plan>& of) : plan(*of), single(of->single), reader(*of, single) {}

  bool BySimdjson(std::string_view line) {
    ondemand::document document;
    ondemand::object object;
    if (parser.iterate(line.data(), line.size(), line.size() + kPadding).get(document) ||
        document.get_object().get(object))
      return false;
    return reader.Read(object, line) && document.current_location().error() == simdjson::OUT_OF_BOUNDS;
  }
  // What the program says of it.
  std::string Decide() {
    single.Decide();
    std::string out = fmt::format("{}:", reader.id());
    for (size_t i = 0; i < plan.single->outputs.size(); ++i) {
      out += single.deferred(i)  ? " deferred"
             : single.present(i) ? fmt::format(" {}", static_cast<int64_t>(single.integer(i)))
                                 : " none";
    }
    return out;
  }

  const Plan& plan;
  eval::Single single;
  Reader reader;
  ondemand::parser parser;
};

// All lines of one layout are read by it, to the same results as by simdjson.
TEST_P(Alike, LinesOfALayoutAreReadByIt) {
  for (uint32_t layout = 0; layout < 20; ++layout) {
    test::SubjectLines lines = Lines(1, layout);
    Reading alike(plan_), by_simdjson(plan_);
    size_t read = 0;
    for (size_t i = 0; i < 200; ++i) {
      const Padded line(lines.Good());
      if (!by_simdjson.BySimdjson(line.text())) continue;
      if (read++ == 0) {
        ASSERT_FALSE(alike.reader.ReadAlike(line.text()));
        ASSERT_TRUE(alike.BySimdjson(line.text()));
        alike.reader.KeepShape();
      }
      ASSERT_TRUE(alike.reader.ReadAlike(line.text())) << line.text();
      ASSERT_EQ(alike.Decide(), by_simdjson.Decide()) << line.text();
    }
    EXPECT_GT(read, 50U) << layout;
  }
}

// What is read by a layout, simdjson reads too, to the same results; whatever else the reader read in between.
TEST_P(Alike, NothingIsReadThatSimdjsonRefuses) {
  test::SubjectLines lines = Lines(3);
  Reading ours(plan_);
  size_t alike = 0, refused = 0;
  for (size_t i = 0; i < 100'000; ++i) {
    static constexpr char kBehind[] = {'"', '}', '7', ' ', '\n', '\0'};
    const Padded line(lines.Below(3) == 0 ? lines.Good() : lines.Damaged(), kBehind[lines.Below(std::size(kBehind))]);
    Reading fresh(plan_);
    const bool good = fresh.BySimdjson(line.text());
    if (ours.reader.ReadAlike(line.text())) {
      ++alike;
      ASSERT_TRUE(good) << line.text();
      ASSERT_EQ(ours.Decide(), fresh.Decide()) << line.text();
    } else if (ours.BySimdjson(line.text())) {
      ours.reader.KeepShape();
      ASSERT_EQ(ours.Decide(), fresh.Decide()) << line.text();
    } else {
      ++refused;
    }
  }
  EXPECT_GT(alike, 30'000U);
  EXPECT_GT(refused, 30'000U);
}

// ---- streams

// What a stream may hold besides lines of its subjects.
std::string Odd(test::SubjectLines& lines) {
  using namespace std::string_literals;
  const std::string line = lines.Good();
  const size_t half = lines.Below(line.size());
  switch (lines.Below(16)) {
    case 0: return "";
    case 1: return " \t\r";
    case 2: return line + "\r";
    case 3: return "\xef\xbb\xbf" + line;
    case 4: return line + line;
    case 5: return line + " " + lines.Good() + "\r";
    case 6: return line.substr(0, half) + "\n" + line.substr(half);
    case 7: return line + "}";
    case 8: return line.substr(0, half) + "\0"s + line.substr(half);
    case 9: return line.substr(0, half) + "\xc3\x28" + line.substr(half);
    case 10: return std::string(2000, '[') + std::string(2000, ']');
    case 11: return "{\"id\":" + std::string(2000, '{');
    case 12: return line.substr(0, line.size() - 1) + ",\"id\":\"乙\"}";
    case 13: return "null";
    case 14: return " " + line + "\t";
    default: return "[" + line + "]";
  }
}

// A stream cut into blocks anywhere between its lines has the answers of its lines one by one through the readers of data/.
TEST_P(Alike, BlocksDoNotMatter) {
  for (const uint32_t layouts : {1U, 2U, 6U, 0U}) {
    test::SubjectLines lines = Lines(layouts);
    std::string stream;
    for (size_t i = 0; i < 1000; ++i) {
      const size_t kind = lines.Below(10);
      stream += kind < 6 ? lines.Good() : kind < 8 ? lines.Damaged() : Odd(lines);
      stream += '\n';
    }
    if (layouts == 1) stream.pop_back();
    LinesAnswer expected;
    LineAnswerer slow(deployment_, period_, nullptr);
    std::vector<std::string_view> rows;
    for (std::string_view rest = stream; !rest.empty();
         rest.remove_prefix(std::min(rest.size(), rows.back().size() + 1)))
      rows.push_back(rest.substr(0, rest.find('\n')));
    for (size_t i = 0; i < rows.size(); ++i) slow.Answer(Padded(rows[i]).text(), i + 1, expected);
    LineAnswerer answerer(deployment_, period_, plan_);
    for (size_t run = 0; run < 5; ++run) {
      LinesAnswer got;
      for (size_t row = 0; row < rows.size();) {
        const size_t count = std::min(rows.size() - row, run == 0 ? rows.size() : 1 + lines.Below(1 + run * 20));
        const char* const begin = rows[row].data();
        const char* const end = row + count == rows.size() ? stream.data() + stream.size() : rows[row + count].data();
        answerer.Answer(Padded({begin, static_cast<size_t>(end - begin)}, run % 2 == 0 ? '"' : '1').text(), row + 1,
                        got);
        row += count;
      }
      ASSERT_EQ(got.lines, expected.lines);
      EXPECT_EQ(got.findings, expected.findings);
      EXPECT_EQ(got.count, expected.count);
      ASSERT_EQ(got.errors.size(), expected.errors.size());
      for (size_t i = 0; i < got.errors.size(); ++i) {
        EXPECT_EQ(got.errors[i].code + got.errors[i].at + got.errors[i].message.zh,
                  expected.errors[i].code + expected.errors[i].at + expected.errors[i].message.zh);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Policies, Alike,
    testing::Values(Subject{"", "2024Q3", {{"上限", "88.8"}}},
                    Subject{"tests/bench/plates_monthly.heng", "2024-07", {}},
                    Subject{"policies/gallery/collection_award.heng", "2024H2", {{"低分兑现比例", "50%"}}}));

}  // namespace
}  // namespace heng::direct
