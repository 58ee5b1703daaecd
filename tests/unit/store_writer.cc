// A process that writes to the store until it is killed: `store_writer URL PREFIX`. Each decision that the store acknowledges is one
// line on standard output, its number; it is printed when it is durable and not before. For store_kill_test.cc.
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "engine/store/store.h"
#include "tests/unit/store_decisions.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  heng::store::StoreOptions options;
  options.checkpoint_every = 50;
  auto opened = heng::store::Store::Open(argv[1], options);
  if (!opened) {
    std::fprintf(stderr, "%s\n", opened.error().message.en.c_str());
    return 3;
  }
  heng::store::Store& store = **opened;
  const int first = std::atoi(argv[2]);
  // More in flight than one, so that groups form; each acknowledgement lets the next one go.
  constexpr int kInFlight = 32;
  constexpr int kMost = 100000;
  std::atomic<int> in_flight = 0;
  for (int n = first; n < first + kMost; ++n) {
    for (int now = in_flight.load(); now >= kInFlight; now = in_flight.load()) in_flight.wait(now);
    ++in_flight;
    store.Append(heng::tests::DecisionOf(n), std::nullopt, [&, n](const heng::Result<heng::store::Receipt>& receipt) {
      const std::string line = std::to_string(n) + "\n";
      if (!receipt || ::write(STDOUT_FILENO, line.data(), line.size()) < 0) _exit(4);
      --in_flight;
      in_flight.notify_one();
    });
  }
  return 0;
}
