// The hand-written sides: one record after the other, and columns in chunks that stay in the cache, a tight loop for each step.
#include "tests/bench/plates_native.h"

#include <algorithm>
#include <bit>
#include <memory>

#include "engine/base/check.h"

namespace heng::bench {
namespace {

// The compiler makes a version for processors with AVX2, as the engine does for itself.
#define WITH_AVX2 __attribute__((target_clones("avx2", "default")))

constexpr size_t kChunk = 2048;

template <typename Int>
struct Columns {
  std::vector<Int> complaints, responded, resolved, satisfied, owners, environment, city, sanitation, safety, standards,
      incident, households;
  std::vector<Int> total, colour, award, inspections;

  explicit Columns(const Records& records) {
    const auto fill = [&](std::vector<Int>& column, int32_t Record::*field) {
      column.reserve(records.size());
      for (const Record& record : records) column.push_back(record.*field);
    };
    fill(complaints, &Record::complaints);
    fill(responded, &Record::responded);
    fill(resolved, &Record::resolved);
    fill(satisfied, &Record::satisfied);
    fill(owners, &Record::owners);
    fill(environment, &Record::environment);
    fill(city, &Record::city);
    fill(sanitation, &Record::sanitation);
    fill(safety, &Record::safety);
    fill(standards, &Record::standards);
    fill(incident, &Record::incident);
    fill(households, &Record::households);
    for (auto* column : {&total, &colour, &award, &inspections}) column->resize(records.size());
  }

  Decisions Take() const {
    Decisions out;
    out.reserve(total.size());
    for (size_t i = 0; i < total.size(); ++i) {
      out.push_back({static_cast<int32_t>(total[i]), static_cast<int32_t>(colour[i]), static_cast<int32_t>(award[i]),
                     static_cast<int32_t>(inspections[i])});
    }
    return out;
  }
};

// The steps that both widths share. `c` and `numerator` are scratch of a chunk.
template <typename Int>
inline __attribute__((always_inline)) void Numerators(const Columns<Int>& in, size_t from, size_t rows,
                                                      Int* __restrict c, Int* __restrict numerator) {
  const Int* __restrict complaints = in.complaints.data() + from;
  const Int* __restrict households = in.households.data() + from;
  for (size_t i = 0; i < rows; ++i) {
    const Int per = complaints[i] * 100;
    const Int h = households[i] * 5;
    numerator[i] = -(per > h ? 4000 : 0) - (per > 2 * h ? 6000 : 0) - (per > 4 * h ? 10000 : 0);
    c[i] = complaints[i] == 0 ? 1 : complaints[i];
  }
  const Int* __restrict owners = in.owners.data() + from;
  const Int* __restrict environment = in.environment.data() + from;
  const Int* __restrict city = in.city.data() + from;
  const Int* __restrict sanitation = in.sanitation.data() + from;
  const Int* __restrict safety = in.safety.data() + from;
  const Int* __restrict standards = in.standards.data() + from;
  for (size_t i = 0; i < rows; ++i) {
    numerator[i] += 4 * owners[i] + 3 * environment[i] + city[i] + sanitation[i] + 2 * (safety[i] + standards[i]);
  }
  const Int* __restrict responded = in.responded.data() + from;
  const Int* __restrict resolved = in.resolved.data() + from;
  const Int* __restrict satisfied = in.satisfied.data() + from;
  for (size_t i = 0; i < rows; ++i) {
    const Int s = complaints[i] == 0 ? 5 : responded[i] + 2 * (resolved[i] + satisfied[i]);
    const Int n = 14000 * s + numerator[i] * c[i];
    numerator[i] = n < 0 ? 0 : n;
  }
}

template <typename Int>
inline __attribute__((always_inline)) void Outcomes(Columns<Int>& io, size_t from, size_t rows) {
  const Int* __restrict total = io.total.data() + from;
  const Int* __restrict incident = io.incident.data() + from;
  Int* __restrict colour = io.colour.data() + from;
  for (size_t i = 0; i < rows; ++i) {
    const Int by_total = (total[i] < 9000) + (total[i] < 8000) + (total[i] < 6000);
    colour[i] = incident[i] != 0 ? Int{kRed} : by_total;
  }
  Int* __restrict award = io.award.data() + from;
  for (size_t i = 0; i < rows; ++i) award[i] = colour[i] == kGreen ? 30000 : colour[i] == kBlue ? 10000 : 0;
  Int* __restrict inspections = io.inspections.data() + from;
  for (size_t i = 0; i < rows; ++i) inspections[i] = colour[i] == kRed ? 5 : colour[i] + (colour[i] == kYellow ? 1 : 0);
}

// Whole numbers below 2^52 to doubles and back by their bits, which vectorises everywhere.
constexpr double kMagic = 4503599627370496.0;
double ToDouble(int64_t value) { return std::bit_cast<double>(value | int64_t{0x4330000000000000}) - kMagic; }
int64_t ToInteger(double value) { return std::bit_cast<int64_t>(value + kMagic) & ((int64_t{1} << 52) - 1); }

WITH_AVX2 void Run64(Columns<int64_t>& io) {
  alignas(64) int64_t c[kChunk], numerator[kChunk];
  for (size_t from = 0; from < io.total.size(); from += kChunk) {
    const size_t rows = std::min(kChunk, io.total.size() - from);
    Numerators(io, from, rows, c, numerator);
    // (n + 10 c) ÷ (20 c), rounded down: the quotient of doubles is off by one at most, and the remainder says so exactly.
    int64_t* __restrict total = io.total.data() + from;
    for (size_t i = 0; i < rows; ++i) {
      const double n = ToDouble(numerator[i] + 10 * c[i]);
      const double d = ToDouble(20 * c[i]);
      double q = (n / d + kMagic) - kMagic;
      const double rest = n - q * d;
      q = rest < 0 ? q - 1 : q;
      total[i] = ToInteger(q);
    }
    Outcomes(io, from, rows);
  }
}

WITH_AVX2 void Run32(Columns<int32_t>& io) {
  alignas(64) int32_t c[kChunk], numerator[kChunk];
  for (size_t from = 0; from < io.total.size(); from += kChunk) {
    const size_t rows = std::min(kChunk, io.total.size() - from);
    Numerators(io, from, rows, c, numerator);
    int32_t* __restrict total = io.total.data() + from;
    for (size_t i = 0; i < rows; ++i) {
      const int32_t n = numerator[i] + 10 * c[i];
      const int32_t d = 20 * c[i];
      int32_t q = static_cast<int32_t>(static_cast<float>(n) / static_cast<float>(d));
      int32_t rest = n - q * d;
      q += rest >= d ? 1 : 0;
      q -= rest < 0 ? 1 : 0;
      total[i] = q;
    }
    Outcomes(io, from, rows);
  }
}

template <typename Int>
Prepared PrepareColumns(const Records& records, void (*run)(Columns<Int>&)) {
  auto columns = std::make_shared<Columns<Int>>(records);
  return {[columns, run] { run(*columns); }, [columns] { return columns->Take(); }};
}

}  // namespace

Side NativeSingle() {
  return {"C++ int64", [](const Records& records) -> Prepared {
            auto out = std::make_shared<Decisions>(records.size());
            return {[&records, out] {
                      for (size_t i = 0; i < records.size(); ++i) (*out)[i] = Decide(records[i]);
                    },
                    [out] { return *out; }};
          }};
}

Side NativeColumns64() {
  return {"C++ int64 columns, 1 thread",
          [](const Records& records) { return PrepareColumns<int64_t>(records, Run64); }};
}

Side NativeColumns32() {
  return {"C++ int32 columns, 1 thread", [](const Records& records) {
            // Up to here 200,010 c fits.
            for (const Record& r : records) CHECK(r.complaints <= 10000);
            return PrepareColumns<int32_t>(records, Run32);
          }};
}

}  // namespace heng::bench
