// How long a district's decisions are kept in the log, as a configuration says it: `36 months`, `3 年`, `90 days`, `forever`.
#pragma once

#include <cstdint>
#include <optional>

#include "server/config/yaml.h"

namespace heng::config {

struct Retention {
  enum class Unit : unsigned char { kForever, kDays, kMonths, kYears };
  Unit unit = Unit::kForever;
  int64_t count = 0;
  // Where it is written.
  uint32_t line = 0;
  uint32_t column = 0;

  bool forever() const { return unit == Unit::kForever; }
  // What is older than that may go; milliseconds since 1970, UTC. By the calendar: 1 month before 31 March is the end of February.
  // REQUIRES: not forever.
  int64_t Before(int64_t now_ms) const;
};

// Codes: those of ReadTextOf, bad-retention.
std::optional<Retention> ReadRetentionOf(const YamlMember& member, MistakeList& mistakes);

}  // namespace heng::config
