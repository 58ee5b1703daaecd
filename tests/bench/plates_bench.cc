// Single decisions, columns and JSON text over the same records, each side checked against exact decisions before it is timed.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "tests/bench/plates.h"

namespace heng::bench {
namespace {

struct Data {
  Records records;
  Decisions expected;
};

Data MakeData(Records records) {
  Decisions expected = ExactDecisions(records);
  return {std::move(records), std::move(expected)};
}

// Colours or awards that differ; of an exact side the total and the inspections count too.
size_t Wrong(const Decisions& got, const Decisions& expected, bool exact) {
  if (got.size() != expected.size()) return expected.size();
  size_t wrong = 0;
  for (size_t i = 0; i < got.size(); ++i) {
    const bool same =
        exact ? got[i] == expected[i] : got[i].colour == expected[i].colour && got[i].award == expected[i].award;
    wrong += same ? 0 : 1;
  }
  return wrong;
}

// How a time over so many records is shown.
struct Measure {
  std::string unit;
  std::function<double(double seconds)> of;
};

class Comparison {
 public:
  Comparison(std::string name, std::string bar, const Settings& settings, Report& report)
      : name_(std::move(name)), bar_(std::move(bar)), settings_(settings), report_(report) {}

  // False (and reported): a side that claims to be exact is wrong on the edge records, or a side is wrong throughout.
  bool Check(const Side& side, const Data& edge, const Data& random) {
    for (const Data* data : {&edge, &random}) {
      const Prepared prepared = side.prepare(data->records);
      prepared.run();
      const size_t wrong = Wrong(prepared.decisions(), data->expected, side.exact);
      // Binary fractions fail on ties; elsewhere a slip of ours would show.
      const bool bearable = !side.exact && (data == &edge || wrong * 1000 <= data->records.size());
      if (wrong > 0 && !bearable) {
        report_.Disagree(name_, fmt::format("{}: {} of {} wrong", side.name, wrong, data->records.size()));
        return false;
      }
      if (!side.exact && data == &edge)
        notes_[side.name] = fmt::format("{} of {} wrong on the thresholds", wrong, data->records.size());
    }
    return true;
  }

  void Measure(const std::optional<Side>& ours, const std::vector<Side>& baselines, const Data& edge,
               const Data& random, const bench::Measure& measure) {
    if (ours && !Check(*ours, edge, random)) return;
    for (const Side& baseline : baselines) {
      if (!Check(baseline, edge, random)) return;
    }
    std::optional<Prepared> our_work;
    if (ours) our_work = ours->prepare(random.records);
    for (const Side& baseline : baselines) {
      const Prepared work = baseline.prepare(random.records);
      Entry entry{
          .name = name_, .against = baseline.name, .unit = measure.unit, .bar = bar_, .note = notes_[baseline.name]};
      if (our_work) {
        const auto [our_time, time] = MedianSeconds(settings_.runs(), our_work->run, work.run);
        entry.ours = measure.of(our_time);
        entry.baseline = measure.of(time);
      } else {
        entry.baseline = measure.of(MedianSeconds(settings_.runs(), work.run));
      }
      report_.Add(std::move(entry));
    }
  }

 private:
  std::string name_;
  std::string bar_;
  const Settings& settings_;
  Report& report_;
  std::map<std::string, std::string> notes_;
};

}  // namespace

void BenchSingle(const Settings& settings, Report& report) {
  const Data edge = MakeData(EdgeRecords(settings.quick ? 3000 : 180000));
  const Data random = MakeData(RandomRecords(settings.quick ? 3000 : 100000));
  const auto count = static_cast<double>(random.records.size());
  const Measure measure{"ns", [count](double seconds) { return seconds * 1e9 / count; }};
  Comparison("single", "≤ 100 ns, stretch 50", settings, report)
      .Measure(OurSingle(), {NativeSingle(), MuParserSingle()}, edge, random, measure);
}

void BenchColumns(const Settings& settings, Report& report) {
  const Data edge = MakeData(EdgeRecords(settings.quick ? 3000 : 180000));
  const Data random = MakeData(RandomRecords(settings.quick ? 3000 : 1000000));
  const auto count = static_cast<double>(random.records.size());
  const Measure measure{"M rows/s", [count](double seconds) { return count / seconds / 1e6; }};
  for (const unsigned threads : {1U, 2U}) {
    Comparison(fmt::format("columns, {} thread{}", threads, threads > 1 ? "s" : ""), "≥ 0.33 of int64, stretch 0.5",
               settings, report)
        .Measure(OurColumns(threads), {NativeColumns64(), NativeColumns32()}, edge, random, measure);
  }
}

void BenchJson(const Settings& settings, Report& report) {
  const Data edge = MakeData(EdgeRecords(settings.quick ? 60 : 3000));
  const Data random = MakeData(RandomRecords(settings.quick ? 60 : 3000));
  const auto count = static_cast<double>(random.records.size());
  const Measure measure{"µs", [count](double seconds) { return seconds * 1e6 / count; }};
  Comparison("json call", "≤ 1 µs, stretch 0.5", settings, report)
      .Measure(OurText(true), {SimdjsonText(true), NlohmannText()}, edge, random, measure);
}

void BenchNdjson(const Settings& settings, Report& report) {
  const Data edge = MakeData(EdgeRecords(settings.quick ? 60 : 6000));
  const Data random = MakeData(RandomRecords(settings.quick ? 60 : 6000));
  const auto bytes = static_cast<double>(ToNdjson(random.records).size());
  const Measure measure{"MB/s", [bytes](double seconds) { return bytes / seconds / 1e6; }};
  Comparison("ndjson", "≥ 0.6 of simdjson, stretch 0.8", settings, report)
      .Measure(OurText(false), {SimdjsonText(false), NlohmannText()}, edge, random, measure);
}

}  // namespace heng::bench
