// A district of many projects, settled month by month from a folder of CSV files.
#include <fmt/format.h>

#include "engine/base/file.h"
#include "engine/settle/settlement.h"
#include "tests/bench/plates.h"

namespace heng::bench {
namespace {

constexpr const char* kMonths[] = {"2024-07", "2024-08", "2024-09"};

std::string Hundredths(int32_t value) { return fmt::format("{}.{:02}", value / 100, value % 100); }

// The folder: 项目.csv and 每月.csv, each project with three months. Records stand project by project.
bool WriteFolder(const std::filesystem::path& folder, const Records& records) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  std::string projects = "编号,group,households,area\n";
  std::string months =
      "编号,期间,complaints,responded,resolved,satisfied,owners,environment,city,sanitation,safety,standards,incident,"
      "previous\n";
  for (size_t i = 0; i < records.size(); ++i) {
    const Record& r = records[i];
    if (i % 3 == 0)
      projects += fmt::format("p{:07},{},{},{}\n", i / 3, kGroups[r.group], r.households, Hundredths(r.area));
    months += fmt::format("p{:07},{},{},{},{},{},{},{},{},{},{},{},{},{}牌\n", i / 3, kMonths[i % 3], r.complaints,
                          r.responded, r.resolved, r.satisfied, Hundredths(r.owners), Hundredths(r.environment),
                          Hundredths(r.city), Hundredths(r.sanitation), Hundredths(r.safety), Hundredths(r.standards),
                          r.incident != 0 ? "是" : "否", kColours[r.previous]);
  }
  return WriteFile((folder / "项目.csv").string(), projects) && WriteFile((folder / "每月.csv").string(), months);
}

}  // namespace

void BenchSettle(const Settings& settings, Report& report) {
  Records records = RandomRecords(settings.quick ? 60 : 300000);
  // What belongs to the project is the same in its three months.
  for (size_t i = 0; i < records.size(); ++i) {
    records[i].households = records[i - i % 3].households;
    records[i].group = records[i - i % 3].group;
    records[i].area = records[i - i % 3].area;
  }
  const Decisions expected = ExactDecisions(records);
  const std::filesystem::path folder = settings.scratch / "settle";
  if (!WriteFolder(folder, records)) return report.Disagree("settle", "cannot write " + folder.string());

  // Gives each month's settlement to `look`; false if there is none.
  const auto settle = [&](const auto& look) {
    for (size_t month = 0; month < 3; ++month) {
      const auto settled = settle::Settle({OurPolicy(), folder.string(), *ParsePeriod(kMonths[month]), false});
      if (!settled || !settled->evaluation) return false;
      look(month, *settled);
    }
    return true;
  };
  size_t right = 0;
  settle([&](size_t month, const settle::Settlement& settled) {
    std::string lines;
    for (const data::SubjectOutputs& subject : settled.subjects)
      lines += data::ToJson(*settled.graph->model, subject, false) + "\n";
    const Decisions decided = ReadAnswers(lines);
    for (size_t i = 0; i < decided.size() && decided.size() * 3 == records.size(); ++i)
      right += decided[i] == expected[i * 3 + month] ? 1 : 0;
  });
  if (right != records.size())
    return report.Disagree("settle", fmt::format("{} of {} wrong", records.size() - right, records.size()));
  report.Add({.name = fmt::format("settle {} projects × 3 months", records.size() / 3),
              .ours = MedianSeconds(1, [&] { settle([](size_t, const settle::Settlement&) {}); }),
              .unit = "s"});
}

}  // namespace heng::bench
