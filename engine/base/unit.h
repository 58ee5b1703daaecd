// Unit: what a number counts, as a product of powers of named base units (分, 元, 次/月, 元/平方米/月). % is dimensionless.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/rational.h"

namespace heng {

class Unit {
 public:
  // Dimensionless: a plain number or a ratio.
  Unit() = default;
  static Unit Base(std::string name) { return Unit({{std::move(name), 1}}); }

  bool dimensionless() const { return powers_.empty(); }
  Unit operator*(const Unit& other) const { return Combine(other, 1); }
  Unit operator/(const Unit& other) const { return Combine(other, -1); }
  friend bool operator==(const Unit&, const Unit&) = default;
  // `次/月`, `元/平方米/月`; empty if dimensionless.
  std::string ToString() const;
  // True for money: its one base unit is 元 (whatever it is per).
  bool is_money() const;

 private:
  using Power = std::pair<std::string, int>;
  explicit Unit(std::vector<Power> powers) : powers_(std::move(powers)) {}
  Unit Combine(const Unit& other, int sign) const;

  std::vector<Power> powers_;  // in order of their names, no power 0
};

// A unit as it is written: the unit itself, and how many of it one of the written ones is (% = 1/100, 个月 = 1 月).
struct WrittenUnit {
  Unit unit;
  Rational factor = 1;
  bool percent = false;
};

// Knows the built-in units (分 元 件 户 次 人 条 名 平方米 平 ㎡ 天 小时 月 个月 季度 季 半年 年 % 百分点) and their
// English names (points, yuan, cases, households, times, persons, rows, places, sqm, days, hours, month, quarter, year).
std::optional<WrittenUnit> FindUnit(std::string_view name);

}  // namespace heng
