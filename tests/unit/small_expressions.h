// All small expressions over four facts: every operator over every pair of operands, and over pairs of those.
#pragma once

#include <string>
#include <vector>

namespace heng::tests {

std::vector<std::string> SmallExpressions();
// The policy in which 式_0, 式_1, … are these, by month: text for BuildPolicy.
std::string SmallPolicy(const std::vector<std::string>& expressions);

}  // namespace heng::tests
