// Writes random expressions of a wanted type that can stand at a wanted place of the policy. Part of the policy generator.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/fuzz/random.h"
#include "tests/fuzz/world.h"

namespace heng::tests {

// A written expression, and what is known of its values.
struct Written {
  std::string text;
  std::optional<Rational> low, high;  // of a number, as written
  bool finite = true;
  bool tight = true;  // needs no parentheses in any expression
};

class ExpressionWriter {
 public:
  ExpressionWriter(Random& random, World& world) : random_(random), world_(world) {}

  Written Number(const std::string& unit, const Place& at, size_t depth);
  Written Condition(const Place& at, size_t depth);
  Written Enum(size_t enumeration, const Place& at, size_t depth);
  Written Date(const Place& at, size_t depth);

  // `12.5 分`, of that range if there is one; the ends and ties are likely.
  Written Literal(const std::string& unit, const std::optional<Rational>& low = {},
                  const std::optional<Rational>& high = {});
  // Within both limits, whatever the expression: clamped where it is not known to be.
  std::string Within(const Written& value, const std::string& unit, const Rational& low, const Rational& high);
  // The suffix of a rounding that gives a number an end: ` 四舍五入到 0.01 分`.
  std::string Rounding(const std::string& unit);
  // ` 自定`, ` 依据 甲 …`, …: where numbers stand.
  std::string Mark();
  // Limits that part the range of the value, rising; at least one.
  std::vector<Rational> Cuts(const Written& value, size_t most);
  std::string Text(const Rational& number, const std::string& unit) const;
  // Names that can be read there, of the kind and (of numbers) unit; `exact`: only those of that very place.
  std::vector<const Named*> Readable(Kind kind, const std::string& unit, const Place& at, bool exact = false) const;
  // `x`, or with its absence dealt with; a literal if nothing can be read.
  Written Leaf(const std::string& unit, const Place& at);
  std::string Present(const Named& named, const Place& at);

 private:
  Written Arithmetic(const std::string& unit, const Place& at, size_t depth);
  Written Rated(const std::string& unit, const Place& at, size_t depth);
  Written If(const std::string& unit, const Place& at, size_t depth);
  Written Extreme(const std::string& unit, const Place& at, size_t depth);
  Written Clamped(const std::string& unit, const Place& at, size_t depth);
  Written Bands(const std::string& unit, const Place& at, size_t depth);
  Written Progressive(const std::string& unit, const Place& at, size_t depth);
  Written Choose(const std::string& unit, const Place& at, size_t depth);
  Written Share(const Place& at, size_t depth);
  std::optional<Written> Past(const std::string& unit, const Place& at);
  std::optional<Written> KeyedParameter(const std::string& unit, const Place& at);
  std::optional<Written> Narrowed(const std::string& unit, const Place& at, size_t depth);
  std::optional<Written> Special(const std::string& unit, const Place& at, size_t depth);
  Written Comparison(const Place& at, size_t depth);
  std::optional<Written> EnumCondition(const Place& at);
  std::optional<Written> DateCondition(const Place& at, size_t depth);
  std::optional<Written> TextCondition(const Place& at);
  std::optional<Written> Streak(const Place& at);
  bool IsReadable(const Named& named, const Place& at) const;
  std::string AnyUnit(const Place& at);
  static std::string Tight(const Written& written) { return written.tight ? written.text : "(" + written.text + ")"; }

  // ---- aggregation_writer.cc
  // Something that one value is made of: the values at `source` of one instance at the target, and the clauses that say among whom.
  struct Fold {
    Place source;
    std::string within;  // ` 在 类别 内`
    bool rows = false;
    bool periods = false;
    bool both = false;  // rows, or subjects, of finer periods
  };
  std::optional<Fold> AnyFold(const Place& at);
  std::optional<Written> Aggregation(const std::string& unit, const Place& at, size_t depth);
  std::optional<Written> Count(const std::string& unit, const Place& at);
  std::optional<Written> Rank(const std::string& unit, const Place& at);
  std::optional<Written> ShareOut(const std::string& unit, const Place& at);
  std::optional<Written> Window(const std::string& unit, const Place& at);
  std::optional<Written> Quantifier(const Place& at);
  std::string Among(const Place& at);
  // Names at exactly the source, numbers or conditions.
  const Named* NameAt(const Place& source, Kind kind, const std::string& unit = "");
  std::string Where(const Fold& fold);
  std::string Distinct(const Fold& fold);
  std::string Spelled(const Named& named) const;
  std::string SpelledPresent(const Named& named);
  // A condition that reads at least one name at exactly the source; empty: there is none.
  std::string FoldedCondition(const Place& source);
  std::string Ties(const Place& at);

  Random& random_;
  World& world_;
  bool inside_ = false;  // an aggregation
};

}  // namespace heng::tests
