// What every bench is given and gives back. A bench first makes sure that all sides give the same answers, then measures them
// in turns in this one process, and reports a line for each comparison.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace heng::bench {

// One comparison. What could not be measured (a peer that is not installed) is empty, and `note` says why.
struct Entry {
  std::string name;     // what is measured, `lex`
  std::string against;  // the baseline, `stock lexer`; empty: measured alone, against the bar
  std::optional<double> ours;
  std::optional<double> baseline;
  std::string unit;  // of both: MB/s, ns, s …
  std::string bar;   // what is wanted of ours or of the ratio, if anything
  std::string note;

  std::optional<double> ratio() const;  // ours ÷ baseline
};

struct Settings {
  bool quick = false;                          // small data, one run: for the test that sides agree, not for numbers
  std::filesystem::path scratch;               // where data may be written; exists
  std::optional<std::filesystem::path> peers;  // folder with the node_modules of the peers
  int runs() const { return quick ? 1 : 7; }
};

class Report {
 public:
  void Add(Entry entry);
  // Two sides that ought to agree do not: nothing more of this bench is measured.
  void Disagree(std::string_view bench, std::string_view what);
  bool agreed() const { return agreed_; }
  const std::vector<Entry>& entries() const { return entries_; }
  std::string ToTable() const;
  std::string ToJson() const;

 private:
  std::vector<Entry> entries_;
  bool agreed_ = true;
};

// What is counted: the processor time of the calling thread, whatever else the machine does meanwhile; or all time, of work that has
// threads of its own.
enum class Clock : unsigned char { kThread, kWall };

// The median of the seconds that `work` takes (all of them), behind one run to warm up; of more runs if they are short.
double MedianSeconds(int runs, const std::function<void()>& work);
// Of both, in turns, so that what else the machine does falls on both.
std::pair<double, double> MedianSeconds(int runs, const std::function<void()>& ours,
                                        const std::function<void()>& baseline, Clock clock = Clock::kThread);

// The benches, a function each.
void BenchLex(const Settings& settings, Report& report);
void BenchCompile(const Settings& settings, Report& report);
void BenchSingle(const Settings& settings, Report& report);
void BenchColumns(const Settings& settings, Report& report);
void BenchJson(const Settings& settings, Report& report);
void BenchNdjson(const Settings& settings, Report& report);
void BenchRun(const Settings& settings, Report& report);
void BenchTable(const Settings& settings, Report& report);
void BenchSettle(const Settings& settings, Report& report);
void BenchHttp(const Settings& settings, Report& report);

}  // namespace heng::bench
