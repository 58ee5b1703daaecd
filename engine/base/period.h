// The calendar: dates, and the periods that regulations settle by. 日 ⊂ 月 ⊂ 季 ⊂ 半年 ⊂ 年 ⊂ once.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/bilingual.h"

namespace heng {

// From the finest to the coarsest. kDay: only dated rows have it. kOnce holds for values without a period (attributes,
// parameters).
enum class PeriodKind : unsigned char { kDay, kMonth, kQuarter, kHalf, kYear, kOnce };

// A day of the proleptic Gregorian calendar; always a valid one.
struct Date {
  int year = 1;
  int month = 1;
  int day = 1;
  friend auto operator<=>(const Date&, const Date&) = default;
  std::string ToString() const;
  // Days since 1970-01-01.
  int32_t days() const;
  // That many months later (earlier, if negative); the day is clamped to the end of its month.
  Date AddMonths(int count) const;
  Date AddDays(int count) const;
};
// Whole months from `a` to `b`: the greatest n for which a + n months is not after b; negative if b is before a.
int WholeMonths(Date a, Date b);

// Reads `2024-07-01` and `2024年7月1日`; nothing if it is no such day. Years 1000 to 9999.
std::optional<Date> ParseDate(std::string_view text);

// One period. `ordinal` counts the periods of its kind, so that neighbours differ by 1; 0 for kOnce.
struct Period {
  PeriodKind kind = PeriodKind::kOnce;
  int32_t ordinal = 0;

  friend auto operator<=>(const Period&, const Period&) = default;
  int year() const;
  // 1 for the first of its year.
  int number() const;
  Date first_day() const;
  Date last_day() const;
  // `2024-07-01`, `2024-07`, `2024Q3`, `2024H2`, `2024`; empty for kOnce.
  std::string ToString() const;
  // `2024年7月`, `2024年第3季度` …
  Bilingual ToText() const;
  static Period Of(Date day) { return {PeriodKind::kDay, day.days()}; }
  Period Back(int count) const { return {kind, ordinal - count}; }
  // The period of kind `coarser` that holds this one. REQUIRES: coarser ≥ kind.
  Period In(PeriodKind coarser) const;
  // The periods of kind `finer` in this one, in order. REQUIRES: finer ≤ kind, kind ≠ kOnce.
  std::vector<Period> Split(PeriodKind finer) const;
};

// Reads `2024-07`, `2024年7月`, `2024Q3`, `2024年第3季度`, `2024H1`, `2024上半年`, `2024年上半年`, `2024`, `2024年`.
std::optional<Period> ParsePeriod(std::string_view text);

// 每月, monthly, …
Bilingual PeriodAdverb(PeriodKind kind);
// 月, month, …
Bilingual PeriodNoun(PeriodKind kind);

}  // namespace heng

template <>
struct std::hash<heng::Period> {
  size_t operator()(heng::Period p) const noexcept {
    return static_cast<size_t>(p.ordinal) * 8 + static_cast<size_t>(p.kind);
  }
};
