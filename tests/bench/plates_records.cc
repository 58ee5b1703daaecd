// The records: seeded data, and as JSON text.
#include <algorithm>
#include <numeric>
#include <random>

#include <fmt/format.h>

#include "tests/bench/plates.h"

namespace heng::bench {
namespace {

class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}
  // In [low, high]. Not std::uniform_int_distribution, whose numbers differ between libraries.
  int32_t In(int64_t low, int64_t high) {
    return static_cast<int32_t>(low + static_cast<int64_t>(engine_() % static_cast<uint64_t>(high - low + 1)));
  }

 private:
  std::mt19937_64 engine_;
};

// All but the complaints and the scores.
Record Surroundings(Random& random) {
  Record r;
  r.previous = random.In(0, 3);
  r.group = random.In(0, 3);
  r.households = random.In(50, 5000);
  r.area = random.In(100000, 50000000);
  return r;
}

// Points taken off for complaints per 100 households.
int32_t DeductionOf(const Record& r) {
  const int32_t complaints = r.complaints * 100;
  if (complaints > 20 * r.households) return 10;
  if (complaints > 10 * r.households) return 5;
  return complaints > 5 * r.households ? 2 : 0;
}

// Looks for scores that weigh `wanted` together, in units of 0.0005 points: 4 owners + 3 environment + city + sanitation +
// 2 safety + 2 standards. False: not found.
bool FillScores(int64_t wanted, Random& random, Record& r) {
  if (wanted < 0 || wanted > 130000) return false;
  for (int tries = 0; tries < 20; ++tries) {
    // All near one level, so that what remains fits.
    const int64_t level = wanted / 13;
    const auto near = [&] { return std::clamp(random.In(level - 800, level + 800), 0, 10000); };
    r.owners = near();
    r.environment = near();
    r.safety = near();
    r.standards = near();
    const int64_t rest = wanted - 4 * r.owners - 3 * r.environment - 2 * r.safety - 2 * r.standards;
    if (rest < 0 || rest > 20000) continue;
    const int64_t low = std::max<int64_t>(0, rest - 10000), high = std::min<int64_t>(10000, rest);
    r.city = random.In(low, high);
    r.sanitation = static_cast<int32_t>(rest - r.city);
    return true;
  }
  return false;
}

enum class Edge { kTie, kBelowTie, kOn, kBelow };

// Exactly, or (kBelowTie) as near below as the complaints allow. The total in hundredths is
// (14000 s + c (w − 2000 d)) ÷ 20 c with s = responded + 2 resolved + 2 satisfied, w the weighed scores, d the deduction.
bool FillEdge(int32_t threshold, Edge edge, Random& random, Record& r) {
  r = Surroundings(random);
  const int64_t c = random.In(1, 300);
  r.complaints = static_cast<int32_t>(c);
  r.responded = random.In(c / 2, c);
  r.resolved = random.In(c / 2, c);
  r.satisfied = random.In(c / 2, c);
  const int64_t step = c / std::gcd(c, int64_t{14000});  // s must be a multiple for the sum of the rates to terminate
  if (edge != Edge::kBelowTie) {
    const int64_t off = (r.responded + 2 * r.resolved + 2 * r.satisfied) % step;
    r.responded -= static_cast<int32_t>(off);
    if (r.responded < 0) return false;
  }
  const int64_t s = r.responded + 2 * r.resolved + 2 * r.satisfied;
  const int64_t hundredths20 = int64_t{threshold} * 20 - (edge == Edge::kTie || edge == Edge::kBelowTie ? 10 : 0) -
                               (edge == Edge::kBelow ? 20 : 0);
  // c w = 20 c × total + 2000 c d − 14000 s, rounded down where it need not be exact.
  const int64_t numerator = c * (hundredths20 + 2000 * DeductionOf(r)) - 14000 * s;
  if (numerator < 0) return false;
  int64_t w = numerator / c;
  if (edge == Edge::kBelowTie && numerator % c == 0) --w;
  return FillScores(w, random, r);
}

}  // namespace

Records RandomRecords(size_t count) {
  Random random(20240701);
  Records records;
  records.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    Record r = Surroundings(random);
    r.complaints = random.In(0, 3) == 0 ? 0 : random.In(0, random.In(0, 4) == 0 ? 2000 : 60);
    r.responded = random.In(r.complaints * 3 / 4, r.complaints);
    r.resolved = random.In(r.complaints / 2, r.complaints);
    r.satisfied = random.In(r.complaints / 2, r.complaints);
    const int32_t level = random.In(4000, 10000);
    const auto score = [&] { return std::min(10000, level + random.In(-1500, 1500)); };
    r.owners = score();
    r.environment = score();
    r.city = score();
    r.sanitation = score();
    r.safety = score();
    r.standards = score();
    r.incident = random.In(0, 49) == 0 ? 1 : 0;
    records.push_back(r);
  }
  return records;
}

Records EdgeRecords(size_t count) {
  Random random(20240702);
  constexpr int32_t kThresholds[] = {9000, 8000, 6000};
  Records records;
  records.reserve(count);
  while (records.size() < count) {
    const size_t i = records.size();
    const Edge edge = i % 3 == 0 ? Edge::kTie : i % 3 == 1 ? Edge::kBelowTie : i % 2 == 0 ? Edge::kOn : Edge::kBelow;
    Record r;
    if (FillEdge(kThresholds[i / 3 % 3], edge, random, r)) records.push_back(r);
  }
  return records;
}

std::string ToJsonLine(const Record& r, size_t number) {
  const auto hundredths = [](int32_t value) { return fmt::format("{}.{:02}", value / 100, value % 100); };
  return fmt::format(
      R"({{"id":"p{:07}","attributes":{{"group":"{}","households":{},"area":{}}},"inputs":{{"2024-07":{{"complaints":{},)"
      R"("responded":{},"resolved":{},"satisfied":{},"owners":{},"environment":{},"city":{},"sanitation":{},"safety":{},)"
      R"("standards":{},"incident":{},"previous":"{}牌"}}}}}})",
      number, kGroups[r.group], r.households, hundredths(r.area), r.complaints, r.responded, r.resolved, r.satisfied,
      hundredths(r.owners), hundredths(r.environment), hundredths(r.city), hundredths(r.sanitation),
      hundredths(r.safety), hundredths(r.standards), r.incident != 0, kColours[r.previous]);
}

std::string ToNdjson(const Records& records) {
  std::string out;
  for (size_t i = 0; i < records.size(); ++i) {
    out += ToJsonLine(records[i], i);
    out += '\n';
  }
  return out;
}

}  // namespace heng::bench
