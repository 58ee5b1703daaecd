// Target: the path and the query of a request, taken apart exactly: segments are divided before they are decoded, so
// that `%2F` divides nothing.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heng::server {

struct Target {
  std::vector<std::string> segments;  // `/v1/districts` has two; `/` has one, which is empty
  std::map<std::string, std::string> query;
  std::string repeated;  // a parameter that is given twice, if there is one
};

// Nothing if it is no path: a bad or missing hexadecimal digit, a byte 0, text that is not UTF-8.
std::optional<Target> ParseTarget(std::string_view target);

}  // namespace heng::server
