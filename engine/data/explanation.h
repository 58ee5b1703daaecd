// Explanation: why an output is what it is, as sentences, nested as the graph is. Made by explain/, written by
// answer.h; only the shape is here.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/base/bilingual.h"

namespace heng::data {

struct Explanation {
  std::string output;  // the name that is explained
  Bilingual text;
  std::string rule;                                          // the definition or part of it
  std::string source;                                        // what it is sourced to, or that it is chosen locally
  std::vector<std::pair<std::string, std::string>> numbers;  // name → value with its unit
  std::vector<Explanation> because;
};

}  // namespace heng::data
