// The rule as text for muParser, which compiles it to bytecode over doubles.
#include <cmath>
#include <memory>

#include <muParser.h>

#include "tests/bench/plates.h"

namespace heng::bench {
namespace {

constexpr const char* kRule =
    "a = c == 0 ? 1 : responded / c,"
    "b = c == 0 ? 1 : resolved / c,"
    "s = c == 0 ? 1 : satisfied / c,"
    "h = c * 100 / households,"
    "x = 0.35 * (20 * a + 40 * b + 40 * s) + 0.2 * owners + 0.15 * environment + 0.05 * city + 0.05 * sanitation"
    "  + 0.1 * safety + 0.1 * standards - (h > 20 ? 10 : h > 10 ? 5 : h > 5 ? 2 : 0),"
    "t = floor(max(x, 0) * 100 + 0.5) / 100,"
    "k = incident ? 3 : t >= 90 ? 0 : t >= 80 ? 1 : t >= 60 ? 2 : 3,"
    "w = k == 0 ? 30000 : k == 1 ? 10000 : 0,"
    "i = k == 0 ? 0 : k == 1 ? 1 : k == 2 ? 3 : 5";

class MuParserRule {
 public:
  MuParserRule() {
    parser_.DefineFun("floor", static_cast<double (*)(double)>(std::floor));
    const std::pair<const char*, double*> names[] = {{"c", &c_},
                                                     {"responded", &responded_},
                                                     {"resolved", &resolved_},
                                                     {"satisfied", &satisfied_},
                                                     {"owners", &owners_},
                                                     {"environment", &environment_},
                                                     {"city", &city_},
                                                     {"sanitation", &sanitation_},
                                                     {"safety", &safety_},
                                                     {"standards", &standards_},
                                                     {"incident", &incident_},
                                                     {"households", &households_},
                                                     {"a", &a_},
                                                     {"b", &b_},
                                                     {"s", &s_},
                                                     {"h", &h_},
                                                     {"x", &x_},
                                                     {"t", &t_},
                                                     {"k", &k_},
                                                     {"w", &w_},
                                                     {"i", &i_}};
    for (const auto& [name, value] : names) parser_.DefineVar(name, value);
    parser_.SetExpr(kRule);
  }

  Decision Decide(const Record& r) {
    c_ = r.complaints;
    responded_ = r.responded;
    resolved_ = r.resolved;
    satisfied_ = r.satisfied;
    owners_ = r.owners / 100.0;
    environment_ = r.environment / 100.0;
    city_ = r.city / 100.0;
    sanitation_ = r.sanitation / 100.0;
    safety_ = r.safety / 100.0;
    standards_ = r.standards / 100.0;
    incident_ = r.incident;
    households_ = r.households;
    int results = 0;
    parser_.Eval(results);
    return {static_cast<int32_t>(std::lround(t_ * 100)), static_cast<int32_t>(k_), static_cast<int32_t>(w_),
            static_cast<int32_t>(i_)};
  }

 private:
  mu::Parser parser_;
  double c_ = 0, responded_ = 0, resolved_ = 0, satisfied_ = 0, owners_ = 0, environment_ = 0, city_ = 0,
         sanitation_ = 0, safety_ = 0, standards_ = 0, incident_ = 0, households_ = 0;
  double a_ = 0, b_ = 0, s_ = 0, h_ = 0, x_ = 0, t_ = 0, k_ = 0, w_ = 0, i_ = 0;
};

}  // namespace

Side MuParserSingle() {
  return {"muParser (double)",
          [](const Records& records) -> Prepared {
            auto rule = std::make_shared<MuParserRule>();
            auto out = std::make_shared<Decisions>(records.size());
            return {[&records, rule, out] {
                      for (size_t i = 0; i < records.size(); ++i) (*out)[i] = rule->Decide(records[i]);
                    },
                    [out] { return *out; }};
          },
          false};
}

}  // namespace heng::bench
