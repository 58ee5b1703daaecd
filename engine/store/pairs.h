// Names and values as one text that reads back whatever is in them: a line `5:value 7:another` for each, the lengths in bytes. Internal
// to store/.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.h"

namespace heng::store {

// `5:value`, the length in bytes, at the end of `out`; and taken from the front of `text` (false: it does not begin so).
void PutSized(std::string& out, std::string_view value);
bool TakeSized(std::string_view& text, std::string_view& value);
bool TakeSized(std::string_view& text, std::string& value);

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::string WritePairs(const Pairs& pairs);
std::string WritePairs(const std::map<std::string, std::string>& pairs);
// Error, kEnvironment: store-corrupt.
Result<Pairs> ReadPairs(std::string_view text);

}  // namespace heng::store
