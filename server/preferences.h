// Preferences: what a client takes, as Accept, Accept-Encoding and Accept-Language list it with weights (RFC 9110, 12.4.2 and 12.5).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heng::server {

struct Preference {
  std::string name;  // in lower case, without parameters
  int weight = 0;    // 0 to 1000; what is not well written is 0
};

// In the order of the header.
std::vector<Preference> ReadPreferences(std::string_view header);

// Which of the offered media types is wanted most: each has the weight of the range that names it most exactly; among those of one weight
// the one whose range stands first, then the one that is offered first. The first if nothing is said; nothing if none is wanted.
std::optional<size_t> PreferredType(std::string_view accept, std::span<const std::string_view> offered);

// Whether the coding is wanted: named, or by `*`.
bool TakesCoding(std::string_view accept_encoding, std::string_view coding);

}  // namespace heng::server
