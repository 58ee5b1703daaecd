#include "engine/base/unit.h"

#include <algorithm>
#include <array>

namespace heng {

Unit Unit::Combine(const Unit& other, int sign) const {
  std::vector<Power> powers = powers_;
  for (const auto& [name, power] : other.powers_) {
    const auto at = std::lower_bound(powers.begin(), powers.end(), name,
                                     [](const Power& p, const std::string& n) { return p.first < n; });
    if (at != powers.end() && at->first == name) {
      at->second += sign * power;
      if (at->second == 0) powers.erase(at);
    } else {
      powers.insert(at, {name, sign * power});
    }
  }
  return Unit(std::move(powers));
}

std::string Unit::ToString() const {
  std::string above;
  std::string below;
  for (const auto& [name, power] : powers_) {
    for (int i = 0; i < power; ++i) above += (above.empty() ? "" : "·") + name;
    for (int i = 0; i < -power; ++i) below += "/" + name;
  }
  return (above.empty() && !below.empty() ? "1" : above) + below;
}

bool Unit::is_money() const {
  return std::any_of(powers_.begin(), powers_.end(), [](const Power& p) { return p.first == "元" && p.second == 1; });
}

std::optional<WrittenUnit> FindUnit(std::string_view name) {
  struct Entry {
    std::string_view written;
    std::string_view base;
  };
  static constexpr std::array kUnits = {
      Entry{"分", "分"},           Entry{"元", "元"},         Entry{"件", "件"},        Entry{"户", "户"},
      Entry{"次", "次"},           Entry{"人", "人"},         Entry{"条", "条"},        Entry{"名", "名"},
      Entry{"平方米", "平方米"},   Entry{"平", "平方米"},     Entry{"㎡", "平方米"},    Entry{"天", "天"},
      Entry{"小时", "小时"},       Entry{"月", "月"},         Entry{"个月", "月"},      Entry{"季度", "季"},
      Entry{"季", "季"},           Entry{"半年", "半年"},     Entry{"年", "年"},        Entry{"百分点", "百分点"},
      Entry{"points", "分"},       Entry{"point", "分"},      Entry{"yuan", "元"},      Entry{"cases", "件"},
      Entry{"case", "件"},         Entry{"households", "户"}, Entry{"household", "户"}, Entry{"times", "次"},
      Entry{"time", "次"},         Entry{"persons", "人"},    Entry{"person", "人"},    Entry{"rows", "条"},
      Entry{"row", "条"},          Entry{"places", "名"},     Entry{"place", "名"},     Entry{"sqm", "平方米"},
      Entry{"days", "天"},         Entry{"day", "天"},        Entry{"hours", "小时"},   Entry{"hour", "小时"},
      Entry{"months", "月"},       Entry{"month", "月"},      Entry{"quarters", "季"},  Entry{"quarter", "季"},
      Entry{"个百分点", "百分点"}, Entry{"个", "个"},         Entry{"处", "处"},        Entry{"项", "项"},
      Entry{"辆", "辆"},           Entry{"台", "台"},         Entry{"栋", "栋"},        Entry{"家", "家"},
      Entry{"宗", "宗"},           Entry{"起", "起"},         Entry{"例", "例"},        Entry{"份", "份"},
      Entry{"场", "场"},           Entry{"票", "票"},         Entry{"期", "期"},        Entry{"岗", "岗"},
      Entry{"米", "米"},           Entry{"级", "级"},         Entry{"items", "项"},     Entry{"item", "项"},
      Entry{"votes", "票"},        Entry{"vote", "票"},       Entry{"years", "年"},     Entry{"year", "年"},
  };
  if (name == "%" || name == "%") return WrittenUnit{Unit(), Rational(1, 100), true};
  const auto found = std::find_if(kUnits.begin(), kUnits.end(), [&](const Entry& e) { return e.written == name; });
  if (found == kUnits.end()) return std::nullopt;
  return WrittenUnit{Unit::Base(std::string(found->base)), 1, false};
}

}  // namespace heng
