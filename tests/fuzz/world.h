// What a generated policy has declared so far: its kinds of subject and rows, and every name with its type, unit, grain and range.
// Expressions are written from it, facts are made from it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/period.h"
#include "engine/base/rational.h"

namespace heng::tests {

struct Sort {
  enum class Kind : unsigned char { kWhole, kSubject, kRows };
  Kind kind = Kind::kSubject;
  std::string name;
  size_t parent = 0;                      // of rows
  PeriodKind period = PeriodKind::kOnce;  // of rows; kDay: dated
  std::string date;                       // of dated rows: the field
};
inline constexpr size_t kWhole = 0;
inline constexpr size_t kProject = 1;

struct Enumeration {
  std::vector<std::string> values;  // of a scale the best first, then its states
  bool ordered = false;
  size_t states = 0;

  size_t grades() const { return values.size() - states; }
};

// Of which instances there is a value.
struct Place {
  size_t sort = kProject;
  PeriodKind period = PeriodKind::kMonth;
  friend bool operator==(const Place&, const Place&) = default;
};

enum class Kind : unsigned char { kNumber, kBool, kText, kDate, kEnum, kSubject };

// A name that an expression can read.
struct Named {
  enum class Role : unsigned char { kAttribute, kFact, kRowField, kParameter, kDefinition, kImported };
  Role role = Role::kFact;
  std::string name;
  Kind kind = Kind::kNumber;
  std::string unit;        // kNumber; empty: a plain number
  size_t enumeration = 0;  // kEnum
  size_t subject = 0;      // kSubject: the sort that it refers to
  Place place;
  bool optional = false;
  // kNumber: as written, so of a percentage 95 for 95%. Of what is computed only if it is known.
  std::optional<Rational> low, high;
  int places = 0;      // of a fact
  bool finite = true;  // its decimals end
  bool published = false;
};

// A parameter with one value for each value of an enumeration.
struct Keyed {
  std::string name;
  size_t enumeration = 0;
  std::string unit;
};

// A 校验 on two facts of one row: the first is not above the second.
struct Ordered {
  std::string low, high;
  Place place;
};

struct World {
  PeriodKind settled = PeriodKind::kQuarter;
  std::vector<Sort> sorts;
  std::vector<Enumeration> enumerations;
  std::vector<Named> names;
  std::vector<Keyed> keyed;
  std::vector<Ordered> ordered;
  std::vector<std::string> bound;  // the open parameters that the caller must bind, as `name` or `name.key`
  std::vector<Named> types;        // 类型 that are enumerations: their name and enumeration
  bool lamps = false;              // 类型 盏 : 单位
  bool reads_past = false;
  bool may_miss_periods = false;  // 缺月不计 and its like were written for the months of 项目

  const Sort& operator[](size_t sort) const { return sorts[sort]; }
};

}  // namespace heng::tests
