// The rule as somebody would write it by hand for this one policy: what the engine is measured against, and what the JSON baselines
// decide with.
#pragma once

#include "tests/bench/plates.h"

namespace heng::bench {

// The total is n ÷ d hundredths, exactly, in units of 1 ÷ 20 c: one division, at the end.
inline Decision Decide(const Record& r) {
  const int64_t per = int64_t{r.complaints} * 100;
  const int64_t households = r.households;
  const int64_t deduction = per > 20 * households ? 10 : per > 10 * households ? 5 : per > 5 * households ? 2 : 0;
  const int64_t weighed = 4 * int64_t{r.owners} + 3 * int64_t{r.environment} + r.city + r.sanitation +
                          2 * (int64_t{r.safety} + r.standards) - 2000 * deduction;
  int64_t c = r.complaints;
  int64_t s = r.responded + 2 * (int64_t{r.resolved} + r.satisfied);
  if (c == 0) {
    c = 1;
    s = 5;
  }
  const int64_t numerator = 14000 * s + weighed * c;
  Decision d;
  d.total = numerator <= 0 ? 0 : static_cast<int32_t>((numerator + 10 * c) / (20 * c));
  d.colour = r.incident != 0 ? kRed : (d.total < 9000) + (d.total < 8000) + (d.total < 6000);
  d.award = kAwards[d.colour];
  d.inspections = kInspections[d.colour];
  return d;
}

}  // namespace heng::bench
