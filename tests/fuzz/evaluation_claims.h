// What the compiler claims of a policy's values, held against the values that evaluation gives.
#pragma once

#include <string>

#include "engine/eval/evaluation.h"

namespace heng::tests {

// Evaluates every definition for every instance, with all that it is computed from. Each number must lie in the interval and on
// the grid that graph/analysis/ranges found for its node; and no obligation that was discharged may fail: a division by zero, a
// case without an arm that applies. Empty if all holds, else the first that does not.
std::string BrokenClaim(const eval::Evaluation& evaluation);

}  // namespace heng::tests
