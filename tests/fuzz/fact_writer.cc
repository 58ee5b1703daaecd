#include "tests/fuzz/fact_writer.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace heng::tests {
namespace {

using nlohmann::json;

class FactWriter {
 public:
  FactWriter(const World& world, Period settled, size_t subjects, Random& random)
      : world_(world), settled_(settled), subjects_(subjects), random_(random) {}

  json Request() {
    json request = {{"period", settled_.ToString()}, {"roster", "complete"}, {"subjects", json::array()}};
    const bool companies = world_.sorts.size() > 2 && world_[2].kind == Sort::Kind::kSubject;
    for (size_t i = 0; companies && i < kCompanies; ++i)
      request["subjects"].push_back(Subject(2, "c" + std::to_string(i)));
    for (size_t i = 0; i < subjects_; ++i) request["subjects"].push_back(Subject(kProject, "p" + std::to_string(i)));
    json whole = Subject(kWhole, "");
    whole.erase("attributes");
    whole.erase("records");
    request["whole"] = whole;
    return request;
  }

 private:
  static constexpr size_t kCompanies = 2;

  json Subject(size_t sort, const std::string& id) {
    json subject = {{"attributes", json::object()}, {"inputs", json::object()}, {"records", json::object()}};
    if (sort != kWhole) subject["id"] = id;
    if (sort != kWhole && sort != kProject) subject["kind"] = world_[sort].name;
    for (const Named& named : world_.names) {
      if (named.role == Named::Role::kAttribute && named.place.sort == sort)
        subject["attributes"][named.name] = Of(named);
    }
    Inputs(sort, subject);
    History(sort, subject);
    for (size_t i = 0; i < world_.sorts.size(); ++i) {
      if (world_[i].kind == Sort::Kind::kRows && world_[i].parent == sort) Rows(i, subject["records"]);
    }
    return subject;
  }

  // The periods of that kind whose facts are given: those of the settled one, and before them as far back as the policy may read.
  std::vector<Period> Periods(PeriodKind kind, bool past) const {
    static constexpr int kPerYear[] = {0, 12, 4, 2, 1, 0};
    std::vector<Period> periods = settled_.Split(kind);
    const Period first = periods.front();
    for (int back = 1; past && back <= std::max(4, kPerYear[static_cast<size_t>(kind)]); ++back)
      periods.insert(periods.begin(), first.Back(back));
    return periods;
  }

  void Inputs(size_t sort, json& subject) {
    for (const PeriodKind kind : {PeriodKind::kMonth, PeriodKind::kQuarter, PeriodKind::kHalf, PeriodKind::kYear}) {
      const Place place{sort, kind};
      const bool any = std::any_of(world_.names.begin(), world_.names.end(), [&](const Named& named) {
        return named.role == Named::Role::kFact && named.place == place;
      });
      if (!any) continue;
      for (const Period& period : Periods(kind, world_.reads_past)) {
        if (world_.may_miss_periods && kind == PeriodKind::kMonth && sort == kProject && random_.OneIn(6)) continue;
        subject["inputs"][period.ToString()] = Row(place);
      }
    }
  }

  json Row(const Place& place) {
    json row = json::object();
    for (const Named& named : world_.names) {
      if (named.role == Named::Role::kFact && named.place == place) row[named.name] = Of(named);
    }
    for (const Ordered& pair : world_.ordered) {
      // Now and then a broken check stays: the subject is refused.
      if (pair.place == place && NumberOf(row[pair.low]) > NumberOf(row[pair.high]) && !random_.OneIn(100))
        std::swap(row[pair.low], row[pair.high]);
    }
    return row;
  }

  void History(size_t sort, json& subject) {
    if (!world_.reads_past) return;
    for (const Named& named : world_.names) {
      if (!named.published || named.place.sort != sort) continue;
      for (const Period& period : Periods(named.place.period, true)) {
        if (period.first_day() >= settled_.first_day()) continue;
        subject["history"][period.ToString()][named.name] = random_.OneIn(8) ? json() : Of(named);
      }
    }
  }

  void Rows(size_t sort, json& records) {
    const Sort& rows = world_[sort];
    const bool in_rows = world_[rows.parent].kind == Sort::Kind::kRows;
    json list = json::array();
    const size_t parents = in_rows ? records[world_[rows.parent].name].size() : 1;
    if (in_rows) {
      for (size_t p = 0; p < parents; ++p) AddRows(sort, {}, std::to_string(p), list);
    } else if (rows.period == PeriodKind::kDay) {
      AddRows(sort, {}, "", list);
    } else {
      for (const Period& period : Periods(rows.period, false)) AddRows(sort, period, "", list);
    }
    records[rows.name] = std::move(list);
    for (size_t i = 0; i < world_.sorts.size(); ++i) {
      if (world_[i].kind == Sort::Kind::kRows && world_[i].parent == sort) Rows(i, records);
    }
  }

  void AddRows(size_t sort, std::optional<Period> period, const std::string& parent, json& list) {
    const bool has_rows = std::any_of(world_.sorts.begin(), world_.sorts.end(),
                                      [&](const Sort& s) { return s.kind == Sort::Kind::kRows && s.parent == sort; });
    for (size_t n = random_.OneIn(4) ? 0 : random_.Below(6); n > 0; --n) {
      json row = json::object();
      for (const Named& named : world_.names) {
        if (named.role == Named::Role::kRowField && named.place.sort == sort) row[named.name] = Of(named);
      }
      if (period) row["期间"] = period->ToString();
      if (!parent.empty()) row[world_[world_[sort].parent].name] = parent;
      if (has_rows) row["行号"] = std::to_string(list.size());
      list.push_back(std::move(row));
    }
  }

  json Of(const Named& named) {
    if (named.optional && random_.OneIn(3)) return {};
    static const std::vector<std::string> kTexts = {"A", "B", "甲乙", "A"};
    switch (named.kind) {
      case Kind::kBool: return random_.OneIn(2);
      case Kind::kText: return random_.OneOf(kTexts);
      case Kind::kSubject: return "c" + std::to_string(random_.Below(kCompanies));
      case Kind::kEnum: return random_.OneOf(world_.enumerations[named.enumeration].values);
      case Kind::kDate: {
        const Date end = settled_.last_day();
        return random_.OneIn(6) ? std::string("2024-02-29")
                                : end.AddDays(-static_cast<int>(random_.Below(400))).ToString();
      }
      default: return Number(named);
    }
  }

  // The ends of the range, its middle, zero, ties at the last place, and others.
  std::string Number(const Named& named) {
    const Rational low = named.low.value_or(Rational(0));
    const Rational high = named.high.value_or(low + Rational(100));
    const int places = named.role == Named::Role::kDefinition ? 2 : named.places;
    Rational step(1);
    for (int i = 0; i < places; ++i) step = step / Rational(10);
    Rational number;
    switch (random_.Below(6)) {
      case 0: number = low; break;
      case 1: number = high; break;
      case 2: number = Rational(0); break;
      case 3: number = low + (high - low) * Rational(random_.Between(0, 8), 8); break;
      case 4: number = Rational(random_.Between(0, 20)) + Rational(5) * step; break;
      default: number = low + (high - low) * Rational(random_.Between(0, 1000), 1000); break;
    }
    number = std::clamp(number.RoundTo(step, Rounding::kDown), low, high);
    if (number.decimal_places().value_or(99) > places) number = number.RoundTo(step, Rounding::kUp);
    return number.ToString() + (named.unit == "%" ? "%" : "");
  }

  static Rational NumberOf(const json& text) {
    std::string digits = text.get<std::string>();
    if (digits.ends_with("%")) digits.pop_back();
    return ParseDecimal(digits)->value;
  }

  const World& world_;
  Period settled_;
  size_t subjects_;
  Random& random_;
};

}  // namespace

std::string WriteFacts(const World& world, Period settled, size_t subjects, Random& random) {
  return FactWriter(world, settled, subjects, random).Request().dump();
}

}  // namespace heng::tests
