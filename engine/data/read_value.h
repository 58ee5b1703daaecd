// The one place where the text of a fact becomes a Value: cells of CSV files, JSON numbers and strings, --set and YAML
// bindings. A value is judged by what it is: `91.50` fits one decimal place, `3万元` is 30000 元; nothing is guessed,
// rounded or reinterpreted.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

#include "engine/data/json_value.h"
#include "engine/data/refusal.h"
#include "engine/semantic/model.h"

namespace heng::data {

// What a text is read as. Refers to a field or definition of the model and does not outlive it.
struct Expected {
  const semantic::Model& model;
  const std::string& name;
  const semantic::Type& type;
  std::optional<std::pair<Rational, Rational>> range;
  std::optional<int> places;  // at most; none: any number

  Expected(const semantic::Model& m, const semantic::Field& field);
  // A result as it was recorded: within the type of its definition; absent is always possible.
  Expected(const semantic::Model& m, const semantic::Definition& definition);

  bool may_be_absent = false;
  bool recorded = false;  // a result as a settlement wrote it: of a percentage, the number before %
};

// Refusals have code, message, value and rule; the place is the caller's to add.
using Reading = tl::expected<Value, Refusal>;

// An empty text is absent. Codes: missing-fact, not-a-number, wrong-unit, too-many-places, out-of-range, unknown-value,
// not-a-date, not-yes-or-no, blank-text.
Reading ReadText(const Expected& expected, std::string_view text);
// null is absent; an empty string is refused. Also wrong-type.
Reading ReadJson(const Expected& expected, const JsonValue& value);

// `0 至 100 分`, for messages and schemas; empty if there is no range.
Bilingual DescribeRange(const Expected& expected);

}  // namespace heng::data
