// Random lines of NDJSON of a policy, good ones and damaged ones, and the policies that the tests of direct/ take them from.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "engine/data/deployment.h"
#include "engine/data/fact_layout.h"

namespace heng::test {

// `policy`: a file of this repository; empty: one with every type of fact and result, what is optional, the past, a 校验 that may be
// broken, an open parameter, a result that needs peers.
data::Deployment DeployForLines(const std::string& policy,
                                const std::vector<std::pair<std::string, std::string>>& sets);

class SubjectLines {
 public:
  // `layouts`: in so many ways are the lines laid out, from that one on; 0: each in its own.
  SubjectLines(const semantic::Model& model, Period period, uint32_t layouts = 0, uint32_t first = 0);

  // Most of them break no 校验.
  std::string Good();
  // Something about it is odd, or wrong.
  std::string Damaged();

  size_t Below(size_t bound) { return random_() % bound; }

 private:
  // Of how it is laid out, and not of what is said.
  size_t LayoutBelow(size_t bound) { return layout_random_() % bound; }
  std::string Blank() { return LayoutBelow(4) == 0 ? " " : ""; }
  std::string Object(const std::vector<semantic::FieldId>& fields);
  std::string Past();
  std::string Fact(const semantic::Type& type, const std::optional<std::pair<Rational, Rational>>& range, int places);

  const semantic::Model& model_;
  data::FactLayout layout_;
  Period period_;
  uint32_t layouts_;
  uint32_t first_;
  std::mt19937 random_{20240701};
  std::mt19937 layout_random_{20240702};
};

}  // namespace heng::test
