#include "server/config/retention.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>
#include <utility>

#include "server/config/schema.h"

namespace heng::config {
namespace {

using Unit = Retention::Unit;

constexpr std::array<std::pair<std::string_view, Unit>, 10> kUnits = {{{"天", Unit::kDays},
                                                                       {"day", Unit::kDays},
                                                                       {"days", Unit::kDays},
                                                                       {"月", Unit::kMonths},
                                                                       {"个月", Unit::kMonths},
                                                                       {"month", Unit::kMonths},
                                                                       {"months", Unit::kMonths},
                                                                       {"年", Unit::kYears},
                                                                       {"year", Unit::kYears},
                                                                       {"years", Unit::kYears}}};

// One to four digits, the first not 0; a space or none; a unit.
std::optional<Retention> Parse(std::string_view text) {
  if (text == "forever" || text == "永久") return Retention{};
  constexpr size_t kDigits = 4;
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (digits == 0 || digits > kDigits || text[0] == '0') return std::nullopt;
  std::string_view unit = text.substr(digits);
  if (unit.starts_with(' ')) unit.remove_prefix(1);
  const auto found = std::find_if(kUnits.begin(), kUnits.end(), [&](const auto& one) { return one.first == unit; });
  if (found == kUnits.end()) return std::nullopt;
  return Retention{found->second, std::stoll(std::string(text.substr(0, digits)))};
}

}  // namespace

int64_t Retention::Before(int64_t now_ms) const {
  using namespace std::chrono;
  const sys_time<milliseconds> now{milliseconds(now_ms)};
  const sys_days today = floor<days>(now);
  if (unit == Unit::kDays) return (now - days(count)).time_since_epoch().count();
  const year_month_day date{today};
  const months back(unit == Unit::kYears ? count * 12 : count);
  const year_month then = date.year() / date.month() - back;
  const year_month_day last{then / std::chrono::last};
  const sys_days day = then / std::min(date.day(), last.day());
  return (day + (now - today)).time_since_epoch().count();
}

std::optional<Retention> ReadRetentionOf(const YamlMember& member, MistakeList& mistakes) {
  const auto text = ReadTextOf(member, mistakes);
  if (!text) return std::nullopt;
  auto retention = Parse(*text);
  if (!retention) {
    mistakes.Add(
        "bad-retention", member.value.line, member.value.column,
        {"保存期限写成“36 个月”“3 年”“90 天”或“永久”", "write how long as 36 months, 3 years, 90 days or forever"});
    return std::nullopt;
  }
  retention->line = member.value.line;
  retention->column = member.value.column;
  return retention;
}

}  // namespace heng::config
