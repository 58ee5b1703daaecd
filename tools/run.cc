#include <chrono>
#include <thread>

#include <fmt/format.h>
#include <unistd.h>

#include "engine/direct/lines.h"
#include "tools/deploy_policy.h"
#include "tools/line_stream.h"
#include "tools/verbs.h"

namespace heng::tools {
namespace {

// How far the stream is, on the last line of the terminal, if it takes more than a moment.
class Progress {
 public:
  explicit Progress(Language language) : language_(language), shown_at_(Clock::now()) {}
  ~Progress() { Clear(); }

  void Advance(const direct::LinesAnswer& answer) {
    lines_ += answer.count;
    if (!terminal_ || Clock::now() - shown_at_ < std::chrono::seconds(1)) return;
    shown_at_ = Clock::now();
    const double seconds = std::chrono::duration<double>(shown_at_ - start_).count();
    const Bilingual text{
        fmt::format("已答 {} 行，每秒 {:.0f} 行", lines_, static_cast<double>(lines_) / seconds),
        fmt::format("{} lines answered, {:.0f} a second", lines_, static_cast<double>(lines_) / seconds)};
    fmt::print(stderr, "\r{}\x1b[K", text.In(language_));
    shown_ = true;
  }
  void Clear() {
    if (std::exchange(shown_, false)) fmt::print(stderr, "\r\x1b[K");
  }

 private:
  using Clock = std::chrono::steady_clock;
  Language language_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point shown_at_;
  bool terminal_ = ::isatty(2) != 0;
  bool shown_ = false;
  size_t lines_ = 0;
};

}  // namespace

// One line in, one line out, in order; a line that cannot be read gets an error in its place and the stream goes on.
int RunStream(const RunOptions& options, const Manner& manner) {
  const Result<Deployed> deployed = Deploy(options.policy, options.sets, manner);
  if (!deployed) return Report(deployed.error(), manner);
  const data::Deployment& deployment = deployed->deployment;
  const Result<Period> period = ReadPeriod(options.period);
  if (!period) return Report(period.error(), manner);
  if (const Status possible = data::CheckPeriod(deployment, *period, {}, false); !possible)
    return Report(possible.error(), manner);
  const auto plan = direct::MakePlan(deployment, *period);
  Progress progress(manner.language);
  int exit = kDone;
  LineStream stream;
  stream.threads = std::max(1U, std::thread::hardware_concurrency());
  stream.make_answerer = [&] { return direct::LineAnswerer(deployment, *period, plan); };
  stream.written = [&](const direct::LinesAnswer& answer) {
    if (!answer.errors.empty()) progress.Clear();
    for (const Error& error : answer.errors) Report(error, manner);
    if (answer.findings) exit = kFindings;
    progress.Advance(answer);
  };
  if (const Status status = AnswerLines(stream); !status) return Report(status.error(), manner);
  return exit;
}

}  // namespace heng::tools
