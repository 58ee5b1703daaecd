// The unit tests: GoogleTest's own and, registered before them, one for each file under tests/data.
// `--update` (or HENG_UPDATE=1) writes what comes out into the files, to be reviewed in the diff.
#include <cstdlib>
#include <string_view>

#include <gtest/gtest.h>

#include "tests/unit/file_test.h"

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const char* variable = std::getenv("HENG_UPDATE");
  bool update = variable != nullptr && std::string_view(variable) == "1";
  for (int i = 1; i < argc; ++i) update |= std::string_view(argv[i]) == "--update";
  heng::tests::RegisterFileTests(update);
  return RUN_ALL_TESTS();
}
