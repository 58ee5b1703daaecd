// What the tests of the store keep in it.
#pragma once

#include "engine/store/store.h"

namespace heng::tests {

// `n` decides the id, and is in the request and the answer.
store::Decision DecisionOf(int n, const std::string& district = "shiliuzhuang", int64_t time_ms = 1700000000000);
// A deployment of one source file and one module, with its true digest.
store::Deployment DeploymentOf(const std::string& version, const std::string& district = "shiliuzhuang");

}  // namespace heng::tests
