// The work that executors are compared by: one record is one project in one month; total, colour, award and inspections
// (plates_monthly.heng says how). Every side decides the same records, and its decisions are compared with exact ones first.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/data/deployment.h"
#include "tests/bench/bench.h"

namespace heng::bench {

// Scores and the area in hundredths.
struct Record {
  int32_t complaints = 0;
  int32_t responded = 0;
  int32_t resolved = 0;
  int32_t satisfied = 0;
  int32_t owners = 0;
  int32_t environment = 0;
  int32_t city = 0;
  int32_t sanitation = 0;
  int32_t safety = 0;
  int32_t standards = 0;
  int32_t incident = 0;
  int32_t previous = 0;  // a colour
  int32_t group = 0;     // 0 … 3
  int32_t households = 1;
  int32_t area = 100;
};

enum Colour : int32_t { kGreen, kBlue, kYellow, kRed };
struct Decision {
  int32_t total = 0;  // hundredths
  int32_t colour = kRed;
  int32_t award = 0;  // yuan
  int32_t inspections = 0;
  friend bool operator==(const Decision&, const Decision&) = default;
};
constexpr int32_t kAwards[] = {30000, 10000, 0, 0};
constexpr int32_t kInspections[] = {0, 1, 3, 5};
constexpr std::string_view kColours[] = {"绿", "蓝", "黄", "红"};
constexpr std::string_view kGroups[] = {"甲组", "乙组", "丙组", "丁组"};

// ---- data: plates_records.cc, plates_exact.cc

using Records = std::vector<Record>;
using Decisions = std::vector<Decision>;

// Seeded: the same everywhere. Complaints ≤ 2,000, as the int32 columns need.
Records RandomRecords(size_t count);
// On the thresholds: a third are exact ties x.xx5 that must round up to a threshold, a third a hair below such a tie, a third on the
// threshold or 0.01 below it. The rates do not terminate in most of them, their sum does.
Records EdgeRecords(size_t count);
// By GMP's rationals, word for word as the policy says; shares nothing with the engine or with any side.
Decisions ExactDecisions(const Records& records);

// One subject a line, as `heng run` and the service's batches take it; with codes, period 2024-07.
std::string ToJsonLine(const Record& record, size_t number);
std::string ToNdjson(const Records& records);
// The line of an answer, as `heng run` and the service's batches give it; and the decisions in such lines.
void AppendAnswer(std::string_view id, const Decision& decision, std::string& out);
Decisions ReadAnswers(std::string_view lines);

// ---- sides

// What a side has made of the records; `run` is measured, and `decisions` are those of the last run.
struct Prepared {
  std::function<void()> run;
  std::function<Decisions()> decisions;
};
// A way to decide. `prepare` may take its time: it lays the data out as the side wants them. The records outlive what it returns.
struct Side {
  std::string name;
  std::function<Prepared(const Records&)> prepare;
  bool exact = true;  // false: binary floating point; its wrong colours are counted and reported
};

// One record after the other, typed, in this process. plates_native.cc, plates_muparser.cc
Side NativeSingle();
Side MuParserSingle();
// All records as columns. plates_native.cc
Side NativeColumns64();
Side NativeColumns32();
// JSON text in, JSON text out; all lines in one call, or (`by_line`) a call for each. plates_json.cc
Side SimdjsonText(bool by_line);
Side NlohmannText();

// What a peer that runs under Node has done (plates_peers.cc): the median seconds of each thing that it measures, and the decisions
// that came out: of the lines, then (DuckDB) of the columns.
struct PeerRun {
  std::map<std::string, std::vector<double>> seconds;
  std::vector<Decisions> decisions;
};
// `peer` is a script in peers/. Nothing if it is not installed or fails; it has then said why.
std::optional<PeerRun> RunPeer(const std::string& peer, const Settings& settings, const Records& records, int runs);

// ---- ours: plates_ours.cc is the seam for executors; what the engine cannot do yet is empty

const data::Deployment& OurPolicy();  // plates_monthly.heng
std::optional<Side> OurSingle();
std::optional<Side> OurColumns(unsigned threads);
std::optional<Side> OurText(bool by_line, bool explain = false);

// The decision table of 3,000 rows: row i holds from i to below i + 1, and gives TableResult(i). The argument is in hundredths.
constexpr int32_t kTableRows = 3000;
constexpr int32_t TableResult(int32_t row) { return row * 7919 % 10007; }
std::optional<std::function<int32_t(int32_t)>> OurTable(const std::filesystem::path& scratch);

}  // namespace heng::bench
