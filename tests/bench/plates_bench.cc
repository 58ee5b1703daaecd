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
  Clock clock = Clock::kThread;
};

class Comparison {
 public:
  Comparison(std::string name, std::string bar, const Settings& settings, Report& report)
      : name_(std::move(name)), bar_(std::move(bar)), settings_(settings), report_(report) {}

  // Ours against each baseline in turns. All are checked first.
  void Measure(const std::optional<Side>& ours, const std::vector<Side>& baselines, const Data& edge,
               const Data& random, const bench::Measure& measure) {
    unit_ = measure.unit;
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
        const auto [our_time, time] = MedianSeconds(settings_.runs(), our_work->run, work.run, measure.clock);
        ours_ = entry.ours = measure.of(our_time);
        entry.baseline = measure.of(time);
      } else {
        entry.baseline = measure.of(MedianSeconds(settings_.runs(), work.run));
      }
      report_.Add(std::move(entry));
    }
  }

  // A peer under Node: its decisions number `which`, and what `value` makes of its seconds.
  void AddPeer(const std::string& name, bool exact, const std::string& peer, size_t which, const Data& edge,
               const Data& random, const std::function<double(const PeerRun&)>& value) {
    Entry entry{.name = name_, .against = name, .ours = ours_, .unit = unit_, .bar = bar_};
    const auto on_edge = RunPeer(peer, settings_, edge.records, 1);
    const auto on_random = RunPeer(peer, settings_, random.records, settings_.quick ? 1 : 3);
    if (!on_edge || !on_random || on_random->decisions.size() <= which) {
      entry.note = "not measured: not installed here (tools/bench installs it), or it failed";
      return report_.Add(std::move(entry));
    }
    if (!Judge(name, exact, true, on_edge->decisions[which], edge) ||
        !Judge(name, exact, false, on_random->decisions[which], random)) {
      return;
    }
    entry.baseline = value(*on_random);
    entry.note = notes_[name];
    report_.Add(std::move(entry));
  }

 private:
  // False (and reported): a side that claims to be exact is wrong on the edge records, or a side is wrong throughout.
  bool Judge(const std::string& side, bool exact, bool on_edge, const Decisions& decisions, const Data& data) {
    const size_t wrong = Wrong(decisions, data.expected, exact);
    // Binary fractions fail on ties; elsewhere a slip of ours would show.
    const bool bearable = !exact && (on_edge || wrong * 1000 <= data.records.size());
    if (wrong > 0 && !bearable) {
      report_.Disagree(name_, fmt::format("{}: {} of {} wrong", side, wrong, data.records.size()));
      return false;
    }
    if (!exact && on_edge) notes_[side] = fmt::format("{} of {} wrong on the thresholds", wrong, data.records.size());
    return true;
  }
  bool Check(const Side& side, const Data& edge, const Data& random) {
    for (const Data* data : {&edge, &random}) {
      const Prepared prepared = side.prepare(data->records);
      prepared.run();
      if (!Judge(side.name, side.exact, data == &edge, prepared.decisions(), *data)) return false;
    }
    return true;
  }

  std::string name_;
  std::string bar_;
  std::string unit_;
  std::optional<double> ours_;  // as last measured
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
  Comparison comparison("single", "≤ 100 ns, stretch 50", settings, report);
  comparison.Measure(OurSingle(), {NativeSingle(), MuParserSingle()}, edge, random, measure);
  comparison.AddPeer("GoRules ZEN (Node)", false, "zen", 0, MakeData(EdgeRecords(settings.quick ? 300 : 30000)),
                     MakeData(RandomRecords(settings.quick ? 300 : 3000)),
                     [](const PeerRun& run) { return run.seconds.at("single")[0] * 1e9; });
}

void BenchColumns(const Settings& settings, Report& report) {
  const Data edge = MakeData(EdgeRecords(settings.quick ? 3000 : 180000));
  const Data random = MakeData(RandomRecords(settings.quick ? 3000 : 1000000));
  const auto count = static_cast<double>(random.records.size());
  for (const unsigned threads : {1U, 2U}) {
    const Measure measure{"M rows/s", [count](double seconds) { return count / seconds / 1e6; },
                          threads > 1 ? Clock::kWall : Clock::kThread};
    Comparison comparison(fmt::format("columns, {} thread{}", threads, threads > 1 ? "s" : ""),
                          "≥ 0.33 of int64, stretch 0.5", settings, report);
    comparison.Measure(OurColumns(threads), {NativeColumns64(), NativeColumns32()}, edge, random, measure);
    if (threads > 1) continue;
    comparison.AddPeer("DuckDB BIGINT, 1 thread", true, "duckdb", 1, edge, random,
                       [&](const PeerRun& run) { return count / run.seconds.at("columns")[0] / 1e6; });
  }
  for (const size_t rows : {size_t{10000}, size_t{100000}, size_t{10000000}}) {
    if (settings.quick) break;
    const Data grown = MakeData(RandomRecords(rows));
    const Measure per_second{"M rows/s", [rows](double seconds) { return static_cast<double>(rows) / seconds / 1e6; }};
    Comparison(fmt::format("columns, {} rows", rows), "as of 1,000,000", settings, report)
        .Measure(OurColumns(1), {NativeColumns64()}, edge, grown, per_second);
  }
}

void BenchJson(const Settings& settings, Report& report) {
  const Data edge = MakeData(EdgeRecords(settings.quick ? 60 : 3000));
  const Data random = MakeData(RandomRecords(settings.quick ? 60 : 3000));
  const auto count = static_cast<double>(random.records.size());
  const Measure measure{"µs", [count](double seconds) { return seconds * 1e6 / count; }};
  Comparison("json call", "≤ 1 µs, stretch 0.5", settings, report)
      .Measure(OurText(true), {SimdjsonText(true), NlohmannText()}, edge, random, measure);
  Side without = *OurText(true);
  without.name = "heng without explanation";
  Comparison("json call, explained", "", settings, report)
      .Measure(OurText(true, true), {without}, edge, random, measure);
}

void BenchNdjson(const Settings& settings, Report& report) {
  const Data edge = MakeData(EdgeRecords(settings.quick ? 60 : 6000));
  const Data random = MakeData(RandomRecords(settings.quick ? 60 : 6000));
  const auto bytes = [](const Data& data) { return static_cast<double>(ToNdjson(data.records).size()); };
  const Measure measure{"MB/s", [size = bytes(random)](double seconds) { return size / seconds / 1e6; }};
  Comparison comparison("ndjson", "≥ 0.6 of simdjson, stretch 0.8", settings, report);
  comparison.Measure(OurText(false), {SimdjsonText(false), NlohmannText()}, edge, random, measure);
  const Data many = MakeData(RandomRecords(settings.quick ? 60 : 200000));
  comparison.AddPeer("DuckDB BIGINT, 1 thread", true, "duckdb", 0, edge, many,
                     [&](const PeerRun& run) { return bytes(many) / run.seconds.at("ndjson")[0] / 1e6; });
}

void BenchTable(const Settings& settings, Report& report) {
  const auto ours = OurTable(settings.scratch);
  const auto peer = RunPeer("zen", settings, RandomRecords(1), settings.runs());
  constexpr std::pair<const char*, int32_t> kRows[] = {
      {"first", 0}, {"middle", kTableRows / 2}, {"last", kTableRows - 1}};
  for (size_t i = 0; i < std::size(kRows); ++i) {
    const auto [position, row] = kRows[i];
    Entry entry{.name = fmt::format("table of 3,000 rows, {}", position),
                .against = "GoRules ZEN (Node)",
                .unit = "ns",
                .bar = "≤ 1 µs, flat; stretch 100 ns"};
    if (ours) {
      const int32_t at = row * 100 + 50;
      if ((*ours)(at) != TableResult(row)) return report.Disagree("table", fmt::format("row {}", row));
      const int calls = settings.quick ? 10 : 100000;
      entry.ours = MedianSeconds(settings.runs(),
                                 [&] {
                                   for (int call = 0; call < calls; ++call) (*ours)(at);
                                 }) *
                   1e9 / calls;
    }
    if (peer) {
      entry.baseline = peer->seconds.at("table")[i] * 1e9;
    } else {
      entry.note = "not measured: not installed here (tools/bench installs it), or it failed";
    }
    report.Add(std::move(entry));
  }
}

}  // namespace heng::bench
