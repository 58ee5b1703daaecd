// Makes random facts for a world, as the JSON request of the HTTP interface. Part of the policy generator.
#pragma once

#include <string>

#include "tests/fuzz/random.h"
#include "tests/fuzz/world.h"

namespace heng::tests {

// The facts of `subjects` 项目 (and of the companies and the whole district) for the settled period, and for earlier ones where
// the policy reads the past.
std::string WriteFacts(const World& world, Period settled, size_t subjects, Random& random);

}  // namespace heng::tests
