// Value: what a field, a definition or a literal holds for one instance. A Failure is a value too (kernel form 13): it poisons
// what depends on it and nothing else.
#pragma once

#include <memory>
#include <string>
#include <variant>

#include "engine/base/bilingual.h"
#include "engine/base/period.h"
#include "engine/base/rational.h"

namespace heng {

// Why a value cannot be given: a stable code, a sentence, the rule (a definition's name) and the datum (subject, period, fact).
struct Failure {
  std::string code;
  Bilingual message;
  std::string rule;
  std::string at;
  std::string datum;
};
using FailurePtr = std::shared_ptr<const Failure>;

struct Absent {
  friend auto operator<=>(const Absent&, const Absent&) = default;
};

// The position of a value in its enumeration; of a grade scale, 0 is the best.
struct EnumCode {
  uint32_t index = 0;
  friend auto operator<=>(const EnumCode&, const EnumCode&) = default;
};

// A subject that is referred to: its position in the roster of its kind.
struct EntityId {
  uint32_t index = 0;
  friend auto operator<=>(const EntityId&, const EntityId&) = default;
};

using Value = std::variant<Absent, Rational, bool, EnumCode, std::string, Date, FailurePtr, EntityId>;

inline bool IsAbsent(const Value& value) { return std::holds_alternative<Absent>(value); }
inline const Failure* FailureOf(const Value& value) {
  const FailurePtr* failure = std::get_if<FailurePtr>(&value);
  return failure != nullptr ? failure->get() : nullptr;
}

}  // namespace heng
