#include "engine/base/period.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "engine/base/check.h"

namespace heng {
namespace {

int PerYear(PeriodKind kind) {
  switch (kind) {
    case PeriodKind::kMonth: return 12;
    case PeriodKind::kQuarter: return 4;
    case PeriodKind::kHalf: return 2;
    default: return 1;
  }
}

int DaysIn(int year, int month) {
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

Date FromDays(int32_t days) {
  const std::chrono::year_month_day day{std::chrono::sys_days(std::chrono::days(days))};
  return {static_cast<int>(day.year()), static_cast<int>(static_cast<unsigned>(day.month())),
          static_cast<int>(static_cast<unsigned>(day.day()))};
}

// A reader of the few forms that dates and periods have.
struct Scanner {
  std::string_view rest;

  bool Eat(std::string_view word) {
    if (rest.substr(0, word.size()) != word) return false;
    rest.remove_prefix(word.size());
    return true;
  }
  std::optional<int> Number(size_t min_digits, size_t max_digits) {
    size_t n = 0;
    int value = 0;
    while (n < rest.size() && n < max_digits && rest[n] >= '0' && rest[n] <= '9')
      value = value * 10 + (rest[n++] - '0');
    if (n < min_digits) return std::nullopt;
    rest.remove_prefix(n);
    return value;
  }
};

std::optional<Period> Make(PeriodKind kind, int year, int number) {
  if (number < 1 || number > PerYear(kind)) return std::nullopt;
  return Period{kind, year * PerYear(kind) + number - 1};
}

}  // namespace

std::string Date::ToString() const { return fmt::format("{:04}-{:02}-{:02}", year, month, day); }

int32_t Date::days() const {
  const std::chrono::year_month_day day_of{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
  return static_cast<int32_t>(std::chrono::sys_days(day_of).time_since_epoch().count());
}

Date Date::AddMonths(int count) const {
  const int months = year * 12 + month - 1 + count;
  const int to_month = months % 12 + 1;
  return {months / 12, to_month, std::min(day, DaysIn(months / 12, to_month))};
}

Date Date::AddDays(int count) const { return FromDays(days() + count); }

int WholeMonths(Date a, Date b) {
  int months = (b.year - a.year) * 12 + b.month - a.month;
  if (b < a.AddMonths(months)) --months;
  return months;
}

std::optional<Date> ParseDate(std::string_view text) {
  Scanner s{text};
  const auto year = s.Number(4, 4);
  if (!year || *year < 1000) return std::nullopt;
  const bool chinese = s.Eat("年");
  if (!chinese && !s.Eat("-")) return std::nullopt;
  const auto month = s.Number(chinese ? 1 : 2, 2);
  if (!month || !s.Eat(chinese ? "月" : "-")) return std::nullopt;
  const auto day = s.Number(chinese ? 1 : 2, 2);
  if (!day || (chinese && !s.Eat("日")) || !s.rest.empty()) return std::nullopt;
  if (*month < 1 || *month > 12 || *day < 1 || *day > DaysIn(*year, *month)) return std::nullopt;
  return Date{*year, *month, *day};
}

std::optional<Period> ParsePeriod(std::string_view text) {
  Scanner s{text};
  const auto year = s.Number(4, 4);
  if (!year || *year < 1000) return std::nullopt;
  std::optional<Period> period;
  const auto numbered = [&](PeriodKind kind, size_t min_digits, std::string_view end) {
    const auto number = s.Number(min_digits, 2);
    if (number && s.Eat(end)) period = Make(kind, *year, *number);
  };
  if (s.rest.empty()) {
    period = Make(PeriodKind::kYear, *year, 1);
  } else if (s.Eat("-")) {
    numbered(PeriodKind::kMonth, 2, "");
  } else if (s.Eat("Q") || s.Eat("q")) {
    numbered(PeriodKind::kQuarter, 1, "");
  } else if (s.Eat("H") || s.Eat("h")) {
    numbered(PeriodKind::kHalf, 1, "");
  } else {
    const bool nian = s.Eat("年");
    if (s.Eat("上半年")) {
      period = Make(PeriodKind::kHalf, *year, 1);
    } else if (s.Eat("下半年")) {
      period = Make(PeriodKind::kHalf, *year, 2);
    } else if (nian && s.rest.empty()) {
      period = Make(PeriodKind::kYear, *year, 1);
    } else if (nian && s.Eat("第")) {
      numbered(PeriodKind::kQuarter, 1, "季度");
    } else if (nian) {
      numbered(PeriodKind::kMonth, 1, "月");
    }
  }
  return s.rest.empty() ? period : std::nullopt;
}

int Period::year() const { return kind == PeriodKind::kDay ? FromDays(ordinal).year : ordinal / PerYear(kind); }
int Period::number() const {
  if (kind == PeriodKind::kDay) return ordinal - Date{year(), 1, 1}.days() + 1;
  return ordinal % PerYear(kind) + 1;
}

Date Period::first_day() const {
  CHECK(kind != PeriodKind::kOnce);
  if (kind == PeriodKind::kDay) return FromDays(ordinal);
  return {year(), (number() - 1) * (12 / PerYear(kind)) + 1, 1};
}

Date Period::last_day() const {
  CHECK(kind != PeriodKind::kOnce);
  if (kind == PeriodKind::kDay) return FromDays(ordinal);
  const int month = number() * (12 / PerYear(kind));
  return {year(), month, DaysIn(year(), month)};
}

std::string Period::ToString() const {
  switch (kind) {
    case PeriodKind::kDay: return first_day().ToString();
    case PeriodKind::kMonth: return fmt::format("{:04}-{:02}", year(), number());
    case PeriodKind::kQuarter: return fmt::format("{:04}Q{}", year(), number());
    case PeriodKind::kHalf: return fmt::format("{:04}H{}", year(), number());
    case PeriodKind::kYear: return fmt::format("{:04}", year());
    case PeriodKind::kOnce: break;
  }
  return "";
}

Bilingual Period::ToText() const {
  switch (kind) {
    case PeriodKind::kDay: {
      const Date day = first_day();
      return {fmt::format("{}年{}月{}日", day.year, day.month, day.day), ToString()};
    }
    case PeriodKind::kMonth: return {fmt::format("{}年{}月", year(), number()), ToString()};
    case PeriodKind::kQuarter: return {fmt::format("{}年第{}季度", year(), number()), ToString()};
    case PeriodKind::kHalf: return {fmt::format("{}年{}半年", year(), number() == 1 ? "上" : "下"), ToString()};
    case PeriodKind::kYear: return {fmt::format("{}年", year()), ToString()};
    case PeriodKind::kOnce: break;
  }
  return "";
}

Period Period::In(PeriodKind coarser) const {
  CHECK(coarser >= kind);
  if (coarser == PeriodKind::kOnce || coarser == kind) return coarser == kind ? *this : Period{};
  if (kind == PeriodKind::kDay) {
    const Date day = first_day();
    return Period{PeriodKind::kMonth, day.year * 12 + day.month - 1}.In(coarser);
  }
  return {coarser, ordinal / (PerYear(kind) / PerYear(coarser))};
}

std::vector<Period> Period::Split(PeriodKind finer) const {
  CHECK(finer <= kind && kind != PeriodKind::kOnce);
  std::vector<Period> parts;
  if (finer == PeriodKind::kDay) {
    for (int32_t day = first_day().days(); day <= last_day().days(); ++day) parts.push_back({finer, day});
    return parts;
  }
  const int count = PerYear(finer) / PerYear(kind);
  for (int i = 0; i < count; ++i) parts.push_back({finer, ordinal * count + i});
  return parts;
}

Bilingual PeriodAdverb(PeriodKind kind) {
  switch (kind) {
    case PeriodKind::kDay: return {"每日", "daily"};
    case PeriodKind::kMonth: return {"每月", "monthly"};
    case PeriodKind::kQuarter: return {"每季", "quarterly"};
    case PeriodKind::kHalf: return {"每半年", "half-yearly"};
    case PeriodKind::kYear: return {"每年", "yearly"};
    case PeriodKind::kOnce: break;
  }
  return {"不分期", "once"};
}

Bilingual PeriodNoun(PeriodKind kind) {
  switch (kind) {
    case PeriodKind::kDay: return {"日", "day"};
    case PeriodKind::kMonth: return {"月", "month"};
    case PeriodKind::kQuarter: return {"季", "quarter"};
    case PeriodKind::kHalf: return {"半年", "half-year"};
    case PeriodKind::kYear: return {"年", "year"};
    case PeriodKind::kOnce: break;
  }
  return {"不分期", "once"};
}

}  // namespace heng
