// What is right: the rules word for word, by exact rationals, without regard to speed.
#include <gmpxx.h>

#include "tests/bench/plates.h"

namespace heng::bench {
namespace {

mpq_class Ratio(int64_t part, int64_t whole) {
  mpq_class q(part, whole);
  q.canonicalize();
  return q;
}

mpq_class Rate(int32_t part, int32_t complaints) { return complaints == 0 ? mpq_class(1) : Ratio(part, complaints); }

int32_t RoundHalfUp(const mpq_class& value) {
  const mpq_class shifted = value + mpq_class(1, 2);
  mpz_class floor;
  mpz_fdiv_q(floor.get_mpz_t(), shifted.get_num_mpz_t(), shifted.get_den_mpz_t());
  return static_cast<int32_t>(floor.get_si());
}

mpq_class Total(const Record& r) {
  const mpq_class complaint_score =
      20 * Rate(r.responded, r.complaints) + 40 * Rate(r.resolved, r.complaints) + 40 * Rate(r.satisfied, r.complaints);
  const auto weighed = [](int percent, int32_t hundredths) { return Ratio(int64_t{percent} * hundredths, 10000); };
  mpq_class total = Ratio(35, 100) * complaint_score + weighed(20, r.owners) + weighed(15, r.environment) +
                    weighed(5, r.city) + weighed(5, r.sanitation) + weighed(10, r.safety) + weighed(10, r.standards);
  const mpq_class per_hundred = Ratio(int64_t{r.complaints} * 100, r.households);
  total -= per_hundred > 20 ? 10 : per_hundred > 10 ? 5 : per_hundred > 5 ? 2 : 0;
  return total < 0 ? mpq_class(0) : total;
}

}  // namespace

Decisions ExactDecisions(const Records& records) {
  Decisions out;
  out.reserve(records.size());
  for (const Record& r : records) {
    Decision d;
    d.total = RoundHalfUp(Total(r) * 100);
    d.colour = r.incident != 0   ? kRed
               : d.total >= 9000 ? kGreen
               : d.total >= 8000 ? kBlue
               : d.total >= 6000 ? kYellow
                                 : kRed;
    d.award = d.colour == kGreen ? 30000 : d.colour == kBlue ? 10000 : 0;
    d.inspections = d.colour == kGreen ? 0 : d.colour == kBlue ? 1 : d.colour == kYellow ? 3 : 5;
    out.push_back(d);
  }
  return out;
}

}  // namespace heng::bench
