// The version of the engine: part of every deployment's digest, and what `heng version` says.
#pragma once

namespace heng {

inline constexpr const char* kEngineVersion = "0.1.0";

}  // namespace heng
