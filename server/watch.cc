#include "server/watch.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <string_view>

namespace heng::server {
namespace {

constexpr uint32_t kEvents = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE;
constexpr int kTickMs = 1000;
// Files are often written one after another: the last one counts.
constexpr int kQuietMs = 100;

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

// Others may write beside our files: a database, an editor.
bool Matters(std::string_view name) {
  return name.ends_with(".yaml") || name.ends_with(".yml") || name.ends_with(".heng") || name.ends_with(".csv");
}

}  // namespace

Watch::Watch(Calls calls)
    : calls_(std::move(calls)),
      inotify_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)),
      signals_(OpenHangup()),
      stop_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  // Here, not in the thread: what changes from now on is seen.
  WatchFolders();
  thread_ = std::thread([this] { Run(); });
}

Watch::~Watch() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(stop_, &one, sizeof one);
  thread_.join();
  for (const int fd : {inotify_, signals_, stop_}) ::close(fd);
}

void Watch::WatchFolders() {
  // A folder that is watched already stays so; one that is gone was forgotten by the system.
  for (const std::string& folder : calls_.folders())
    ::inotify_add_watch(inotify_, folder.c_str(), kEvents | IN_ONLYDIR);
}

bool Watch::TakeEvents() const {
  bool matters = TakeSignals(signals_);
  alignas(inotify_event) std::array<char, 1 << 14> bytes{};
  for (ssize_t count = 0; (count = ::read(inotify_, bytes.data(), bytes.size())) > 0;) {
    for (ssize_t at = 0; at < count;) {
      const auto* event = reinterpret_cast<const inotify_event*>(bytes.data() + at);
      if (event->len > 0 && Matters(event->name)) matters = true;
      // Too much has changed to be told one by one.
      if ((event->mask & IN_Q_OVERFLOW) != 0) matters = true;
      at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
    }
  }
  return matters;
}

void Watch::Run() {
  std::array<pollfd, 3> watched = {pollfd{stop_, POLLIN, 0}, pollfd{signals_, POLLIN, 0}, pollfd{inotify_, POLLIN, 0}};
  while (true) {
    const int ready = ::poll(watched.data(), watched.size(), kTickMs);
    if (watched[0].revents != 0) return;
    if (ready > 0 && TakeEvents()) {
      while (::poll(&watched[2], 1, kQuietMs) > 0) TakeEvents();
      calls_.changed();
      WatchFolders();
    }
    calls_.tick();
  }
}

}  // namespace heng::server
