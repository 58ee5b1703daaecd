// The typed layer over scalars: what a configuration's text is taken for. Nothing is guessed: `yes` is no truth
// value, `012` no number. Used by service.cc and district.cc; every mistake is added to the list and reading goes on.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "server/config/yaml.h"

namespace heng::config {

// The members of a map by their keys.
class Members {
 public:
  // Reports what is no map (wrong-type) and the keys that are not `known` (unknown-key, with the nearest one).
  Members(const YamlNode& map, std::initializer_list<std::string_view> known, MistakeList& mistakes);

  // Null if there is none.
  const YamlMember* Find(std::string_view key) const;
  // The same, and reports it (missing-key).
  const YamlMember* Require(std::string_view key);

 private:
  const YamlNode& map_;
  MistakeList& mistakes_;
};

// A text: a name, a path, an address. Codes: missing-value, wrong-type (a list, a map, a number without quotes),
// truth-word, bad-character (a control, what turns the direction of writing).
std::optional<std::string> ReadTextOf(const YamlMember& member, MistakeList& mistakes);
// The same, in which `${NAME}` stands for the environment variable NAME: for what should not stand in a file. Its value is in no message.
// Codes: also missing-variable (it is not set, or empty), bad-variable.
std::optional<std::string> ReadSettingOf(const YamlMember& member, MistakeList& mistakes);
// The value of a parameter as a policy would write it. Codes: missing-value, wrong-type, truth-word, leading-zero, odd-space.
std::optional<std::string> ReadQuantityOf(const YamlMember& member, MistakeList& mistakes);
// Digits alone. Codes: missing-value, wrong-type, leading-zero, out-of-range.
std::optional<int64_t> ReadWholeOf(const YamlMember& member, int64_t low, int64_t high, MistakeList& mistakes);
// A map, for its members. Codes: missing-value, wrong-type.
const YamlNode* ReadMapOf(const YamlMember& member, MistakeList& mistakes);

}  // namespace heng::config
