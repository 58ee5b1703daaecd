// Id<Tag>: a position in one particular table, which cannot be mixed up with a position in another.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace heng {

template <typename Tag>
struct Id {
  static constexpr uint32_t kNone = UINT32_MAX;
  uint32_t value = kNone;

  constexpr Id() = default;
  constexpr explicit Id(size_t index) : value(static_cast<uint32_t>(index)) {}
  constexpr bool valid() const { return value != kNone; }
  constexpr size_t index() const { return value; }
  friend constexpr auto operator<=>(const Id&, const Id&) = default;
};

}  // namespace heng

template <typename Tag>
struct std::hash<heng::Id<Tag>> {
  size_t operator()(heng::Id<Tag> id) const noexcept { return std::hash<uint32_t>()(id.value); }
};
