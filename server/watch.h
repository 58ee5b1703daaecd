// Watch: a thread that calls when what was read has changed, when SIGHUP comes, and now and then. inotify tells of most changes at
// once; every few seconds the files are looked at (FileStamps), for folders that were away, symbolic links and their targets. Used by the
// verb that serves, to reload.
#pragma once

#include <chrono>
#include <functional>
#include <thread>

#include "server/file_stamps.h"

namespace heng::server {

class Watch {
 public:
  struct Calls {
    std::function<ReadPaths()> paths;  // asked anew after each change
    std::function<void()> changed;     // reads them
    std::function<void()> tick;        // every second or so
  };
  // `stamps`: made before the paths were first read. SIGHUP must be blocked in all threads.
  Watch(FileStamps stamps, Calls calls);
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ~Watch();

 private:
  // What events were about; a folder may have been renamed with all that is in it.
  enum class Seen : unsigned char { kNothing, kFolder, kFile };

  void Run();
  void TakePaths();
  // Reads what there is.
  Seen TakeEvents() const;
  // By the clock, seldom enough to cost next to nothing.
  bool LookDiffers();
  // Returns when what is being written has been written, or after a while.
  void Settle();

  FileStamps stamps_;
  Calls calls_;
  std::chrono::steady_clock::time_point next_look_;
  int inotify_;
  int signals_;
  int stop_;
  std::thread thread_;
};

}  // namespace heng::server
