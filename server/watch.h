// Watch: a thread that calls when files in folders change, when SIGHUP comes, and now and then. Used by the verb that
// serves, to reload.
#pragma once

#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace heng::server {

class Watch {
 public:
  struct Calls {
    std::function<std::vector<std::string>()> folders;  // asked anew after each change
    std::function<void()> changed;
    std::function<void()> tick;  // every second or so
  };
  // SIGHUP must be blocked in all threads.
  explicit Watch(Calls calls);
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ~Watch();

 private:
  void Run();
  void WatchFolders();
  // Reads what there is; true if it was about a file.
  bool TakeEvents() const;

  Calls calls_;
  int inotify_;
  int signals_;
  int stop_;
  std::thread thread_;
};

}  // namespace heng::server
