// `heng run` as a process: its memory must not grow with the stream.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <string>

#include <fmt/format.h>

#include "tests/bench/plates.h"

namespace heng::bench {
namespace {

struct Run {
  double seconds = 0;  // of processors, user and system
  double mebibytes = 0;
  bool done = false;
};

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

// The most memory that a process has had since it began. What wait4 says of that counts what its parent had, too.
double PeakMebibytes(pid_t process) {
  std::ifstream status(fmt::format("/proc/{}/status", process));
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) / 1024;
  }
  return 0;
}

// The block so often, on its standard input; what it answers goes nowhere.
Run RunHeng(const std::string& block, size_t times) {
  int ends[2];
  if (::pipe(ends) != 0) return {};
  const std::string heng = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "heng";
  const std::string policy = std::string(HENG_SOURCE_DIR) + "/tests/bench/plates_monthly.heng";
  const pid_t child = ::fork();
  if (child < 0) return {};
  if (child == 0) {
    const int nowhere = ::open("/dev/null", O_WRONLY);
    ::dup2(ends[0], 0);
    ::dup2(nowhere, 1);
    ::close(ends[0]);
    ::close(ends[1]);
    ::execl(heng.c_str(), heng.c_str(), "run", policy.c_str(), "--period", "2024-07", static_cast<char*>(nullptr));
    ::_exit(127);
  }
  ::close(ends[0]);
  bool written = true;
  for (size_t i = 0; i < times && written; ++i) written = WriteAll(ends[1], block);
  // It has read all but what the pipe holds.
  const double peak = PeakMebibytes(child);
  ::close(ends[1]);
  int status = 0;
  rusage used{};
  ::wait4(child, &status, 0, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return {seconds(used.ru_utime) + seconds(used.ru_stime), peak,
          written && WIFEXITED(status) && WEXITSTATUS(status) == 0};
}

}  // namespace

void BenchRun(const Settings& settings, Report& report) {
  std::signal(SIGPIPE, SIG_IGN);
  const size_t lines = settings.quick ? 100 : 10000;
  const std::string block = ToNdjson(RandomRecords(lines));
  const size_t times = settings.quick ? 2 : 100;
  const Run small = RunHeng(block, times);
  const Run large = RunHeng(block, times * 10);
  if (!small.done || !large.done) return report.Disagree("run", "heng run failed");
  report.Add({.name = fmt::format("run, memory of {} lines", lines * times * 10),
              .against = fmt::format("of {} lines", lines * times),
              .ours = large.mebibytes,
              .baseline = small.mebibytes,
              .unit = "MiB",
              .bar = "≤ 1.1",
              .note = ""});
  report.Add({.name = "run, growth of processor time",
              .against = fmt::format("of {} lines", lines * times),
              .ours = large.seconds * 1e9 / static_cast<double>(lines * times * 10),
              .baseline = small.seconds * 1e9 / static_cast<double>(lines * times),
              .unit = "ns a line",
              .bar = "",
              .note = ""});
}

}  // namespace heng::bench
