#include "server/watch.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

namespace heng::server {
namespace {

constexpr uint32_t kEvents = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE;
constexpr int kTickMs = 1000;
// Files are often written one after another: the last one counts.
constexpr int kQuietMs = 100;
constexpr int kMostQuietRounds = 20;
// A look every two seconds, and seldomer if it takes longer than a millisecond.
constexpr auto kLookEvery = std::chrono::seconds(2);
constexpr int kLookShare = 2000;

int OpenHangup() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGHUP);
  return ::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

// True if there was anything.
bool TakeSignals(int fd) {
  signalfd_siginfo info{};
  bool any = false;
  while (::read(fd, &info, sizeof info) > 0) any = true;
  return any;
}

}  // namespace

Watch::Watch(FileStamps stamps, Calls calls)
    : stamps_(std::move(stamps)),
      calls_(std::move(calls)),
      next_look_(std::chrono::steady_clock::now() + kLookEvery),
      inotify_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)),
      signals_(OpenHangup()),
      stop_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  // Here, not in the thread: what changes from now on is seen.
  TakePaths();
  thread_ = std::thread([this] { Run(); });
}

Watch::~Watch() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(stop_, &one, sizeof one);
  thread_.join();
  for (const int fd : {inotify_, signals_, stop_}) ::close(fd);
}

void Watch::TakePaths() {
  const ReadPaths paths = calls_.paths();
  stamps_.WereRead(paths);
  std::set<std::string> folders = paths.folders;
  // A folder of files may be replaced as a whole: that is told by the folder above it.
  for (const auto* some : {&paths.folders, &paths.files}) {
    for (const std::string& path : *some) {
      const std::string above = std::filesystem::path(path).parent_path().string();
      folders.insert(above.empty() ? "." : above);
    }
  }
  // A folder that is watched already stays so; one that is gone was forgotten by the system.
  for (const std::string& folder : folders) ::inotify_add_watch(inotify_, folder.c_str(), kEvents | IN_ONLYDIR);
}

Watch::Seen Watch::TakeEvents() const {
  Seen seen = TakeSignals(signals_) ? Seen::kFile : Seen::kNothing;
  alignas(inotify_event) std::array<char, 1 << 14> bytes{};
  for (ssize_t count = 0; (count = ::read(inotify_, bytes.data(), bytes.size())) > 0;) {
    for (ssize_t at = 0; at < count;) {
      const auto* event = reinterpret_cast<const inotify_event*>(bytes.data() + at);
      // Too much has changed to be told one by one.
      const bool overflow = (event->mask & IN_Q_OVERFLOW) != 0;
      if (overflow || (event->len > 0 && Matters(event->name))) seen = Seen::kFile;
      if ((event->mask & IN_ISDIR) != 0) seen = std::max(seen, Seen::kFolder);
      at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
    }
  }
  return seen;
}

bool Watch::LookDiffers() {
  const auto begin = std::chrono::steady_clock::now();
  if (begin < next_look_) return false;
  const bool differ = stamps_.Differ();
  const auto end = std::chrono::steady_clock::now();
  next_look_ = end + std::max<std::chrono::steady_clock::duration>(kLookEvery, (end - begin) * kLookShare);
  return differ;
}

void Watch::Settle() {
  for (int round = 0; round < kMostQuietRounds; ++round) {
    stamps_.BeforeReading();
    pollfd stopped{stop_, POLLIN, 0};
    if (::poll(&stopped, 1, kQuietMs) > 0) return;
    if (TakeEvents() == Seen::kNothing && !stamps_.Differ()) return;
  }
}

void Watch::Run() {
  std::array<pollfd, 3> watched = {pollfd{stop_, POLLIN, 0}, pollfd{signals_, POLLIN, 0}, pollfd{inotify_, POLLIN, 0}};
  while (true) {
    const int ready = ::poll(watched.data(), watched.size(), kTickMs);
    if (watched[0].revents != 0) return;
    const Seen seen = ready > 0 ? TakeEvents() : Seen::kNothing;
    if (seen == Seen::kFile || (seen == Seen::kFolder && stamps_.Differ()) || LookDiffers()) {
      Settle();
      stamps_.BeforeReading();
      calls_.changed();
      TakePaths();
    }
    calls_.tick();
  }
}

}  // namespace heng::server
