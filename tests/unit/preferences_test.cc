// What a client takes, by RFC 9110, 12.5.
#include "server/preferences.h"

#include <array>
#include <string>

#include <gtest/gtest.h>

namespace heng::server {
namespace {

constexpr std::array<std::string_view, 3> kOffered = {"application/json", "text/csv", "text/html"};

std::string Wanted(std::string_view accept) {
  const auto preferred = PreferredType(accept, kOffered);
  return preferred ? std::string(kOffered[*preferred]) : "none";
}

struct Case {
  const char* accept;
  const char* wanted;
};

class Accepts : public testing::TestWithParam<Case> {};
TEST_P(Accepts, TheTypeThatIsWantedMost) { EXPECT_EQ(Wanted(GetParam().accept), GetParam().wanted); }
INSTANTIATE_TEST_SUITE_P(Table, Accepts,
                         testing::Values(Case{"", "application/json"}, Case{"*/*", "application/json"},
                                         Case{"text/csv", "text/csv"}, Case{"TEXT/CSV ; q=0.5", "text/csv"},
                                         Case{"text/*", "text/csv"},
                                         Case{"application/json;q=0.1, text/csv", "text/csv"},
                                         Case{"text/csv;q=0, */*", "application/json"},
                                         Case{"application/json;q=0, text/csv;q=0, */*;q=0.1", "text/html"},
                                         Case{"text/html,application/xhtml+xml,*/*;q=0.8", "text/html"},
                                         Case{"text/html, text/csv", "text/html"}, Case{"image/png", "none"},
                                         Case{"text/csv;q=0", "none"}, Case{"text/csv;q=much", "none"}));

TEST(Codings, AreTakenByNameOrByStar) {
  EXPECT_TRUE(TakesCoding("gzip", "gzip"));
  EXPECT_TRUE(TakesCoding("br, GZIP;q=0.2", "gzip"));
  EXPECT_TRUE(TakesCoding("*", "gzip"));
  EXPECT_FALSE(TakesCoding("", "gzip"));
  EXPECT_FALSE(TakesCoding("gzip;q=0, *", "gzip"));
  EXPECT_FALSE(TakesCoding("br", "gzip"));
  EXPECT_FALSE(TakesCoding("*;q=0.000", "gzip"));
}

}  // namespace
}  // namespace heng::server
